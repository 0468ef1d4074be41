//! Withdrawals (R-WD-1): the one of an application, as its page shows it, and what its making
//! and its deciding, which stand with the lists in `withdrawals/…`, have in common.

mod deciding;
mod lists;
mod making;

use db::{
    Permit, Tx,
    applications::{self, Application},
    withdrawals,
};
use domain::{
    act::{Act, Doing, acts},
    actor::Actor,
    life::{self, legal},
    value::Line,
    words,
};
use uuid::Uuid;

use crate::{App, Error, Result};

pub use db::withdrawals::{
    Withdrawal,
    lists::{Listed, Withdrawable},
};
pub use lists::{Filter, Listing};

/// The greatest length of a reason, in characters.
pub const MAX_REASON: usize = 500;

/// What a person may do now, or why not, as a sentence.
pub type Possible = Result<(), String>;

/// The withdrawal of one application as its page shows it.
#[derive(Debug)]
pub struct Withdrawing {
    /// The application.
    pub application: Application,
    /// The newest withdrawal, open or past.
    pub latest: Option<Withdrawal>,
    /// Whether one may be formed.
    pub may_form: Possible,
    /// Whether the formed one may be submitted.
    pub may_submit: Possible,
    /// Whether the open one may be cancelled or taken back.
    pub may_cancel: Possible,
    /// Whether the one under review may be decided.
    pub may_decide: Possible,
}

impl Withdrawing {
    /// The open withdrawal, if there is one.
    #[must_use]
    pub fn open(&self) -> Option<&Withdrawal> {
        self.latest
            .as_ref()
            .filter(|withdrawal| withdrawal.state.is_open())
    }
}

/// Which withdrawal a page showed: what is done to it is done to no other.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Its public id.
    pub withdrawal: Uuid,
    /// Its version then.
    pub version: i32,
}

/// Reads a typed reason, for withdrawing and for declining alike.
///
/// # Errors
/// [`Error::Invalid`] with the fault of the field `reason`.
pub fn reason(typed: &str) -> Result<Line> {
    Line::parse(typed, MAX_REASON).map_err(|fault| Error::field("reason", fault.to_string()))
}

impl App {
    /// The withdrawal of an application, and what the reader may do about it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn withdrawal(&self, actor: &Actor, application: Uuid) -> Result<Withdrawing> {
        let tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        withdrawing(tx, actor, application).await
    }

    /// The withdrawal of what the own card, or any of the own cards, has to withdraw; `None`
    /// while there is no application.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a card that is not the reader's.
    pub async fn own_withdrawal(
        &self,
        actor: &Actor,
        card: Option<Uuid>,
    ) -> Result<Option<Withdrawing>> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        match withdrawals::own_target(&mut tx, card).await? {
            Some(Some(application)) => withdrawing(tx, actor, application).await.map(Some),
            None if card.is_some() => Err(Error::NotFound),
            _ => Ok(None),
        }
    }

    /// Enters to do `A` to the open withdrawal of an application, if it is the one `seen`.
    async fn open_withdrawal<A: Doing>(
        &self,
        actor: &Actor,
        application: Uuid,
        seen: Seen,
    ) -> Result<(Tx<A>, Permit<A, Application>)> {
        let mut tx = self.db.enter::<A>(actor).await?;
        let row = applications::lock(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        // A school coordinator's right to cancel hangs on who formed it: when it is gone, the
        // answer is that it is gone, not that the person has no right.
        let Some(withdrawal) = withdrawals::latest(&mut tx, &row).await? else {
            return Err(Error::Illegal(
                "Заявление на отзыв не сформировано.".to_owned(),
            ));
        };
        if !withdrawal.state.is_open() {
            return Err(Error::Illegal(format!(
                "Этот отзыв уже {}.",
                words::withdrawal_name(withdrawal.state)
            )));
        }
        let permit = tx.may(row).await?;
        legal(A::ACT, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(A::ACT, refusal))?;
        if withdrawal.public_id != seen.withdrawal || withdrawal.version != seen.version {
            return Err(Error::Stale);
        }
        Ok((tx, permit))
    }
}

async fn withdrawing(
    mut tx: Tx<acts::ReadApplication>,
    actor: &Actor,
    application: Uuid,
) -> Result<Withdrawing> {
    let row = applications::find(&mut tx, application)
        .await?
        .ok_or(Error::NotFound)?;
    let permit = tx.may(row).await?;
    let latest = withdrawals::latest(&mut tx, &permit).await?;
    let application = permit.into_row();
    let possible = |act| {
        if !tx.could(act, &application) {
            return Err(words::refusal(act, life::Refusal::Role));
        }
        legal(act, actor.role, &application.case())
            .map(drop)
            .map_err(|refusal| words::refusal(act, refusal))
    };
    Ok(Withdrawing {
        may_form: possible(Act::FormWithdrawal),
        may_submit: possible(Act::SubmitWithdrawal),
        may_cancel: possible(Act::CancelWithdrawal),
        may_decide: possible(Act::AcceptWithdrawal),
        latest,
        application,
    })
}
