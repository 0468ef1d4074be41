//! Applications as the school coordinator's lists show them (01 §1.7): the submitted ones of
//! its organisation, with what is attached to them.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    actor::{Actor, TenantId},
    life::{Case, PeriodMark, Place, Status, Withdrawal},
    permission::{ApplicationFacts, Relations},
    reference::{Category, Form, Procedure},
    routing::Route,
};
use uuid::Uuid;

use crate::{
    applications::known,
    conclusions::form::Criterion,
    error::{Error, Result},
    files::FileState,
    scope::{Related, Scope},
    search::Found,
};

/// A row of a school coordinator's list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The number inside, by which the list is walked.
    pub id: i64,
    /// The municipality.
    pub tenant: TenantId,
    /// The id in addresses.
    pub application: Uuid,
    /// The applicant's account.
    pub account: i64,
    /// The organisation's number.
    pub organisation: i64,
    /// ФИО.
    pub name: String,
    /// The post's name.
    pub position: String,
    /// The subject; may be empty.
    pub subject: String,
    /// The category held now or formerly.
    pub held: Option<Category>,
    /// The category asked for.
    pub category: Option<Category>,
    /// The form of attestation.
    pub form: Option<Form>,
    /// The ground of the simplified form, in words; empty on general grounds.
    pub ground: String,
    /// The case.
    pub case: Case,
    /// The first day of the period, once set.
    pub starts: Option<NaiveDate>,
    /// The journal's number and date.
    pub registration: Option<(i32, NaiveDate)>,
    /// The last day of the 30 (R-APP-7).
    pub due_on: Option<NaiveDate>,
    /// The last day documents that were asked for may be added (R-APP-3).
    pub asked_until: Option<NaiveDate>,
    /// The conclusion's version; 0 while there is none.
    pub conclusion_version: i32,
    /// The conclusion's newest file, by id in addresses.
    pub conclusion_file: Option<Uuid>,
}

impl Related for Listed {
    fn relations(&self, actor: &Actor) -> Relations {
        ApplicationFacts {
            tenant: self.tenant.0,
            account: self.account,
            organisation: Some(self.organisation),
            route: self.case.route,
            period_approved: self.case.period == PeriodMark::Approved,
            assigned: false,
            author: None,
        }
        .relations(actor)
    }

    fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// How many applications of the organisation in hand have this status; 1001 at most.
///
/// # Errors
/// If the database does not answer.
pub async fn count(scope: &mut Scope, status: Status) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM (
             SELECT 1 FROM app.application
             WHERE tenant_id = app.ctx_tenant() AND organisation_id = app.ctx_organisation() AND status = $1
             LIMIT 1001) x"#,
        status.code(),
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The applications of the organisation in hand in any of these statuses, oldest first, after
/// the row `after`; with `found` these of them, with `only` the one. 51 at most, the last of
/// which only tells that there are more.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn list(
    scope: &mut Scope,
    statuses: &[Status],
    after: i64,
    found: Option<&Found>,
    only: Option<Uuid>,
) -> Result<Vec<Listed>> {
    let statuses: Vec<String> = statuses
        .iter()
        .map(|status| status.code().to_owned())
        .collect();
    sqlx::query_as!(
        Row,
        r#"SELECT a.id, a.tenant_id, a.public_id, a.account_id, a.organisation_id,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "name!",
             coalesce(p.name, a.position) AS "position!", a.subject, a.held_category, a.category, a.form,
             coalesce(g.name, '') AS "ground!", a.status, a.route, a.procedure, a.registered_number, a.registered_on,
             a.due_on,
             (SELECT max(q.until) FROM app.document_request q WHERE q.tenant_id = a.tenant_id
                AND q.application_id = a.id) AS asked_until,
             w.state AS "withdrawal?", s.mark AS "mark?", s.gap_since AS "gap_since?", d.starts AS "starts?",
             (SELECT count(*) FROM app.assignment x WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id
                AND x.closed_at IS NULL) AS "experts!",
             c.place AS "place?", c.version AS "conclusion_version?",
             (SELECT f.public_id FROM app.conclusion_file v
                JOIN app.file f ON f.tenant_id = v.tenant_id AND f.id = v.file_id
                WHERE v.tenant_id = a.tenant_id AND v.application_id = a.id
                ORDER BY v.id DESC LIMIT 1) AS conclusion_file
           FROM app.application a
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.ref_ground g ON g.code = a.ground
           LEFT JOIN app.withdrawal w ON w.tenant_id = a.tenant_id AND w.application_id = a.id
             AND w.state IN ('formed', 'under_review')
           LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           LEFT JOIN app.period d ON d.id = s.period_id
           LEFT JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
           WHERE a.tenant_id = app.ctx_tenant() AND a.organisation_id = app.ctx_organisation()
             AND a.submitted_at IS NOT NULL AND a.status = ANY ($1) AND a.id > $2
             AND ($3::uuid IS NULL OR a.public_id = $3)
             AND ($4::bigint[] IS NULL OR a.id = ANY ($4))
           ORDER BY a.id LIMIT 51"#,
        &statuses,
        after,
        only,
        found.map(|found| found.ids.as_slice()),
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(Listed::try_from)
    .collect()
}

/// A document attached to an application of the list.
#[derive(Clone, Debug)]
pub struct Document {
    /// The application's number inside.
    pub application: i64,
    /// The attachment's id in addresses.
    pub attachment: Uuid,
    /// The file's id in addresses.
    pub file: Uuid,
    /// The file's name.
    pub name: String,
    /// How far the file is (SEC-63).
    pub state: FileState,
    /// Whether it brings along what runs or opens (SEC-62).
    pub active: bool,
    /// The kind's code.
    pub kind_code: String,
    /// The kind, in words.
    pub kind: String,
    /// The criterion it proves; none for one that proves none of them.
    pub criterion: Option<Criterion>,
    /// Bytes.
    pub size: i64,
    /// When it was attached.
    pub at: DateTime<Utc>,
    /// What it proves.
    pub caption: String,
    /// The role of whoever attached it.
    pub by_role: String,
    /// The account of whoever attached it.
    pub by_account: i64,
}

/// The documents attached to these applications, the scan of the application first.
///
/// # Errors
/// If the database does not answer.
pub async fn documents(scope: &mut Scope, applications: &[i64]) -> Result<Vec<Document>> {
    let rows = sqlx::query!(
        r#"SELECT t.application_id AS application, t.public_id AS attachment, f.public_id AS file, f.name,
             app.file_state(f.virus_state, f.virus_checked) AS "state!: FileState", f.active,
             coalesce(k.name, CASE t.kind WHEN 'scan' THEN 'Заявление' ELSE t.kind END) AS "kind!",
             t.kind AS kind_code, q.code AS "criterion?", q.name AS "criterion_name?", f.size, t.created_at AS at,
             t.caption, t.by_role, t.by_account
           FROM app.attachment t
           JOIN app.file f ON f.tenant_id = t.tenant_id AND f.id = t.file_id
           LEFT JOIN app.ref_document_kind k ON k.code = t.kind
           LEFT JOIN app.ref_criterion q ON q.code = t.criterion
           WHERE t.tenant_id = app.ctx_tenant() AND t.application_id = ANY ($1) AND t.detached_at IS NULL
           ORDER BY t.application_id, t.kind <> 'scan', t.id"#,
        applications,
    )
    .fetch_all(scope.connection())
    .await?;
    let documents = rows.into_iter().map(|row| Document {
        application: row.application,
        attachment: row.attachment,
        file: row.file,
        name: row.name,
        state: row.state,
        active: row.active,
        kind_code: row.kind_code,
        kind: row.kind,
        criterion: Criterion::of(row.criterion, row.criterion_name),
        size: row.size,
        at: row.at,
        caption: row.caption,
        by_role: row.by_role,
        by_account: row.by_account,
    });
    Ok(documents.collect())
}

struct Row {
    id: i64,
    tenant_id: i32,
    public_id: Uuid,
    account_id: i64,
    organisation_id: i64,
    name: String,
    position: String,
    subject: String,
    held_category: String,
    category: Option<String>,
    form: Option<String>,
    ground: String,
    status: String,
    route: Option<String>,
    procedure: String,
    registered_number: Option<i32>,
    registered_on: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
    asked_until: Option<NaiveDate>,
    withdrawal: Option<String>,
    mark: Option<String>,
    gap_since: Option<DateTime<Utc>>,
    starts: Option<NaiveDate>,
    experts: i64,
    place: Option<String>,
    conclusion_version: Option<i32>,
    conclusion_file: Option<Uuid>,
}

impl TryFrom<Row> for Listed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let case = Case {
            status: known(Status::from_code(&row.status), "application.status")?,
            route: row.route.as_deref().and_then(Route::from_code),
            procedure: known(
                Procedure::from_code(&row.procedure),
                "application.procedure",
            )?,
            withdrawal: row.withdrawal.as_deref().and_then(Withdrawal::from_code),
            period: row
                .mark
                .as_deref()
                .and_then(PeriodMark::from_code)
                .unwrap_or(PeriodMark::None),
            experts: u8::try_from(row.experts).unwrap_or(2),
            gap: row.gap_since.is_some(),
            place: row
                .place
                .as_deref()
                .and_then(Place::from_code)
                .unwrap_or(Place::None),
        };
        Ok(Self {
            id: row.id,
            tenant: TenantId(row.tenant_id),
            application: row.public_id,
            account: row.account_id,
            organisation: row.organisation_id,
            name: row.name,
            position: row.position,
            subject: row.subject,
            held: Category::from_code(&row.held_category),
            category: row.category.as_deref().and_then(Category::from_code),
            form: row.form.as_deref().and_then(Form::from_code),
            ground: row.ground,
            case,
            starts: row.starts,
            registration: row.registered_number.zip(row.registered_on),
            due_on: row.due_on,
            asked_until: row.asked_until,
            conclusion_version: row.conclusion_version.unwrap_or_default(),
            conclusion_file: row.conclusion_file,
        })
    }
}
