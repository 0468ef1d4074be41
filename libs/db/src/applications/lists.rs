//! Lists of applications for those who register them: what of all that was submitted a filter
//! leaves, in any order ([`narrowed`]). Each statement walks one index in its order under
//! row-level security; paged by key, 50 rows a page.

mod line;
pub mod narrowed;

use chrono::NaiveDate;
use domain::routing::WorkList;
use uuid::Uuid;

pub use line::Line;

use crate::{error::Result, scope::Scope};
use line::Row;

/// Rows of a page.
pub const PAGE: usize = 50;

/// The number above which counters stop: «1000+».
pub const COUNTED: i64 = 1000;

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Its rows, at most [`PAGE`].
    pub rows: Vec<T>,
    /// Whether more follow.
    pub more: bool,
}

impl<T> Page<T> {
    /// The page of rows fetched with one to spare.
    pub(crate) fn of(mut rows: Vec<T>) -> Self {
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        Self { rows, more }
    }
}

/// The place in a list after which a page begins: term and number of a row.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    due_on: NaiveDate,
    id: i64,
}

impl Cursor {
    /// Before all rows.
    pub const FIRST: Self = Self {
        due_on: day(1970),
        id: 0,
    };

    /// The term.
    pub(crate) const fn due_on(self) -> NaiveDate {
        self.due_on
    }

    /// The number.
    pub(crate) const fn id(self) -> i64 {
        self.id
    }
}

/// The first of January of a year, as a constant.
const fn day(year: i32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, 1, 1) {
        Some(day) => day,
        None => NaiveDate::MAX,
    }
}

/// The place of a submitted application in the lists; `None` if the scope does not see it.
///
/// # Errors
/// If the database does not answer.
pub async fn cursor(scope: &mut Scope, public_id: Uuid) -> Result<Option<Cursor>> {
    Ok(sqlx::query_as!(
        Cursor,
        r#"SELECT due_on AS "due_on!", id FROM app.application WHERE public_id = $1 AND due_on IS NOT NULL"#,
        public_id
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The lines of these applications in the order given, as far as the scope sees them.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn lines(scope: &mut Scope, ids: &[i64]) -> Result<Vec<Line>> {
    // What stands beside a row is asked by a sub-select: an EXISTS might be answered from a hash
    // of its whole table, which for operators is a region's.
    sqlx::query_as!(
        Row,
        r#"SELECT a.tenant_id, a.public_id, concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             a.category, a.submitted_at AS "submitted_at!", a.due_on AS "due_on!", a.status, a.route AS "route!",
             a.registered_number, a.registered_on, a.version, a.vouched_at IS NOT NULL AS "vouched!",
             coalesce((SELECT p.name FROM app.ref_position p WHERE p.code = a.position), a.position) AS "position!",
             (SELECT m.name FROM app.municipality m WHERE m.id = a.tenant_id) AS "municipality!",
             (SELECT o.name FROM app.organisation o WHERE o.tenant_id = a.tenant_id AND o.id = a.organisation_id)
               AS "organisation!",
             (SELECT k.routed_to_operator FROM app.organisation o
                JOIN app.ref_founder_kind k ON k.code = o.founder_kind
                WHERE o.tenant_id = a.tenant_id AND o.id = a.organisation_id) AS "industry!",
             coalesce((SELECT true FROM app.membership m WHERE m.tenant_id = a.tenant_id AND m.account_id = a.account_id
               AND m.role = 'municipal' AND m.ended_at IS NULL LIMIT 1), false) AS "coordinator!",
             coalesce((SELECT true FROM app.withdrawal w WHERE w.tenant_id = a.tenant_id
               AND w.application_id = a.id AND w.state = 'under_review' LIMIT 1), false) AS "frozen!"
           FROM app.application a JOIN unnest($1::bigint[]) WITH ORDINALITY i(id, place) ON i.id = a.id
           WHERE a.submitted_at IS NOT NULL ORDER BY i.place"#,
        ids,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(Line::try_from)
    .collect()
}

/// The application that follows `after` in a list of what waits: the municipality's list in
/// its scope, the operators' queue for route operator in theirs. After the last comes the
/// first; `None` when no other waits.
///
/// # Errors
/// If the database does not answer.
pub async fn next(scope: &mut Scope, list: WorkList, after: Cursor) -> Result<Option<Uuid>> {
    for from in [after, Cursor::FIRST] {
        let found = sqlx::query_scalar!(
            "SELECT public_id FROM app.application
             WHERE status = 'under_review' AND route = $1 AND procedure = $2
               AND (due_on, id) > ($3, $4) AND id <> $5 ORDER BY due_on, id LIMIT 1",
            list.route().code(),
            list.procedure().code(),
            from.due_on,
            from.id,
            after.id,
        )
        .fetch_optional(scope.connection())
        .await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// ФИО of the applications with these ids, as far as the scope sees them.
///
/// # Errors
/// If the database does not answer.
pub async fn names(scope: &mut Scope, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    Ok(sqlx::query!(
        r#"SELECT public_id, concat_ws(' ', surname, name, nullif(patronymic, '')) AS "full_name!"
           FROM app.application WHERE public_id = ANY ($1)"#,
        ids
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|row| (row.public_id, row.full_name))
    .collect())
}
