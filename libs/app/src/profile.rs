//! The profile of a cabinet (R-ACC-6…8): which one is meant, and all its page needs. What its
//! form holds, how that is read and how it is saved stand beside it in `profile/…`.

mod parsed;
mod saving;
mod typed;

use db::memberships::{self, Hanging};
use domain::role::Role;
use uuid::Uuid;

use crate::{
    App, Error, Result,
    accounts::{Cabinet, Person, Standing, standing},
    transfers::{self, Transfer},
};

pub use crate::cards::LOCKED;
pub use saving::Saved;
pub use typed::Typed;

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
        let facts = self.teacher_facts(person, cabinet).await?;
        Ok(Profile {
            role,
            cabinet: cabinet.cloned(),
            typed: Typed::of(&standing, cabinet),
            locked: facts.hanging.submitted,
            movable: role == Role::Teacher && !facts.hanging.ever_submitted,
            transfer: facts.transfer,
            wanted: facts.wanted,
            consent: standing.consent,
        })
    }

    async fn teacher_facts(
        &self,
        person: Person,
        cabinet: Option<&Cabinet>,
    ) -> Result<TeacherFacts> {
        let Some(cabinet) = cabinet.filter(|cabinet| cabinet.role == Role::Teacher) else {
            return Ok(TeacherFacts::default());
        };
        let mut tx = self.db.enter_own(&person.in_cabinet(cabinet)).await?;
        Ok(TeacherFacts {
            hanging: memberships::hanging(&mut tx).await?,
            wanted: memberships::wanted(&mut tx).await?,
            transfer: transfers::own(&mut tx).await?,
        })
    }
}

/// What of a teacher's cases and requests its profile depends on; nothing for other roles.
#[derive(Default)]
struct TeacherFacts {
    hanging: Hanging,
    wanted: Option<String>,
    transfer: Option<Transfer>,
}

/// The cabinet that is meant; `None` for a new one of a teacher.
pub(crate) fn pick(standing: &Standing, which: Which) -> Result<Option<&Cabinet>> {
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
