//! The conclusion filled in on screen: a draft both experts write, by version, and the texts that
//! were formed from it, each for good (R-CON-1).

use domain::{
    act::Doing,
    conclusion::{Judged, Signer, Verdict, point},
    reference::Category,
};

use crate::{
    applications::{Application, known},
    error::{Error, Result},
    scope::{Permit, Scope, Tx, WorkerTx},
};

/// What stands in the form.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The marks, in the order of the criteria.
    pub marks: Vec<Judged>,
    /// What is concluded; none while the draft does not say.
    pub verdict: Option<Verdict>,
    /// Recommendations to the teacher; may be empty.
    pub recommendations: String,
    /// Whose signatures are ticked.
    pub signed: Vec<Signer>,
}

/// The draft of an application, or what was formed last where there is none.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What it says.
    pub form: Form,
    /// Its version; 0 while there is no draft.
    pub version: i32,
}

/// A criterion of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// The code.
    pub code: String,
    /// The words.
    pub name: String,
}

impl Criterion {
    /// The criterion a row names, if it names one.
    pub(crate) fn of(code: Option<String>, name: Option<String>) -> Option<Self> {
        let (code, name) = code.zip(name)?;
        Some(Self { code, name })
    }

    /// «п. 36.2».
    #[must_use]
    pub fn point(&self) -> String {
        point(&self.code)
    }
}

/// What is to be proved for a category; nothing where the list has nothing for it.
///
/// # Errors
/// If the database does not answer.
pub async fn criteria(scope: &mut Scope, category: Category) -> Result<Vec<Criterion>> {
    Ok(sqlx::query_as!(
        Criterion,
        "SELECT code, name FROM app.ref_criterion WHERE category = $1 AND retired_at IS NULL ORDER BY ordinal",
        category.code(),
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What the form of an application begins with.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn draft(scope: &mut Scope, application: &Application) -> Result<Draft> {
    let row = sqlx::query!(
        "SELECT edition, verdict, marks, recommendations, signers, version FROM app.conclusion_form
         WHERE tenant_id = $1 AND application_id = $2 ORDER BY edition DESC NULLS FIRST LIMIT 1",
        application.tenant.0,
        application.id,
    )
    .fetch_optional(scope.connection())
    .await?;
    let Some(row) = row else {
        return Ok(Draft::default());
    };
    let mut form = read(&row.verdict, row.marks, row.recommendations, row.signers)?;
    if row.edition.is_some() {
        // Under a new text nobody has signed yet.
        form.signed.clear();
    }
    Ok(Draft {
        version: if row.edition.is_none() {
            row.version
        } else {
            0
        },
        form,
    })
}

/// Saves the draft that was shown with `version`.
///
/// # Errors
/// [`Error::Stale`] if somebody saved or formed it meanwhile.
pub async fn save<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    version: i32,
    form: &Form,
) -> Result<()> {
    let actor = tx.actor()?.clone();
    let marks = serde_json::to_value(&form.marks).map_err(|_| CORRUPT)?;
    let verdict = form.verdict.map_or("", Verdict::code);
    let signers: serde_json::Value = form.signed.iter().map(|signer| signer.code()).collect();
    let rows = if version == 0 {
        sqlx::query!(
            "INSERT INTO app.conclusion_form (tenant_id, application_id, verdict, marks, recommendations, signers,
               by_account)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            permit.tenant.0,
            permit.id,
            verdict,
            marks,
            form.recommendations,
            signers,
            actor.account.0,
        )
        .execute(tx.connection())
        .await?
        .rows_affected()
    } else {
        sqlx::query!(
            "UPDATE app.conclusion_form SET verdict = $4, marks = $5, recommendations = $6, signers = $7, by_account = $8,
               saved_at = app.ctx_now(), version = version + 1
             WHERE tenant_id = $1 AND application_id = $2 AND edition IS NULL AND version = $3",
            permit.tenant.0,
            permit.id,
            version,
            verdict,
            marks,
            form.recommendations,
            signers,
            actor.account.0,
        )
        .execute(tx.connection())
        .await?
        .rows_affected()
    };
    if rows == 1 { Ok(()) } else { Err(Error::Stale) }
}

/// Makes the draft the text of this edition, for good.
///
/// # Errors
/// [`Error::Stale`] if there is no draft any more.
pub async fn fix<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    edition: i32,
) -> Result<()> {
    let account = tx.account();
    let rows = sqlx::query!(
        "UPDATE app.conclusion_form SET edition = $3, by_account = $4, version = version + 1
         WHERE tenant_id = $1 AND application_id = $2 AND edition IS NULL",
        permit.tenant.0,
        permit.id,
        edition,
        account,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if rows == 1 { Ok(()) } else { Err(Error::Stale) }
}

/// How far the paper of the present text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Printing {
    /// It is there, or nothing was formed on screen.
    #[default]
    Done,
    /// The worker has it before it.
    Under,
    /// The worker has given it up.
    Failed,
}

