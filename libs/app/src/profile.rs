//! The profile of a cabinet (R-ACC-6…8): read, typed, saved. A teacher's names the
//! municipality it joins and its place of work; what was made from it follows.

use chrono::{DateTime, Utc};
use db::{
    AuthTx,
    accounts::{institute, invitation::Known, letters},
    applications,
    events::{self, Outcome, audit_account},
    memberships::{self, ALREADY_IN, Hanging, Wanted},
    places, reference,
};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    audit::Deed,
    letter::LetterKind,
    name::FullName,
    role::Role,
    value::{Email, Line, Phone},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    App, Error, FieldFault, Result,
    accounts::{Cabinet, Person, Standing, is_filled, standing},
    places::{suspended, tenant},
    transfers::{self, Transfer},
};

/// What is said when the profile is read-only (R-APP-3).
pub const LOCKED: &str = "Редактирование личных данных не доступно т.к. заявление подано";

/// Which cabinet's profile is meant.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// The one in use by role and number, else the oldest, else a new teacher's.
    InUse(Option<(Role, i64)>),
    /// The one with this public id.
    Named(Uuid),
    /// A new cabinet of a teacher.
    Joining,
}

/// A profile as typed, or as it is before typing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub name: String,
    /// Отчество.
    pub patronymic: String,
    /// Адрес электронной почты.
    pub email: String,
    /// Номер телефона (сотовый).
    pub phone: String,
    /// The municipality's id.
    pub municipality: String,
    /// The organisation type's code.
    pub organisation_type: String,
    /// The organisation's id.
    pub organisation: String,
    /// Not empty if the organisation is not in the list (R-ORG-2).
    pub missing: String,
    /// The name of the organisation that is not in the list.
    pub organisation_name: String,
    /// The post's code.
    pub position: String,
    /// The version of the membership that was shown.
    pub version: String,
}

/// A profile with all its page needs.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The role of the cabinet.
    pub role: Role,
    /// The cabinet; `None` while a teacher has none.
    pub cabinet: Option<Cabinet>,
    /// The values.
    pub typed: Typed,
    /// Whether names, organisation and post are read-only: an application is submitted.
    pub locked: bool,
    /// Whether the teacher may still change the municipality itself (R-ACC-7).
    pub movable: bool,
    /// The newest request to transfer the teacher.
    pub transfer: Option<Transfer>,
    /// The organisation the teacher waits for.
    pub wanted: Option<String>,
    /// Whether the consent is given, without which nothing is asked (R-ACC-6).
    pub consent: bool,
}

/// What came of saving a profile.
#[derive(Clone, Copy, Debug)]
pub struct Saved {
    /// Whether another address waits for its link to be opened.
    pub email_pending: bool,
}

/// A letter, as its addressee lists it.
#[derive(Clone, Debug)]
pub struct Letter {
    /// What it told.
    pub subject: &'static str,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Whether it has left for the addressee.
    pub sent: bool,
}

impl App {
    /// The profile of a cabinet of the person.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the person has no such cabinet.
    pub async fn profile(&self, person: Person, which: Which) -> Result<Profile> {
        let mut auth = self.enter_account(person).await?;
        let standing = standing(&mut auth).await?;
        drop(auth);
        let cabinet = pick(&standing, which)?;
        // Who has cabinets, all of them closed for a while, is not asked to join somewhere.
        if let (Which::InUse(_), None, [closed, ..]) = (which, cabinet, &*standing.suspended) {
            return Err(Error::Suspended(closed.municipality.clone()));
        }
        let role = cabinet.map_or(Role::Teacher, |cabinet| cabinet.role);
        let facts = match cabinet {
            Some(cabinet) if role == Role::Teacher => {
                self.teacher_facts(&person.in_cabinet(cabinet)).await?
            }
            _ => TeacherFacts::default(),
        };
        // A new cabinet begins with what is known from another one.
        let known =
            cabinet.or_else(|| standing.cabinets.iter().rfind(|cabinet| is_filled(cabinet)));
        let mut typed = Typed {
            email: standing.email.clone().unwrap_or_default(),
            ..Typed::default()
        };
        if let Some(known) = known {
            typed.surname.clone_from(&known.surname);
            typed.name.clone_from(&known.name);
            typed.patronymic.clone_from(&known.patronymic);
            typed.phone.clone_from(&known.phone);
        }
        if let Some(cabinet) = cabinet {
            typed.municipality = cabinet
                .municipality_public_id
                .map(|id| id.to_string())
                .unwrap_or_default();
            typed
                .organisation_type
                .clone_from(&cabinet.organisation_type);
            typed.organisation = cabinet
                .organisation_public_id
                .map(|id| id.to_string())
                .unwrap_or_default();
            typed.position.clone_from(&cabinet.position);
            typed.version = cabinet.version.to_string();
        }
        Ok(Profile {
            role,
            cabinet: cabinet.cloned(),
            typed,
            locked: facts.hanging.submitted,
            movable: role == Role::Teacher && !facts.hanging.ever_submitted,
            transfer: facts.transfer,
            wanted: facts.wanted,
            consent: standing.consent,
        })
    }

