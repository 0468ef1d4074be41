//! Withdrawals (R-WD-1): formed, submitted and cancelled by the teacher, or by the school
//! coordinator for a teacher who cannot; accepted or declined by the registrar and, once the
//! period is approved, by the operator. One page of the lists is [`PAGE`] rows.

pub use db::withdrawals::{
    Withdrawal,
    lists::{Listed, Withdrawable},
};
use db::{
    Permit, Tx,
    applications::{self, Application},
    events,
    jobs::{self, JobKind},
    letters,
    withdrawals::{self, Scan, lists},
};
use domain::{
    act::{Act, Doing, acts},
    actor::Actor,
    letter::LetterKind,
    life::{self, Status, legal},
    role::Role,
    routing::Route,
    value::Line,
    words,
};
use uuid::Uuid;

use crate::{App, Error, Result, files::Received};

/// Rows of one page of a list.
const PAGE: usize = 50;

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

/// Which withdrawals a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// «ждут меня»: under review and the reader's to decide.
    Waiting,
    /// «все».
    All,
}

/// One page of a list.
#[derive(Debug)]
pub struct Listing<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Whether more follow.
    pub more: bool,
}

impl<T> Listing<T> {
    fn of(mut rows: Vec<T>) -> Self {
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        Self { rows, more }
    }
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

