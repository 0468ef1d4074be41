//! The verbs of the final conclusion (R-CON-1…3): files brought to it, the form it is filled in
//! on, what is judged of it, how it is listed and seen, what is due at a month's end stand in
//! `conclusions/…`; here is the beginning they have in common.
//! Where each leads is the state table's to say.

mod bringing;
mod forming;
mod judging;
mod list;
pub(crate) mod month;
mod view;

use db::{
    Permit, Tx,
    applications::Application,
    conclusions::{self, Signature},
    letters,
};
use domain::{
    act::Doing,
    actor::Actor,
    conclusion::Signer,
    letter::LetterKind,
    life::{Rule, legal},
};
use uuid::Uuid;

use crate::{App, Error, Result};

pub use db::conclusions::{
    Conclusion, Signature as SignatureOf, Signed as SignedBy, Version,
    form::{Criterion, Draft, Form, Printing},
    list::{Cursor, Listed},
    month::Missing,
};
pub use forming::{FIELDS, FormView, TypedForm, TypedMark};
pub use judging::ReturnTo;
pub use list::{DueDay, ListedConclusion, Page};
pub use month::{Month, RemindedOf, Reminding};
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

/// Tells those who wait for a conclusion that it is with the teacher: the teacher, and the expert
/// who did not bring it.
async fn tell_received<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    actor: &Actor,
) -> Result<()> {
    let mut receivers = conclusions::experts(tx, permit).await?;
    receivers.retain(|account| *account != actor.account.0);
    receivers.push(permit.account);
    tell(tx, permit, LetterKind::ConclusionReceived, &receivers).await
}

/// Who has neither signed the present text nor refused to: what is passed on all the same is
/// passed on with a warning (R-CON-1).
#[must_use]
pub fn unsigned(signatures: &[Signature]) -> Vec<Signer> {
    let silent = |who: &Signer| signatures.iter().all(|signature| signature.who != *who);
    Signer::ALL.iter().copied().filter(silent).collect()
}
