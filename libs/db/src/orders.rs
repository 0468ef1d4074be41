//! Orders (распоряжения): the region's, each with its file. What an order says about an
//! application is a decision's; see [`crate::decisions`]. Whoever is no operator sees the orders
//! that decide what it sees.

use chrono::NaiveDate;
use domain::{
    act::acts,
    permission::{Relation, Relations},
    role::Role,
    value::OrderNumber,
};
use uuid::Uuid;

use crate::{
    applications, decisions,
    error::{Error, Result},
    files::FileState,
    scope::{Permit, Scope, Tx},
};

/// Orders of a page.
pub const PAGE: usize = 50;

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// «173К».
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// The key of its file in the store, once that is given out.
    pub served_key: Option<String>,
    /// How far its file is (SEC-63).
    pub state: FileState,
    /// The name of its file.
    pub file_name: String,
    /// The SHA-256 of its file.
    pub sha256: Vec<u8>,
    /// How many decisions it holds, of those the scope sees.
    pub decisions: i64,
}

/// An order to be recorded. Its file lies in the store already.
#[derive(Clone, Copy, Debug)]
pub struct NewOrder<'a> {
    /// The number.
    pub number: &'a OrderNumber,
    /// The date.
    pub date: NaiveDate,
    /// The key in the store.
    pub s3_key: &'a str,
    /// The name shown.
    pub file_name: &'a str,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: &'a [u8; 32],
}

/// A page of orders, the newest first, and one more if there is another page; from behind the
/// order `after` on.
///
/// # Errors
/// If the database does not answer.
pub async fn page(scope: &mut Scope, after: Option<Uuid>) -> Result<Vec<Order>> {
    Ok(sqlx::query_as!(
        Order,
        r#"SELECT o.id, o.public_id, o.number, o.date, o.file_name, o.sha256,
             app.served_key(o.s3_key, o.virus_state) AS served_key,
             app.file_state(o.virus_state, o.virus_checked) AS "state!: FileState",
             (SELECT count(*) FROM app.decision d WHERE d.order_id = o.id) AS "decisions!"
           FROM app.order o
           WHERE $1::uuid IS NULL
             OR (o.date, o.id) < (SELECT a.date, a.id FROM app.order a WHERE a.public_id = $1)
           ORDER BY o.date DESC, o.id DESC LIMIT 51"#,
        after,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The order with this public id, if the scope sees it.
///
/// # Errors
/// If the database does not answer.
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<Order>> {
    Ok(sqlx::query_as!(
        Order,
        r#"SELECT o.id, o.public_id, o.number, o.date, o.file_name, o.sha256,
             app.served_key(o.s3_key, o.virus_state) AS served_key,
             app.file_state(o.virus_state, o.virus_checked) AS "state!: FileState",
             (SELECT count(*) FROM app.decision d WHERE d.order_id = o.id) AS "decisions!"
           FROM app.order o WHERE o.public_id = $1"#,
        public_id,
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The order of this number and date: there is one at most.
///
/// # Errors
/// If the database does not answer.
pub async fn called(
    scope: &mut Scope,
    number: &OrderNumber,
    date: NaiveDate,
) -> Result<Option<Order>> {
    Ok(sqlx::query_as!(
        Order,
        r#"SELECT o.id, o.public_id, o.number, o.date, o.file_name, o.sha256,
             app.served_key(o.s3_key, o.virus_state) AS served_key,
             app.file_state(o.virus_state, o.virus_checked) AS "state!: FileState",
             (SELECT count(*) FROM app.decision d WHERE d.order_id = o.id) AS "decisions!"
           FROM app.order o WHERE o.number = $1 AND o.date = $2"#,
        number.as_str(),
        date,
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Records an order; returns its number inside, or nothing if one of this number and date is
/// there already. It belongs to the region and to no municipality: that the scope was entered to
/// decide is the whole permission.
///
/// # Errors
/// If the database does not answer.
pub async fn add(tx: &mut Tx<acts::Decide>, order: NewOrder<'_>) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.order (public_id, number, date, s3_key, file_name, size, sha256)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (number, date) DO NOTHING RETURNING id",
        Uuid::now_v7(),
        order.number.as_str(),
        order.date,
        order.s3_key,
        order.file_name,
        i64::try_from(order.size).unwrap_or(i64::MAX),
        order.sha256.as_slice(),
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Whether the policy lets the person read this order: an operator as such, anybody else for an
/// application it decides about and the person sees.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn may_read(
    tx: &mut Tx<acts::ReadOrders>,
    order: Order,
) -> Result<Permit<acts::ReadOrders, Order>> {
    let object = order.id;
    if tx.actor()?.role == Role::Operator {
        let relations = Relations::NONE.with(Relation::Any);
        return tx.may_of_region(order, object, relations).await;
    }
    let decided = decisions::seen(tx, &order).await?.ok_or(Error::Forbidden)?;
    let application = applications::find(tx, decided)
        .await?
        .ok_or(Error::Forbidden)?;
    let relations = crate::Related::relations(&application, tx.actor()?);
    tx.may_of_region(order, object, relations).await
}
