//! What an order may decide about: applications that wait for a decision, and those another order
//! decided, to be superseded.

use domain::{
    act::acts,
    actor::TenantId,
    name::FullName,
    reference::{Category, Decision},
};
use uuid::Uuid;

use super::category;
use crate::{
    error::{Error, Result},
    orders::Order,
    scope::Tx,
};

/// Which applications are offered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowed {
    /// Of this municipality only.
    pub tenant: Option<TenantId>,
    /// Of this period only; by its number inside.
    pub period: Option<i32>,
}

/// An application an order may decide about.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The id in addresses and forms.
    pub public_id: Uuid,
    /// Its version.
    pub version: i32,
    /// ФИО in the dative, as the person confirmed it: «Ивановой Марии Сергеевне».
    pub dative: String,
    /// ФИО in the nominative.
    pub full_name: String,
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
    /// The decision that holds, which would be superseded; none before the first.
    pub held: Option<Decision>,
}

/// The applications that can be decided now by public id, `most` of them, the oldest deadline
/// first: on general grounds with the conclusion accepted and the period approved, simplified
/// ones once registered; none with a withdrawal under review, none of the person itself. The
/// state table decides again, one by one.
///
/// # Errors
/// If the database does not answer.
pub async fn decidable(tx: &mut Tx<acts::Decide>, by: Narrowed, most: i64) -> Result<Vec<Uuid>> {
    let account = tx.account();
    Ok(sqlx::query_scalar!(
        "SELECT a.public_id FROM app.application a
         LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
         LEFT JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
         WHERE a.submitted_at IS NOT NULL AND a.status = 'registered' AND a.account_id <> $1
           AND (a.procedure = 'simplified' OR (c.place = 'accepted' AND s.mark = 'approved'))
           AND NOT EXISTS (SELECT 1 FROM app.withdrawal w WHERE w.tenant_id = a.tenant_id
             AND w.application_id = a.id AND w.state = 'under_review')
           AND ($2::int IS NULL OR a.tenant_id = $2) AND ($3::int IS NULL OR s.period_id = $3)
         ORDER BY a.due_on, a.id LIMIT $4",
        account,
        by.tenant.map(|tenant| tenant.0),
        by.period,
        most,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// The applications whose decision by this order still holds, `most` of them by public id, in the
/// order they were decided: what another order may supersede (R-APP-10).
///
/// # Errors
/// If the database does not answer.
pub async fn replaceable(tx: &mut Tx<acts::Decide>, order: &Order, most: i64) -> Result<Vec<Uuid>> {
    let account = tx.account();
    Ok(sqlx::query_scalar!(
        "SELECT a.public_id FROM app.decision x
         JOIN app.application a ON a.tenant_id = x.tenant_id AND a.id = x.application_id
         WHERE x.order_id = $1 AND a.account_id <> $2 AND NOT EXISTS (SELECT 1 FROM app.decision y
           WHERE y.tenant_id = x.tenant_id AND y.supersedes_id = x.id)
         ORDER BY x.id LIMIT $3",
        order.id,
        account,
        most,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// These submitted applications, in this order, as an order offers them.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn offered(tx: &mut Tx<acts::Decide>, ids: &[Uuid]) -> Result<Vec<Ready>> {
    let rows = sqlx::query!(
        r#"SELECT a.public_id, a.version, a.category, a.snapshot -> 'dative' AS dative,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position!", o.name AS organisation, m.name AS municipality,
             coalesce(d.name, '') AS "period!", h.granted AS "granted?"
           FROM unnest($1::uuid[]) WITH ORDINALITY u(id, n)
           JOIN app.application a ON a.public_id = u.id AND a.submitted_at IS NOT NULL
           JOIN app.municipality m ON m.id = a.tenant_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           LEFT JOIN app.period d ON d.id = s.period_id
           LEFT JOIN app.decision h ON h.tenant_id = a.tenant_id AND h.application_id = a.id
             AND NOT EXISTS (SELECT 1 FROM app.decision y WHERE y.tenant_id = h.tenant_id AND y.supersedes_id = h.id)
           ORDER BY u.n"#,
        ids,
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Ready {
                public_id: row.public_id,
                version: row.version,
                dative: dative(row.dative, &row.full_name)?,
                full_name: row.full_name,
                position: row.position,
                organisation: row.organisation,
                municipality: row.municipality,
                category: category(row.category)?,
                period: row.period,
                held: row.granted.map(Decision::of),
            })
        })
        .collect()
}

/// ФИО in the dative as the person confirmed it; in the nominative where it did not.
pub(crate) fn dative(snapshot: Option<serde_json::Value>, full_name: &str) -> Result<String> {
    let dative = snapshot
        .map(serde_json::from_value::<FullName>)
        .transpose()
        .map_err(|_| Error::Corrupt {
            column: "application.snapshot",
        })?;
    Ok(dative.map_or_else(|| full_name.to_owned(), |name| name.full()))
}
