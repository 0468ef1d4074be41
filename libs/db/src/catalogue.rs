//! The one audited place where a statement is put together at run time: reading whatever
//! tables a municipality has, for its export (SEC-106), and whatever of them is about one person,
//! for that person (SEC-87). A name in a statement comes from
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

/// Tables about a person's application that are not handed to that person, each with the reason.
pub const NOT_OWN: [(&str, &str); 5] = [
    (
        "conclusion_form",
        "a draft of the experts; what is formed of it is a document",
    ),
    (
        "conclusion_reminder",
        "who was reminded, not who it is about",
    ),
    ("gap_request", "a municipality's request to the Centre"),
    ("job", "the worker's queue"),
    (
        "preview",
        "pictures of documents, made anew when they are looked at",
    ),
];

/// Columns that say nothing about anybody: how a row is found, sent and proven.
pub const MACHINERY: [&str; 22] = [
    "agreed_from_by",
    "agreed_to_by",
    "asked_by",
    "assigned_by",
    "by_account",
    "digest",
    "expert_account_id",
    "expert_membership_id",
    "expert_tenant_id",
    "hash",
    "of_line",
    "previous",
    "registered_by",
    "run_after",
    "s3_key",
    "salt",
    "search",
    "set_by",
    "tenant_id",
    "trace",
    "tries",
    "virus_after",
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

/// By what a table's rows are a person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
enum Owned {
    /// The row names its account.
    Account,
    /// It is about one of its applications.
    Application,
}

/// A table with rows that may be about a person.
#[derive(Clone, Debug)]
pub struct OwnTable {
    name: String,
    quoted: String,
    owned: Owned,
}

impl OwnTable {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Every table that may hold rows about a person, but those that are [`NOT_OWN`]: a row that is
/// bound to an account or one of its cabinets is that account's, any other about an application is
/// of whose the application is.
///
/// # Errors
/// If the database does not answer.
pub async fn own_tables(tx: &mut WorkerTx) -> Result<Vec<OwnTable>> {
    let except: Vec<String> = NOT_OWN.iter().map(|&(table, _)| table.to_owned()).collect();
    Ok(sqlx::query_as!(
        OwnTable,
        r#"SELECT t AS "name!", quote_ident(t) AS "quoted!", owned AS "owned!: Owned"
           FROM app.tenant_tables() t,
           LATERAL (SELECT bool_or(a.attname = 'account_id') AS by_account,
             bool_or(a.attname = 'application_id') AS by_application,
             bool_or(a.attname = 'account_id' AND EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = a.attrelid
               AND k.contype = 'f' AND a.attnum = ANY (k.conkey))) AS bound
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             WHERE c.relnamespace = 'app'::regnamespace AND c.relname = t AND NOT a.attisdropped) has,
           LATERAL (SELECT CASE WHEN bound OR by_account AND NOT by_application THEN 'account'
             WHEN by_application THEN 'application' END AS owned) o
           WHERE owned IS NOT NULL AND t <> ALL ($1) ORDER BY t"#,
        &except
    )
    .fetch_all(tx.connection())
    .await?)
}

/// A page of a table's rows about the account in the municipality of the scope, as [`page`], without
/// [`MACHINERY`] and [`SECRETS`].
///
/// # Errors
/// If the database does not answer.
pub async fn own_page(
    tx: &mut WorkerTx,
    table: &OwnTable,
    account: i64,
    after: i64,
) -> Result<(i64, Vec<serde_json::Value>)> {
    let owned = match table.owned {
        Owned::Account => "t.account_id = $2",
        Owned::Application => {
            "t.application_id IN (SELECT a.id FROM app.application a \
             WHERE a.tenant_id = app.ctx_tenant() AND a.account_id = $2)"
        }
    };
    let statement = format!(
        "SELECT t.id, to_jsonb(t) - $3::text[] FROM app.{} t
         WHERE t.tenant_id = app.ctx_tenant() AND t.id > $1 AND {owned} ORDER BY t.id LIMIT $4",
        table.quoted
    );
    let secrets = SECRETS.iter().filter(|(of, _)| *of == table.name);
    let secrets = secrets.map(|(_, column)| (*column).to_owned());
    let untold = secrets.chain(MACHINERY.map(str::to_owned));
    // Whoever else did something is told by its role or its name.
    let others = (table.owned == Owned::Application).then(|| "account_id".to_owned());
    let untold = untold.chain(others);
    let rows: Vec<(i64, serde_json::Value)> = sqlx::query_as(AssertSqlSafe(statement))
        .bind(after)
        .bind(account)
        .bind(untold.collect::<Vec<_>>())
        .bind(PAGE)
        .fetch_all(tx.connection())
        .await?;
    let last = rows.last().map_or(after, |(id, _)| *id);
    Ok((last, rows.into_iter().map(|(_, row)| row).collect()))
}
