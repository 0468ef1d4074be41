//! `/login/passkey`: sign-in by a passkey, in the form of `/login` and within its limits. What is asked
//! names nobody, and what is answered tells nobody whether there is such a key (SEC-44).

use app::{FieldFault, accounts::Entry};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;

use crate::{
    Web,
    door::Door,
    error::{Error, Result},
    form::{Posted, STALE_FORM},
    limits::{Address, Limit},
    passkey::{site, taken, tell},
    public::{arrival::Arrival, login},
    session::PASSKEY,
    visit::Guest,
};

const OLD: &str = "Запрос ключа доступа устарел. Нажмите «Войти с ключом доступа» ещё раз";

/// Nothing but the token.
#[derive(Deserialize, Default)]
pub struct Nothing {}

/// What is sent: the browser's answer, with the rest of the form.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    answer: String,
    remember: String,
    next: String,
}

/// Says what the browser is to ask for.
pub async fn begin(
    visit: Guest,
    State(web): State<Web>,
    posted: Posted<Nothing>,
) -> Result<Response> {
    posted.take()?;
    let site = site(&web).ok_or(Error::NotFound)?;
    tell(&visit, PASSKEY, web.app.ask_passkey(&site)?).await
}

/// Signs in.
pub async fn post(
    visit: Guest,
    State(web): State<Web>,
    door: Door,
    from: Address,
    posted: Posted<Raw>,
) -> Result<Response> {
    if let Some(closed) = door.closed(&visit) {
        return Ok(closed);
    }
    let site = site(&web).ok_or(Error::NotFound)?;
    let (raw, fresh) = match posted.accept() {
        Ok(raw) => (raw, true),
        Err(raw) => (raw, false),
    };
    let shown = login::Raw::without_login(&raw.remember, &raw.next);
    let again = |status, faults: &[FieldFault]| {
        (status, login::page(&visit, &web, &door, &shown, faults)).into_response()
    };
    if !fresh {
        let faults = [FieldFault::new("", STALE_FORM)];
        return Ok(again(StatusCode::FORBIDDEN, &faults));
    }
    let refused = |faults: &[FieldFault]| again(StatusCode::UNPROCESSABLE_ENTITY, faults);
    let guesses = Limit::login_address(&web, from);
    guesses.take(&web).await?;
    let Some(asked) = taken(&visit, &web, PASSKEY).await? else {
        return Ok(refused(&[FieldFault::new("", OLD)]));
    };
    let entry = Entry {
        municipality: door.slug(),
        ..Entry::default()
    };
    match web
        .app
        .sign_in_by_passkey(&site, &asked, &raw.answer, entry)
        .await
    {
        Ok(entered) => {
            guesses.give_back(&web).await?;
            let arrival = Arrival {
                remember: !raw.remember.is_empty(),
                next: raw.next,
                passkey: true,
                ..Arrival::new(entered, &door)
            };
            arrival.enter(&visit, &web).await
        }
        Err(app::Error::Invalid(faults)) => Ok(refused(&faults)),
        Err(error) => Err(error.into()),
    }
}
