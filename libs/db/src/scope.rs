//! The door: pools per role, the transaction with its context, the permit (03 §3.2, §3.3).

mod context;
mod pools;
mod refusal;

use std::{
    marker::PhantomData,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use crate::error::{Error, Result};
use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use domain::{
    act::{Act, Doing},
    actor::{AccountId, Actor, TenantId},
    permission::{Policy, Relations},
    role::Role,
};
use sqlx::{Executor as _, PgConnection, PgPool, Postgres, Transaction, postgres::PgListener};
use uuid::Uuid;

use context::Context;
pub use pools::Urls;
use pools::{Pool, Pools};

/// The injected clock: every transaction asks it once (03 §3.5).
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

struct Inner {
    pools: Pools,
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
        self.0.pools.any()?.execute("SELECT 1").await?;
        Ok(())
    }

    /// Enters the scope of `actor` to do `A`: the first step of the door. The policy is asked
    /// whether the role may ever do it, the transaction is opened on the role's own login and
    /// given its context in one statement, which also tells whether the cabinet is still open.
    /// A refusal stays in the audit.
    ///
    /// # Errors
    /// [`Error::Forbidden`] by the policy, [`Error::Ended`] if the cabinet has ended.
    pub async fn enter<A: Doing>(&self, actor: &Actor) -> Result<Tx<A>> {
        // Asked once: what lets in here answers in `may`, too.
        let policy = self.policy();
        let mut scope = self.open_for(actor).await?;
        if !policy.ever(actor.role, A::ACT) {
            scope.refuse(A::ACT, actor.tenant, None).await?;
            return Err(Error::Forbidden);
        }
        Ok(Tx {
            scope,
            policy,
            act: PhantomData,
        })
    }

    /// Enters to do `A` as whoever may, a person or the host: what an administrator does in the
    /// console `ctl` does, too.
    ///
    /// # Errors
    /// As [`Database::enter`].
    pub async fn enter_by<A: Doing>(&self, by: By<'_>) -> Result<Tx<A>> {
        match by {
            By::Person(actor) => self.enter(actor).await,
            By::Host => Ok(Tx {
                scope: self.enter_ctl().await?.0,
                policy: self.0.policy.load_full(),
                act: PhantomData,
            }),
        }
    }

    /// Enters the scope of `actor` over what is its own: profile and letters. No line of the
    /// policy is asked, since everybody may (08 §8.2); writers name the row by the context.
    ///
    /// # Errors
    /// [`Error::Ended`] if the cabinet has ended.
    pub async fn enter_own(&self, actor: &Actor) -> Result<OwnTx> {
        Ok(OwnTx(self.open_for(actor).await?))
    }

    /// Enters a municipality that a teacher is about to join (R-ACC-7): there is no cabinet
    /// there yet to ask about, so the account itself is asked, by the auth role.
    ///
    /// # Errors
    /// [`Error::Forbidden`] by the policy, [`Error::Ended`] if the account is closed or its
    /// epoch is another.
    pub async fn enter_joining(
        &self,
        account: AccountId,
        epoch: i32,
        tenant: TenantId,
        request: Uuid,
    ) -> Result<JoinTx> {
        if !self.policy().ever(Role::Teacher, Act::WriteCard) {
            return Err(Error::Forbidden);
        }
        let mut auth = self.enter_auth().await?;
        auth.about(account).await?;
        if !crate::accounts::is_open(&mut auth, epoch).await? {
            return Err(Error::Ended);
        }
        drop(auth);
        let actor = Actor {
            account,
            epoch,
            role: Role::Teacher,
            membership: 0,
            tenant: Some(tenant),
            organisation: None,
            request,
        };
        let mut tx = self.0.pools.tenant.get()?.begin().await?;
        let now = self.now();
        let context = Context::of(&actor);
        context.set_and_ask(&mut tx, now, &actor).await?;
        Ok(JoinTx(Scope {
            tx,
            now,
            tenant: actor.tenant,
            actor: Some(actor),
        }))
    }

    /// Enters as the auth role: credentials, own cabinets, the invitation in hand.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn enter_auth(&self) -> Result<AuthTx> {
        Ok(AuthTx(
            self.open(self.0.pools.auth.get()?, Context::default())
                .await?,
        ))
    }

    /// Enters as the public role: what anyone may read.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn enter_public(&self) -> Result<PublicTx> {
        Ok(PublicTx(
            self.open(self.0.pools.public.get()?, Context::default())
                .await?,
        ))
    }

    /// Enters as the worker: without a tenant to claim work, inside one to do it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn enter_worker(&self, tenant: Option<TenantId>) -> Result<WorkerTx> {
        let context = Context {
            tenant,
            role: "worker",
            ..Context::default()
        };
        Ok(WorkerTx(
            self.open(self.0.pools.worker.get()?, context).await?,
        ))
    }

    /// Enters as the administrator without a person: for `ctl`, which has the host's trust.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn enter_ctl(&self) -> Result<CtlTx> {
        let context = Context {
            role: "admin",
            ..Context::default()
        };
        Ok(CtlTx(self.open(self.0.pools.admin.get()?, context).await?))
    }

    /// Listens for notices that work was queued, on a connection of the worker's own.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn listen(&self) -> Result<Notices> {
        let pool = self.0.pools.worker.get()?;
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen("attest_work").await?;
        Ok(Notices(listener))
    }

    /// A setting of the region, read on whatever login this process has; empty if never set.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn region_setting(&self, key: &str) -> Result<String> {
        let pool = self.0.pools.any()?;
        let mut scope = self.open(pool, Context::default()).await?;
        crate::reference::setting(&mut scope, key).await
    }

    /// Opens the transaction of a person on the role's own login, with its context.
    async fn open_for(&self, actor: &Actor) -> Result<Scope> {
        let pools = &self.0.pools;
        let pool = match actor.role {
            Role::Teacher | Role::School | Role::Municipal => &pools.tenant,
            Role::Expert => &pools.expert,
            Role::Operator => &pools.operator,
            Role::Admin => &pools.admin,
        };
        let mut tx = pool.get()?.begin().await?;
        let now = self.now();
        if !Context::of(actor).set_and_ask(&mut tx, now, actor).await? {
            return Err(closed(&mut tx, actor).await?);
        }
        Ok(Scope {
            tx,
            now,
            actor: Some(actor.clone()),
            tenant: actor.tenant,
        })
    }

    // A plain BEGIN, then the context in a statement of its own: a future dropped between the
    // two leaves nothing that a later borrower could read (04 A3).
    async fn open(&self, pool: &PgPool, context: Context) -> Result<Scope> {
        let mut tx = pool.begin().await?;
        let now = self.now();
        context.set(&mut tx, now).await?;
        Ok(Scope {
            tx,
            now,
            actor: None,
            tenant: context.tenant,
        })
    }
}

