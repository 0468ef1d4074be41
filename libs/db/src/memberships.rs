//! Memberships: a person's cabinet in a municipality, with the profile as used there. Here is
//! what a person does to its own; what coordinators and operators do to others' is not.

pub mod ending;

use domain::{
    act::acts,
    actor::{Actor, TenantId},
    life::Status,
    permission::{MembershipFacts, Relations},
    role::Role,
};
use uuid::Uuid;

use crate::{
    accounts::letters::Listed,
    applications::{Application, set_status},
    error::{Result, touched},
    events,
    scope::{JoinTx, OwnTx, Permit, Related, Scope, Tx},
};

/// The constraint that keeps one teacher's cabinet a municipality.
pub const ALREADY_IN: &str = "membership_one_place";

/// The part of a profile that lies in the membership.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The surname.
    pub surname: String,
    /// The given name.
    pub name: String,
    /// The patronymic; may be empty.
    pub patronymic: String,
    /// The telephone.
    pub phone: String,
    /// The post, by code; may be empty.
    pub position: String,
    /// The organisation.
    pub organisation: Option<i64>,
}

/// An organisation that is not in the list (R-ORG-2).
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its type, by code.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// An own membership.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The municipality.
    pub tenant: TenantId,
    /// The number inside.
    pub id: i64,
    /// The person.
    pub account: i64,
    /// The profile.
    pub profile: Profile,
    /// The version of the row.
    pub version: i32,
}

impl Related for Membership {
    fn relations(&self, actor: &Actor) -> Relations {
        MembershipFacts {
            tenant: Some(self.tenant.0),
            account: self.account,
            role: Role::Teacher,
        }
        .relations(actor)
    }

    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}

/// Joins the municipality entered as a teacher: the membership, its first card and, where the
/// organisation is not in the list, the request for it (R-ACC-7, R-ORG-2).
///
/// # Errors
/// The constraint [`ALREADY_IN`] if the person has a teacher's cabinet there.
pub async fn join(tx: &mut JoinTx, profile: &Profile, wanted: Option<&Wanted>) -> Result<()> {
    let membership = sqlx::query_scalar!(
        "INSERT INTO app.membership (tenant_id, public_id, account_id, role, organisation_id, surname, name,
           patronymic, phone, position)
         VALUES (app.ctx_tenant(), $1, app.ctx_account(), 'teacher', $2, $3, $4, $5, $6, $7) RETURNING id",
        Uuid::now_v7(),
        profile.organisation,
        profile.surname,
        profile.name,
        profile.patronymic,
        profile.phone,
        profile.position,
    )
    .fetch_one(tx.connection())
    .await?;
    sqlx::query!(
        "INSERT INTO app.card (tenant_id, public_id, membership_id, account_id, organisation_id, position)
         VALUES (app.ctx_tenant(), $1, $2, app.ctx_account(), $3, $4)",
        Uuid::now_v7(),
        membership,
        profile.organisation,
        profile.position,
    )
    .execute(tx.connection())
    .await?;
    let line = events::Line::joined(tx, tx.account(), membership);
    events::write(tx, line).await?;
    match wanted {
        Some(wanted) => request(tx, membership, wanted).await,
        None => Ok(()),
    }
}

