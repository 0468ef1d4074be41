//! A conclusion as those see it who read, sign or judge it, with what they may do to it now.

use db::{
    Tx,
    applications::{self, Application},
    conclusions::{self, Conclusion},
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    life::legal,
    words,
};
use uuid::Uuid;

use crate::{App, Error, Result};

/// A conclusion with its application.
#[derive(Clone, Debug)]
pub struct ConclusionView {
    /// The application.
    pub application: Application,
    /// The conclusion, once one was uploaded.
    pub conclusion: Option<Conclusion>,
    /// What the person may do with it now.
    pub can: Vec<Act>,
    /// Why an expert can upload none now, in words.
    pub unavailable: Option<String>,
}

impl ConclusionView {
    /// Whether the person may do `act` now.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        self.can.contains(&act)
    }
}

/// The acts on one conclusion.
const ACTS: [Act; 10] = [
    Act::UploadConclusion,
    Act::UploadSignedConclusion,
    Act::ReplaceConclusion,
    Act::NoteRefusal,
    Act::SignConclusion,
    Act::PassConclusion,
    Act::ReturnConclusion,
    Act::ReturnToCoordinator,
    Act::AcceptConclusion,
    Act::ReopenConclusion,
];

impl App {
    /// The conclusion of an application.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn conclusion(&self, actor: &Actor, application: Uuid) -> Result<ConclusionView> {
        let mut tx = self.db.enter::<acts::ReadConclusion>(actor).await?;
        let row = applications::find(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        view(&mut tx, actor, row).await
    }

    /// The conclusion of the teacher's newest application that has one, of the card `card` or of
    /// any; `None` before there is any.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn teacher_conclusion(
        &self,
        actor: &Actor,
        card: Option<Uuid>,
    ) -> Result<Option<ConclusionView>> {
        let mut tx = self.db.enter::<acts::ReadConclusion>(actor).await?;
        let Some(application) = conclusions::of_teacher(&mut tx, card).await? else {
            return Ok(None);
        };
        let row = applications::find(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        Ok(Some(view(&mut tx, actor, row).await?))
    }
}

async fn view(
    tx: &mut Tx<acts::ReadConclusion>,
    actor: &Actor,
    row: Application,
) -> Result<ConclusionView> {
    let permit = tx.may(row).await?;
    let conclusion = conclusions::of(tx, &permit).await?;
    let case = permit.case();
    let can = ACTS
        .into_iter()
        .filter(|act| tx.could(*act, &*permit) && legal(*act, actor.role, &case).is_ok())
        .collect();
    let unavailable = legal(Act::UploadConclusion, actor.role, &case)
        .err()
        .map(|refusal| words::refusal(Act::UploadConclusion, refusal));
    Ok(ConclusionView {
        application: permit.into_row(),
        conclusion,
        can,
        unavailable,
    })
}
