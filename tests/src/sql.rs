//! Raw SQL under a login role with a person's context: what somebody has who got a statement
//! past the whole program. Row-level security, grants and triggers must hold alone.

use domain::actor::Actor;
use sqlx::{AssertSqlSafe, PgConnection, postgres::PgRow};

use crate::stack;

/// The login roles of running processes (03 §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Login {
    /// People of a municipality.
    Tenant,
    /// Experts.
    Expert,
    /// Operators.
    Operator,
    /// Administrators.
    Admin,
    /// The worker.
    Worker,
    /// Sign-in and accounts.
    Auth,
    /// Pages without a session.
    Public,
    /// The superuser of the private cluster: for making and looking, never for what is tested.
    Superuser,
}

impl Login {
    /// Those of running processes.
    pub const RUNTIME: [Self; 7] = [
        Self::Tenant,
        Self::Expert,
        Self::Operator,
        Self::Admin,
        Self::Worker,
        Self::Auth,
        Self::Public,
    ];

    /// The name of the role.
    #[must_use]
    pub const fn role(self) -> &'static str {
        match self {
            Self::Tenant => "attest_tenant",
            Self::Expert => "attest_expert",
            Self::Operator => "attest_operator",
            Self::Admin => "attest_admin",
            Self::Worker => "attest_worker",
            Self::Auth => "attest_auth",
            Self::Public => "attest_public",
            Self::Superuser => "postgres",
        }
    }

    /// The login a role of ours acts through.
    #[must_use]
    pub const fn of(role: domain::role::Role) -> Self {
        use domain::role::Role;
        match role {
            Role::Teacher | Role::School | Role::Municipal => Self::Tenant,
            Role::Expert => Self::Expert,
            Role::Operator => Self::Operator,
            Role::Admin => Self::Admin,
        }
    }
}

/// The SQLSTATE a statement was refused with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl Refused {
    /// «Insufficient privilege»: grants, row-level security and our triggers say so.
    pub const PRIVILEGE: &'static str = "42501";
    /// What a constraint, or a check that acts as one, refuses.
    pub const CHECK: &'static str = "23514";
}

/// A connection of one login.
pub struct Session {
    connection: PgConnection,
    /// Which.
    pub login: Login,
}

impl Session {
    pub(crate) async fn open(login: Login, database: &str) -> Self {
        Self {
            connection: stack::connect(login.role(), database).await,
            login,
        }
    }

    /// The connection itself.
    pub const fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Sets the context every policy reads to this person's, until it is set again.
    pub async fn act_as(&mut self, actor: &Actor, now: &str) {
        let id = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        sqlx::query(
            "SELECT set_config('app.tenant', $1, false), set_config('app.account', $2, false), \
             set_config('app.membership', $3, false), set_config('app.organisation', $4, false), \
             set_config('app.role', $5, false), set_config('app.now', $6, false)",
        )
        .bind(id(actor.tenant.map(|tenant| i64::from(tenant.0))))
        .bind(actor.account.0.to_string())
        .bind(actor.membership.to_string())
        .bind(id(actor.organisation))
        .bind(actor.role.code())
        .bind(now)
        .execute(&mut self.connection)
        .await
        .unwrap();
    }

    /// Sets one key of the context (`tenant`, `account`, `role` …), until it is set again.
    pub async fn set(&mut self, key: &str, value: &str) {
        sqlx::query("SELECT set_config('app.' || $1, $2, false)")
            .bind(key)
            .bind(value)
            .execute(&mut self.connection)
            .await
            .unwrap();
    }

    /// Runs a statement; how many rows it touched, or how it was refused.
    ///
    /// # Errors
    /// [`Refused`] with the SQLSTATE. Anything but an answer of the database fails the test.
    pub async fn run(&mut self, sql: &str) -> Result<u64, Refused> {
        match sqlx::query(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.connection)
            .await
        {
            Ok(done) => Ok(done.rows_affected()),
            Err(error) => Err(refused(&error, sql)),
        }
    }

    /// As [`Session::run`], and undone at once.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn probe(&mut self, sql: &str) -> Result<u64, Refused> {
        self.run("BEGIN").await?;
        let outcome = self.run(sql).await;
        self.run("ROLLBACK").await?;
        outcome
    }

    /// Runs statements that must work.
    pub async fn script(&mut self, sql: &str) {
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.connection)
            .await
        {
            panic!("{error:?} in {sql}");
        }
    }

    /// The rows of a query, or how it was refused.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<PgRow>, Refused> {
        sqlx::query(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| refused(&error, sql))
    }

    /// The one value of a query, or how it was refused.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn value<T>(&mut self, sql: &str) -> Result<T, Refused>
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_one(&mut self.connection)
            .await
            .map_err(|error| refused(&error, sql))
    }

    /// The values of a query's one column, that must work.
    pub async fn list<T>(&mut self, sql: &str) -> Vec<T>
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut self.connection)
            .await
            .unwrap_or_else(|error| panic!("{error:?} in {sql}"))
    }
}

fn refused(error: &sqlx::Error, sql: &str) -> Refused {
    let code = error.as_database_error().and_then(|error| error.code());
    Refused(
        code.unwrap_or_else(|| panic!("{error:?} in {sql}"))
            .into_owned(),
    )
}
