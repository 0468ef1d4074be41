//! Writing reference data: a list of the files replaces the list of the database, but for the rows
//! an administrator has changed, which stay. Rows that are gone from the file are retired, never
//! deleted: old applications name them.

use domain::{act::acts, reference::list::List};
use serde_json::Value;

use crate::{
    error::Result,
    scope::{CtlTx, Scope, Tx},
};

/// Makes `list` be the rows of `rows`: an array of objects with a row's columns by name. Returns
/// how many rows changed; those an administrator has changed never do.
///
/// # Errors
/// If the database does not answer or a row is not one of the list.
pub async fn replace(tx: &mut CtlTx, list: List, rows: &Value) -> Result<u64> {
    Ok(put(tx, list, rows, false).await? + retire_others(tx, list, rows).await?)
}

/// Adds a row to `list`, or changes the one of its code, as an administrator wants it.
///
/// # Errors
/// As [`replace`].
pub async fn edit(tx: &mut Tx<acts::ManageReference>, list: List, row: &Value) -> Result<()> {
    let rows = Value::Array(vec![row.clone()]);
    put(tx, list, &rows, true).await?;
    Ok(())
}

/// Writes rows; those an administrator has changed only if `edited` by one.
async fn put(scope: &mut Scope, list: List, rows: &Value, edited: bool) -> Result<u64> {
    let put = match list {
        List::Positions => sqlx::query!(
            "INSERT INTO app.ref_position AS l (code, name, attestable, alias, ordinal, retired_at)
             SELECT code, name, attestable, alias, ordinal, CASE WHEN retired THEN app.ctx_now() END
             FROM jsonb_to_recordset($1) AS r(code text, name text, attestable bool, alias text, ordinal int, retired bool)
             ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, attestable = EXCLUDED.attestable, alias = EXCLUDED.alias, ordinal = EXCLUDED.ordinal,
               retired_at = CASE WHEN EXCLUDED.retired_at IS NOT NULL THEN coalesce(l.retired_at, EXCLUDED.retired_at) END
             WHERE ((l.name, l.attestable, l.alias, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.attestable, EXCLUDED.alias, EXCLUDED.ordinal)
                 OR (l.retired_at IS NULL) <> (EXCLUDED.retired_at IS NULL))
               AND ($2 OR NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'positions' AND c.key = l.code))",
            rows,
            edited,
        ),
        List::Subjects => sqlx::query!(
            "INSERT INTO app.ref_subject AS l (code, name, area, ordinal, retired_at)
             SELECT code, name, area, ordinal, CASE WHEN retired THEN app.ctx_now() END
             FROM jsonb_to_recordset($1) AS r(code text, name text, area text, ordinal int, retired bool)
             ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, area = EXCLUDED.area, ordinal = EXCLUDED.ordinal,
               retired_at = CASE WHEN EXCLUDED.retired_at IS NOT NULL THEN coalesce(l.retired_at, EXCLUDED.retired_at) END
             WHERE ((l.name, l.area, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.area, EXCLUDED.ordinal)
                 OR (l.retired_at IS NULL) <> (EXCLUDED.retired_at IS NULL))
               AND ($2 OR NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'subjects' AND c.key = l.code))",
            rows,
            edited,
        ),
        List::OrganisationTypes => sqlx::query!(
            "INSERT INTO app.ref_organisation_type AS l (code, name, sector, ordinal, retired_at)
             SELECT code, name, sector, ordinal, CASE WHEN retired THEN app.ctx_now() END
             FROM jsonb_to_recordset($1) AS r(code text, name text, sector text, ordinal int, retired bool)
             ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, sector = EXCLUDED.sector, ordinal = EXCLUDED.ordinal,
               retired_at = CASE WHEN EXCLUDED.retired_at IS NOT NULL THEN coalesce(l.retired_at, EXCLUDED.retired_at) END
             WHERE ((l.name, l.sector, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.sector, EXCLUDED.ordinal)
                 OR (l.retired_at IS NULL) <> (EXCLUDED.retired_at IS NULL))
               AND ($2 OR NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'organisation_types' AND c.key = l.code))",
            rows,
            edited,
        ),
        List::Grounds => sqlx::query!(
            "INSERT INTO app.ref_ground AS l (code, name, family, category_scope, window_years, ordinal, retired_at)
             SELECT code, name, family, category_scope, nullif(window_years, '')::int, ordinal, CASE WHEN retired THEN app.ctx_now() END
             FROM jsonb_to_recordset($1) AS r(code text, name text, family text, category_scope text, window_years text, ordinal int, retired bool)
             ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, family = EXCLUDED.family, category_scope = EXCLUDED.category_scope, window_years = EXCLUDED.window_years, ordinal = EXCLUDED.ordinal,
               retired_at = CASE WHEN EXCLUDED.retired_at IS NOT NULL THEN coalesce(l.retired_at, EXCLUDED.retired_at) END
             WHERE ((l.name, l.family, l.category_scope, l.window_years, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.family, EXCLUDED.category_scope, EXCLUDED.window_years, EXCLUDED.ordinal)
                 OR (l.retired_at IS NULL) <> (EXCLUDED.retired_at IS NULL))
               AND ($2 OR NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'grounds' AND c.key = l.code))",
            rows,
            edited,
        ),
        List::RejectionReasons => sqlx::query!(
            "INSERT INTO app.ref_rejection_reason AS l (code, name, instrumental, ordinal, retired_at)
             SELECT code, name, instrumental, ordinal, CASE WHEN retired THEN app.ctx_now() END
             FROM jsonb_to_recordset($1) AS r(code text, name text, instrumental text, ordinal int, retired bool)
             ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, instrumental = EXCLUDED.instrumental, ordinal = EXCLUDED.ordinal,
               retired_at = CASE WHEN EXCLUDED.retired_at IS NOT NULL THEN coalesce(l.retired_at, EXCLUDED.retired_at) END
             WHERE ((l.name, l.instrumental, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.instrumental, EXCLUDED.ordinal)
                 OR (l.retired_at IS NULL) <> (EXCLUDED.retired_at IS NULL))
               AND ($2 OR NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'rejection_reasons' AND c.key = l.code))",
            rows,
            edited,
        ),
        List::DocumentKinds => sqlx::query!(
            "INSERT INTO app.ref_document_kind AS l (code, name, counts_as_result, forms, ordinal, retired_at)
             SELECT code, name, counts_as_result, forms, ordinal, CASE WHEN retired THEN app.ctx_now() END
             FROM jsonb_to_recordset($1) AS r(code text, name text, counts_as_result bool, forms text, ordinal int, retired bool)
             ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, counts_as_result = EXCLUDED.counts_as_result, forms = EXCLUDED.forms, ordinal = EXCLUDED.ordinal,
               retired_at = CASE WHEN EXCLUDED.retired_at IS NOT NULL THEN coalesce(l.retired_at, EXCLUDED.retired_at) END
             WHERE ((l.name, l.counts_as_result, l.forms, l.ordinal) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.counts_as_result, EXCLUDED.forms, EXCLUDED.ordinal)
                 OR (l.retired_at IS NULL) <> (EXCLUDED.retired_at IS NULL))
               AND ($2 OR NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'document_kinds' AND c.key = l.code))",
            rows,
            edited,
        ),
        List::Criteria => sqlx::query!(
            "INSERT INTO app.ref_criterion AS l (code, category, name, ordinal, retired_at)
             SELECT code, category, name, ordinal, CASE WHEN retired THEN app.ctx_now() END
             FROM jsonb_to_recordset($1) AS r(code text, category text, name text, ordinal int, retired bool)
             ON CONFLICT (code) DO UPDATE SET category = EXCLUDED.category, name = EXCLUDED.name, ordinal = EXCLUDED.ordinal,
               retired_at = CASE WHEN EXCLUDED.retired_at IS NOT NULL THEN coalesce(l.retired_at, EXCLUDED.retired_at) END
             WHERE ((l.category, l.name, l.ordinal) IS DISTINCT FROM (EXCLUDED.category, EXCLUDED.name, EXCLUDED.ordinal)
                 OR (l.retired_at IS NULL) <> (EXCLUDED.retired_at IS NULL))
               AND ($2 OR NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'criteria' AND c.key = l.code))",
            rows,
            edited,
        ),
    }
    .execute(scope.connection())
    .await?;
    Ok(put.rows_affected())
}

