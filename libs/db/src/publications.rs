//! What open pages are made of. Renditions published for everyone will stand here, too; no
//! table with persons is ever read for them.

use crate::{error::Result, reference::Item, scope::Scope};

/// The periods, latest first, by public id and name.
///
/// # Errors
/// If the database does not answer.
pub async fn periods(scope: &mut Scope) -> Result<Vec<Item>> {
    Ok(sqlx::query_as!(
        Item,
        r#"SELECT public_id::text AS "code!", name FROM app.period ORDER BY starts DESC LIMIT 50"#
    )
    .fetch_all(scope.connection())
    .await?)
}