/// Why a cabinet is closed: for good, or for as long as its municipality is suspended.
async fn closed(tx: &mut Transaction<'static, Postgres>, actor: &Actor) -> Result<Error> {
    let suspended = sqlx::query_scalar!(
        "SELECT name FROM app.municipality WHERE id = $1 AND status = 'suspended'",
        actor.tenant.map(|tenant| tenant.0)
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(
        suspended.map_or(Error::Ended, |municipality| Error::Suspended {
            municipality,
        }),
    )
}

/// Who enters a scope that the host's own hand may enter as well.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// A person, asked by the policy.
    Person(&'a Actor),
    /// `ctl`, with the host's trust: the administrator's login without a person.
    Host,
}

/// Notices that work was queued. They wake and tell nothing: what is due is asked for.
pub struct Notices(PgListener);

impl Notices {
    /// Waits for a notice; a lost connection counts as one, for some may have been missed.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn next(&mut self) -> Result<()> {
        self.0.try_recv().await?;
        Ok(())
    }
}

/// An open transaction with its context. Reading functions take it; they see what row-level
/// security lets the context see, and nothing else.
pub struct Scope {
    tx: Transaction<'static, Postgres>,
    now: DateTime<Utc>,
    actor: Option<Actor>,
    tenant: Option<TenantId>,
}

impl Scope {
    /// The one moment of this transaction, as `app.ctx_now()` is in SQL.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The municipality the context stands in.
    #[must_use]
    pub const fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// The account in the context; 0, which nobody has, where there is no person.
    #[must_use]
    pub fn account(&self) -> i64 {
        self.actor.as_ref().map_or(0, |actor| actor.account.0)
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    pub(crate) const fn who(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }

    /// Moves the context into another municipality: an operator's or an expert's, into the
    /// one of the row it may act on.
    pub(crate) async fn enter_tenant(&mut self, tenant: TenantId) -> Result<()> {
        sqlx::query!(
            "SELECT set_config('app.tenant', $1, true) AS a",
            tenant.0.to_string()
        )
        .fetch_one(self.connection())
        .await?;
        self.tenant = Some(tenant);
        Ok(())
    }
}

/// A scope entered to do `A`: by a person, or by the host ([`By`]).
pub struct Tx<A> {
    scope: Scope,
    policy: Arc<Policy>,
    act: PhantomData<A>,
}

impl<A> Deref for Tx<A> {
    type Target = Scope;
    fn deref(&self) -> &Scope {
        &self.scope
    }
}

impl<A> DerefMut for Tx<A> {
    fn deref_mut(&mut self) -> &mut Scope {
        &mut self.scope
    }
}

/// A row the policy can be asked about.
pub trait Related {
    /// How `actor` stands to it.
    fn relations(&self, actor: &Actor) -> Relations;
    /// The municipality it belongs to; writes about it go there.
    fn tenant(&self) -> TenantId;
    /// Its number inside, for the audit of a refusal.
    fn object(&self) -> Option<i64> {
        None
    }
}

impl<A: Doing> Tx<A> {
    /// Who acts.
    ///
    /// # Errors
    /// [`Error::Ended`] where nobody does but the host.
    pub fn actor(&self) -> Result<&Actor> {
        self.scope.who().ok_or(Error::Ended)
    }

