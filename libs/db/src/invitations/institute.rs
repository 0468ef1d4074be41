//! Invitations into the institute: of operators and administrators, by administrators alone. They
//! stand in a table of their own, since they are of no municipality (R-ACC-3, R-ACC-4).

use chrono::{DateTime, Utc};
use domain::{
    act::acts,
    invitation::State,
    letter::LetterKind,
    permission::{Relation, Relations},
    role::Role,
    value::Email,
};
use uuid::Uuid;

use super::Link;
use crate::{
    error::{Error, Result, touched},
    scope::{Permit, Scope, Tx},
};

/// An invitation into the institute, as administrators see it.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The address it was sent to.
    pub email: String,
    /// Operator or administrator.
    pub role: Role,
    /// What has become of it.
    pub state: State,
    /// The login of whoever accepted it and is in the institute now; else empty.
    pub login: String,
    /// The version.
    pub version: i32,
}

/// The newest invitations. Few people are ever invited here: no pages.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn list(scope: &mut Scope) -> Result<Vec<Invitation>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT i.id, i.public_id, i.email, i.role, i.state, i.expires_at, i.version,
             coalesce(l.login, '') AS "login!"
           FROM app.institute_invitation i
           LEFT JOIN app.people_logins(ARRAY(SELECT accepted_by FROM app.institute_invitation
               WHERE accepted_by IS NOT NULL)) l ON l.account_id = i.accepted_by
           ORDER BY i.id DESC LIMIT 100"#
    )
    .fetch_all(scope.connection())
    .await?;
    let now = scope.now();
    rows.into_iter().map(|row| row.seen_at(now)).collect()
}

/// Whether the policy lets the person invite into the institute.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn may<R>(
    tx: &mut Tx<acts::InviteOperator>,
    row: R,
    object: Option<i64>,
) -> Result<Permit<acts::InviteOperator, R>> {
    let relations = Relations::NONE.with(Relation::Any);
    tx.may_of_region(row, object.unwrap_or_default(), relations)
        .await
}

/// The invitation with this id, locked until the transaction ends, so that of two presses the
/// second reads what the first did.
///
/// # Errors
/// As [`list`].
pub async fn lock(
    tx: &mut Tx<acts::InviteOperator>,
    public_id: Uuid,
) -> Result<Option<Invitation>> {
    let now = tx.now();
    sqlx::query_as!(
        Row,
        r#"SELECT id, public_id, email, role, state, expires_at, version, '' AS "login!"
           FROM app.institute_invitation WHERE public_id = $1 FOR UPDATE"#,
        public_id
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| row.seen_at(now))
    .transpose()
}

/// An open invitation of the same address as the same, if there is one: inviting again renews
/// it. Invitations wait for each other here, so that a double press does not make two.
///
/// # Errors
/// If the database does not answer.
pub async fn open(
    tx: &mut Tx<acts::InviteOperator>,
    permit: &Permit<acts::InviteOperator, Role>,
    email: &Email,
) -> Result<Option<(i64, Uuid)>> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('institute_invitation', 0))")
        .fetch_one(tx.connection())
        .await?;
    Ok(sqlx::query!(
        "SELECT id, public_id FROM app.institute_invitation
         WHERE lower(email) = lower($1) AND role = $2 AND state IN ('sent', 'undelivered')
         ORDER BY id DESC LIMIT 1",
        email.as_str(),
        permit.code(),
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| (row.id, row.public_id)))
}

/// Adds an invitation to the role permitted; returns its number.
///
/// # Errors
/// If the database does not answer.
pub async fn add(
    tx: &mut Tx<acts::InviteOperator>,
    permit: &Permit<acts::InviteOperator, Role>,
    email: &Email,
    link: &Link,
) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.institute_invitation (public_id, email, role, nonce, token_sha256, invited_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, app.ctx_account(), $6) RETURNING id",
        link.public_id,
        email.as_str(),
        permit.code(),
        link.nonce,
        link.sha256.as_slice(),
        link.expires_at,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Gives an invitation a new link; the old one dies with it.
///
/// # Errors
/// [`Error::Stale`] if it is no longer open.
pub async fn renew<R>(
    tx: &mut Tx<acts::InviteOperator>,
    _permit: &Permit<acts::InviteOperator, R>,
    id: i64,
    link: &Link,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.institute_invitation SET nonce = $2, token_sha256 = $3, expires_at = $4, state = 'sent',
           version = version + 1
         WHERE id = $1 AND state IN ('sent', 'undelivered')",
        id,
        link.nonce,
        link.sha256.as_slice(),
        link.expires_at,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Takes an invitation back.
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn revoke(
    tx: &mut Tx<acts::InviteOperator>,
    permit: &Permit<acts::InviteOperator, Invitation>,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.institute_invitation SET state = 'revoked', version = version + 1
         WHERE id = $1 AND version = $2 AND state IN ('sent', 'undelivered')",
        permit.id,
        permit.version,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Queues the letter of an invitation.
///
/// # Errors
/// If the database does not answer.
pub async fn queue_letter<R>(
    tx: &mut Tx<acts::InviteOperator>,
    _permit: &Permit<acts::InviteOperator, R>,
    invitation: i64,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.account_letter (public_id, kind, invitation_id) VALUES ($1, $2, $3)",
        Uuid::now_v7(),
        LetterKind::Invitation.code(),
        invitation,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

struct Row {
    id: i64,
    public_id: Uuid,
    email: String,
    role: String,
    state: String,
    expires_at: DateTime<Utc>,
    login: String,
    version: i32,
}

impl Row {
    fn seen_at(self, now: DateTime<Utc>) -> Result<Invitation> {
        Ok(Invitation {
            id: self.id,
            public_id: self.public_id,
            email: self.email,
            role: Role::from_code(&self.role).ok_or(Error::Corrupt {
                column: "institute_invitation.role",
            })?,
            state: State::now(&self.state, self.expires_at, now).ok_or(Error::Corrupt {
                column: "institute_invitation.state",
            })?,
            login: self.login,
            version: self.version,
        })
    }
}
