//! Jobs: a tenant's work for the worker, asked for in the transaction of the change. The
//! payload is ids; who asked is kept, so that the worker can ask the policy again.

use domain::act::{Act, Doing, acts};

use crate::{
    applications::Application,
    error::Result,
    municipalities::Municipality,
    scope::{Permit, Tx},
};

/// What the worker can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Print the PDF of an edition of an application (R-APP-1).
    ApplicationPdf,
    /// Print the PDF of a withdrawal.
    WithdrawalPdf,
    /// Print the PDF of a conclusion filled in on screen (R-CON-1).
    ConclusionPdf,
    /// Export a municipality (SEC-106).
    MunicipalityExport,
    /// Read the scan of an application, a withdrawal or a conclusion.
    CaseScan,
    /// Read the signed scan of a municipality's schedule (R-SCH-5).
    ScheduleScan,
}

impl JobKind {
    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ApplicationPdf => "application_pdf",
            Self::WithdrawalPdf => "withdrawal_pdf",
            Self::ConclusionPdf => "conclusion_pdf",
            Self::MunicipalityExport => "municipality_export",
            Self::CaseScan => "case_scan",
            Self::ScheduleScan => "schedule_scan",
        }
    }

    /// The act the policy is asked about again when the worker begins (03 §3.3); none for a scan:
    /// it is attached already, and read whoever has left meanwhile.
    #[must_use]
    pub const fn act(self) -> Option<Act> {
        match self {
            Self::ApplicationPdf => Some(Act::Form),
            Self::WithdrawalPdf => Some(Act::FormWithdrawal),
            Self::ConclusionPdf => Some(Act::UploadConclusion),
            Self::MunicipalityExport => Some(Act::ManageMunicipality),
            Self::CaseScan | Self::ScheduleScan => None,
        }
    }

    /// The kind of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::ApplicationPdf,
            Self::WithdrawalPdf,
            Self::ConclusionPdf,
            Self::MunicipalityExport,
            Self::CaseScan,
            Self::ScheduleScan,
        ]
        .into_iter()
        .find(|kind| kind.code() == code)
    }
}

/// Queues a job about the application; `object` is the edition, of the application or of the
/// conclusion, the withdrawal's id, or a scan's file.
///
/// # Errors
/// If the database does not answer.
pub async fn queue<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    kind: JobKind,
    object: i64,
) -> Result<()> {
    let actor = tx.actor()?.clone();
    sqlx::query!(
        "INSERT INTO app.job (tenant_id, kind, application_id, object_id, account_id, membership_id, role)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        permit.tenant.0,
        kind.code(),
        permit.id,
        object,
        actor.account.0,
        actor.membership,
        actor.role.code(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Queues the reading of the signed scan of the municipality's schedule `schedule`.
///
/// # Errors
/// If the database does not answer.
pub async fn queue_schedule_scan(
    tx: &mut Tx<acts::MakeSchedule>,
    permit: &Permit<acts::MakeSchedule, Municipality>,
    schedule: i64,
) -> Result<()> {
    let actor = tx.actor()?.clone();
    sqlx::query!(
        "INSERT INTO app.job (tenant_id, kind, object_id, account_id, membership_id, role)
         VALUES ($1, $2, $3, $4, $5, $6)",
        permit.id,
        JobKind::ScheduleScan.code(),
        schedule,
        actor.account.0,
        actor.membership,
        actor.role.code(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
