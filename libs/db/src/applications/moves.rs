//! The registrar's moves of an application's status, under the eye of the trigger that knows the
//! table's (R-ROUTE-5). The teacher's are in [`super::own`].

use chrono::NaiveDate;
use domain::{
    act::{Doing, acts},
    life::Status,
    remark::Remark,
};
use sqlx::types::Json;

use super::Application;
use crate::{
    error::{Result, touched},
    scope::{Permit, Scope, Tx},
};

/// Registers: the status moves under the trigger's eye, then, last in the transaction, the
/// journal gives number and date (R-APP-5). The caller commits at once after it.
///
/// # Errors
/// [`Error::Stale`] if the application changed meanwhile.
pub async fn register(
    tx: &mut Tx<acts::Register>,
    permit: &Permit<acts::Register, Application>,
) -> Result<(i32, NaiveDate)> {
    set_status(tx, permit, Status::Registered, "").await?;
    let line = sqlx::query!(
        r#"SELECT number AS "number!", date AS "date!" FROM app.register_application($1)"#,
        permit.id
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((line.number, line.date))
}

/// Rejects, with the reasons in words (R-APP-6).
///
/// # Errors
/// [`Error::Stale`] if the application changed meanwhile.
pub async fn reject(
    tx: &mut Tx<acts::Reject>,
    permit: &Permit<acts::Reject, Application>,
    reasons: &[String],
    rejection: &str,
    remarks: &[Remark],
) -> Result<()> {
    set_status(tx, permit, Status::Rejected, rejection).await?;
    sqlx::query!(
        "UPDATE app.application SET rejection_reasons = $3, remarks = $4 WHERE tenant_id = $1 AND id = $2",
        permit.tenant.0,
        permit.id,
        reasons,
        Json(remarks) as _,
    )
    .execute(tx.connection())
    .await?;
    lapse_withdrawal(tx, permit).await
}

/// The remarks of the rejection that is still to be answered: the application's own, or, until the
/// one that followed it is submitted, its predecessor's.
///
/// # Errors
/// If the database does not answer.
pub async fn remarks(scope: &mut Scope, application: &Application) -> Result<Vec<Remark>> {
    let remarks = sqlx::query_scalar!(
        r#"SELECT r.remarks AS "remarks: Json<Vec<Remark>>" FROM app.application a
           JOIN app.application r ON r.tenant_id = a.tenant_id AND r.status = 'rejected'
             AND r.id = CASE WHEN a.status IN ('draft', 'formed') THEN a.previous_id ELSE a.id END
           WHERE a.tenant_id = $1 AND a.id = $2"#,
        application.tenant.0,
        application.id,
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(remarks.map_or_else(Vec::new, |Json(remarks)| remarks))
}

/// Marks an operator-route application «Проверено» (R-ROUTE-3).
///
/// # Errors
/// [`Error::Stale`] if the application changed meanwhile.
pub async fn vouch(
    tx: &mut Tx<acts::Vouch>,
    permit: &Permit<acts::Vouch, Application>,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.application SET vouched_at = app.ctx_now(), version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.version,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Moves the status of the application a permit is for; the trigger allows only the moves of
/// the domain's table.
pub(crate) async fn set_status<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    status: Status,
    rejection: &str,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.application SET status = $4, rejection = $5, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.version,
        status.code(),
        rejection,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// A withdrawal that was only formed is overtaken by a rejection or a decision (R-WD-1).
pub(crate) async fn lapse_withdrawal<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE app.withdrawal SET state = 'lapsed', version = version + 1
         WHERE tenant_id = $1 AND application_id = $2 AND state = 'formed'",
        permit.tenant.0,
        permit.id,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
