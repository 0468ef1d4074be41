//! Exports of municipalities as administrators and `ctl` see them (SEC-106): how far they are
//! and what is in them, in numbers. Making one is [`crate::work::export`]'s.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    audit::Deed,
    permission::{Relations, of_municipality},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    error::{Error, Result, touched},
    events,
    jobs::JobKind,
    scope::{CtlTx, Permit, Related, Scope, Tx},
};

/// A municipality to be exported: active, suspended, or merged into another with what is final
/// still in it; never one removed.
#[derive(Clone, Debug)]
pub struct Place {
    /// The tenant's number.
    pub id: i32,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The short name in addresses.
    pub slug: String,
    /// The name.
    pub name: String,
    /// Whether its cabinets are closed.
    pub suspended: bool,
    /// The version of its row.
    pub version: i32,
}

impl Related for Place {
    fn relations(&self, actor: &Actor) -> Relations {
        of_municipality(actor, self.id)
    }

    fn tenant(&self) -> TenantId {
        TenantId(self.id)
    }
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for the worker.
    Queued,
    /// Is being made.
    Running,
    /// The file is there.
    Done,
    /// Given up after the last try.
    Failed,
}

impl State {
    fn from_code(code: &str) -> Result<Self> {
        match code {
            "queued" => Ok(Self::Queued),
            "running" => Ok(Self::Running),
            "done" => Ok(Self::Done),
            "failed" => Ok(Self::Failed),
            _ => Err(Error::Corrupt {
                column: "municipality_export.state",
            }),
        }
    }

    /// Whether the worker still has it before it.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// What is in an export, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Rows of each table.
    pub tables: BTreeMap<String, u64>,
    /// Logins of the municipality's people.
    pub accounts: u64,
    /// Documents.
    pub documents: u64,
    /// Documents whose bytes the store does not have.
    pub missing: u64,
    /// Bytes of rows and documents together.
    pub bytes: u64,
}

/// An export.
#[derive(Clone, Debug)]
pub struct Export {
    /// The id in commands.
    pub public_id: Uuid,
    /// How far it is.
    pub state: State,
    /// Tables and documents written.
    pub done: i32,
    /// Of how many; 0 until the worker has counted them.
    pub total: i32,
    /// Where the file lies; none before it is done.
    pub s3_key: Option<String>,
    /// Bytes of the file.
    pub size: Option<i64>,
    /// SHA-256 of the file.
    pub sha256: Option<Vec<u8>>,
    /// What is in it.
    pub counts: Counts,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When the file was there.
    pub finished_at: Option<DateTime<Utc>>,
}

struct Row {
    public_id: Uuid,
    state: String,
    done: i32,
    total: i32,
    s3_key: Option<String>,
    size: Option<i64>,
    sha256: Option<Vec<u8>>,
    counts: serde_json::Value,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Export {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let state = State::from_code(&row.state)?;
        Ok(Self {
            public_id: row.public_id,
            state,
            done: row.done,
            total: row.total,
            s3_key: row.s3_key.filter(|_| state == State::Done),
            size: row.size,
            sha256: row.sha256,
            counts: serde_json::from_value(row.counts).map_err(|_| Error::Corrupt {
                column: "municipality_export.counts",
            })?,
            created_at: row.created_at,
            finished_at: row.finished_at,
        })
    }
}

/// The municipality of this id, if it is there.
///
/// # Errors
/// If the database does not answer.
pub async fn place(scope: &mut Scope, public_id: Uuid) -> Result<Option<Place>> {
    Ok(sqlx::query_as!(
        Place,
        r#"SELECT id, public_id, slug, name, status = 'suspended' AS "suspended!", version
           FROM app.municipality WHERE public_id = $1 AND (status <> 'removed' OR merged_into IS NOT NULL)"#,
        public_id
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The municipality of this slug, if it is there.
///
/// # Errors
/// If the database does not answer.
pub async fn place_by_slug(scope: &mut Scope, slug: &str) -> Result<Option<Place>> {
    Ok(sqlx::query_as!(
        Place,
        r#"SELECT id, public_id, slug, name, status = 'suspended' AS "suspended!", version
           FROM app.municipality WHERE slug = $1 AND (status <> 'removed' OR merged_into IS NOT NULL)"#,
        slug
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The newest export of a municipality.
///
/// # Errors
/// If the database does not answer.
pub async fn newest(scope: &mut Scope, tenant: TenantId) -> Result<Option<Export>> {
    sqlx::query_as!(
        Row,
        "SELECT public_id, state, done, total, s3_key, size, sha256, counts, created_at, finished_at
         FROM app.municipality_export WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1",
        tenant.0
    )
    .fetch_optional(scope.connection())
    .await?
    .map(Export::try_from)
    .transpose()
}

/// An export of a municipality by its id.
///
/// # Errors
/// If the database does not answer.
pub async fn find(scope: &mut Scope, tenant: TenantId, public_id: Uuid) -> Result<Option<Export>> {
    sqlx::query_as!(
        Row,
        "SELECT public_id, state, done, total, s3_key, size, sha256, counts, created_at, finished_at
         FROM app.municipality_export WHERE tenant_id = $1 AND public_id = $2",
        tenant.0,
        public_id
    )
    .fetch_optional(scope.connection())
    .await?
    .map(Export::try_from)
    .transpose()
}

/// Asks the worker for an export.
///
/// # Errors
/// [`Error::Constraint`] `municipality_export_live` when one is on its way.
pub async fn start(
    tx: &mut Tx<acts::ManageMunicipality>,
    permit: &Permit<acts::ManageMunicipality, Place>,
    version: i32,
) -> Result<()> {
    touched(u64::from(permit.version == version))?;
    let actor = tx.actor()?.clone();
    let tenant = TenantId(permit.id);
    queue(tx, tenant, Some(actor.account.0), actor.membership).await?;
    Ok(())
}

/// Asks the worker for an export as `ctl`, which is no person.
///
/// # Errors
/// As [`start`].
pub async fn start_by_ctl(tx: &mut CtlTx, place: &Place) -> Result<Uuid> {
    let id = queue(tx, TenantId(place.id), None, 0).await?;
    let tenant = Some(TenantId(place.id));
    let object = Some(i64::from(place.id));
    events::audit_system(tx, Deed::ExportMunicipality, tenant, object).await?;
    Ok(id)
}

async fn queue(
    scope: &mut Scope,
    tenant: TenantId,
    account: Option<i64>,
    member: i64,
) -> Result<Uuid> {
    let public_id = Uuid::now_v7();
    let id = sqlx::query_scalar!(
        "INSERT INTO app.municipality_export (tenant_id, public_id, asked_by) VALUES ($1, $2, $3) RETURNING id",
        tenant.0,
        public_id,
        account,
    )
    .fetch_one(scope.connection())
    .await?;
    sqlx::query!(
        "INSERT INTO app.job (tenant_id, kind, object_id, account_id, membership_id, role)
         VALUES ($1, $2, $3, $4, $5, 'admin')",
        tenant.0,
        JobKind::MunicipalityExport.code(),
        id,
        account.unwrap_or_default(),
        member,
    )
    .execute(scope.connection())
    .await?;
    Ok(public_id)
}
