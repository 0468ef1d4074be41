//! Mistakes put right after registration (R-APP-10): a registration annulled, data corrected. The
//! journal's lines about both are [`crate::journal`]'s, a decision superseded is in
//! [`crate::decisions`].

use domain::{act::acts, correction::Data, life::Status, value::Line};

use crate::{
    applications::{Application, lapse_withdrawal, set_status},
    error::{Error, Result, touched},
    scope::{Permit, Tx},
};

/// Annuls a registration: the application is rejected and leaves the schedule. Returns the
/// accounts of the experts whose assignments this closed.
///
/// # Errors
/// [`Error::Stale`] if the application changed meanwhile.
pub async fn annul(
    tx: &mut Tx<acts::Annul>,
    permit: &Permit<acts::Annul, Application>,
    rejection: &str,
) -> Result<Vec<i64>> {
    // The schedule first: once the application is rejected nobody owns its row any more.
    let experts = sqlx::query_scalar!(
        "UPDATE app.assignment SET closed_at = app.ctx_now()
         WHERE tenant_id = $1 AND application_id = $2 AND closed_at IS NULL RETURNING expert_account_id",
        permit.tenant.0,
        permit.id,
    )
    .fetch_all(tx.connection())
    .await?;
    sqlx::query!(
        "UPDATE app.schedule_row SET mark = 'none', period_id = NULL, gap_since = NULL, version = version + 1
         WHERE tenant_id = $1 AND application_id = $2",
        permit.tenant.0,
        permit.id,
    )
    .execute(tx.connection())
    .await?;
    lapse_withdrawal(tx, permit).await?;
    set_status(tx, permit, Status::Rejected, rejection).await?;
    Ok(experts)
}

/// Corrects an application's data: `present` stands in its snapshot and in the lists from now on,
/// what stood there is kept with the reason.
///
/// # Errors
/// [`Error::Stale`] if the application changed meanwhile.
pub async fn correct(
    tx: &mut Tx<acts::Correct>,
    permit: &Permit<acts::Correct, Application>,
    present: &Data,
    reason: &Line,
) -> Result<()> {
    let snapshot = permit.snapshot.as_ref().ok_or(Error::Stale)?;
    let former = Data::of(snapshot);
    let account = tx.account();
    let corrupt = |_| Error::Corrupt {
        column: "application.snapshot",
    };
    let rows = sqlx::query!(
        "UPDATE app.application SET snapshot = $4, surname = $5, name = $6, patronymic = $7, position = $8,
           version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.version,
        serde_json::to_value(present.clone().into_snapshot(snapshot)).map_err(corrupt)?,
        present.name.surname(),
        present.name.name(),
        present.name.patronymic().unwrap_or_default(),
        present.position.as_str(),
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)?;
    sqlx::query!(
        "INSERT INTO app.correction (tenant_id, application_id, former, present, reason, by_account)
         VALUES ($1, $2, $3, $4, $5, $6)",
        permit.tenant.0,
        permit.id,
        serde_json::to_value(former).map_err(corrupt)?,
        serde_json::to_value(present).map_err(corrupt)?,
        reason.as_str(),
        account,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
