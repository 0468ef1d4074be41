//! Views of lists that people keep: filters and order under a name, each in one cabinet of one
//! person and seen there alone.

use uuid::Uuid;

use crate::{
    error::{Error, Result},
    scope::OwnTx,
};

/// How many views of a list one keeps in a cabinet.
pub const MOST: usize = 20;

/// A view.
#[derive(Clone, Debug)]
pub struct SavedView {
    /// The id in addresses.
    pub public_id: Uuid,
    /// The name.
    pub name: String,
    /// What the list's address asks for.
    pub query: String,
}

/// The list a view is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Everything submitted.
    Applications,
    /// The operators' queue.
    Queue,
}

impl List {
    const fn code(self) -> &'static str {
        match self {
            Self::Applications => "applications",
            Self::Queue => "queue",
        }
    }
}

/// The views of a list kept in the cabinet, by name.
///
/// # Errors
/// If the database does not answer.
pub async fn all(tx: &mut OwnTx, list: List) -> Result<Vec<SavedView>> {
    Ok(sqlx::query_as!(
        SavedView,
        "SELECT public_id, name, query FROM app.saved_view WHERE list = $1 ORDER BY name",
        list.code(),
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Keeps one more.
///
/// # Errors
/// [`Error::Constraint`] for a name there is already.
pub async fn add(tx: &mut OwnTx, list: List, name: &str, query: &str) -> Result<()> {
    let actor = tx.who().ok_or(Error::Ended)?;
    let (account, role, membership) = (actor.account.0, actor.role.code(), actor.membership);
    sqlx::query!(
        "INSERT INTO app.saved_view (public_id, account_id, role, membership_id, list, query, name)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        Uuid::now_v7(),
        account,
        role,
        membership,
        list.code(),
        query,
        name,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Deletes one; whether there was one.
///
/// # Errors
/// If the database does not answer.
pub async fn delete(tx: &mut OwnTx, public_id: Uuid) -> Result<bool> {
    let deleted = sqlx::query!("DELETE FROM app.saved_view WHERE public_id = $1", public_id)
        .execute(tx.connection())
        .await?;
    Ok(deleted.rows_affected() == 1)
}
