//! What was typed into a profile, read into what can be saved; all faults at once. What a
//! teacher may not change by now is left as it is. Saving it is in [`super::saving`].

use db::{
    AuthTx,
    accounts::invitation::Known,
    memberships::{Profile, Wanted},
    places, reference,
};
use domain::{
    actor::TenantId,
    name::FullName,
    role::Role,
    value::{self, Email, Line, Phone},
};
use uuid::Uuid;

use super::{TeacherFacts, Typed};
use crate::{
    Error, FieldFault, Result,
    accounts::Cabinet,
    places::{suspended, tenant},
};

/// A profile that can be saved.
pub(super) struct Parsed {
    pub(super) profile: Profile,
    pub(super) email: Email,
    /// The municipality to join, or to move to.
    pub(super) tenant: Option<TenantId>,
    pub(super) wanted: Option<Wanted>,
}

impl Parsed {
    /// Reads what was typed; all faults at once.
    pub(super) async fn of(
        auth: &mut AuthTx,
        typed: &Typed,
        cabinet: Option<&Cabinet>,
        facts: &TeacherFacts,
    ) -> Result<Self> {
        let role = cabinet.map_or(Role::Teacher, |cabinet| cabinet.role);
        let mut faults = Vec::new();
        let phone = kept(phone(typed, role), "phone", &mut faults);
        let who = match cabinet {
            Some(cabinet) if facts.hanging.submitted => Who::is(cabinet),
            _ => Who::typed(auth, typed, cabinet, facts, &mut faults).await?,
        };
        match kept(Email::parse(&typed.email), "email", &mut faults) {
            Some(email) if faults.is_empty() => Ok(Self {
                profile: Profile {
                    phone: phone.unwrap_or_default(),
                    ..who.profile
                },
                email,
                tenant: who.tenant,
                wanted: who.wanted,
            }),
            _ => Err(Error::Invalid(faults)),
        }
    }

    /// What the institute knows of its own.
    pub(super) fn known(&self) -> Known {
        let profile = &self.profile;
        Known {
            surname: profile.surname.clone(),
            name: profile.name.clone(),
            patronymic: profile.patronymic.clone(),
            phone: profile.phone.clone(),
        }
    }
}

/// Names, place of work and post: what an application is formed from, so that once one is
/// submitted they stay as they are (R-APP-3).
#[derive(Default)]
struct Who {
    /// Without the telephone.
    profile: Profile,
    tenant: Option<TenantId>,
    wanted: Option<Wanted>,
}

impl Who {
    fn is(cabinet: &Cabinet) -> Self {
        Self {
            profile: Profile {
                surname: cabinet.surname.clone(),
                name: cabinet.name.clone(),
                patronymic: cabinet.patronymic.clone(),
                position: cabinet.position.clone(),
                organisation: cabinet.organisation,
                ..Profile::default()
            },
            ..Self::default()
        }
    }

    async fn typed(
        auth: &mut AuthTx,
        typed: &Typed,
        cabinet: Option<&Cabinet>,
        facts: &TeacherFacts,
        faults: &mut Vec<FieldFault>,
    ) -> Result<Self> {
        let role = cabinet.map_or(Role::Teacher, |cabinet| cabinet.role);
        let mut who = Self::default();
        name(typed, &mut who.profile, faults);
        let tenant = municipality(auth, typed, cabinet, facts, faults).await?;
        who.tenant = tenant.filter(|_| tenant != cabinet.and_then(|known| known.tenant));
        match role {
            Role::Teacher | Role::Expert => {
                let waiting = facts.wanted.is_some() && who.tenant.is_none();
                let required = role == Role::Teacher && !waiting;
                (who.profile.organisation, who.wanted) =
                    place(auth, typed, tenant, role, required, faults).await?;
            }
            _ => who.profile.organisation = cabinet.and_then(|cabinet| cabinet.organisation),
        }
        who.profile.position = position(auth, typed, role, cabinet, faults).await?;
        Ok(who)
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
fn phone(typed: &Typed, role: Role) -> Result<String, value::Fault> {
    if role.is_institute() && typed.phone.trim().is_empty() {
        return Ok(String::new());
    }
    Phone::parse(&typed.phone).map(|phone| phone.as_str().to_owned())
}

fn name(typed: &Typed, profile: &mut Profile, faults: &mut Vec<FieldFault>) {
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

/// The municipality named; the cabinet's own where it does not move (R-ACC-7).
async fn municipality(
    auth: &mut AuthTx,
    typed: &Typed,
    cabinet: Option<&Cabinet>,
    facts: &TeacherFacts,
    faults: &mut Vec<FieldFault>,
) -> Result<Option<TenantId>> {
    let stays = |cabinet: &&Cabinet| {
        let movable = cabinet.role == Role::Teacher && !facts.hanging.ever_submitted;
        !movable || typed.municipality.is_empty()
    };
    let named = match cabinet.filter(stays) {
        Some(cabinet) => cabinet.tenant,
        None => tenant(auth, &typed.municipality).await?,
    };
    if named.is_none() && !cabinet.is_some_and(|cabinet| cabinet.role.is_institute()) {
        faults.push(FieldFault::new(
            "municipality",
            match suspended(auth, &typed.municipality).await? {
                true => "Муниципалитет приостановлен: новые кабинеты в нём пока не открываются. Выберите другой или обратитесь в Центр аттестации",
                false => "Выберите муниципалитет",
            },
        ));
    }
    Ok(named)
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
