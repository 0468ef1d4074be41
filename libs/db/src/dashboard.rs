//! The numbers of a cabinet's first page: how much waits in which list. Each is counted to
//! 1001 at most: beyond that «1000+» is shown (02 §2).

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{error::Result, scope::Scope};

/// What waits for a municipal coordinator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MunicipalCounts {
    /// Applications of route municipal under review.
    pub new: i64,
    /// Those of them whose 30 days end by the day asked about, or have ended.
    pub ending: i64,
    /// Registered on general grounds, without a period.
    pub without_period: i64,
    /// Registered on general grounds, with a place for an expert empty.
    pub without_experts: i64,
    /// Signed conclusions to be passed on to the Centre (R-CON-2).
    pub conclusions: i64,
    /// Withdrawals it may accept or decline.
    pub withdrawals: i64,
    /// Teachers who registered and never submitted anything (R-DEL-1).
    pub not_applied: i64,
}

/// Counts for the coordinator of the municipality in the scope; `soon` is the last day that
/// counts as ending.
///
/// # Errors
/// If the database does not answer.
pub async fn municipal(scope: &mut Scope, soon: NaiveDate) -> Result<MunicipalCounts> {
    Ok(sqlx::query_as!(
        MunicipalCounts,
        r#"SELECT
             (SELECT count(*) FROM (SELECT FROM app.application a
                WHERE a.status = 'under_review' AND a.route = 'municipal' LIMIT 1001) x) AS "new!",
             (SELECT count(*) FROM (SELECT FROM app.application a
                WHERE a.status = 'under_review' AND a.route = 'municipal' AND a.due_on <= $1
                LIMIT 1001) x) AS "ending!",
             (SELECT count(*) FROM (SELECT FROM app.application a
                WHERE a.status = 'registered' AND a.route = 'municipal' AND a.procedure = 'general'
                  AND NOT EXISTS (SELECT 1 FROM app.schedule_row s WHERE s.tenant_id = a.tenant_id
                    AND s.application_id = a.id AND s.period_id IS NOT NULL)
                LIMIT 1001) x) AS "without_period!",
             (SELECT count(*) FROM (SELECT FROM app.application a
                WHERE a.status = 'registered' AND a.route = 'municipal' AND a.procedure = 'general'
                  AND (SELECT count(*) FROM app.assignment s WHERE s.tenant_id = a.tenant_id
                    AND s.application_id = a.id AND s.closed_at IS NULL) < 2
                LIMIT 1001) x) AS "without_experts!",
             (SELECT count(*) FROM (SELECT FROM app.conclusion c
                WHERE c.place = 'at_municipal' LIMIT 1001) x) AS "conclusions!",
             (SELECT count(*) FROM (SELECT FROM app.withdrawal w
                JOIN app.application a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
                WHERE w.state = 'under_review' AND a.route = 'municipal'
                  AND NOT EXISTS (SELECT 1 FROM app.schedule_row s WHERE s.tenant_id = a.tenant_id
                    AND s.application_id = a.id AND s.mark = 'approved')
                LIMIT 1001) x) AS "withdrawals!",
             (SELECT count(*) FROM (SELECT FROM app.membership m
                WHERE m.role = 'teacher' AND m.ended_at IS NULL
                  AND NOT EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = m.tenant_id
                    AND a.account_id = m.account_id AND a.submitted_at IS NOT NULL)
                LIMIT 1001) x) AS "not_applied!""#,
        soon
    )
    .fetch_one(scope.connection())
    .await?)
}

/// What waits for the operators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperatorCounts {
    /// The queue «Упрощенная форма».
    pub simplified: i64,
    /// The queue «Отраслевые».
    pub industry: i64,
    /// Places for experts left to the operators (R-SCH-2).
    pub gaps: i64,
    /// Conclusions at the Centre.
    pub conclusions: i64,
    /// Withdrawals operators may accept or decline.
    pub withdrawals: i64,
}

