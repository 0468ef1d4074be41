//! Decisions: what an order says about each application (R-ORD-1), which applications can be
//! decided now, deciding and superseding. Orders themselves are in [`crate::orders`].

mod offering;

use chrono::NaiveDate;
use domain::{
    act::acts,
    life::Status,
    reference::{Category, Decision},
};
use uuid::Uuid;

use crate::{
    applications::{self, Application, known},
    error::{Error, Result, touched},
    orders::Order,
    scope::{Permit, Scope, Tx},
};

pub(crate) use offering::dative;
pub use offering::{Narrowed, Ready, decidable, offered, replaceable};

/// A decision as the page of its order shows it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The decision's number inside: where a next page goes on from.
    pub id: i64,
    /// The application's id in addresses.
    pub application: Uuid,
    /// ФИО in the nominative.
    pub full_name: String,
    /// ФИО in the dative, as the person confirmed it.
    pub dative: String,
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
    /// Number and date of the order that superseded it since (R-APP-10).
    pub superseded: Option<(String, NaiveDate)>,
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
        r#"SELECT x.id, a.public_id AS application, x.granted, x.category, a.snapshot -> 'dative' AS dative,
             n.number AS "later_number?", n.date AS "later_date?",
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position!", o.name AS organisation, m.name AS municipality
           FROM app.decision x
           JOIN app.application a ON a.tenant_id = x.tenant_id AND a.id = x.application_id
           JOIN app.municipality m ON m.id = a.tenant_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.decision y ON y.tenant_id = x.tenant_id AND y.supersedes_id = x.id
           LEFT JOIN app.order n ON n.id = y.order_id
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
                dative: dative(row.dative, &row.full_name)?,
                full_name: row.full_name,
                position: row.position,
                organisation: row.organisation,
                municipality: row.municipality,
                category: category(Some(row.category))?,
                decision: Decision::of(row.granted),
                superseded: row.later_number.zip(row.later_date),
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
        decision: Decision::of(row.granted),
        order: row.public_id,
        number: row.number,
        date: row.date,
    }))
}

/// A decision that another order has superseded.
#[derive(Clone, Debug)]
pub struct Superseded {
    /// What was decided, by its order.
    pub former: Holding,
    /// The number of the order that superseded it.
    pub number: String,
    /// That order's date.
    pub date: NaiveDate,
}

/// The superseded decisions about an application, the newest first (R-APP-10).
///
/// # Errors
/// If the database does not answer.
pub async fn superseded(scope: &mut Scope, application: &Application) -> Result<Vec<Superseded>> {
    let rows = sqlx::query!(
        "SELECT x.granted, o.public_id, o.number, o.date, n.number AS later_number, n.date AS later_date
         FROM app.decision x JOIN app.order o ON o.id = x.order_id
         JOIN app.decision y ON y.tenant_id = x.tenant_id AND y.supersedes_id = x.id
         JOIN app.order n ON n.id = y.order_id
         WHERE x.tenant_id = $1 AND x.application_id = $2 ORDER BY x.id DESC",
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Superseded {
            former: Holding {
                decision: Decision::of(row.granted),
                order: row.public_id,
                number: row.number,
                date: row.date,
            },
            number: row.later_number,
            date: row.later_date,
        })
        .collect())
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

/// Supersedes the decision that holds by another order: it stays and is readable, the new one
/// holds, and the card follows (R-APP-10, by the database).
///
/// # Errors
/// [`Error::Stale`] if the application changed meanwhile.
pub async fn supersede(
    tx: &mut Tx<acts::Supersede>,
    permit: &Permit<acts::Supersede, Application>,
    order: &Order,
    decision: Decision,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.application SET version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.version,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)?;
    let rows = sqlx::query!(
        "INSERT INTO app.decision (tenant_id, application_id, order_id, granted, category, supersedes_id)
         SELECT x.tenant_id, x.application_id, $3, $4, x.category, x.id FROM app.decision x
         WHERE x.tenant_id = $1 AND x.application_id = $2 ORDER BY x.id DESC LIMIT 1",
        permit.tenant.0,
        permit.id,
        order.id,
        decision == Decision::Granted,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

fn category(code: Option<String>) -> Result<Option<Category>> {
    code.map(|code| known(Category::from_code(&code), "application.category"))
        .transpose()
}
