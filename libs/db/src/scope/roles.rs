//! The scopes that no act is asked for: of the login roles, and of a person over what is its
//! own. What each may reach is its grants' matter.

use std::ops::{Deref, DerefMut};

use domain::actor::AccountId;
use sqlx::PgConnection;

use super::Scope;
use crate::error::{Error, Result};

macro_rules! scope_of {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(pub(super) Scope);

        impl Deref for $name {
            type Target = Scope;
            fn deref(&self) -> &Scope {
                &self.0
            }
        }

        impl DerefMut for $name {
            fn deref_mut(&mut self) -> &mut Scope {
                &mut self.0
            }
        }

        impl $name {
            /// Makes everything done in this scope last.
            ///
            /// # Errors
            /// If the database refuses; then nothing was done.
            pub async fn commit(self) -> Result<()> {
                self.0.commit().await
            }
        }
    };
}

scope_of! {
    /// The scope of the auth role. Its rows are the account's it has been told of.
    AuthTx
}
scope_of! {
    /// The scope of a person over what is its own, whatever the role.
    OwnTx
}
scope_of! {
    /// The scope of a person about to join a municipality as a teacher.
    JoinTx
}
scope_of! {
    /// The scope of the public role: read only by its grants.
    PublicTx
}
scope_of! {
    /// The scope of the worker.
    WorkerTx
}
scope_of! {
    /// The scope of `ctl`: the administrator's login without a person.
    CtlTx
}

impl WorkerTx {
    /// The connection, for what belongs to the municipality the worker stands in.
    ///
    /// # Errors
    /// [`Error::NoTenant`] if it stands in none (SEC-08).
    pub(crate) fn inside(&mut self) -> Result<&mut PgConnection> {
        self.tenant().ok_or(Error::NoTenant)?;
        Ok(self.connection())
    }
}

impl AuthTx {
    /// Tells the scope which account it is about.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn about(&mut self, account: AccountId) -> Result<()> {
        sqlx::query!(
            "SELECT set_config('app.account', $1, true) AS a",
            account.0.to_string()
        )
        .fetch_one(self.connection())
        .await?;
        Ok(())
    }

    /// Tells the scope which login is being looked up or taken; `norm` is in lower case.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn about_login(&mut self, norm: &str) -> Result<()> {
        sqlx::query!("SELECT set_config('app.login', $1, true) AS a", norm)
            .fetch_one(self.connection())
            .await?;
        Ok(())
    }

    /// Tells the scope the SHA-256 of the one-time token in hand.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn about_token(&mut self, sha256: &[u8; 32]) -> Result<()> {
        let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        sqlx::query!("SELECT set_config('app.token', $1, true) AS a", hex)
            .fetch_one(self.connection())
            .await?;
        Ok(())
    }
}