    /// Saves a profile. A teacher without the cabinet joins the municipality it names; the
    /// first address counts at once, a later one by the link sent to it (R-ACC-6).
    ///
    /// # Errors
    /// [`Error::Invalid`] with all faults, [`Error::Stale`] by the version,
    /// [`Error::Illegal`] for what is read-only by now.
    pub async fn save_profile(&self, person: Person, which: Which, typed: &Typed) -> Result<Saved> {
        let mut auth = self.enter_account(person).await?;
        let standing = standing(&mut auth).await?;
        let cabinet = pick(&standing, which)?;
        let facts = match cabinet {
            Some(cabinet) if cabinet.role == Role::Teacher => {
                self.teacher_facts(&person.in_cabinet(cabinet)).await?
            }
            _ => TeacherFacts::default(),
        };
        if !standing.consent {
            return Err(Error::Forbidden);
        }
        let parsed = Parsed::of(&mut auth, typed, cabinet, &facts).await?;
        let email_pending = self.save_email(&mut auth, &standing, &parsed.email).await?;
        if cabinet.is_some_and(|cabinet| cabinet.role.is_institute()) {
            let member = cabinet.map_or(0, |cabinet| cabinet.id);
            institute::update_own(&mut auth, member, version(typed), &parsed.known()).await?;
            let account = Some(person.account.0);
            audit_account(&mut auth, account, Deed::SaveProfile, Outcome::Done).await?;
        }
        auth.commit().await?;
        match cabinet {
            None => self.join(person, parsed).await?,
            Some(cabinet) => match cabinet.role {
                Role::Teacher => {
                    self.save_teacher(&person.in_cabinet(cabinet), version(typed), parsed)
                        .await?;
                }
                Role::School | Role::Municipal | Role::Expert => {
                    let mut tx = self.db.enter_own(&person.in_cabinet(cabinet)).await?;
                    memberships::update_own(&mut tx, version(typed), &parsed.profile).await?;
                    events::audit_own(&mut tx, Deed::SaveProfile).await?;
                    tx.commit().await?;
                }
                Role::Operator | Role::Admin => {}
            },
        }
        Ok(Saved { email_pending })
    }

