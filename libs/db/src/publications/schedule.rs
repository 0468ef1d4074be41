//! The regional schedule of a period: a part for each municipality, rewritten alone, and versions
//! over all of them (R-PER-1, R-SCH-5). What a part says is the caller's; here is its writing.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::{act::Doing, actor::TenantId};

use super::{ScheduleRow, json, rows};
use crate::{
    error::{Error, Result},
    periods::Period,
    scope::{Scope, Tx},
};

/// The digest of each row's whole content, in hex, by its number: «12/2026».
pub type Lines = BTreeMap<String, String>;

/// A municipality's part of a schedule.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// What is published of it.
    pub rows: Vec<ScheduleRow>,
    /// What it is, row by row.
    pub lines: Lines,
}

/// The part of the municipality the scope stands in, as it is published now; nothing at first.
///
/// # Errors
/// If the database does not answer or holds rows this version does not know.
pub async fn part(scope: &mut Scope, tenant: TenantId, period: i32) -> Result<Part> {
    let row = sqlx::query!(
        "SELECT rows, lines FROM app.publication
         WHERE kind = 'schedule' AND period_id = $1 AND municipality_id = $2",
        period,
        tenant.0,
    )
    .fetch_optional(scope.connection())
    .await?;
    row.map_or_else(
        || Ok(Part::default()),
        |row| {
            Ok(Part {
                rows: rows(row.rows)?,
                lines: lines(row.lines)?,
            })
        },
    )
}

/// Publishes the part of the municipality the scope stands in; nothing is written for one that is
/// as it was.
///
/// # Errors
/// If the database does not answer, or refuses.
pub async fn save_part<A: Doing>(
    tx: &mut Tx<A>,
    period: &Period,
    part: &Part,
    sha256: &[u8],
) -> Result<()> {
    let tenant = tx.tenant().ok_or(Error::NoTenant)?;
    sqlx::query!(
        "INSERT INTO app.publication AS p (kind, period_id, municipality_id, order_no, order_date, rows, lines, sha256)
         VALUES ('schedule', $1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (kind, period_id, municipality_id, order_id) DO UPDATE
         SET order_no = EXCLUDED.order_no, order_date = EXCLUDED.order_date, rows = EXCLUDED.rows,
           lines = EXCLUDED.lines, sha256 = EXCLUDED.sha256, version = p.version + 1, published_at = app.ctx_now()
         WHERE (p.rows, p.lines) IS DISTINCT FROM (EXCLUDED.rows, EXCLUDED.lines)",
        period.id,
        tenant.0,
        period.order.as_ref().map_or("", |order| &order.number),
        period.order.as_ref().map(|order| order.date),
        json(&part.rows)?,
        json(&part.lines)?,
        sha256,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A part no version tells of yet.
#[derive(Clone, Debug)]
pub struct Untold {
    /// The municipality's name.
    pub municipality: String,
    /// The rows as the last version told of them.
    pub before: Lines,
    /// The rows as they are.
    pub now: Lines,
}

/// The parts of a period that changed since its last version, by the municipality's name.
///
/// # Errors
/// If the database does not answer or holds rows this version does not know.
pub async fn untold(scope: &mut Scope, period: i32) -> Result<Vec<Untold>> {
    let rows = sqlx::query!(
        "SELECT m.name, p.lines, p.told FROM app.publication p
         JOIN app.municipality m ON m.id = p.municipality_id
         WHERE p.kind = 'schedule' AND p.period_id = $1 AND p.lines <> p.told ORDER BY m.name, m.id",
        period,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Untold {
                municipality: row.name,
                before: lines(row.told)?,
                now: lines(row.lines)?,
            })
        })
        .collect()
}

/// The digest of every part of a period that has rows, with their number, in the order the
/// regional digest is taken over: by the municipality's number.
///
/// # Errors
/// If the database does not answer.
pub async fn digests(scope: &mut Scope, period: i32) -> Result<Vec<(Vec<u8>, i64)>> {
    Ok(sqlx::query!(
        r#"SELECT sha256, (SELECT count(*) FROM jsonb_object_keys(lines)) AS "lines!" FROM app.publication
           WHERE kind = 'schedule' AND period_id = $1 AND lines <> '{}' ORDER BY municipality_id"#,
        period,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|row| (row.sha256, row.lines))
    .collect())
}

/// A version of the regional schedule of a period.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number, from 1.
    pub number: i32,
    /// Over the parts' digests.
    pub sha256: Vec<u8>,
    /// The difference to the one before, in words.
    pub difference: String,
    /// How many rows it has.
    pub lines: i32,
    /// The number of the order it follows; empty if it has none.
    pub order_no: String,
    /// The order's date.
    pub order_date: Option<NaiveDate>,
    /// When it was published.
    pub at: DateTime<Utc>,
}

