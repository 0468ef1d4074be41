//! Attestation periods: the region's windows, kept by operators (R-PER-1). Setting one for an
//! application is the schedule's.

use chrono::NaiveDate;
use domain::{
    act::{Doing, acts},
    calendar::Span,
    value::Line,
};
use uuid::Uuid;

use crate::{
    error::{Error, Result, touched},
    scope::{Scope, Tx},
};

/// A period.
#[derive(Clone, Debug)]
pub struct Period {
    /// The number inside.
    pub id: i32,
    /// The id in addresses and forms.
    pub public_id: Uuid,
    /// «октябрь-ноябрь 2026».
    pub name: String,
    /// The first day.
    pub starts: NaiveDate,
    /// The last day.
    pub ends: NaiveDate,
    /// How far it is.
    pub state: PeriodState,
    /// The order that approved it last, once one did.
    pub order: Option<ApprovalOrder>,
    /// Its version.
    pub version: i32,
}

/// Number and date of the order (распоряжение) that approves a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalOrder {
    /// «173К».
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
}

/// How far a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodState {
    /// Rows may be put into it.
    Open,
    /// Approved by an order: closed for municipalities.
    Approved,
    /// All its rows are decided.
    Completed,
}

impl PeriodState {
    fn from_code(code: &str) -> Result<Self> {
        match code {
            "open" => Ok(Self::Open),
            "approved" => Ok(Self::Approved),
            "completed" => Ok(Self::Completed),
            _ => Err(Error::Corrupt {
                column: "period.state",
            }),
        }
    }

    /// The state as people read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "открыт",
            Self::Approved => "утверждён",
            Self::Completed => "завершён",
        }
    }
}

/// Every period, the latest first.
///
/// # Errors
/// If the database does not answer or holds a state the domain does not know.
pub async fn all(scope: &mut Scope) -> Result<Vec<Period>> {
    sqlx::query_as!(
        Row,
        "SELECT id, public_id, name, starts, ends, state, order_no, order_date, version FROM app.period ORDER BY starts DESC"
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(Period::try_from)
    .collect()
}

/// The open periods, the earliest first: what an application may be put into.
///
/// # Errors
/// As [`all`].
pub async fn open(scope: &mut Scope) -> Result<Vec<Period>> {
    sqlx::query_as!(
        Row,
        "SELECT id, public_id, name, starts, ends, state, order_no, order_date, version FROM app.period
         WHERE state = 'open' ORDER BY starts"
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(Period::try_from)
    .collect()
}

/// The period with this public id.
///
/// # Errors
/// As [`all`].
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<Period>> {
    sqlx::query_as!(
        Row,
        "SELECT id, public_id, name, starts, ends, state, order_no, order_date, version FROM app.period
         WHERE public_id = $1",
        public_id
    )
    .fetch_optional(scope.connection())
    .await?
    .map(Period::try_from)
    .transpose()
}

/// The period with this number.
///
/// # Errors
/// As [`all`].
pub async fn by_number(scope: &mut Scope, id: i32) -> Result<Option<Period>> {
    sqlx::query_as!(
        Row,
        "SELECT id, public_id, name, starts, ends, state, order_no, order_date, version FROM app.period
         WHERE id = $1",
        id
    )
    .fetch_optional(scope.connection())
    .await?
    .map(Period::try_from)
    .transpose()
}

/// The period with this number, locked until the transaction ends: what is published of it is
/// written by one at a time.
///
/// # Errors
/// As [`all`].
pub async fn lock<A: Doing>(tx: &mut Tx<A>, id: i32) -> Result<Option<Period>> {
    sqlx::query_as!(
        Row,
        "SELECT id, public_id, name, starts, ends, state, order_no, order_date, version FROM app.period
         WHERE id = $1 FOR NO KEY UPDATE",
        id
    )
    .fetch_optional(tx.connection())
    .await?
    .map(Period::try_from)
    .transpose()
}

/// Approves a period by an order, or writes down the order that approves what became ready
/// later: from now on no municipality puts a row into it (R-PER-1).
///
/// # Errors
/// [`Error::Stale`] if the period changed meanwhile.
pub async fn approve(
    tx: &mut Tx<acts::ApprovePeriod>,
    period: &Period,
    order: &ApprovalOrder,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.period SET state = 'approved', order_no = $3, order_date = $4, version = version + 1
         WHERE id = $1 AND version = $2 AND state <> 'completed'",
        period.id,
        period.version,
        order.number,
        order.date,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Creates a period. It belongs to the region and to no municipality: that the scope was
/// entered to manage periods is the whole permission.
///
/// # Errors
/// [`Error::Constraint`] `period_name_key` if the name is taken, `period_windows_apart` if
/// another period has a day of this one.
pub async fn create(tx: &mut Tx<acts::ManagePeriods>, name: &Line, window: Span) -> Result<i32> {
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.period (public_id, name, starts, ends) VALUES ($1, $2, $3, $4) RETURNING id",
        Uuid::now_v7(),
        name.as_str(),
        window.from(),
        window.to(),
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Completes every approved period of which nothing is left to decide: all its rows are decided
/// or have left it (R-PER-1). Whatever takes a row completes, so the scope entered for that is the
/// whole permission. Returns the periods it completed.
///
/// # Errors
/// If the database does not answer.
pub async fn complete<A: Doing>(tx: &mut Tx<A>) -> Result<Vec<i32>> {
    Ok(
        sqlx::query_scalar!(r#"SELECT app.complete_periods() AS "id!""#)
            .fetch_all(tx.connection())
            .await?,
    )
}

struct Row {
    id: i32,
    public_id: Uuid,
    name: String,
    starts: NaiveDate,
    ends: NaiveDate,
    state: String,
    order_no: Option<String>,
    order_date: Option<NaiveDate>,
    version: i32,
}

impl TryFrom<Row> for Period {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            public_id: row.public_id,
            name: row.name,
            starts: row.starts,
            ends: row.ends,
            state: PeriodState::from_code(&row.state)?,
            order: row
                .order_no
                .zip(row.order_date)
                .map(|(number, date)| ApprovalOrder { number, date }),
            version: row.version,
        })
    }
}
