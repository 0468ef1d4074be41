//! A gap as a request to the Centre (R-SCH-2): what the coordinator adds to it and what the
//! Centre answers. That it opens and closes with the gap is the database's doing.

use db::{
    Permit, Scope, Tx,
    applications::Application,
    events,
    schedule::{self, Assigning, Request},
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    life::legal,
    value::{Fault, Line},
};
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result};

/// The greatest length of a comment and of an answer, in characters.
const MAX: usize = 500;

impl App {
    /// «Ответить»: the Centre declines an open request with words; the place stays empty.
    /// Assigning an expert answers it by itself.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`], [`Error::Stale`],
    /// [`Error::Invalid`] for `answer`.
    pub async fn answer_gap(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        answer: &str,
    ) -> Result<()> {
        let (mut tx, permit) = self
            .enter_case::<acts::AssignAny>(actor, application)
            .await?;
        legal(Act::AssignAny, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(Act::AssignAny, refusal))?;
        let request = open(&mut tx, &permit).await?.ok_or_else(|| {
            Error::Illegal("На запрос уже ответили, или место уже занято.".to_owned())
        })?;
        if request.version != version {
            return Err(Error::Stale);
        }
        let answer =
            Line::parse(answer, MAX).map_err(|fault| Error::field("answer", fault.to_string()))?;
        schedule::decline(&mut tx, &permit, &request, answer.as_str()).await?;
        let words = format!("Центр не может назначить специалиста: {answer}");
        events::record(&mut tx, &permit, &words).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn open(scope: &mut Scope, application: &Application) -> Result<Option<Request>> {
    let requests = schedule::requests(scope, application).await?;
    Ok(requests.into_iter().rfind(Request::is_open))
}

/// The comment as it is kept, empty where nothing was typed.
pub(super) fn comment(typed: Option<&str>, faults: &mut Vec<FieldFault>) -> Option<String> {
    match Line::parse(typed?, MAX) {
        Ok(comment) => Some(comment.as_str().to_owned()),
        Err(Fault::Empty) => Some(String::new()),
        Err(fault) => {
            faults.push(FieldFault::new("comment", fault.to_string()));
            None
        }
    }
}

/// Whether the comment says something the Centre was not told: other words for the open
/// request, or words where the last one was declined or none was made yet.
pub(super) async fn asks(
    scope: &mut Scope,
    application: &Application,
    comment: Option<&str>,
) -> Result<bool> {
    let Some(comment) = comment else {
        return Ok(false);
    };
    let open = open(scope, application).await?;
    Ok(open.map_or(!comment.is_empty(), |request| request.comment != comment))
}

/// Tells the Centre: in the open request, or in a new one. The words of the history.
pub(super) async fn ask<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    comment: &str,
) -> Result<String> {
    match open(tx, permit).await? {
        Some(request) => schedule::note(tx, permit, &request, comment).await?,
        None => schedule::ask_again(tx, permit, comment).await?,
    }
    Ok(format!("Запрос в Центр: {comment}"))
}
