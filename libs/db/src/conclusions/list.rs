//! Conclusions as the coordinator's and the operator's lists show them (R-CON-2, R-CON-3).
//! Row-level security decides whose they are: one query serves both.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    actor::{Actor, TenantId},
    conclusion::Signer,
    life::{Case, PeriodMark, Place, Status, Withdrawal},
    permission::{ApplicationFacts, Relations},
    reference::Procedure,
    routing::Route,
};
use uuid::Uuid;

use crate::{
    applications::known,
    error::{Error, Result},
    scope::{Related, Scope},
};

/// How many conclusions wait for the coordinator, by the window of their period.
///
/// # Errors
/// If the database does not answer.
pub async fn waiting_by_period(scope: &mut Scope) -> Result<Vec<(NaiveDate, NaiveDate, i64)>> {
    Ok(sqlx::query!(
        r#"SELECT d.starts, d.ends, count(*) AS "count!"
           FROM app.conclusion c
           JOIN app.application a ON a.tenant_id = c.tenant_id AND a.id = c.application_id
           JOIN app.schedule_row s ON s.tenant_id = c.tenant_id AND s.application_id = c.application_id
           JOIN app.period d ON d.id = s.period_id
           WHERE c.tenant_id = app.ctx_tenant() AND c.place = 'at_municipal' AND a.status = 'registered'
           GROUP BY d.starts, d.ends ORDER BY d.starts"#
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|row| (row.starts, row.ends, row.count))
    .collect())
}

/// Where a page of the list begins: after this row.
#[derive(Clone, Debug)]
pub struct Cursor {
    /// The row's place.
    pub place: Place,
    /// When it came there.
    pub moved_at: DateTime<Utc>,
    /// The row's number inside.
    pub id: i64,
}

/// A conclusion in a list, with all that decides what may be done with it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The number inside.
    pub id: i64,
    /// The municipality.
    pub tenant: TenantId,
    /// The application's id in addresses.
    pub application: Uuid,
    /// The applicant's account.
    pub account: i64,
    /// The organisation's number.
    pub organisation: i64,
    /// ФИО.
    pub name: String,
    /// The post's name.
    pub position: String,
    /// The organisation's name.
    pub organisation_name: String,
    /// The municipality's name.
    pub municipality_name: String,
    /// The application's case.
    pub case: Case,
    /// The period's name; empty where there is none.
    pub period: String,
    /// The period's first and last day.
    pub window: Option<(NaiveDate, NaiveDate)>,
    /// Why it was returned, or why the teacher refused to sign.
    pub reason: String,
    /// Whether the teacher refused to sign.
    pub refused: bool,
    /// When it came to its place.
    pub moved_at: DateTime<Utc>,
    /// Its version.
    pub version: i32,
    /// Its newest file, by id in addresses.
    pub file: Option<Uuid>,
    /// Whose signatures are under its present text.
    pub signed: Vec<Signer>,
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

/// Conclusions the scope sees, of one municipality or of all, in one place or in all, by place and then those that came there
/// first; 51 at most, the last of which only tells that there are more.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn page(
    scope: &mut Scope,
    tenant: Option<TenantId>,
    only: Option<Place>,
    after: Option<&Cursor>,
) -> Result<Vec<Listed>> {
    // One range of the index for either kind of list: a single place, or all of them.
    let (from, to) = only.map_or(("", "zzz"), |place| (place.code(), place.code()));
    let after_place = after.map_or("", |cursor| cursor.place.code());
    let after_moved = after.map_or(DateTime::UNIX_EPOCH, |cursor| cursor.moved_at);
    let after_id = after.map_or(0, |cursor| cursor.id);
    sqlx::query_as!(
        Row,
        r#"SELECT c.id, c.tenant_id, a.public_id, a.account_id, a.organisation_id,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "name!",
             coalesce(p.name, a.position) AS "position!", o.name AS organisation_name, m.name AS municipality_name,
             a.status, a.route, a.procedure, w.state AS "withdrawal?", s.mark AS "mark?", s.gap_since AS "gap_since?",
             d.name AS "period?", d.starts AS "starts?", d.ends AS "ends?",
             (SELECT count(*) FROM app.assignment x WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id
                AND x.closed_at IS NULL) AS "experts!",
             c.place, c.reason, c.refused, c.moved_at, c.version,
             (SELECT f.public_id FROM app.conclusion_file v
                JOIN app.file f ON f.tenant_id = v.tenant_id AND f.id = v.file_id
                WHERE v.tenant_id = c.tenant_id AND v.application_id = c.application_id
                ORDER BY v.id DESC LIMIT 1) AS file,
             ARRAY(SELECT x.who FROM (SELECT DISTINCT ON (g.who) g.who, g.signed FROM app.conclusion_signature g
                WHERE g.tenant_id = c.tenant_id AND g.application_id = c.application_id AND g.edition = c.edition
                  AND (g.who <> 'teacher' OR c.place <> 'at_teacher')
                ORDER BY g.who, g.id DESC) x WHERE x.signed) AS "signed!"
           FROM (SELECT * FROM app.conclusion c
                 WHERE c.place BETWEEN $1 AND $2 AND (c.place, c.moved_at, c.id) > ($3, $4, $5)
                   AND ($6::int IS NULL OR c.tenant_id = $6)
                 ORDER BY c.place, c.moved_at, c.id LIMIT 51) c
           JOIN app.application a ON a.tenant_id = c.tenant_id AND a.id = c.application_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           JOIN app.municipality m ON m.id = a.tenant_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.withdrawal w ON w.tenant_id = a.tenant_id AND w.application_id = a.id
             AND w.state IN ('formed', 'under_review')
           LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           LEFT JOIN app.period d ON d.id = s.period_id
           ORDER BY c.place, c.moved_at, c.id"#,
        from,
        to,
        after_place,
        after_moved,
        after_id,
        tenant.map(|tenant| tenant.0),
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(Listed::try_from)
    .collect()
}

struct Row {
    id: i64,
    tenant_id: i32,
    public_id: Uuid,
    account_id: i64,
    organisation_id: i64,
    name: String,
    position: String,
    organisation_name: String,
    municipality_name: String,
    status: String,
    route: Option<String>,
    procedure: String,
    withdrawal: Option<String>,
    mark: Option<String>,
    gap_since: Option<DateTime<Utc>>,
    period: Option<String>,
    starts: Option<NaiveDate>,
    ends: Option<NaiveDate>,
    experts: i64,
    place: String,
    reason: String,
    refused: bool,
    moved_at: DateTime<Utc>,
    version: i32,
    file: Option<Uuid>,
    signed: Vec<String>,
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
            place: known(Place::from_code(&row.place), "conclusion.place")?,
        };
        Ok(Self {
            id: row.id,
            tenant: TenantId(row.tenant_id),
            application: row.public_id,
            account: row.account_id,
            organisation: row.organisation_id,
            name: row.name,
            position: row.position,
            organisation_name: row.organisation_name,
            municipality_name: row.municipality_name,
            case,
            period: row.period.unwrap_or_default(),
            window: row.starts.zip(row.ends),
            reason: row.reason,
            refused: row.refused,
            moved_at: row.moved_at,
            version: row.version,
            file: row.file,
            signed: row
                .signed
                .iter()
                .filter_map(|who| Signer::from_code(who))
                .collect(),
        })
    }
}
