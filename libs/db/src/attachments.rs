//! Attachments: the documents of an application, each with a kind and a caption that says what
//! it proves (01 §1.7). The signed application itself is one of the kind [`SCAN`], of the
//! edition it was signed as (R-APP-2).

use std::borrow::Borrow;

use chrono::{DateTime, Utc};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    life::PeriodMark,
    paper::{Document, verdict::Reading},
    permission::{ApplicationFacts, Relations},
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    applications::Application,
    conclusions::form::Criterion,
    error::{Result, touched},
    files::{self, FileState, NewFile},
    scan_checks,
    scope::{Permit, Related, Scope, Tx},
};

/// The kind of the scan of the signed application; not in the list people choose from.
pub const SCAN: &str = "scan";

/// A document of an application.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The number inside.
    pub id: i64,
    /// The id in forms.
    pub public_id: Uuid,
    /// The file's id in addresses.
    pub file: Uuid,
    /// The file's name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// How far the file is: what was refused is given to nobody and counts for nothing (SEC-63).
    pub state: FileState,
    /// Whether the file brings along what runs or opens (SEC-62).
    pub active: bool,
    /// The kind's code.
    pub kind: String,
    /// The kind's name; empty for a [`SCAN`].
    pub kind_name: String,
    /// Whether it counts as a result (R-APP-2).
    pub result: bool,
    /// The edition a [`SCAN`] was signed as.
    pub edition: Option<i32>,
    /// What it proves.
    pub caption: String,
    /// The criterion it proves; none for one that proves none of them.
    pub criterion: Option<Criterion>,
    /// The role that attached it: «teacher» or «school».
    pub by_role: String,
    /// The account that attached it.
    pub by_account: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What was read on a [`SCAN`].
    pub reading: Option<Reading>,
}

/// What whoever attaches a document says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said<'a> {
    /// The kind's code; [`SCAN`] for the signed application.
    pub kind: &'a str,
    /// What it proves, in words.
    pub caption: &'a str,
    /// The code of the criterion it proves (п. 35 and 36); empty for none.
    pub criterion: &'a str,
}

/// An attachment with its application, as detaching asks about it: a school coordinator may
/// detach its own uploads only.
#[derive(Clone, Debug)]
pub struct Attached {
    /// The application.
    pub application: Application,
    /// The attachment.
    pub attachment: Attachment,
}

impl Borrow<Application> for Attached {
    fn borrow(&self) -> &Application {
        &self.application
    }
}

impl Related for Attached {
    fn relations(&self, actor: &Actor) -> Relations {
        ApplicationFacts {
            tenant: self.application.tenant.0,
            account: self.application.account,
            organisation: Some(self.application.organisation),
            route: self.application.route,
            period_approved: self.application.row.mark == PeriodMark::Approved,
            assigned: self.application.assigned,
            author: Some(self.attachment.by_account),
        }
        .relations(actor)
    }

    fn tenant(&self) -> TenantId {
        self.application.tenant
    }
}

/// The documents of an application that are attached now, in the order they came.
///
/// # Errors
/// If the database does not answer.
pub async fn of(scope: &mut Scope, application: &Application) -> Result<Vec<Attachment>> {
    let rows = sqlx::query!(
        r#"SELECT t.id, t.public_id, f.public_id AS file, f.name, f.size,
             app.file_state(f.virus_state, f.virus_checked) AS "state!: FileState", f.active, t.kind,
             coalesce(k.name, '') AS "kind_name!", coalesce(k.counts_as_result, false) AS "result!",
             t.edition, t.caption, q.code AS "criterion?", q.name AS "criterion_name?", t.by_role, t.by_account, t.created_at AS at,
             s.reading AS "reading?: Json<Reading>"
           FROM app.attachment t
           JOIN app.file f ON f.tenant_id = t.tenant_id AND f.id = t.file_id
           LEFT JOIN app.scan_check s ON s.tenant_id = f.tenant_id AND s.file_id = f.id
           LEFT JOIN app.ref_document_kind k ON k.code = t.kind
           LEFT JOIN app.ref_criterion q ON q.code = t.criterion
           WHERE t.tenant_id = $1 AND t.application_id = $2 AND t.detached_at IS NULL ORDER BY t.id"#,
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?;
    let attached = rows.into_iter().map(|row| Attachment {
        id: row.id,
        public_id: row.public_id,
        file: row.file,
        name: row.name,
        size: row.size,
        state: row.state,
        active: row.active,
        kind: row.kind,
        kind_name: row.kind_name,
        result: row.result,
        edition: row.edition,
        caption: row.caption,
        criterion: Criterion::of(row.criterion, row.criterion_name),
        by_role: row.by_role,
        by_account: row.by_account,
        at: row.at,
        reading: row.reading.map(|Json(reading)| reading),
    });
    Ok(attached.collect())
}

/// Attaches a received file; `edition` is given for a [`SCAN`], which takes the place of an
/// earlier one and is read back by the worker.
///
/// # Errors
/// If the database does not answer.
pub async fn attach(
    tx: &mut Tx<acts::Attach>,
    permit: &Permit<acts::Attach, Application>,
    file: &NewFile<'_>,
    said: Said<'_>,
    edition: Option<i32>,
) -> Result<()> {
    let actor = tx.actor()?.clone();
    if edition.is_some() {
        sqlx::query!(
            "UPDATE app.attachment SET detached_at = app.ctx_now()
             WHERE tenant_id = $1 AND application_id = $2 AND kind = 'scan' AND detached_at IS NULL",
            permit.tenant.0,
            permit.id,
        )
        .execute(tx.connection())
        .await?;
    }
    let file_id = files::add(tx, permit, file).await?;
    sqlx::query!(
        "INSERT INTO app.attachment (tenant_id, public_id, application_id, file_id, kind, edition, caption,
           criterion, by_role, by_account)
         VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), $9, $10)",
        permit.tenant.0,
        Uuid::now_v7(),
        permit.id,
        file_id,
        said.kind,
        edition,
        said.caption,
        said.criterion,
        actor.role.code(),
        actor.account.0,
    )
    .execute(tx.connection())
    .await?;
    if edition.is_some() && file.is_scan() {
        scan_checks::ask(tx, permit, file_id, Document::Application, &[0]).await?;
    }
    Ok(())
}

