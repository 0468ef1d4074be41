//! Pages of everybody who is signed in: the way to the cabinet in use, consent, profile,
//! letters. A cabinet opens in one place only ([`open`]): after consent and profile.

mod choose;
mod close;
mod confirm;
mod consent;
mod erasure;
mod factor;
mod identities;
mod letters;
mod own_data;
mod passkeys;
mod password;
mod profile;
mod sessions;
mod transfer;
mod views;

use app::accounts::{Cabinet, Standing, is_filled, title};
use axum::{
    Router,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::role::Role;
use serde::Deserialize;

use crate::{
    Web,
    error::{Error, Result},
    public::{leading, local},
    session::{self, Signed},
    visit::{Person, Visit},
};

/// The page of what is linked to the account.
pub(crate) const IDENTITIES: &str = "/profile/identities";

/// The page where the consent is withdrawn.
const CONSENT: &str = "/profile/consent";
/// The page where one has everything packed that is kept about it.
pub(crate) const OWN_DATA: &str = "/profile/data";

/// The page of the second factor.
const FACTOR: &str = "/profile/factor";
/// The page of the passkeys.
const PASSKEYS: &str = "/profile/passkeys";
/// The page where the password is changed.
const PASSWORD: &str = "/profile/password";
/// The page of the person's sessions.
const SESSIONS: &str = "/profile/sessions";

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/cabinet", get(lead))
        .route("/cabinet/choose", get(choose::get).post(choose::post))
        .route("/consent", get(consent::get).post(consent::post))
        .route("/consent/print", get(consent::print))
        .route("/profile", get(profile::get).post(profile::post))
        .route("/profile/close", get(close::get).post(close::post))
        .route(CONSENT, get(erasure::get).post(erasure::post))
        .route(FACTOR, get(factor::get).post(factor::post))
        .route("/profile/factor/begin", post(factor::begin))
        .route("/profile/factor/off", post(factor::off))
        .route(PASSKEYS, get(passkeys::get).post(passkeys::post))
        .route("/profile/passkeys/begin", post(passkeys::begin))
        .route("/profile/passkeys/remove", post(passkeys::remove))
        .route(PASSWORD, get(password::get).post(password::post))
        .route(SESSIONS, get(sessions::get).post(sessions::post))
        .route("/profile/confirm", get(confirm::get).post(confirm::post))
        .route(IDENTITIES, get(identities::get).post(identities::post))
        .route("/profile/identities/unlink", post(identities::unlink))
        .route("/profile/letters", get(letters::get))
        .route(OWN_DATA, get(own_data::get).post(own_data::post))
        .route("/profile/transfer", get(transfer::get).post(transfer::ask))
        .route("/profile/transfer/cancel", post(transfer::cancel))
        .route("/profile/views", get(views::get))
}

/// Where to go once the cabinet is open.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    next: String,
}

/// `/cabinet`: leads to what is missing first, then to the cabinet in use.
async fn lead(at: Person, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Response> {
    let standing = match web.app.standing(acting(&at)?).await {
        Err(app::Error::SignedOut) => {
            at.sign_out().await?;
            return Ok(Redirect::to("/login").into_response());
        }
        standing => standing?,
    };
    if let ([], [closed, ..]) = (&*standing.cabinets, &*standing.suspended) {
        return Err(Error::Suspended(closed.municipality.clone()));
    }
    let in_use = in_use(&at);
    let offered = offered(&at, &standing);
    let cabinet = match *offered {
        [only] => Some(only),
        _ => offered
            .into_iter()
            .find(|cabinet| Some((cabinet.role, cabinet.id)) == in_use),
    };
    if !standing.consent {
        return Ok(Redirect::to("/consent").into_response());
    }
    let Some(cabinet) = cabinet else {
        let on = match (&*standing.cabinets, local(&asked.next)) {
            ([], _) => "/profile".to_owned(),
            (_, None) => "/cabinet/choose".to_owned(),
            (_, Some(next)) => leading("/cabinet/choose", next),
        };
        return Ok(Redirect::to(&on).into_response());
    };
    enter(&at, &web, &standing, cabinet, local(&asked.next)).await
}

/// The cabinets to choose from: who came by a municipality's own page begins in one of its.
fn offered<'a>(at: &Person, standing: &'a Standing) -> Vec<&'a Cabinet> {
    let door = at.signed.as_ref().and_then(|signed| signed.door);
    let there = standing.cabinets.iter().filter(|cabinet| {
        at.cabinet().is_none() && door.is_some_and(|door| cabinet.tenant == Some(door.tenant))
    });
    let there: Vec<&Cabinet> = there.collect();
    match there.is_empty() {
        true => standing.cabinets.iter().collect(),
        false => there,
    }
}

/// Opens a cabinet and goes to its first page or to `next`; or to what is missing first.
async fn enter(
    at: &Person,
    web: &Web,
    standing: &Standing,
    cabinet: &Cabinet,
    next: Option<&str>,
) -> Result<Response> {
    if !standing.consent {
        return Err(Error::First("/consent".to_owned()));
    }
    if !is_filled(cabinet) {
        let on = format!("/profile?cabinet={}", cabinet.public_id);
        return Err(Error::First(on));
    }
    open(at, web, standing, cabinet).await?;
    Ok(Redirect::to(next.unwrap_or(cabinet.role.home())).into_response())
}

/// Puts a cabinet in use, under a new session id if it is another one (SEC-13, SEC-21); then
/// it stays in the audit, too. One that wants a second factor stays shut without it (SEC-47).
async fn open(at: &Person, web: &Web, standing: &Standing, cabinet: &Cabinet) -> Result<()> {
    let signed = at.signed()?;
    if !signed.passkey && web.app.lacks_factor(acting(at)?, cabinet.role).await? {
        at.notify(
            "Для этого кабинета нужен второй фактор: включите его или входите с ключом доступа.",
        )
        .await?;
        return Err(Error::First(FACTOR.to_owned()));
    }
    let now = Signed {
        cabinet: Some(session::Cabinet {
            membership: cabinet.id,
            role: cabinet.role,
            tenant: cabinet.tenant,
            organisation: cabinet.organisation,
            title: title(cabinet).to_owned(),
        }),
        several: standing.cabinets.len() > 1,
        ..signed.clone()
    };
    if in_use(at) != Some((cabinet.role, cabinet.id)) {
        web.app.switch_cabinet(acting(at)?, cabinet).await?;
    }
    if now.cabinet != signed.cabinet || now.several != signed.several {
        at.sign_in(&now).await?;
    }
    Ok(())
}

/// The person signed in, as the verbs want it.
pub fn acting(visit: &Visit) -> Result<app::accounts::Person> {
    let signed = visit.person()?;
    Ok(app::accounts::Person {
        account: signed.account,
        epoch: signed.epoch,
        request: visit.request,
    })
}

/// The cabinet in use by role and number.
fn in_use(at: &Person) -> Option<(Role, i64)> {
    at.cabinet()
        .map(|cabinet| (cabinet.role, cabinet.membership))
}

/// The way to sign-in for a session the database has ended, without a session that would
/// only lead back here.
async fn ended<T>(at: &Person, outcome: app::Result<T>) -> Result<T> {
    if matches!(outcome, Err(app::Error::SignedOut)) {
        at.sign_out().await?;
    }
    outcome.map_err(Error::from)
}
