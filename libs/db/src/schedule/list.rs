//! The rows of «График», page by page: all, and those with a gap the operators fill (R-SCH-2).
//! Where a list needs no schedule it stands in [`crate::applications::lists`].

use chrono::{DateTime, Utc};
use domain::{
    actor::TenantId,
    life::{PeriodMark, Place},
    routing::Route,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    applications::{
        known,
        lists::{Cursor, Page},
    },
    error::{Error, Result},
    scope::Scope,
};

/// A row of «График».
#[derive(Clone, Debug)]
pub struct Line {
    /// The application's id in addresses.
    pub public_id: Uuid,
    /// The municipality's name.
    pub municipality: String,
    /// ФИО.
    pub full_name: String,
    /// The post's name.
    pub position: String,
    /// The organisation's name.
    pub organisation: String,
    /// Who registered it keeps the row until the period is approved.
    pub route: Route,
    /// The mark of the period.
    pub mark: PeriodMark,
    /// The period's name; empty while none is set.
    pub period: String,
    /// Whether the period was approved without it.
    pub left_out: bool,
    /// The experts assigned, by place.
    pub experts: Vec<LineExpert>,
    /// Since when the Centre is asked to fill an empty place.
    pub gap_since: Option<DateTime<Utc>>,
    /// The last request to the Centre, while a place is empty.
    pub request: Option<Asked>,
    /// Where the conclusion is.
    pub place: Place,
}

/// An expert of a row, as lists tell it.
#[derive(Clone, Debug, Deserialize)]
pub struct LineExpert {
    /// ФИО.
    pub name: String,
    /// The phone as kept; empty where the scope does not see it: a coordinator has those of its own
    /// municipality.
    pub phone: String,
}

/// The last request for an expert, as lists tell it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Why the Centre declined; empty while it has not answered.
    pub answer: String,
}

/// What «График» is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowed {
    /// One municipality; an operator's filter.
    pub tenant: Option<TenantId>,
    /// One period.
    pub period: Option<i32>,
    /// Only rows without a period.
    pub without_period: bool,
    /// Only rows with an empty place.
    pub without_experts: bool,
    /// Only rows that are no gap: [`gaps`] shows the others.
    pub without_gaps: bool,
}

struct Row {
    public_id: Uuid,
    municipality: String,
    full_name: String,
    position: String,
    organisation: String,
    route: String,
    mark: String,
    period: String,
    left_out: bool,
    experts: serde_json::Value,
    gap_since: Option<DateTime<Utc>>,
    asked_at: Option<DateTime<Utc>>,
    answer: Option<String>,
    place: String,
}

macro_rules! rows {
    ($scope:expr, $tail:tt $(, $argument:expr)* $(,)?) => {{
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT a.public_id, concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
                 a.route AS "route!", coalesce(s.mark, 'none') AS "mark!", s.gap_since AS "gap_since?",
                 g.asked_at AS "asked_at?", g.answer AS "answer?",
                 coalesce((SELECT d.name FROM app.period d WHERE d.id = s.period_id), '') AS "period!",
                 coalesce((SELECT p.name FROM app.ref_position p WHERE p.code = a.position), a.position) AS "position!",
                 (SELECT m.name FROM app.municipality m WHERE m.id = a.tenant_id) AS "municipality!",
                 (SELECT o.name FROM app.organisation o WHERE o.tenant_id = a.tenant_id AND o.id = a.organisation_id)
                   AS "organisation!",
                 coalesce(s.mark = 'preliminary'
                   AND (SELECT d.state FROM app.period d WHERE d.id = s.period_id) <> 'open', false) AS "left_out!",
                 coalesce((SELECT jsonb_agg(jsonb_build_object('name', x.expert_name, 'phone', coalesce(
                     (SELECT m.phone FROM app.membership m WHERE m.tenant_id = x.expert_tenant_id
                        AND m.id = x.expert_membership_id), '')) ORDER BY x.slot) FROM app.assignment x
                   WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id AND x.closed_at IS NULL), '[]')
                   AS "experts!",
                 coalesce((SELECT c.place FROM app.conclusion c
                   WHERE c.tenant_id = a.tenant_id AND c.application_id = a.id), 'none') AS "place!"
               FROM "# + $tail
            $(, $argument)*
        )
        .fetch_all($scope.connection())
        .await?;
        let lines = rows.into_iter().map(Line::try_from).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(lines))
    }};
}

