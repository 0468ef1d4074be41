//! The invented people come in as people do: invited, registered, with consent, profile and
//! card.

use chrono::Months;
use db::work::mail;
use domain::{
    actor::{Actor, TenantId},
    declension,
    reference::Category,
    role::Role,
    value::Phone,
};

use super::{
    PASSWORD,
    cases::Case,
    email, internal, names,
    places::{Place, Work},
    stories::Story,
};
use crate::{
    App, Error, Result,
    accounts::{NewAccount, Person},
    cards::Filled,
    invitations::Invite,
    links::LinkKind,
    organisations::NewOrganisation,
    profile::{Typed, Which},
};

/// People of one municipality have numbers in a row; the next one's begin this much later.
const NUMBERS: usize = 131;

/// A municipality with whoever works in it.
pub(super) struct Town {
    slug: &'static str,
    first_number: usize,
    id: TenantId,
    public_id: String,
    /// The coordinator.
    pub(super) coordinator: Actor,
    /// The experts.
    pub(super) experts: Vec<Actor>,
    organisations: Vec<(Work, String)>,
}

impl Town {
    /// The short name in addresses and logins.
    pub(super) const fn slug(&self) -> &'static str {
        self.slug
    }

    /// The number inside the database.
    pub(super) const fn id(&self) -> i32 {
        self.id.0
    }
}

/// An account of the institute.
pub(super) async fn institute(app: &App, role: Role, number: usize) -> Result<Actor> {
    let login = role.code();
    app.add_institute_member(role, login, &email(login), Some(PASSWORD))
        .await?;
    let entered = app.sign_in(login, PASSWORD, None).await?;
    let person = person(entered.account, entered.epoch);
    consent(app, person).await?;
    introduce(app, person, Which::InUse(None), number, |_| ()).await
}

/// A municipality with its coordinator, organisations, experts and school coordinators.
pub(super) async fn town(
    app: &App,
    operator: &Actor,
    number: usize,
    (slug, organisations): Place,
) -> Result<Town> {
    let mut tx = app.db.enter_auth().await?;
    let municipality = db::municipalities::by_slug(&mut tx, slug)
        .await?
        .ok_or_else(|| {
            Error::Illegal(
                "Нет муниципалитетов: сначала загрузите справочники (ctl reference sync)"
                    .to_owned(),
            )
        })?;
    drop(tx);
    let invite = |role: Role, organisation: &str| Invite {
        role: role.code().to_owned(),
        municipality: municipality.public_id.to_string(),
        organisation: organisation.to_owned(),
        ..Invite::default()
    };
    let id = TenantId(municipality.id);
    let mut number = number * NUMBERS;
    let mut next = || {
        number += 1;
        number
    };
    let login = format!("{slug}coordinator");
    let coordinator = invited(
        app,
        operator,
        id,
        invite(Role::Municipal, ""),
        login,
        next(),
    )
    .await?;
    let mut town = Town {
        slug,
        first_number: 0,
        id,
        public_id: municipality.public_id.to_string(),
        organisations: found(app, &coordinator, organisations).await?,
        coordinator,
        experts: Vec::new(),
    };
    for index in 1..=3 {
        let login = format!("{slug}expert{index}");
        let invite = invite(Role::Expert, town.organisation(Work::School));
        let expert = invited(app, &town.coordinator, id, invite, login, next()).await?;
        town.experts.push(expert);
    }
    for (index, work) in [(1, Work::School), (2, Work::Kindergarten)] {
        let login = format!("{slug}school{index}");
        let invite = invite(Role::School, town.organisation(work));
        invited(app, &town.coordinator, id, invite, login, next()).await?;
    }
    town.first_number = next();
    Ok(town)
}

impl Town {
    fn organisation(&self, work: Work) -> &str {
        self.organisations
            .iter()
            .find(|(kind, _)| *kind == work)
            .map_or("", |(_, id)| id)
    }

    /// The teacher of a story, the `index`th of the municipality, counted from 0.
    pub(super) async fn teacher(&self, app: &App, index: usize, story: Story) -> Result<Case<'_>> {
        let number = self.first_number + index;
        let login = format!("{}teacher{}", self.slug, index + 1);
        let entered = app.register_account(account(&login), None).await?;
        let person = person(entered.account, entered.epoch);
        consent(app, person).await?;
        let teacher = introduce(app, person, Which::Joining, number, |typed| {
            typed.email = email(&login);
            typed.municipality.clone_from(&self.public_id);
            typed.organisation_type = story.work.kind().to_owned();
            typed.organisation = self.organisation(story.work).to_owned();
            typed.position = story.work.position().to_owned();
            if story.work == Work::Missing {
                typed.missing = "yes".to_owned();
                typed.organisation_name = "Частная школа «Открытие»".to_owned();
            }
        })
        .await?;
        let desk = app.card_desk(&teacher, None).await?;
        let card = desk.card.public_id;
        let versions = [desk.card.version, desk.card.profile_version];
        let filled = filled(app, number, story.work)?;
        app.save_card(&teacher, card, versions, filled, None)
            .await?;
        Ok(Case {
            town: self,
            teacher,
            card,
            asks: asked(number),
            story,
            application: None,
        })
    }
}