async fn request(scope: &mut Scope, membership: i64, wanted: &Wanted) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.organisation_request (tenant_id, public_id, membership_id, account_id, type, name)
         VALUES (app.ctx_tenant(), $1, $2, app.ctx_account(), $3, $4)",
        Uuid::now_v7(),
        membership,
        wanted.kind,
        wanted.name,
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// The own membership the context stands in, locked for the change that follows.
///
/// # Errors
/// If the database does not answer.
pub async fn lock_own(scope: &mut Scope) -> Result<Option<Membership>> {
    let row = sqlx::query!(
        "SELECT tenant_id, id, account_id, surname, name, patronymic, phone, position, organisation_id, version
         FROM app.membership WHERE id = (SELECT app.ctx_membership()) AND account_id = (SELECT app.ctx_account())
           AND ended_at IS NULL FOR NO KEY UPDATE"
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(row.map(|row| Membership {
        tenant: TenantId(row.tenant_id),
        id: row.id,
        account: row.account_id,
        profile: Profile {
            surname: row.surname,
            name: row.name,
            patronymic: row.patronymic,
            phone: row.phone,
            position: row.position,
            organisation: row.organisation_id,
        },
        version: row.version,
    }))
}

/// A membership of the municipality of the scope, by its number.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn find(scope: &mut Scope, id: i64) -> Result<Option<Membership>> {
    let row = sqlx::query!(
        "SELECT tenant_id, id, account_id, surname, name, patronymic, phone, position, organisation_id, version
         FROM app.membership WHERE tenant_id = (SELECT app.ctx_tenant()) AND id = $1 AND ended_at IS NULL",
        id
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(row.map(|row| Membership {
        tenant: TenantId(row.tenant_id),
        id: row.id,
        account: row.account_id,
        profile: Profile {
            surname: row.surname,
            name: row.name,
            patronymic: row.patronymic,
            phone: row.phone,
            position: row.position,
            organisation: row.organisation_id,
        },
        version: row.version,
    }))
}

/// Changes the own profile of a school coordinator, a municipal coordinator or an expert.
///
/// # Errors
/// [`crate::Error::Stale`] by `version`.
pub async fn update_own(tx: &mut OwnTx, version: i32, profile: &Profile) -> Result<()> {
    update(tx, version, profile).await
}

/// Changes the profile of a teacher with all that was made from it: its cards of the former
/// post or organisation follow, their confirmed forms of a changed name die, drafts move to
/// the new organisation. Applications already formed are the caller's to move (R-ACC-7).
///
/// # Errors
/// [`crate::Error::Stale`] by `version`.
pub async fn update_teacher(
    tx: &mut Tx<acts::WriteCard>,
    permit: &Permit<acts::WriteCard, Membership>,
    version: i32,
    profile: &Profile,
) -> Result<()> {
    update(tx, version, profile).await?;
    let former = &permit.profile;
    let renamed = (&former.surname, &former.name, &former.patronymic)
        != (&profile.surname, &profile.name, &profile.patronymic);
    sqlx::query!(
        "UPDATE app.card SET organisation_id = CASE WHEN organisation_id IS NOT DISTINCT FROM $3 THEN $4 ELSE organisation_id END,
           position = CASE WHEN position = $5 THEN $6 ELSE position END,
           surname_gen = CASE WHEN $7 THEN '' ELSE surname_gen END, name_gen = CASE WHEN $7 THEN '' ELSE name_gen END,
           patronymic_gen = CASE WHEN $7 THEN '' ELSE patronymic_gen END,
           surname_dat = CASE WHEN $7 THEN '' ELSE surname_dat END, name_dat = CASE WHEN $7 THEN '' ELSE name_dat END,
           patronymic_dat = CASE WHEN $7 THEN '' ELSE patronymic_dat END,
           version = version + 1
         WHERE tenant_id = $1 AND membership_id = $2
           AND ($7 OR $3::bigint IS DISTINCT FROM $4 OR $5 <> $6)",
        permit.tenant.0,
        permit.id,
        former.organisation,
        profile.organisation,
        former.position,
        profile.position,
        renamed,
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "UPDATE app.application SET organisation_id = $4, version = version + 1
         WHERE tenant_id = $1 AND membership_id = $2 AND organisation_id = $3 AND status = 'draft'
           AND $4::bigint IS NOT NULL AND $3 <> $4",
        permit.tenant.0,
        permit.id,
        former.organisation,
        profile.organisation,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Returns a formed application to `draft`: what it was formed from changes (R-ACC-7).
///
/// # Errors
/// [`crate::Error::Stale`] if the application changed meanwhile.
pub async fn unform(
    tx: &mut Tx<acts::WriteCard>,
    permit: &Permit<acts::WriteCard, Application>,
) -> Result<()> {
    set_status(tx, permit, Status::Draft, "").await
}

async fn update(scope: &mut Scope, version: i32, profile: &Profile) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.membership SET surname = $2, name = $3, patronymic = $4, phone = $5, position = $6,
           organisation_id = $7, version = version + 1
         WHERE id = (SELECT app.ctx_membership()) AND account_id = (SELECT app.ctx_account()) AND version = $1
           AND ended_at IS NULL",
        version,
        profile.surname,
        profile.name,
        profile.patronymic,
        profile.phone,
        profile.position,
        profile.organisation,
    )
    .execute(scope.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// What of a teacher's applications hangs on its profile.
#[derive(Clone, Debug, Default)]
pub struct Hanging {
    /// Whether one is under review or registered: the profile is read-only then (R-APP-3).
    pub submitted: bool,
    /// Whether one was ever submitted: the municipality changes by a transfer then (R-ACC-7).
    pub ever_submitted: bool,
    /// The formed ones: a change of the profile returns them to `draft`.
    pub formed: Vec<Uuid>,
}

/// What of the applications of the teacher's membership in the context hangs on its profile.
///
/// # Errors
/// If the database does not answer.
pub async fn hanging(scope: &mut Scope) -> Result<Hanging> {
    let rows = sqlx::query!(
        "SELECT public_id, status FROM app.application
         WHERE tenant_id = (SELECT app.ctx_tenant()) AND account_id = (SELECT app.ctx_account())
           AND membership_id = (SELECT app.ctx_membership()) AND status <> 'draft'"
    )
    .fetch_all(scope.connection())
    .await?;
    // What was submitted before a transfer stayed where it was.
    let before = sqlx::query_scalar!(
        "SELECT submitted_before FROM app.membership
         WHERE tenant_id = (SELECT app.ctx_tenant()) AND id = (SELECT app.ctx_membership())
           AND account_id = (SELECT app.ctx_account())"
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(Hanging {
        submitted: rows
            .iter()
            .any(|row| ["under_review", "registered"].contains(&row.status.as_str())),
        ever_submitted: before == Some(true) || rows.iter().any(|row| row.status != "formed"),
        formed: rows
            .into_iter()
            .filter(|row| row.status == "formed")
            .map(|row| row.public_id)
            .collect(),
    })
}

/// The name of the organisation the teacher in the context waits for, if it asked for one.
///
/// # Errors
/// If the database does not answer.
pub async fn wanted(scope: &mut Scope) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT name FROM app.organisation_request
         WHERE tenant_id = (SELECT app.ctx_tenant()) AND membership_id = (SELECT app.ctx_membership())
           AND account_id = (SELECT app.ctx_account()) AND state = 'open'"
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Asks for another organisation instead of the one asked for before, or for none.
///
/// # Errors
/// If the database does not answer.
pub async fn want(
    tx: &mut Tx<acts::WriteCard>,
    permit: &Permit<acts::WriteCard, Membership>,
    wanted: Option<&Wanted>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE app.organisation_request SET state = 'cancelled', version = version + 1
         WHERE tenant_id = $1 AND membership_id = $2 AND state = 'open'",
        permit.tenant.0,
        permit.id,
    )
    .execute(tx.connection())
    .await?;
    match wanted {
        Some(wanted) => request(tx, permit.id, wanted).await,
        None => Ok(()),
    }
}

/// The latest letters of cases to the person in the context, newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn letters(tx: &mut OwnTx) -> Result<Vec<Listed>> {
    Ok(sqlx::query_as!(
        Listed,
        "SELECT kind, created_at AS at, state FROM app.letter
         WHERE account_id = (SELECT app.ctx_account()) ORDER BY id DESC LIMIT 50"
    )
    .fetch_all(tx.connection())
    .await?)
}
