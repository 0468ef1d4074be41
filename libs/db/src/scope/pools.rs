//! The pools, one login role each, known to this crate alone (03 §3.3). Which pool a person
//! comes by, and with what context, is the door's.

use std::time::{Duration, Instant};

use sqlx::{
    Executor as _, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::measure;
use crate::error::{Error, Result};

/// Where the pools connect: one login role each (03 §3.3). A process names the logins it
/// needs and has no other's secret (SEC-92): the worker's is not the server's.
#[derive(Clone, Debug, Default)]
pub struct Urls {
    /// Teachers, school and municipal coordinators.
    pub tenant: Option<String>,
    /// Experts.
    pub expert: Option<String>,
    /// Operators.
    pub operator: Option<String>,
    /// Administrators, and `ctl`.
    pub admin: Option<String>,
    /// The worker.
    pub worker: Option<String>,
    /// Sign-in, registration, accepting invitations.
    pub auth: Option<String>,
    /// Pages without a session.
    pub public: Option<String>,
}

/// One pool a login role.
pub(super) struct Pools {
    pub(super) tenant: Pool,
    pub(super) expert: Pool,
    pub(super) operator: Pool,
    pub(super) admin: Pool,
    pub(super) worker: Pool,
    pub(super) auth: Pool,
    pub(super) public: Pool,
}

/// The pool of one login role, if this process has it.
pub(super) struct Pool {
    role: &'static str,
    connections: Option<PgPool>,
}

impl Pool {
    pub(super) fn new(role: &'static str, url: Option<&String>, size: u32) -> Result<Self> {
        let connections = url.map(|url| pool(url, size)).transpose()?;
        if let Some(connections) = &connections {
            measure::watch(role, connections);
        }
        Ok(Self { role, connections })
    }

    pub(super) fn get(&self) -> Result<&PgPool> {
        self.connections
            .as_ref()
            .ok_or(Error::NoLogin { role: self.role })
    }

    pub(super) const fn role(&self) -> &'static str {
        self.role
    }

    /// Begins a transaction; how long the pool let it wait is measured.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        let asked = Instant::now();
        let begun = self.get()?.begin().await;
        // One that was never given a connection waited, too.
        measure::waited(self.role, asked);
        Ok(begun?)
    }
}

impl Pools {
    /// A pool this process has, for what every role may read.
    pub(super) fn any(&self) -> Result<&Pool> {
        [
            &self.public,
            &self.worker,
            &self.auth,
            &self.admin,
            &self.tenant,
            &self.operator,
            &self.expert,
        ]
        .into_iter()
        .find(|pool| pool.connections.is_some())
        .ok_or(Error::NoLogin { role: "any" })
    }
}

fn pool(url: &str, size: u32) -> Result<PgPool> {
    let options: PgConnectOptions = url.parse()?;
    Ok(PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(5))
        // A cancelled `begin` leaves the connection in a transaction (04 A3, reproduced on
        // sqlx 0.9.0): whatever is open when a connection comes back is ended here.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.execute("ROLLBACK").await?;
                Ok(true)
            })
        })
        .connect_lazy_with(options))
}
