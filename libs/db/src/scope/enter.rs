//! The first step of the door: which pool a person or a program comes by, with what context,
//! and whether it may at all. The second step is the permit, in [`super::tx`].

use domain::{
    act::{Act, Doing, acts},
    actor::{AccountId, Actor, TenantId},
    role::Role,
};
use sqlx::{Postgres, Transaction};
use tracing::Span;
use uuid::Uuid;

use super::{
    Database, Scope,
    context::Context,
    measure,
    pools::Pool,
    roles::{AuthTx, CtlTx, JoinTx, OwnTx, PublicTx, WorkerTx},
    tx::Tx,
};
use crate::error::{Error, Result};

/// Who enters a scope that the host's own hand may enter as well.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// A person, asked by the policy.
    Person(&'a Actor),
    /// `ctl`, with the host's trust: the administrator's login without a person.
    Host,
}

impl Database {
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
        let span = measure::of_act(A::ACT, actor.role.code(), actor.tenant);
        let mut scope = self.open_for(actor, span).await?;
        if !policy.ever(actor.role, A::ACT) {
            scope.refuse(A::ACT, actor.tenant, None).await?;
            return Err(Error::Forbidden);
        }
        Ok(Tx::new(scope, policy))
    }

    /// Enters to do `A` as whoever may, a person or the host: what an administrator does in the
    /// console `ctl` does, too.
    ///
    /// # Errors
    /// As [`Database::enter`].
    pub async fn enter_by<A: Doing>(&self, by: By<'_>) -> Result<Tx<A>> {
        match by {
            By::Person(actor) => self.enter(actor).await,
            By::Host => Ok(Tx::new(self.enter_ctl().await?.0, self.policy())),
        }
    }

    /// Enters the scope of `actor` over what is its own: profile and letters. No line of the
    /// policy is asked, since everybody may (08 §8.2); writers name the row by the context.
    ///
    /// # Errors
    /// [`Error::Ended`] if the cabinet has ended.
    pub async fn enter_own(&self, actor: &Actor) -> Result<OwnTx> {
        let span = measure::of_role(actor.role.code(), actor.tenant);
        Ok(OwnTx(self.open_for(actor, span).await?))
    }

    /// Enters for what follows in the published schedules from what `actor` did: an expert who leaves
    /// is named in whatever municipality it works for, which nobody who ends a cabinet reaches. On
    /// the operators' login, whose alone the schedules are, in the name of who acted; a permit asked
    /// for here is asked for the actor as it is.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn enter_publishing(
        &self,
        actor: &Actor,
        tenant: Option<TenantId>,
    ) -> Result<Tx<acts::ApprovePeriod>> {
        let span = measure::of_role(Role::Operator.code(), tenant);
        let mut tx = self.pools().operator.begin().await?;
        let now = self.now();
        let context = Context {
            tenant,
            organisation: None,
            role: Role::Operator.code(),
        };
        // The cabinet may be the one that has just ended: nobody asks for it.
        context.set_and_ask(&mut tx, now, actor, &span).await?;
        let scope = Scope {
            tx,
            now,
            actor: Some(actor.clone()),
            tenant,
            span,
            _turn: None,
        };
        Ok(Tx::new(scope, self.policy()))
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
        let span = measure::of_role(actor.role.code(), actor.tenant);
        let turn = self.crowd().turn(tenant).await?;
        let mut tx = self.pools().tenant.begin().await?;
        let now = self.now();
        let context = Context::of(&actor);
        context.set_and_ask(&mut tx, now, &actor, &span).await?;
        Ok(JoinTx(Scope {
            tx,
            now,
            tenant: actor.tenant,
            actor: Some(actor),
            span,
            _turn: Some(turn),
        }))
    }

    /// Enters as the auth role: credentials, own cabinets, the invitation in hand.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn enter_auth(&self) -> Result<AuthTx> {
        Ok(AuthTx(
            self.open(&self.pools().auth, Context::default()).await?,
        ))
    }

    /// Enters as the public role: what anyone may read.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn enter_public(&self) -> Result<PublicTx> {
        Ok(PublicTx(
            self.open(&self.pools().public, Context::default()).await?,
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
        Ok(WorkerTx(self.open(&self.pools().worker, context).await?))
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
        Ok(CtlTx(self.open(&self.pools().admin, context).await?))
    }

    /// A setting of the region, read on whatever login this process has; empty if never set.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn region_setting(&self, key: &str) -> Result<String> {
        let pool = self.pools().any()?;
        let mut scope = self.open(pool, Context::default()).await?;
        crate::reference::setting(&mut scope, key).await
    }

    /// Opens the transaction of a person on the role's own login, with its context.
    async fn open_for(&self, actor: &Actor, span: Span) -> Result<Scope> {
        let pools = self.pools();
        let (pool, crowded) = match actor.role {
            Role::Teacher | Role::School | Role::Municipal => (&pools.tenant, actor.tenant),
            Role::Expert => (&pools.expert, None),
            Role::Operator => (&pools.operator, None),
            Role::Admin => (&pools.admin, None),
        };
        let turn = match crowded {
            Some(tenant) => Some(self.crowd().turn(tenant).await?),
            None => None,
        };
        let mut tx = pool.begin().await?;
        let now = self.now();
        let context = Context::of(actor);
        if !context.set_and_ask(&mut tx, now, actor, &span).await? {
            return Err(closed(&mut tx, actor).await?);
        }
        Ok(Scope {
            tx,
            now,
            actor: Some(actor.clone()),
            tenant: actor.tenant,
            span,
            _turn: turn,
        })
    }

    // A plain BEGIN, then the context in a statement of its own: a future dropped between the
    // two leaves nothing that a later borrower could read (04 A3).
    async fn open(&self, pool: &Pool, context: Context) -> Result<Scope> {
        let role = match context.role {
            "" => pool.role(),
            role => role,
        };
        let span = measure::of_role(role, context.tenant);
        let mut tx = pool.begin().await?;
        let now = self.now();
        context.set(&mut tx, now, &span).await?;
        Ok(Scope {
            tx,
            now,
            actor: None,
            tenant: context.tenant,
            span,
            _turn: None,
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
