//! The approving of rows (R-PER-1): what stands preliminary in a period, over all municipalities,
//! and the two moves of a row's mark that are the operators' alone.

use domain::{
    act::{Doing, acts},
    actor::TenantId,
    life::{Case, PeriodMark, Place, Status, Withdrawal},
    reference::Procedure,
    routing::Route,
};
use uuid::Uuid;

use crate::{
    applications::{Application, known},
    error::{Result, touched},
    scope::{Permit, Scope, Tx},
};

/// A row that stands preliminary in a period.
#[derive(Clone, Debug)]
pub struct Awaiting {
    /// The application's id in addresses.
    pub public_id: Uuid,
    /// The applicant's account.
    pub account: i64,
    /// ФИО.
    pub full_name: String,
    /// The municipality.
    pub tenant: TenantId,
    /// The municipality's name.
    pub municipality: String,
    /// What the state table is asked about.
    pub case: Case,
}

/// The preliminary rows of a period, municipality by municipality, the last by name first: the open
/// page shows what was published last on top. Nothing limits them: all of them are approved at once.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn preliminary(scope: &mut Scope, period: i32) -> Result<Vec<Awaiting>> {
    let rows = sqlx::query!(
        r#"SELECT a.public_id, a.account_id, a.tenant_id, m.name AS municipality, a.status, a.procedure, a.route,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             (SELECT w.state FROM app.withdrawal w WHERE w.tenant_id = s.tenant_id
                AND w.application_id = s.application_id AND w.state IN ('formed', 'under_review')) AS withdrawal,
             (SELECT count(*) FROM app.assignment x WHERE x.tenant_id = s.tenant_id
                AND x.application_id = s.application_id AND x.closed_at IS NULL) AS "experts!",
             s.gap_since IS NOT NULL AS "gap!",
             (SELECT c.place FROM app.conclusion c WHERE c.tenant_id = s.tenant_id
                AND c.application_id = s.application_id) AS place
           FROM app.schedule_row s
           JOIN app.application a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
           JOIN app.municipality m ON m.id = s.tenant_id
           WHERE s.period_id = $1 AND s.mark = 'preliminary' AND a.submitted_at IS NOT NULL
           ORDER BY m.name DESC, s.tenant_id, s.id"#,
        period
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let withdrawal = row
                .withdrawal
                .map(|state| known(Withdrawal::from_code(&state), "withdrawal.state"))
                .transpose()?;
            let place = row
                .place
                .map(|place| known(Place::from_code(&place), "conclusion.place"))
                .transpose()?;
            Ok(Awaiting {
                public_id: row.public_id,
                account: row.account_id,
                full_name: row.full_name,
                tenant: TenantId(row.tenant_id),
                municipality: row.municipality,
                case: Case {
                    status: known(Status::from_code(&row.status), "application.status")?,
                    route: row
                        .route
                        .map(|code| known(Route::from_code(&code), "application.route"))
                        .transpose()?,
                    procedure: known(
                        Procedure::from_code(&row.procedure),
                        "application.procedure",
                    )?,
                    withdrawal,
                    period: PeriodMark::Preliminary,
                    experts: u8::try_from(row.experts).unwrap_or(2),
                    gap: row.gap,
                    place: place.unwrap_or(Place::None),
                },
            })
        })
        .collect()
}

/// Approves the row of an application.
///
/// # Errors
/// [`Error::Stale`] if the row changed meanwhile.
pub async fn approve_row(
    tx: &mut Tx<acts::ApprovePeriod>,
    permit: &Permit<acts::ApprovePeriod, Application>,
) -> Result<()> {
    mark(tx, permit, PeriodMark::Approved).await
}

/// Makes the approved row of an application preliminary again, in the period it stands in.
///
/// # Errors
/// As [`approve_row`].
pub async fn reschedule_row(
    tx: &mut Tx<acts::Reschedule>,
    permit: &Permit<acts::Reschedule, Application>,
) -> Result<()> {
    mark(tx, permit, PeriodMark::Preliminary).await
}

async fn mark<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    mark: PeriodMark,
) -> Result<()> {
    let account = tx.account();
    let rows = sqlx::query!(
        "UPDATE app.schedule_row SET mark = $4, set_by = $5, version = version + 1
         WHERE tenant_id = $1 AND application_id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.row.version,
        mark.code(),
        account,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}
