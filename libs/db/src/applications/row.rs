//! Reading a case: the application with the states of all that stands beside it, in one query.
//! What it is to the rest of the program is [`Application`].

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    actor::TenantId,
    life::{PeriodMark, Place, Status, Withdrawal},
    reference::{Category, Form, Procedure},
    routing::Route,
};
use uuid::Uuid;

use super::{Application, OpenWithdrawal, ScheduleRow};
use crate::{
    error::{Error, Result},
    scope::Scope,
};

/// The application with this public id, if the scope sees it.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<Application>> {
    let account = scope.account();
    let row = sqlx::query_as!(
        Row,
        r#"SELECT a.tenant_id, a.id, a.public_id, a.account_id, a.membership_id, a.card_id, a.organisation_id,
             o.name AS organisation_name, m.name AS municipality_name, a.category, a.procedure, a.ground, a.form,
             a.presence, a.snapshot, a.surname, a.name, a.patronymic, coalesce(p.name, a.position) AS "position_name!",
             a.subject, a.held_category, a.status, a.route, a.edition, a.submitted_at, a.due_on,
             a.registered_number, a.registered_on, a.rejection, a.vouched_at, a.version,
             (SELECT max(q.until) FROM app.document_request q WHERE q.tenant_id = a.tenant_id
                AND q.application_id = a.id) AS asked_until,
             w.id AS "withdrawal_id?", w.state AS "withdrawal_state?", w.by_account AS "withdrawal_by?",
             w.version AS "withdrawal_version?",
             s.mark AS "mark?", s.period_id AS "period_id?", d.name AS "period_name?", d.starts AS "starts?",
             d.ends AS "ends?", s.gap_since AS "gap_since?", s.version AS "row_version?",
             (SELECT count(*) FROM app.assignment x WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id
                AND x.closed_at IS NULL) AS "experts!",
             EXISTS (SELECT 1 FROM app.assignment x WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id
                AND x.closed_at IS NULL AND x.expert_account_id = $2) AS "assigned!",
             c.place AS "place?", c.version AS "conclusion_version?"
           FROM app.application a
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           JOIN app.municipality m ON m.id = a.tenant_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.withdrawal w ON w.tenant_id = a.tenant_id AND w.application_id = a.id
             AND w.state IN ('formed', 'under_review')
           LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           LEFT JOIN app.period d ON d.id = s.period_id
           LEFT JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
           WHERE a.public_id = $1"#,
        public_id,
        account,
    )
    .fetch_optional(scope.connection())
    .await?;
    row.map(Application::try_from).transpose()
}

/// The application, locked against every other verb until this transaction ends: whoever
/// changes a case takes it this way. The lock is advisory, so that experts and operators,
/// who may not update every row they act about, are held by it as well.
///
/// # Errors
/// As [`find`].
pub async fn lock(scope: &mut Scope, public_id: Uuid) -> Result<Option<Application>> {
    // The lock first, the reading after it: a second press reads what the first committed.
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))",
        public_id.to_string()
    )
    .fetch_one(scope.connection())
    .await?;
    find(scope, public_id).await
}

/// The value of a code column, or the column's name as the fault.
pub(crate) fn known<T>(value: Option<T>, column: &'static str) -> Result<T> {
    value.ok_or(Error::Corrupt { column })
}

struct Row {
    tenant_id: i32,
    id: i64,
    public_id: Uuid,
    account_id: i64,
    membership_id: i64,
    card_id: i64,
    organisation_id: i64,
    organisation_name: String,
    municipality_name: String,
    category: Option<String>,
    procedure: String,
    ground: Option<String>,
    form: Option<String>,
    presence: Option<bool>,
    snapshot: Option<serde_json::Value>,
    surname: String,
    name: String,
    patronymic: String,
    position_name: String,
    subject: String,
    held_category: String,
    status: String,
    route: Option<String>,
    edition: i32,
    submitted_at: Option<DateTime<Utc>>,
    due_on: Option<NaiveDate>,
    registered_number: Option<i32>,
    registered_on: Option<NaiveDate>,
    rejection: String,
    vouched_at: Option<DateTime<Utc>>,
    asked_until: Option<NaiveDate>,
    version: i32,
    withdrawal_id: Option<i64>,
    withdrawal_state: Option<String>,
    withdrawal_by: Option<i64>,
    withdrawal_version: Option<i32>,
    mark: Option<String>,
    period_id: Option<i32>,
    period_name: Option<String>,
    starts: Option<NaiveDate>,
    ends: Option<NaiveDate>,
    gap_since: Option<DateTime<Utc>>,
    row_version: Option<i32>,
    experts: i64,
    assigned: bool,
    place: Option<String>,
    conclusion_version: Option<i32>,
}

impl TryFrom<Row> for Application {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let withdrawal = match (row.withdrawal_id, row.withdrawal_state, row.withdrawal_by) {
            (Some(id), Some(state), Some(by_account)) => Some(OpenWithdrawal {
                id,
                state: known(Withdrawal::from_code(&state), "withdrawal.state")?,
                by_account,
                version: row.withdrawal_version.unwrap_or_default(),
            }),
            _ => None,
        };
        let mark = match row.mark {
            Some(mark) => known(PeriodMark::from_code(&mark), "schedule_row.mark")?,
            None => PeriodMark::None,
        };
        let place = match row.place {
            Some(place) => known(Place::from_code(&place), "conclusion.place")?,
            None => Place::None,
        };
        Ok(Self {
            tenant: TenantId(row.tenant_id),
            id: row.id,
            public_id: row.public_id,
            account: row.account_id,
            membership: row.membership_id,
            card: row.card_id,
            organisation: row.organisation_id,
            organisation_name: row.organisation_name,
            municipality_name: row.municipality_name,
            category: row
                .category
                .map(|code| known(Category::from_code(&code), "application.category"))
                .transpose()?,
            procedure: known(
                Procedure::from_code(&row.procedure),
                "application.procedure",
            )?,
            ground: row.ground,
            form: row
                .form
                .map(|code| known(Form::from_code(&code), "application.form"))
                .transpose()?,
            presence: row.presence,
            snapshot: row
                .snapshot
                .map(serde_json::from_value)
                .transpose()
                .map_err(|_| Error::Corrupt {
                    column: "application.snapshot",
                })?,
            surname: row.surname,
            name: row.name,
            patronymic: row.patronymic,
            position_name: row.position_name,
            subject: row.subject,
            held_category: row.held_category,
            status: known(Status::from_code(&row.status), "application.status")?,
            route: row
                .route
                .map(|code| known(Route::from_code(&code), "application.route"))
                .transpose()?,
            edition: row.edition,
            submitted_at: row.submitted_at,
            due_on: row.due_on,
            registered_number: row.registered_number,
            registered_on: row.registered_on,
            rejection: row.rejection,
            vouched_at: row.vouched_at,
            asked_until: row.asked_until,
            version: row.version,
            withdrawal,
            row: ScheduleRow {
                mark,
                period: row.period_id,
                period_name: row.period_name.unwrap_or_default(),
                starts: row.starts,
                ends: row.ends,
                gap_since: row.gap_since,
                version: row.row_version.unwrap_or_default(),
            },
            experts: row.experts,
            assigned: row.assigned,
            place,
            conclusion_version: row.conclusion_version.unwrap_or_default(),
        })
    }
}
