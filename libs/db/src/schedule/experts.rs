//! The experts of an application: who can be chosen (R-SCH-3), and who is assigned. Assigning is
//! in [`super::plan`].

use domain::actor::TenantId;
use uuid::Uuid;

use crate::{applications::Application, error::Result, scope::Scope};

/// An expert to choose.
#[derive(Clone, Debug)]
pub struct Expert {
    /// The municipality it works in.
    pub tenant: TenantId,
    /// The municipality's name.
    pub municipality: String,
    /// The membership.
    pub membership: i64,
    /// The membership's id in forms.
    pub public_id: Uuid,
    /// The account.
    pub account: i64,
    /// ФИО.
    pub full_name: String,
    /// The post's name; may be empty.
    pub position: String,
    /// The subject of the last application of its own in that municipality; empty where there
    /// is none or it is not seen.
    pub subject: String,
    /// The organisation's number, if one is named.
    pub organisation: Option<i64>,
    /// The organisation's name; may be empty.
    pub organisation_name: String,
    /// How many teachers it has in the period asked for; in all, where none was.
    pub load: i64,
    /// Whether its municipality is suspended: it is listed because it has the case already.
    pub suspended: bool,
}

/// The experts an application may be given, by municipality and name, with their loads in
/// `period`: those of the own municipality for its coordinator, all for an operator. Never the
/// teacher itself, never an ended membership (R-SCH-3); of a suspended municipality only who has
/// the application already, so that saving the schedule takes nobody away unasked.
///
/// # Errors
/// If the database does not answer.
pub async fn experts(
    scope: &mut Scope,
    application: &Application,
    period: Option<i32>,
) -> Result<Vec<Expert>> {
    listed(scope, Some(application), period).await
}

/// All experts the scope may assign, whoever the teacher is: what a proposal for a whole period
/// chooses from.
///
/// # Errors
/// If the database does not answer.
pub async fn roster(scope: &mut Scope, period: i32) -> Result<Vec<Expert>> {
    listed(scope, None, Some(period)).await
}

async fn listed(
    scope: &mut Scope,
    application: Option<&Application>,
    period: Option<i32>,
) -> Result<Vec<Expert>> {
    Ok(sqlx::query!(
        r#"SELECT m.tenant_id, t.name AS municipality, m.id, m.public_id, m.account_id,
             concat_ws(' ', nullif(m.surname, ''), nullif(m.name, ''), nullif(m.patronymic, '')) AS "full_name!",
             coalesce(p.name, m.position) AS "position!", m.organisation_id,
             coalesce((SELECT a.subject FROM app.application a WHERE a.tenant_id = m.tenant_id
               AND a.account_id = m.account_id AND a.submitted_at IS NOT NULL ORDER BY a.id DESC LIMIT 1), '')
               AS "subject!",
             coalesce(o.name, '') AS "organisation!", coalesce(l.load, 0)::bigint AS "load!",
             t.status = 'suspended' AS "suspended!"
           FROM app.membership m
           JOIN app.municipality t ON t.id = m.tenant_id AND (t.status = 'active'
             OR EXISTS (SELECT 1 FROM app.assignment x WHERE x.tenant_id = $2 AND x.application_id = $3
               AND x.expert_tenant_id = m.tenant_id AND x.expert_membership_id = m.id AND x.closed_at IS NULL))
           LEFT JOIN app.ref_position p ON p.code = m.position
           LEFT JOIN app.organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
           LEFT JOIN (SELECT membership_id, sum(load) AS load FROM app.expert_loads()
             WHERE $4::int IS NULL OR period_id = $4 GROUP BY membership_id) l ON l.membership_id = m.id
           WHERE m.role = 'expert' AND m.ended_at IS NULL AND ($1::bigint IS NULL OR m.account_id <> $1)
           ORDER BY t.name, m.tenant_id, m.surname, m.name, m.id"#,
        application.map(|application| application.account),
        application.map(|application| application.tenant.0),
        application.map(|application| application.id),
        period,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|row| Expert {
        suspended: row.suspended,
        tenant: TenantId(row.tenant_id),
        municipality: row.municipality,
        membership: row.id,
        public_id: row.public_id,
        account: row.account_id,
        full_name: row.full_name,
        position: row.position,
        subject: row.subject,
        organisation: row.organisation_id,
        organisation_name: row.organisation,
        load: row.load,
    })
    .collect())
}

/// The load of an expert in a period.
#[derive(Clone, Debug)]
pub struct Load {
    /// The membership's id in addresses.
    pub expert: Uuid,
    /// The period's name; empty for rows without one.
    pub period: String,
    /// How many teachers.
    pub load: i64,
}

/// The loads of these experts by period, in the order of time; rows without a period last.
///
/// # Errors
/// If the database does not answer.
pub async fn loads(scope: &mut Scope, experts: &[Uuid]) -> Result<Vec<Load>> {
    Ok(sqlx::query_as!(
        Load,
        r#"SELECT m.public_id AS expert, coalesce(d.name, '') AS "period!", l.load AS "load!"
           FROM app.membership m
           JOIN app.expert_loads() l ON l.membership_id = m.id
           LEFT JOIN app.period d ON d.id = l.period_id
           WHERE m.public_id = ANY ($1) ORDER BY d.starts NULLS LAST"#,
        experts,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// An open assignment, as it was made.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// The number inside.
    pub id: i64,
    /// The place: 1 or 2.
    pub slot: i32,
    /// The municipality of the expert.
    pub tenant: TenantId,
    /// The expert's membership.
    pub membership: i64,
    /// The expert's account.
    pub account: i64,
    /// ФИО, as it was then.
    pub full_name: String,
    /// The post, as it was then.
    pub position: String,
    /// The organisation, as it was then.
    pub organisation: String,
    /// Whether the expert's municipality is suspended: it cannot see the case meanwhile.
    pub suspended: bool,
}

/// The open assignments of an application, by place.
///
/// # Errors
/// If the database does not answer.
pub async fn assigned(scope: &mut Scope, application: &Application) -> Result<Vec<Assigned>> {
    Ok(sqlx::query!(
        r#"SELECT x.id, x.slot, x.expert_tenant_id, x.expert_membership_id AS "expert_membership_id!",
             x.expert_account_id, x.expert_name, x.expert_position, x.expert_organisation, t.status = 'suspended' AS "suspended!"
           FROM app.assignment x JOIN app.municipality t ON t.id = x.expert_tenant_id
           WHERE x.tenant_id = $1 AND x.application_id = $2 AND x.closed_at IS NULL ORDER BY x.slot"#,
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|row| Assigned {
        id: row.id,
        slot: row.slot,
        tenant: TenantId(row.expert_tenant_id),
        membership: row.expert_membership_id,
        account: row.expert_account_id,
        full_name: row.expert_name,
        position: row.expert_position,
        organisation: row.expert_organisation,
        suspended: row.suspended,
    })
    .collect())
}
