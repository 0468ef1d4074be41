//! The one audited place where a statement is put together at run time: reading whatever
//! tables a municipality has, for its export (SEC-106). A name in a statement comes from
//! `pg_class` through `quote_ident` and from nowhere else; everything besides is bound. No
//! caller hands in SQL, and a [`Table`] is made by [`tables`] only.

use sqlx::AssertSqlSafe;

use crate::{error::Result, scope::WorkerTx};

/// Rows a page of a table has at most: some megabytes, far below the 5 s of a statement.
const PAGE: i64 = 500;

/// Tables with `tenant_id` that are in no export, each with the reason.
pub const NOT_EXPORTED: [(&str, &str); 1] = [(
    "municipality_export",
    "an export does not describe itself: its row changes while it is made",
)];

/// Columns that are in no export: what one-time links are made of.
pub const SECRETS: [(&str, &str); 4] = [
    ("deletion", "nonce"),
    ("deletion", "token_sha256"),
    ("invitation", "nonce"),
    ("invitation", "token_sha256"),
];

/// A table of municipalities' rows, as the catalogue names it.
#[derive(Clone, Debug)]
pub struct Table {
    name: String,
    quoted: String,
}

impl Table {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Every table whose rows belong to a municipality, but those that are [`NOT_EXPORTED`].
///
/// # Errors
/// If the database does not answer.
pub async fn tables(tx: &mut WorkerTx) -> Result<Vec<Table>> {
    let except: Vec<String> = NOT_EXPORTED
        .iter()
        .map(|&(table, _)| table.to_owned())
        .collect();
    Ok(sqlx::query_as!(
        Table,
        r#"SELECT t AS "name!", quote_ident(t) AS "quoted!" FROM app.tenant_tables() t
           WHERE t <> ALL ($1) ORDER BY t"#,
        &except
    )
    .fetch_all(tx.connection())
    .await?)
}

/// A page of a table's rows in the municipality of the scope: the number after which the next
/// page begins, and each row as a line of JSON. An empty page is the end.
///
/// # Errors
/// If the database does not answer.
pub async fn page(tx: &mut WorkerTx, table: &Table, after: i64) -> Result<(i64, Vec<String>)> {
    let secrets: Vec<String> = SECRETS
        .iter()
        .filter(|(of, _)| *of == table.name)
        .map(|&(_, column)| column.to_owned())
        .collect();
    let statement = format!(
        "SELECT t.id, (to_jsonb(t) - $2::text[])::text FROM app.{} t
         WHERE t.tenant_id = app.ctx_tenant() AND t.id > $1 ORDER BY t.id LIMIT $3",
        table.quoted
    );
    let rows: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(statement))
        .bind(after)
        .bind(secrets)
        .bind(PAGE)
        .fetch_all(tx.connection())
        .await?;
    let last = rows.last().map_or(after, |(id, _)| *id);
    Ok((last, rows.into_iter().map(|(_, row)| row).collect()))
}
