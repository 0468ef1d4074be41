//! What the charts of a dashboard are drawn from. Whatever the size of the region, a statement
//! looks through a bounded number of the newest applications: [`LOOKED`] tells how many.

use chrono::NaiveDate;
use domain::life::Status;
use uuid::Uuid;

use crate::{applications::known, error::Result, scope::Scope};

/// How many applications are counted at most. The same number stands in the statement.
pub const LOOKED: i64 = 100_000;

/// So many applications, alike in what is counted by.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The first day of the month they were submitted in.
    pub month: NaiveDate,
    /// Their status.
    pub status: Status,
    /// The days from submission to registration, where they were registered.
    pub days: Option<i32>,
    /// How many they are.
    pub count: i64,
}

/// The applications whose terms end on `due_from` or later, tallied.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn tallies(scope: &mut Scope, due_from: NaiveDate) -> Result<Vec<Tally>> {
    let rows = sqlx::query!(
        r#"SELECT date_trunc('month', (w.due_on - 30)::timestamp)::date AS "month!", w.status,
             w.registered_on - w.due_on + 30 AS days, count(*) AS "count!"
           FROM (SELECT a.due_on, a.status, a.registered_on FROM app.application a
             WHERE a.submitted_at IS NOT NULL AND a.due_on >= $1 ORDER BY a.due_on DESC, a.id DESC LIMIT 100000) w
           GROUP BY 1, 2, 3"#,
        due_from
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Tally {
                month: row.month,
                status: known(Status::from_code(&row.status), "application.status")?,
                days: row.days,
                count: row.count,
            })
        })
        .collect()
}

/// A reason of rejections, with how many were rejected for it.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// Its code; empty for own words only.
    pub code: String,
    /// Its name; empty for own words only.
    pub name: String,
    /// How many.
    pub count: i64,
}

/// The reasons of rejections among applications whose terms end on `due_from` or later, the most
/// frequent first. One application may be rejected for several.
///
/// # Errors
/// If the database does not answer.
pub async fn rejections(scope: &mut Scope, due_from: NaiveDate) -> Result<Vec<Rejected>> {
    Ok(sqlx::query_as!(
        Rejected,
        r#"SELECT c.code AS "code!", c.count AS "count!",
             coalesce((SELECT r.name FROM app.ref_rejection_reason r WHERE r.code = c.code), c.code) AS "name!"
           FROM (SELECT coalesce(r.code, '') AS code, count(*) AS count
             FROM (SELECT a.rejection_reasons FROM app.application a
               WHERE a.submitted_at IS NOT NULL AND a.status = 'rejected' AND a.due_on >= $1
               ORDER BY a.due_on DESC, a.id DESC LIMIT 20000) w
             LEFT JOIN LATERAL unnest(w.rejection_reasons) r(code) ON true
             GROUP BY 1) c
           ORDER BY c.count DESC, c.code"#,
        due_from
    )
    .fetch_all(scope.connection())
    .await?)
}

/// An expert with open assignments.
#[derive(Clone, Debug)]
pub struct Load {
    /// The membership's id in addresses; `None` where the scope does not see it.
    pub membership: Option<Uuid>,
    /// ФИО.
    pub full_name: String,
    /// How many open assignments.
    pub count: i64,
}

/// The experts with the most open assignments, ten at most.
///
/// # Errors
/// If the database does not answer.
pub async fn loads(scope: &mut Scope) -> Result<Vec<Load>> {
    Ok(sqlx::query_as!(
        Load,
        r#"SELECT m.public_id AS "membership?", g.count AS "count!",
             coalesce((SELECT x.expert_name FROM app.assignment x WHERE x.expert_tenant_id = g.expert_tenant_id
               AND x.expert_membership_id = g.expert_membership_id AND x.closed_at IS NULL LIMIT 1), '')
               AS "full_name!"
           FROM (SELECT x.expert_tenant_id, x.expert_membership_id, count(*) AS count FROM app.assignment x
             WHERE x.closed_at IS NULL GROUP BY x.expert_tenant_id, x.expert_membership_id
             ORDER BY count(*) DESC, x.expert_membership_id LIMIT 10) g
           LEFT JOIN app.membership m ON m.tenant_id = g.expert_tenant_id AND m.id = g.expert_membership_id
           ORDER BY g.count DESC, g.expert_membership_id"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The numbers an administrator sees: of the installation, not of applications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdminCounts {
    /// Municipalities at work.
    pub municipalities: i64,
    /// Municipalities suspended.
    pub suspended: i64,
    /// Municipalities at work that nobody coordinates.
    pub without_coordinator: i64,
    /// Operators.
    pub operators: i64,
    /// Administrators.
    pub admins: i64,
}

/// The counts for an administrator.
///
/// # Errors
/// If the database does not answer.
pub async fn admin(scope: &mut Scope) -> Result<AdminCounts> {
    Ok(sqlx::query_as!(
        AdminCounts,
        r#"SELECT
             (SELECT count(*) FROM app.municipality m WHERE m.status = 'active') AS "municipalities!",
             (SELECT count(*) FROM app.municipality m WHERE m.status = 'suspended') AS "suspended!",
             (SELECT count(*) FROM app.municipality m WHERE m.status = 'active'
                AND m.id NOT IN (SELECT c.tenant_id FROM app.coordinators() c)) AS "without_coordinator!",
             (SELECT count(*) FROM app.institute_member i WHERE i.role = 'operator' AND i.ended_at IS NULL)
               AS "operators!",
             (SELECT count(*) FROM app.institute_member i WHERE i.role = 'admin' AND i.ended_at IS NULL)
               AS "admins!""#
    )
    .fetch_one(scope.connection())
    .await?)
}
