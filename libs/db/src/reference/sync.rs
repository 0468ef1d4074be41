//! Writing reference data: a list of the files replaces the list of the database. Rows that
//! are gone from the file are retired, never deleted: old applications name them.

use serde_json::Value;

use crate::{error::Result, scope::CtlTx};

/// A list of reference data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// The posts.
    Positions,
    /// The subjects.
    Subjects,
    /// The types of organisations, with the sector that tells the founder.
    OrganisationTypes,
    /// Who founds organisations, and whose applications go to the operator.
    FounderKinds,
    /// The grounds of the simplified form.
    Grounds,
    /// The reasons of a rejection, with their instrumental.
    RejectionReasons,
    /// The kinds of documents, and which count as results.
    DocumentKinds,
    /// What documents prove, by category.
    Criteria,
}

/// Makes `list` be the rows of `rows`: an array of objects with a row's columns by name, and
/// `ordinal`. Returns how many rows changed.
///
/// # Errors
/// If the database does not answer or a row is not one of the list.
pub async fn replace(tx: &mut CtlTx, list: List, rows: &Value) -> Result<u64> {
    match list {
        List::Positions => positions(tx, rows).await,
        List::Subjects => subjects(tx, rows).await,
        List::OrganisationTypes => organisation_types(tx, rows).await,
        List::FounderKinds => founder_kinds(tx, rows).await,
        List::Grounds => grounds(tx, rows).await,
        List::RejectionReasons => rejection_reasons(tx, rows).await,
        List::DocumentKinds => document_kinds(tx, rows).await,
        List::Criteria => criteria(tx, rows).await,
    }
}

