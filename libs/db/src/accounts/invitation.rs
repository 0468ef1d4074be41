//! The invitation in hand: what the auth role may see and do of invitations, by the hash of
//! the token it has been told (R-ACC-4). Making and revoking them is the inviter's.

use chrono::{DateTime, Utc};
use domain::{actor::TenantId, role::Role};
use uuid::Uuid;

use crate::{
    applications::known,
    error::Result,
    scope::{AuthTx, CtlTx},
};

/// The constraint that keeps one cabinet a role: the person has it already.
pub const ALREADY_IN: [&str; 2] = ["membership_one", "membership_one_place"];

/// An invitation, as whoever holds its link sees it.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The municipality.
    pub tenant: TenantId,
    /// The number inside.
    pub id: i64,
    /// The municipality's name.
    pub municipality: String,
    /// The municipality's contacts, for whoever has a question.
    pub contacts: String,
    /// Whether the municipality is active.
    pub active: bool,
    /// As what the person is invited.
    pub role: Role,
    /// Where, if the role needs an organisation.
    pub organisation: Option<i64>,
    /// The organisation's name; may be empty.
    pub organisation_name: String,
    /// The address it was sent to.
    pub email: String,
    /// «sent», «accepted», «revoked» or «undelivered».
    pub state: String,
    /// When it dies.
    pub expires_at: DateTime<Utc>,
}

/// The invitation of the token the scope is about.
///
/// # Errors
/// If the database does not answer or holds a role the domain does not know.
pub async fn find(tx: &mut AuthTx) -> Result<Option<Invitation>> {
    let row = sqlx::query!(
        r#"SELECT i.tenant_id, i.id, t.name AS municipality, t.public_contacts, t.status = 'active' AS "active!",
             i.role, i.organisation_id, coalesce(o.name, '') AS "organisation_name!", i.email, i.state, i.expires_at
           FROM app.invitation i JOIN app.municipality t ON t.id = i.tenant_id
             LEFT JOIN app.organisation o ON o.tenant_id = i.tenant_id AND o.id = i.organisation_id
           WHERE i.token_sha256 = (SELECT app.ctx_token())"#
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Invitation {
            tenant: TenantId(row.tenant_id),
            id: row.id,
            municipality: row.municipality,
            contacts: row.public_contacts,
            active: row.active,
            role: known(Role::from_code(&row.role), "invitation.role")?,
            organisation: row.organisation_id,
            organisation_name: row.organisation_name,
            email: row.email,
            state: row.state,
            expires_at: row.expires_at,
        })
    })
    .transpose()
}

/// The profile a new cabinet begins with: the person's own from another one, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The surname.
    pub surname: String,
    /// The given name.
    pub name: String,
    /// The patronymic.
    pub patronymic: String,
    /// The telephone.
    pub phone: String,
}

/// Accepts the invitation for the account the scope is about: it is used, the cabinet is
/// there. `false` if it is used, revoked or expired by now: of parallel tries one gets it.
///
/// # Errors
/// A constraint of [`ALREADY_IN`] if the person has this cabinet already.
pub async fn accept(tx: &mut AuthTx, invitation: &Invitation, known: &Known) -> Result<bool> {
    let rows = sqlx::query!(
        "UPDATE app.invitation SET state = 'accepted', accepted_by = app.ctx_account(), accepted_at = app.ctx_now(),
           version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND state IN ('sent', 'undelivered') AND expires_at > app.ctx_now()",
        invitation.tenant.0,
        invitation.id,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if rows == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "INSERT INTO app.membership (tenant_id, public_id, account_id, role, organisation_id, surname, name,
           patronymic, phone)
         VALUES ($1, $2, app.ctx_account(), $3, $4, $5, $6, $7, $8)",
        invitation.tenant.0,
        Uuid::now_v7(),
        invitation.role.code(),
        invitation.organisation,
        known.surname,
        known.name,
        known.patronymic,
        known.phone,
    )
    .execute(tx.connection())
    .await?;
    Ok(true)
}

/// Whom `ctl` invites: a municipality's first coordinator.
pub struct First<'a> {
    /// The municipality.
    pub tenant: TenantId,
    /// The id the token is derived from.
    pub public_id: Uuid,
    /// What else it is derived from.
    pub nonce: Uuid,
    /// The hash of the token.
    pub sha256: &'a [u8; 32],
    /// The address.
    pub email: &'a str,
    /// When it dies.
    pub expires_at: DateTime<Utc>,
}

/// Invites a municipality's coordinator, with the letter; returns its number.
///
/// # Errors
/// If the database does not answer.
pub async fn invite_first(tx: &mut CtlTx, first: First<'_>) -> Result<i64> {
    let id = sqlx::query_scalar!(
        "INSERT INTO app.invitation (tenant_id, public_id, email, role, nonce, token_sha256, expires_at)
         VALUES ($1, $2, $3, 'municipal', $4, $5, $6) RETURNING id",
        first.tenant.0,
        first.public_id,
        first.email,
        first.nonce,
        first.sha256.as_slice(),
        first.expires_at,
    )
    .fetch_one(tx.connection())
    .await?;
    sqlx::query!(
        "INSERT INTO app.letter (tenant_id, public_id, invitation_id, kind) VALUES ($1, $2, $3, $4)",
        first.tenant.0,
        Uuid::now_v7(),
        id,
        domain::letter::LetterKind::Invitation.code(),
    )
    .execute(tx.connection())
    .await?;
    Ok(id)
}
