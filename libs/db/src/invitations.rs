//! Invitations: rows with the hash of a one-time link and what became of it (R-ACC-3,
//! R-ACC-4). Accepting one is the auth role's and does not stand here.

pub mod institute;

use chrono::{DateTime, Utc};
use domain::{
    act::{Doing, acts},
    actor::{Actor, TenantId},
    invitation::State,
    permission::{Relations, of_municipality},
    role::Role,
    value::Email,
};
use uuid::Uuid;

use crate::{
    error::{Error, Result, touched},
    municipalities::Municipality,
    scope::{Permit, Related, Scope, Tx},
};

/// The acts that invite into a municipality, and whom each invites.
pub trait Inviting: Doing {
    /// Whether the act is the one for inviting this role.
    fn invites(role: Role) -> bool;
}

impl Inviting for acts::InviteStaff {
    fn invites(role: Role) -> bool {
        matches!(role, Role::School | Role::Expert)
    }
}

impl Inviting for acts::InviteCoordinator {
    fn invites(role: Role) -> bool {
        role == Role::Municipal
    }
}

/// Adding a municipality invites its first coordinator.
impl Inviting for acts::ManageMunicipality {
    fn invites(role: Role) -> bool {
        role == Role::Municipal
    }
}

/// An invitation as its inviter sees it.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The municipality invited into.
    pub tenant: TenantId,
    /// Its name.
    pub municipality: String,
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The address it was sent to.
    pub email: String,
    /// The role invited to.
    pub role: Role,
    /// The organisation's name; empty where the role needs none.
    pub organisation: String,
    /// What has become of it.
    pub state: State,
    /// The login of whoever accepted it; empty before, or once it is nobody's here.
    pub login: String,
    /// The version.
    pub version: i32,
}

impl Related for Invitation {
    fn relations(&self, actor: &Actor) -> Relations {
        of_municipality(actor, self.tenant.0)
    }

    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}

/// A one-time link in the making: its token is derived above and never kept.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The invitation's id in addresses, which the token is derived from.
    pub public_id: Uuid,
    /// What makes the token new each time it is sent.
    pub nonce: Uuid,
    /// SHA-256 of the token.
    pub sha256: [u8; 32],
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// How many invitations a page holds.
pub const PAGE: usize = 50;

/// A page of the invitations the scope sees, newest first, and one row more if there is
/// another page; of one municipality if it is named. Coordinators do not see those of
/// coordinators, administrators no others.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn page(
    scope: &mut Scope,
    coordinators: bool,
    of: Option<TenantId>,
    after: Option<Uuid>,
) -> Result<Vec<Invitation>> {
    let before = match after {
        Some(id) => {
            sqlx::query_scalar!("SELECT id FROM app.invitation WHERE public_id = $1", id)
                .fetch_optional(scope.connection())
                .await?
        }
        None => None,
    };
    let rows = sqlx::query_as!(
        Row,
        r#"WITH page AS (
             SELECT i.* FROM app.invitation i
             WHERE i.id < $1 AND ($2 OR i.role <> 'municipal') AND ($3::int IS NULL OR i.tenant_id = $3)
             ORDER BY i.id DESC LIMIT 51)
           SELECT i.tenant_id AS "tenant_id!", m.name AS municipality, i.id AS "id!", i.public_id AS "public_id!",
             i.email AS "email!", i.role AS "role!", coalesce(o.name, '') AS "organisation!", i.state AS "state!",
             i.expires_at AS "expires_at!", coalesce(l.login, '') AS "login!", i.version AS "version!"
           FROM page i
           JOIN app.municipality m ON m.id = i.tenant_id
           LEFT JOIN app.organisation o ON o.tenant_id = i.tenant_id AND o.id = i.organisation_id
           LEFT JOIN app.people_logins(ARRAY(SELECT accepted_by FROM page WHERE accepted_by IS NOT NULL)) l
             ON l.account_id = i.accepted_by
           ORDER BY i.id DESC"#,
        before.unwrap_or(i64::MAX),
        coordinators,
        of.map(|tenant| tenant.0),
    )
    .fetch_all(scope.connection())
    .await?;
    let now = scope.now();
    rows.into_iter().map(|row| row.seen_at(now)).collect()
}

