//! `/login/{provider}`: a sign-in with an identity provider, from the link that begins it to the
//! answer it comes back with (SEC-50…52). What an answer must be to be believed is `identity`'s;
//! an identity that is no account's yet goes on in [`super::link`].

use app::accounts::Entry;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use identity::{Answer, Attempt, Fault, Provider};
use maud::html;
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::time::OffsetDateTime;
use ui::Flavour;

use crate::{
    Web,
    cabinet::IDENTITIES,
    door::Door,
    error::{Error, Result},
    limits::{Address, Limit},
    page::Page,
    public::{arrival::Arrival, link::Stranger},
    session::{ATTEMPTS, STRANGER},
    visit::{Guest, Visit},
};

/// How long an answer may take, in seconds.
pub(super) const LIFE: i64 = 10 * 60;
/// How many sign-ins one session may have under way: tabs, and ways tried one after another.
const MOST: usize = 4;

/// Where it begins and what for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// The municipality whose page it begins on.
    m: String,
    next: String,
    /// Whether the identity is to be linked to the account of whoever is signed in.
    link: String,
}

/// What a provider sends the browser back with.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Answered {
    state: String,
    code: String,
    iss: Option<String>,
    error: String,
}

/// A sign-in under way, as the session keeps it.
#[derive(Serialize, Deserialize)]
struct Begun {
    provider: String,
    attempt: Attempt,
    at: i64,
    municipality: Option<String>,
    next: String,
    link: bool,
}

/// Begins: sends the browser to the provider. A link, not a form: a form may lead nowhere but
/// to this site (SEC-32).
pub async fn begin(
    visit: Guest,
    State(web): State<Web>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let provider = web.settings.providers.find(&slug).ok_or(Error::NotFound)?;
    let link = !asked.link.is_empty();
    if link && !visit.person()?.proved_lately() {
        return Ok(Redirect::to(IDENTITIES).into_response());
    }
    let own = provider.municipality();
    let municipality = own.or((!asked.m.is_empty()).then_some(&*asked.m));
    let door = Door::of(&web, municipality).await?;
    if let Some(closed) = door.closed(&visit) {
        return Ok(closed);
    }
    let (url, attempt) = match provider.begin(&callback_of(&web, provider)).await {
        Ok(begun) => begun,
        Err(fault) => return away(&visit, provider, &door, &fault).await,
    };
    let mut begun: Vec<Begun> = visit.recall(ATTEMPTS).await?.unwrap_or_default();
    begun.push(Begun {
        provider: slug,
        attempt,
        at: now(),
        municipality: municipality.map(str::to_owned),
        next: asked.next,
        link,
    });
    begun.drain(..begun.len().saturating_sub(MOST));
    visit.keep(ATTEMPTS, &begun).await?;
    Ok(Redirect::to(url.as_str()).into_response())
}

/// The answer: taken once, by the browser that asked for it.
pub async fn callback(
    visit: Guest,
    State(web): State<Web>,
    from: Address,
    Path(slug): Path<String>,
    Query(answered): Query<Answered>,
) -> Result<Response> {
    let provider = web.settings.providers.find(&slug).ok_or(Error::NotFound)?;
    let guesses = Limit::login_address(&web, from);
    guesses.take(&web).await?;
    let Some(begun) = taken(&visit, &web, &slug, &answered.state).await? else {
        return Ok(refused(&visit, provider));
    };
    let door = Door::of(&web, begun.municipality.as_deref()).await?;
    if !answered.error.is_empty() || answered.code.is_empty() {
        guesses.give_back(&web).await?;
        let words = format!("Вход через {} отменён.", provider.name());
        visit.warn(&words).await?;
        return Ok(Redirect::to(&door.address("/login")).into_response());
    }
    let answer = Answer {
        code: &answered.code,
        issuer: answered.iss.as_deref(),
    };
    let redirect = callback_of(&web, provider);
    let identity = match provider.finish(begun.attempt, &answer, &redirect).await {
        Ok(identity) => identity,
        Err(Fault::Refused(why)) => {
            tracing::warn!(provider = slug, why, "a provider's answer is not believed");
            return Ok(refused(&visit, provider));
        }
        Err(fault) => {
            // Nobody has guessed anything: a provider that is down keeps no school out.
            guesses.give_back(&web).await?;
            return away(&visit, provider, &door, &fault).await;
        }
    };
    guesses.give_back(&web).await?;
    let stranger = Stranger {
        provider: slug,
        identity,
        at: now(),
        municipality: begun.municipality,
        next: begun.next,
    };
    if begun.link {
        visit.keep(STRANGER, &stranger).await?;
        return Ok(Redirect::to(IDENTITIES).into_response());
    }
    enter(&visit, &web, provider, &door, stranger).await
}

