//! Conclusions: where the one of an application is, its versions, its moves (R-CON-1…3).
//! Which move is legal is the state table's to say, not this module's. Lists of conclusions
//! stand in [`list`] and [`month`], the form on screen in [`form`].

pub mod form;
pub mod list;
pub mod month;
pub mod signatures;

use chrono::{DateTime, Utc};
use domain::{
    act::Doing,
    conclusion::Signer,
    life::Place,
    paper::{Document, verdict::Reading},
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    applications::{Application, known},
    error::{Result, touched},
    files::{self, NewFile},
    scan_checks,
    scope::{Permit, Scope, Tx},
};

pub use signatures::Signature;

/// Where a conclusion goes, and why.
#[derive(Clone, Copy, Debug)]
pub struct Move<'a> {
    /// Its new place.
    pub place: Place,
    /// Why it was returned, or why the teacher refused; empty otherwise.
    pub reason: &'a str,
    /// Whether it goes on without the teacher's signature.
    pub refused: bool,
}

/// Moves the conclusion of the application a permit is for; the first move makes it.
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn place<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    to: Move<'_>,
) -> Result<()> {
    if permit.conclusion_version == 0 {
        sqlx::query!(
            "INSERT INTO app.conclusion (tenant_id, application_id, place) VALUES ($1, $2, $3)",
            permit.tenant.0,
            permit.id,
            to.place.code(),
        )
        .execute(tx.connection())
        .await?;
        return Ok(());
    }
    let rows = sqlx::query!(
        "UPDATE app.conclusion SET place = $4, reason = $5, refused = $6, moved_at = app.ctx_now(),
           version = version + 1
         WHERE tenant_id = $1 AND application_id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.conclusion_version,
        to.place.code(),
        to.reason,
        to.refused,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Whose signatures are on a version of a conclusion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// Nobody's that was told of.
    Nobody,
    /// The teacher's.
    Teacher,
    /// The teacher's and both experts'.
    All,
}

impl Signed {
    const ALL: [Self; 3] = [Self::Nobody, Self::Teacher, Self::All];

    const fn code(self) -> &'static str {
        match self {
            Self::Nobody => "none",
            Self::Teacher => "teacher",
            Self::All => "all",
        }
    }
}

/// Adds a version to the conclusion of the application a permit is for. The worker reads a scan of
/// it back: `on_paper` are those who are to have signed it there.
///
/// # Errors
/// If there is no conclusion yet or the database does not answer.
pub async fn add_version<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    file: &NewFile<'_>,
    signed: Signed,
    on_paper: &[Signer],
) -> Result<()> {
    let actor = tx.actor()?.clone();
    let is_scan = file.is_scan();
    let file = files::add(tx, permit, file).await?;
    let rows = sqlx::query!(
        "INSERT INTO app.conclusion_file (tenant_id, application_id, conclusion_id, file_id, signed, by_account, by_role)
         SELECT c.tenant_id, c.application_id, c.id, $3, $4, $5, $6 FROM app.conclusion c
         WHERE c.tenant_id = $1 AND c.application_id = $2",
        permit.tenant.0,
        permit.id,
        file,
        signed.code(),
        actor.account.0,
        actor.role.code(),
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)?;
    if is_scan {
        let due: Vec<u8> = on_paper.iter().map(|who| on_page(*who)).collect();
        scan_checks::ask(tx, permit, file, Document::Conclusion, &due).await?;
    }
    Ok(())
}

/// A signer's number in [`Document::signers`] of a conclusion.
const fn on_page(who: Signer) -> u8 {
    match who {
        Signer::Expert1 => 0,
        Signer::Expert2 => 1,
        Signer::Teacher => 2,
    }
}

/// What is told of a conclusion besides its place.
#[derive(Clone, Debug)]
pub struct Conclusion {
    /// Why it was returned last, or why the teacher refused to sign; empty otherwise.
    pub reason: String,
    /// Whether it went on without the teacher's signature.
    pub refused: bool,
    /// When it came to its place.
    pub moved_at: DateTime<Utc>,
    /// Its versions, the newest first.
    pub versions: Vec<Version>,
    /// Whose signatures are under its present text, or were refused.
    pub signatures: Vec<Signature>,
    /// Whether the present text was formed on screen and is still being printed.
    pub printing: bool,
}

/// A version of a conclusion.
#[derive(Clone, Debug)]
pub struct Version {
    /// The file's id in addresses.
    pub file: Uuid,
    /// The file's name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Whose signatures are on it.
    pub signed: Signed,
    /// The role of whoever uploaded it.
    pub by_role: String,
    /// When it was uploaded.
    pub at: DateTime<Utc>,
    /// What was read on it, if it is a scan of what was printed here.
    pub reading: Option<Reading>,
}

/// The conclusion of an application, if there is one.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn of(scope: &mut Scope, application: &Application) -> Result<Option<Conclusion>> {
    let Some(row) = sqlx::query!(
        "SELECT reason, refused, moved_at FROM app.conclusion WHERE tenant_id = $1 AND application_id = $2",
        application.tenant.0,
        application.id,
    )
    .fetch_optional(scope.connection())
    .await?
    else {
        return Ok(None);
    };
    let versions = sqlx::query!(
        r#"SELECT f.public_id, f.name, f.size, v.signed, v.by_role, v.at, s.reading AS "reading?: Json<Reading>"
         FROM app.conclusion_file v JOIN app.file f ON f.tenant_id = v.tenant_id AND f.id = v.file_id
         LEFT JOIN app.scan_check s ON s.tenant_id = f.tenant_id AND s.file_id = f.id
         WHERE v.tenant_id = $1 AND v.application_id = $2 ORDER BY v.id DESC"#,
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(|version| {
        let signed = Signed::ALL
            .into_iter()
            .find(|signed| signed.code() == version.signed);
        Ok(Version {
            file: version.public_id,
            name: version.name,
            size: version.size,
            signed: known(signed, "conclusion_file.signed")?,
            by_role: version.by_role,
            at: version.at,
            reading: version.reading.map(|Json(reading)| reading),
        })
    })
    .collect::<Result<_>>()?;
    Ok(Some(Conclusion {
        reason: row.reason,
        refused: row.refused,
        moved_at: row.moved_at,
        versions,
        signatures: signatures::of(scope, application).await?,
        printing: form::printing(scope, application).await?,
    }))
}

/// The teacher's newest application that has a conclusion: of one card, or of any.
///
/// # Errors
/// If the database does not answer.
pub async fn of_teacher(scope: &mut Scope, card: Option<Uuid>) -> Result<Option<Uuid>> {
    let account = scope.account();
    Ok(sqlx::query_scalar!(
        "SELECT a.public_id FROM app.application a
         JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
         JOIN app.card d ON d.tenant_id = a.tenant_id AND d.id = a.card_id
         WHERE a.tenant_id = app.ctx_tenant() AND a.account_id = $1 AND ($2::uuid IS NULL OR d.public_id = $2)
         ORDER BY a.id DESC LIMIT 1",
        account,
        card,
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The accounts of the experts assigned to an application: whom its letters go to.
///
/// # Errors
/// If the database does not answer.
pub async fn experts(scope: &mut Scope, application: &Application) -> Result<Vec<i64>> {
    Ok(sqlx::query_scalar!(
        "SELECT expert_account_id FROM app.assignment
         WHERE tenant_id = $1 AND application_id = $2 AND closed_at IS NULL",
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?)
}
