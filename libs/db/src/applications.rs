//! Applications: the row with all that decides what may happen to it, and the moves of its
//! status. Lists of applications for one audience stand in `applications/…` beside it.

pub mod expert;
pub mod lists;
pub mod own;
pub mod school;

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    act::{Doing, acts},
    actor::{Actor, TenantId},
    card::Snapshot,
    life::{Case, PeriodMark, Place, Status, Withdrawal},
    permission::{ApplicationFacts, Relations},
    reference::{Category, Form, Procedure},
    routing::Route,
};
use uuid::Uuid;

use crate::{
    error::{Error, Result, touched},
    scope::{Permit, Related, Scope, Tx},
};

/// An application as a case: itself and the states of all that stands beside it.
#[derive(Clone, Debug)]
pub struct Application {
    /// The municipality.
    pub tenant: TenantId,
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The applicant's account.
    pub account: i64,
    /// The applicant's membership.
    pub membership: i64,
    /// The card it is made from.
    pub card: i64,
    /// The organisation it is made for.
    pub organisation: i64,
    /// The organisation's name now.
    pub organisation_name: String,
    /// The municipality's name.
    pub municipality_name: String,
    /// The category asked for, once chosen.
    pub category: Option<Category>,
    /// The procedure asked for.
    pub procedure: Procedure,
    /// The ground of the simplified form, by code.
    pub ground: Option<String>,
    /// The form, once chosen.
    pub form: Option<Form>,
    /// Whether the person comes to the sitting, once chosen.
    pub presence: Option<bool>,
    /// The card as it was formed.
    pub snapshot: Option<Snapshot>,
    /// ФИО in the nominative, as formed; empty before.
    pub surname: String,
    /// The given name.
    pub name: String,
    /// The patronymic; may be empty.
    pub patronymic: String,
    /// The post's name.
    pub position_name: String,
    /// The subject; may be empty.
    pub subject: String,
    /// The category held: «», «first», «highest».
    pub held_category: String,
    /// The status.
    pub status: Status,
    /// The route, from submission on.
    pub route: Option<Route>,
    /// How many times it was formed: each has its own PDF (R-APP-1).
    pub edition: i32,
    /// When it was submitted.
    pub submitted_at: Option<DateTime<Utc>>,
    /// The last day of the 30 (R-APP-7).
    pub due_on: Option<NaiveDate>,
    /// The journal's number.
    pub registered_number: Option<i32>,
    /// The journal's date.
    pub registered_on: Option<NaiveDate>,
    /// The rejection in words, as `domain::words::rejection` made it.
    pub rejection: String,
    /// When the coordinator marked it «Проверено».
    pub vouched_at: Option<DateTime<Utc>>,
    /// The version of the application itself.
    pub version: i32,
    /// The open withdrawal: id, state, version, and who formed it.
    pub withdrawal: Option<OpenWithdrawal>,
    /// Its row in the schedule.
    pub row: ScheduleRow,
    /// Open assignments.
    pub experts: i64,
    /// Whether one of them is the actor's.
    pub assigned: bool,
    /// Where the conclusion is.
    pub place: Place,
    /// The conclusion's version; 0 while there is none.
    pub conclusion_version: i32,
}

/// A withdrawal that is formed or under review.
#[derive(Clone, Debug)]
pub struct OpenWithdrawal {
    /// The number inside.
    pub id: i64,
    /// Formed or under review.
    pub state: Withdrawal,
    /// Who formed it.
    pub by_account: i64,
    /// Its version.
    pub version: i32,
}

/// What the schedule says of an application.
#[derive(Clone, Debug)]
pub struct ScheduleRow {
    /// None, preliminary or approved.
    pub mark: PeriodMark,
    /// The period's id, once set.
    pub period: Option<i32>,
    /// The period's name; empty before.
    pub period_name: String,
    /// The period's first day.
    pub starts: Option<NaiveDate>,
    /// The period's last day.
    pub ends: Option<NaiveDate>,
    /// Since when the Centre is asked to fill an empty place.
    pub gap_since: Option<DateTime<Utc>>,
    /// The row's version; 0 while there is none.
    pub version: i32,
}

impl Application {
    /// The case, as the state table wants it.
    #[must_use]
    pub fn case(&self) -> Case {
        Case {
            status: self.status,
            route: self.route,
            procedure: self.procedure,
            withdrawal: self.withdrawal.as_ref().map(|withdrawal| withdrawal.state),
            period: self.row.mark,
            experts: u8::try_from(self.experts).unwrap_or(2),
            gap: self.row.gap_since.is_some(),
            place: self.place,
        }
    }

    /// «Иванова Мария Сергеевна».
    #[must_use]
    pub fn full_name(&self) -> String {
        [&self.surname, &self.name, &self.patronymic]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl Related for Application {
    fn relations(&self, actor: &Actor) -> Relations {
        ApplicationFacts {
            tenant: self.tenant.0,
            account: self.account,
            organisation: Some(self.organisation),
            route: self.route,
            period_approved: self.row.mark == PeriodMark::Approved,
            assigned: self.assigned,
            author: self
                .withdrawal
                .as_ref()
                .map(|withdrawal| withdrawal.by_account),
        }
        .relations(actor)
    }

    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}

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

/// Registers: the status moves under the trigger's eye, then, last in the transaction, the
/// journal gives number and date (R-APP-5). The caller commits at once after it.
///
/// # Errors
/// [`Error::Stale`] if the application changed meanwhile.
pub async fn register(
    tx: &mut Tx<acts::Register>,
    permit: &Permit<acts::Register, Application>,
) -> Result<(i32, NaiveDate)> {
    set_status(tx, permit, Status::Registered, "").await?;
    let line = sqlx::query!(
        r#"SELECT number AS "number!", date AS "date!" FROM app.register_application($1)"#,
        permit.id
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((line.number, line.date))
}

/// Rejects, with the reasons in words (R-APP-6).
///
/// # Errors
/// [`Error::Stale`] if the application changed meanwhile.
pub async fn reject(
    tx: &mut Tx<acts::Reject>,
    permit: &Permit<acts::Reject, Application>,
    rejection: &str,
) -> Result<()> {
    set_status(tx, permit, Status::Rejected, rejection).await?;
    lapse_withdrawal(tx, permit).await
}

/// Marks an operator-route application «Проверено» (R-ROUTE-3).
///
/// # Errors
/// [`Error::Stale`] if the application changed meanwhile.
pub async fn vouch(
    tx: &mut Tx<acts::Vouch>,
    permit: &Permit<acts::Vouch, Application>,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.application SET vouched_at = app.ctx_now(), version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.version,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Moves the status of the application a permit is for; the trigger allows only the moves of
/// the domain's table.
pub(crate) async fn set_status<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    status: Status,
    rejection: &str,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.application SET status = $4, rejection = $5, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.version,
        status.code(),
        rejection,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// A withdrawal that was only formed is overtaken by a rejection or a decision (R-WD-1).
pub(crate) async fn lapse_withdrawal<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE app.withdrawal SET state = 'lapsed', version = version + 1
         WHERE tenant_id = $1 AND application_id = $2 AND state = 'formed'",
        permit.tenant.0,
        permit.id,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
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

/// The value of a code column, or the column's name as the fault.
pub(crate) fn known<T>(value: Option<T>, column: &'static str) -> Result<T> {
    value.ok_or(Error::Corrupt { column })
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
