//! The schedule: rows of applications on general grounds, the experts to choose from, and the
//! writing of period and assignments (R-SCH-1…4, R-PER-1).

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    act::{Doing, acts},
    actor::TenantId,
    life::{PeriodMark, Place},
    routing::Route,
};
use uuid::Uuid;

use crate::{
    applications::{
        Application, known,
        lists::{Cursor, Page},
    },
    error::{Error, Result, touched},
    scope::{Permit, Scope, Tx},
};

/// An attestation period, as it is chosen.
#[derive(Clone, Debug)]
pub struct Period {
    /// The number inside.
    pub id: i32,
    /// The id in forms.
    pub public_id: Uuid,
    /// «октябрь-ноябрь 2026».
    pub name: String,
    /// The first day.
    pub starts: NaiveDate,
    /// The last day.
    pub ends: NaiveDate,
    /// Whether it may still be chosen: neither approved nor completed.
    pub open: bool,
}

/// The periods, in the order of time.
///
/// # Errors
/// If the database does not answer.
pub async fn periods(scope: &mut Scope) -> Result<Vec<Period>> {
    Ok(sqlx::query_as!(
        Period,
        r#"SELECT id, public_id, name, starts, ends, state = 'open' AS "open!" FROM app.period ORDER BY starts"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// An expert to choose.
#[derive(Clone, Debug)]
pub struct Expert {
    /// The municipality it works in.
    pub tenant: TenantId,
    /// The municipality's name.
    pub municipality: String,
    /// The membership.
    pub membership: i64,
    /// The membership's id in forms.
    pub public_id: Uuid,
    /// The account.
    pub account: i64,
    /// ФИО.
    pub full_name: String,
    /// The post's name; may be empty.
    pub position: String,
    /// The organisation's number, if one is named.
    pub organisation: Option<i64>,
    /// The organisation's name; may be empty.
    pub organisation_name: String,
    /// How many teachers it has now.
    pub load: i64,
    /// Whether its municipality is suspended: it is listed because it has the case already.
    pub suspended: bool,
}

/// The experts an application may be given, by municipality and name: those of the own
/// municipality for its coordinator, all for an operator. Never the teacher itself, never an
/// ended membership (R-SCH-3); of a suspended municipality only who has the application
/// already, so that saving the schedule takes nobody away unasked.
///
/// # Errors
/// If the database does not answer.
pub async fn experts(scope: &mut Scope, application: &Application) -> Result<Vec<Expert>> {
    Ok(sqlx::query!(
        r#"SELECT m.tenant_id, t.name AS municipality, m.id, m.public_id, m.account_id,
             concat_ws(' ', nullif(m.surname, ''), nullif(m.name, ''), nullif(m.patronymic, '')) AS "full_name!",
             coalesce(p.name, m.position) AS "position!", m.organisation_id,
             coalesce(o.name, '') AS "organisation!", coalesce(l.load, 0) AS "load!",
             t.status = 'suspended' AS "suspended!"
           FROM app.membership m
           JOIN app.municipality t ON t.id = m.tenant_id AND (t.status = 'active'
             OR EXISTS (SELECT 1 FROM app.assignment x WHERE x.tenant_id = $2 AND x.application_id = $3
               AND x.expert_tenant_id = m.tenant_id AND x.expert_membership_id = m.id AND x.closed_at IS NULL))
           LEFT JOIN app.ref_position p ON p.code = m.position
           LEFT JOIN app.organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
           LEFT JOIN app.expert_loads() l ON l.membership_id = m.id
           WHERE m.role = 'expert' AND m.ended_at IS NULL AND m.account_id <> $1
           ORDER BY t.name, m.tenant_id, m.surname, m.name, m.id"#,
        application.account,
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|row| Expert {
        suspended: row.suspended,
        tenant: TenantId(row.tenant_id),
        municipality: row.municipality,
        membership: row.id,
        public_id: row.public_id,
        account: row.account_id,
        full_name: row.full_name,
        position: row.position,
        organisation: row.organisation_id,
        organisation_name: row.organisation,
        load: row.load,
    })
    .collect())
}

/// An open assignment, as it was made.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// The number inside.
    pub id: i64,
    /// The place: 1 or 2.
    pub slot: i32,
    /// The municipality of the expert.
    pub tenant: TenantId,
    /// The expert's membership.
    pub membership: i64,
    /// The expert's account.
    pub account: i64,
    /// ФИО, as it was then.
    pub full_name: String,
    /// The post, as it was then.
    pub position: String,
    /// The organisation, as it was then.
    pub organisation: String,
    /// Whether the expert's municipality is suspended: it cannot see the case meanwhile.
    pub suspended: bool,
}

/// The open assignments of an application, by place.
///
/// # Errors
/// If the database does not answer.
pub async fn assigned(scope: &mut Scope, application: &Application) -> Result<Vec<Assigned>> {
    Ok(sqlx::query!(
        r#"SELECT x.id, x.slot, x.expert_tenant_id, x.expert_membership_id AS "expert_membership_id!",
             x.expert_account_id, x.expert_name, x.expert_position, x.expert_organisation, t.status = 'suspended' AS "suspended!"
           FROM app.assignment x JOIN app.municipality t ON t.id = x.expert_tenant_id
           WHERE x.tenant_id = $1 AND x.application_id = $2 AND x.closed_at IS NULL ORDER BY x.slot"#,
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|row| Assigned {
        id: row.id,
        slot: row.slot,
        tenant: TenantId(row.expert_tenant_id),
        membership: row.expert_membership_id,
        account: row.expert_account_id,
        full_name: row.expert_name,
        position: row.expert_position,
        organisation: row.expert_organisation,
        suspended: row.suspended,
    })
    .collect())
}

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
    /// The experts assigned, joined by commas; empty while there are none.
    pub experts: String,
    /// How many they are.
    pub assigned: i64,
    /// Since when the Centre is asked to fill an empty place.
    pub gap_since: Option<DateTime<Utc>>,
    /// Where the conclusion is.
    pub place: Place,
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
    experts: String,
    assigned: i64,
    gap_since: Option<DateTime<Utc>>,
    place: String,
}

macro_rules! rows {
    ($scope:expr, $tail:tt $(, $argument:expr)* $(,)?) => {{
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT a.public_id, concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
                 a.route AS "route!", coalesce(s.mark, 'none') AS "mark!", s.gap_since AS "gap_since?",
                 coalesce((SELECT d.name FROM app.period d WHERE d.id = s.period_id), '') AS "period!",
                 coalesce((SELECT p.name FROM app.ref_position p WHERE p.code = a.position), a.position) AS "position!",
                 (SELECT m.name FROM app.municipality m WHERE m.id = a.tenant_id) AS "municipality!",
                 (SELECT o.name FROM app.organisation o WHERE o.tenant_id = a.tenant_id AND o.id = a.organisation_id)
                   AS "organisation!",
                 coalesce((SELECT string_agg(x.expert_name, ', ' ORDER BY x.slot) FROM app.assignment x
                   WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id AND x.closed_at IS NULL), '')
                   AS "experts!",
                 (SELECT count(*) FROM app.assignment x
                   WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id AND x.closed_at IS NULL) AS "assigned!",
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
             WHERE a.tenant_id = $6 AND a.status = 'registered' AND a.procedure = 'general'
               AND (a.due_on, a.id) > ($1, $2) AND ($3::int IS NULL OR s.period_id = $3)
               AND (NOT $4 OR s.period_id IS NULL)
               AND (NOT $5 OR (SELECT count(*) FROM app.assignment x WHERE x.tenant_id = a.tenant_id
                 AND x.application_id = a.id AND x.closed_at IS NULL) < 2)
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
             WHERE a.submitted_at IS NOT NULL AND a.status = 'registered' AND a.procedure = 'general'
               AND (a.due_on, a.id) > ($1, $2) AND ($3::int IS NULL OR s.period_id = $3)
               AND (NOT $4 OR s.period_id IS NULL)
               AND (NOT $5 OR (SELECT count(*) FROM app.assignment x WHERE x.tenant_id = a.tenant_id
                 AND x.application_id = a.id AND x.closed_at IS NULL) < 2)
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

/// The two acts that assign experts: a coordinator's, among its own, and an operator's.
pub trait Assigning: Doing {}
impl Assigning for acts::Assign {}
impl Assigning for acts::AssignAny {}

/// Writes period and gap of an application's row; the row comes into being with it.
///
/// # Errors
/// [`Error::Stale`] if the row changed meanwhile.
pub async fn save_row<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    period: Option<i32>,
    gap: bool,
) -> Result<()> {
    let account = tx.account();
    // An approved row keeps its mark whoever is assigned to it later.
    let mark = match (permit.row.mark, period) {
        (PeriodMark::Approved, Some(_)) => PeriodMark::Approved,
        (_, Some(_)) => PeriodMark::Preliminary,
        (_, None) => PeriodMark::None,
    };
    let gap_since = gap.then(|| permit.row.gap_since.unwrap_or(tx.now()));
    if permit.row.version == 0 {
        let written = sqlx::query!(
            "INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark, set_by, gap_since)
             VALUES ($1, $2, $3, $4, $5, $6)",
            permit.tenant.0,
            permit.id,
            period,
            mark.code(),
            account,
            gap_since,
        )
        .execute(tx.connection())
        .await
        .map_err(Error::from);
        return match written {
            Err(error) if error.is_constraint("schedule_row_tenant_id_application_id_key") => {
                Err(Error::Stale)
            }
            other => other.map(|_| ()),
        };
    }
    let rows = sqlx::query!(
        "UPDATE app.schedule_row SET period_id = $4, mark = $5, set_by = $6, gap_since = $7, version = version + 1
         WHERE tenant_id = $1 AND application_id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.row.version,
        period,
        mark.code(),
        account,
        gap_since,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Assigns an expert to a place (1 or 2) that is empty.
///
/// # Errors
/// [`Error::Constraint`] with the name of the rule of R-SCH-3 that refuses it.
pub async fn open_assignment<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    slot: i32,
    expert: &Expert,
) -> Result<()> {
    let account = tx.account();
    sqlx::query!(
        "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
           expert_membership_id, expert_account_id, expert_name, expert_position, expert_organisation, assigned_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        permit.tenant.0,
        permit.id,
        permit.account,
        slot,
        expert.tenant.0,
        expert.membership,
        expert.account,
        expert.full_name,
        expert.position,
        expert.organisation_name,
        account,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends an assignment: the expert sees the case no longer (R-SCH-4).
///
/// # Errors
/// [`Error::Stale`] if it has ended meanwhile.
pub async fn close_assignment<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    assignment: i64,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.assignment SET closed_at = app.ctx_now()
         WHERE tenant_id = $1 AND id = $2 AND application_id = $3 AND closed_at IS NULL",
        permit.tenant.0,
        assignment,
        permit.id,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
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
            experts: row.experts,
            assigned: row.assigned,
            gap_since: row.gap_since,
            place: known(Place::from_code(&row.place), "conclusion.place")?,
        })
    }
}
