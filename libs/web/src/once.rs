//! A form is done once, however often its button is pressed (SEC-71). Every form of ours
//! carries a number made when it was shown. The first request with it claims the number in
//! Redis; what came of it decides the rest:
//!
//! - it led on (303): the answer is remembered and given to every repeat, with its notice and,
//!   where the form signed somebody in or changed the cabinet, into a session of the repeat's
//!   own, because the browser threw the first answer away together with its cookie;
//! - anything else (a fault to be mended, a conflict, a failure): the number is free again and
//!   the same page can be sent once more.
//!
//! Repeats wait for the first one, for [`WAIT`]. A repeat that says something else than the
//! first one did is not a repeat, and is told so. A browser pressed twice drops its first
//! request: an act that has begun therefore goes on to its end without it.
//!
//! The number is bound to the session and the address: another person's same number is another
//! form. Keys and digests are keyed with the session's id, which only the cookie knows, so a
//! dump of Redis tells neither addresses nor what was typed. A process that dies leaves its
//! claims to expire; its people open the page anew and get a new number. A form without a
//! number (a script's) is done as often as it is sent.
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
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, Result},
    session::Signed,
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
    session: String,
    digest: String,
}

/// What came of a form, for its repeats.
#[derive(Debug, Serialize, Deserialize)]
pub struct Done {
    digest: String,
    location: String,
    notice: Option<String>,
    signed: Option<Signed>,
}

/// Whom a form signed in, by its outcome as it is stored.
pub fn signed_of(value: &str) -> Option<Signed> {
    serde_json::from_str::<Done>(value).ok()?.signed
}

/// What a form says, field by field.
#[derive(Clone)]
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
    let act = tokio::spawn(async move {
        let response = next.run(request).await;
        once.settle(leads_to(&response)).await;
        response
    });
    act.await
        .unwrap_or_else(|_| Error::Internal.into_response())
}

/// Where an answer leads, if the form was done.
fn leads_to(response: &Response) -> Option<String> {
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    (response.status() == StatusCode::SEE_OTHER).then(|| location.to_owned())
}

impl Once {
    /// An empty [`Said`], keyed with the session.
    #[must_use]
    pub fn nothing_said(&self) -> Said {
        let mut said = Said(Sha256::new());
        said.add(self.0.visit.session_id().unwrap_or_default().as_bytes());
        said
    }

    /// Claims the number for this request. `None`: it is claimed, or there is none to claim;
    /// otherwise what came of the form when it was sent before.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the first one is still at it after [`WAIT`];
    /// [`Error::Unavailable`] if Redis does not answer.
    pub async fn claim(&self, number: &str) -> Result<Option<Done>> {
        let (Ok(number), Some(session)) = (number.parse::<Uuid>(), self.0.visit.session_id())
        else {
            return Ok(None);
        };
        let mut of = Said(Sha256::new());
        of.add(session.as_bytes());
        of.add(self.0.visit.path.as_bytes());
        of.add(number.as_bytes());
        let key = format!("once:{}", of.hex());
        let mut redis = self.0.redis.clone();
        let free = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::EX(HELD));
        for _ in 0..WAIT.as_millis() / LOOK_EVERY.as_millis() {
            if redis.set_options(&key, "", free.clone()).await? {
                *self.held() = Some(Held {
                    key,
                    session,
                    digest: String::new(),
                });
                return Ok(None);
            }
            // Nothing: given back just now. Empty: still running.
            match redis.get::<_, Option<String>>(&key).await? {
                None => {}
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

    /// The answer to a repeat that says `said`.
    pub async fn answer(&self, done: Done, said: Said) -> Error {
        if done.digest != said.hex() {
            return Error::Invalid(vec![FieldFault::new("", OTHER)]);
        }
        match self.repeat(&done).await {
            Ok(()) => Error::DoneBefore {
                location: done.location,
            },
            Err(error) => error,
        }
    }

    async fn repeat(&self, done: &Done) -> Result<()> {
        if let Some(signed) = &done.signed {
            self.0.visit.sign_in(signed).await?;
        }
        if let Some(notice) = &done.notice {
            self.0.visit.notify(notice).await?;
        }
        Ok(())
    }

    async fn settle(&self, location: Option<String>) {
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

    async fn remember(&self, held: Held, location: String) -> Result<()> {
        let visit = &self.0.visit;
        let signed = if visit.session_id().as_ref() == Some(&held.session) {
            None
        } else {
            visit.signed_by_now().await?
        };
        let done = Done {
            digest: held.digest,
            location,
            notice: visit.next_notice().await?,
            signed,
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
