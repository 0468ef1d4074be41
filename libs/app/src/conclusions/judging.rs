//! What is done to a conclusion without a file (R-CON-1…3): a refusal to sign noted by the
//! expert, passed on and returned by the coordinator, returned, accepted and reopened by the
//! Centre.

use db::{
    Permit, Tx,
    applications::Application,
    conclusions::{self, Move, signatures},
    events, letters,
};
use domain::{
    act::{Doing, acts},
    actor::Actor,
    conclusion::Signer,
    letter::LetterKind,
    life::Place,
    value::Line,
};
use uuid::Uuid;

use super::{tell, unsigned};
use crate::{App, Error, FieldFault, Result};

/// The longest reason taken, in characters.
const REASON: usize = 500;

/// To whom a conclusion is returned (R-CON-2, R-CON-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnTo {
    /// To the experts, to be written anew.
    Expert,
    /// To the teacher, to be signed again.
    Teacher,
}

impl ReturnTo {
    /// Both, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::Expert, Self::Teacher];

    /// The value the form sends.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Expert => "expert",
            Self::Teacher => "teacher",
        }
    }

    /// «специалисту», «педагогу».
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expert => "специалисту",
            Self::Teacher => "педагогу",
        }
    }

    const fn place(self) -> Place {
        match self {
            Self::Expert => Place::AtExpert,
            Self::Teacher => Place::AtTeacher,
        }
    }
}

impl App {
    /// Records that the teacher refused to sign: the conclusion goes on its way (R-CON-1).
    ///
    /// # Errors
    /// As [`App::upload_conclusion`], and [`Error::Invalid`] without a reason.
    pub async fn note_refusal(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        reason: &str,
    ) -> Result<()> {
        let reason = self::reason(reason)?;
        let (mut tx, permit, rule) = self
            .enter_conclusion::<acts::NoteRefusal>(actor, application, version)
            .await?;
        let to = Move {
            place: rule.place(&permit.case()),
            reason: reason.as_str(),
            refused: true,
        };
        conclusions::place(&mut tx, &permit, to).await?;
        signatures::record(&mut tx, &permit, &[Signer::Teacher], reason.as_str()).await?;
        let words = format!("Отмечен отказ педагога от подписи: {reason}");
        events::record(&mut tx, &permit, &words).await?;
        letters::queue(
            &mut tx,
            &permit,
            LetterKind::ConclusionReceived,
            permit.account,
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// Passes a conclusion on to the Centre (R-CON-2), whoever has not signed it; they are
    /// returned.
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn pass_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
    ) -> Result<Vec<Signer>> {
        let (mut tx, permit) = self
            .moved::<acts::PassConclusion>(actor, application, version)
            .await?;
        events::record(&mut tx, &permit, "Итоговое заключение передано в Центр").await?;
        let unsigned = unsigned(&signatures::of(&mut tx, &permit).await?);
        tx.commit().await?;
        Ok(unsigned)
    }

    /// Returns a conclusion to the experts or to the teacher (R-CON-2; by the operator on route
    /// operator, R-CON-3). `to` is the code of a [`ReturnTo`], as the form sent it.
    ///
    /// # Errors
    /// As [`App::upload_conclusion`], and [`Error::Invalid`] without a target or a reason.
    pub async fn return_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        to: &str,
        reason: &str,
    ) -> Result<()> {
        let target = ReturnTo::ALL.into_iter().find(|target| target.code() == to);
        let reason = Line::parse(reason, REASON);
        let (target, reason) = match (target, reason) {
            (Some(target), Ok(reason)) => (target, reason),
            (target, reason) => {
                let unsaid = target
                    .is_none()
                    .then(|| FieldFault::new("to", "Выберите, кому вернуть"));
                let fault = reason
                    .err()
                    .map(|fault| FieldFault::new("reason", fault.to_string()));
                return Err(Error::Invalid(unsaid.into_iter().chain(fault).collect()));
            }
        };
        let (mut tx, permit, _) = self
            .enter_conclusion::<acts::ReturnConclusion>(actor, application, version)
            .await?;
        let back = Move {
            place: target.place(),
            reason: reason.as_str(),
            refused: false,
        };
        conclusions::place(&mut tx, &permit, back).await?;
        let words = format!("Итоговое заключение возвращено {}: {reason}", target.name());
        events::record(&mut tx, &permit, &words).await?;
        let receivers = match target {
            ReturnTo::Expert => conclusions::experts(&mut tx, &permit).await?,
            ReturnTo::Teacher => vec![permit.account],
        };
        tell(&mut tx, &permit, LetterKind::ConclusionReturned, &receivers).await?;
        Ok(tx.commit().await?)
    }

