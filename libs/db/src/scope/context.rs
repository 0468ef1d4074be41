//! The context of a transaction: the settings every policy reads through `app.ctx_*()`.

use chrono::{DateTime, Utc};
use domain::actor::{Actor, TenantId};
use sqlx::{Postgres, Transaction};
use tracing::Span;

use crate::error::{Error, Result};

/// The settings of a transaction.
#[derive(Default)]
pub(super) struct Context {
    pub(super) tenant: Option<TenantId>,
    pub(super) organisation: Option<i64>,
    pub(super) role: &'static str,
}

impl Context {
    pub(super) fn of(actor: &Actor) -> Self {
        Self {
            tenant: actor.tenant,
            organisation: actor.organisation,
            role: actor.role.code(),
        }
    }

    /// Sets what a scope without a person has, and sees that the policies read it. What is queued in
    /// it goes on with the trace of `span`.
    ///
    /// # Errors
    /// [`Error::NoTenant`] if they would read another municipality or none (SEC-08).
    pub(super) async fn set(
        &self,
        tx: &mut Transaction<'static, Postgres>,
        now: DateTime<Utc>,
        span: &Span,
    ) -> Result<()> {
        let read = sqlx::query!(
            "SELECT set_config('app.tenant', $1, true) AS a, set_config('app.role', $2, true) AS b,
               set_config('app.now', $3, true) AS c, set_config('app.trace', $4, true) AS d,
               app.ctx_tenant() AS tenant",
            text(self.tenant.map(|tenant| i64::from(tenant.0))),
            self.role,
            now.to_rfc3339(),
            trace::carried(span),
        )
        .fetch_one(&mut **tx)
        .await?;
        if read.tenant != self.tenant.map(|tenant| tenant.0) {
            return Err(Error::NoTenant);
        }
        Ok(())
    }

    /// Sets the whole context and asks in the same round trip whether the cabinet is open.
    pub(super) async fn set_and_ask(
        &self,
        tx: &mut Transaction<'static, Postgres>,
        now: DateTime<Utc>,
        actor: &Actor,
        span: &Span,
    ) -> Result<bool> {
        let row = sqlx::query!(
            r#"SELECT set_config('app.tenant', $1, true) AS a, set_config('app.account', $2, true) AS b,
               set_config('app.membership', $3, true) AS c, set_config('app.organisation', $4, true) AS d,
               set_config('app.role', $5, true) AS e, set_config('app.request', $6, true) AS f,
               set_config('app.now', $7, true) AS g, set_config('app.trace', $11, true) AS h, app.still($8, $9, $5, $10) AS "still!""#,
            text(self.tenant.map(|tenant| i64::from(tenant.0))),
            actor.account.0.to_string(),
            actor.membership.to_string(),
            text(self.organisation),
            self.role,
            actor.request.to_string(),
            now.to_rfc3339(),
            actor.account.0,
            actor.epoch,
            actor.membership,
            trace::carried(span),
        )
        .fetch_one(&mut **tx)
        .await?;
        Ok(row.still)
    }
}

fn text(value: Option<i64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
