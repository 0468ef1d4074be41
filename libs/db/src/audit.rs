//! The audit as administrators read it (R-AUD-1): filtered, newest first. Writing lines is
//! [`crate::events`]'; sealing them is [`seals`]'.

pub mod seals;

use chrono::{DateTime, Utc};
use domain::{
    act::acts,
    actor::{AccountId, TenantId},
    audit::Code,
    role::Role,
};
use uuid::Uuid;

use crate::{
    applications::known,
    error::Result,
    events::Outcome,
    scope::{Scope, Tx},
};

/// A line, as it is read.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The number, in the order of writing.
    pub id: i64,
    /// When, by the database's own clock.
    pub at: DateTime<Utc>,
    /// The municipality; empty where there is none, its number where it is gone.
    pub municipality: String,
    /// The role that acted; `None` for the system itself and on the way to a cabinet.
    pub role: Option<Role>,
    /// The account that acted.
    pub account: Option<i64>,
    /// What it was; the bare code where an older version wrote it.
    pub code: Result<Code, String>,
    /// The number of what it was done to.
    pub object: Option<i64>,
    /// Whether it was done.
    pub outcome: Outcome,
    /// The request, as the log names it.
    pub request: Option<Uuid>,
}

/// What the lines are narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub before: Option<DateTime<Utc>>,
    /// Of this municipality.
    pub tenant: Option<TenantId>,
    /// Of this code.
    pub code: Option<Code>,
    /// Of this outcome.
    pub outcome: Option<Outcome>,
    /// Of this account.
    pub account: Option<AccountId>,
}

/// A place in the order of the list: before it lies what was written earlier.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    at: DateTime<Utc>,
    id: i64,
}

impl Entry {
    /// The place of the line.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place {
            at: self.at,
            id: self.id,
        }
    }
}

/// The place of the line `id`; `None` if there is none.
///
/// # Errors
/// If the database does not answer.
pub async fn place(tx: &mut Tx<acts::ReadAudit>, id: i64) -> Result<Option<Place>> {
    Ok(sqlx::query_as!(
        Place,
        "SELECT at, id FROM app.audit_event WHERE id = $1",
        id
    )
    .fetch_optional(tx.connection())
    .await?)
}

struct Row {
    id: i64,
    at: DateTime<Utc>,
    municipality: String,
    role: String,
    account_id: Option<i64>,
    act: String,
    object_id: Option<i64>,
    outcome: String,
    request_id: Option<Uuid>,
}

/// The lines of a filter led by `$lead`, the condition whose index is walked; the other
/// conditions stand in every statement and hold for what was not asked.
macro_rules! led {
    ($tx:expr, $filter:expr, $after:expr, $most:expr, $lead:literal) => {
        sqlx::query_as!(
            Row,
            r#"SELECT e.id, e.at, coalesce(m.name, e.tenant_id::text, '') AS "municipality!", e.role, e.account_id,
                 e.act, e.object_id, e.outcome, e.request_id
               FROM app.audit_event e LEFT JOIN app.municipality m ON m.id = e.tenant_id
               WHERE (e.at, e.id) < ($1, $2) AND e.at >= $3
                 AND ($4::int IS NULL OR e.tenant_id = $4) AND ($5::text IS NULL OR e.act = $5)
                 AND ($6::text IS NULL OR e.outcome = $6) AND ($7::bigint IS NULL OR e.account_id = $7)"#
                + $lead + " ORDER BY e.at DESC, e.id DESC LIMIT $8",
            $after.at,
            $after.id,
            $filter.from.unwrap_or(DateTime::UNIX_EPOCH),
            $filter.tenant.map(|tenant| tenant.0),
            $filter.code.map(Code::code),
            $filter.outcome.map(Outcome::code),
            $filter.account.map(|account| account.0),
            $most,
        )
        .fetch_all($tx.connection())
        .await?
    };
}

/// At most `most` lines of a filter, the newest first, from the beginning or from what was
/// written before `after`.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn page(
    tx: &mut Tx<acts::ReadAudit>,
    filter: &Filter,
    after: Option<Place>,
    most: i64,
) -> Result<Vec<Entry>> {
    // Later than anything there is, and within what a timestamp holds.
    let end = DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::UNIX_EPOCH);
    let before = Place {
        at: filter.before.unwrap_or(end),
        id: i64::MIN,
    };
    let after = match after {
        Some(after) if after.at < before.at => after,
        _ => before,
    };
    let rows = if filter.account.is_some() {
        led!(tx, filter, after, most, " AND e.account_id = $7")
    } else if filter.outcome == Some(Outcome::Refused) {
        led!(tx, filter, after, most, " AND e.outcome = 'refused'")
    } else if filter.tenant.is_some() {
        led!(tx, filter, after, most, " AND e.tenant_id = $4")
    } else if filter.code.is_some() {
        led!(tx, filter, after, most, " AND e.act = $5")
    } else {
        led!(tx, filter, after, most, "")
    };
    rows.into_iter().map(Entry::try_from).collect()
}

impl TryFrom<Row> for Entry {
    type Error = crate::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            at: row.at,
            municipality: row.municipality,
            role: Role::from_code(&row.role),
            account: row.account_id,
            code: Code::from_code(&row.act).ok_or(row.act),
            object: row.object_id,
            outcome: known(Outcome::from_code(&row.outcome), "audit_event.outcome")?,
            request: row.request_id,
        })
    }
}

/// How much of the audit is sealed.
#[derive(Clone, Copy, Debug)]
pub struct Sealed {
    /// How many seals there are.
    pub seals: i64,
    /// When the newest sealed line was written.
    pub through: DateTime<Utc>,
}

/// How much of the audit is sealed; `None` while nothing is.
///
/// # Errors
/// If the database does not answer.
pub async fn sealed(scope: &mut Scope) -> Result<Option<Sealed>> {
    Ok(sqlx::query_as!(
        Sealed,
        "SELECT number AS seals, through FROM app.audit_seal ORDER BY number DESC LIMIT 1"
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The journal of registrations recomputed (R-APP-5).
#[derive(Clone, Debug)]
pub struct Journal {
    /// How many lines it has.
    pub lines: i64,
    /// Year and line of the first that does not hold, and why by code.
    pub fault: Option<(i32, i32, String)>,
}

/// Recomputes the journal of registrations; nothing personal leaves the database. It is one
/// statement over all of it: 800,000 lines take longer than a login's statements may.
///
/// # Errors
/// If the database does not answer.
pub async fn check_journal(tx: &mut crate::CtlTx) -> Result<Journal> {
    sqlx::query!("SELECT set_config('statement_timeout', '30min', true)")
        .fetch_one(tx.connection())
        .await?;
    let row =
        sqlx::query!(r#"SELECT lines AS "lines!", year, line, fault FROM app.check_journal()"#)
            .fetch_one(tx.connection())
            .await?;
    Ok(Journal {
        lines: row.lines,
        fault: row
            .year
            .zip(row.line)
            .zip(row.fault)
            .map(|((year, line), fault)| (year, line, fault)),
    })
}
