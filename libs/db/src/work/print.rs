//! What a paper is printed from, and the rendition it becomes.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    card::Snapshot,
    name::FullName,
    reference::{Category, Form},
};
use uuid::Uuid;

use super::Job;
use crate::{
    error::{Error, Result},
    jobs::JobKind,
    scope::WorkerTx,
};

/// An application as it stands in its paper.
#[derive(Clone, Debug)]
pub struct Paper {
    /// The id the short code is made of.
    pub public_id: Uuid,
    /// The edition: which forming it is.
    pub edition: i32,
    /// When it was formed.
    pub formed_at: DateTime<Utc>,
    /// The card as it was formed.
    pub snapshot: Snapshot,
    /// The category asked for.
    pub category: Category,
    /// The ground of the simplified form, by name; none on general grounds.
    pub ground: Option<String>,
    /// The form.
    pub form: Form,
    /// Whether the person comes to the sitting.
    pub presence: bool,
    /// The journal's number, once registered.
    pub registered_number: Option<i32>,
    /// The journal's date.
    pub registered_on: Option<NaiveDate>,
    /// The applicant's phone now.
    pub phone: String,
    /// The applicant's address now; empty if it has none.
    pub email: String,
}

/// The paper of an application that is formed; none while it is being changed.
///
/// # Errors
/// If the database does not answer.
pub async fn paper(tx: &mut WorkerTx, application: i64) -> Result<Option<Paper>> {
    let row = sqlx::query!(
        r#"SELECT a.public_id, a.edition, a.formed_at, a.snapshot, a.category, a.form, a.presence,
             CASE WHEN a.procedure = 'simplified' THEN coalesce(g.name, '') END AS ground,
             a.registered_number, a.registered_on, m.phone, coalesce(c.email, '') AS "email!"
           FROM app.application a
           JOIN app.membership m ON m.tenant_id = a.tenant_id AND m.id = a.membership_id
           JOIN app.account c ON c.id = a.account_id
           LEFT JOIN app.ref_ground g ON g.code = a.ground
           WHERE a.tenant_id = app.ctx_tenant() AND a.id = $1 AND a.status <> 'draft'"#,
        application
    )
    .fetch_optional(tx.inside()?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (Some(formed_at), Some(snapshot), Some(category), Some(form)) =
        (row.formed_at, row.snapshot, row.category, row.form)
    else {
        return Err(Error::Corrupt {
            column: "application.formed_at",
        });
    };
    Ok(Some(Paper {
        public_id: row.public_id,
        edition: row.edition,
        formed_at,
        snapshot: serde_json::from_value(snapshot).map_err(|_| Error::Corrupt {
            column: "application.snapshot",
        })?,
        category: Category::from_code(&category).ok_or(Error::Corrupt {
            column: "application.category",
        })?,
        ground: row.ground,
        form: Form::from_code(&form).ok_or(Error::Corrupt {
            column: "application.form",
        })?,
        presence: row.presence.unwrap_or(false),
        registered_number: row.registered_number,
        registered_on: row.registered_on,
        phone: row.phone,
        email: row.email,
    }))
}

/// What the attached documents that count as results prove: captions, or kinds without one.
///
/// # Errors
/// If the database does not answer.
pub async fn results(tx: &mut WorkerTx, application: i64) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"SELECT coalesce(nullif(t.caption, ''), k.name) AS "words!"
           FROM app.attachment t JOIN app.ref_document_kind k ON k.code = t.kind
           WHERE t.tenant_id = app.ctx_tenant() AND t.application_id = $1
             AND t.detached_at IS NULL AND k.counts_as_result
           ORDER BY t.id"#,
        application
    )
    .fetch_all(tx.inside()?)
    .await?)
}

/// A withdrawal as it stands in its paper.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// What follows «в связи с».
    pub reason: String,
    /// When it was formed.
    pub created_at: DateTime<Utc>,
    /// Which withdrawal of the application it is, from 1.
    pub version: i64,
    /// The school coordinator's ФИО in the nominative, when it was formed for the teacher.
    pub coordinator: Option<FullName>,
}

/// The withdrawal, if it is still open.
///
/// # Errors
/// If the database does not answer.
pub async fn withdrawal(
    tx: &mut WorkerTx,
    application: i64,
    id: i64,
) -> Result<Option<Withdrawal>> {
    let row = sqlx::query!(
        r#"SELECT w.reason, w.created_at,
             (SELECT count(*) FROM app.withdrawal e WHERE e.tenant_id = w.tenant_id
               AND e.application_id = w.application_id AND e.id <= w.id) AS "version!",
             m.surname AS "surname?", m.name AS "name?", m.patronymic AS "patronymic?"
           FROM app.withdrawal w
           LEFT JOIN LATERAL (SELECT s.surname, s.name, s.patronymic FROM app.membership s
             WHERE s.tenant_id = w.tenant_id AND s.account_id = w.by_account AND s.role = 'school'
             ORDER BY s.ended_at IS NOT NULL, s.id DESC LIMIT 1) m ON w.by_role = 'school'
           WHERE w.tenant_id = app.ctx_tenant() AND w.application_id = $1 AND w.id = $2
             AND w.state IN ('formed', 'under_review')"#,
        application,
        id
    )
    .fetch_optional(tx.inside()?)
    .await?;
    Ok(row.map(|row| Withdrawal {
        reason: row.reason,
        created_at: row.created_at,
        version: row.version,
        coordinator: match (row.surname, row.name) {
            (Some(surname), Some(name)) => {
                let patronymic = row.patronymic.unwrap_or_default();
                FullName::parse(&surname, &name, &patronymic).ok()
            }
            _ => None,
        },
    }))
}

