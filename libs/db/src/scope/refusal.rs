//! What the policy refused at the door stays in the audit (SEC-82), whatever becomes of the
//! verb that was refused.

use domain::{
    act::Act,
    actor::{Actor, TenantId},
    audit::Code,
};
use sqlx::Executor as _;

use super::{Scope, context::Context};
use crate::{
    error::{Error, Result},
    events::{self, Line, Outcome},
};

impl Scope {
    /// Records that the person was refused `act` on the object in `tenant`, in a transaction
    /// of its own: what was done in this scope so far is undone, the line stays, and what is
    /// left of the scope has no context and sees nothing. The connection is the same
    /// throughout, for a pool may have no other to give.
    pub(super) async fn refuse(
        &mut self,
        act: Act,
        tenant: Option<TenantId>,
        object: Option<i64>,
    ) -> Result<()> {
        let actor = Actor {
            tenant,
            ..self.who().ok_or(Error::Ended)?.clone()
        };
        self.connection().execute("ROLLBACK AND CHAIN").await?;
        let now = self.now;
        Context::of(&actor)
            .set_and_ask(&mut self.tx, now, &actor, &self.span)
            .await?;
        let line = Line {
            object,
            outcome: Outcome::Refused,
            ..Line::of(&actor, Code::Act(act))
        };
        events::write(self, line).await?;
        self.connection().execute("COMMIT AND CHAIN").await?;
        Ok(())
    }
}
