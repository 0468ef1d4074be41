//! A withdrawal made: formed, submitted and cancelled by the teacher, or by the school
//! coordinator for a teacher who cannot (R-WD-1).

use db::{
    Permit, Tx,
    applications::Application,
    events,
    jobs::{self, JobKind},
    letters, withdrawals,
};
use domain::{
    act::{Act, Doing, acts},
    actor::Actor,
    letter::LetterKind,
    life::legal,
    role::Role,
    routing::Route,
};
use uuid::Uuid;

use super::{Seen, reason};
use crate::{App, Error, Result, files::Received};

impl App {
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
        let (mut tx, permit) = self
            .open_withdrawal::<acts::SubmitWithdrawal>(actor, application, seen)
            .await?;
        withdrawals::submit(&mut tx, &permit, &scan.row()).await?;
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