    /// Returns a conclusion from the Centre to the municipal coordinator (R-CON-3).
    ///
    /// # Errors
    /// As [`App::upload_conclusion`], and [`Error::Invalid`] without a reason.
    pub async fn return_to_coordinator(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        reason: &str,
    ) -> Result<()> {
        let reason = self::reason(reason)?;
        let (mut tx, permit, rule) = self
            .enter_conclusion::<acts::ReturnToCoordinator>(actor, application, version)
            .await?;
        let noted = conclusions::of(&mut tx, &permit).await?;
        let back = Move {
            place: rule.place(&permit.case()),
            reason: reason.as_str(),
            // The coordinator has it back as it was: without the teacher's signature, if so.
            refused: noted.is_some_and(|conclusion| conclusion.refused),
        };
        conclusions::place(&mut tx, &permit, back).await?;
        let words = format!("Итоговое заключение возвращено муниципальному координатору: {reason}");
        events::record(&mut tx, &permit, &words).await?;
        let receivers = letters::coordinators(&mut tx).await?;
        tell(&mut tx, &permit, LetterKind::ConclusionReturned, &receivers).await?;
        Ok(tx.commit().await?)
    }

    /// Accepts a conclusion (R-CON-3), whoever has not signed it; they are returned.
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn accept_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
    ) -> Result<Vec<Signer>> {
        let (mut tx, permit) = self
            .moved::<acts::AcceptConclusion>(actor, application, version)
            .await?;
        events::record(&mut tx, &permit, "Итоговое заключение принято").await?;
        let mut receivers = conclusions::experts(&mut tx, &permit).await?;
        receivers.push(permit.account);
        tell(&mut tx, &permit, LetterKind::ConclusionAccepted, &receivers).await?;
        let unsigned = unsigned(&signatures::of(&mut tx, &permit).await?);
        tx.commit().await?;
        Ok(unsigned)
    }

    /// Reopens an accepted conclusion, until the order (R-CON-3).
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn reopen_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
    ) -> Result<()> {
        let (mut tx, permit) = self
            .moved::<acts::ReopenConclusion>(actor, application, version)
            .await?;
        events::record(&mut tx, &permit, "Итоговое заключение открыто заново").await?;
        Ok(tx.commit().await?)
    }

    /// Moves a conclusion where the state table says, without a word to anybody yet. A refusal
    /// noted before stays noted; an old reason does not.
    async fn moved<A: Doing>(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
    ) -> Result<(Tx<A>, Permit<A, Application>)> {
        let (mut tx, permit, rule) = self
            .enter_conclusion::<A>(actor, application, version)
            .await?;
        let noted = conclusions::of(&mut tx, &permit).await?;
        let refusal = noted.filter(|conclusion| conclusion.refused);
        let to = Move {
            place: rule.place(&permit.case()),
            reason: refusal.as_ref().map_or("", |conclusion| &conclusion.reason),
            refused: refusal.is_some(),
        };
        conclusions::place(&mut tx, &permit, to).await?;
        Ok((tx, permit))
    }
}

fn reason(typed: &str) -> Result<Line> {
    Line::parse(typed, REASON).map_err(|fault| Error::field("reason", fault.to_string()))
}
