//! Cards: read, filled in and added to by their owner; when a card is complete enough to form
//! an application from (01 §1.3, R-APP-1).

use db::{
    applications::{self, own},
    cards, events, reference,
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    card::{HeldCategory, Snapshot},
    life::{Status, legal},
    name::FullName,
    reference::{Category, Code},
};
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result};

pub use db::{
    cards::{Card, Filled, Workplace},
    reference::Item,
};

/// Why a card cannot be changed from submission on (R-APP-3).
pub const LOCKED: &str = "Редактирование личных данных не доступно т.к. заявление подано";

/// Who issued the order of the category held, unless the region says otherwise.
const ISSUER: &str = "Департамента общего образования Томской области";

/// Something a card lacks for forming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The field's name on the card page.
    pub field: &'static str,
    /// The field's label.
    pub label: &'static str,
    /// Whether it is filled in in the profile, not on the card.
    pub in_profile: bool,
}

const fn missing(field: &'static str, label: &'static str) -> Missing {
    Missing {
        field,
        label,
        in_profile: false,
    }
}

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
        let locked = own::newest(&mut tx, &card)
            .await?
            .first()
            .is_some_and(|application| is_locked(application.status));
        Ok(CardDesk {
            email: cards::email(&mut tx).await?,
            subjects: reference::subjects(&mut tx).await?,
            positions: reference::positions(&mut tx, true).await?,
            workplaces: cards::workplaces(&mut tx).await?,
            cards,
            card,
            locked,
        })
    }

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
        let mut formed = Vec::new();
        let mut submitted = Vec::new();
        for id in own::live(&mut tx).await? {
            let Some(application) = applications::lock(&mut tx, id).await? else {
                continue;
            };
            match application.status {
                Status::Formed => formed.push(application),
                status if is_locked(status) => submitted.push(application.card),
                _ => {}
            }
        }
        let found = cards::own(&mut tx).await?;
        let permit = tx.may(pick(&found, Some(card))?.clone()).await?;
        if submitted.contains(&permit.id) {
            return Err(Error::Illegal(LOCKED.to_owned()));
        }
        if [permit.version, permit.profile_version] != versions {
            return Err(Error::Stale);
        }
        let mut faults = Vec::new();
        let subjects = reference::subjects(&mut tx).await?;
        let known = |code: &str| subjects.iter().any(|subject| subject.code == code);
        if !filled.subject.is_empty() && filled.subject != permit.subject && !known(&filled.subject)
        {
            faults.push(FieldFault::new("subject", "Выберите предмет из списка"));
        }
        if let Some(post) = post.filter(|_| !permit.first) {
            filled.post = check_post(&mut tx, &post, &mut faults).await?;
        }
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        if filled.held.is_some() {
            let issuer = reference::setting(&mut tx, "order_issuer").await?;
            filled.held_issuer = if issuer.is_empty() {
                ISSUER.to_owned()
            } else {
                issuer
            };
        }
        cards::fill(&mut tx, &permit, &filled).await?;
        events::audit(&mut tx, Some(permit.id)).await?;
        let now = cards::own(&mut tx).await?;
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
            own::redraft(&mut tx, &permit).await?;
            redrafted = true;
            events::record(
                &mut tx,
                &permit,
                "Карточка изменена: заявление нужно сформировать заново",
            )
            .await?;
        }
        tx.commit().await?;
        Ok(redrafted)
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

