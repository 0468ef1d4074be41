//! The registrar's verbs: register, reject, vouch (R-ROUTE-2, R-ROUTE-3, R-APP-5, R-APP-6).
//! The municipal coordinator's and the operator's alike: who may is the policy's answer, when
//! the state table's.

use chrono::NaiveDate;
use db::{
    Scope,
    applications::{self, Application},
    events, letters, reference,
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    calendar::in_words,
    letter::LetterKind,
    life::{Refusal, legal},
    role::Role,
    value::Line,
    words,
};
use uuid::Uuid;

use crate::{App, Error, Result};

pub use db::reference::RejectionReason;

/// The longest own words of a rejection, in characters.
const WORDS: usize = 1000;

/// The acts that move an application on or change it under another registrar's hands.
const MOVES: &[Act] = &[
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

    /// The reasons a rejection chooses from.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that never reject.
    pub async fn rejection_reasons(&self, actor: &Actor) -> Result<Vec<RejectionReason>> {
        let mut tx = self.db.enter::<acts::Reject>(actor).await?;
        Ok(reference::rejection_reasons(&mut tx).await?)
    }

    /// Rejects an application: for `reasons` of the list, by code, and in own words, which are
    /// required where the list has none of its own («Иная причина», R-APP-6).
    ///
    /// # Errors
    /// As [`App::register`]; [`Error::Invalid`] for `reason` and `comment`.
    pub async fn reject(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        reasons: &[String],
        comment: &str,
    ) -> Result<()> {
        let (mut tx, permit) = self.enter_case::<acts::Reject>(actor, application).await?;
        if let Err(refusal) = legal(Act::Reject, actor.role, &permit.case()) {
            return Err(self.refused(&mut tx, &permit, Act::Reject, refusal).await?);
        }
        if permit.version != version {
            return Err(self.stale(&mut tx, &permit, MOVES).await?);
        }
        let list = reference::rejection_reasons(&mut tx).await?;
        let rejection = rejection(&list, reasons, comment)?;
        applications::reject(&mut tx, &permit, reasons, &rejection).await?;
        events::record(&mut tx, &permit, &format!("Заявление отклонено{rejection}")).await?;
        letters::queue(&mut tx, &permit, LetterKind::Rejected, permit.account).await?;
        Ok(tx.commit().await?)
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
        let at = self.zone.local(event.at);
        Ok(format!(
            " {}: {who}, {} в {}.",
            event.words,
            in_words(at.date_naive()),
            at.format("%H:%M")
        ))
    }
}

/// The rejection in words, of what was ticked and typed.
fn rejection(list: &[RejectionReason], ticked: &[String], comment: &str) -> Result<String> {
    let chosen: Vec<&RejectionReason> = list
        .iter()
        .filter(|reason| ticked.contains(&reason.code))
        .collect();
    let own = Line::parse_optional(comment, WORDS)
        .map_err(|fault| Error::field("comment", fault.to_string()))?;
    if chosen.len() < ticked.len() {
        return Err(Error::field("reason", "Выберите причину из списка"));
    }
    let own = own.as_ref().map_or("", Line::as_str);
    if chosen.is_empty() && own.is_empty() {
        return Err(Error::field(
            "reason",
            "Отметьте причину отклонения или напишите её в комментарии",
        ));
    }
    if own.is_empty() && chosen.iter().any(|reason| reason.instrumental.is_empty()) {
        return Err(Error::field(
            "comment",
            "Напишите причину: она не выбрана из списка",
        ));
    }
    let instrumental: Vec<String> = chosen
        .into_iter()
        .map(|reason| reason.instrumental.clone())
        .filter(|words| !words.is_empty())
        .collect();
    Ok(words::rejection(&instrumental, own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Vec<RejectionReason> {
        [
            ("fio", "Ошибка в ФИО", "ошибкой в ФИО"),
            ("other", "Иная причина", ""),
        ]
        .map(|(code, name, instrumental)| RejectionReason {
            code: code.into(),
            name: name.into(),
            instrumental: instrumental.into(),
        })
        .into()
    }

    fn words_of(ticked: &[&str], comment: &str) -> Result<String, String> {
        let ticked: Vec<String> = ticked.iter().map(|code| (*code).to_owned()).collect();
        rejection(&list(), &ticked, comment).map_err(|error| match error {
            Error::Invalid(mut faults) => faults.remove(0).field.into_owned(),
            _ => String::new(),
        })
    }

    #[test]
    fn r_app_6_a_reason_is_needed_and_another_one_in_own_words() {
        assert_eq!(words_of(&["fio"], "").unwrap(), " в связи с ошибкой в ФИО");
        assert_eq!(words_of(&["other"], "нет").unwrap(), ": нет");
        assert_eq!(words_of(&[], "нет").unwrap(), ": нет");
        assert_eq!(
            words_of(&["fio", "other"], "нет").unwrap(),
            " в связи с ошибкой в ФИО, нет"
        );
        assert_eq!(words_of(&[], " ").unwrap_err(), "reason");
        assert_eq!(words_of(&["other"], "").unwrap_err(), "comment");
        assert_eq!(words_of(&["unknown"], "нет").unwrap_err(), "reason");
    }
}