async fn positions(tx: &mut CtlTx, rows: &Value) -> Result<u64> {
    let put = sqlx::query!(
        "INSERT INTO app.ref_position AS l (code, name, attestable, alias, ordinal)
         SELECT code, name, attestable, alias, ordinal FROM jsonb_to_recordset($1) AS r(code text, name text, attestable bool, alias text, ordinal int)
         ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, attestable = EXCLUDED.attestable, alias = EXCLUDED.alias, ordinal = EXCLUDED.ordinal, retired_at = NULL
         WHERE (l.name, l.attestable, l.alias, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.attestable, EXCLUDED.alias, EXCLUDED.ordinal)
           OR l.retired_at IS NOT NULL",
        rows
    )
    .execute(tx.connection())
    .await?;
    let gone = sqlx::query!(
        "UPDATE app.ref_position SET retired_at = app.ctx_now() WHERE retired_at IS NULL
         AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(put.rows_affected() + gone.rows_affected())
}

async fn subjects(tx: &mut CtlTx, rows: &Value) -> Result<u64> {
    let put = sqlx::query!(
        "INSERT INTO app.ref_subject AS l (code, name, area, ordinal)
         SELECT code, name, area, ordinal FROM jsonb_to_recordset($1) AS r(code text, name text, area text, ordinal int)
         ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, area = EXCLUDED.area, ordinal = EXCLUDED.ordinal, retired_at = NULL
         WHERE (l.name, l.area, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.area, EXCLUDED.ordinal)
           OR l.retired_at IS NOT NULL",
        rows
    )
    .execute(tx.connection())
    .await?;
    let gone = sqlx::query!(
        "UPDATE app.ref_subject SET retired_at = app.ctx_now() WHERE retired_at IS NULL
         AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(put.rows_affected() + gone.rows_affected())
}

async fn organisation_types(tx: &mut CtlTx, rows: &Value) -> Result<u64> {
    let put = sqlx::query!(
        "INSERT INTO app.ref_organisation_type AS l (code, name, sector, ordinal)
         SELECT code, name, sector, ordinal FROM jsonb_to_recordset($1) AS r(code text, name text, sector text, ordinal int)
         ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, sector = EXCLUDED.sector, ordinal = EXCLUDED.ordinal, retired_at = NULL
         WHERE (l.name, l.sector, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.sector, EXCLUDED.ordinal)
           OR l.retired_at IS NOT NULL",
        rows
    )
    .execute(tx.connection())
    .await?;
    let gone = sqlx::query!(
        "UPDATE app.ref_organisation_type SET retired_at = app.ctx_now() WHERE retired_at IS NULL
         AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(put.rows_affected() + gone.rows_affected())
}

async fn founder_kinds(tx: &mut CtlTx, rows: &Value) -> Result<u64> {
    let put = sqlx::query!(
        "INSERT INTO app.ref_founder_kind AS l (code, name, routed_to_operator, ordinal)
         SELECT code, name, routed_to_operator, ordinal FROM jsonb_to_recordset($1) AS r(code text, name text, routed_to_operator bool, ordinal int)
         ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, routed_to_operator = EXCLUDED.routed_to_operator, ordinal = EXCLUDED.ordinal, retired_at = NULL
         WHERE (l.name, l.routed_to_operator, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.routed_to_operator, EXCLUDED.ordinal)
           OR l.retired_at IS NOT NULL",
        rows
    )
    .execute(tx.connection())
    .await?;
    let gone = sqlx::query!(
        "UPDATE app.ref_founder_kind SET retired_at = app.ctx_now() WHERE retired_at IS NULL
         AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(put.rows_affected() + gone.rows_affected())
}

async fn grounds(tx: &mut CtlTx, rows: &Value) -> Result<u64> {
    let put = sqlx::query!(
        "INSERT INTO app.ref_ground AS l (code, name, family, category_scope, window_years, ordinal)
         SELECT code, name, family, category_scope, window_years, ordinal FROM jsonb_to_recordset($1) AS r(code text, name text, family text, category_scope text, window_years int, ordinal int)
         ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, family = EXCLUDED.family, category_scope = EXCLUDED.category_scope, window_years = EXCLUDED.window_years, ordinal = EXCLUDED.ordinal, retired_at = NULL
         WHERE (l.name, l.family, l.category_scope, l.window_years, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.family, EXCLUDED.category_scope, EXCLUDED.window_years, EXCLUDED.ordinal)
           OR l.retired_at IS NOT NULL",
        rows
    )
    .execute(tx.connection())
    .await?;
    let gone = sqlx::query!(
        "UPDATE app.ref_ground SET retired_at = app.ctx_now() WHERE retired_at IS NULL
         AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(put.rows_affected() + gone.rows_affected())
}

async fn rejection_reasons(tx: &mut CtlTx, rows: &Value) -> Result<u64> {
    let put = sqlx::query!(
        "INSERT INTO app.ref_rejection_reason AS l (code, name, instrumental, ordinal)
         SELECT code, name, instrumental, ordinal FROM jsonb_to_recordset($1) AS r(code text, name text, instrumental text, ordinal int)
         ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, instrumental = EXCLUDED.instrumental, ordinal = EXCLUDED.ordinal, retired_at = NULL
         WHERE (l.name, l.instrumental, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.instrumental, EXCLUDED.ordinal)
           OR l.retired_at IS NOT NULL",
        rows
    )
    .execute(tx.connection())
    .await?;
    let gone = sqlx::query!(
        "UPDATE app.ref_rejection_reason SET retired_at = app.ctx_now() WHERE retired_at IS NULL
         AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(put.rows_affected() + gone.rows_affected())
}

async fn document_kinds(tx: &mut CtlTx, rows: &Value) -> Result<u64> {
    let put = sqlx::query!(
        "INSERT INTO app.ref_document_kind AS l (code, name, counts_as_result, forms, ordinal)
         SELECT code, name, counts_as_result, forms, ordinal FROM jsonb_to_recordset($1) AS r(code text, name text, counts_as_result bool, forms text, ordinal int)
         ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, counts_as_result = EXCLUDED.counts_as_result, forms = EXCLUDED.forms, ordinal = EXCLUDED.ordinal, retired_at = NULL
         WHERE (l.name, l.counts_as_result, l.forms, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.counts_as_result, EXCLUDED.forms, EXCLUDED.ordinal)
           OR l.retired_at IS NOT NULL",
        rows
    )
    .execute(tx.connection())
    .await?;
    let gone = sqlx::query!(
        "UPDATE app.ref_document_kind SET retired_at = app.ctx_now() WHERE retired_at IS NULL
         AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(put.rows_affected() + gone.rows_affected())
}

async fn criteria(tx: &mut CtlTx, rows: &Value) -> Result<u64> {
    let put = sqlx::query!(
        "INSERT INTO app.ref_criterion AS l (code, category, name, ordinal)
         SELECT code, category, name, ordinal FROM jsonb_to_recordset($1) AS r(code text, category text, name text, ordinal int)
         ON CONFLICT (code) DO UPDATE SET category = EXCLUDED.category, name = EXCLUDED.name, ordinal = EXCLUDED.ordinal, retired_at = NULL
         WHERE (l.category, l.name, l.ordinal) IS DISTINCT FROM (EXCLUDED.category, EXCLUDED.name, EXCLUDED.ordinal)
           OR l.retired_at IS NOT NULL",
        rows
    )
    .execute(tx.connection())
    .await?;
    let gone = sqlx::query!(
        "UPDATE app.ref_criterion SET retired_at = app.ctx_now() WHERE retired_at IS NULL
         AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(put.rows_affected() + gone.rows_affected())
}

/// Sets a setting of the region that was never set; what an administrator set stays.
///
/// # Errors
/// If the database does not answer.
pub async fn set_missing(tx: &mut CtlTx, key: &str, value: &str) -> Result<u64> {
    let set = sqlx::query!(
        "INSERT INTO app.region_setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
        key,
        value
    )
    .execute(tx.connection())
    .await?;
    Ok(set.rows_affected())
}

/// Adds a version of a consent's text. A version that is there stays as it was given to people
/// (R-ACC-6).
///
/// # Errors
/// If the database does not answer.
pub async fn add_consent(tx: &mut CtlTx, kind: &str, version: i32, body: &str) -> Result<u64> {
    let added = sqlx::query!(
        "INSERT INTO app.ref_consent_text (kind, version, body) VALUES ($1, $2, $3)
         ON CONFLICT (kind, version) DO NOTHING",
        kind,
        version,
        body
    )
    .execute(tx.connection())
    .await?;
    Ok(added.rows_affected())
}
