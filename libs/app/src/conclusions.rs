//! The verbs of the final conclusion (R-CON-1…3): uploaded by an expert, signed by the teacher
//! or the school coordinator for it, passed on by the coordinator, accepted by the Centre, and
//! every way back. Where each leads is the state table's to say.

mod list;
mod view;

use db::{
    Permit, Tx,
    applications::{self, Application},
    conclusions::{self, Move, Signed},
    events, letters,
};
use domain::{
    act::{Act, Doing, acts},
    actor::{Actor, TenantId},
    letter::LetterKind,
    life::{Place, Rule, legal},
    value::Line,
};
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result, files::Received};

pub use db::conclusions::{Conclusion, Signed as SignedBy, Version, list::Cursor, list::Listed};
pub use list::{DueDay, ListedConclusion, Page};
pub use view::ConclusionView;

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
    /// The municipality an expert's upload is stored for, when one may be uploaded now: asked
    /// before the first byte of the file is read.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`] with the reason.
    pub async fn may_upload_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
    ) -> Result<TenantId> {
        let acts = [Act::UploadConclusion, Act::ReplaceConclusion];
        self.may_bring::<acts::UploadConclusion>(actor, application, &acts)
            .await
    }

    /// The municipality a signed scan is stored for, when one may be uploaded now: asked before
    /// the first byte of the file is read.
    ///
    /// # Errors
    /// As [`App::may_upload_conclusion`].
    pub async fn may_sign_conclusion(&self, actor: &Actor, application: Uuid) -> Result<TenantId> {
        self.may_bring::<acts::SignConclusion>(actor, application, &[Act::SignConclusion])
            .await
    }

    /// Uploads a conclusion for the teacher to sign (R-CON-1). `version` is the conclusion's, 0
    /// while there is none; on failure the file is taken away again.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`] by `version`,
    /// [`Error::Illegal`] with the reason.
    pub async fn upload_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        file: Received,
    ) -> Result<()> {
        let words = "Загружено итоговое заключение";
        let brought = self
            .bring::<acts::UploadConclusion>(actor, application, version, &file, words)
            .await;
        self.kept(brought, file).await
    }

    /// Uploads a conclusion that the teacher and both experts have signed on paper (R-CON-1): it
    /// goes on as if signed here.
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn upload_signed_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        file: Received,
    ) -> Result<()> {
        let words = "Загружено итоговое заключение, подписанное педагогом и обоими специалистами";
        let brought = self
            .bring::<acts::UploadSignedConclusion>(actor, application, version, &file, words)
            .await;
        self.kept(brought, file).await
    }

    /// Puts a new version in the place of one the teacher has not signed yet.
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn replace_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        file: Received,
    ) -> Result<()> {
        let words = "Итоговое заключение заменено";
        let brought = self
            .bring::<acts::ReplaceConclusion>(actor, application, version, &file, words)
            .await;
        self.kept(brought, file).await
    }

    /// Uploads the scan the teacher has signed: by the teacher, or by the school coordinator
    /// for it (R-CON-1).
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn sign_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        file: Received,
    ) -> Result<()> {
        let words = "Итоговое заключение подписано и отправлено";
        let brought = self
            .bring::<acts::SignConclusion>(actor, application, version, &file, words)
            .await;
        self.kept(brought, file).await
    }

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
        let reason = Line::parse(reason, REASON)
            .map_err(|fault| Error::field("reason", fault.to_string()))?;
        let (mut tx, permit, rule) = self
            .enter_conclusion::<acts::NoteRefusal>(actor, application, version)
            .await?;
        let to = Move {
            place: rule.place(&permit.case()),
            reason: reason.as_str(),
            refused: true,
        };
        conclusions::place(&mut tx, &permit, to).await?;
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

    /// Passes a conclusion on to the Centre (R-CON-2).
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn pass_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
    ) -> Result<()> {
        let (mut tx, permit) = self
            .moved::<acts::PassConclusion>(actor, application, version)
            .await?;
        events::record(&mut tx, &permit, "Итоговое заключение передано в Центр").await?;
        Ok(tx.commit().await?)
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
        let reason = Line::parse(reason, REASON)
            .map_err(|fault| Error::field("reason", fault.to_string()))?;
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

    /// Accepts a conclusion (R-CON-3).
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn accept_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
    ) -> Result<()> {
        let (mut tx, permit) = self
            .moved::<acts::AcceptConclusion>(actor, application, version)
            .await?;
        events::record(&mut tx, &permit, "Итоговое заключение принято").await?;
        let mut receivers = conclusions::experts(&mut tx, &permit).await?;
        receivers.push(permit.account);
        tell(&mut tx, &permit, LetterKind::ConclusionAccepted, &receivers).await?;
        Ok(tx.commit().await?)
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

    async fn may_bring<A: Doing>(
        &self,
        actor: &Actor,
        application: Uuid,
        acts: &[Act],
    ) -> Result<TenantId> {
        let mut tx = self.db.enter::<A>(actor).await?;
        let row = applications::find(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        let case = permit.case();
        let legal_now = |act: &Act| legal(*act, actor.role, &case).is_ok();
        if !acts.iter().any(legal_now) {
            legal(A::ACT, actor.role, &case).map_err(|refusal| Error::refused(A::ACT, refusal))?;
        }
        Ok(permit.tenant)
    }

    async fn bring<A: Doing>(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        file: &Received,
        words: &str,
    ) -> Result<()> {
        let (mut tx, permit, rule) = self
            .enter_conclusion::<A>(actor, application, version)
            .await?;
        let to = Move {
            place: rule.place(&permit.case()),
            reason: "",
            refused: false,
        };
        conclusions::place(&mut tx, &permit, to).await?;
        let signed = match A::ACT {
            Act::SignConclusion => Signed::Teacher,
            Act::UploadSignedConclusion => Signed::All,
            _ => Signed::Nobody,
        };
        conclusions::add_version(&mut tx, &permit, &file.row(), signed).await?;
        events::record(&mut tx, &permit, words).await?;
        if to.place == Place::AtTeacher {
            let mut receivers = conclusions::experts(&mut tx, &permit).await?;
            receivers.retain(|account| *account != actor.account.0);
            receivers.push(permit.account);
            tell(&mut tx, &permit, LetterKind::ConclusionReceived, &receivers).await?;
        }
        Ok(tx.commit().await?)
    }

    /// A file that no row came to name leaves the store again.
    async fn kept(&self, brought: Result<()>, file: Received) -> Result<()> {
        if brought.is_err() {
            self.discard(&[file]).await;
        }
        brought
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
