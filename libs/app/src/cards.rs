//! Cards as their owner has them: read, chosen, one more added for a further post (01 §1.3).
//! Saving one, and when one is complete enough to form an application from, stand in `cards/…`.

mod saving;
mod snapshot;

use db::{
    applications::{self, own},
    cards, events, reference,
};
use domain::{act::acts, actor::Actor, life::Status, remark::Remark};
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result};

pub use db::{
    cards::{Card, Filled, Workplace},
    reference::Item,
};
pub use snapshot::{Missing, snapshot};

/// Why a card cannot be changed from submission on (R-APP-3).
pub const LOCKED: &str = "Редактирование личных данных не доступно т.к. заявление подано";

/// A card with what its page offers.
#[derive(Clone, Debug)]
pub struct CardDesk {
    /// All cards of the cabinet.
    pub cards: Vec<Card>,
    /// The one asked for.
    pub card: Card,
    /// The account's e-mail.
    pub email: String,
    /// The subjects.
    pub subjects: Vec<Item>,
    /// The positions a person can be attested in.
    pub positions: Vec<Item>,
    /// The organisations of the municipality.
    pub workplaces: Vec<Workplace>,
    /// Whether an application of this card has been submitted.
    pub locked: bool,
    /// What the rejection that is still to be answered points at (R-APP-6).
    pub remarks: Vec<Remark>,
}

/// The organisation and the position of a further post, as chosen.
#[derive(Clone, Debug)]
pub struct Post {
    /// The organisation's public id.
    pub organisation: Uuid,
    /// The position's code.
    pub position: String,
}

impl App {
    /// The cards of the cabinet in use. There is always one: the post the profile names.
    pub(crate) async fn cards(&self, actor: &Actor) -> Result<Vec<Card>> {
        let mut tx = self.db.enter::<acts::ReadCard>(actor).await?;
        let found = cards::own(&mut tx).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        drop(tx);
        let mut tx = self.db.enter::<acts::WriteCard>(actor).await?;
        let profile = cards::profile(&mut tx).await?.ok_or(Error::NotFound)?;
        // Another tab may have added it while this one waited for the profile.
        if cards::own(&mut tx).await?.is_empty() {
            let permit = tx.may(profile).await?;
            let (id, _) = cards::add(&mut tx, &permit, None).await?;
            events::audit(&mut tx, Some(id)).await?;
        }
        let found = cards::own(&mut tx).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// The card with this id, the first without one, and what its page offers.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a card that is not the actor's.
    pub async fn card_desk(&self, actor: &Actor, card: Option<Uuid>) -> Result<CardDesk> {
        let cards = self.cards(actor).await?;
        let card = pick(&cards, card)?.clone();
        let mut tx = self.db.enter::<acts::ReadCard>(actor).await?;
        let newest = own::newest(&mut tx, &card).await?.into_iter().next();
        let locked = newest
            .as_ref()
            .is_some_and(|application| is_locked(application.status));
        let remarks = match &newest {
            Some(application) => applications::remarks(&mut tx, application).await?,
            None => Vec::new(),
        };
        Ok(CardDesk {
            email: cards::email(&mut tx).await?,
            subjects: reference::subjects(&mut tx).await?,
            positions: reference::positions(&mut tx, true).await?,
            workplaces: cards::workplaces(&mut tx).await?,
            cards,
            card,
            locked,
            remarks,
        })
    }

    /// «Добавить должность»: a further card for another post in the municipality (R-ACC-1).
    ///
    /// # Errors
    /// [`Error::Invalid`] for a post that is not in the lists.
    pub async fn add_post(&self, actor: &Actor, post: &Post) -> Result<Uuid> {
        let first = self.cards(actor).await?;
        let mut tx = self.db.enter::<acts::WriteCard>(actor).await?;
        let mut faults = Vec::new();
        let chosen = check_post(&mut tx, post, &mut faults).await?;
        let Some((organisation, position)) = chosen else {
            return Err(Error::Invalid(faults));
        };
        let taken = first
            .iter()
            .any(|card| card.organisation == Some(organisation) && card.position == position);
        if taken {
            return Err(Error::field("position", "Такая должность уже добавлена"));
        }
        let profile = cards::profile(&mut tx).await?.ok_or(Error::NotFound)?;
        let permit = tx.may(profile).await?;
        let (id, public_id) = cards::add(&mut tx, &permit, Some((organisation, &position))).await?;
        events::audit(&mut tx, Some(id)).await?;
        tx.commit().await?;
        Ok(public_id)
    }
}

/// The card asked for, or the first.
pub(crate) fn pick(cards: &[Card], id: Option<Uuid>) -> Result<&Card> {
    cards
        .iter()
        .find(|card| id.is_none_or(|id| card.public_id == id))
        .ok_or(Error::NotFound)
}

/// Whether an application of this status keeps its card from being changed (R-APP-3).
pub(crate) const fn is_locked(status: Status) -> bool {
    matches!(status, Status::UnderReview | Status::Registered)
}

/// The post in the numbers of the database, if the lists have it.
async fn check_post(
    tx: &mut db::Scope,
    post: &Post,
    faults: &mut Vec<FieldFault>,
) -> Result<Option<(i64, String)>> {
    let workplaces = cards::workplaces(tx).await?;
    let organisation = workplaces
        .iter()
        .find(|workplace| workplace.public_id == post.organisation);
    let positions = reference::positions(tx, true).await?;
    let position = positions.iter().find(|item| item.code == post.position);
    if organisation.is_none() {
        faults.push(FieldFault::new(
            "organisation",
            "Выберите организацию из списка",
        ));
    }
    if position.is_none() {
        faults.push(FieldFault::new("position", "Выберите должность из списка"));
    }
    Ok(organisation
        .zip(position)
        .map(|(organisation, position)| (organisation.id, position.code.clone())))
}
