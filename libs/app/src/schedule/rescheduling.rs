//! Moving an approved row back to preliminary (08 §8.1, «reschedule»): the operator's, with a
//! reason. It is the next version of the schedule.

use db::{applications, events, letters, schedule};
use domain::{
    act::{Act, acts},
    actor::Actor,
    letter::LetterKind,
    life::legal,
    value::Line,
};
use uuid::Uuid;

use crate::{App, Error, Result, case::Application, publications};

/// The greatest length of a reason, in characters.
pub const MAX_REASON: usize = 300;

impl App {
    /// The application whose row is to be moved back, if that can be done now.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`].
    pub async fn reschedulable(&self, actor: &Actor, application: Uuid) -> Result<Application> {
        let mut tx = self.db.enter::<acts::ReadSchedule>(actor).await?;
        let row = applications::find(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let row = tx.may(row).await?.into_row();
        match super::refusal(&tx, actor, Act::Reschedule, &row) {
            Some(words) => Err(Error::Illegal(words)),
            None => Ok(row),
        }
    }

    /// Moves an approved row back to preliminary: it stays in its period, and whoever keeps
    /// preliminary rows keeps it again. `version` is the row's.
    ///
    /// # Errors
    /// As [`App::reschedulable`]; [`Error::Stale`], [`Error::Invalid`] for `reason`.
    pub async fn reschedule(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        reason: &str,
    ) -> Result<()> {
        let reason = Line::parse(reason, MAX_REASON)
            .map_err(|fault| Error::field("reason", fault.to_string()))?;
        let (mut tx, permit) = self
            .enter_case::<acts::Reschedule>(actor, application)
            .await?;
        legal(Act::Reschedule, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(Act::Reschedule, refusal))?;
        if permit.row.version != version {
            return Err(self.stale(&mut tx, &permit, super::plan::SETTING).await?);
        }
        let period = permit.row.period.ok_or(Error::Stale)?;
        schedule::reschedule_row(&mut tx, &permit).await?;
        let words = format!("Строка возвращена в предварительный график: {reason}");
        events::record(&mut tx, &permit, &words).await?;
        let kind = LetterKind::PeriodSet;
        letters::queue(&mut tx, &permit, kind, permit.account).await?;
        for expert in schedule::assigned(&mut tx, &permit).await? {
            letters::queue(&mut tx, &permit, kind, expert.account).await?;
        }
        publications::schedule::publish(&mut tx, period).await?;
        Ok(tx.commit().await?)
    }
}
