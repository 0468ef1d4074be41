//! Decisions: what an order says about each application (R-ORD-1), which applications can be
//! decided now, and deciding. Orders themselves are in [`crate::orders`].

use chrono::NaiveDate;
use domain::{
    act::acts,
    actor::TenantId,
    life::Status,
    name::FullName,
    reference::{Category, Decision},
};
use uuid::Uuid;

use crate::{
    applications::{self, Application, known},
    error::{Error, Result},
    orders::Order,
    scope::{Permit, Scope, Tx},
};

/// The most applications offered for an order at once.
pub const OFFERED: usize = 200;

/// Which applications are offered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowed {
    /// Of this municipality only.
    pub tenant: Option<TenantId>,
    /// Of this period only; by its number inside.
    pub period: Option<i32>,
}

/// An application that can be decided now.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The id in addresses and forms.
    pub public_id: Uuid,
    /// Its version.
    pub version: i32,
    /// ФИО in the dative, as the person confirmed it: «Ивановой Марии Сергеевне».
    pub dative: String,
    /// The post.
    pub position: String,
    /// The place of work.
    pub organisation: String,
    /// The municipality.
    pub municipality: String,
    /// The category asked for.
    pub category: Option<Category>,
    /// The period's name; empty for the simplified procedure.
    pub period: String,
}

/// The applications that can be decided now, at most [`OFFERED`] and one more if there are others,
/// the oldest deadline first: on general grounds with the conclusion accepted and the period
/// approved, simplified ones once registered; none with a withdrawal under review, none of the
/// person itself. The state table decides again, one by one.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn ready(tx: &mut Tx<acts::Decide>, by: Narrowed) -> Result<Vec<Ready>> {
    let account = tx.account();
    let rows = sqlx::query!(
        r#"SELECT a.public_id, a.version, a.category, a.snapshot -> 'dative' AS dative,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position!", o.name AS organisation, m.name AS municipality,
             coalesce(d.name, '') AS "period!"
           FROM app.application a
           JOIN app.municipality m ON m.id = a.tenant_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           LEFT JOIN app.period d ON d.id = s.period_id
           LEFT JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
           WHERE a.submitted_at IS NOT NULL AND a.status = 'registered' AND a.account_id <> $1
             AND (a.procedure = 'simplified' OR (c.place = 'accepted' AND s.mark = 'approved'))
             AND NOT EXISTS (SELECT 1 FROM app.withdrawal w WHERE w.tenant_id = a.tenant_id
               AND w.application_id = a.id AND w.state = 'under_review')
             AND ($2::int IS NULL OR a.tenant_id = $2) AND ($3::int IS NULL OR s.period_id = $3)
           ORDER BY a.due_on, a.id LIMIT 201"#,
        account,
        by.tenant.map(|tenant| tenant.0),
        by.period,
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let dative = row
                .dative
                .map(serde_json::from_value::<FullName>)
                .transpose()
                .map_err(|_| Error::Corrupt {
                    column: "application.snapshot",
                })?;
            Ok(Ready {
                public_id: row.public_id,
                version: row.version,
                dative: dative.map_or(row.full_name, |name| name.full()),
                position: row.position,
                organisation: row.organisation,
                municipality: row.municipality,
                category: category(row.category)?,
                period: row.period,
            })
        })
        .collect()
}

/// A decision as the page of its order shows it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The decision's number inside: where a next page goes on from.
    pub id: i64,
    /// The application's id in addresses.
    pub application: Uuid,
    /// ФИО in the nominative.
    pub full_name: String,
    /// The post.
    pub position: String,
    /// The place of work.
    pub organisation: String,
    /// The municipality.
    pub municipality: String,
    /// The category decided about.
    pub category: Option<Category>,
    /// What was decided.
    pub decision: Decision,
}

/// Decisions of a page.
pub const PAGE: usize = 50;

