//! The second step of the door: a scope entered to do one act, and the permit to do it to one
//! row, which the writing functions ask for. Entering is in [`super::enter`].

use std::{
    marker::PhantomData,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use domain::{
    act::{Act, Doing},
    actor::{Actor, TenantId},
    permission::{Policy, Relations},
};

use super::Scope;
use crate::error::{Error, Result};

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
    pub(super) const fn new(scope: Scope, policy: Arc<Policy>) -> Self {
        Self {
            scope,
            policy,
            act: PhantomData,
        }
    }

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
        self.scope.commit().await
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
