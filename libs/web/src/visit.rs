//! Who is looking: made once for each request from its session, handed to handlers as
//! [`Visit`] or, for a cabinet, as the extractor of its role ([`Teacher`], [`Municipal`] …),
//! which answers 303 without a session and 403 to another role before anything is looked up.

use std::{ops::Deref, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{actor::Actor, role::Role};
use rand::Rng as _;
use serde::{Serialize, de::DeserializeOwned};
use tower_sessions::{Expiry, Session, cookie::time::OffsetDateTime, session::Record};
use uuid::Uuid;

use crate::{
    Web,
    device::Device,
    error::{Error, OtherCabinet, Result},
    log::Number,
    public::local,
    session::{self, Cabinet, Former, Signed},
};

/// What is said to a form of a cabinet that is no longer in use (SEC-13).
pub const SWITCHED: &str = "Вы сменили кабинет, пока страница была открыта. Ничего не сделано: вернитесь в прежний кабинет и повторите.";

/// One request's visitor.
#[derive(Clone, Debug)]
pub struct Visit {
    session: Session,
    /// The key in Redis of the session the browser asked with, whether there is one or not.
    pub came_with: Option<String>,
    /// Who is signed in, if anybody.
    pub signed: Option<Signed>,
    /// The token this session's forms carry; empty until a form is shown (see [`Guest`]).
    pub csrf: String,
    /// The cabinets that were in use before, with the tokens of their forms.
    pub former: Vec<Former>,
    /// What the act before achieved, to be shown once.
    pub notice: Option<String>,
    /// Why what was asked for before came to nothing.
    pub warning: Option<String>,
    /// The path and query asked for.
    pub path: String,
    /// Of what a form sent, the page it stood on, as the browser tells it: the way back, nothing else.
    pub stood_on: Option<String>,
    /// The page to come back to after signing in.
    way_back: String,
    /// The number of the request, in audit, log and trace alike.
    pub request: Uuid,
    /// The device that asks.
    pub device: Device,
}

/// What the session has to tell under a key to whoever asks for a page, not to a script or a form.
async fn told(session: &Session, key: &str, page: bool) -> Result<Option<String>> {
    match page {
        true => Ok(session.get(key).await?),
        false => Ok(None),
    }
}

/// The page whose form was sent, path and query; none if the browser does not tell.
fn stood_on(request: &Request) -> Option<String> {
    if request.method() != Method::POST {
        return None;
    }
    let referer = request.headers().get(header::REFERER)?.to_str().ok()?;
    let page = url::Url::parse(referer).ok()?;
    let query = page.query().map(|query| format!("?{query}"));
    let address = format!("{}{}", page.path(), query.unwrap_or_default());
    local(&address).map(str::to_owned)
}

/// The page to come back to after signing in: what a form sends has none of its own, and pages whose
/// address is a token tell nobody where they are.
fn way_back(request: &Request, path: &str) -> String {
    if request.method() != Method::POST {
        return path.to_owned();
    }
    let invitation = path.strip_suffix("/accept");
    let invitation = invitation.filter(|path| path.starts_with("/invitation/"));
    let page = stood_on(request).or_else(|| invitation.map(str::to_owned));
    page.unwrap_or_else(|| "/cabinet".to_owned())
}

/// The layer that makes the [`Visit`].
pub async fn layer(session: Session, device: Device, request: Request, next: Next) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let number = request.extensions().get::<Number>();
    let number = number.map_or_else(Uuid::now_v7, |Number(number)| *number);
    let page = request.method() == Method::GET && !path.starts_with("/uploads/");
    let (stood_on, way_back) = (stood_on(&request), way_back(&request, &path));
    match Visit::read(session, device, path, page, number).await {
        Ok(visit) => {
            let visit = Arc::new(Visit {
                stood_on,
                way_back,
                ..visit
            });
            let mut request = request;
            request.extensions_mut().insert(Arc::clone(&visit));
            let mut response = next.run(request).await;
            // What only led on has shown nothing of what there was to tell.
            if !response.status().is_redirection()
                && let Err(error) = visit.was_told().await
            {
                return error.into_response();
            }
            // For the layers around: the frame of an error's page, the log.
            response.extensions_mut().insert(visit);
            response
        }
        Err(error) => error.into_response(),
    }
}

/// The layer that leaves in the audit who asked for a page of another role.
pub async fn refusals(State(web): State<Web>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(OtherCabinet(actor)) = response.extensions().get() else {
        return response;
    };
    match web.app.other_cabinet(actor).await {
        Ok(()) => response,
        Err(error) => Error::from(error).into_response(),
    }
}

