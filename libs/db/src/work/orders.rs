//! An order with those it decided about, for its annex: municipality by municipality.

use chrono::NaiveDate;
use domain::reference::{Category, Decision};
use uuid::Uuid;

use crate::{applications::known, decisions::dative, error::Result, scope::WorkerTx};

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    /// The number inside.
    pub id: i64,
    /// «173К».
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
}

/// Somebody an order decided about.
#[derive(Clone, Debug)]
pub struct Decided {
    /// ФИО in the dative, as the person confirmed it.
    pub dative: String,
    /// The post.
    pub position: String,
    /// The place of work.
    pub organisation: String,
    /// The category decided about.
    pub category: Category,
    /// What was decided.
    pub decision: Decision,
}

/// The order with this public id.
///
/// # Errors
/// If the database does not answer.
pub async fn find(tx: &mut WorkerTx, public_id: Uuid) -> Result<Option<Order>> {
    Ok(sqlx::query_as!(
        Order,
        "SELECT id, number, date FROM app.order WHERE public_id = $1",
        public_id
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Whom of the municipality an order decided about, in the order it was recorded in.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn decided(tx: &mut WorkerTx, order: i64) -> Result<Vec<Decided>> {
    let rows = sqlx::query!(
        r#"SELECT x.granted, x.category, a.snapshot -> 'dative' AS dative,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position!", o.name AS organisation
           FROM app.decision x
           JOIN app.application a ON a.tenant_id = x.tenant_id AND a.id = x.application_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           WHERE x.tenant_id = app.ctx_tenant() AND x.order_id = $1 ORDER BY x.id"#,
        order,
    )
    .fetch_all(tx.inside()?)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Decided {
                dative: dative(row.dative, &row.full_name)?,
                position: row.position,
                organisation: row.organisation,
                category: known(Category::from_code(&row.category), "decision.category")?,
                decision: Decision::of(row.granted),
            })
        })
        .collect()
}
