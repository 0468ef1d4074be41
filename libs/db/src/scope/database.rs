//! The database as a process holds it: the pools, the policy in force, the injected clock.
//! How a scope is entered is in [`super::enter`]; the pools themselves are in [`super::pools`].

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use domain::permission::Policy;
use sqlx::Executor as _;

use super::{
    Urls,
    crowd::Crowd,
    pools::{Pool, Pools},
};
use crate::error::Result;

/// The injected clock: every transaction asks it once (03 §3.5).
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

struct Inner {
    pools: Pools,
    crowd: Crowd,
    policy: ArcSwap<Policy>,
    now: Now,
}

/// The database, as a process holds it. Cheap to clone; opens nothing but scopes.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

impl Database {
    /// Prepares the pools (connections are made when first needed), `size` at most in each.
    ///
    /// # Errors
    /// If an address does not parse.
    pub fn new(urls: &Urls, size: u32, policy: Policy, now: Now) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            pools: Pools {
                tenant: Pool::new("tenant", urls.tenant.as_ref(), size)?,
                expert: Pool::new("expert", urls.expert.as_ref(), size)?,
                operator: Pool::new("operator", urls.operator.as_ref(), size)?,
                admin: Pool::new("admin", urls.admin.as_ref(), size)?,
                worker: Pool::new("worker", urls.worker.as_ref(), size)?,
                auth: Pool::new("auth", urls.auth.as_ref(), size)?,
                public: Pool::new("public", urls.public.as_ref(), size)?,
            },
            crowd: Crowd::of(size),
            policy: ArcSwap::from_pointee(policy),
            now,
        })))
    }

    /// The moment it is, by the injected clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0.now)()
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.0.policy.load_full()
    }

    /// Puts another policy in force, whole and at once. A scope that is open keeps the one it
    /// was entered with; the next one is entered with this.
    pub fn swap_policy(&self, policy: Policy) {
        self.0.policy.store(Arc::new(policy));
    }

    /// Whether the database answers: what `/readyz` asks.
    ///
    /// # Errors
    /// If it does not.
    pub async fn check(&self) -> Result<()> {
        self.0.pools.any()?.get()?.execute("SELECT 1").await?;
        Ok(())
    }

    pub(super) fn pools(&self) -> &Pools {
        &self.0.pools
    }

    pub(super) fn crowd(&self) -> &Crowd {
        &self.0.crowd
    }
}