/// Says anew what a document is and proves.
///
/// # Errors
/// [`crate::Error::Stale`] if it was detached meanwhile.
pub async fn describe(
    tx: &mut Tx<acts::Attach>,
    permit: &Permit<acts::Attach, Application>,
    attachment: &Attachment,
    said: Said<'_>,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.attachment SET kind = $4, caption = $5, criterion = nullif($6, '')
         WHERE tenant_id = $1 AND application_id = $2 AND id = $3 AND kind <> 'scan' AND detached_at IS NULL",
        permit.tenant.0,
        permit.id,
        attachment.id,
        said.kind,
        said.caption,
        said.criterion,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Detaches a document: it is no longer of the application, its file can no longer be opened.
///
/// # Errors
/// [`crate::Error::Stale`] if it was detached already.
pub async fn detach(
    tx: &mut Tx<acts::Detach>,
    permit: &Permit<acts::Detach, Attached>,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.attachment SET detached_at = app.ctx_now()
         WHERE tenant_id = $1 AND id = $2 AND detached_at IS NULL",
        permit.application.tenant.0,
        permit.attachment.id,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Carries the documents of a final application over to the one started after it (R-APP-9):
/// new rows that name the same objects of the store. The scan stays behind: it is of a paper
/// that is dead.
///
/// # Errors
/// If the database does not answer.
pub async fn carry_over(
    tx: &mut Tx<acts::Start>,
    permit: &Permit<acts::Start, Application>,
    previous: &Application,
) -> Result<()> {
    let documents = sqlx::query!(
        r#"SELECT f.s3_key, f.name, f.content_type, f.size, f.sha256, f.active, f.by_account,
             f.by_role AS file_role,
             t.kind, t.criterion, t.caption, t.by_role, t.by_account AS attached_by
           FROM app.attachment t JOIN app.file f ON f.tenant_id = t.tenant_id AND f.id = t.file_id
           WHERE t.tenant_id = $1 AND t.application_id = $2 AND t.detached_at IS NULL AND t.kind <> 'scan'
             AND f.virus_state <> 'refused'
           ORDER BY t.id"#,
        previous.tenant.0,
        previous.id,
    )
    .fetch_all(tx.connection())
    .await?;
    for document in documents {
        sqlx::query!(
            "WITH copy AS (
               INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256,
                 by_account, by_role, active)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $17) RETURNING id)
             INSERT INTO app.attachment (tenant_id, public_id, application_id, file_id, kind, criterion, caption,
               by_role, by_account)
             SELECT $1, $11, $3, copy.id, $12, $13, $14, $15, $16 FROM copy",
            permit.tenant.0,
            Uuid::now_v7(),
            permit.id,
            document.s3_key,
            document.name,
            document.content_type,
            document.size,
            document.sha256,
            document.by_account,
            document.file_role,
            Uuid::now_v7(),
            document.kind,
            document.criterion,
            document.caption,
            document.by_role,
            document.attached_by,
            document.active,
        )
        .execute(tx.connection())
        .await?;
    }
    Ok(())
}
