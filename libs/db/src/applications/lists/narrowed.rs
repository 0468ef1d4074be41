//! What a filter leaves of all that was submitted, in one of the orders lists are sorted by.
//! However a filter is put together, a statement walks the index of its order, looks through
//! [`LOOKED`] rows at most and says where it stopped; what a narrow filter finds by itself (words,
//! a period, an expert, the operators' queue) is given as ids and sorted. The rows of a page and their count come from
//! the same text.

use chrono::NaiveDate;
use domain::{
    actor::TenantId,
    life::Status,
    reference::{Category, Form},
    routing::{Route, WorkList},
};
use uuid::Uuid;

use crate::{error::Result, scope::Scope, search::Found};

/// How many rows one statement looks through. The same number stands in the statements.
pub const LOOKED: usize = 20_000;

/// What the list is narrowed to. Row-level security narrows it to what the scope reads.
#[derive(Clone, Debug)]
pub struct Filter {
    /// One municipality, for operators.
    pub tenant: Option<TenantId>,
    /// One organisation.
    pub organisation: Option<i64>,
    /// One work list.
    pub list: Option<WorkList>,
    /// One status.
    pub status: Option<Status>,
    /// The status that follows from another part of the filter: only what is under review is
    /// overdue. If it is another than `status`, nothing is left.
    pub implied: Option<Status>,
    /// One category asked for.
    pub category: Option<Category>,
    /// One form.
    pub form: Option<Form>,
    /// On general grounds and without a period.
    pub without_period: bool,
    /// On general grounds and with a place for an expert empty.
    pub without_experts: bool,
    /// Terms from this day on.
    pub due_from: NaiveDate,
    /// Terms before this day.
    pub due_before: NaiveDate,
    /// Registered so many days after submission, or later.
    pub took: Option<i32>,
    /// Rejected for this reason, by code; for none of the list where it is empty.
    pub reason: Option<String>,
}

impl Filter {
    /// Whether this is the operators' queue in all municipalities, which has an index of its own.
    #[must_use]
    pub fn is_queue(&self, scope: &Scope) -> bool {
        scope.tenant().is_none()
            && self.tenant.is_none()
            && self.status == Some(Status::UnderReview)
            && self
                .list
                .is_some_and(|list| list.route() == Route::Operator)
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            tenant: None,
            organisation: None,
            list: None,
            status: None,
            implied: None,
            category: None,
            form: None,
            without_period: false,
            without_experts: false,
            due_from: super::day(1970),
            due_before: super::day(9999),
            took: None,
            reason: None,
        }
    }
}

/// What a list is sorted by. «Подано» and «Срок» are one order: the term is the day of submission
/// and thirty days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By the term.
    #[default]
    Due,
    /// By ФИО.
    Name,
    /// By the journal's date and number; what has none comes before all.
    Number,
    /// By the state, and by the term in it.
    State,
}

impl Order {
    const fn code(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Name => "name",
            Self::Number => "number",
            Self::State => "state",
        }
    }
}

/// The place of a row in every order.
#[derive(Clone, Debug)]
pub struct Place {
    id: i64,
    due_on: NaiveDate,
    surname: String,
    name: String,
    patronymic: String,
    status: String,
    registered_on: NaiveDate,
    number: i32,
}

impl Place {
    /// Before all rows, going up.
    fn first() -> Self {
        let nothing = String::new();
        Self {
            id: 0,
            due_on: super::day(1),
            surname: nothing.clone(),
            name: nothing.clone(),
            patronymic: nothing.clone(),
            status: nothing,
            registered_on: super::day(1),
            number: -1,
        }
    }

    /// Before all rows, going down.
    fn last() -> Self {
        let after_all = char::MAX.to_string();
        Self {
            id: i64::MAX,
            due_on: super::day(9999),
            surname: after_all.clone(),
            name: after_all.clone(),
            patronymic: after_all.clone(),
            status: after_all,
            registered_on: super::day(9999),
            number: i32::MAX,
        }
    }
}

