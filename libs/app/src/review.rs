//! The registrar's verbs: register, reject, vouch (R-ROUTE-2, R-ROUTE-3, R-APP-5, R-APP-6).
//! The municipal coordinator's and the operator's alike: who may is the policy's answer, when
//! the state table's.

use chrono::NaiveDate;
use db::{applications, events, letters};
use domain::{
    act::{Act, acts},
    actor::Actor,
    letter::LetterKind,
    life::legal,
};
use uuid::Uuid;

use crate::{App, Error, Result};

impl App {
    /// Registers an application: number and date of the journal.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`] by `version`,
    /// [`Error::Illegal`] with the reason.
    pub async fn register(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
    ) -> Result<(i32, NaiveDate)> {
        let mut tx = self.db.enter::<acts::Register>(actor).await?;
        let row = applications::lock(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        legal(Act::Register, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(Act::Register, refusal))?;
        if permit.version != version {
            return Err(Error::Stale);
        }
        events::record(&mut tx, &permit, "Заявление зарегистрировано").await?;
        letters::queue(&mut tx, &permit, LetterKind::Registered, permit.account).await?;
        // The number comes last: its counter is locked until the commit (R-APP-5).
        let line = applications::register(&mut tx, &permit).await?;
        tx.commit().await?;
        Ok(line)
    }
}
