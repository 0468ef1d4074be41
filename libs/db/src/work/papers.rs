//! The documents of an application as the worker prints or packs them for somebody else, and
//! the lines that tell its teacher who had them (R-AUD-1).

use super::printouts::Attempt;
use crate::{applications::Application, error::Result, files::FileState, scope::WorkerTx};

/// A document of an application.
#[derive(Clone, Debug)]
pub struct Paper {
    /// The file's number inside.
    pub file: i64,
    /// The key in the store, of a file that is given out.
    pub served_key: Option<String>,
    /// Whether it belongs to the application as it was submitted and added to: the signed scan
    /// and what is attached; not what came of it later.
    pub submitted: bool,
    /// The name of its kind.
    pub kind: String,
    /// The code of the criterion it proves.
    pub criterion: Option<String>,
    /// What it proves, in the words of whoever attached it; may be empty.
    pub caption: String,
    /// What it is, by its first bytes.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// How far it is: what was refused or waits is given to nobody (SEC-63).
    pub state: FileState,
}

/// The documents people brought: the signed scan, what is attached, the withdrawal's and the
/// conclusion's files; in this order, each part in the order of time.
///
/// # Errors
/// If the database does not answer.
pub async fn of(tx: &mut WorkerTx, application: &Application) -> Result<Vec<Paper>> {
    Ok(sqlx::query_as!(
        Paper,
        r#"SELECT f.id AS "file!", app.served_key(f.s3_key, f.virus_state) AS served_key, c.place <= 2 AS "submitted!", c.kind AS "kind!",
             c.criterion, c.caption AS "caption!", f.content_type AS "content_type!", f.size AS "size!",
             app.file_state(f.virus_state, f.virus_checked) AS "state!: FileState"
           FROM (
             SELECT CASE t.kind WHEN 'scan' THEN 1 ELSE 2 END AS place, t.caption, t.file_id, t.created_at AS at,
               CASE t.kind WHEN 'scan' THEN 'Заявление' ELSE coalesce(k.name, t.kind) END AS kind, t.criterion
             FROM app.attachment t
             LEFT JOIN app.ref_document_kind k ON k.code = t.kind
             WHERE t.tenant_id = $1 AND t.application_id = $2 AND t.detached_at IS NULL
               AND (t.kind <> 'scan' OR t.edition = $3)
             UNION ALL
             SELECT 3, '', w.file_id, w.created_at, 'Заявление на отзыв', NULL
             FROM app.withdrawal w
             WHERE w.tenant_id = $1 AND w.application_id = $2 AND w.file_id IS NOT NULL
             UNION ALL
             SELECT 4, '', x.file_id, x.at, 'Итоговое заключение', NULL
             FROM app.conclusion_file x WHERE x.tenant_id = $1 AND x.application_id = $2
           ) c
           JOIN app.file f ON f.tenant_id = $1 AND f.application_id = $2 AND f.id = c.file_id
           ORDER BY c.place, c.at, f.id"#,
        application.tenant.0,
        application.id,
        application.edition,
    )
    .fetch_all(tx.inside()?)
    .await?)
}

/// Whether whoever asked is an expert of the application now.
///
/// # Errors
/// If the database does not answer.
pub async fn assigned(
    tx: &mut WorkerTx,
    attempt: &Attempt,
    application: &Application,
) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM app.assignment x WHERE x.tenant_id = $1 AND x.application_id = $2
             AND x.expert_account_id = $3 AND x.expert_membership_id = $4 AND x.closed_at IS NULL) AS "assigned!""#,
        application.tenant.0,
        application.id,
        attempt.account,
        attempt.membership,
    )
    .fetch_one(tx.inside()?)
    .await?)
}

/// Records that whoever asked had these files of the application, with the place it acts from.
/// What an earlier attempt recorded stands already.
///
/// # Errors
/// If the database does not answer.
pub async fn viewed(
    tx: &mut WorkerTx,
    attempt: &Attempt,
    application: &Application,
    files: &[i64],
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.document_view (tenant_id, application_id, file_id, subject_id, account_id, role, organisation)
         SELECT $1, $2, o.file, $3, $4, $5,
           coalesce((SELECT name FROM app.municipality WHERE id = $6), 'Центр аттестации')
         FROM unnest($7::bigint[]) WITH ORDINALITY o(file, place)
         WHERE NOT EXISTS (SELECT 1 FROM app.document_view v WHERE v.tenant_id = $1 AND v.application_id = $2
           AND v.file_id = o.file AND v.account_id = $4 AND v.role = $5
           AND v.at >= (SELECT created_at FROM app.printout WHERE id = $8))
         ORDER BY o.place",
        application.tenant.0,
        application.id,
        application.account,
        attempt.account,
        attempt.role.code(),
        attempt.municipality.map(|tenant| tenant.0),
        files,
        attempt.id,
    )
    .execute(tx.inside()?)
    .await?;
    Ok(())
}