/// The place of a submitted application; `None` if the scope does not see it.
///
/// # Errors
/// If the database does not answer.
pub async fn place(scope: &mut Scope, public_id: Uuid) -> Result<Option<Place>> {
    Ok(sqlx::query_as!(
        Place,
        r#"SELECT id, due_on AS "due_on!", surname, name, patronymic, status,
             coalesce(registered_on, date '0001-01-01') AS "registered_on!",
             coalesce(registered_number, 0) AS "number!"
           FROM app.application WHERE public_id = $1 AND submitted_at IS NOT NULL"#,
        public_id
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// What was found on one walk.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The applications found, [`super::PAGE`] at most, in their order.
    pub ids: Vec<i64>,
    /// The row to go on after; `None` at the end of the list.
    pub next: Option<Uuid>,
    /// Whether the walk stopped because it had looked through [`LOOKED`] rows.
    pub stopped: bool,
}

/// How many rows a filter leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// So many; counting stops above [`super::COUNTED`].
    pub count: i64,
    /// Whether only [`LOOKED`] rows were looked through: there may be more.
    pub stopped: bool,
}

struct Hit {
    id: i64,
    public_id: Uuid,
    hit: bool,
    stopped: bool,
}

// One text for rows and counts. The walk inside is bounded and ordered; the filter outside of it
// takes rows as they come, hence nothing is sorted: `plans` holds it.
macro_rules! filtered {
    ($type:ident, $fetch:ident, $scope:expr, $by:expr, $what:literal, [$($from:literal)+], $end:literal
     $(, $key:expr)* $(,)?) => {
        sqlx::query_as!(
            $type,
            $what
                + " FROM (SELECT w.*, (
                   ($1::int IS NULL OR w.tenant_id = $1) AND ($2::bigint IS NULL OR w.organisation_id = $2)
                   AND ($3::text IS NULL OR w.route = $3) AND ($4::text IS NULL OR w.procedure = $4)
                   AND ($5::text IS NULL OR w.status = $5) AND ($6::text IS NULL OR w.status = $6)
                   AND ($7::text IS NULL OR w.category = $7) AND ($8::text IS NULL OR w.form = $8)
                   AND w.due_on >= $9 AND w.due_on < $10
                   AND ($11::int IS NULL OR w.registered_on - w.due_on + 30 >= $11)
                   AND ($12::text IS NULL OR w.status = 'rejected'
                     AND CASE $12 WHEN '' THEN w.rejection_reasons = '{}' ELSE $12 = ANY (w.rejection_reasons) END)
                   AND (NOT ($13 OR $14) OR w.procedure = 'general')
                   AND (NOT $13 OR w.mark = 'none') AND (NOT $14 OR w.experts < 2)) IS TRUE AS hit
                 FROM (SELECT a.*, "
                $(+ $from)+
                + ") w) x WHERE (x.hit OR x.n = 20000)"
                + $end,
            $by.tenant.map(|tenant| tenant.0),
            $by.organisation,
            $by.list.map(|list| list.route().code()),
            $by.list.map(|list| list.procedure().code()),
            $by.status.or($by.implied).map(Status::code),
            $by.implied.map(Status::code),
            $by.category.map(Category::code),
            $by.form.map(Form::code),
            $by.due_from,
            $by.due_before,
            $by.took,
            $by.reason,
            $by.without_period,
            $by.without_experts,
            $($key,)*
        )
        .$fetch($scope.connection())
        .await?
    };
}

mod walks;

pub use walks::count;

/// A page of what the filter leaves, from behind the row `after` on.
///
/// # Errors
/// If the database does not answer.
pub async fn walk(
    scope: &mut Scope,
    by: &Filter,
    order: Order,
    down: bool,
    after: Option<Place>,
) -> Result<Walk> {
    let from = after.unwrap_or_else(if down { Place::last } else { Place::first });
    Ok(page(match order {
        Order::Due => walks::by_term(scope, by, down, &from).await?,
        Order::Name => walks::by_name(scope, by, down, &from).await?,
        Order::Number => walks::by_number(scope, by, down, &from).await?,
        Order::State => walks::by_state(scope, by, down, &from).await?,
    }))
}

fn page(mut hits: Vec<Hit>) -> Walk {
    let more = hits.len() > super::PAGE;
    hits.truncate(super::PAGE);
    let last = hits.last().filter(|last| more || last.stopped);
    Walk {
        next: last.map(|last| last.public_id),
        stopped: last.is_some_and(|last| last.stopped),
        ids: hits
            .iter()
            .filter(|hit| hit.hit)
            .map(|hit| hit.id)
            .collect(),
    }
}

/// A page of what the filter leaves of the rows `found`, and how many it leaves of them: at most
/// [`LOOKED`] are sorted.
///
/// # Errors
/// If the database does not answer.
pub async fn among(
    scope: &mut Scope,
    found: &Found,
    by: &Filter,
    order: Order,
    down: bool,
    after: Option<Uuid>,
) -> Result<(Walk, Counted)> {
    let mut hits: Vec<Hit> = filtered!(
        Hit,
        fetch_all,
        scope,
        by,
        r#"SELECT x.id AS "id!", x.public_id AS "public_id!", x.hit AS "hit!", false AS "stopped!""#,
        ["0 AS n FROM app.application a WHERE a.id = ANY ($15) AND a.submitted_at IS NOT NULL"],
        " ORDER BY CASE $16 WHEN 'state' THEN x.status WHEN 'name' THEN x.surname END,
            CASE $16 WHEN 'name' THEN x.name END, CASE $16 WHEN 'name' THEN x.patronymic END,
            CASE $16 WHEN 'number' THEN coalesce(x.registered_on, date '0001-01-01') END,
            CASE $16 WHEN 'number' THEN coalesce(x.registered_number, 0) END,
            CASE WHEN $16 IN ('due', 'state') THEN x.due_on END, x.id",
        &found.ids,
        order.code(),
    );
    if down {
        hits.reverse();
    }
    let counted = Counted {
        count: i64::try_from(hits.len()).unwrap_or(i64::MAX),
        stopped: found.partial,
    };
    if let Some(after) = after
        && let Some(at) = hits.iter().position(|hit| hit.public_id == after)
    {
        hits.drain(..=at);
    }
    Ok((page(hits), counted))
}

/// What waits in one list of the operators' queue, [`LOOKED`] of the oldest at most: in any other
/// order than theirs it is sorted.
///
/// # Errors
/// If the database does not answer.
pub async fn of_queue(scope: &mut Scope, list: WorkList) -> Result<Found> {
    let ids = sqlx::query_scalar!(
        "SELECT a.id FROM app.application a
         WHERE a.status = 'under_review' AND a.route = 'operator' AND a.procedure = $1
         ORDER BY a.due_on, a.id LIMIT 20001",
        list.procedure().code()
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(Found::of(ids, LOOKED))
}

/// The applications of a period, as far as the scope sees them, [`LOOKED`] at most.
///
/// # Errors
/// If the database does not answer.
pub async fn of_period(scope: &mut Scope, period: i32) -> Result<Found> {
    let ids = sqlx::query_scalar!(
        "SELECT s.application_id FROM app.schedule_row s WHERE s.period_id = $1 ORDER BY s.id DESC LIMIT 20001",
        period
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(Found::of(ids, LOOKED))
}

/// The applications an expert is assigned to now, by the public id of its membership.
///
/// # Errors
/// If the database does not answer.
pub async fn of_expert(scope: &mut Scope, membership: Uuid) -> Result<Found> {
    let ids = sqlx::query_scalar!(
        "SELECT s.application_id FROM app.membership m
         JOIN app.assignment s ON s.expert_tenant_id = m.tenant_id AND s.expert_membership_id = m.id
           AND s.closed_at IS NULL
         WHERE m.public_id = $1 LIMIT 20001",
        membership
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(Found::of(ids, LOOKED))
}
