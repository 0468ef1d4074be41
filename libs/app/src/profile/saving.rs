//! Saving a profile (R-ACC-6, R-ACC-7): by the role of its cabinet. A teacher's names the
//! municipality it joins or moves to and its place of work; what was formed from it follows.
//! What was typed is read in [`super::parsed`].

use db::{
    Tx,
    accounts::{self, institute},
    applications,
    events::{self, Outcome, audit_account},
    memberships::{self, ALREADY_IN, Profile},
};
use domain::{act::acts, actor::Actor, audit::Deed, role::Role, value::Email};
use uuid::Uuid;

use super::{LOCKED, Typed, Which, parsed::Parsed, pick};
use crate::{
    App, Error, Result,
    accounts::{Person, Standing, is_filled, standing},
};

const ALREADY: &str = "В этом муниципалитете у Вас уже есть кабинет педагогического работника";

/// What is said to who would change the address without a fresh proof; the page shows the way to one.
const UNPROVED: &str = "Чтобы сменить адрес, сначала подтвердите, что это Вы";

/// What becomes of the address of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EmailChange {
    /// It stays; a change that waits for its link goes on waiting.
    None,
    /// It counts at once: there is none, or one that nobody has confirmed and no cabinet was opened with.
    First,
    /// It waits for its link.
    Later,
}

impl EmailChange {
    fn of(standing: &Standing, email: &Email) -> Self {
        match &standing.email {
            Some(present) if present == email.as_str() => Self::None,
            Some(_) if standing.email_confirmed || standing.cabinets.iter().any(is_filled) => {
                Self::Later
            }
            _ => Self::First,
        }
    }
}

/// What came of saving a profile.
#[derive(Clone, Copy, Debug)]
pub struct Saved {
    /// Whether another address waits for its link to be opened.
    pub email_pending: bool,
}

impl App {
    /// Saves a profile. A teacher without the cabinet joins the municipality it names; the
    /// first address counts at once, a later one by the link sent to it (R-ACC-6), and only for who
    /// has `proved` lately to be itself (SEC-48). The address comes last: what is refused changes
    /// nothing and sends no letter; only an outage in between saves the rest without it.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all faults, [`Error::Stale`] by the version,
    /// [`Error::Illegal`] for what is read-only by now.
    pub async fn save_profile(
        &self,
        person: Person,
        which: Which,
        typed: &Typed,
        proved: bool,
    ) -> Result<Saved> {
        let mut auth = self.enter_account(person).await?;
        let standing = standing(&mut auth).await?;
        let cabinet = pick(&standing, which)?;
        let facts = self.teacher_facts(person, cabinet).await?;
        if !standing.consent {
            return Err(Error::Forbidden);
        }
        let parsed = Parsed::of(&mut auth, typed, cabinet, &facts).await?;
        drop(auth);
        let email = parsed.email.clone();
        let change = EmailChange::of(&standing, &email);
        if change == EmailChange::Later && !proved {
            return Err(Error::field("email", UNPROVED));
        }
        let version = typed.version();
        let known = parsed.known();
        match cabinet.map(|cabinet| person.in_cabinet(cabinet)) {
            None => self.join(person, parsed).await?,
            Some(actor) => match actor.role {
                Role::Teacher => self.save_teacher(&actor, version, parsed).await?,
                Role::School | Role::Municipal | Role::Expert => {
                    self.save_member(&actor, version, &parsed.profile).await?;
                }
                // The institute's is saved with the account.
                Role::Operator | Role::Admin => {}
            },
        }
        // Held, and asked again then: sessions that end meanwhile end what is asked for here, too.
        let mut auth = self.enter_account(person).await?;
        accounts::hold(&mut auth).await?;
        if !accounts::is_open(&mut auth, person.epoch).await? {
            return Err(Error::SignedOut);
        }
        let account = Some(person.account.0);
        if let Some(cabinet) = cabinet.filter(|cabinet| cabinet.role.is_institute()) {
            institute::update_own(&mut auth, cabinet.id, version, &known).await?;
            audit_account(&mut auth, account, Deed::SaveProfile, Outcome::Done).await?;
        }
        match change {
            EmailChange::None => {}
            EmailChange::First => self.first_email(&mut auth, email.as_str()).await?,
            EmailChange::Later => self.change_email(&mut auth, email.as_str()).await?,
        }
        if change != EmailChange::None {
            audit_account(&mut auth, account, Deed::TypeEmail, Outcome::Done).await?;
        }
        auth.commit().await?;
        Ok(Saved {
            email_pending: change == EmailChange::Later,
        })
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

    async fn save_member(&self, actor: &Actor, version: i32, profile: &Profile) -> Result<()> {
        let mut tx = self.db.enter_own(actor).await?;
        memberships::update_own(&mut tx, version, profile).await?;
        events::audit_own(&mut tx, Deed::SaveProfile).await?;
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
        let phone_only = Profile {
            phone: profile.phone.clone(),
            ..permit.profile.clone()
        };
        if profile != phone_only || parsed.wanted.is_some() {
            let hanging = memberships::hanging(&mut tx).await?;
            if hanging.submitted {
                return Err(Error::Illegal(LOCKED.to_owned()));
            }
            unform(&mut tx, hanging.formed).await?;
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

/// What was formed from the former profile is a draft again (R-ACC-7).
async fn unform(tx: &mut Tx<acts::WriteCard>, formed: Vec<Uuid>) -> Result<()> {
    let words = "Личные данные изменены: заявление нужно сформировать заново";
    for application in formed {
        let Some(row) = applications::lock(tx, application).await? else {
            continue;
        };
        // Submitted meanwhile in another tab.
        if row.status.is_submitted() {
            return Err(Error::Illegal(LOCKED.to_owned()));
        }
        let permit = tx.may(row).await?;
        memberships::unform(tx, &permit).await?;
        events::record(tx, &permit, words).await?;
    }
    Ok(())
}

/// Why a teacher could not change its municipality, in words.
fn unmoved(error: db::Error) -> Error {
    if error.is_constraint(ALREADY_IN) {
        Error::field("municipality", ALREADY)
    } else if error.is_constraint(db::transfers::NO_ORGANISATION) {
        Error::field(
            "organisation",
            "Заявление уже начато: выберите организацию нового муниципалитета из списка",
        )
    } else if error.is_constraint(db::transfers::SUSPENDED) {
        Error::field(
            "municipality",
            "Этот муниципалитет сейчас не работает в системе",
        )
    } else if error.is_constraint(db::transfers::SUBMITTED) {
        Error::Illegal(LOCKED.to_owned())
    } else {
        error.into()
    }
}
