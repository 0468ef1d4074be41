//! The door (03 §3.2, §3.3): a [`Database`] is entered with a context, a [`Scope`] is what
//! reading functions take, a [`Permit`] what writing functions ask for. Its steps, the pools and
//! the context stand in `scope/…`; what is read and written inside stands with its noun.

mod context;
mod crowd;
mod database;
mod enter;
mod measure;
mod notices;
mod pools;
mod refusal;
mod roles;
mod tx;

use chrono::{DateTime, Utc};
use domain::actor::{Actor, TenantId};
use opentelemetry::KeyValue;
use sqlx::{PgConnection, Postgres, Transaction};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Span;

use crate::error::Result;

pub use database::{Database, Now};
pub use enter::By;
pub use notices::Notices;
pub use pools::Urls;
pub use roles::{AuthTx, CtlTx, JoinTx, OwnTx, PublicTx, WorkerTx};
pub use tx::{Permit, Related, Tx};

/// An open transaction with its context. Reading functions take it; they see what row-level
/// security lets the context see, and nothing else.
pub struct Scope {
    tx: Transaction<'static, Postgres>,
    now: DateTime<Utc>,
    actor: Option<Actor>,
    tenant: Option<TenantId>,
    span: Span,
    /// Held for as long as the connection is.
    _turn: Option<OwnedSemaphorePermit>,
}

impl Scope {
    /// The one moment of this transaction, as `app.ctx_now()` is in SQL.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The municipality the context stands in.
    #[must_use]
    pub const fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// The account in the context; 0, which nobody has, where there is no person.
    #[must_use]
    pub fn account(&self) -> i64 {
        self.actor.as_ref().map_or(0, |actor| actor.account.0)
    }

    /// The connection for one statement, which is counted.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        trace::statement();
        &mut self.tx
    }

    pub(crate) const fn who(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }

    async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        trace::tell(&self.span, [KeyValue::new("attest.committed", true)]);
        Ok(())
    }

    /// Moves the context into another municipality: an operator's or an expert's, into the
    /// one of the row it may act on.
    pub(crate) async fn enter_tenant(&mut self, tenant: TenantId) -> Result<()> {
        sqlx::query!(
            "SELECT set_config('app.tenant', $1, true) AS a",
            tenant.0.to_string()
        )
        .fetch_one(self.connection())
        .await?;
        self.tenant = Some(tenant);
        Ok(())
    }
}
