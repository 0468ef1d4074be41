//! Where conclusions are judged, the coordinator's desk and the operator's alike (R-CON-2,
//! R-CON-3): here are the desk and the buttons that ask nothing; the list and the page of a
//! return stand in `judging/…`.

mod list;
mod returning;

use axum::response::{IntoResponse as _, Redirect, Response};
use domain::actor::Actor;
use serde::Deserialize;
use uuid::Uuid;

use super::unsigned;
use crate::{
    Web,
    error::Result,
    form::{Posted, version},
    visit::Visit,
};

pub use list::{Wanted, list};
pub use returning::{ask, give_back};

/// In whose cabinet the list stands.
pub struct Desk<'a> {
    /// Who looks.
    pub visit: &'a Visit,
    /// Who acts.
    pub actor: &'a Actor,
    /// The list's heading.
    pub heading: &'static str,
}

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    version: String,
    to: String,
    reason: String,
}

impl Raw {
    fn version(&self) -> i32 {
        version(&self.version)
    }
}

/// A button that moves a conclusion and asks nothing.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// «Передать в Центр».
    Pass,
    /// «Принять».
    Accept,
    /// «Открыть заново».
    Reopen,
}

impl Desk<'_> {
    fn list(&self) -> String {
        format!("{}/conclusions", self.actor.role.home())
    }

    fn step(&self, application: Uuid, step: &str) -> String {
        format!("{}/{application}/{step}", self.list())
    }

    async fn done(&self, words: &str) -> Result<Response> {
        self.visit.notify(words).await?;
        Ok(Redirect::to(&self.list()).into_response())
    }
}

/// «Передать в Центр», «Принять», «Открыть заново».
pub async fn step(
    desk: &Desk<'_>,
    web: &Web,
    application: Uuid,
    step: Step,
    posted: Posted<Raw>,
) -> Result<Response> {
    let version = posted.take()?.version();
    let (app, actor) = (&web.app, desk.actor);
    let (words, missing) = match step {
        Step::Pass => (
            "Итоговое заключение передано в Центр",
            app.pass_conclusion(actor, application, version).await?,
        ),
        Step::Accept => (
            "Итоговое заключение принято",
            app.accept_conclusion(actor, application, version).await?,
        ),
        Step::Reopen => {
            app.reopen_conclusion(actor, application, version).await?;
            ("Итоговое заключение открыто заново", Vec::new())
        }
    };
    match unsigned(&missing) {
        Some(warning) => desk.done(&format!("{words}. {warning}")).await,
        None => desk.done(words).await,
    }
}
