//! Migrations: run by `ctl migrate` as the migrator, never by the server (03 §3.3).

use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::error::{Error, Result};

/// Applies what is not applied yet from `migrations/`; returns how many are applied now.
/// Idempotent: a second run does nothing.
///
/// # Errors
/// If the database does not answer or a migration fails; that one is rolled back.
pub async fn run(migrator_url: &str) -> Result<usize> {
    let mut connection = PgConnection::connect(migrator_url).await?;
    connection.execute("SET ROLE attest_owner").await?;
    connection.execute("SET search_path = app").await?;
    let mut migrator = sqlx::migrate!("../../migrations");
    migrator.dangerous_set_table_name("migration.applied");
    migrator
        .run(&mut connection)
        .await
        .map_err(|error| Error::Database(sqlx::Error::Migrate(Box::new(error))))?;
    Ok(migrator.iter().count())
}
