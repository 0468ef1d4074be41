//! What open pages are made of: rendered copies, published for everyone. No table with persons
//! is ever read for them. Publishing is in [`schedule`] and [`results`].

pub mod results;
pub mod schedule;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    reference::Item,
    scope::Scope,
};

/// Publications of a page.
pub const PAGE: usize = 10;

/// A teacher, as far as the region publishes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teacher {
    /// ФИО; empty unless the region publishes the names of teachers.
    pub name: String,
    /// The post.
    pub position: String,
    /// The organisation.
    pub organisation: String,
}

/// A row of «Графики аттестации».
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRow {
    /// The registration number.
    pub number: i32,
    /// The date of registration.
    pub on: NaiveDate,
    /// The teacher.
    pub teacher: Teacher,
    /// The category asked for, in words.
    pub category: String,
    /// The form, in words.
    pub form: String,
    /// The experts; `None` for one who does not let the name be published.
    pub experts: Vec<Option<PublicExpert>>,
}

/// An expert who lets the name be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicExpert {
    /// ФИО.
    pub name: String,
    /// The post.
    pub position: String,
    /// The organisation.
    pub organisation: String,
}

/// A row of «Итоги аттестации».
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultRow {
    /// The teacher.
    pub teacher: Teacher,
    /// The category decided about, in words.
    pub category: String,
    /// The decision, in words.
    pub decision: String,
}

/// What is published of one municipality: its schedule of a period, or the results of an order.
#[derive(Clone, Debug)]
pub struct Published<R> {
    /// The number inside: where a next page goes on from.
    pub id: i64,
    /// The period's name; empty for what is decided without one.
    pub period: String,
    /// The municipality's name.
    pub municipality: String,
    /// The order's number; empty if it has none.
    pub order_no: String,
    /// The order's date.
    pub order_date: Option<NaiveDate>,
    /// The rows.
    pub rows: Vec<R>,
}

/// A row of an open page, which knows the page it is of.
pub trait Row: DeserializeOwned {
    /// The kind of publication, as the database has it.
    const KIND: &'static str;
}

impl Row for ScheduleRow {
    const KIND: &'static str = "schedule";
}

impl Row for ResultRow {
    const KIND: &'static str = "results";
}

/// What an open page is narrowed to, by numbers inside.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowed {
    /// One period.
    pub period: Option<i32>,
    /// One municipality.
    pub municipality: Option<i32>,
}

/// The periods, latest first, by public id and name.
///
/// # Errors
/// If the database does not answer.
pub async fn periods(scope: &mut Scope) -> Result<Vec<Item>> {
    Ok(sqlx::query_as!(
        Item,
        r#"SELECT public_id::text AS "code!", name FROM app.period ORDER BY starts DESC LIMIT 50"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The number of a period.
///
/// # Errors
/// If the database does not answer.
pub async fn period(scope: &mut Scope, public_id: Uuid) -> Result<Option<i32>> {
    Ok(
        sqlx::query_scalar!("SELECT id FROM app.period WHERE public_id = $1", public_id)
            .fetch_optional(scope.connection())
            .await?,
    )
}

struct Raw {
    id: i64,
    period: String,
    municipality: String,
    order_no: String,
    order_date: Option<NaiveDate>,
    rows: serde_json::Value,
}

// Static text three times over: each narrowing walks the index it has.
macro_rules! page {
    ($scope:expr, $tail:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Raw,
            r#"SELECT p.id, coalesce((SELECT d.name FROM app.period d WHERE d.id = p.period_id), '') AS "period!",
                 (SELECT m.name FROM app.municipality m WHERE m.id = p.municipality_id) AS "municipality!",
                 p.order_no, p.order_date, p.rows
               FROM app.publication p WHERE p.kind = $1 AND p.id < $2 AND p.rows <> '[]' AND "#
                + $tail + " ORDER BY p.id DESC LIMIT 11",
            $($argument),*
        )
        .fetch_all($scope.connection())
        .await?
    };
}

/// A page of what is published, the latest first, and one more if there is another page; from
/// behind the publication `after` on.
///
/// # Errors
/// If the database does not answer or holds rows this version does not know.
pub async fn page<R: Row>(
    scope: &mut Scope,
    by: Narrowed,
    after: Option<i64>,
) -> Result<Vec<Published<R>>> {
    let after = after.unwrap_or(i64::MAX);
    let raw = match by.municipality {
        Some(municipality) => page!(
            scope,
            "p.municipality_id = $3 AND ($4::int IS NULL OR p.period_id = $4)",
            R::KIND,
            after,
            municipality,
            by.period,
        ),
        None => match by.period {
            Some(period) => page!(scope, "p.period_id = $3", R::KIND, after, period),
            None => page!(scope, "true", R::KIND, after),
        },
    };
    raw.into_iter()
        .map(|raw| {
            Ok(Published {
                id: raw.id,
                period: raw.period,
                municipality: raw.municipality,
                order_no: raw.order_no,
                order_date: raw.order_date,
                rows: rows(raw.rows)?,
            })
        })
        .collect()
}

pub(crate) fn rows<R: DeserializeOwned>(value: serde_json::Value) -> Result<Vec<R>> {
    serde_json::from_value(value).map_err(|_| Error::Corrupt {
        column: "publication.rows",
    })
}

pub(crate) fn json(value: &impl Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(value).map_err(|_| Error::Corrupt {
        column: "publication.rows",
    })
}