/// Adds the organisations and finds the ids they got.
async fn found(app: &App, coordinator: &Actor, names: [&str; 3]) -> Result<Vec<(Work, String)>> {
    for (work, name) in Work::LISTED.into_iter().zip(names) {
        let organisation = NewOrganisation {
            name: name.to_owned(),
            kind: work.kind().to_owned(),
            ..NewOrganisation::default()
        };
        app.add_organisation(coordinator, &organisation).await?;
    }
    let added = app.organisations(coordinator, None, None).await?.list.rows;
    Ok(Work::LISTED
        .into_iter()
        .filter_map(|work| {
            let row = added.iter().find(|row| row.kind == work.kind())?;
            Some((work, row.public_id.to_string()))
        })
        .collect())
}

/// Invites somebody, who registers by the link and fills in the profile.
async fn invited(
    app: &App,
    inviter: &Actor,
    tenant: TenantId,
    mut invite: Invite,
    login: String,
    number: usize,
) -> Result<Actor> {
    invite.emails = email(&login);
    app.invite(inviter, &invite).await?;
    let token = token(app, inviter, tenant, &invite.emails).await?;
    let entered = app.register_account(account(&login), Some(&token)).await?;
    let person = person(entered.account, entered.epoch);
    consent(app, person).await?;
    introduce(app, person, Which::InUse(None), number, |typed| {
        if invite.role == Role::Expert.code() {
            typed.position = "metodist".to_owned();
        }
    })
    .await
}

/// The token of the invitation just sent, derived as the worker derives it for the letter.
async fn token(app: &App, inviter: &Actor, tenant: TenantId, email: &str) -> Result<String> {
    let sent = app.invitations(inviter, "", None).await?.list.rows;
    let id = sent
        .iter()
        .find(|row| row.email == email)
        .ok_or(Error::NotFound)?
        .id;
    let mut tx = app.db.enter_worker(Some(tenant)).await?;
    let row = mail::invitation(&mut tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(app
        .links
        .token(LinkKind::Invitation, row.public_id, row.nonce))
}

fn account(login: &str) -> NewAccount<'_> {
    NewAccount {
        login,
        password: PASSWORD,
        confirmation: PASSWORD,
    }
}

fn person(account: domain::actor::AccountId, epoch: i32) -> Person {
    Person {
        account,
        epoch,
        request: uuid::Uuid::now_v7(),
    }
}

async fn consent(app: &App, person: Person) -> Result<()> {
    let version = app.consent_page(person).await?.text.version;
    app.give_consent(person, version, true, true).await
}

/// Fills in the profile with the invented person of this number and what `with` adds, and
/// opens the cabinet.
async fn introduce(
    app: &App,
    person: Person,
    which: Which,
    number: usize,
    with: impl FnOnce(&mut Typed),
) -> Result<Actor> {
    let name = names::person(number)?;
    let mut typed = app.profile(person, which).await?.typed;
    typed.surname = name.surname().to_owned();
    typed.name = name.name().to_owned();
    typed.patronymic = name.patronymic().unwrap_or_default().to_owned();
    typed.phone = phone(number);
    with(&mut typed);
    app.save_profile(person, which, &typed, true).await?;
    let standing = app.standing(person).await?;
    let cabinet = standing.cabinets.first().ok_or(Error::NotFound)?;
    Ok(person.in_cabinet(cabinet))
}

/// A mobile number nobody has: of a range that is given to no one.
fn phone(number: usize) -> String {
    format!("+7 900 000 {:02} {:02}", number / 100 % 100, number % 100)
}

/// The category held and the one asked for: some hold the first and ask for the highest, and a
/// few ask for it who may not.
const fn career(number: usize) -> (Option<Category>, Category) {
    if number % 3 == 1 {
        (Some(Category::First), Category::Highest)
    } else if number % 11 == 6 {
        (None, Category::Highest)
    } else {
        (None, Category::First)
    }
}

const fn asked(number: usize) -> Category {
    career(number).1
}

fn filled(app: &App, number: usize, work: Work) -> Result<Filled> {
    let name = names::person(number)?;
    let forms = declension::propose(&name);
    let subjects = work.subjects();
    let years = u8::try_from(number * 7 % 30).unwrap_or_default();
    let held = career(number).0;
    let held_date = held.and_then(|_| app.today().checked_sub_months(Months::new(48)));
    Ok(Filled {
        name,
        phone: Some(
            Phone::parse(&phone(number)).map_err(|_| internal("an invented phone is not one"))?,
        ),
        genitive: Some(forms.genitive),
        dative: Some(forms.dative),
        post: None,
        subject: subjects
            .get(number % subjects.len())
            .copied()
            .unwrap_or_default()
            .to_owned(),
        age: Some(years + 27),
        education: "высшее, Томский государственный педагогический университет".to_owned(),
        service: [Some(years + 4), Some(years + 3), Some(years + 1)],
        held,
        held_issuer: String::new(),
        held_number: held
            .map(|_| format!("{}-р", 100 + number % 800))
            .unwrap_or_default(),
        held_until: held_date.and_then(|date| date.checked_add_months(Months::new(60))),
        held_date,
    })
}