    /// What the school coordinator may withdraw: the submitted and registered applications of
    /// its organisation, after the application `after`.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn withdrawable(
        &self,
        actor: &Actor,
        after: Option<Uuid>,
    ) -> Result<Listing<Withdrawable>> {
        let mut tx = self.db.enter::<acts::FormWithdrawal>(actor).await?;
        Ok(Listing::of(lists::withdrawable(&mut tx, after).await?))
    }

    /// The list of whoever decides, after the withdrawal `after`; each row with whether it is
    /// the reader's to decide now.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn withdrawals(
        &self,
        actor: &Actor,
        filter: Filter,
        after: Option<Uuid>,
    ) -> Result<Listing<(Listed, bool)>> {
        let mut tx = self.db.enter::<acts::AcceptWithdrawal>(actor).await?;
        let rows = match filter {
            Filter::Waiting => {
                lists::waiting(&mut tx, actor.role == Role::Municipal, after).await?
            }
            Filter::All => lists::all(&mut tx, after).await?,
        };
        let rows = rows
            .into_iter()
            .map(|row| {
                let mine = row.state == life::Withdrawal::UnderReview
                    && tx.could(Act::AcceptWithdrawal, &row);
                (row, mine)
            })
            .collect();
        Ok(Listing::of(rows))
    }

    /// Forms a withdrawal; the worker prints it. Pressed twice it leads to the one there is.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`] by the application's
    /// `version`, [`Error::Illegal`], [`Error::Invalid`] for the field `reason`.
    pub async fn form_withdrawal(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        typed: &str,
    ) -> Result<()> {
        let reason = reason(typed)?;
        let (mut tx, permit) = self
            .enter_case::<acts::FormWithdrawal>(actor, application)
            .await?;
        if permit.withdrawal.is_some() {
            return Ok(());
        }
        legal(Act::FormWithdrawal, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(Act::FormWithdrawal, refusal))?;
        if permit.version != version {
            return Err(Error::Stale);
        }
        let id = withdrawals::form(&mut tx, &permit, reason.as_str()).await?;
        jobs::queue(&mut tx, &permit, JobKind::WithdrawalPdf, id).await?;
        events::record(
            &mut tx,
            &permit,
            &format!("Сформировано заявление на отзыв в связи с {reason}"),
        )
        .await?;
        if actor.role == Role::School {
            letters::queue(
                &mut tx,
                &permit,
                LetterKind::WithdrawalFormed,
                permit.account,
            )
            .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Submits the formed withdrawal with its signed scan: from now on it stops every other
    /// act but attaching documents. If this fails, the caller discards the file.
    ///
    /// # Errors
    /// As [`App::form_withdrawal`], with the field `scan`.
    pub async fn submit_withdrawal(
        &self,
        actor: &Actor,
        application: Uuid,
        seen: Seen,
        scan: &Received,
    ) -> Result<()> {
        if !matches!(
            scan.content_type,
            "application/pdf" | "image/jpeg" | "image/png"
        ) {
            return Err(Error::field("scan", "Скан – это файл PDF, JPG или PNG"));
        }
        let size = i64::try_from(scan.size).map_err(|error| Error::Internal(Box::new(error)))?;
        let (mut tx, permit) = self
            .open_withdrawal::<acts::SubmitWithdrawal>(actor, application, seen)
            .await?;
        let scan = Scan {
            key: &scan.key,
            name: &scan.name,
            content_type: scan.content_type,
            size,
            sha256: &scan.sha256,
        };
        withdrawals::submit(&mut tx, &permit, &scan).await?;
        events::record(&mut tx, &permit, "Подано заявление на отзыв").await?;
        tell_registrar(&mut tx, &permit, LetterKind::WithdrawalSubmitted).await?;
        if actor.role == Role::School {
            letters::queue(
                &mut tx,
                &permit,
                LetterKind::WithdrawalSubmitted,
                permit.account,
            )
            .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Cancels a formed withdrawal, or takes back one under review (the teacher only).
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`], [`Error::Illegal`].
    pub async fn cancel_withdrawal(
        &self,
        actor: &Actor,
        application: Uuid,
        seen: Seen,
    ) -> Result<()> {
        let (mut tx, permit) = self
            .open_withdrawal::<acts::CancelWithdrawal>(actor, application, seen)
            .await?;
        withdrawals::cancel(&mut tx, &permit).await?;
        events::record(&mut tx, &permit, "Отзыв заявления отменён").await?;
        if permit.case().is_frozen() {
            tell_registrar(&mut tx, &permit, LetterKind::WithdrawalCancelled).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Accepts a withdrawal: the application is withdrawn, period and assignments end, and a
    /// registered one gets its correction in the journal.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`], [`Error::Illegal`].
    pub async fn accept_withdrawal(
        &self,
        actor: &Actor,
        application: Uuid,
        seen: Seen,
    ) -> Result<()> {
        let (mut tx, permit) = self
            .open_withdrawal::<acts::AcceptWithdrawal>(actor, application, seen)
            .await?;
        let experts = withdrawals::accept(&mut tx, &permit).await?;
        events::record(
            &mut tx,
            &permit,
            "Отзыв зарегистрирован, заявление отозвано",
        )
        .await?;
        letters::queue(
            &mut tx,
            &permit,
            LetterKind::WithdrawalAccepted,
            permit.account,
        )
        .await?;
        for expert in experts {
            letters::queue(&mut tx, &permit, LetterKind::WithdrawalAccepted, expert).await?;
            letters::queue(&mut tx, &permit, LetterKind::Unassigned, expert).await?;
        }
        if permit.status == Status::Registered {
            // The journal comes last: its counter is locked until the commit (R-APP-5).
            withdrawals::correct_journal(&mut tx, &permit).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Declines a withdrawal with a reason: the application goes on as if there were none.
    ///
    /// # Errors
    /// As [`App::accept_withdrawal`], and [`Error::Invalid`] for the field `reason`.
    pub async fn decline_withdrawal(
        &self,
        actor: &Actor,
        application: Uuid,
        seen: Seen,
        typed: &str,
    ) -> Result<()> {
        let reason = reason(typed)?;
        let (mut tx, permit) = self
            .open_withdrawal::<acts::DeclineWithdrawal>(actor, application, seen)
            .await?;
        withdrawals::decline(&mut tx, &permit, reason.as_str()).await?;
        events::record(&mut tx, &permit, &format!("Отзыв отклонён: {reason}")).await?;
        letters::queue(
            &mut tx,
            &permit,
            LetterKind::WithdrawalDeclined,
            permit.account,
        )
        .await?;
        Ok(tx.commit().await?)
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

/// The coordinators register on the municipal route; operators have their queue instead.
async fn tell_registrar<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    kind: LetterKind,
) -> Result<()> {
    if permit.route == Some(Route::Municipal) {
        for account in letters::coordinators(tx).await? {
            letters::queue(tx, permit, kind, account).await?;
        }
    }
    Ok(())
}
