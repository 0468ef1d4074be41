//! The rows of one period of one municipality that have an empty place: what experts are
//! proposed for.

use domain::{
    actor::{Actor, TenantId},
    life::{Case, PeriodMark, Place, Status, Withdrawal},
    permission::{ApplicationFacts, Relations},
    reference::Procedure,
    routing::Route,
    schedule::{PLACES, is_gap},
};
use uuid::Uuid;

use crate::{
    applications::known,
    error::{Error, Result},
    scope::{Related, Scope},
};

/// How many rows are proposed for at once.
pub const AT_ONCE: usize = 200;

/// Who sits in a place already.
#[derive(Clone, Debug)]
pub struct Held {
    /// The account.
    pub account: i64,
    /// ФИО, as it was then.
    pub full_name: String,
    /// The membership's id in forms; `None` where the scope does not see it: another
    /// municipality's, assigned by the Centre.
    pub public_id: Option<Uuid>,
}

/// A row with an empty place.
#[derive(Clone, Debug)]
pub struct Vacancy {
    /// The application's number.
    pub application: i64,
    /// The application's id in addresses.
    pub public_id: Uuid,
    /// The municipality.
    pub tenant: TenantId,
    /// The teacher's account.
    pub account: i64,
    /// ФИО.
    pub full_name: String,
    /// The post's name.
    pub position: String,
    /// The subject; may be empty.
    pub subject: String,
    /// The organisation.
    pub organisation: i64,
    /// The organisation's name.
    pub organisation_name: String,
    /// The version of the row.
    pub version: i32,
    /// Its places.
    pub held: [Option<Held>; PLACES],
    /// The case, as the state table wants it.
    pub case: Case,
}

impl Related for Vacancy {
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

    fn object(&self) -> Option<i64> {
        Some(self.application)
    }
}

/// The rows of a period with an empty place, in the order they were planned, and one more than
/// [`AT_ONCE`] if there are more.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn vacancies(scope: &mut Scope, tenant: TenantId, period: i32) -> Result<Vec<Vacancy>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT a.id, a.public_id, a.tenant_id, a.account_id,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position!", a.subject, a.organisation_id,
             o.name AS organisation, s.version, a.status, a.route, a.procedure, s.mark,
             (SELECT w.state FROM app.withdrawal w WHERE w.tenant_id = a.tenant_id AND w.application_id = a.id
                AND w.state IN ('formed', 'under_review')) AS "withdrawal?",
             coalesce((SELECT c.place FROM app.conclusion c WHERE c.tenant_id = a.tenant_id
                AND c.application_id = a.id), 'none') AS "place!",
             x1.expert_account_id AS "account1?", x1.expert_name AS "name1?", m1.public_id AS "public_id1?",
             x2.expert_account_id AS "account2?", x2.expert_name AS "name2?", m2.public_id AS "public_id2?"
           FROM app.schedule_row s
           JOIN app.application a ON a.tenant_id = s.tenant_id AND a.id = s.application_id AND a.status = 'registered'
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.assignment x1 ON x1.tenant_id = s.tenant_id AND x1.application_id = s.application_id
             AND x1.slot = 1 AND x1.closed_at IS NULL
           LEFT JOIN app.assignment x2 ON x2.tenant_id = s.tenant_id AND x2.application_id = s.application_id
             AND x2.slot = 2 AND x2.closed_at IS NULL
           LEFT JOIN app.membership m1 ON m1.tenant_id = x1.expert_tenant_id AND m1.id = x1.expert_membership_id
           LEFT JOIN app.membership m2 ON m2.tenant_id = x2.expert_tenant_id AND m2.id = x2.expert_membership_id
           WHERE s.tenant_id = $1 AND s.period_id = $2 AND (x1.id IS NULL OR x2.id IS NULL)
           ORDER BY s.id LIMIT 201"#,
        tenant.0,
        period,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter().map(Vacancy::try_from).collect()
}

struct Row {
    id: i64,
    public_id: Uuid,
    tenant_id: i32,
    account_id: i64,
    full_name: String,
    position: String,
    subject: String,
    organisation_id: i64,
    organisation: String,
    version: i32,
    status: String,
    route: Option<String>,
    procedure: String,
    mark: String,
    withdrawal: Option<String>,
    place: String,
    account1: Option<i64>,
    name1: Option<String>,
    public_id1: Option<Uuid>,
    account2: Option<i64>,
    name2: Option<String>,
    public_id2: Option<Uuid>,
}

fn held(account: Option<i64>, name: Option<String>, public_id: Option<Uuid>) -> Option<Held> {
    Some(Held {
        account: account?,
        full_name: name?,
        public_id,
    })
}

impl TryFrom<Row> for Vacancy {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let held = [
            held(row.account1, row.name1, row.public_id1),
            held(row.account2, row.name2, row.public_id2),
        ];
        let experts = held.iter().flatten().count();
        let withdrawal = row
            .withdrawal
            .map(|code| known(Withdrawal::from_code(&code), "withdrawal.state"));
        let route = row
            .route
            .map(|code| known(Route::from_code(&code), "application.route"));
        Ok(Self {
            case: Case {
                status: known(Status::from_code(&row.status), "application.status")?,
                route: route.transpose()?,
                procedure: known(
                    Procedure::from_code(&row.procedure),
                    "application.procedure",
                )?,
                withdrawal: withdrawal.transpose()?,
                period: known(PeriodMark::from_code(&row.mark), "schedule_row.mark")?,
                experts: u8::try_from(experts).unwrap_or(2),
                gap: is_gap(true, experts),
                place: known(Place::from_code(&row.place), "conclusion.place")?,
            },
            application: row.id,
            public_id: row.public_id,
            tenant: TenantId(row.tenant_id),
            account: row.account_id,
            full_name: row.full_name,
            position: row.position,
            subject: row.subject,
            organisation: row.organisation_id,
            organisation_name: row.organisation,
            version: row.version,
            held,
        })
    }
}