impl Visit {
    async fn read(
        session: Session,
        device: Device,
        path: String,
        page: bool,
        request: Uuid,
    ) -> Result<Self> {
        // Before anything is read: a session that is no more loses its id then.
        let came_with = session.id().map(|id| session::key(&id));
        let mut signed: Option<Signed> = session.get(session::SIGNED).await?;
        if let Some(person) = &signed {
            if session::outlived(person, OffsetDateTime::now_utc().unix_timestamp()) {
                session.flush().await?;
                signed = None;
            } else {
                let role = person.cabinet.as_ref().map(|cabinet| cabinet.role);
                session.set_expiry(Some(Expiry::OnInactivity(session::idle(
                    role,
                    person.remember,
                ))));
            }
        }
        let csrf = session.get(session::CSRF).await?.unwrap_or_default();
        let former = session.get(session::FORMER).await?.unwrap_or_default();
        let notice = told(&session, session::NOTICE, page).await?;
        let warning = told(&session, session::WARNING, page).await?;
        Ok(Self {
            session,
            came_with,
            signed,
            csrf,
            former,
            notice,
            warning,
            path,
            stood_on: None,
            way_back: String::new(),
            request,
            device,
        })
    }

    /// What there was to tell has been: once is enough.
    async fn was_told(&self) -> Result<()> {
        for (key, told) in [
            (session::NOTICE, &self.notice),
            (session::WARNING, &self.warning),
        ] {
            if told.is_some() {
                self.session.remove_value(key).await?;
            }
        }
        Ok(())
    }

    /// Says something on the next page.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn notify(&self, words: &str) -> Result<()> {
        Ok(self.session.insert(session::NOTICE, words).await?)
    }

    /// Says on the next page why nothing came of what was asked for.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn warn(&self, words: &str) -> Result<()> {
        Ok(self.session.insert(session::WARNING, words).await?)
    }

    /// What the session keeps under a key; `None` without it.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn recall<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        Ok(self.session.get(key).await?)
    }

    /// Keeps something in the session, in the place of what was under the key.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn keep<T: Serialize + Sync>(&self, key: &str, value: &T) -> Result<()> {
        Ok(self.session.insert(key, value).await?)
    }

    /// Keeps what is under a key no longer.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn drop_key(&self, key: &str) -> Result<()> {
        self.session.remove_value(key).await?;
        Ok(())
    }

    /// Keeps what the request made of the session, and tells its key in Redis; none if there
    /// is no session any more.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn left_with(&self) -> Result<Option<String>> {
        if self.session.is_empty().await {
            return Ok(None);
        }
        self.session.save().await?;
        Ok(self.session.id().map(|id| session::key(&id)))
    }

    /// Takes over what another request made of the session, as `left`: its notice and, where it
    /// was `renewed`, who is signed in.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn catch_up(&self, left: &Record, renewed: bool) -> Result<()> {
        if renewed && let Some(signed) = session::value(left, session::SIGNED) {
            let former = session::value(left, session::FORMER).unwrap_or_default();
            self.renew(&signed, former).await?;
        }
        match session::value::<String>(left, session::NOTICE) {
            Some(notice) => self.notify(&notice).await,
            None => Ok(()),
        }
    }

    /// Signs a person in, or changes what is known of it, under a new session id and token
    /// (SEC-21).
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn sign_in(&self, signed: &Signed) -> Result<()> {
        self.renew(signed, self.former_after(signed)).await
    }

    async fn renew(&self, signed: &Signed, former: Vec<Former>) -> Result<()> {
        self.session.cycle_id().await?;
        self.session.insert(session::SIGNED, signed).await?;
        self.session.insert(session::CSRF, random_token()).await?;
        self.session.insert(session::FORMER, former).await?;
        let role = signed.cabinet.as_ref().map(|cabinet| cabinet.role);
        self.session
            .set_expiry(Some(Expiry::OnInactivity(session::idle(
                role,
                signed.remember,
            ))));
        Ok(())
    }

    /// The former cabinets once `signed` is what is known: the one in use joins them if it is
    /// left; another person's session begins without any.
    fn former_after(&self, signed: &Signed) -> Vec<Former> {
        let Some(before) = self
            .signed
            .as_ref()
            .filter(|it| it.account == signed.account)
        else {
            return Vec::new();
        };
        let place = |cabinet: &Cabinet| (cabinet.role, cabinet.membership);
        let mut former = self.former.clone();
        if let Some(left) = &before.cabinet
            && signed.cabinet.as_ref().map(place) != Some(place(left))
        {
            former.push(Former {
                role: left.role,
                csrf: self.csrf.clone(),
            });
        }
        former.split_off(former.len().saturating_sub(session::FORMER_KEPT))
    }

    /// Signs out: the session is gone from Redis.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn sign_out(&self) -> Result<()> {
        Ok(self.session.flush().await?)
    }

    /// The cabinet in use.
    #[must_use]
    pub fn cabinet(&self) -> Option<&Cabinet> {
        self.signed.as_ref()?.cabinet.as_ref()
    }

    /// The person signed in, or the way to sign-in and back: to the page, for what a form sends has
    /// no page of its own.
    ///
    /// # Errors
    /// [`Error::SignIn`] when nobody is.
    pub fn person(&self) -> Result<&Signed> {
        self.signed.as_ref().ok_or_else(|| Error::SignIn {
            next: self.way_back.clone(),
        })
    }

    /// The actor of the cabinet in use, whatever its role.
    ///
    /// # Errors
    /// [`Error::NoCabinet`] when none is chosen yet.
    pub fn actor_in_use(&self) -> Result<Actor> {
        let role = self.cabinet().ok_or(Error::NoCabinet)?.role;
        self.actor(role)
    }

    fn actor(&self, role: Role) -> Result<Actor> {
        let signed = self.person()?;
        let cabinet = signed.cabinet.as_ref().ok_or(Error::NoCabinet)?;
        let actor = Actor {
            account: signed.account,
            epoch: signed.epoch,
            role: cabinet.role,
            membership: cabinet.membership,
            tenant: cabinet.tenant,
            organisation: cabinet.organisation,
            request: self.request,
        };
        if actor.role == role {
            Ok(actor)
        } else {
            Err(Error::OtherCabinet(actor))
        }
    }

    /// The actor for a page of `role`. A form of a cabinet left meanwhile is told so instead of
    /// being another role's (SEC-13).
    fn actor_for(&self, role: Role, method: &Method) -> Result<Actor> {
        let left = || self.former.iter().any(|former| former.role == role);
        match self.actor(role) {
            Err(Error::Forbidden | Error::OtherCabinet(_)) if method == Method::POST && left() => {
                Err(Error::Conflict(SWITCHED.to_owned()))
            }
            outcome => outcome,
        }
    }

    async fn ensure_token(&mut self) -> Result<()> {
        if self.csrf.is_empty() {
            self.csrf = random_token();
            self.session.insert(session::CSRF, &self.csrf).await?;
        }
        Ok(())
    }
}