    /// The second step of the door: may this person do `A` to this row? The permit is what
    /// the writing functions ask for, so a forgotten check does not compile. A refusal undoes
    /// what was done in this scope and stays in the audit. The host is trusted; what it may
    /// reach is its login's matter.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the policy says no in this relation.
    pub async fn may<R: Related>(&mut self, row: R) -> Result<Permit<A, R>> {
        let tenant = row.tenant();
        if let Some(actor) = self.scope.who()
            && !self.policy.allows(actor.role, A::ACT, row.relations(actor))
        {
            let object = row.object();
            self.scope.refuse(A::ACT, Some(tenant), object).await?;
            return Err(Error::Forbidden);
        }
        if self.scope.tenant != Some(tenant) {
            self.scope.enter_tenant(tenant).await?;
        }
        Ok(Permit {
            row,
            act: PhantomData,
        })
    }

    /// The second step for a row of no municipality: the same question, nothing is entered.
    /// `relations` are the row's to the actor, `object` its number inside.
    pub(crate) async fn may_of_region<R>(
        &mut self,
        row: R,
        object: i64,
        relations: Relations,
    ) -> Result<Permit<A, R>> {
        if !self.policy.allows(self.actor()?.role, A::ACT, relations) {
            self.scope.refuse(A::ACT, None, Some(object)).await?;
            return Err(Error::Forbidden);
        }
        Ok(Permit {
            row,
            act: PhantomData,
        })
    }

    /// Whether the person could do another act to a row: which buttons a page shows. The act
    /// itself asks again.
    #[must_use]
    pub fn could(&self, act: Act, row: &impl Related) -> bool {
        self.scope
            .who()
            .is_some_and(|actor| self.policy.allows(actor.role, act, row.relations(actor)))
    }

    /// Makes everything done in this scope last.
    ///
    /// # Errors
    /// If the database refuses; then nothing was done.
    pub async fn commit(self) -> Result<()> {
        Ok(self.scope.tx.commit().await?)
    }
}

/// Proof that the policy lets the person do `A` to this row, in this transaction.
#[derive(Debug)]
pub struct Permit<A, R> {
    row: R,
    act: PhantomData<A>,
}

impl<A, R> Deref for Permit<A, R> {
    type Target = R;
    fn deref(&self) -> &R {
        &self.row
    }
}

impl<A, R> Permit<A, R> {
    /// The row, when the permit has served.
    #[must_use]
    pub fn into_row(self) -> R {
        self.row
    }
}

macro_rules! scope_of {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(Scope);

        impl Deref for $name {
            type Target = Scope;
            fn deref(&self) -> &Scope {
                &self.0
            }
        }

        impl DerefMut for $name {
            fn deref_mut(&mut self) -> &mut Scope {
                &mut self.0
            }
        }

        impl $name {
            /// Makes everything done in this scope last.
            ///
            /// # Errors
            /// If the database refuses; then nothing was done.
            pub async fn commit(self) -> Result<()> {
                Ok(self.0.tx.commit().await?)
            }
        }
    };
}

scope_of! {
    /// The scope of the auth role. Its rows are the account's it has been told of.
    AuthTx
}
scope_of! {
    /// The scope of a person over what is its own, whatever the role.
    OwnTx
}
scope_of! {
    /// The scope of a person about to join a municipality as a teacher.
    JoinTx
}
scope_of! {
    /// The scope of the public role: read only by its grants.
    PublicTx
}
scope_of! {
    /// The scope of the worker.
    WorkerTx
}
scope_of! {
    /// The scope of `ctl`: the administrator's login without a person.
    CtlTx
}

impl WorkerTx {
    /// The connection, for what belongs to the municipality the worker stands in.
    ///
    /// # Errors
    /// [`Error::NoTenant`] if it stands in none (SEC-08).
    pub(crate) fn inside(&mut self) -> Result<&mut PgConnection> {
        self.tenant().ok_or(Error::NoTenant)?;
        Ok(self.connection())
    }
}

impl AuthTx {
    /// Tells the scope which account it is about.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn about(&mut self, account: AccountId) -> Result<()> {
        sqlx::query!(
            "SELECT set_config('app.account', $1, true) AS a",
            account.0.to_string()
        )
        .fetch_one(self.connection())
        .await?;
        Ok(())
    }

    /// Tells the scope which login is being looked up or taken; `norm` is in lower case.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn about_login(&mut self, norm: &str) -> Result<()> {
        sqlx::query!("SELECT set_config('app.login', $1, true) AS a", norm)
            .fetch_one(self.connection())
            .await?;
        Ok(())
    }

    /// Tells the scope the SHA-256 of the one-time token in hand.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn about_token(&mut self, sha256: &[u8; 32]) -> Result<()> {
        let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        sqlx::query!("SELECT set_config('app.token', $1, true) AS a", hex)
            .fetch_one(self.connection())
            .await?;
        Ok(())
    }
}