/// How far the paper of the present text is, if that was formed on screen; for the experts
/// assigned, who are told that it failed.
///
/// # Errors
/// If the database does not answer.
pub async fn printed(scope: &mut Scope, application: &Application) -> Result<Printing> {
    if !printing(scope, application).await? {
        return Ok(Printing::Done);
    }
    let state = sqlx::query_scalar!(
        "SELECT j.state FROM app.job j
         JOIN app.conclusion c ON c.tenant_id = j.tenant_id AND c.application_id = j.application_id
           AND c.edition = j.object_id
         WHERE j.tenant_id = $1 AND j.application_id = $2 AND j.kind = 'conclusion_pdf' ORDER BY j.id DESC LIMIT 1",
        application.tenant.0,
        application.id,
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(match state.as_deref() {
        Some("failed") => Printing::Failed,
        _ => Printing::Under,
    })
}

/// Whether the present text was formed on screen and its paper is not printed yet.
///
/// # Errors
/// If the database does not answer.
pub async fn printing(scope: &mut Scope, application: &Application) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM app.conclusion c
             JOIN app.conclusion_form f ON f.tenant_id = c.tenant_id AND f.application_id = c.application_id
               AND f.edition = c.edition
             WHERE c.tenant_id = $1 AND c.application_id = $2 AND NOT EXISTS (SELECT 1 FROM app.rendition r
               WHERE r.tenant_id = c.tenant_id AND r.application_id = c.application_id AND r.kind = 'conclusion'
                 AND r.of_id = c.edition)) AS "printing!""#,
        application.tenant.0,
        application.id,
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The form of the present text, if it is of `edition`; for the worker who prints it.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn formed(tx: &mut WorkerTx, application: i64, edition: i64) -> Result<Option<Form>> {
    let row = sqlx::query!(
        "SELECT f.verdict, f.marks, f.recommendations, f.signers FROM app.conclusion_form f
         JOIN app.conclusion c ON c.tenant_id = f.tenant_id AND c.application_id = f.application_id
           AND c.edition = f.edition
         WHERE f.tenant_id = app.ctx_tenant() AND f.application_id = $1 AND f.edition = $2::bigint",
        application,
        edition,
    )
    .fetch_optional(tx.inside()?)
    .await?;
    row.map(|row| read(&row.verdict, row.marks, row.recommendations, row.signers))
        .transpose()
}

const CORRUPT: Error = Error::Corrupt {
    column: "conclusion_form.marks",
};

fn read(
    verdict: &str,
    marks: serde_json::Value,
    recommendations: String,
    signers: serde_json::Value,
) -> Result<Form> {
    let signers: Vec<String> = serde_json::from_value(signers).map_err(|_| CORRUPT)?;
    Ok(Form {
        marks: serde_json::from_value(marks).map_err(|_| CORRUPT)?,
        verdict: match verdict {
            "" => None,
            code => Some(known(Verdict::from_code(code), "conclusion_form.verdict")?),
        },
        recommendations,
        signed: signers
            .iter()
            .filter_map(|code| Signer::from_code(code))
            .collect(),
    })
}
