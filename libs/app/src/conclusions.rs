//! The verbs of the final conclusion (R-CON-1…3): files brought to it, what is judged of it,
//! how it is listed and seen stand in `conclusions/…`; here is the beginning they have in common.
//! Where each leads is the state table's to say.

mod bringing;
mod judging;
mod list;
mod view;

use db::{Permit, Tx, applications::Application, letters};
use domain::{
    act::Doing,
    actor::Actor,
    letter::LetterKind,
    life::{Rule, legal},
};
use uuid::Uuid;

use crate::{App, Error, Result};

pub use db::conclusions::{Conclusion, Signed as SignedBy, Version, list::Cursor, list::Listed};
pub use judging::ReturnTo;
pub use list::{DueDay, ListedConclusion, Page};
pub use view::ConclusionView;

impl App {
    /// The common beginning: the application locked, the act permitted, legal and about the
    /// version that was shown.
    async fn enter_conclusion<A: Doing>(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
    ) -> Result<(Tx<A>, Permit<A, Application>, &'static Rule)> {
        let (tx, permit) = self.enter_case::<A>(actor, application).await?;
        let rule = legal(A::ACT, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(A::ACT, refusal))?;
        if permit.conclusion_version != version {
            return Err(Error::Stale);
        }
        Ok((tx, permit, rule))
    }
}

async fn tell<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    kind: LetterKind,
    accounts: &[i64],
) -> Result<()> {
    for account in accounts {
        letters::queue(tx, permit, kind, *account).await?;
    }
    Ok(())
}
