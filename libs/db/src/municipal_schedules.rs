//! The municipality's schedule of a period: whether its coordinator's signed scan is attached
//! (согласован) or a row changed since (предварительный), which the database sees to (R-SCH-5).

use chrono::{DateTime, Utc};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    paper::verdict::Reading,
    permission::{Relations, of_municipality},
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    error::{Error, Result, touched},
    files::FileState,
    municipalities::Municipality,
    scope::{Permit, Related, Scope, Tx},
};

/// The schedule of a municipality in a period.
#[derive(Clone, Debug)]
pub struct MunicipalSchedule {
    /// The municipality.
    pub tenant: TenantId,
    /// The municipality's name.
    pub municipality: String,
    /// The period's number.
    pub period: i32,
    /// How many rows it has.
    pub rows: i64,
    /// How many of them are approved.
    pub approved: i64,
    /// The signed scan, once one was attached.
    pub signed: Option<Signed>,
}

impl MunicipalSchedule {
    /// Whether it stands as it was signed: согласован, else предварительный.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.signed.as_ref().is_some_and(|signed| signed.agreed)
    }
}

/// A signed scan of a municipality's schedule.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// Whether no row changed since.
    pub agreed: bool,
    /// How far its file is (SEC-63).
    pub state: FileState,
    /// When it was attached.
    pub at: DateTime<Utc>,
    /// Its version; 0 before the first scan.
    pub version: i32,
    /// What was read on the scan.
    pub reading: Reading,
}

/// A signed scan as a file.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The number inside.
    pub id: i64,
    /// The municipality.
    pub tenant: TenantId,
    /// The key in the store, once it is given out.
    pub served_key: Option<String>,
    /// How far it is (SEC-63).
    pub state: FileState,
    /// The name shown.
    pub file_name: String,
    /// Its content type.
    pub content_type: String,
}

impl Related for Scan {
    fn relations(&self, actor: &Actor) -> Relations {
        of_municipality(actor, self.tenant.0)
    }

    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}

struct Row {
    tenant_id: i32,
    municipality: String,
    period_id: i32,
    rows: i64,
    approved: i64,
    id: Option<i64>,
    public_id: Option<Uuid>,
    agreed: Option<bool>,
    state: Option<FileState>,
    signed_at: Option<DateTime<Utc>>,
    version: Option<i32>,
    reading: Option<Json<Reading>>,
}

impl From<Row> for MunicipalSchedule {
    fn from(row: Row) -> Self {
        let signed = match (
            row.id,
            row.public_id,
            row.agreed,
            row.state,
            row.signed_at,
            row.version,
            row.reading,
        ) {
            (
                Some(id),
                Some(public_id),
                Some(agreed),
                Some(state),
                Some(at),
                Some(version),
                Some(Json(reading)),
            ) => Some(Signed {
                id,
                public_id,
                agreed,
                state,
                at,
                version,
                reading,
            }),
            _ => None,
        };
        Self {
            tenant: TenantId(row.tenant_id),
            municipality: row.municipality,
            period: row.period_id,
            rows: row.rows,
            approved: row.approved,
            signed,
        }
    }
}