/// The decisions of an order in the order they were recorded, and one more if there is another
/// page; from behind the decision `after` on.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn of_order(
    scope: &mut Scope,
    permit: &Permit<acts::ReadOrders, Order>,
    after: i64,
) -> Result<Vec<Decided>> {
    let rows = sqlx::query!(
        r#"SELECT x.id, a.public_id AS application, x.granted, x.category,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position!", o.name AS organisation, m.name AS municipality
           FROM app.decision x
           JOIN app.application a ON a.tenant_id = x.tenant_id AND a.id = x.application_id
           JOIN app.municipality m ON m.id = a.tenant_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           WHERE x.order_id = $1 AND x.id > $2 ORDER BY x.id LIMIT 51"#,
        permit.id,
        after,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Decided {
                id: row.id,
                application: row.application,
                full_name: row.full_name,
                position: row.position,
                organisation: row.organisation,
                municipality: row.municipality,
                category: category(Some(row.category))?,
                decision: of(row.granted),
            })
        })
        .collect()
}

/// The decision that holds for an application, with its order.
#[derive(Clone, Debug)]
pub struct Holding {
    /// What was decided.
    pub decision: Decision,
    /// The order's id in addresses.
    pub order: Uuid,
    /// The order's number.
    pub number: String,
    /// The order's date.
    pub date: NaiveDate,
}

/// The decision that holds for an application, if it is decided.
///
/// # Errors
/// If the database does not answer.
pub async fn holding(scope: &mut Scope, application: &Application) -> Result<Option<Holding>> {
    if application.status != Status::Decided {
        return Ok(None);
    }
    let row = sqlx::query!(
        r#"SELECT x.granted, o.public_id, o.number, o.date FROM app.decision x JOIN app.order o ON o.id = x.order_id
           WHERE x.tenant_id = $1 AND x.application_id = $2 ORDER BY x.id DESC LIMIT 1"#,
        application.tenant.0,
        application.id,
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(row.map(|row| Holding {
        decision: of(row.granted),
        order: row.public_id,
        number: row.number,
        date: row.date,
    }))
}

/// One of the applications an order decides about that the scope sees, by public id.
pub(crate) async fn seen(scope: &mut Scope, order: &Order) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT a.public_id FROM app.decision x
         JOIN app.application a ON a.tenant_id = x.tenant_id AND a.id = x.application_id
         WHERE x.order_id = $1 ORDER BY x.id LIMIT 1",
        order.id,
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Decides an application by an order: it becomes `decided`, its assignments close, a withdrawal
/// that was only formed lapses; a granted category goes into the card (R-APP-10, by the
/// database). Returns the accounts of the experts whose assignments this closed.
///
/// # Errors
/// [`Error::Stale`] if the application changed meanwhile or asks for no category.
pub async fn decide(
    tx: &mut Tx<acts::Decide>,
    permit: &Permit<acts::Decide, Application>,
    order: &Order,
    decision: Decision,
) -> Result<Vec<i64>> {
    let category = permit.category.ok_or(Error::Stale)?;
    let experts = sqlx::query_scalar!(
        "UPDATE app.assignment SET closed_at = app.ctx_now()
         WHERE tenant_id = $1 AND application_id = $2 AND closed_at IS NULL RETURNING expert_account_id",
        permit.tenant.0,
        permit.id,
    )
    .fetch_all(tx.connection())
    .await?;
    applications::lapse_withdrawal(tx, permit).await?;
    applications::set_status(tx, permit, Status::Decided, "").await?;
    // After the move: the database takes decisions of what is decided only.
    sqlx::query!(
        "INSERT INTO app.decision (tenant_id, application_id, order_id, granted, category) VALUES ($1, $2, $3, $4, $5)",
        permit.tenant.0,
        permit.id,
        order.id,
        decision == Decision::Granted,
        category.code(),
    )
    .execute(tx.connection())
    .await?;
    Ok(experts)
}

fn category(code: Option<String>) -> Result<Option<Category>> {
    code.map(|code| known(Category::from_code(&code), "application.category"))
        .transpose()
}

const fn of(granted: bool) -> Decision {
    if granted {
        Decision::Granted
    } else {
        Decision::Refused
    }
}
