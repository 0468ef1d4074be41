//! A person's consents, for the paper it asked for.

use chrono::{DateTime, Utc};

use super::printouts::Attempt;
use crate::{error::Result, scope::WorkerTx};

/// A consent that stands.
#[derive(Clone, Debug)]
pub struct Given {
    /// The text's version.
    pub version: i32,
    /// The text.
    pub body: String,
    /// When it was given.
    pub given_at: DateTime<Utc>,
}

/// What whoever asked has consented to, the processing of personal data first.
///
/// # Errors
/// If the database does not answer.
pub async fn given(tx: &mut WorkerTx, attempt: &Attempt) -> Result<Vec<Given>> {
    Ok(sqlx::query_as!(
        Given,
        "SELECT t.version, t.body, c.at AS given_at FROM app.consent c
         JOIN app.ref_consent_text t ON t.kind = c.kind AND t.version = c.text_version
         WHERE c.account_id = $1 AND c.withdrawn_at IS NULL ORDER BY c.kind, c.id",
        attempt.account,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// What whoever asked is called in its cabinet: ФИО, or the login where it has not told that.
///
/// # Errors
/// If the database does not answer.
pub async fn person(tx: &mut WorkerTx, attempt: &Attempt) -> Result<String> {
    Ok(sqlx::query_scalar!(
        r#"SELECT coalesce(
             (SELECT nullif(concat_ws(' ', nullif(m.surname, ''), nullif(m.name, ''), nullif(m.patronymic, '')), '')
              FROM app.membership m WHERE m.tenant_id = app.ctx_tenant() AND m.id = $2),
             (SELECT nullif(concat_ws(' ', nullif(i.surname, ''), nullif(i.name, ''), nullif(i.patronymic, '')), '')
              FROM app.institute_member i WHERE app.ctx_tenant() IS NULL AND i.id = $2 AND i.account_id = $1),
             (SELECT a.login FROM app.account a WHERE a.id = $1)) AS "person!""#,
        attempt.account,
        attempt.membership,
    )
    .fetch_one(tx.connection())
    .await?)
}