/// «График»: registered applications on general grounds in the order of their terms, of the
/// municipality in scope or, for operators, of all.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn registered(scope: &mut Scope, by: Narrowed, after: Cursor) -> Result<Page<Line>> {
    match by.tenant.or(scope.tenant()) {
        Some(tenant) => rows!(
            scope,
            "app.application a
             LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
             LEFT JOIN LATERAL (SELECT r.asked_at, r.answer FROM app.gap_request r
               WHERE s.gap_since IS NOT NULL AND r.tenant_id = a.tenant_id AND r.application_id = a.id
               ORDER BY r.id DESC LIMIT 1) g ON true
             WHERE a.tenant_id = $6 AND a.status = 'registered' AND a.procedure = 'general'
               AND (a.due_on, a.id) > ($1, $2) AND ($3::int IS NULL OR s.period_id = $3)
               AND (NOT $4 OR a.mark = 'none') AND (NOT $5 OR a.experts < 2)
               AND (NOT $7 OR s.gap_since IS NULL)
             ORDER BY a.due_on, a.id LIMIT 51",
            after.due_on(),
            after.id(),
            by.period,
            by.without_period,
            by.without_experts,
            tenant.0,
            by.without_gaps,
        ),
        None => rows!(
            scope,
            "app.application a
             LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
             LEFT JOIN LATERAL (SELECT r.asked_at, r.answer FROM app.gap_request r
               WHERE s.gap_since IS NOT NULL AND r.tenant_id = a.tenant_id AND r.application_id = a.id
               ORDER BY r.id DESC LIMIT 1) g ON true
             WHERE a.submitted_at IS NOT NULL AND a.status = 'registered' AND a.procedure = 'general'
               AND (a.due_on, a.id) > ($1, $2) AND ($3::int IS NULL OR s.period_id = $3)
               AND (NOT $4 OR a.mark = 'none') AND (NOT $5 OR a.experts < 2)
               AND (NOT $6 OR s.gap_since IS NULL)
             ORDER BY a.due_on, a.id LIMIT 51",
            after.due_on(),
            after.id(),
            by.period,
            by.without_period,
            by.without_experts,
            by.without_gaps,
        ),
    }
}

/// The place among the gaps after which a page begins: since when, and the row's number.
#[derive(Clone, Copy, Debug)]
pub struct GapCursor {
    since: DateTime<Utc>,
    id: i64,
}

impl GapCursor {
    /// Before all gaps.
    pub const FIRST: Self = Self {
        since: DateTime::UNIX_EPOCH,
        id: 0,
    };
}

/// The place of an application among the gaps; `None` if it is no gap.
///
/// # Errors
/// If the database does not answer.
pub async fn gap_cursor(scope: &mut Scope, application: Uuid) -> Result<Option<GapCursor>> {
    Ok(sqlx::query_as!(
        GapCursor,
        r#"SELECT s.gap_since AS "since!", s.id FROM app.application a
           JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           WHERE a.public_id = $1 AND s.gap_since IS NOT NULL"#,
        application
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The gaps operators are asked to fill, the oldest first (R-SCH-2).
///
/// # Errors
/// As [`registered`].
pub async fn gaps(scope: &mut Scope, by: Narrowed, after: GapCursor) -> Result<Page<Line>> {
    rows!(
        scope,
        "app.schedule_row s
         JOIN app.application a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
         LEFT JOIN LATERAL (SELECT r.asked_at, r.answer FROM app.gap_request r
           WHERE s.gap_since IS NOT NULL AND r.tenant_id = a.tenant_id AND r.application_id = a.id
           ORDER BY r.id DESC LIMIT 1) g ON true
         WHERE s.gap_since IS NOT NULL AND a.status = 'registered'
           AND ($1::int IS NULL OR s.tenant_id = $1) AND ($2::int IS NULL OR s.period_id = $2)
           AND (s.gap_since, s.id) > ($3, $4)
         ORDER BY s.gap_since, s.id LIMIT 51",
        by.tenant.map(|tenant| tenant.0),
        by.period,
        after.since,
        after.id,
    )
}

impl TryFrom<Row> for Line {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            public_id: row.public_id,
            municipality: row.municipality,
            full_name: row.full_name,
            position: row.position,
            organisation: row.organisation,
            route: known(Route::from_code(&row.route), "application.route")?,
            mark: known(PeriodMark::from_code(&row.mark), "schedule_row.mark")?,
            period: row.period,
            left_out: row.left_out,
            experts: serde_json::from_value(row.experts).map_err(|_| Error::Corrupt {
                column: "assignment",
            })?,
            gap_since: row.gap_since,
            request: row.asked_at.map(|at| Asked {
                at,
                answer: row.answer.unwrap_or_default(),
            }),
            place: known(Place::from_code(&row.place), "conclusion.place")?,
        })
    }
}
