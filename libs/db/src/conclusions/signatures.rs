//! Whose signatures are under the text of a conclusion: facts, added one by one; of several of
//! one person the last counts. A new text begins without any (R-CON-1).

use chrono::{DateTime, Utc};
use domain::{act::Doing, conclusion::Signer};

use crate::{
    applications::{Application, known},
    error::Result,
    scope::{Permit, Scope, Tx},
};

/// A signature, or the refusal to give one.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Whose.
    pub who: Signer,
    /// Whether it was given.
    pub signed: bool,
    /// Why it was refused; empty otherwise.
    pub reason: String,
    /// The role of whoever recorded it.
    pub by_role: String,
    /// When it was recorded.
    pub at: DateTime<Utc>,
}

/// Begins a new text of the conclusion: nobody has signed it yet. Returns its number. The first
/// text is begun by the conclusion itself.
///
/// # Errors
/// If the database does not answer.
pub async fn new_text<A: Doing>(tx: &mut Tx<A>, permit: &Permit<A, Application>) -> Result<i32> {
    if permit.conclusion_version == 0 {
        return Ok(1);
    }
    Ok(sqlx::query_scalar!(
        "UPDATE app.conclusion SET edition = edition + 1 WHERE tenant_id = $1 AND application_id = $2
         RETURNING edition",
        permit.tenant.0,
        permit.id,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Records signatures under the present text, or with a `reason` the refusal to give them.
///
/// # Errors
/// If the database does not answer.
pub async fn record<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    who: &[Signer],
    reason: &str,
) -> Result<()> {
    let actor = tx.actor()?.clone();
    let codes: Vec<String> = who.iter().map(|who| who.code().to_owned()).collect();
    sqlx::query!(
        "INSERT INTO app.conclusion_signature (tenant_id, application_id, edition, who, signed, reason, by_account, by_role)
         SELECT c.tenant_id, c.application_id, c.edition, w, $4 = '', $4, $5, $6
         FROM app.conclusion c, unnest($3::text[]) w WHERE c.tenant_id = $1 AND c.application_id = $2",
        permit.tenant.0,
        permit.id,
        &codes,
        reason,
        actor.account.0,
        actor.role.code(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The signatures under the present text, by person. While it is with the teacher to be signed,
/// what it signed before does not count.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn of(scope: &mut Scope, application: &Application) -> Result<Vec<Signature>> {
    let rows = sqlx::query!(
        "SELECT DISTINCT ON (s.who) s.who, s.signed, s.reason, s.by_role, s.at
         FROM app.conclusion c JOIN app.conclusion_signature s ON s.tenant_id = c.tenant_id
           AND s.application_id = c.application_id AND s.edition = c.edition
         WHERE c.tenant_id = $1 AND c.application_id = $2 AND (s.who <> 'teacher' OR c.place <> 'at_teacher')
         ORDER BY s.who, s.id DESC",
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Signature {
                who: known(Signer::from_code(&row.who), "conclusion_signature.who")?,
                signed: row.signed,
                reason: row.reason,
                by_role: row.by_role,
                at: row.at,
            })
        })
        .collect()
}
