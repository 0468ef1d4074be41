//! Ending a cabinet of a municipality (08 §8.2): whose it is, and the end itself. What hangs on
//! an expert's cabinet the database closes with it (R-SCH-4, `app.close_assignments`).

use domain::{
    act::acts,
    actor::{Actor, TenantId},
    permission::{MembershipFacts, Relations},
    role::Role,
};
use uuid::Uuid;

use crate::{
    applications::known,
    error::{Error, Result, touched},
    scope::{Permit, Related, Scope, Tx},
};

/// The rule that keeps a teacher's cabinet open while an application of it is live.
pub const LIVE: &str = "membership_live_application";

/// A cabinet that has not ended, as far as ending it goes.
#[derive(Clone, Debug)]
pub struct Cabinet {
    /// The municipality.
    pub tenant: TenantId,
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The person.
    pub account: i64,
    /// The role.
    pub role: Role,
    /// The version of the row.
    pub version: i32,
}

impl Related for Cabinet {
    fn relations(&self, actor: &Actor) -> Relations {
        MembershipFacts {
            tenant: Some(self.tenant.0),
            account: self.account,
            role: self.role,
        }
        .relations(actor)
    }

    fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// Those of the cabinets with these ids that the scope sees and that have not ended.
///
/// # Errors
/// If the database does not answer or holds a role the domain does not know.
pub async fn among(scope: &mut Scope, public_ids: &[Uuid]) -> Result<Vec<Cabinet>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT tenant_id, id, public_id, account_id, role, version FROM app.membership
         WHERE public_id = ANY ($1) AND ended_at IS NULL",
        public_ids,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter().map(Cabinet::try_from).collect()
}

/// The cabinet in use, if it is one of a municipality.
///
/// # Errors
/// As [`among`].
pub async fn own(scope: &mut Scope) -> Result<Option<Cabinet>> {
    let row = sqlx::query_as!(
        Row,
        "SELECT tenant_id, id, public_id, account_id, role, version FROM app.membership
         WHERE id = (SELECT app.ctx_membership()) AND account_id = (SELECT app.ctx_account())
           AND role = (SELECT app.ctx_role()) AND ended_at IS NULL"
    )
    .fetch_optional(scope.connection())
    .await?;
    row.map(Cabinet::try_from).transpose()
}

/// How many teachers are assigned to the expert in the context.
///
/// # Errors
/// If the database does not answer.
pub async fn own_assignments(scope: &mut Scope) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM app.assignment
           WHERE expert_membership_id = (SELECT app.ctx_membership())
             AND expert_account_id = (SELECT app.ctx_account()) AND closed_at IS NULL"#
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Ends a cabinet: the next request of its person finds it closed (SEC-14).
///
/// # Errors
/// [`crate::Error::Stale`] by `version`; the constraint [`LIVE`].
pub async fn end(
    tx: &mut Tx<acts::EndMembership>,
    permit: &Permit<acts::EndMembership, Cabinet>,
    version: i32,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.membership SET ended_at = app.ctx_now(), version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND ended_at IS NULL",
        permit.tenant.0,
        permit.id,
        version,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

struct Row {
    tenant_id: i32,
    id: i64,
    public_id: Uuid,
    account_id: i64,
    role: String,
    version: i32,
}

impl TryFrom<Row> for Cabinet {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            tenant: TenantId(row.tenant_id),
            id: row.id,
            public_id: row.public_id,
            account: row.account_id,
            role: known(Role::from_code(&row.role), "membership.role")?,
            version: row.version,
        })
    }
}
