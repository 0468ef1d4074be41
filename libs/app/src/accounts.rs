//! Accounts: who a person is, what stands between it and its cabinets, and the scope of an
//! account. Registration, sign-in, and what a person does with the link of an invitation, with
//! its password, address and consent stand in `accounts/…`.

pub mod consent;
pub mod deletion;
mod device;
pub mod email;
pub mod erasure;
pub mod factor;
pub mod identity;
pub mod invitation;
pub mod passkey;
pub mod password;
mod registration;
mod sign_in;

use db::{
    AuthTx,
    accounts::{self, cabinets},
    events::{Outcome, audit_person},
};
use domain::{
    actor::{AccountId, Actor},
    audit::Deed,
    role::Role,
};
use uuid::Uuid;

use crate::{App, Error, Result};

pub use db::accounts::cabinets::{Cabinet, Suspended};
pub use registration::NewAccount;
pub(crate) use registration::create;
pub use sign_in::Entry;

/// A person signed in, in a cabinet or on the way to one.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// Its epoch at sign-in.
    pub epoch: i32,
    /// The request this is done for.
    pub request: Uuid,
}

impl Person {
    /// The person as it acts in one of its cabinets.
    #[must_use]
    pub fn in_cabinet(&self, cabinet: &Cabinet) -> Actor {
        Actor {
            account: self.account,
            epoch: self.epoch,
            role: cabinet.role,
            membership: cabinet.id,
            tenant: cabinet.tenant,
            organisation: cabinet.organisation,
            request: self.request,
        }
    }
}

/// Who has just proved to be whom.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The account.
    pub account: AccountId,
    /// Its epoch: the session is as old as this.
    pub epoch: i32,
    /// The login, as its owner typed it.
    pub login: String,
}

/// What stands between a person and its cabinets.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The login.
    pub login: String,
    /// The address, once known.
    pub email: Option<String>,
    /// Whether the link sent to it was opened.
    pub email_confirmed: bool,
    /// Whether the consent that opens cabinets is given (R-ACC-6).
    pub consent: bool,
    /// The cabinets, oldest first.
    pub cabinets: Vec<Cabinet>,
    /// The municipalities whose suspension closes cabinets of the person.
    pub suspended: Vec<Suspended>,
}

/// What the header and the choice say of a cabinet beside its role.
#[must_use]
pub fn title(cabinet: &Cabinet) -> &str {
    match cabinet.role {
        Role::School => &cabinet.organisation_name,
        Role::Operator | Role::Admin => "Центр аттестации",
        _ => &cabinet.municipality,
    }
}

/// Whether the profile of a cabinet is filled in: it opens then (02 §2.1).
#[must_use]
pub fn is_filled(cabinet: &Cabinet) -> bool {
    !cabinet.surname.is_empty()
}

impl App {
    /// Leaves in the audit that the person puts this cabinet in use (SEC-82). The session
    /// itself is the caller's.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed or its password was set anew.
    pub async fn switch_cabinet(&self, person: Person, cabinet: &Cabinet) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        let actor = person.in_cabinet(cabinet);
        audit_person(&mut tx, &actor, Deed::SwitchCabinet, Outcome::Done).await?;
        Ok(tx.commit().await?)
    }

    /// Leaves in the audit that the person asked for a page its cabinet does not have (SEC-82).
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn other_cabinet(&self, actor: &Actor) -> Result<()> {
        let mut tx = self.db.enter_auth().await?;
        tx.about(actor.account).await?;
        audit_person(&mut tx, actor, Deed::OtherCabinet, Outcome::Refused).await?;
        Ok(tx.commit().await?)
    }

    /// What stands between the person and its cabinets.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed or its password was set anew.
    pub async fn standing(&self, person: Person) -> Result<Standing> {
        let mut tx = self.enter_account(person).await?;
        standing(&mut tx).await
    }

    /// The scope of an account, if it may still act.
    pub(crate) async fn enter_account(&self, person: Person) -> Result<AuthTx> {
        let mut tx = self.db.enter_auth().await?;
        tx.about(person.account).await?;
        if accounts::is_open(&mut tx, person.epoch).await? {
            Ok(tx)
        } else {
            Err(Error::SignedOut)
        }
    }
}

pub(crate) async fn standing(tx: &mut AuthTx) -> Result<Standing> {
    let account = accounts::own(tx).await?.ok_or(Error::SignedOut)?;
    Ok(Standing {
        login: account.login,
        email: account.email,
        email_confirmed: account.email_confirmed,
        consent: accounts::consents::given(tx, accounts::consents::ConsentKind::PersonalData)
            .await?,
        cabinets: cabinets::list(tx).await?,
        suspended: cabinets::suspended(tx).await?,
    })
}
