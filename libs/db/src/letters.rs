//! The outbox: letters as rows, written in the transaction of the change and sent by the
//! worker (R-LET-1). A row holds kind and ids; words and addresses are made when it is sent.

use domain::{act::Doing, letter::LetterKind};
use uuid::Uuid;

use crate::{
    applications::Application,
    error::Result,
    invitations::Inviting,
    scope::{Permit, Related, Scope, Tx},
};

/// Queues a letter of `kind` about the application to one account.
///
/// # Errors
/// If the database does not answer.
pub async fn queue<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    kind: LetterKind,
    account: i64,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.letter (tenant_id, public_id, account_id, kind, application_id) VALUES ($1, $2, $3, $4, $5)",
        permit.tenant.0,
        Uuid::now_v7(),
        account,
        kind.code(),
        permit.id,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The accounts of the municipality's coordinators: whom a letter about a case goes to.
///
/// # Errors
/// If the database does not answer.
pub async fn coordinators(scope: &mut Scope) -> Result<Vec<i64>> {
    Ok(sqlx::query_scalar!(r#"SELECT app.recipients() AS "id!""#)
        .fetch_all(scope.connection())
        .await?)
}

/// Queues the letter of an invitation: the worker reads its address and derives its link when
/// it sends (R-ACC-4).
///
/// # Errors
/// If the database does not answer.
pub async fn queue_invitation<A: Inviting, R: Related>(
    tx: &mut Tx<A>,
    permit: &Permit<A, R>,
    invitation: i64,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.letter (tenant_id, public_id, invitation_id, kind) VALUES ($1, $2, $3, $4)",
        permit.tenant().0,
        Uuid::now_v7(),
        invitation,
        LetterKind::Invitation.code(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
