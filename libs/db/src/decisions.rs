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
    error::{Error, Result, touched},
    orders::Order,
    scope::{Permit, Scope, Tx},
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
                held: row.granted.map(of),
            })
        })
        .collect()
}

/// ФИО in the dative as the person confirmed it; in the nominative where it did not.
fn dative(snapshot: Option<serde_json::Value>, full_name: &str) -> Result<String> {
    let dative = snapshot
        .map(serde_json::from_value::<FullName>)
        .transpose()
        .map_err(|_| Error::Corrupt {
            column: "application.snapshot",
        })?;
    Ok(dative.map_or_else(|| full_name.to_owned(), |name| name.full()))
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
                decision: of(row.granted),
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
        decision: of(row.granted),
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
                decision: of(row.granted),
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

/// The journal's line about a superseded decision (R-APP-5). It locks the year's counter: last in
/// the transaction, the caller commits at once after it.
///
/// # Errors
/// If the application has no entry, or no superseded decision that is not in the journal yet.
pub async fn supersede_in_journal(
    tx: &mut Tx<acts::Supersede>,
    permit: &Permit<acts::Supersede, Application>,
) -> Result<()> {
    sqlx::query!(
        "SELECT app.correct_journal($1, 'superseded') AS a",
        permit.id
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(())
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