/// An expert as a conclusion names it.
#[derive(Clone, Debug)]
pub struct Expert {
    /// Its place, 1 or 2.
    pub slot: i32,
    /// ФИО.
    pub name: String,
    /// The post; may be empty.
    pub position: String,
    /// The place of work; may be empty.
    pub organisation: String,
}

/// What stands around the form of a conclusion in its paper.
#[derive(Clone, Debug)]
pub struct AroundConclusion {
    /// When the conclusion came to its place: when it was formed.
    pub formed_at: DateTime<Utc>,
    /// The period's name; empty where there is none.
    pub period: String,
    /// The experts assigned, by place.
    pub experts: Vec<Expert>,
}

/// What stands around the form of an application's conclusion.
///
/// # Errors
/// If the database does not answer.
pub async fn around_conclusion(tx: &mut WorkerTx, application: i64) -> Result<AroundConclusion> {
    let experts = sqlx::query_as!(
        Expert,
        "SELECT slot, expert_name AS name, expert_position AS position, expert_organisation AS organisation
         FROM app.assignment
         WHERE tenant_id = app.ctx_tenant() AND application_id = $1 AND closed_at IS NULL ORDER BY slot",
        application
    )
    .fetch_all(tx.inside()?)
    .await?;
    let row = sqlx::query!(
        r#"SELECT c.moved_at, coalesce((SELECT d.name FROM app.schedule_row s JOIN app.period d ON d.id = s.period_id
             WHERE s.tenant_id = c.tenant_id AND s.application_id = c.application_id), '') AS "period!"
           FROM app.conclusion c WHERE c.tenant_id = app.ctx_tenant() AND c.application_id = $1"#,
        application
    )
    .fetch_one(tx.inside()?)
    .await?;
    Ok(AroundConclusion {
        formed_at: row.moved_at,
        period: row.period,
        experts,
    })
}

/// A printed file, stored already.
#[derive(Clone, Debug)]
pub struct Printed<'a> {
    /// The key in the store.
    pub key: &'a str,
    /// The name it is downloaded under.
    pub name: &'a str,
    /// Bytes.
    pub size: i64,
    /// SHA-256.
    pub sha256: &'a [u8],
    /// By which template it was printed.
    pub template_version: i32,
}

/// Whether what the job asks for is printed already.
///
/// # Errors
/// If the database does not answer.
pub async fn is_printed(tx: &mut WorkerTx, job: &Job) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM app.rendition WHERE tenant_id = app.ctx_tenant()
             AND application_id = $1 AND kind = $2 AND of_id = $3) AS "printed!""#,
        job.application,
        kind(job.kind),
        job.object
    )
    .fetch_one(tx.inside()?)
    .await?)
}

/// Keeps what was printed. A second printing of the same is refused by the constraint
/// `rendition_tenant_id_application_id_kind_of_id_key`.
///
/// # Errors
/// If the database does not answer.
pub async fn keep(tx: &mut WorkerTx, job: &Job, printed: &Printed<'_>) -> Result<()> {
    let file = sqlx::query_scalar!(
        "INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size,
           sha256, by_role, virus_state, virus_checked)
         VALUES (app.ctx_tenant(), $1, $2, $3, $4, 'application/pdf', $5, $6, 'worker', 'clean', true) RETURNING id",
        Uuid::now_v7(),
        job.application,
        printed.key,
        printed.name,
        printed.size,
        printed.sha256,
    )
    .fetch_one(tx.inside()?)
    .await?;
    sqlx::query!(
        "INSERT INTO app.rendition (tenant_id, application_id, kind, of_id, file_id, template_version)
         VALUES (app.ctx_tenant(), $1, $2, $3, $4, $5)",
        job.application,
        kind(job.kind),
        job.object,
        file,
        printed.template_version,
    )
    .execute(tx.inside()?)
    .await?;
    if job.kind == JobKind::ConclusionPdf {
        // Of a text that was replaced meanwhile the paper is no version any more.
        sqlx::query!(
            "INSERT INTO app.conclusion_file (tenant_id, application_id, conclusion_id, file_id, signed, by_account, by_role)
             SELECT c.tenant_id, c.application_id, c.id, $3, 'none', $4, $5 FROM app.conclusion c
             WHERE c.tenant_id = app.ctx_tenant() AND c.application_id = $1 AND c.edition = $2::bigint",
            job.application,
            job.object,
            file,
            job.account,
            job.role.code(),
        )
        .execute(tx.inside()?)
        .await?;
    }
    Ok(())
}

/// The kind of rendition a job makes; none where it prints nothing.
const fn kind(job: JobKind) -> Option<&'static str> {
    match job {
        JobKind::ApplicationPdf => Some("application"),
        JobKind::WithdrawalPdf => Some("withdrawal"),
        JobKind::ConclusionPdf => Some("conclusion"),
        JobKind::MunicipalityExport | JobKind::CaseScan | JobKind::ScheduleScan => None,
    }
}