/// The card as an application keeps it, or what it lacks for that (R-APP-1).
///
/// # Errors
/// Every field that is not filled in.
pub fn snapshot(card: &Card) -> Result<Snapshot, Vec<Missing>> {
    let mut lacks = Vec::new();
    let name = full_name(&[
        card.surname.clone(),
        card.name.clone(),
        card.patronymic.clone(),
    ]);
    let genitive = full_name(&card.genitive);
    let dative = full_name(&card.dative);
    let position = Code::parse(&card.position).ok();
    let age = card.age.and_then(|age| u8::try_from(age).ok());
    let service = card
        .service
        .map(|years| years.and_then(|years| u8::try_from(years).ok()));
    let held = Category::from_code(&card.held_category);
    let mut need = |there: bool, what: Missing| {
        if !there {
            lacks.push(what);
        }
    };
    let in_profile = |what: Missing| Missing {
        in_profile: card.first,
        ..what
    };
    need(name.is_some(), missing("surname", "Фамилия, имя"));
    need(
        card.organisation.is_some(),
        in_profile(missing(
            "organisation",
            "Место работы (образовательная организация)",
        )),
    );
    need(
        position.is_some(),
        in_profile(missing("position", "Должность")),
    );
    need(
        genitive.is_some(),
        missing("surname_gen", "ФИО в родительном падеже"),
    );
    need(
        dative.is_some(),
        missing("surname_dat", "ФИО в дательном падеже"),
    );
    need(age.is_some(), missing("age", "Возраст (полных лет)"));
    need(service[0].is_some(), missing("service_total", "Общий стаж"));
    need(
        service[1].is_some(),
        missing("service_pedagogical", "Педагогический стаж"),
    );
    need(
        service[2].is_some(),
        missing("service_post", "Стаж в должности"),
    );
    need(
        held.is_none() || card.held_date.is_some(),
        missing("held_date", "Дата распоряжения"),
    );
    need(
        held.is_none() || !card.held_number.is_empty(),
        missing("held_number", "Номер распоряжения"),
    );
    let (
        Some(name),
        Some(genitive),
        Some(dative),
        Some(age),
        Some(position),
        [Some(total), Some(pedagogical), Some(post)],
        true,
    ) = (
        name,
        genitive,
        dative,
        age,
        position,
        service,
        lacks.is_empty(),
    )
    else {
        return Err(lacks);
    };
    Ok(Snapshot {
        name,
        genitive,
        dative,
        age,
        position,
        position_name: card.position_name.clone(),
        subject: filled(&card.subject_name),
        municipality: card.municipality.clone(),
        organisation: card.organisation_name.clone(),
        organisation_type: card.organisation_type.clone(),
        education: filled(&card.education),
        service: [total, pedagogical, post],
        held: held
            .zip(card.held_date)
            .map(|(category, date)| HeldCategory {
                category,
                issuer: card.held_issuer.clone(),
                date,
                number: card.held_number.clone(),
                until: card.held_until,
            }),
    })
}

fn full_name([surname, name, patronymic]: &[String; 3]) -> Option<FullName> {
    FullName::parse(surname, name, patronymic).ok()
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        let name = |forms: [&str; 3]| forms.map(str::to_owned);
        Card {
            tenant: 1,
            id: 1,
            public_id: Uuid::nil(),
            account: 1,
            membership: 1,
            first: true,
            version: 1,
            profile_version: 1,
            surname: "Иванова".into(),
            name: "Мария".into(),
            patronymic: "Сергеевна".into(),
            phone: String::new(),
            municipality: "Город Томск".into(),
            organisation: Some(1),
            organisation_public: Some(Uuid::nil()),
            organisation_name: "Школа № 1".into(),
            organisation_type: "общее".into(),
            position: "uchitel".into(),
            position_name: "учитель".into(),
            subject: String::new(),
            subject_name: String::new(),
            genitive: name(["Ивановой", "Марии", "Сергеевны"]),
            dative: name(["Ивановой", "Марии", "Сергеевне"]),
            age: Some(40),
            education: String::new(),
            service: [Some(10), Some(9), Some(8)],
            held_category: String::new(),
            held_issuer: String::new(),
            held_date: None,
            held_number: String::new(),
            held_until: None,
        }
    }

    fn lacks(card: &Card) -> Vec<&'static str> {
        snapshot(card)
            .unwrap_err()
            .iter()
            .map(|missing| missing.field)
            .collect()
    }

    #[test]
    fn r_app_1_a_complete_card_is_copied() {
        let copied = snapshot(&card()).unwrap();
        assert_eq!(copied.service, [10, 9, 8]);
        assert_eq!(
            (copied.subject, copied.education, copied.held),
            (None, None, None)
        );
    }

    #[test]
    fn everything_missing_is_named_at_once() {
        let bare = Card {
            position: String::new(),
            dative: Default::default(),
            age: None,
            service: [Some(1), None, Some(0)],
            held_category: "first".into(),
            ..card()
        };
        assert_eq!(
            lacks(&bare),
            [
                "position",
                "surname_dat",
                "age",
                "service_pedagogical",
                "held_date",
                "held_number"
            ]
        );
        assert!(snapshot(&bare).unwrap_err()[0].in_profile);
    }
}
