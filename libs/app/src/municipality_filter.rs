//! The filter «Муниципалитет» of those who read all of them: which it offers, and which one an
//! address or a form names. A region's are chosen from a list; where there are too many for one,
//! a name is typed. What is narrowed by it is each list's business.

use db::{
    Scope,
    municipalities::{self, Municipality},
};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    search::words,
};

use crate::{App, Result};

/// The most municipalities a list to choose from holds.
const LISTED: usize = 200;

/// How many of the names that fit what was typed are told.
const TOLD: i64 = 5;

/// The number no municipality has: they begin with 1.
const NONE: TenantId = TenantId(0);

/// The filter as it stands. Its default offers nothing and narrows nothing.
#[derive(Clone, Debug, Default)]
pub struct MunicipalityFilter {
    /// What was chosen or typed.
    pub typed: String,
    /// What there is to choose from, by name.
    pub offered: Offered,
    /// What fits: several, if what was typed is of several names.
    fitting: Vec<Municipality>,
}

/// What there is to choose from.
#[derive(Clone, Debug)]
pub enum Offered {
    /// These.
    Listed(Vec<Municipality>),
    /// More than a list holds: the name is typed.
    Typed,
}

impl Default for Offered {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl MunicipalityFilter {
    async fn read(scope: &mut Scope, typed: &str, gone: bool) -> db::Result<Self> {
        let typed = typed.trim();
        let most = i64::try_from(LISTED).unwrap_or(i64::MAX);
        let listed = municipalities::first(scope, gone, most.saturating_add(1)).await?;
        let (offered, fitting) = if listed.len() > LISTED {
            let mut fitting = match typed {
                "" => Vec::new(),
                _ => municipalities::named(scope, typed, gone, TOLD).await?,
            };
            if fitting.first().is_some_and(|first| is(first, typed)) {
                fitting.truncate(1);
            }
            (Offered::Typed, fitting)
        } else {
            let fitting = listed
                .iter()
                .filter(|one| is(one, typed))
                .cloned()
                .collect();
            (Offered::Listed(listed), fitting)
        };
        Ok(Self {
            typed: typed.to_owned(),
            offered,
            fitting,
        })
    }

    /// The municipality it narrows to, if it names one.
    #[must_use]
    pub fn chosen(&self) -> Option<&Municipality> {
        match self.fitting.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Its number. What names none is in no municipality: nothing is found, rather than everything.
    #[must_use]
    pub fn tenant(&self) -> Option<TenantId> {
        match self.chosen() {
            Some(chosen) => Some(TenantId(chosen.id)),
            None => (!self.typed.is_empty()).then_some(NONE),
        }
    }

    /// Why nothing is found by it, in words.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        if self.typed.is_empty() || self.chosen().is_some() {
            return None;
        }
        let names: Vec<&str> = self.fitting.iter().map(|one| one.name.as_str()).collect();
        match names.as_slice() {
            [] => Some("Такого муниципалитета нет".to_owned()),
            several => Some(format!(
                "Введите название точнее, подходят: {}",
                several.join(", ")
            )),
        }
    }
}

/// Whether a municipality has this very name or public id.
fn is(municipality: &Municipality, typed: &str) -> bool {
    typed.parse() == Ok(municipality.public_id) || words(&municipality.name) == words(typed)
}

impl App {
    /// The filter «Муниципалитет» over those there are.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for roles that do not read them.
    pub async fn municipality_filter(
        &self,
        actor: &Actor,
        typed: &str,
    ) -> Result<MunicipalityFilter> {
        let mut tx = self.db.enter::<acts::ReadMunicipalities>(actor).await?;
        Ok(MunicipalityFilter::read(&mut tx, typed, false).await?)
    }

    /// The same over those lines of the journal may be of: those that are gone left theirs.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for roles without the journal.
    pub async fn journal_municipality_filter(
        &self,
        actor: &Actor,
        typed: &str,
    ) -> Result<MunicipalityFilter> {
        let mut tx = self.db.enter::<acts::ReadJournal>(actor).await?;
        Ok(MunicipalityFilter::read(&mut tx, typed, true).await?)
    }
}
