//! People helped back into their accounts (R-ACC-5). Who may help whom is asked of the database
//! once more by the function that does it; the link goes to the person alone.

use chrono::{DateTime, Utc};
use domain::act::acts;

use crate::{
    accounts::{institute::Member, tokens::NewToken},
    error::Result,
    memberships::ending::Cabinet,
    scope::{Permit, Scope, Tx},
};

/// The account has a cabinet the caller does not answer for.
pub const ELSEWHERE: &str = "account_helped_elsewhere";
/// There is no address to send a link to.
pub const WITHOUT_ADDRESS: &str = "account_without_address";
/// The address was corrected within a day.
pub const CORRECTED_LATELY: &str = "account_corrected_lately";
/// There is no second factor to take off.
pub const WITHOUT_FACTOR: &str = "account_without_factor";

/// By what a person is found: a cabinet in a municipality, or a place in the institute.
pub trait OfAccount {
    /// Whose it is.
    fn account(&self) -> i64;
}

impl OfAccount for Cabinet {
    fn account(&self) -> i64 {
        self.account
    }
}

impl OfAccount for Member {
    fn account(&self) -> i64 {
        self.account
    }
}

/// Those of these accounts that the caller may help.
///
/// # Errors
/// If the database does not answer.
pub async fn helpable(scope: &mut Scope, accounts: &[i64]) -> Result<Vec<i64>> {
    Ok(
        sqlx::query_scalar!(r#"SELECT app.helpable($1) AS "account!""#, accounts)
            .fetch_all(scope.connection())
            .await?,
    )
}

/// Until when the caller may not start a reset for this person, whose address was corrected.
///
/// # Errors
/// If the database does not answer.
pub async fn no_reset_until<R: OfAccount>(
    tx: &mut Tx<acts::ResetPerson>,
    permit: &Permit<acts::ResetPerson, R>,
) -> Result<Option<DateTime<Utc>>> {
    Ok(
        sqlx::query_scalar!("SELECT app.no_reset_until($1)", permit.account())
            .fetch_one(tx.connection())
            .await?,
    )
}

/// Makes a link of the person's account and queues its letter; of a new address the former one is
/// told as well.
///
/// # Errors
/// The constraints [`ELSEWHERE`], [`WITHOUT_ADDRESS`] and [`CORRECTED_LATELY`].
pub async fn help<R: OfAccount>(
    tx: &mut Tx<acts::ResetPerson>,
    permit: &Permit<acts::ResetPerson, R>,
    link: NewToken<'_>,
) -> Result<()> {
    sqlx::query!(
        "SELECT app.help_account($1, $2, $3, $4, $5, $6)",
        permit.account(),
        link.kind.code(),
        link.public_id,
        link.sha256.as_slice(),
        link.new_email,
        link.expires_at,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Takes the person's second factor off, tells it by letter and ends its sessions.
///
/// # Errors
/// The constraints [`ELSEWHERE`] and [`WITHOUT_FACTOR`].
pub async fn reset_factor<R: OfAccount>(
    tx: &mut Tx<acts::ResetPerson>,
    permit: &Permit<acts::ResetPerson, R>,
) -> Result<()> {
    sqlx::query!("SELECT app.reset_factor($1)", permit.account())
        .execute(tx.connection())
        .await?;
    Ok(())
}