fn random_token() -> String {
    let bytes: [u8; 24] = rand::rng().random();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn visit_of(parts: &Parts) -> Result<Arc<Visit>> {
    parts
        .extensions
        .get::<Arc<Visit>>()
        .cloned()
        .ok_or(Error::NoCabinet)
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok((*visit_of(parts)?).clone())
    }
}

/// A visitor of a page with a form: whoever it is, the session has a token for the form.
#[derive(Clone, Debug)]
pub struct Guest(pub Visit);

impl Deref for Guest {
    type Target = Visit;
    fn deref(&self) -> &Visit {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Guest {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let mut visit = (*visit_of(parts)?).clone();
        visit.ensure_token().await?;
        Ok(Self(visit))
    }
}

/// Anyone signed in, in a cabinet or on the way to one.
#[derive(Clone, Debug)]
pub struct Person(pub Visit);

impl Deref for Person {
    type Target = Visit;
    fn deref(&self) -> &Visit {
        &self.0
    }
}

impl Person {
    /// Who is signed in.
    ///
    /// # Errors
    /// Never once extracted.
    pub fn signed(&self) -> Result<&Signed> {
        self.0.person()
    }

    /// The actor of the cabinet in use, whatever its role.
    ///
    /// # Errors
    /// [`Error::NoCabinet`] when none is chosen yet.
    pub fn actor(&self) -> Result<Actor> {
        self.0.actor_in_use()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let mut visit = (*visit_of(parts)?).clone();
        visit.person()?;
        visit.ensure_token().await?;
        Ok(Self(visit))
    }
}

macro_rules! cabinets {
    ($($(#[$doc:meta])* $name:ident = $role:expr,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            visit: Visit,
            /// Who acts.
            pub actor: Actor,
        }

        impl Deref for $name {
            type Target = Visit;
            fn deref(&self) -> &Visit {
                &self.visit
            }
        }

        impl FromRequestParts<Web> for $name {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self> {
                let visit = (*visit_of(parts)?).clone();
                let actor = visit.actor_for($role, &parts.method)?;
                // A form may be judged before its verb enters: not one from a closed cabinet.
                if parts.method == Method::POST {
                    web.app.ensure_open(&actor).await?;
                }
                Ok(Self { visit, actor })
            }
        }
    )*};
}

cabinets! {
    /// A teacher in its cabinet.
    Teacher = Role::Teacher,
    /// A school coordinator in its cabinet.
    School = Role::School,
    /// A municipal coordinator in its cabinet.
    Municipal = Role::Municipal,
    /// An expert in its cabinet.
    Expert = Role::Expert,
    /// An operator in its console.
    Operator = Role::Operator,
    /// An administrator in its console.
    Admin = Role::Admin,
}
