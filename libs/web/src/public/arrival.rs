//! Somebody who has proved to be whom, on the way in: by a password, by a provider, by a passkey, by
//! having registered just now. Here alone a session of a person begins (SEC-21).

use app::accounts::{Entered, Person};
use axum::{
    http::header::SET_COOKIE,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{actor::AccountId, identity::Identity};
use serde::{Deserialize, Serialize};

use crate::{
    Web,
    door::Door,
    error::Result,
    public::{
        invitation::ACCEPTED,
        leading, local,
        provider::{LIFE, now},
    },
    session::{self, HALF, STRANGER, Signed},
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
    /// Whether a passkey proved the person: it counts as both factors (SEC-47).
    pub(super) passkey: bool,
    /// Whether the account was made just now: its first device is no news.
    pub(super) new: bool,
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
            passkey: false,
            new: false,
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
        if !self.passkey && web.app.wants_code(self.person(visit)).await? {
            visit.keep(HALF, &(now(), self)).await?;
            return Ok(Redirect::to("/login/code").into_response());
        }
        self.begin(visit, web).await
    }

    /// Begins the session of the person under a new id and leads on. That the browser was not known
    /// for the account is told before: no session without the letter.
    pub(super) async fn begin(self, visit: &Visit, web: &Web) -> Result<Response> {
        let person = self.person(visit);
        if let Some(identity) = &self.link {
            web.app.link_identity(person, identity).await?;
        }
        let device = &visit.device;
        if !self.new && device.mark(web, &self.login).is_none() {
            web.app.tell_new_device(person, &device.words).await?;
        }
        let now = now();
        visit
            .sign_in(&Signed {
                account: self.account,
                epoch: self.epoch,
                login: self.login.clone(),
                cabinet: None,
                several: false,
                door: self.door,
                remember: self.remember,
                since: now,
                proved: now,
                device: device.words.clone(),
                passkey: self.passkey,
            })
            .await?;
        // Who came in otherwise links nothing: the provider's number of the person is kept no longer.
        visit.drop_key(STRANGER).await?;
        let on = self.onward(person, visit, web).await?;
        let cookie = device.cookie(web, &self.login);
        Ok(([(SET_COOKIE, cookie)], Redirect::to(&on)).into_response())
    }

    /// Where the person goes first. «Войти и принять приглашение» came here with the invitation as
    /// `next`.
    async fn onward(&self, person: Person, visit: &Visit, web: &Web) -> Result<String> {
        let next = local(&self.next);
        if let Some(token) = next.and_then(|next| next.strip_prefix("/invitation/")) {
            return Ok(match web.app.accept_invitation(person, token).await {
                Ok(()) => {
                    visit.notify(ACCEPTED).await?;
                    "/cabinet/choose".to_owned()
                }
                Err(app::Error::Illegal(_) | app::Error::NotFound) => {
                    next.unwrap_or("/cabinet").to_owned()
                }
                Err(error) => return Err(error.into()),
            });
        }
        Ok(match next {
            Some(next) if next != "/" => leading("/cabinet", next),
            _ => "/cabinet".to_owned(),
        })
    }
}