/// The invitation with this id, if the scope sees it and `A` invites its role. Locked until
/// the transaction ends, so that of two presses the second reads what the first did.
///
/// # Errors
/// As [`page`].
pub async fn lock<A: Inviting>(tx: &mut Tx<A>, public_id: Uuid) -> Result<Option<Invitation>> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))",
        public_id.to_string()
    )
    .fetch_one(tx.connection())
    .await?;
    let row = sqlx::query_as!(
        Row,
        r#"SELECT i.tenant_id, m.name AS municipality, i.id, i.public_id, i.email, i.role,
             coalesce(o.name, '') AS "organisation!", i.state, i.expires_at, '' AS "login!", i.version
           FROM app.invitation i
           JOIN app.municipality m ON m.id = i.tenant_id
           LEFT JOIN app.organisation o ON o.tenant_id = i.tenant_id AND o.id = i.organisation_id
           WHERE i.public_id = $1"#,
        public_id
    )
    .fetch_optional(tx.connection())
    .await?;
    let now = tx.now();
    let found = row.map(|row| row.seen_at(now)).transpose()?;
    Ok(found.filter(|invitation| A::invites(invitation.role)))
}

/// An invitation nobody has accepted or taken back.
#[derive(Clone, Copy, Debug)]
pub struct Open {
    /// Its number.
    pub id: i64,
    /// What its link is made from.
    pub public_id: Uuid,
    /// Whether its link still works.
    pub waits: bool,
}

/// An open invitation of the municipality to the same address as the same, if there is one:
/// inviting again renews it. Invitations into one municipality wait for each other here, so
/// that a double press does not make two.
///
/// # Errors
/// If the database does not answer.
pub async fn open<A: Inviting>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Municipality>,
    email: &Email,
    role: Role,
    organisation: Option<i64>,
) -> Result<Option<Open>> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('invitation', $1))",
        i64::from(permit.id)
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(sqlx::query_as!(
        Open,
        r#"SELECT id, public_id, state = 'sent' AND expires_at > app.ctx_now() AS "waits!" FROM app.invitation
         WHERE tenant_id = $1 AND lower(email) = lower($2) AND role = $3
           AND organisation_id IS NOT DISTINCT FROM $4 AND state IN ('sent', 'undelivered')
         ORDER BY id DESC LIMIT 1"#,
        permit.id,
        email.as_str(),
        role.code(),
        organisation,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Adds an invitation; returns its number.
///
/// # Errors
/// If the database does not answer.
pub async fn add<A: Inviting>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Municipality>,
    email: &Email,
    role: Role,
    organisation: Option<i64>,
    link: &Link,
) -> Result<i64> {
    let by = tx.who().map(|actor| actor.account.0);
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.invitation
           (tenant_id, public_id, email, role, organisation_id, nonce, token_sha256, invited_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        permit.id,
        link.public_id,
        email.as_str(),
        role.code(),
        organisation,
        link.nonce,
        link.sha256.as_slice(),
        by,
        link.expires_at,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Gives an invitation a new link; the old one dies with it.
///
/// # Errors
/// [`Error::Stale`] if it is no longer open.
pub async fn renew<A: Inviting, R: Related>(
    tx: &mut Tx<A>,
    permit: &Permit<A, R>,
    id: i64,
    link: &Link,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.invitation SET nonce = $3, token_sha256 = $4, expires_at = $5, state = 'sent',
           version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND state IN ('sent', 'undelivered')",
        permit.tenant().0,
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
pub async fn revoke<A: Inviting>(tx: &mut Tx<A>, permit: &Permit<A, Invitation>) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.invitation SET state = 'revoked', version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND state IN ('sent', 'undelivered')",
        permit.tenant.0,
        permit.id,
        permit.version,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

struct Row {
    tenant_id: i32,
    municipality: String,
    id: i64,
    public_id: Uuid,
    email: String,
    role: String,
    organisation: String,
    state: String,
    expires_at: DateTime<Utc>,
    login: String,
    version: i32,
}

impl Row {
    fn seen_at(self, now: DateTime<Utc>) -> Result<Invitation> {
        Ok(Invitation {
            tenant: TenantId(self.tenant_id),
            municipality: self.municipality,
            id: self.id,
            public_id: self.public_id,
            email: self.email,
            role: Role::from_code(&self.role).ok_or(Error::Corrupt {
                column: "invitation.role",
            })?,
            organisation: self.organisation,
            state: State::now(&self.state, self.expires_at, now).ok_or(Error::Corrupt {
                column: "invitation.state",
            })?,
            login: self.login,
            version: self.version,
        })
    }
}
