//! The end of a month (R-CON-2): which conclusions of a municipality are not with the Centre yet,
//! which were passed to it, and who was reminded. With whom each lies is the domain's to say.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    act::acts,
    conclusion::{Holder, holder},
    life::{Case, PeriodMark, Place, Status, Withdrawal},
    reference::Procedure,
    routing::Route,
};
use uuid::Uuid;

use crate::{
    applications::{Application, known},
    error::{Error, Result},
    scope::{Permit, Scope, Tx},
};

/// A conclusion that is not with the Centre yet.
#[derive(Clone, Debug)]
pub struct Missing {
    /// The application's id in addresses.
    pub application: Uuid,
    /// ФИО.
    pub name: String,
    /// The post's name.
    pub position: String,
    /// The organisation's name.
    pub organisation: String,
    /// The period's name.
    pub period: String,
    /// With whom it lies.
    pub holder: Holder,
    /// The experts assigned.
    pub experts: String,
    /// Since when it lies there.
    pub since: DateTime<Utc>,
    /// Whoever was reminded of it last, on which day.
    pub reminded: Option<NaiveDate>,
}

struct Row {
    application: Uuid,
    name: String,
    position: String,
    organisation: String,
    period: String,
    withdrawal: Option<String>,
    mark: String,
    gap: bool,
    assigned: i64,
    experts: String,
    place: String,
    since: DateTime<Utc>,
    reminded: Option<NaiveDate>,
}

impl TryFrom<Row> for Missing {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let case = Case {
            status: Status::Registered,
            route: Some(Route::Municipal),
            procedure: Procedure::General,
            withdrawal: row.withdrawal.as_deref().and_then(Withdrawal::from_code),
            period: known(PeriodMark::from_code(&row.mark), "schedule_row.mark")?,
            experts: u8::try_from(row.assigned).unwrap_or(2),
            gap: row.gap,
            place: known(Place::from_code(&row.place), "conclusion.place")?,
        };
        Ok(Self {
            application: row.application,
            name: row.name,
            position: row.position,
            organisation: row.organisation,
            period: row.period,
            holder: holder(&case),
            experts: row.experts,
            since: row.since,
            reminded: row.reminded,
        })
    }
}

/// What of the periods begun by `until` is not with the Centre yet, in the order of the terms,
/// from behind the application `after` on; 51 at most, the last of which only tells that there
/// are more. What a withdrawal stops is nobody's to hurry.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn missing(
    scope: &mut Scope,
    until: NaiveDate,
    after: Option<Uuid>,
) -> Result<Vec<Missing>> {
    sqlx::query_as!(
        Row,
        r#"SELECT a.public_id AS application, concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "name!",
             coalesce((SELECT p.name FROM app.ref_position p WHERE p.code = a.position), a.position) AS "position!",
             (SELECT o.name FROM app.organisation o WHERE o.tenant_id = a.tenant_id AND o.id = a.organisation_id)
               AS "organisation!",
             (SELECT d.name FROM app.period d WHERE d.id = s.period_id) AS "period!",
             (SELECT w.state FROM app.withdrawal w WHERE w.tenant_id = a.tenant_id AND w.application_id = a.id
                AND w.state IN ('formed', 'under_review')) AS "withdrawal?",
             s.mark, s.gap_since IS NOT NULL AS "gap!",
             (SELECT count(*) FROM app.assignment x WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id
                AND x.closed_at IS NULL) AS "assigned!",
             coalesce((SELECT string_agg(x.expert_name, ', ' ORDER BY x.slot) FROM app.assignment x
                WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id AND x.closed_at IS NULL), '') AS "experts!",
             coalesce(c.place, 'none') AS "place!",
             coalesce(c.moved_at, (SELECT max(x.assigned_at) FROM app.assignment x WHERE x.tenant_id = a.tenant_id
                AND x.application_id = a.id AND x.closed_at IS NULL), a.submitted_at) AS "since!",
             (SELECT max(r.on_day) FROM app.conclusion_reminder r WHERE r.tenant_id = a.tenant_id
                AND r.application_id = a.id) AS "reminded?"
           FROM app.application a
           JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           LEFT JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
           WHERE a.tenant_id = (SELECT app.ctx_tenant()) AND a.status = 'registered' AND a.procedure = 'general'
             AND a.route = 'municipal'
             AND (a.due_on, a.id) > (coalesce((SELECT x.due_on FROM app.application x WHERE x.public_id = $2), '-infinity'),
                                     coalesce((SELECT x.id FROM app.application x WHERE x.public_id = $2), 0))
             AND (SELECT d.starts FROM app.period d WHERE d.id = s.period_id) <= $1
             AND coalesce(c.place, 'none') NOT IN ('at_centre', 'accepted')
             AND NOT EXISTS (SELECT 1 FROM app.withdrawal w WHERE w.tenant_id = a.tenant_id
               AND w.application_id = a.id AND w.state = 'under_review')
           ORDER BY a.due_on, a.id LIMIT 51"#,
        until,
        after,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(Missing::try_from)
    .collect()
}

/// How many conclusions of the periods begun by `until` are not with the Centre yet, by the window of
/// their period.
///
/// # Errors
/// If the database does not answer.
pub async fn missing_by_period(
    scope: &mut Scope,
    until: NaiveDate,
) -> Result<Vec<(NaiveDate, NaiveDate, i64)>> {
    Ok(sqlx::query!(
        r#"SELECT d.starts, d.ends, count(*) AS "count!"
           FROM app.application a
           JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           JOIN app.period d ON d.id = s.period_id
           LEFT JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
           WHERE a.tenant_id = (SELECT app.ctx_tenant()) AND a.status = 'registered' AND a.procedure = 'general'
             AND a.route = 'municipal' AND d.starts <= $1
             AND coalesce(c.place, 'none') NOT IN ('at_centre', 'accepted')
             AND NOT EXISTS (SELECT 1 FROM app.withdrawal w WHERE w.tenant_id = a.tenant_id
               AND w.application_id = a.id AND w.state = 'under_review')
           GROUP BY d.starts, d.ends"#,
        until,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|row| (row.starts, row.ends, row.count))
    .collect())
}

/// A conclusion that was passed to the Centre.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The application's id in addresses.
    pub application: Uuid,
    /// Whether a register names it since; one the Centre did not get is named by none.
    pub handed_over: bool,
}

