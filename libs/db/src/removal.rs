//! Removing a municipality (SEC-106), as the migrator: no running process may. The database's
//! part is one function in one transaction; what it leaves to do outside stands in rows, and
//! each goes when it is done, so that an interrupted removal is taken up by running it again.

use chrono::{DateTime, Utc};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::error::Result;

/// Rows worked off at a time.
const PAGE: i64 = 500;

/// The migrator's connection, for removing.
pub struct Remover(PgConnection);

/// A municipality that was removed.
#[derive(Clone, Debug)]
pub struct Removal {
    /// The tenant's number it had.
    pub municipality: i32,
    /// Where the file of its export lies; none once it is deleted.
    pub export_key: Option<String>,
}

/// What is left of a municipality outside Postgres.
#[derive(Clone, Debug)]
pub struct Leftover {
    /// The number of its row.
    pub id: i64,
    /// What it is.
    pub kind: Kind,
    /// The key, the account's number or the login.
    pub value: String,
}

/// The kinds of what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An object in the store, by its key.
    Object,
    /// What is kept under an account's number.
    Account,
    /// What is counted under a login.
    Login,
}

impl Remover {
    /// Connects as the migrator.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn connect(migrator_url: &str) -> Result<Self> {
        Ok(Self(PgConnection::connect(migrator_url).await?))
    }

    /// The removal this export was made for, if it has happened.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn find(&mut self, export: Uuid) -> Result<Option<Removal>> {
        Ok(sqlx::query_as!(
            Removal,
            "SELECT municipality_id AS municipality, export_key FROM app.removal WHERE export_id = $1",
            export
        )
        .fetch_optional(&mut self.0)
        .await?)
    }

    /// The number of the municipality of this slug.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn municipality(&mut self, slug: &str) -> Result<Option<i32>> {
        Ok(
            sqlx::query_scalar!("SELECT id FROM app.municipality WHERE slug = $1", slug)
                .fetch_optional(&mut self.0)
                .await?,
        )
    }

    /// Removes all rows of a municipality: all or nothing.
    ///
    /// # Errors
    /// [`crate::Error::Constraint`] `removal_suspended`, `removal_exporting`,
    /// `removal_exported` or `removal_unchanged`: what is not as it must be.
    pub async fn remove(
        &mut self,
        municipality: i32,
        export: Uuid,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut tx = self.0.begin().await?;
        sqlx::query!(
            "SELECT set_config('app.now', $1, true) AS a",
            now.to_rfc3339()
        )
        .fetch_one(&mut *tx)
        .await?;
        sqlx::query!(
            "SELECT app.remove_municipality($1, $2)::text AS a",
            municipality,
            export
        )
        .fetch_one(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Some of what is left; nothing when all is done.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn leftovers(&mut self, municipality: i32) -> Result<Vec<Leftover>> {
        Ok(sqlx::query!(
            "SELECT id, kind, value FROM app.leftover WHERE municipality_id = $1 ORDER BY id LIMIT $2",
            municipality,
            PAGE
        )
        .fetch_all(&mut self.0)
        .await?
        .into_iter()
        .map(|row| Leftover {
            id: row.id,
            kind: match row.kind.as_str() {
                "object" => Kind::Object,
                "account" => Kind::Account,
                _ => Kind::Login,
            },
            value: row.value,
        })
        .collect())
    }

    /// Strikes off what is gone.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn gone(&mut self, leftovers: &[Leftover]) -> Result<()> {
        let ids: Vec<i64> = leftovers.iter().map(|left| left.id).collect();
        sqlx::query!("DELETE FROM app.leftover WHERE id = ANY ($1)", &ids)
            .execute(&mut self.0)
            .await?;
        Ok(())
    }

    /// Those of the keys that some municipality's row names: not to be touched.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn named(&mut self, keys: &[String]) -> Result<Vec<String>> {
        Ok(
            sqlx::query_scalar!(r#"SELECT k AS "key!" FROM app.named_keys($1) k"#, keys)
                .fetch_all(&mut self.0)
                .await?,
        )
    }

    /// The file of the export is deleted.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn export_gone(&mut self, removal: &Removal) -> Result<()> {
        sqlx::query!(
            "UPDATE app.removal SET export_key = NULL WHERE municipality_id = $1",
            removal.municipality
        )
        .execute(&mut self.0)
        .await?;
        Ok(())
    }
}