/// Closes the rows that are not among `rows` and that no administrator has changed.
async fn retire_others(scope: &mut Scope, list: List, rows: &Value) -> Result<u64> {
    let gone = match list {
        List::Positions => sqlx::query!(
            "UPDATE app.ref_position l SET retired_at = app.ctx_now() WHERE retired_at IS NULL
               AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))
               AND NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'positions' AND c.key = l.code)",
            rows,
        ),
        List::Subjects => sqlx::query!(
            "UPDATE app.ref_subject l SET retired_at = app.ctx_now() WHERE retired_at IS NULL
               AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))
               AND NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'subjects' AND c.key = l.code)",
            rows,
        ),
        List::OrganisationTypes => sqlx::query!(
            "UPDATE app.ref_organisation_type l SET retired_at = app.ctx_now() WHERE retired_at IS NULL
               AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))
               AND NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'organisation_types' AND c.key = l.code)",
            rows,
        ),
        List::Grounds => sqlx::query!(
            "UPDATE app.ref_ground l SET retired_at = app.ctx_now() WHERE retired_at IS NULL
               AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))
               AND NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'grounds' AND c.key = l.code)",
            rows,
        ),
        List::RejectionReasons => sqlx::query!(
            "UPDATE app.ref_rejection_reason l SET retired_at = app.ctx_now() WHERE retired_at IS NULL
               AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))
               AND NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'rejection_reasons' AND c.key = l.code)",
            rows,
        ),
        List::DocumentKinds => sqlx::query!(
            "UPDATE app.ref_document_kind l SET retired_at = app.ctx_now() WHERE retired_at IS NULL
               AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))
               AND NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'document_kinds' AND c.key = l.code)",
            rows,
        ),
        List::Criteria => sqlx::query!(
            "UPDATE app.ref_criterion l SET retired_at = app.ctx_now() WHERE retired_at IS NULL
               AND code NOT IN (SELECT r.code FROM jsonb_to_recordset($1) AS r(code text))
               AND NOT EXISTS (SELECT 1 FROM app.region_change c WHERE c.list = 'criteria' AND c.key = l.code)",
            rows,
        ),
    }
    .execute(scope.connection())
    .await?;
    Ok(gone.rows_affected())
}

/// Makes the founder kinds be those of `rows`; whom an administrator has their applications go to
/// stays.
///
/// # Errors
/// If the database does not answer or a row is no founder kind.
pub async fn founder_kinds(tx: &mut CtlTx, rows: &Value) -> Result<u64> {
    let put = sqlx::query!(
        "INSERT INTO app.ref_founder_kind AS l (code, name, routed_to_operator, ordinal)
         SELECT code, name, routed_to_operator, ordinal
         FROM jsonb_to_recordset($1) AS r(code text, name text, routed_to_operator bool, ordinal int)
         ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, routed_to_operator = EXCLUDED.routed_to_operator,
           ordinal = EXCLUDED.ordinal
         WHERE (l.name, l.routed_to_operator, l.ordinal)
             IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.routed_to_operator, EXCLUDED.ordinal)
           AND NOT EXISTS (SELECT 1 FROM app.region_change c
             WHERE c.list = 'setting' AND c.key = 'routed_' || l.code)",
        rows
    )
    .execute(tx.connection())
    .await?;
    Ok(put.rows_affected())
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
