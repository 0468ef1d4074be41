//! The people of the demonstration: registered, invited, consenting and filling in their
//! profiles as anybody would.

use db::municipalities::Municipality;
use domain::{
    actor::{Actor, TenantId},
    role::Role,
};
use uuid::Uuid;

use super::{Login, PASSWORD, cases::Scenario};
use crate::{
    App, Error, Result,
    accounts::{Entered, NewAccount, Person},
    invitations::Invite,
    links::LinkKind,
    organisations::NewOrganisation,
    profile::{Typed, Which},
};

/// A municipality with its people.
pub(super) struct Place {
    pub(super) coordinator: Actor,
    /// Membership ids, as forms send them, and who they are.
    pub(super) experts: Vec<Actor>,
    pub(super) teachers: Vec<Teacher>,
    pub(super) logins: Vec<Login>,
}

/// A teacher and what becomes of its application.
pub(super) struct Teacher {
    pub(super) actor: Actor,
    pub(super) scenario: &'static Scenario,
}

/// The organisations of every municipality: type, position there, name around the number.
const ORGANISATIONS: [(&str, &str, &str); 3] = [
    (
        "obshchee",
        "uchitel",
        "МБОУ «Средняя общеобразовательная школа № 1»",
    ),
    (
        "doshkolnoe",
        "vospitatel",
        "МБДОУ «Детский сад № 2 «Кедровый орешек»",
    ),
    (
        "kultura",
        "prepodavatel",
        "МБОУ ДО «Детская школа искусств»",
    ),
];

const SURNAMES: [&str; 24] = [
    "Абрамова",
    "Белоусова",
    "Воронцова",
    "Гордеева",
    "Данилова",
    "Ермакова",
    "Жданова",
    "Зайцева",
    "Исаева",
    "Калинина",
    "Лаптева",
    "Миронова",
    "Назарова",
    "Осипова",
    "Панфилова",
    "Родионова",
    "Савельева",
    "Тарасова",
    "Уварова",
    "Фомина",
    "Харитонова",
    "Цветкова",
    "Шубина",
    "Яковлева",
];
const NAMES: [&str; 11] = [
    "Анна",
    "Вера",
    "Галина",
    "Дарья",
    "Елена",
    "Ирина",
    "Лариса",
    "Мария",
    "Наталья",
    "Ольга",
    "Светлана",
];
const PATRONYMICS: [&str; 7] = [
    "Алексеевна",
    "Викторовна",
    "Дмитриевна",
    "Ивановна",
    "Николаевна",
    "Петровна",
    "Сергеевна",
];

/// A profile of invented words; `seed` tells one person from another.
fn profile(seed: usize, login: &str, position: &str) -> Typed {
    Typed {
        surname: SURNAMES[seed % SURNAMES.len()].to_owned(),
        name: NAMES[seed % NAMES.len()].to_owned(),
        patronymic: PATRONYMICS[seed % PATRONYMICS.len()].to_owned(),
        email: email(login),
        phone: format!(
            "+7 900 {:03}-{:02}-{:02}",
            seed / 100 % 1000,
            seed % 100,
            seed * 7 % 100
        ),
        position: position.to_owned(),
        ..Typed::default()
    }
}

fn email(login: &str) -> String {
    format!("{login}@example.ru")
}

impl App {
    /// An operator or an administrator.
    pub(super) async fn member(&self, role: Role, login: &str, seed: usize) -> Result<Actor> {
        self.add_institute_member(role, login, &email(login), Some(PASSWORD))
            .await?;
        let entered = self.sign_in(login, PASSWORD, None).await?;
        self.fill(entered, profile(seed, login, "spetsialist"))
            .await
    }

    /// A municipality's organisations, coordinator, experts, school coordinators and teachers.
    pub(super) async fn settle(
        &self,
        index: usize,
        municipality: Municipality,
        operator: &Actor,
        scenarios: Vec<&'static Scenario>,
    ) -> Result<Place> {
        let id = municipality.public_id.to_string();
        let slug = municipality.slug.replace('-', "");
        let seed = index * 31;
        for (kind, _, name) in ORGANISATIONS {
            self.add_organisation(
                operator,
                &NewOrganisation {
                    municipality: id.clone(),
                    name: name.to_owned(),
                    kind: kind.to_owned(),
                    founder: String::new(),
                },
            )
            .await?;
        }
        let login = format!("{slug}coordinator");
        let typed = profile(seed, &login, "rukovoditel_otdela");
        let invite = Invite {
            emails: email(&login),
            role: Role::Municipal.code().to_owned(),
            municipality: id.clone(),
            organisation: String::new(),
        };
        let coordinator = self
            .invited(operator, municipality.id, &login, &invite, typed)
            .await?;
        let mut place = Place {
            logins: vec![Login {
                login,
                who: format!("{}, {}", Role::Municipal.name(), municipality.name),
            }],
            coordinator,
            experts: Vec::new(),
            teachers: Vec::new(),
        };
        self.helpers(&mut place, &municipality, seed).await?;
        self.teachers(&mut place, &municipality, seed, scenarios)
            .await?;
        Ok(place)
    }

