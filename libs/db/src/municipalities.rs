//! Municipalities: the tenants themselves. No personal data; every role may read them. Their
//! life (adding, changing, suspending) is the administrator's: [`registry`].

pub mod registry;

use domain::{
    actor::{Actor, TenantId},
    permission::{Relations, of_municipality},
};
use uuid::Uuid;

use crate::{
    error::Result,
    scope::{CtlTx, Related, Scope},
};

/// A municipality as lists show it.
#[derive(Clone, Debug)]
pub struct Municipality {
    /// The tenant's number.
    pub id: i32,
    /// The id in addresses and forms.
    pub public_id: Uuid,
    /// The part of `/m/{slug}/login`.
    pub slug: String,
    /// The name.
    pub name: String,
    /// What the coordinator lets be shown to anyone.
    pub public_contacts: String,
    /// Whether its cabinets are closed for a while.
    pub suspended: bool,
}

impl Related for Municipality {
    fn relations(&self, actor: &Actor) -> Relations {
        of_municipality(actor, self.id)
    }

    fn tenant(&self) -> TenantId {
        TenantId(self.id)
    }

    fn object(&self) -> Option<i64> {
        Some(self.id.into())
    }
}

/// The active municipality with this id.
///
/// # Errors
/// If the database does not answer.
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<Municipality>> {
    Ok(sqlx::query_as!(
        Municipality,
        r#"SELECT id, public_id, slug, name, public_contacts, status = 'suspended' AS "suspended!" FROM app.municipality
         WHERE status = 'active' AND public_id = $1"#,
        public_id
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The municipality the scope stands in; none for the institute's people.
///
/// # Errors
/// If the database does not answer.
pub async fn own(scope: &mut Scope) -> Result<Option<Municipality>> {
    let tenant = scope.tenant().map(|tenant| tenant.0);
    Ok(sqlx::query_as!(
        Municipality,
        r#"SELECT id, public_id, slug, name, public_contacts, status = 'suspended' AS "suspended!" FROM app.municipality
         WHERE status = 'active' AND id = $1"#,
        tenant
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The active municipalities, by name.
///
/// # Errors
/// If the database does not answer.
pub async fn active(scope: &mut Scope) -> Result<Vec<Municipality>> {
    Ok(sqlx::query_as!(
        Municipality,
        r#"SELECT id, public_id, slug, name, public_contacts, status = 'suspended' AS "suspended!" FROM app.municipality
         WHERE status = 'active' ORDER BY name"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The municipalities there are, suspended ones too, by name: what those who see all
/// applications narrow their lists by.
///
/// # Errors
/// If the database does not answer.
pub async fn present(scope: &mut Scope) -> Result<Vec<Municipality>> {
    Ok(sqlx::query_as!(
        Municipality,
        r#"SELECT id, public_id, slug, name, public_contacts, status = 'suspended' AS "suspended!" FROM app.municipality
         WHERE status <> 'removed' ORDER BY name"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The first `most` municipalities by name, those that are gone too if `gone`.
///
/// # Errors
/// If the database does not answer.
pub async fn first(scope: &mut Scope, gone: bool, most: i64) -> Result<Vec<Municipality>> {
    Ok(sqlx::query_as!(
        Municipality,
        r#"SELECT id, public_id, slug, name, public_contacts, status = 'suspended' AS "suspended!" FROM app.municipality
         WHERE $1 OR status <> 'removed' ORDER BY name LIMIT $2"#,
        gone,
        most
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The municipalities with these words in their names, `most` at most, those that are gone too if
/// `gone`: the one of this very name or public id first.
///
/// # Errors
/// If the database does not answer.
pub async fn named(
    scope: &mut Scope,
    words: &str,
    gone: bool,
    most: i64,
) -> Result<Vec<Municipality>> {
    Ok(sqlx::query_as!(
        Municipality,
        r#"SELECT id, public_id, slug, name, public_contacts, status = 'suspended' AS "suspended!"
         FROM (SELECT m.*, translate(lower(m.name), 'ё', 'е') AS plain, translate(lower($1), 'ё', 'е') AS typed
           FROM app.municipality m WHERE $2 OR m.status <> 'removed') m
         WHERE position(typed IN plain) > 0 OR public_id::text = typed
         ORDER BY public_id::text = typed OR plain = typed DESC, name LIMIT $3"#,
        words,
        gone,
        most
    )
    .fetch_all(scope.connection())
    .await?)
}

/// All municipalities there ever were, by name.
///
/// # Errors
/// If the database does not answer.
pub async fn every(scope: &mut Scope) -> Result<Vec<Municipality>> {
    Ok(sqlx::query_as!(
        Municipality,
        r#"SELECT id, public_id, slug, name, public_contacts, status = 'suspended' AS "suspended!" FROM app.municipality
         ORDER BY name"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The name of a municipality by its number; empty if there is none.
///
/// # Errors
/// If the database does not answer.
pub async fn name(scope: &mut Scope, id: TenantId) -> Result<String> {
    Ok(
        sqlx::query_scalar!("SELECT name FROM app.municipality WHERE id = $1", id.0)
            .fetch_optional(scope.connection())
            .await?
            .unwrap_or_default(),
    )
}

/// The municipality with this slug, suspended or not, or the one it was merged into.
///
/// # Errors
/// If the database does not answer.
pub async fn by_slug(scope: &mut Scope, slug: &str) -> Result<Option<Municipality>> {
    Ok(sqlx::query_as!(
        Municipality,
        r#"SELECT id, public_id, slug, name, public_contacts, status = 'suspended' AS "suspended!" FROM app.municipality
         WHERE status <> 'removed'
           AND id = (SELECT coalesce(merged_into, id) FROM app.municipality WHERE slug = $1)"#,
        slug
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Adds a municipality, or leaves the one with this slug as it is; returns its number.
///
/// # Errors
/// If the database does not answer or the name is taken.
pub async fn add(tx: &mut CtlTx, slug: &str, name: &str, kind: &str) -> Result<i32> {
    sqlx::query!(
        "INSERT INTO app.municipality (public_id, slug, name, kind) VALUES ($1, $2, $3, $4)
         ON CONFLICT (slug) DO NOTHING",
        Uuid::now_v7(),
        slug,
        name,
        kind,
    )
    .execute(tx.connection())
    .await?;
    Ok(
        sqlx::query_scalar!("SELECT id FROM app.municipality WHERE slug = $1", slug)
            .fetch_one(tx.connection())
            .await?,
    )
}
