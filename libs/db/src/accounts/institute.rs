//! The institute's people: operators and administrators, who stand in no municipality.

use domain::{
    act::{Doing, acts},
    audit::Deed,
    permission::MembershipFacts,
    role::Role,
};
use uuid::Uuid;

use crate::{
    accounts::invitation::Known,
    applications::known,
    error::{Result, touched},
    events,
    scope::{AuthTx, CtlTx, Permit, Scope, Tx},
};

/// The constraint that leaves an administrator: of two who end each other the second is refused.
pub const LAST: &str = "institute_last_admin";

/// A member of the institute, as administrators list them.
#[derive(Clone, Debug)]
pub struct Member {
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The account.
    pub account: i64,
    /// Operator or administrator.
    pub role: Role,
    /// ФИО; empty until the profile is filled in.
    pub full_name: String,
    /// The login.
    pub login: String,
    /// The e-mail; empty if there is none.
    pub email: String,
    /// The version of the row.
    pub version: i32,
}

/// The members of the institute, administrators first, by surname. They are few: no pages.
///
/// # Errors
/// If the database does not answer or holds a role the domain does not know.
pub async fn list(scope: &mut Scope) -> Result<Vec<Member>> {
    let rows = sqlx::query!(
        r#"SELECT i.id, i.public_id, i.account_id, i.role, i.version,
             concat_ws(' ', nullif(i.surname, ''), nullif(i.name, ''), nullif(i.patronymic, '')) AS "full_name!",
             coalesce(l.login, '') AS "login!", coalesce(l.email, '') AS "email!"
           FROM app.institute_member i
           LEFT JOIN app.people_logins(ARRAY(SELECT m.account_id FROM app.institute_member m WHERE m.ended_at IS NULL)) l
             ON l.account_id = i.account_id
           WHERE i.ended_at IS NULL ORDER BY i.role, i.surname, i.id"#
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Member {
                id: row.id,
                public_id: row.public_id,
                account: row.account_id,
                role: known(Role::from_code(&row.role), "institute_member.role")?,
                full_name: row.full_name,
                login: row.login,
                email: row.email,
                version: row.version,
            })
        })
        .collect()
}

/// Whether the policy lets the person do the act of this scope to this member.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn may<A: Doing>(tx: &mut Tx<A>, member: Member) -> Result<Permit<A, Member>> {
    let facts = MembershipFacts {
        tenant: None,
        account: member.account,
        role: member.role,
    };
    let relations = facts.relations(tx.actor()?);
    let object = member.id;
    tx.may_of_region(member, object, relations).await
}

/// Ends a member's place: its next request finds the console closed (SEC-14). What it had invited by,
/// and what waits for its address, opens nothing any more, or it would come in again by itself.
///
/// # Errors
/// [`crate::Error::Stale`] by `version`; [`LAST`].
pub async fn end(
    tx: &mut Tx<acts::EndMembership>,
    permit: &Permit<acts::EndMembership, Member>,
    version: i32,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.institute_member SET ended_at = app.ctx_now(), version = version + 1
         WHERE id = $1 AND version = $2 AND ended_at IS NULL",
        permit.id,
        version,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)?;
    sqlx::query!(
        "UPDATE app.institute_invitation SET state = 'revoked', version = version + 1
         WHERE state IN ('sent', 'undelivered') AND (invited_by = $1 OR lower(email) = lower($2))",
        permit.account,
        permit.email,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

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
