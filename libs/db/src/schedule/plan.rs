//! The writing of a row: its period, its gap, its assignments (R-PER-1, R-SCH-2…4). What may be
//! written is the verb's to ask; what never may, the table's own rules refuse.

use domain::{
    act::{Doing, acts},
    life::PeriodMark,
};

use super::Expert;
use crate::{
    applications::Application,
    error::{Error, Result, touched},
    scope::{Permit, Tx},
};

/// The two acts that assign experts: a coordinator's, among its own, and an operator's.
pub trait Assigning: Doing {}
impl Assigning for acts::Assign {}
impl Assigning for acts::AssignAny {}

/// Writes period and gap of an application's row; the row comes into being with it.
///
/// # Errors
/// [`Error::Stale`] if the row changed meanwhile.
pub async fn save_row<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    period: Option<i32>,
    gap: bool,
) -> Result<()> {
    let account = tx.account();
    // An approved row keeps its mark whoever is assigned to it later.
    let mark = match (permit.row.mark, period) {
        (PeriodMark::Approved, Some(_)) => PeriodMark::Approved,
        (_, Some(_)) => PeriodMark::Preliminary,
        (_, None) => PeriodMark::None,
    };
    let gap_since = gap.then(|| permit.row.gap_since.unwrap_or(tx.now()));
    if permit.row.version == 0 {
        let written = sqlx::query!(
            "INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark, set_by, gap_since)
             VALUES ($1, $2, $3, $4, $5, $6)",
            permit.tenant.0,
            permit.id,
            period,
            mark.code(),
            account,
            gap_since,
        )
        .execute(tx.connection())
        .await
        .map_err(Error::from);
        return match written {
            Err(error) if error.is_constraint("schedule_row_tenant_id_application_id_key") => {
                Err(Error::Stale)
            }
            other => other.map(|_| ()),
        };
    }
    let rows = sqlx::query!(
        "UPDATE app.schedule_row SET period_id = $4, mark = $5, set_by = $6, gap_since = $7, version = version + 1
         WHERE tenant_id = $1 AND application_id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.row.version,
        period,
        mark.code(),
        account,
        gap_since,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Assigns an expert to a place (1 or 2) that is empty.
///
/// # Errors
/// [`Error::Constraint`] with the name of the rule of R-SCH-3 that refuses it.
pub async fn open_assignment<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    slot: i32,
    expert: &Expert,
) -> Result<()> {
    let account = tx.account();
    sqlx::query!(
        "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
           expert_membership_id, expert_account_id, expert_name, expert_position, expert_organisation, assigned_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        permit.tenant.0,
        permit.id,
        permit.account,
        slot,
        expert.tenant.0,
        expert.membership,
        expert.account,
        expert.full_name,
        expert.position,
        expert.organisation_name,
        account,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends an assignment: the expert sees the case no longer (R-SCH-4).
///
/// # Errors
/// [`Error::Stale`] if it has ended meanwhile.
pub async fn close_assignment<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    assignment: i64,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.assignment SET closed_at = app.ctx_now()
         WHERE tenant_id = $1 AND id = $2 AND application_id = $3 AND closed_at IS NULL",
        permit.tenant.0,
        assignment,
        permit.id,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}
