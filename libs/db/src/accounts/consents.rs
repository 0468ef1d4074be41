//! Consents: which text a person agreed to, and when (R-ACC-6).

use crate::{
    error::Result,
    scope::{AuthTx, Scope},
};

/// What is consented to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentKind {
    /// The processing of personal data: without it no cabinet opens.
    PersonalData,
    /// The publication of an expert's name, post and place of work.
    Publication,
}

impl ConsentKind {
    const fn code(self) -> &'static str {
        match self {
            Self::PersonalData => "personal_data",
            Self::Publication => "publication",
        }
    }
}

/// A version of a text.
#[derive(Clone, Debug)]
pub struct ConsentText {
    /// Its number.
    pub version: i32,
    /// The text.
    pub body: String,
}

/// The latest text of a kind, if one was ever loaded.
///
/// # Errors
/// If the database does not answer.
pub async fn text(scope: &mut Scope, kind: ConsentKind) -> Result<Option<ConsentText>> {
    Ok(sqlx::query_as!(
        ConsentText,
        "SELECT version, body FROM app.ref_consent_text WHERE kind = $1 ORDER BY version DESC LIMIT 1",
        kind.code()
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Whether the person the scope is about has given a consent that stands.
///
/// # Errors
/// If the database does not answer.
pub async fn given(scope: &mut Scope, kind: ConsentKind) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM app.consent WHERE account_id = (SELECT app.ctx_account())
             AND kind = $1 AND withdrawn_at IS NULL) AS "given!""#,
        kind.code()
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Gives consent to a version of a text for the account the scope is about.
///
/// # Errors
/// If the database does not answer or there is no such version.
pub async fn give(tx: &mut AuthTx, kind: ConsentKind, version: i32) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.consent (account_id, kind, text_version) VALUES (app.ctx_account(), $1, $2)",
        kind.code(),
        version,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
