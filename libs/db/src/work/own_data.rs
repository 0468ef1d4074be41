//! What is kept about a person, for the archive it asked for (SEC-87): the account and what belongs
//! to it alone, what codes are called, and its documents. The rows of municipalities are read by
//! [`crate::catalogue`], so that a table added later is not forgotten.

use serde_json::Value;

use super::printouts::Attempt;
use crate::{
    error::{Error, Result},
    files::FileState,
    scope::WorkerTx,
};

/// What is kept beside the rows of municipalities.
#[derive(Clone, Debug)]
pub struct Account {
    /// Where else there are rows about it.
    pub municipalities: Vec<i32>,
    /// Tables by name, each a list of rows.
    pub kept: Value,
}

/// A document of one of the person's applications.
#[derive(Clone, Debug)]
pub struct Document {
    /// The public id.
    pub id: uuid::Uuid,
    /// The key in the store, of a file that is given out.
    pub served_key: Option<String>,
    /// As it was called when it was brought or made.
    pub name: String,
    /// What it is, by its first bytes.
    pub content_type: String,
    /// The registration number of its application, if there is one.
    pub number: Option<i64>,
    /// How far it is: what was refused or waits is given to nobody (SEC-63).
    pub state: FileState,
}

/// What a code is called.
#[derive(Clone, Debug)]
pub struct Name {
    /// What it is a code of: the column, or the noun a column ends with.
    pub of: String,
    /// The code.
    pub code: String,
    /// Its words.
    pub name: String,
}

/// The account of whoever asked.
///
/// # Errors
/// [`Error::Ended`] when the archive is not being made any more.
pub async fn account(tx: &mut WorkerTx, attempt: &Attempt) -> Result<Account> {
    sqlx::query_as!(
        Account,
        r#"SELECT municipalities AS "municipalities!", kept AS "kept!" FROM app.own_data($1)"#,
        attempt.id
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or(Error::Ended)
}

/// What the codes in the rows are called; the municipality's organisations among them.
///
/// # Errors
/// If the database does not answer.
pub async fn names(tx: &mut WorkerTx) -> Result<Vec<Name>> {
    Ok(sqlx::query_as!(
        Name,
        r#"SELECT 'position' AS "of!", code AS "code!", name AS "name!" FROM app.ref_position
           UNION ALL SELECT 'subject', code, name FROM app.ref_subject
           UNION ALL SELECT 'ground', code, name FROM app.ref_ground
           UNION ALL SELECT 'criterion', code, name FROM app.ref_criterion
           UNION ALL SELECT 'attachment', code, name FROM app.ref_document_kind
           UNION ALL SELECT 'rejection', code, name FROM app.ref_rejection_reason
           UNION ALL SELECT 'type', code, name FROM app.ref_organisation_type
           UNION ALL SELECT 'organisation_id', id::text, name FROM app.organisation
             WHERE tenant_id = app.ctx_tenant()
           UNION ALL SELECT 'period_id', id::text, name FROM app.period"#
    )
    .fetch_all(tx.inside()?)
    .await?)
}

/// The documents of the person's applications in the municipality, oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn documents(tx: &mut WorkerTx, attempt: &Attempt) -> Result<Vec<Document>> {
    Ok(sqlx::query_as!(
        Document,
        r#"SELECT f.public_id AS id, app.served_key(f.s3_key, f.virus_state) AS served_key, f.name, f.content_type,
             a.registered_number::bigint AS number,
             app.file_state(f.virus_state, f.virus_checked) AS "state!: FileState"
           FROM app.application a JOIN app.file f ON f.tenant_id = a.tenant_id AND f.application_id = a.id
           WHERE a.tenant_id = app.ctx_tenant() AND a.account_id = $1 ORDER BY a.id, f.id"#,
        attempt.account
    )
    .fetch_all(tx.inside()?)
    .await?)
}
