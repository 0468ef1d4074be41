//! Lists of withdrawals: what waits for whoever decides, all there ever were, and what a
//! school coordinator may withdraw. Paged by key: 51 rows, the one too many says there is
//! another page.

use domain::{
    actor::{Actor, TenantId},
    life::{Status, Withdrawal as State},
    paper::verdict::Reading,
    permission::{ApplicationFacts, Relations},
    role::Role,
    routing::Route,
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    applications::known,
    error::{Error, Result},
    scope::{Related, Scope},
};

/// A withdrawal as whoever decides it sees it in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The municipality.
    pub tenant: TenantId,
    /// The municipality's name.
    pub municipality_name: String,
    /// The application's public id.
    pub application: Uuid,
    /// The applicant's account.
    pub account: i64,
    /// The organisation.
    pub organisation: i64,
    /// The organisation's name.
    pub organisation_name: String,
    /// ФИО.
    pub full_name: String,
    /// The post's name.
    pub position_name: String,
    /// The application's route.
    pub route: Option<Route>,
    /// Whether the period of the application is approved: then the operator decides.
    pub approved: bool,
    /// The withdrawal's public id.
    pub withdrawal: Uuid,
    /// Where it stands.
    pub state: State,
    /// What follows «в связи с».
    pub reason: String,
    /// The role of whoever formed it.
    pub by_role: Role,
    /// Why it was declined; empty otherwise.
    pub answer: String,
    /// The signed scan's public id, once submitted.
    pub scan: Option<Uuid>,
    /// What was read on it.
    pub reading: Option<Reading>,
    /// The withdrawal's version.
    pub version: i32,
}

impl Related for Listed {
    fn relations(&self, actor: &Actor) -> Relations {
        ApplicationFacts {
            tenant: self.tenant.0,
            account: self.account,
            organisation: Some(self.organisation),
            route: self.route,
            period_approved: self.approved,
            assigned: false,
            author: None,
        }
        .relations(actor)
    }

    fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// The withdrawals under review that wait for the coordinator (`municipal`) or for the
/// operator, in the order they were formed, after the withdrawal `after`.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn waiting(
    scope: &mut Scope,
    municipal: bool,
    after: Option<Uuid>,
) -> Result<Vec<Listed>> {
    sqlx::query_as!(
        Row,
        r#"SELECT a.tenant_id, m.name AS municipality_name, a.public_id AS application, a.account_id,
             a.organisation_id, o.name AS organisation_name,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position_name!", a.route,
             a.mark = 'approved' AS "approved!",
             w.public_id AS withdrawal, w.state, w.reason, w.by_role, w.answer, f.public_id AS "scan?", w.version,
             s.reading AS "reading?: Json<Reading>"
           FROM app.withdrawal w
           JOIN app.application a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           JOIN app.municipality m ON m.id = a.tenant_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.file f ON f.tenant_id = w.tenant_id AND f.id = w.file_id
           LEFT JOIN app.scan_check s ON s.tenant_id = f.tenant_id AND s.file_id = f.id
           WHERE w.state = 'under_review'
             AND w.decides = CASE WHEN $1 THEN 'municipal' ELSE 'operator' END
             AND w.id > coalesce((SELECT x.id FROM app.withdrawal x WHERE x.public_id = $2), 0)
           ORDER BY w.id LIMIT 51"#,
        municipal,
        after,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(Listed::try_from)
    .collect()
}

/// All withdrawals the scope sees, newest first, before the withdrawal `before`.
///
/// # Errors
/// As [`waiting`].
pub async fn all(scope: &mut Scope, before: Option<Uuid>) -> Result<Vec<Listed>> {
    sqlx::query_as!(
        Row,
        r#"SELECT a.tenant_id, m.name AS municipality_name, a.public_id AS application, a.account_id,
             a.organisation_id, o.name AS organisation_name,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position_name!", a.route,
             a.mark = 'approved' AS "approved!",
             w.public_id AS withdrawal, w.state, w.reason, w.by_role, w.answer, f.public_id AS "scan?", w.version,
             s.reading AS "reading?: Json<Reading>"
           FROM app.withdrawal w
           JOIN app.application a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           JOIN app.municipality m ON m.id = a.tenant_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.file f ON f.tenant_id = w.tenant_id AND f.id = w.file_id
           LEFT JOIN app.scan_check s ON s.tenant_id = f.tenant_id AND s.file_id = f.id
           WHERE w.id < coalesce((SELECT x.id FROM app.withdrawal x WHERE x.public_id = $1), 9223372036854775807)
           ORDER BY w.id DESC LIMIT 51"#,
        before,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(Listed::try_from)
    .collect()
}

/// An application of the coordinator's organisation that may be withdrawn.
#[derive(Clone, Debug)]
pub struct Withdrawable {
    /// The application's public id.
    pub application: Uuid,
    /// ФИО.
    pub full_name: String,
    /// The post's name.
    pub position_name: String,
    /// The organisation's name.
    pub organisation_name: String,
    /// The application's status.
    pub status: Status,
    /// The state of the open withdrawal, if there is one.
    pub withdrawal: Option<State>,
}

/// The submitted and registered applications of the organisation in the context, after the
/// application `after`.
///
/// # Errors
/// As [`waiting`].
pub async fn withdrawable(scope: &mut Scope, after: Option<Uuid>) -> Result<Vec<Withdrawable>> {
    let rows = sqlx::query!(
        r#"SELECT a.public_id, concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position_name!", o.name AS organisation_name, a.status,
             w.state AS "withdrawal?"
           FROM app.application a
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.withdrawal w ON w.tenant_id = a.tenant_id AND w.application_id = a.id
             AND w.state IN ('formed', 'under_review')
           WHERE a.organisation_id = (SELECT app.ctx_organisation()) AND a.status IN ('under_review', 'registered')
             AND a.id > coalesce((SELECT x.id FROM app.application x WHERE x.public_id = $1), 0)
           ORDER BY a.id LIMIT 51"#,
        after,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Withdrawable {
                application: row.public_id,
                full_name: row.full_name,
                position_name: row.position_name,
                organisation_name: row.organisation_name,
                status: known(Status::from_code(&row.status), "application.status")?,
                withdrawal: row
                    .withdrawal
                    .map(|code| known(State::from_code(&code), "withdrawal.state"))
                    .transpose()?,
            })
        })
        .collect()
}

struct Row {
    tenant_id: i32,
    municipality_name: String,
    application: Uuid,
    account_id: i64,
    organisation_id: i64,
    organisation_name: String,
    full_name: String,
    position_name: String,
    route: Option<String>,
    approved: bool,
    withdrawal: Uuid,
    state: String,
    reason: String,
    by_role: String,
    answer: String,
    scan: Option<Uuid>,
    reading: Option<Json<Reading>>,
    version: i32,
}

impl TryFrom<Row> for Listed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            tenant: TenantId(row.tenant_id),
            municipality_name: row.municipality_name,
            application: row.application,
            account: row.account_id,
            organisation: row.organisation_id,
            organisation_name: row.organisation_name,
            full_name: row.full_name,
            position_name: row.position_name,
            route: row
                .route
                .map(|code| known(Route::from_code(&code), "application.route"))
                .transpose()?,
            approved: row.approved,
            withdrawal: row.withdrawal,
            state: known(State::from_code(&row.state), "withdrawal.state")?,
            reason: row.reason,
            by_role: known(Role::from_code(&row.by_role), "withdrawal.by_role")?,
            answer: row.answer,
            scan: row.scan,
            reading: row.reading.map(|Json(reading)| reading),
            version: row.version,
        })
    }
}