/// What the municipality in scope passed to the Centre from one moment to before another and is
/// there still, by ФИО.
///
/// # Errors
/// If the database does not answer.
pub async fn passed(
    scope: &mut Scope,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<Vec<Passed>> {
    Ok(sqlx::query_as!(
        Passed,
        r#"SELECT a.public_id AS application,
             EXISTS (SELECT 1 FROM app.handover_row r
               JOIN app.handover h ON h.tenant_id = r.tenant_id AND h.id = r.handover_id
               WHERE r.tenant_id = a.tenant_id AND r.application = a.public_id
                 AND r.received IS DISTINCT FROM false AND h.made_at >= e.at) AS "handed_over!"
           FROM app.conclusion c
           JOIN app.application a ON a.tenant_id = c.tenant_id AND a.id = c.application_id
           JOIN LATERAL (SELECT max(e.at) AS at FROM app.application_event e WHERE e.tenant_id = c.tenant_id
             AND e.application_id = c.application_id AND e.act = 'conclusion.pass') e ON true
           WHERE c.tenant_id = (SELECT app.ctx_tenant()) AND c.place IN ('at_centre', 'accepted')
             AND c.moved_at >= $1 AND e.at >= $1 AND e.at < $2
           ORDER BY a.surname, a.name, a.patronymic, a.id"#,
        from,
        before,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Who is reminded of a conclusion.
#[derive(Clone, Debug)]
pub struct Reminded {
    /// The account.
    pub account: i64,
    /// The name, as the coordinator knows it.
    pub name: String,
}

/// Whom to remind of a conclusion that lies with the experts or with the teacher: the experts
/// assigned, or the teacher and its school coordinators.
///
/// # Errors
/// If the database does not answer.
pub async fn reminded(
    scope: &mut Scope,
    application: &Application,
    with: Holder,
) -> Result<Vec<Reminded>> {
    Ok(sqlx::query_as!(
        Reminded,
        r#"SELECT x.expert_account_id AS "account!", x.expert_name AS "name!" FROM app.assignment x
           WHERE $4 AND x.tenant_id = $1 AND x.application_id = $2 AND x.closed_at IS NULL
           UNION ALL
           SELECT a.account_id, concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) FROM app.application a
           WHERE $5 AND a.tenant_id = $1 AND a.id = $2
           UNION ALL
           SELECT m.account_id, concat_ws(' ', m.surname, m.name, nullif(m.patronymic, '')) FROM app.membership m
           WHERE $5 AND m.tenant_id = $1 AND m.role = 'school' AND m.organisation_id = $3 AND m.ended_at IS NULL"#,
        application.tenant.0,
        application.id,
        application.organisation,
        with == Holder::Experts,
        with == Holder::Teacher,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Notes that an account is reminded of a conclusion today; whether it was not before.
///
/// # Errors
/// If the database does not answer.
pub async fn remind(
    tx: &mut Tx<acts::PassConclusion>,
    permit: &Permit<acts::PassConclusion, Application>,
    account: i64,
    on_day: NaiveDate,
) -> Result<bool> {
    let rows = sqlx::query!(
        "INSERT INTO app.conclusion_reminder (tenant_id, application_id, account_id, on_day)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        permit.tenant.0,
        permit.id,
        account,
        on_day,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(rows == 1)
}