/// The schedules of a municipality, of every period it has rows in.
///
/// # Errors
/// If the database does not answer.
pub async fn of_tenant(scope: &mut Scope, tenant: TenantId) -> Result<Vec<MunicipalSchedule>> {
    Ok(sqlx::query_as!(
        Row,
        r#"SELECT m.id AS "tenant_id!", m.name AS "municipality!", x.period_id AS "period_id!", x.rows AS "rows!",
             x.approved AS "approved!", g.id AS "id?", g.public_id AS "public_id?", g.state = 'agreed' AS agreed,
             app.file_state(g.virus_state, g.virus_checked) AS "state?: FileState", g.signed_at AS "signed_at?", g.version AS "version?",
             g.reading AS "reading?: Json<Reading>"
           FROM (SELECT s.period_id, count(*) AS rows, count(*) FILTER (WHERE s.mark = 'approved') AS approved
                 FROM app.schedule_row s WHERE s.tenant_id = $1 AND s.period_id IS NOT NULL GROUP BY s.period_id) x
           JOIN app.municipality m ON m.id = $1
           LEFT JOIN app.municipal_schedule g ON g.tenant_id = $1 AND g.period_id = x.period_id"#,
        tenant.0,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(MunicipalSchedule::from)
    .collect())
}

/// The schedules of a period, of every municipality that has rows in it, by the municipality's name.
///
/// # Errors
/// If the database does not answer.
pub async fn of_period(scope: &mut Scope, period: i32) -> Result<Vec<MunicipalSchedule>> {
    Ok(sqlx::query_as!(
        Row,
        r#"SELECT m.id AS "tenant_id!", m.name AS "municipality!", $1::int AS "period_id!", x.rows AS "rows!",
             x.approved AS "approved!", g.id AS "id?", g.public_id AS "public_id?", g.state = 'agreed' AS agreed,
             app.file_state(g.virus_state, g.virus_checked) AS "state?: FileState", g.signed_at AS "signed_at?", g.version AS "version?",
             g.reading AS "reading?: Json<Reading>"
           FROM (SELECT s.tenant_id, count(*) AS rows, count(*) FILTER (WHERE s.mark = 'approved') AS approved
                 FROM app.schedule_row s WHERE s.period_id = $1 GROUP BY s.tenant_id) x
           JOIN app.municipality m ON m.id = x.tenant_id
           LEFT JOIN app.municipal_schedule g ON g.tenant_id = x.tenant_id AND g.period_id = $1
           ORDER BY m.name, m.id"#,
        period,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(MunicipalSchedule::from)
    .collect())
}

/// A signed scan by its public id, if the scope sees it.
///
/// # Errors
/// If the database does not answer.
pub async fn scan(scope: &mut Scope, public_id: Uuid) -> Result<Option<Scan>> {
    Ok(sqlx::query!(
        r#"SELECT id, tenant_id, app.served_key(s3_key, virus_state) AS served_key, file_name, content_type,
             app.file_state(virus_state, virus_checked) AS "state!: FileState"
           FROM app.municipal_schedule WHERE public_id = $1"#,
        public_id
    )
    .fetch_optional(scope.connection())
    .await?
    .map(|row| Scan {
        id: row.id,
        tenant: TenantId(row.tenant_id),
        served_key: row.served_key,
        state: row.state,
        file_name: row.file_name,
        content_type: row.content_type,
    }))
}

/// A scan to be attached. Its object lies in the store already.
#[derive(Clone, Copy, Debug)]
pub struct NewScan<'a> {
    /// The key in the store.
    pub s3_key: &'a str,
    /// The name shown.
    pub file_name: &'a str,
    /// Its content type.
    pub content_type: &'a str,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: &'a [u8; 32],
}

/// Holds the rows of a period's schedule until the transaction ends: whoever changes one of them or
/// puts one in waits, so that what is read now is what is signed.
///
/// # Errors
/// If the database does not answer.
pub async fn hold(
    tx: &mut Tx<acts::MakeSchedule>,
    permit: &Permit<acts::MakeSchedule, Municipality>,
    period: i32,
) -> Result<()> {
    // As app.guard_schedule_row, which lets many put rows in at once.
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('period ' || $1::int, 0)) AS held",
        period
    )
    .fetch_one(tx.connection())
    .await?;
    sqlx::query!(
        "SELECT id FROM app.schedule_row WHERE tenant_id = $1 AND period_id = $2 ORDER BY id FOR NO KEY UPDATE",
        permit.id,
        period,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(())
}

/// Attaches the signed scan of a period's schedule: it is agreed. `version` is the schedule's, 0
/// before the first scan. Returns its number inside and the key of the scan it replaces.
///
/// # Errors
/// [`Error::Stale`] if a row changed, or another scan was attached, meanwhile.
pub async fn attach(
    tx: &mut Tx<acts::MakeSchedule>,
    permit: &Permit<acts::MakeSchedule, Municipality>,
    period: i32,
    version: i32,
    scan: NewScan<'_>,
) -> Result<(i64, Option<String>)> {
    let account = tx.account();
    let size = i64::try_from(scan.size).unwrap_or(i64::MAX);
    if version == 0 {
        let added = sqlx::query_scalar!(
            "INSERT INTO app.municipal_schedule (tenant_id, public_id, period_id, s3_key, file_name, content_type, size,
               sha256, by_account)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, period_id) DO NOTHING RETURNING id",
            permit.id,
            Uuid::now_v7(),
            period,
            scan.s3_key,
            scan.file_name,
            scan.content_type,
            size,
            scan.sha256.as_slice(),
            account,
        )
        .fetch_optional(tx.connection())
        .await?;
        return added.map(|id| (id, None)).ok_or(Error::Stale);
    }
    let before = sqlx::query!(
        "SELECT id, s3_key FROM app.municipal_schedule
         WHERE tenant_id = $1 AND period_id = $2 AND version = $3 FOR UPDATE",
        permit.id,
        period,
        version,
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or(Error::Stale)?;
    let rows = sqlx::query!(
        "UPDATE app.municipal_schedule SET state = 'agreed', s3_key = $3, file_name = $4, content_type = $5, size = $6,
           sha256 = $7, by_account = $8, signed_at = app.ctx_now(), reading = '\"open\"', version = version + 1
         WHERE tenant_id = $1 AND id = $2",
        permit.id,
        before.id,
        scan.s3_key,
        scan.file_name,
        scan.content_type,
        size,
        scan.sha256.as_slice(),
        account,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)?;
    Ok((before.id, Some(before.s3_key)))
}
