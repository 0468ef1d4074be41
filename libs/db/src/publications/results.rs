//! The results of an order, for everyone: a publication for each municipality and period it decides
//! in (R-ORD-1).

use chrono::NaiveDate;
use domain::{
    act::Doing,
    actor::TenantId,
    reference::{Category, Decision},
};

use super::{ResultRow, json};
use crate::{
    applications::known,
    error::{Error, Result},
    municipalities::Municipality,
    scope::{Permit, Scope, Tx},
};

/// The order and the municipality of something to publish.
#[derive(Clone, Debug)]
pub struct Results {
    /// The order's number inside.
    pub order: i64,
    /// The order's number.
    pub number: String,
    /// The order's date.
    pub date: NaiveDate,
    /// The municipality.
    pub municipality: Municipality,
}

/// What an order makes to be published: in each municipality it decides in its own results, and
/// those of the orders whose decisions it supersedes.
///
/// # Errors
/// If the database does not answer.
pub async fn of_order(scope: &mut Scope, order: i64) -> Result<Vec<Results>> {
    Ok(sqlx::query!(
        r#"SELECT DISTINCT o.id AS order, o.number, o.date, m.id, m.public_id, m.slug, m.name, m.public_contacts,
             m.status = 'suspended' AS "suspended!"
           FROM (SELECT d.order_id, d.tenant_id FROM app.decision d WHERE d.order_id = $1
                 UNION SELECT f.order_id, f.tenant_id FROM app.decision d
                   JOIN app.decision f ON f.tenant_id = d.tenant_id AND f.id = d.supersedes_id
                   WHERE d.order_id = $1) x
           JOIN app.order o ON o.id = x.order_id JOIN app.municipality m ON m.id = x.tenant_id
           ORDER BY m.name DESC, o.id"#,
        order,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|row| Results {
        order: row.order,
        number: row.number,
        date: row.date,
        municipality: Municipality {
            id: row.id,
            public_id: row.public_id,
            slug: row.slug,
            name: row.name,
            public_contacts: row.public_contacts,
            suspended: row.suspended,
        },
    })
    .collect())
}

/// A decision that holds, as its publication tells it.
#[derive(Clone, Debug)]
pub struct Holding {
    /// The period's number; `None` for the simplified procedure.
    pub period: Option<i32>,
    /// ФИО.
    pub full_name: String,
    /// The post.
    pub position: String,
    /// The organisation.
    pub organisation: String,
    /// The category.
    pub category: Category,
    /// What was decided.
    pub decision: Decision,
}

/// The decisions of an order in a municipality, in the order they were recorded. What a later order
/// superseded is left out.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn holding(scope: &mut Scope, tenant: TenantId, order: i64) -> Result<Vec<Holding>> {
    let rows = sqlx::query!(
        r#"SELECT s.period_id AS "period_id?", d.granted, d.category, o.name AS organisation,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position!"
           FROM app.decision d
           JOIN app.application a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           WHERE d.tenant_id = $1 AND d.order_id = $2
             AND NOT EXISTS (SELECT 1 FROM app.decision l WHERE l.tenant_id = d.tenant_id AND l.supersedes_id = d.id)
           ORDER BY d.id"#,
        tenant.0,
        order,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Holding {
                period: row.period_id,
                full_name: row.full_name,
                position: row.position,
                organisation: row.organisation,
                category: known(Category::from_code(&row.category), "decision.category")?,
                decision: Decision::of(row.granted),
            })
        })
        .collect()
}

/// The periods of an order's results that are published of a municipality: what no decision of
/// it holds any more is published empty.
///
/// # Errors
/// If the database does not answer.
pub async fn published(
    scope: &mut Scope,
    municipality: i32,
    order: i64,
) -> Result<Vec<Option<i32>>> {
    Ok(sqlx::query_scalar!(
        "SELECT period_id FROM app.publication WHERE kind = 'results' AND municipality_id = $1 AND order_id = $2",
        municipality,
        order,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Publishes the results of an order in a municipality, of one period or of none; what is as it was
/// is not written again.
///
/// # Errors
/// If the database does not answer, or refuses.
pub async fn save<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Municipality>,
    of: &Results,
    period: Option<i32>,
    rows: &[ResultRow],
    sha256: &[u8],
) -> Result<()> {
    if tx.tenant() != Some(TenantId(permit.id)) {
        return Err(Error::NoTenant);
    }
    sqlx::query!(
        "INSERT INTO app.publication AS p (kind, period_id, municipality_id, order_id, order_no, order_date, rows, sha256)
         VALUES ('results', $1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (kind, period_id, municipality_id, order_id) DO UPDATE
         SET rows = EXCLUDED.rows, sha256 = EXCLUDED.sha256, version = p.version + 1, published_at = app.ctx_now()
         WHERE p.rows <> EXCLUDED.rows",
        period,
        permit.id,
        of.order,
        of.number,
        of.date,
        json(&rows)?,
        sha256,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
