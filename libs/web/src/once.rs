//! A form is done once, however often its button is pressed (SEC-71). Every form of ours
//! carries a number made when it was shown. The first request with it claims the number in
//! Redis; what came of it decides the rest:
//!
//! - it led on (303): where to is remembered and every repeat is led there, with the notice;
//! - anything else (a fault to be mended, a conflict, the way to sign-in, a failure): the
//!   number is free again and the same page can be sent once more.
//!
//! Repeats wait for the first one, for [`WAIT`]. A repeat that says something else than the
//! first one did is not a repeat, and is told so. A browser pressed twice drops its first
//! request: an act that has begun therefore goes on to its end without it ([`to_its_end`]).
//!
//! The number is bound to the token and the address beside it: another person's same number is
//! another form. An act that renews the session (sign-in, a cabinet opened or closed) makes the
//! token an old one, and is known for a repeat all the same, by the session it comes with:
//!
//! - the one the first was left with: the browser has the first answer, and is only led on;
//! - the one the first came with: the browser threw that answer away with its cookie. It gets
//!   a session of its own, a copy of the first one's as long as that lives (SEC-22);
//! - any other one is not the same browser's: nothing is remembered for it.
//!
//! Nothing in Redis tells who did what: keys and digests are hashes over the number, which only
//! the page knows; sessions are named as Redis names them, by a hash of the cookie; a place
//! whose address is a secret is not kept; the notice and who is signed in lie in the session
//! alone. A process that dies leaves its claims to expire; its people open the page anew and
//! get a new number. A form without a number (a script's) is done as often as it is sent.
//!
//! What does not belong here: versions (SEC-70) and uniqueness. They hold without this.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use app::FieldFault;
use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use redis::{AsyncCommands as _, ExistenceCheck, SetExpiry, SetOptions, aio::ConnectionManager};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tower_sessions::session;
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, NotDone, Result},
    session::RedisStore,
    visit::Visit,
};

/// The field with the number; the first one after the token.
pub const FIELD: &str = "_once";

/// How long a number is held, in seconds: longer than any request may take.
const HELD: u64 = 15 * 60;

/// How long a repeat waits for the first one: longer than forming waits for its paper.
const WAIT: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(100);

const BUSY: &str = "Действие уже выполняется. Подождите немного и откройте страницу заново: результат будет на ней.";
const OTHER: &str = "Эта форма уже отправлена с другими данными. Откройте страницу заново и проверьте, что сохранено.";

/// One request's claim, handed by the layer to whatever reads the form.
#[derive(Clone)]
pub struct Once(Arc<Inner>);

struct Inner {
    redis: ConnectionManager,
    visit: Arc<Visit>,
    held: Mutex<Option<Held>>,
}

/// A number this request has claimed.
struct Held {
    key: String,
    digest: String,
}

/// What came of a form, for its repeats.
#[derive(Debug, Serialize, Deserialize)]
pub struct Done {
    digest: String,
    location: String,
    /// The key of the session the form came with.
    before: Option<String>,
    /// The key of the session it was left with; none after «Выйти».
    after: Option<String>,
}

/// What a form says, field by field, its number among it.
#[derive(Clone, Default)]
pub struct Said(Sha256);

impl Said {
    /// One more value.
    pub fn add(&mut self, value: &[u8]) {
        self.0.update(value.len().to_be_bytes());
        self.0.update(value);
    }

    fn hex(self) -> String {
        hex(self.0)
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The layer around everything: what posts goes on when its browser leaves.
pub async fn to_its_end(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    tokio::spawn(next.run(request))
        .await
        .unwrap_or_else(|_| Error::Internal.into_response())
}

/// The layer around what posts: gives the request its claim, and settles the claim by the
/// answer.
pub async fn layer(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let visit = request.extensions().get::<Arc<Visit>>().cloned();
    let Some(visit) = visit.filter(|_| request.method() == Method::POST) else {
        return next.run(request).await;
    };
    let once = Once(Arc::new(Inner {
        redis: web.redis,
        visit,
        held: Mutex::default(),
    }));
    request.extensions_mut().insert(once.clone());
    let response = next.run(request).await;
    once.settle(leads_to(&response, &once.0.visit.path)).await;
    response
}

/// Where an answer leads, if the form was done: nothing for back to its `own` address. An address
/// that is a token opens it to whoever has it and is not kept: a repeat knows the own one, and from
/// an invitation it is led to where the browser is led after that page.
fn leads_to<'a>(response: &'a Response, own: &str) -> Option<&'a str> {
    if response.status() != StatusCode::SEE_OTHER
        || response.extensions().get::<NotDone>().is_some()
    {
        return None;
    }
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    Some(match location {
        same if same == own => "",
        invitation if invitation.starts_with("/invitation/") => "/cabinet",
        location => location,
    })
}

