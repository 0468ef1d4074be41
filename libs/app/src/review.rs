//! The registrar's verbs: register, vouch (R-ROUTE-2, R-ROUTE-3, R-APP-5); rejecting is
//! [`crate::rejection`]'s.
//! The municipal coordinator's and the operator's alike: who may is the policy's answer, when
//! the state table's.

use chrono::NaiveDate;
use db::{
    Scope,
    applications::{self, Application},
    events, letters,
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    calendar::in_words,
    letter::LetterKind,
    life::{Refusal, legal},
    role::Role,
    words,
};
use uuid::Uuid;

use crate::{App, Error, Result};

/// The acts that move an application on or change it under another registrar's hands.
pub(crate) const MOVES: &[Act] = &[
    Act::Register,
    Act::Reject,
    Act::Vouch,
    Act::Annul,
    Act::Correct,
    Act::AcceptWithdrawal,
    Act::Decide,
];

impl App {
    /// Registers an application: number and date of the journal.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`] with the reason, and with
    /// who did it and when if another was quicker or the row is no longer of `version`.
    pub async fn register(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
    ) -> Result<(i32, NaiveDate)> {
        let (mut tx, permit) = self
            .enter_case::<acts::Register>(actor, application)
            .await?;
        if let Err(refusal) = legal(Act::Register, actor.role, &permit.case()) {
            return Err(self
                .refused(&mut tx, &permit, Act::Register, refusal)
                .await?);
        }
        if permit.version != version {
            return Err(self.stale(&mut tx, &permit, MOVES).await?);
        }
        events::record(&mut tx, &permit, "Заявление зарегистрировано").await?;
        letters::queue(&mut tx, &permit, LetterKind::Registered, permit.account).await?;
        // The number comes last: its counter is locked until the commit (R-APP-5).
        let line = applications::register(&mut tx, &permit).await?;
        tx.commit().await?;
        Ok(line)
    }

    /// Marks an application of route operator «Проверено» (R-ROUTE-3): for the operator, who
    /// need not wait for it.
    ///
    /// # Errors
    /// As [`App::register`].
    pub async fn vouch(&self, actor: &Actor, application: Uuid, version: i32) -> Result<()> {
        let (mut tx, permit) = self.enter_case::<acts::Vouch>(actor, application).await?;
        if let Err(refusal) = legal(Act::Vouch, actor.role, &permit.case()) {
            return Err(self.refused(&mut tx, &permit, Act::Vouch, refusal).await?);
        }
        if permit.version != version {
            return Err(self.stale(&mut tx, &permit, MOVES).await?);
        }
        applications::vouch(&mut tx, &permit).await?;
        events::record(&mut tx, &permit, "Проверено муниципальным координатором").await?;
        Ok(tx.commit().await?)
    }

    /// The refusal in words; where the status has moved on, with who moved it and when.
    pub(crate) async fn refused(
        &self,
        scope: &mut Scope,
        row: &Application,
        act: Act,
        refusal: Refusal,
    ) -> Result<Error> {
        let mut sentence = words::refusal(act, refusal);
        if matches!(refusal, Refusal::Status(_)) {
            if let (Some(number), Some(date)) = (row.registered_number, row.registered_on) {
                sentence.push_str(&format!(" № {number} от {}", in_words(date)));
            }
            sentence.push_str(&self.quicker(scope, row, MOVES).await?);
        }
        Ok(Error::Illegal(sentence))
    }

    /// A row that is no longer of the version shown: changed by whom and when, if one of
    /// `acts` did it.
    pub(crate) async fn stale(
        &self,
        scope: &mut Scope,
        row: &Application,
        acts: &[Act],
    ) -> Result<Error> {
        let who = self.quicker(scope, row, acts).await?;
        Ok(if who.is_empty() {
            Error::Stale
        } else {
            Error::Illegal(format!("{}{who}", Error::Stale))
        })
    }

    /// « Заявление зарегистрировано: Петрова Анна Ивановна, 2 декабря 2026 г. в 14:05.», or
    /// nothing when nobody did.
    async fn quicker(&self, scope: &mut Scope, row: &Application, acts: &[Act]) -> Result<String> {
        let Some(event) = events::last_of(scope, row, acts).await? else {
            return Ok(String::new());
        };
        let who = if event.actor_name.is_empty() {
            Role::from_code(&event.role).map_or("", Role::name)
        } else {
            &event.actor_name
        };
        let at = self.zone().local(event.at);
        Ok(format!(
            " {}: {who}, {} в {}.",
            event.words,
            in_words(at.date_naive()),
            at.format("%H:%M")
        ))
    }
}
