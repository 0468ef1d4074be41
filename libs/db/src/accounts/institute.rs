//! The institute's people: operators and administrators, who stand in no municipality.

use domain::{audit::Deed, role::Role};
use uuid::Uuid;

use crate::{
    accounts::invitation::Known,
    error::{Result, touched},
    events,
    scope::{AuthTx, CtlTx},
};

/// Gives an account a place in the institute, and records it in the audit.
///
/// # Errors
/// If the database does not answer or `role` is not of the institute.
pub async fn add(tx: &mut CtlTx, account: i64, role: Role) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.institute_member (public_id, account_id, role) VALUES ($1, $2, $3)",
        Uuid::now_v7(),
        account,
        role.code(),
    )
    .execute(tx.connection())
    .await?;
    events::audit_system(tx, Deed::AddInstituteMember, None, Some(account)).await
}

/// Changes the own profile of a member of the institute.
///
/// # Errors
/// [`crate::Error::Stale`] by `version`.
pub async fn update_own(tx: &mut AuthTx, member: i64, version: i32, profile: &Known) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.institute_member SET surname = $3, name = $4, patronymic = $5, phone = $6, version = version + 1
         WHERE id = $1 AND version = $2 AND account_id = (SELECT app.ctx_account()) AND ended_at IS NULL",
        member,
        version,
        profile.surname,
        profile.name,
        profile.patronymic,
        profile.phone,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}
