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
    /// Conclusions of the month not with the Centre yet (R-CON-2).
    pub conclusions: i64,
    /// Withdrawals it may accept or decline.
    pub withdrawals: i64,
    /// Teachers who registered and never submitted anything (R-DEL-1).
    pub not_applied: i64,
}

/// Counts for the coordinator of the municipality in the scope; `soon` is the last day that
/// counts as ending, `until` the last one of the month in hand.
///
/// # Errors
/// If the database does not answer.
pub async fn municipal(
    scope: &mut Scope,
    soon: NaiveDate,
    until: NaiveDate,
) -> Result<MunicipalCounts> {
    Ok(sqlx::query_as!(
        MunicipalCounts,
        r#"SELECT
             (SELECT count(*) FROM (SELECT FROM app.application a
                WHERE a.status = 'under_review' AND a.route = 'municipal' LIMIT 1001) x) AS "new!",
             (SELECT count(*) FROM (SELECT FROM app.application a
                WHERE a.status = 'under_review' AND a.route = 'municipal' AND a.due_on <= $1
                LIMIT 1001) x) AS "ending!",
             (SELECT count(*) FROM (SELECT FROM app.application a
                WHERE a.status = 'registered' AND a.procedure = 'general' AND a.mark = 'none'
                LIMIT 1001) x) AS "without_period!",
             (SELECT count(*) FROM (SELECT FROM app.application a
                WHERE a.status = 'registered' AND a.procedure = 'general' AND a.experts < 2
                LIMIT 1001) x) AS "without_experts!",
             (SELECT count(*) FROM (SELECT FROM app.application a
                JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
                JOIN app.period d ON d.id = s.period_id
                LEFT JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
                WHERE a.status = 'registered' AND a.procedure = 'general' AND a.route = 'municipal' AND d.starts <= $2
                  AND coalesce(c.place, 'none') NOT IN ('at_centre', 'accepted')
                  AND NOT EXISTS (SELECT 1 FROM app.withdrawal w WHERE w.tenant_id = a.tenant_id
                    AND w.application_id = a.id AND w.state = 'under_review')
                LIMIT 1001) x) AS "conclusions!",
             (SELECT count(*) FROM (SELECT FROM app.withdrawal w
                WHERE w.state = 'under_review' AND w.decides = 'municipal'
                LIMIT 1001) x) AS "withdrawals!",
             (SELECT count(*) FROM (SELECT FROM app.membership m
                WHERE m.role = 'teacher' AND m.ended_at IS NULL
                  AND NOT EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = m.tenant_id
                    AND a.account_id = m.account_id AND a.submitted_at IS NOT NULL)
                LIMIT 1001) x) AS "not_applied!""#,
        soon,
        until,
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
    /// Registers of handing over the Centre has not confirmed.
    pub registers: i64,
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
             (SELECT count(*) FROM (SELECT FROM app.handover h
                WHERE h.confirmed_at IS NULL LIMIT 1001) x) AS "registers!",
             (SELECT count(*) FROM (SELECT FROM app.withdrawal w
                WHERE w.state = 'under_review' AND w.decides = 'operator'
                LIMIT 1001) x) AS "withdrawals!""#
    )
    .fetch_one(scope.connection())
    .await?)
}

/// A municipality at a glance (01 §1.8). Each number is counted to 1001 at most.
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

/// A page of the municipalities there are at a glance, by name, and one row more if there is
/// another page; from behind the municipality `after` on.
///
/// # Errors
/// If the database does not answer.
pub async fn municipalities(
    scope: &mut Scope,
    today: NaiveDate,
    after: Option<Uuid>,
) -> Result<Vec<Glance>> {
    Ok(sqlx::query_as!(
        Glance,
        r#"SELECT m.public_id, m.name, m.status = 'suspended' AS "suspended!",
             (SELECT count(*) FROM (SELECT FROM app.membership x WHERE x.tenant_id = m.id AND x.role = 'teacher'
                AND x.ended_at IS NULL LIMIT 1001) c) AS "teachers!",
             (SELECT count(*) FROM (SELECT FROM app.membership x WHERE x.tenant_id = m.id AND x.role = 'expert'
                AND x.ended_at IS NULL LIMIT 1001) c) AS "experts!",
             (SELECT count(*) FROM (SELECT FROM app.application a WHERE a.tenant_id = m.id
                AND a.submitted_at IS NOT NULL LIMIT 1001) c) AS "submitted!",
             (SELECT count(*) FROM (SELECT FROM app.application a WHERE a.tenant_id = m.id
                AND a.status = 'under_review' LIMIT 1001) c) AS "under_review!",
             (SELECT count(*) FROM (SELECT FROM app.application a WHERE a.tenant_id = m.id
                AND a.status = 'under_review' AND a.due_on < $1 LIMIT 1001) c) AS "overdue!",
             (SELECT count(*) FROM (SELECT FROM app.application a WHERE a.tenant_id = m.id
                AND a.status = 'registered' LIMIT 1001) c) AS "registered!",
             (SELECT count(*) FROM (SELECT FROM app.application a WHERE a.tenant_id = m.id
                AND a.status = 'registered' AND a.procedure = 'general' AND a.mark = 'none' LIMIT 1001) c)
               AS "without_period!",
             (SELECT count(*) FROM (SELECT FROM app.application a WHERE a.tenant_id = m.id
                AND a.status = 'registered' AND a.procedure = 'general' AND a.experts < 2 LIMIT 1001) c)
               AS "without_experts!",
             (SELECT count(*) FROM (SELECT FROM app.conclusion c WHERE c.tenant_id = m.id
                AND c.place = 'at_municipal' LIMIT 1001) c) AS "conclusions!",
             NOT EXISTS (SELECT 1 FROM app.membership x WHERE x.tenant_id = m.id AND x.role = 'municipal'
               AND x.ended_at IS NULL) AS "without_coordinator!"
           FROM app.municipality m
           WHERE m.status <> 'removed' AND (m.name, m.id) > (
             coalesce((SELECT p.name FROM app.municipality p WHERE p.public_id = $2), ''),
             coalesce((SELECT p.id FROM app.municipality p WHERE p.public_id = $2), 0))
           ORDER BY m.name, m.id LIMIT 51"#,
        today,
        after,
    )
    .fetch_all(scope.connection())
    .await?)
}