    /// Three experts and two school coordinators.
    async fn helpers(&self, place: &mut Place, at: &Municipality, seed: usize) -> Result<()> {
        let organisations = self.workplaces(&place.coordinator).await?;
        let slug = at.slug.replace('-', "");
        for number in 0..5_usize {
            let (role, login, position) = if number < 3 {
                (
                    Role::Expert,
                    format!("{slug}expert{}", number + 1),
                    "metodist",
                )
            } else {
                (
                    Role::School,
                    format!("{slug}school{}", number - 2),
                    "zam_direktora",
                )
            };
            let organisation = organisations[number % 2].to_string();
            let mut typed = profile(seed + 1 + number, &login, position);
            ORGANISATIONS[number % 2]
                .0
                .clone_into(&mut typed.organisation_type);
            typed.organisation.clone_from(&organisation);
            let invite = Invite {
                emails: email(&login),
                role: role.code().to_owned(),
                municipality: String::new(),
                organisation: if role == Role::School {
                    organisation
                } else {
                    String::new()
                },
            };
            let actor = self
                .invited(&place.coordinator, at.id, &login, &invite, typed)
                .await?;
            place.logins.push(Login {
                login,
                who: format!("{}, {}", role.name(), at.name),
            });
            if role == Role::Expert {
                place.experts.push(actor);
            }
        }
        Ok(())
    }

    async fn teachers(
        &self,
        place: &mut Place,
        at: &Municipality,
        seed: usize,
        scenarios: Vec<&'static Scenario>,
    ) -> Result<()> {
        let organisations = self.workplaces(&place.coordinator).await?;
        for (number, scenario) in scenarios.into_iter().enumerate() {
            let login = format!("{}teacher{}", at.slug.replace('-', ""), number + 1);
            let work = if scenario.industry { 2 } else { number % 2 };
            let (kind, position, _) = ORGANISATIONS[work];
            let mut typed = profile(seed + 7 + number, &login, position);
            typed.municipality = at.public_id.to_string();
            kind.clone_into(&mut typed.organisation_type);
            typed.organisation = organisations[work].to_string();
            let account = NewAccount {
                login: &login,
                password: PASSWORD,
                confirmation: PASSWORD,
            };
            let entered = self.register_account(account, None).await?;
            let actor = self.fill(entered, typed).await?;
            place.logins.push(Login {
                login,
                who: format!("{}, {}: {}", Role::Teacher.name(), at.name, scenario.words),
            });
            place.teachers.push(Teacher { actor, scenario });
        }
        Ok(())
    }

    /// The ids of the organisations of the coordinator's municipality, as [`ORGANISATIONS`].
    async fn workplaces(&self, coordinator: &Actor) -> Result<Vec<Uuid>> {
        let found = self.organisations(coordinator, "", None).await?.list.rows;
        ORGANISATIONS
            .iter()
            .map(|(kind, ..)| {
                found
                    .iter()
                    .find(|organisation| organisation.kind == *kind)
                    .map(|organisation| organisation.public_id)
                    .ok_or(Error::NotFound)
            })
            .collect()
    }

    /// Invites somebody, who registers by the link of the letter.
    async fn invited(
        &self,
        inviter: &Actor,
        tenant: i32,
        login: &str,
        invite: &Invite,
        typed: Typed,
    ) -> Result<Actor> {
        self.invite(inviter, invite).await?;
        let mut tx = self.db.enter_worker(Some(TenantId(tenant))).await?;
        let (public_id, nonce) = db::seed::invitation(&mut tx, &invite.emails).await?;
        drop(tx);
        let token = self.links.token(LinkKind::Invitation, public_id, nonce);
        let account = NewAccount {
            login,
            password: PASSWORD,
            confirmation: PASSWORD,
        };
        let entered = self.register_account(account, Some(&token)).await?;
        self.fill(entered, typed).await
    }

    /// Consents, fills in the profile and opens the cabinet.
    async fn fill(&self, entered: Entered, mut typed: Typed) -> Result<Actor> {
        let person = Person {
            account: entered.account,
            epoch: entered.epoch,
            request: Uuid::now_v7(),
        };
        let text = self.consent_page(person).await?.text.version;
        self.give_consent(person, text, true, true).await?;
        let which = Which::InUse(None);
        typed.version = self.profile(person, which).await?.typed.version;
        self.save_profile(person, which, &typed).await?;
        let standing = self.standing(person).await?;
        let cabinet = standing.cabinets.first().ok_or(Error::NotFound)?;
        Ok(person.in_cabinet(cabinet))
    }
}
