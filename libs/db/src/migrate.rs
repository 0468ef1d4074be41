//! Migrations: run by `ctl migrate` as the migrator, never by the server (03 §3.3).

use sqlx::{Connection as _, Executor as _, PgConnection, migrate::Migrate as _};

use crate::error::{Error, Result};

/// Which migrations were applied, kept apart from the product's tables.
const TABLE: &str = "migration.applied";

/// Applies what is not applied yet from `migrations/`; returns how many were applied now and
/// how many there are. Idempotent: a second run does nothing.
///
/// # Errors
/// If the database does not answer or a migration fails; that one is rolled back.
pub async fn run(migrator_url: &str) -> Result<(usize, usize)> {
    let mut connection = PgConnection::connect(migrator_url).await?;
    connection.execute("SET ROLE attest_owner").await?;
    connection.execute("SET search_path = app").await?;
    let mut migrator = sqlx::migrate!("../../migrations");
    migrator.dangerous_set_table_name(TABLE);
    connection.ensure_migrations_table(TABLE).await?;
    let before = connection.list_applied_migrations(TABLE).await?.len();
    migrator.run(&mut connection).await?;
    let all = migrator.iter().count();
    Ok((all.saturating_sub(before), all))
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Database(sqlx::Error::Migrate(Box::new(error)))
    }
}
