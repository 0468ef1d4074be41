//! Somebody who has proved to be whom, on the way in: by a password, by a provider, by having
//! registered just now. Here alone a session of a person begins (SEC-21).

use app::accounts::{Entered, Person};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{actor::AccountId, identity::Identity};
use serde::{Deserialize, Serialize};

use crate::{
    Web,
    door::Door,
    error::Result,
    public::{
        local,
        provider::{LIFE, now},
    },
    session::{self, HALF, Signed},
    visit::Visit,
};

/// Who comes, and what is to be done on entering.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Arrival {
    pub(super) account: AccountId,
    pub(super) epoch: i32,
    pub(super) login: String,
    pub(super) door: Option<session::Door>,
    /// Whether «Запомнить меня» was ticked.
    pub(super) remember: bool,
    /// The page that was asked for, or an invitation to accept.
    pub(super) next: String,
    /// The identity that was proved as well and is to be linked.
    pub(super) link: Option<Identity>,
}

impl Arrival {
    /// Through this door, to the first page.
    pub(super) fn new(entered: Entered, door: &Door) -> Self {
        Self {
            account: entered.account,
            epoch: entered.epoch,
            login: entered.login,
            door: door.remembered(),
            remember: false,
            next: String::new(),
            link: None,
        }
    }

    /// Who waits in this session for a code to be typed, if it has not waited too long.
    pub(super) async fn halfway(visit: &Visit) -> Result<Option<Self>> {
        let waiting: Option<(i64, Self)> = visit.recall(HALF).await?;
        Ok(waiting
            .filter(|(since, _)| now() - since <= LIFE)
            .map(|(_, arrival)| arrival))
    }

    /// The person, for the verbs.
    pub(super) const fn person(&self, visit: &Visit) -> Person {
        Person {
            account: self.account,
            epoch: self.epoch,
            request: visit.request,
        }
    }

    /// Leads in, or first to the code of the second factor where the person has one.
    pub(super) async fn enter(self, visit: &Visit, web: &Web) -> Result<Response> {
        if web.app.wants_code(self.person(visit)).await? {
            visit.keep(HALF, &(now(), self)).await?;
            return Ok(Redirect::to("/login/code").into_response());
        }
        self.begin(visit, web).await
    }

    /// Begins the session of the person under a new id and leads on.
    pub(super) async fn begin(self, visit: &Visit, web: &Web) -> Result<Response> {
        let person = self.person(visit);
        if let Some(identity) = &self.link {
            web.app.link_identity(person, identity).await?;
        }
        let now = now();
        visit
            .sign_in(&Signed {
                account: self.account,
                epoch: self.epoch,
                login: self.login,
                cabinet: None,
                several: false,
                door: self.door,
                remember: self.remember,
                since: now,
                proved: now,
                device: visit.device.clone(),
            })
            .await?;
        // «Войти и принять приглашение» came here with the invitation as `next`.
        let next = local(&self.next);
        if let Some(token) = next.and_then(|next| next.strip_prefix("/invitation/")) {
            return Ok(match web.app.accept_invitation(person, token).await {
                Ok(()) => Redirect::to("/cabinet/choose").into_response(),
                Err(app::Error::Illegal(_) | app::Error::NotFound) => {
                    Redirect::to(next.unwrap_or("/cabinet")).into_response()
                }
                Err(error) => return Err(error.into()),
            });
        }
        let on = match next {
            Some(next) if next != "/" => {
                let encoded: String =
                    url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
                format!("/cabinet?next={encoded}")
            }
            _ => "/cabinet".to_owned(),
        };
        Ok(Redirect::to(&on).into_response())
    }
}
