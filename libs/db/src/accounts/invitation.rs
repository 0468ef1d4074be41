//! The invitation in hand: what the auth role may see and do of invitations, by the hash of
//! the token it has been told (R-ACC-4). Making and revoking them is the inviter's.

use chrono::{DateTime, Utc};
use domain::{actor::TenantId, role::Role};
use uuid::Uuid;

use crate::{applications::known, error::Result, scope::AuthTx};

/// The constraints that keep one cabinet a role: the person has it already.
pub const ALREADY_IN: [&str; 3] = [
    "membership_one",
    "membership_one_place",
    "institute_member_one",
];

/// An invitation, as whoever holds its link sees it.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The number inside.
    pub id: i64,
    /// Into what.
    pub place: Place,
    /// As what the person is invited.
    pub role: Role,
    /// The address it was sent to.
    pub email: String,
    /// «sent», «accepted», «revoked» or «undelivered».
    pub state: String,
    /// When it dies.
    pub expires_at: DateTime<Utc>,
}

/// What an invitation leads into.
#[derive(Clone, Debug)]
pub enum Place {
    /// A municipality.
    Municipality(Municipality),
    /// The institute.
    Institute,
}

impl Place {
    /// The municipality's number; none for the institute.
    #[must_use]
    pub const fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Municipality(place) => Some(place.tenant),
            Self::Institute => None,
        }
    }
}

/// The municipality an invitation leads into.
#[derive(Clone, Debug)]
pub struct Municipality {
    /// Its number.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// Its contacts, for whoever has a question.
    pub contacts: String,
    /// Whether it is active.
    pub active: bool,
    /// Where in it, if the role needs an organisation.
    pub organisation: Option<i64>,
    /// The organisation's name; may be empty.
    pub organisation_name: String,
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
    let Some(row) = row else {
        return find_of_institute(tx).await;
    };
    Ok(Some(Invitation {
        id: row.id,
        place: Place::Municipality(Municipality {
            tenant: TenantId(row.tenant_id),
            name: row.municipality,
            contacts: row.public_contacts,
            active: row.active,
            organisation: row.organisation_id,
            organisation_name: row.organisation_name,
        }),
        role: known(Role::from_code(&row.role), "invitation.role")?,
        email: row.email,
        state: row.state,
        expires_at: row.expires_at,
    }))
}

async fn find_of_institute(tx: &mut AuthTx) -> Result<Option<Invitation>> {
    let row = sqlx::query!(
        "SELECT id, role, email, state, expires_at FROM app.institute_invitation
         WHERE token_sha256 = (SELECT app.ctx_token())"
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Invitation {
            id: row.id,
            place: Place::Institute,
            role: known(Role::from_code(&row.role), "institute_invitation.role")?,
            email: row.email,
            state: row.state,
            expires_at: row.expires_at,
        })
    })
    .transpose()
}

/// The roles whoever sent the invitation in hand has now, in its municipality and in the institute; none
/// at all if no person sent it (SEC-46).
///
/// # Errors
/// If the database does not answer or holds a role the domain does not know.
pub async fn inviter(tx: &mut AuthTx) -> Result<Option<Vec<Role>>> {
    let codes = sqlx::query_scalar!("SELECT app.inviter_roles()")
        .fetch_one(tx.connection())
        .await?;
    codes
        .map(|codes| {
            codes
                .iter()
                .map(|code| known(Role::from_code(code), "membership.role"))
                .collect()
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
    match &invitation.place {
        Place::Municipality(place) => accept_here(tx, invitation, place, known).await,
        Place::Institute => accept_into_institute(tx, invitation, known).await,
    }
}

async fn accept_here(
    tx: &mut AuthTx,
    invitation: &Invitation,
    place: &Municipality,
    known: &Known,
) -> Result<bool> {
    let rows = sqlx::query!(
        "UPDATE app.invitation SET state = 'accepted', accepted_by = app.ctx_account(), accepted_at = app.ctx_now(),
           version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND state IN ('sent', 'undelivered') AND expires_at > app.ctx_now()",
        place.tenant.0,
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
        place.tenant.0,
        Uuid::now_v7(),
        invitation.role.code(),
        place.organisation,
        known.surname,
        known.name,
        known.patronymic,
        known.phone,
    )
    .execute(tx.connection())
    .await?;
    Ok(true)
}

async fn accept_into_institute(
    tx: &mut AuthTx,
    invitation: &Invitation,
    known: &Known,
) -> Result<bool> {
    let rows = sqlx::query!(
        "UPDATE app.institute_invitation SET state = 'accepted', accepted_by = app.ctx_account(),
           accepted_at = app.ctx_now(), version = version + 1
         WHERE id = $1 AND state IN ('sent', 'undelivered') AND expires_at > app.ctx_now()",
        invitation.id,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if rows == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "INSERT INTO app.institute_member (public_id, account_id, role, surname, name, patronymic, phone)
         VALUES ($1, app.ctx_account(), $2, $3, $4, $5, $6)",
        Uuid::now_v7(),
        invitation.role.code(),
        known.surname,
        known.name,
        known.patronymic,
        known.phone,
    )
    .execute(tx.connection())
    .await?;
    Ok(true)
}
