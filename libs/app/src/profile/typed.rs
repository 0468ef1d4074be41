//! A profile as a form has it: text by text, as typed or as it stands before typing. What of it
//! can be saved is read in [`super::parsed`].

use serde::Deserialize;

use crate::accounts::{Cabinet, Standing, is_filled};

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

impl Typed {
    /// The profile of a cabinet before typing; a new cabinet's begins with what is known from
    /// another one.
    pub(super) fn of(standing: &Standing, cabinet: Option<&Cabinet>) -> Self {
        let mut typed = Self {
            email: standing.email.clone().unwrap_or_default(),
            ..Self::default()
        };
        let known =
            cabinet.or_else(|| standing.cabinets.iter().rfind(|cabinet| is_filled(cabinet)));
        if let Some(known) = known {
            typed.surname.clone_from(&known.surname);
            typed.name.clone_from(&known.name);
            typed.patronymic.clone_from(&known.patronymic);
            typed.phone.clone_from(&known.phone);
        }
        if let Some(cabinet) = cabinet {
            let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
            typed.municipality = id(cabinet.municipality_public_id);
            typed
                .organisation_type
                .clone_from(&cabinet.organisation_type);
            typed.organisation = id(cabinet.organisation_public_id);
            typed.position.clone_from(&cabinet.position);
            typed.version = cabinet.version.to_string();
        }
        typed
    }

    /// The version of the membership that was shown; of nonsense none that there is.
    pub(super) fn version(&self) -> i32 {
        self.version.trim().parse().unwrap_or(-1)
    }
}