    /// The person's letters, newest first: the account's and the cabinet's in use.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed.
    pub async fn letters(
        &self,
        person: Person,
        in_use: Option<(Role, i64)>,
    ) -> Result<Vec<Letter>> {
        let mut auth = self.enter_account(person).await?;
        let standing = standing(&mut auth).await?;
        let mut rows = letters::list(&mut auth).await?;
        drop(auth);
        // Nothing of a case is ever told to an administrator.
        if let Some(cabinet) = pick(&standing, Which::InUse(in_use))?
            && cabinet.role != Role::Admin
        {
            let mut tx = self.db.enter_own(&person.in_cabinet(cabinet)).await?;
            rows.extend(memberships::letters(&mut tx).await?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
        Ok(rows
            .into_iter()
            .map(|row| Letter {
                subject: LetterKind::from_code(&row.kind).map_or("письмо", LetterKind::subject),
                at: row.at,
                sent: row.state == "sent",
            })
            .collect())
    }

    async fn teacher_facts(&self, actor: &Actor) -> Result<TeacherFacts> {
        let mut tx = self.db.enter_own(actor).await?;
        Ok(TeacherFacts {
            hanging: memberships::hanging(&mut tx).await?,
            wanted: memberships::wanted(&mut tx).await?,
            transfer: transfers::own(&mut tx).await?,
        })
    }

    /// Whether the typed address has to wait for its link.
    async fn save_email(
        &self,
        auth: &mut AuthTx,
        standing: &Standing,
        email: &Email,
    ) -> Result<bool> {
        if standing.email.as_deref() == Some(email.as_str()) {
            return Ok(false);
        }
        let first = standing.email.is_none() || !standing.cabinets.iter().any(is_filled);
        if first {
            self.first_email(auth, email.as_str()).await?;
        } else {
            self.change_email(auth, email.as_str()).await?;
        }
        let account = db::accounts::own(auth).await?.map(|account| account.id);
        audit_account(auth, account, Deed::TypeEmail, Outcome::Done).await?;
        Ok(!first)
    }

    async fn join(&self, person: Person, parsed: Parsed) -> Result<()> {
        let tenant = parsed.tenant.ok_or(Error::NotFound)?;
        let mut tx = self
            .db
            .enter_joining(person.account, person.epoch, tenant, person.request)
            .await?;
        memberships::join(&mut tx, &parsed.profile, parsed.wanted.as_ref())
            .await
            .map_err(|error| match error.is_constraint(ALREADY_IN) {
                true => Error::field("municipality", ALREADY),
                false => error.into(),
            })?;
        Ok(tx.commit().await?)
    }

    async fn save_teacher(&self, actor: &Actor, version: i32, parsed: Parsed) -> Result<()> {
        let mut tx = self.db.enter::<acts::WriteCard>(actor).await?;
        let row = memberships::lock_own(&mut tx)
            .await?
            .ok_or(Error::NotFound)?;
        let mut permit = tx.may(row).await?;
        if permit.version != version {
            return Err(Error::Stale);
        }
        if let Some(to) = parsed.tenant {
            db::transfers::move_own(&mut tx, &permit, to, parsed.profile.organisation)
                .await
                .map_err(unmoved)?;
            let row = memberships::lock_own(&mut tx).await?;
            permit = tx.may(row.ok_or(Error::NotFound)?).await?;
        }
        let mut profile = parsed.profile;
        // Who asks for an organisation keeps the former one until the answer.
        profile.organisation = profile.organisation.or(permit.profile.organisation);
        let phone_only = memberships::Profile {
            phone: profile.phone.clone(),
            ..permit.profile.clone()
        };
        if profile != phone_only || parsed.wanted.is_some() {
            let hanging = memberships::hanging(&mut tx).await?;
            if hanging.submitted {
                return Err(Error::Illegal(LOCKED.to_owned()));
            }
            for application in hanging.formed {
                let Some(row) = applications::lock(&mut tx, application).await? else {
                    continue;
                };
                let formed = tx.may(row).await?;
                memberships::unform(&mut tx, &formed).await?;
                events::record(
                    &mut tx,
                    &formed,
                    "Личные данные изменены: заявление нужно сформировать заново",
                )
                .await?;
            }
            let settled = profile.organisation != permit.profile.organisation;
            if settled || parsed.wanted.is_some() {
                memberships::want(&mut tx, &permit, parsed.wanted.as_ref()).await?;
            }
        }
        memberships::update_teacher(&mut tx, &permit, permit.version, &profile).await?;
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }
}

const ALREADY: &str = "В этом муниципалитете у Вас уже есть кабинет педагогического работника";

/// Why a teacher could not change its municipality, in words.
fn unmoved(error: db::Error) -> Error {
    if error.is_constraint(ALREADY_IN) {
        Error::field("municipality", ALREADY)
    } else if error.is_constraint(db::transfers::NO_ORGANISATION) {
        Error::field(
            "organisation",
            "Заявление уже начато: выберите организацию нового муниципалитета из списка",
        )
    } else if error.is_constraint(db::transfers::SUBMITTED) {
        Error::Illegal(LOCKED.to_owned())
    } else {
        error.into()
    }
}

/// What of a teacher's cases and requests its profile depends on.
#[derive(Default)]
struct TeacherFacts {
    hanging: Hanging,
    wanted: Option<String>,
    transfer: Option<Transfer>,
}

fn version(typed: &Typed) -> i32 {
    typed.version.trim().parse().unwrap_or(-1)
}

fn pick(standing: &Standing, which: Which) -> Result<Option<&Cabinet>> {
    let cabinets = &standing.cabinets;
    match which {
        Which::Joining => Ok(None),
        Which::Named(id) => cabinets
            .iter()
            .find(|cabinet| cabinet.public_id == id)
            .map(Some)
            .ok_or(Error::NotFound),
        Which::InUse(in_use) => Ok(cabinets
            .iter()
            .find(|cabinet| Some((cabinet.role, cabinet.id)) == in_use)
            .or_else(|| cabinets.first())),
    }
}

/// A profile that can be saved.
struct Parsed {
    profile: memberships::Profile,
    email: Email,
    /// The municipality to join, or to move to.
    tenant: Option<TenantId>,
    wanted: Option<Wanted>,
}

impl Parsed {
    /// Reads what was typed; all faults at once.
    async fn of(
        auth: &mut AuthTx,
        typed: &Typed,
        cabinet: Option<&Cabinet>,
        facts: &TeacherFacts,
    ) -> Result<Self> {
        let role = cabinet.map_or(Role::Teacher, |cabinet| cabinet.role);
        let mut faults = Vec::new();
        let email = Email::parse(&typed.email);
        let phone = phone(typed, role);
        let mut profile = memberships::Profile {
            phone: kept(phone, "phone", &mut faults).unwrap_or_default(),
            ..memberships::Profile::default()
        };
        let (mut tenant_joined, mut wanted) = (None, None);
        if let (true, Some(cabinet)) = (facts.hanging.submitted, cabinet) {
            profile.surname.clone_from(&cabinet.surname);
            profile.name.clone_from(&cabinet.name);
            profile.patronymic.clone_from(&cabinet.patronymic);
            profile.position.clone_from(&cabinet.position);
            profile.organisation = cabinet.organisation;
        } else {
            name(typed, &mut profile, &mut faults);
            let stays = cabinet.is_some_and(|cabinet| {
                let movable = cabinet.role == Role::Teacher && !facts.hanging.ever_submitted;
                !movable || typed.municipality.is_empty()
            });
            let tenant = match cabinet {
                Some(cabinet) if stays => cabinet.tenant,
                _ => tenant(auth, &typed.municipality).await?,
            };
            if tenant.is_none() && !role.is_institute() {
                faults.push(FieldFault::new(
                    "municipality",
                    match suspended(auth, &typed.municipality).await? {
                        true => "Муниципалитет приостановлен: новые кабинеты в нём пока не открываются. Выберите другой или обратитесь в Центр аттестации",
                        false => "Выберите муниципалитет",
                    },
                ));
            }
            tenant_joined = tenant.filter(|_| tenant != cabinet.and_then(|known| known.tenant));
            match role {
                Role::Teacher | Role::Expert => {
                    let waiting = facts.wanted.is_some() && tenant_joined.is_none();
                    let required = role == Role::Teacher && !waiting;
                    (profile.organisation, wanted) =
                        place(auth, typed, tenant, role, required, &mut faults).await?;
                }
                _ => profile.organisation = cabinet.and_then(|cabinet| cabinet.organisation),
            }
            profile.position = position(auth, typed, role, cabinet, &mut faults).await?;
        }
        match kept(email, "email", &mut faults) {
            Some(email) if faults.is_empty() => Ok(Self {
                profile,
                email,
                tenant: tenant_joined,
                wanted,
            }),
            _ => Err(Error::Invalid(faults)),
        }
    }

    fn known(&self) -> Known {
        let profile = &self.profile;
        Known {
            surname: profile.surname.clone(),
            name: profile.name.clone(),
            patronymic: profile.patronymic.clone(),
            phone: profile.phone.clone(),
        }
    }
}

fn kept<T, F: std::fmt::Display>(
    parsed: Result<T, F>,
    field: &'static str,
    faults: &mut Vec<FieldFault>,
) -> Option<T> {
    parsed
        .map_err(|fault| faults.push(FieldFault::new(field, fault.to_string())))
        .ok()
}

/// The telephone: those of a municipality stand in its schedule, the institute's do not.
fn phone(typed: &Typed, role: Role) -> Result<String, domain::value::Fault> {
    if role.is_institute() && typed.phone.trim().is_empty() {
        return Ok(String::new());
    }
    Phone::parse(&typed.phone).map(|phone| phone.as_str().to_owned())
}

fn name(typed: &Typed, profile: &mut memberships::Profile, faults: &mut Vec<FieldFault>) {
    match FullName::parse(&typed.surname, &typed.name, &typed.patronymic) {
        Ok(name) => {
            profile.surname = name.surname().to_owned();
            profile.name = name.name().to_owned();
            profile.patronymic = name.patronymic().unwrap_or_default().to_owned();
        }
        Err(wrong) => {
            let parts = [
                ("surname", wrong.surname),
                ("name", wrong.name),
                ("patronymic", wrong.patronymic),
            ];
            faults.extend(
                parts
                    .into_iter()
                    .filter_map(|(field, fault)| Some(FieldFault::new(field, fault?.to_string()))),
            );
        }
    }
}

/// The organisation chosen, or the one to be asked for.
async fn place(
    auth: &mut AuthTx,
    typed: &Typed,
    tenant: Option<TenantId>,
    role: Role,
    required: bool,
    faults: &mut Vec<FieldFault>,
) -> Result<(Option<i64>, Option<Wanted>)> {
    if role == Role::Teacher && !typed.missing.is_empty() {
        let types = reference::organisation_types(auth).await?;
        let kind = types
            .into_iter()
            .find(|kind| kind.code == typed.organisation_type);
        if kind.is_none() {
            faults.push(FieldFault::new(
                "organisation_type",
                "Выберите тип образовательной организации",
            ));
        }
        let name = kept(
            Line::parse(&typed.organisation_name, 300),
            "organisation_name",
            faults,
        );
        return Ok((
            None,
            kind.zip(name).map(|(kind, name)| Wanted {
                kind: kind.code,
                name: name.to_string(),
            }),
        ));
    }
    let chosen = typed.organisation.trim();
    if chosen.is_empty() {
        if required && typed.organisation_type.is_empty() {
            faults.push(FieldFault::new(
                "organisation_type",
                "Выберите тип образовательной организации",
            ));
        }
        if required {
            faults.push(FieldFault::new(
                "organisation",
                "Выберите организацию: укажите муниципалитет и тип и нажмите «Показать организации»",
            ));
        }
        return Ok((None, None));
    }
    let found = match (tenant, Uuid::parse_str(chosen)) {
        (Some(tenant), Ok(id)) => places::organisation(auth, tenant, id).await?,
        _ => None,
    };
    if found.is_none() {
        faults.push(FieldFault::new(
            "organisation",
            "Выберите организацию этого муниципалитета из списка",
        ));
    }
    Ok((found.map(|place| place.id), None))
}

/// The post's code: a teacher's among those one is attested in, others' any or none.
async fn position(
    auth: &mut AuthTx,
    typed: &Typed,
    role: Role,
    cabinet: Option<&Cabinet>,
    faults: &mut Vec<FieldFault>,
) -> Result<String> {
    if role.is_institute() {
        return Ok(String::new());
    }
    let chosen = typed.position.trim();
    // One that was retired meanwhile stays until another is chosen.
    let kept = cabinet.is_some_and(|cabinet| cabinet.position == chosen);
    let teacher = role == Role::Teacher;
    if (chosen.is_empty() && !teacher) || (kept && !chosen.is_empty()) {
        return Ok(chosen.to_owned());
    }
    let offered = reference::positions(auth, teacher).await?;
    if !offered.iter().any(|item| item.code == chosen) {
        faults.push(FieldFault::new("position", "Выберите должность из списка"));
    }
    Ok(chosen.to_owned())
}
