//! Saving a card: what the owner filled in, checked against the lists, and what was formed from
//! the former card made a draft again (R-APP-1, R-APP-3).

use db::{
    Tx,
    applications::{self, Application, own},
    cards, events, reference,
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    life::{Status, legal},
};
use uuid::Uuid;

use super::{Card, Filled, LOCKED, Post, check_post, is_locked, pick, snapshot};
use crate::{App, Error, FieldFault, Result};

/// Who issued the order of the category held, unless the region says otherwise.
const ISSUER: &str = "Департамента общего образования Томской области";

impl App {
    /// Saves a card. Applications formed from what it changed are drafts again (R-APP-1):
    /// whether there was one is told.
    ///
    /// # Errors
    /// [`Error::Stale`] by the versions of card and profile, [`Error::Illegal`] once an
    /// application of the card is submitted, [`Error::Invalid`].
    pub async fn save_card(
        &self,
        actor: &Actor,
        card: Uuid,
        versions: [i32; 2],
        mut filled: Filled,
        post: Option<Post>,
    ) -> Result<bool> {
        let mut tx = self.db.enter::<acts::WriteCard>(actor).await?;
        // Locked first, so that none is submitted while its card is being changed.
        let live = lock_live(&mut tx).await?;
        let found = cards::own(&mut tx).await?;
        let permit = tx.may(pick(&found, Some(card))?.clone()).await?;
        let of_card = |application: &Application| application.card == permit.id;
        if live
            .iter()
            .any(|application| of_card(application) && is_locked(application.status))
        {
            return Err(Error::Illegal(LOCKED.to_owned()));
        }
        if [permit.version, permit.profile_version] != versions {
            return Err(Error::Stale);
        }
        check(&mut tx, &permit, &mut filled, post).await?;
        cards::fill(&mut tx, &permit, &filled).await?;
        events::audit(&mut tx, Some(permit.id)).await?;
        let formed = live
            .into_iter()
            .filter(|application| application.status == Status::Formed);
        let redrafted = redraft(&mut tx, actor, formed).await?;
        tx.commit().await?;
        Ok(redrafted)
    }
}

/// The applications of the cabinet that are not final, locked.
async fn lock_live(tx: &mut Tx<acts::WriteCard>) -> Result<Vec<Application>> {
    let mut live = Vec::new();
    for id in own::live(tx).await? {
        live.extend(applications::lock(tx, id).await?);
    }
    Ok(live)
}

/// Checks what only the lists can tell, and fills in what the owner does not write.
async fn check(
    tx: &mut Tx<acts::WriteCard>,
    card: &Card,
    filled: &mut Filled,
    post: Option<Post>,
) -> Result<()> {
    let mut faults = Vec::new();
    let subjects = reference::subjects(tx).await?;
    let known = |code: &str| subjects.iter().any(|subject| subject.code == code);
    if !filled.subject.is_empty() && filled.subject != card.subject && !known(&filled.subject) {
        faults.push(FieldFault::new("subject", "Выберите предмет из списка"));
    }
    if let Some(post) = post.filter(|_| !card.first) {
        filled.post = check_post(tx, &post, &mut faults).await?;
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    if filled.held.is_some() {
        let issuer = reference::setting(tx, "order_issuer").await?;
        filled.held_issuer = if issuer.is_empty() {
            ISSUER.to_owned()
        } else {
            issuer
        };
    }
    Ok(())
}

/// Makes a draft again of what was formed from a card that is another now; whether any was.
async fn redraft(
    tx: &mut Tx<acts::WriteCard>,
    actor: &Actor,
    formed: impl Iterator<Item = Application>,
) -> Result<bool> {
    let now = cards::own(tx).await?;
    let mut redrafted = false;
    for application in formed {
        let same = now
            .iter()
            .find(|card| card.id == application.card)
            .and_then(|card| snapshot(card).ok())
            .is_some_and(|snapshot| application.snapshot.as_ref() == Some(&snapshot));
        if same {
            continue;
        }
        let permit = tx.may(application).await?;
        legal(Act::Edit, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(Act::Edit, refusal))?;
        own::redraft(tx, &permit).await?;
        redrafted = true;
        let words = "Карточка изменена: заявление нужно сформировать заново";
        events::record(tx, &permit, words).await?;
    }
    Ok(redrafted)
}