/// Lets the proved person in; who is nobody here yet is asked who it is.
async fn enter(
    visit: &Visit,
    web: &Web,
    provider: &Provider,
    door: &Door,
    stranger: Stranger,
) -> Result<Response> {
    if let Some(closed) = door.closed(visit) {
        return Ok(closed);
    }
    let entry = Entry {
        municipality: door.slug(),
        provider: provider.name(),
        roles: provider.roles(),
    };
    match web.app.sign_in_through(&stranger.identity, entry).await {
        Ok(Some(entered)) => {
            let arrival = Arrival {
                next: stranger.next,
                ..Arrival::new(entered, door)
            };
            arrival.enter(visit, web).await
        }
        Ok(None) => {
            visit.keep(STRANGER, &stranger).await?;
            let on = format!("/login/{}/link", provider.slug());
            Ok(Redirect::to(&on).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let words: Vec<String> = faults.into_iter().map(|fault| fault.words).collect();
            visit.warn(&words.join(". ")).await?;
            Ok(Redirect::to(&door.address("/login")).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The sign-in of this state, if this session began it lately and nobody has answered it yet.
async fn taken(visit: &Visit, web: &Web, slug: &str, state: &str) -> Result<Option<Begun>> {
    let mut begun: Vec<Begun> = visit.recall(ATTEMPTS).await?.unwrap_or_default();
    let Some(place) = begun.iter().position(|begun| begun.attempt.state == state) else {
        return Ok(None);
    };
    let found = begun.swap_remove(place);
    visit.keep(ATTEMPTS, &begun).await?;
    // Two answers at once both find it in the session; Redis counts one.
    match Limit::answer(state).take(web).await {
        Err(Error::TooMany { .. }) => return Ok(None),
        outcome => outcome?,
    }
    let lives = found.provider == slug && now() - found.at <= LIFE;
    Ok(lives.then_some(found))
}

/// The address of ours a provider answers to. Made of the setting, of no host that asks.
fn callback_of(web: &Web, provider: &Provider) -> String {
    let base = &web.settings.base_url;
    format!("{base}/login/{}/callback", provider.slug())
}

/// A provider that does not work costs a word, and the form for the password.
async fn away(visit: &Visit, provider: &Provider, door: &Door, fault: &Fault) -> Result<Response> {
    let slug = provider.slug();
    tracing::warn!(provider = slug, error = %fault, "an identity provider does not work");
    let words = format!(
        "Вход через {} сейчас не работает. Войдите по имени и паролю.",
        provider.name()
    );
    visit.warn(&words).await?;
    Ok(Redirect::to(&door.address("/login")).into_response())
}

/// An answer nobody here has asked for, or that is not believed.
fn refused(visit: &Visit, provider: &Provider) -> Response {
    let page = Page::new(visit, "Вход не выполнен")
        .flavour(Flavour::Reading)
        .render(html! {
            p class="govuk-body-l" {
                "Ответ «" (provider.name()) "» не подходит к этому входу: он устарел, уже использован или вход начат в другом браузере."
            }
            p { a class="govuk-link" href="/login" { "Начать вход заново" } }
        });
    (StatusCode::BAD_REQUEST, page).into_response()
}

pub(super) fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}
