//! What an invented region asks before it begins, and the big one itself. Not compiled into a
//! release.

use chrono::NaiveDate;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::{error::Result, scope::WorkerTx};

/// Which accounts are there already.
#[derive(Clone, Copy, Debug)]
pub struct There {
    /// Some whose address is not of the demonstration's domain.
    pub others: bool,
    /// Some whose is.
    pub ours: bool,
    /// The one made last.
    pub last: bool,
}

/// Which accounts are there: those of a `domain` are the demonstration's, the one with the
/// login `last` is its last.
///
/// # Errors
/// If the database does not answer.
pub async fn there(tx: &mut WorkerTx, domain: &str, last: &str) -> Result<There> {
    Ok(sqlx::query_as!(
        There,
        r#"SELECT coalesce(bool_or(NOT demo), false) AS "others!", coalesce(bool_or(demo), false) AS "ours!",
             coalesce(bool_or(demo AND login = $2), false) AS "last!"
           FROM (SELECT login, coalesce(email, '') LIKE '%@' || $1 AS demo FROM app.account) a"#,
        domain,
        last,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// A big region, to measure on.
#[derive(Clone, Debug)]
pub struct Region<'a> {
    /// How many municipalities there are in the end, those of the reference data among them.
    pub municipalities: u32,
    /// How many applications, by half as many teachers.
    pub applications: u32,
    /// The same number makes the same region.
    pub number: u32,
    /// The day it is: everything was submitted in the thousand days before.
    pub today: NaiveDate,
    /// The hash of everybody's password.
    pub password: &'a str,
    /// The domain of everybody's address.
    pub domain: &'a str,
    /// The one object in the store that every file is.
    pub document: Document<'a>,
}

/// An object in the store.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Its key.
    pub key: &'a str,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: [u8; 32],
}

/// Makes the region in a database with the reference data and no account, in one transaction.
/// `superuser_url` is of a login that policies and triggers can be silenced for: a million rows
/// one by one through them would take a day.
///
/// # Errors
/// If the database does not answer or that login is not a superuser's.
pub async fn region(superuser_url: &str, region: &Region<'_>) -> Result<()> {
    let mut connection = PgConnection::connect(superuser_url).await?;
    let bytes = region.document.sha256.iter();
    let sha256: String = bytes.map(|byte| format!("{byte:02x}")).collect();
    let settings = [
        ("seed.municipalities", region.municipalities.to_string()),
        ("seed.applications", region.applications.to_string()),
        ("seed.number", region.number.to_string()),
        ("seed.today", region.today.to_string()),
        ("seed.password", region.password.to_owned()),
        ("seed.domain", region.domain.to_owned()),
        ("seed.document", region.document.key.to_owned()),
        ("seed.size", region.document.size.to_string()),
        ("seed.sha256", sha256),
    ];
    for (name, value) in settings {
        sqlx::query!("SELECT set_config($1, $2, false)", name, value)
            .fetch_one(&mut connection)
            .await?;
    }
    let mut made = connection.begin().await?;
    made.execute(include_str!("seed/region.sql")).await?;
    made.execute(include_str!("seed/cases.sql")).await?;
    made.commit().await?;
    connection.execute("VACUUM (ANALYZE)").await?;
    Ok(connection.close().await?)
}