/// Versions of a page.
pub const VERSIONS: usize = 50;

/// The versions of a period, the latest first, and one more if there is another page; from behind
/// the version `after` on.
///
/// # Errors
/// If the database does not answer.
pub async fn versions(scope: &mut Scope, period: i32, after: Option<i32>) -> Result<Vec<Version>> {
    Ok(sqlx::query_as!(
        Version,
        "SELECT number, sha256, difference, lines, order_no, order_date, at FROM app.schedule_version
         WHERE period_id = $1 AND number < $2 ORDER BY number DESC LIMIT 51",
        period,
        after.unwrap_or(i32::MAX),
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Writes the next version of a period and lets its parts count as told; returns its number. The
/// period is locked.
///
/// # Errors
/// If the database does not answer, or refuses.
pub async fn add_version<A: Doing>(
    tx: &mut Tx<A>,
    period: &Period,
    sha256: &[u8],
    difference: &str,
    lines: i64,
) -> Result<i32> {
    let account = tx.account();
    sqlx::query!("SELECT app.tell_schedule($1) AS told", period.id)
        .fetch_one(tx.connection())
        .await?;
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.schedule_version (period_id, number, sha256, difference, lines, order_no, order_date, by_account)
         SELECT $1, 1 + coalesce(max(v.number), 0), $2, $3, $4, $5, $6, $7
         FROM app.schedule_version v WHERE v.period_id = $1
         RETURNING number",
        period.id,
        sha256,
        difference,
        i32::try_from(lines).unwrap_or(i32::MAX),
        period.order.as_ref().map_or("", |order| &order.number),
        period.order.as_ref().map(|order| order.date),
        account,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The parts that may name an expert whose cabinet has ended, by municipality and period: their
/// approved rows had it and wait for a decision.
///
/// # Errors
/// If the database does not answer.
pub async fn given_up(scope: &mut Scope, cabinet: i64) -> Result<Vec<(TenantId, i32)>> {
    Ok(sqlx::query!(
        r#"SELECT DISTINCT s.tenant_id, s.period_id AS "period_id!" FROM app.assignment x
           JOIN app.schedule_row s ON s.tenant_id = x.tenant_id AND s.application_id = x.application_id
           JOIN app.application a ON a.tenant_id = x.tenant_id AND a.id = x.application_id
           WHERE x.expert_membership_id = $1 AND x.closed_at IS NOT NULL AND s.mark = 'approved'
             AND s.period_id IS NOT NULL AND a.status = 'registered'
           ORDER BY 2, 1"#,
        cabinet,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|row| (TenantId(row.tenant_id), row.period_id))
    .collect())
}

/// The accounts among `experts` that let their names be published (02 §2.2).
///
/// # Errors
/// If the database does not answer.
pub async fn publishable(scope: &mut Scope, experts: &[i64]) -> Result<Vec<i64>> {
    Ok(
        sqlx::query_scalar!(r#"SELECT app.may_publish($1) AS "id!""#, experts)
            .fetch_all(scope.connection())
            .await?,
    )
}

fn lines(value: serde_json::Value) -> Result<Lines> {
    serde_json::from_value(value).map_err(|_| Error::Corrupt {
        column: "publication.lines",
    })
}
