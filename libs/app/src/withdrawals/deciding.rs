//! A withdrawal decided: accepted or declined by the registrar and, once the period is approved,
//! by the operator (R-WD-1).

use db::{
    events,
    journal::{self, Became},
    letters, withdrawals,
};
use domain::{
    act::acts,
    actor::Actor,
    letter::LetterKind,
    life::{PeriodMark, Status},
};
use uuid::Uuid;

use super::{Seen, reason};
use crate::{App, Result, publications};

impl App {
    /// Accepts a withdrawal: the application is withdrawn, period and assignments end, and a
    /// registered one gets its correction in the journal. An approved row leaves the published
    /// schedule, which is its next version.
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
        if permit.row.mark == PeriodMark::Approved
            && let Some(period) = permit.row.period
        {
            publications::schedule::publish(&mut tx, period).await?;
        }
        if permit.status == Status::Registered {
            // The journal comes last: its counter is locked until the commit (R-APP-5).
            journal::correct(&mut tx, &permit, Became::Withdrawn).await?;
        }
        let had_period = permit.row.period.is_some();
        tx.commit().await?;
        // It may have been the last one its period waited for, approved or left out of it.
        if had_period {
            self.complete_periods::<acts::AcceptWithdrawal>(actor)
                .await?;
        }
        Ok(())
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
}