/// Counts for operators, over all municipalities.
///
/// # Errors
/// If the database does not answer.
pub async fn operator(scope: &mut Scope) -> Result<OperatorCounts> {
    Ok(sqlx::query_as!(
        OperatorCounts,
        r#"SELECT
             (SELECT count(*) FROM (SELECT FROM app.application a
                WHERE a.status = 'under_review' AND a.route = 'operator' AND a.procedure = 'simplified'
                LIMIT 1001) x) AS "simplified!",
             (SELECT count(*) FROM (SELECT FROM app.application a
                WHERE a.status = 'under_review' AND a.route = 'operator' AND a.procedure = 'general'
                LIMIT 1001) x) AS "industry!",
             (SELECT count(*) FROM (SELECT FROM app.schedule_row s
                WHERE s.gap_since IS NOT NULL LIMIT 1001) x) AS "gaps!",
             (SELECT count(*) FROM (SELECT FROM app.conclusion c
                WHERE c.place = 'at_centre' LIMIT 1001) x) AS "conclusions!",
             (SELECT count(*) FROM (SELECT FROM app.withdrawal w
                JOIN app.application a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
                WHERE w.state = 'under_review' AND (a.route = 'operator'
                  OR EXISTS (SELECT 1 FROM app.schedule_row s WHERE s.tenant_id = a.tenant_id
                    AND s.application_id = a.id AND s.mark = 'approved'))
                LIMIT 1001) x) AS "withdrawals!""#
    )
    .fetch_one(scope.connection())
    .await?)
}

/// A municipality at a glance (01 §1.8).
#[derive(Clone, Debug)]
pub struct Glance {
    /// The id in addresses.
    pub public_id: Uuid,
    /// The name.
    pub name: String,
    /// Whether its cabinets are closed for a while.
    pub suspended: bool,
    /// Teachers with a cabinet there.
    pub teachers: i64,
    /// Experts with a cabinet there.
    pub experts: i64,
    /// Everything ever submitted.
    pub submitted: i64,
    /// Under review.
    pub under_review: i64,
    /// Under review, the 30 days over.
    pub overdue: i64,
    /// Registered and not decided.
    pub registered: i64,
    /// Registered on general grounds, without a period.
    pub without_period: i64,
    /// Registered on general grounds, with a place for an expert empty.
    pub without_experts: i64,
    /// Signed conclusions the coordinator has to pass on.
    pub conclusions: i64,
    /// Whether nobody coordinates it.
    pub without_coordinator: bool,
}

/// The municipalities there are at a glance, by name.
///
/// # Errors
/// If the database does not answer.
pub async fn municipalities(scope: &mut Scope, today: NaiveDate) -> Result<Vec<Glance>> {
    Ok(sqlx::query_as!(
        Glance,
        r#"SELECT m.public_id, m.name, m.status = 'suspended' AS "suspended!",
             coalesce(p.teachers, 0) AS "teachers!", coalesce(p.experts, 0) AS "experts!",
             coalesce(n.submitted, 0) AS "submitted!",
             coalesce(n.under_review, 0) AS "under_review!", coalesce(n.overdue, 0) AS "overdue!",
             coalesce(n.registered, 0) AS "registered!",
             coalesce(n.without_period, 0) AS "without_period!", coalesce(n.without_experts, 0) AS "without_experts!",
             coalesce(n.conclusions, 0) AS "conclusions!",
             coalesce(p.coordinators, 0) = 0 AS "without_coordinator!"
           FROM app.municipality m
           LEFT JOIN (
             SELECT x.tenant_id,
               count(*) FILTER (WHERE x.role = 'teacher') AS teachers,
               count(*) FILTER (WHERE x.role = 'expert') AS experts,
               count(*) FILTER (WHERE x.role = 'municipal') AS coordinators
             FROM app.membership x WHERE x.ended_at IS NULL GROUP BY x.tenant_id) p ON p.tenant_id = m.id
           LEFT JOIN (
             SELECT a.tenant_id, count(*) AS submitted,
               count(*) FILTER (WHERE a.status = 'registered') AS registered,
               count(*) FILTER (WHERE a.status = 'under_review') AS under_review,
               count(*) FILTER (WHERE a.status = 'under_review' AND a.due_on < $1) AS overdue,
               count(*) FILTER (WHERE a.status = 'registered' AND a.procedure = 'general'
                 AND s.period_id IS NULL) AS without_period,
               count(*) FILTER (WHERE a.status = 'registered' AND a.procedure = 'general'
                 AND coalesce(e.open, 0) < 2) AS without_experts,
               count(*) FILTER (WHERE a.status = 'registered' AND c.place = 'at_municipal') AS conclusions
             FROM app.application a
             LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
             LEFT JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
             LEFT JOIN (SELECT x.tenant_id, x.application_id, count(*) AS open FROM app.assignment x
                WHERE x.closed_at IS NULL GROUP BY x.tenant_id, x.application_id) e
               ON e.tenant_id = a.tenant_id AND e.application_id = a.id
             WHERE a.submitted_at IS NOT NULL
             GROUP BY a.tenant_id) n ON n.tenant_id = m.id
           WHERE m.status <> 'removed' ORDER BY m.name"#,
        today
    )
    .fetch_all(scope.connection())
    .await?)
}