impl Once {
    /// Claims the number of a form with this token for this request. `None`: it is claimed, or
    /// there is none to claim; otherwise what came of the form when it was sent before. If the
    /// token is no longer `fresh`, nothing new may be done: the number is only looked up.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the first one is still at it after [`WAIT`];
    /// [`Error::Unavailable`] if Redis does not answer.
    pub async fn claim(&self, token: &str, number: &str, fresh: bool) -> Result<Option<Done>> {
        let Ok(number) = number.parse::<Uuid>() else {
            return Ok(None);
        };
        let mut of = Said::default();
        of.add(token.as_bytes());
        of.add(self.0.visit.path.as_bytes());
        of.add(number.as_bytes());
        let key = format!("once:{}", of.hex());
        let mut redis = self.0.redis.clone();
        let free = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::EX(HELD));
        for _ in 0..WAIT.as_millis() / LOOK_EVERY.as_millis() {
            if fresh && redis.set_options(&key, "", free.clone()).await? {
                *self.held() = Some(Held {
                    key,
                    digest: String::new(),
                });
                return Ok(None);
            }
            match redis.get::<_, Option<String>>(&key).await? {
                None if !fresh => return Ok(None),
                // Given back just now.
                None => {}
                // Still running.
                Some(running) if running.is_empty() => tokio::time::sleep(LOOK_EVERY).await,
                Some(done) => {
                    return serde_json::from_str(&done).map(Some).map_err(|error| {
                        tracing::error!(%error, "an unreadable outcome of a form");
                        Error::Internal
                    });
                }
            }
        }
        Err(Error::Conflict(BUSY.to_owned()))
    }

    /// Notes what the claimed form says, to tell repeats from other forms.
    pub fn note(&self, said: Said) {
        if let Some(held) = self.held().as_mut() {
            held.digest = said.hex();
        }
    }

    /// The answer to a repeat that says `said`; [`Error::Expired`] if it is another browser's,
    /// or if the session the first was left with has ended.
    pub async fn answer(&self, done: Done, said: Said) -> Error {
        match self.repeat(&done, said).await {
            Ok(()) => Error::DoneBefore {
                location: match done.location.as_str() {
                    "" => self.0.visit.path.clone(),
                    location => location.to_owned(),
                },
            },
            Err(error) => error,
        }
    }

    async fn repeat(&self, done: &Done, said: Said) -> Result<()> {
        let visit = &self.0.visit;
        if visit.came_with != done.before && visit.came_with != done.after {
            return Err(Error::Expired);
        }
        if done.digest != said.hex() {
            return Err(Error::Invalid(vec![FieldFault::new("", OTHER)]));
        }
        let Some(after) = &done.after else {
            return Ok(());
        };
        let sessions = RedisStore(self.0.redis.clone());
        let left = sessions.at(after).await.map_err(session::Error::Store)?;
        let left = left.ok_or(Error::Expired)?;
        visit.catch_up(&left, visit.came_with != done.after).await
    }

    async fn settle(&self, location: Option<&str>) {
        let Some(held) = self.held().take() else {
            return;
        };
        let settled = match location {
            Some(location) => self.remember(held, location).await,
            None => self.give_back(held).await,
        };
        // The act itself is done or not done whatever happens here.
        if settled.is_err() {
            tracing::warn!("a claim of a form stays until it expires");
        }
    }

    async fn remember(&self, held: Held, location: &str) -> Result<()> {
        let visit = &self.0.visit;
        let done = Done {
            digest: held.digest,
            location: location.to_owned(),
            before: visit.came_with.clone(),
            after: visit.left_with().await?,
        };
        let done = serde_json::to_string(&done).map_err(|_| Error::Internal)?;
        let mut redis = self.0.redis.clone();
        Ok(redis.set_ex::<_, _, ()>(held.key, done, HELD).await?)
    }

    async fn give_back(&self, held: Held) -> Result<()> {
        Ok(self.0.redis.clone().del::<_, ()>(held.key).await?)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
