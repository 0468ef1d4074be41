//! What the page of a case shows beside the application itself: its documents, its flags, the
//! teacher's contacts, the experts, why the conclusion came back.

use chrono::{DateTime, Utc};
use domain::paper::verdict::Reading;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    applications::Application, conclusions::form::Criterion, error::Result, files::FileState,
    scope::Scope,
};

/// A file of a case.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file's id in addresses.
    pub file: Uuid,
    /// Where it belongs: `printed`, `scan`, `attached`, `withdrawal`, `conclusion`.
    pub part: String,
    /// The name of its kind; for a conclusion whose signatures it carries.
    pub kind: String,
    /// The criterion it proves, if it was attached to prove one.
    pub criterion: Option<Criterion>,
    /// What it proves, in the words of whoever attached it.
    pub caption: String,
    /// The file's name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// The role of whoever brought it.
    pub by_role: String,
    /// When it was brought.
    pub at: DateTime<Utc>,
    /// How far it is: what was refused or waits is given to nobody (SEC-63).
    pub state: FileState,
    /// Whether it brings along what runs or opens (SEC-62).
    pub active: bool,
    /// What was read on it, if it is a scan.
    pub reading: Option<Reading>,
}

/// The documents of an application: its printed PDF, the signed scan, what is attached, the
/// withdrawal's and the conclusion's files; in this order, each part in the order of time.
///
/// # Errors
/// If the database does not answer.
pub async fn documents(scope: &mut Scope, application: &Application) -> Result<Vec<Document>> {
    let rows = sqlx::query!(
        r#"SELECT f.public_id AS "file!", c.part AS "part!", c.kind AS "kind!", c.caption AS "caption!",
             c.criterion, c.criterion_name, f.name AS "name!", f.size AS "size!", f.by_role AS "by_role!", c.at AS "at!",
             app.file_state(f.virus_state, f.virus_checked) AS "state!: FileState", f.active AS "active!",
             s.reading AS "reading?: Json<Reading>"
           FROM (
             SELECT 1 AS place, 'printed' AS part, '' AS kind, '' AS caption, NULL AS criterion, NULL AS criterion_name, r.file_id,
               r.created_at AS at
             FROM app.rendition r
             WHERE r.tenant_id = $1 AND r.application_id = $2 AND r.kind = 'application' AND r.of_id = $3
             UNION ALL
             SELECT CASE t.kind WHEN 'scan' THEN 2 ELSE 3 END,
               CASE t.kind WHEN 'scan' THEN 'scan' ELSE 'attached' END,
               coalesce(k.name, t.kind), t.caption, q.code, q.name, t.file_id, t.created_at
             FROM app.attachment t
             LEFT JOIN app.ref_document_kind k ON k.code = t.kind
             LEFT JOIN app.ref_criterion q ON q.code = t.criterion
             WHERE t.tenant_id = $1 AND t.application_id = $2 AND t.detached_at IS NULL
               AND (t.kind <> 'scan' OR t.edition = $3)
             UNION ALL
             SELECT 4, 'withdrawal', '', w.reason, NULL, NULL, w.file_id, w.created_at
             FROM app.withdrawal w
             WHERE w.tenant_id = $1 AND w.application_id = $2 AND w.file_id IS NOT NULL
             UNION ALL
             SELECT 5, 'conclusion', x.signed, '', NULL, NULL, x.file_id, x.at
             FROM app.conclusion_file x WHERE x.tenant_id = $1 AND x.application_id = $2
           ) c
           JOIN app.file f ON f.tenant_id = $1 AND f.application_id = $2 AND f.id = c.file_id
           LEFT JOIN app.scan_check s ON s.tenant_id = $1 AND s.file_id = f.id
           ORDER BY c.place, c.at, f.id"#,
        application.tenant.0,
        application.id,
        i64::from(application.edition),
    )
    .fetch_all(scope.connection())
    .await?;
    let documents = rows.into_iter().map(|row| Document {
        file: row.file,
        part: row.part,
        kind: row.kind,
        criterion: Criterion::of(row.criterion, row.criterion_name),
        caption: row.caption,
        name: row.name,
        size: row.size,
        by_role: row.by_role,
        at: row.at,
        state: row.state,
        active: row.active,
        reading: row.reading.map(|Json(reading)| reading),
    });
    Ok(documents.collect())
}

/// What the checks before submission found, for the registrar (R-APP-4).
///
/// # Errors
/// If the database does not answer.
pub async fn flags(scope: &mut Scope, application: &Application) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT words FROM app.application_flag WHERE tenant_id = $1 AND application_id = $2 ORDER BY id",
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// How to reach the teacher, now.
#[derive(Clone, Debug)]
pub struct Contacts {
    /// The mobile phone; may be empty.
    pub phone: String,
    /// The e-mail address; may be empty.
    pub email: String,
}

/// The teacher's contacts, if the case gives them to whoever asks (R-SCH-4).
///
/// # Errors
/// If the database does not answer.
pub async fn contacts(scope: &mut Scope, application: &Application) -> Result<Option<Contacts>> {
    Ok(sqlx::query_as!(
        Contacts,
        r#"SELECT phone AS "phone!", email AS "email!" FROM app.contacts($1)"#,
        &[application.id],
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The words of a ground of the simplified form.
///
/// # Errors
/// If the database does not answer.
pub async fn ground(scope: &mut Scope, application: &Application) -> Result<Option<String>> {
    let Some(code) = &application.ground else {
        return Ok(None);
    };
    Ok(
        sqlx::query_scalar!("SELECT name FROM app.ref_ground WHERE code = $1", code)
            .fetch_optional(scope.connection())
            .await?,
    )
}

/// Why the conclusion came back last, or why the teacher refused to sign; empty otherwise.
///
/// # Errors
/// If the database does not answer.
pub async fn conclusion_reason(scope: &mut Scope, application: &Application) -> Result<String> {
    Ok(sqlx::query_scalar!(
        "SELECT reason FROM app.conclusion WHERE tenant_id = $1 AND application_id = $2",
        application.tenant.0,
        application.id,
    )
    .fetch_optional(scope.connection())
    .await?
    .unwrap_or_default())
}
