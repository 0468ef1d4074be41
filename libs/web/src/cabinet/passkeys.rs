//! `/profile/passkeys`: «Ключи доступа» (SEC-47, SEC-48, SEC-53). A key is added and removed after a
//! proof; the last way to sign in stays.

use app::{FieldFault, accounts::passkey::Passkey};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ActionButton, Field, Flavour, Form, PasskeyButton, Width};
use uuid::Uuid;

use crate::{
    Web,
    cabinet::{PASSKEYS, acting, confirm, ended, identities},
    error::{Error, Result},
    form::{Posted, stale_form},
    page::{Page, fault_of},
    passkey::{site, taken, tell},
    session::NEW_PASSKEY,
    visit::Person,
};

pub(super) const HEADING: &str = "Ключи доступа";

const OLD: &str = "Запрос ключа доступа устарел. Нажмите «Добавить ключ» ещё раз";

/// The browser's answer, and what the key is to be called.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    name: String,
    answer: String,
}

/// Which one is to be removed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Which {
    id: String,
}

/// The page.
pub async fn get(at: Person, State(web): State<Web>) -> Result<Markup> {
    let ways = ended(&at, web.app.ways_in(acting(&at)?).await).await?;
    Ok(page(&at, &web, &ways.passkeys, &at.device.words, &[]))
}

/// Says what the browser is to make.
pub async fn begin(
    at: Person,
    State(web): State<Web>,
    posted: Posted<identities::Raw>,
) -> Result<Response> {
    posted.take()?;
    if !at.signed()?.proved_lately() {
        return Err(confirm::first(PASSKEYS));
    }
    let site = site(&web).ok_or(Error::NotFound)?;
    let asked = web.app.ask_for_passkey(acting(&at)?, &site).await;
    tell(&at, NEW_PASSKEY, ended(&at, asked).await?).await
}

/// Adds the key the browser has made.
pub async fn post(at: Person, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let person = acting(&at)?;
    let (status, name, faults) = match posted.accept() {
        Err(raw) => (StatusCode::FORBIDDEN, raw.name, stale_form()),
        Ok(raw) => {
            if !at.signed()?.proved_lately() {
                return Err(confirm::first(PASSKEYS));
            }
            let site = site(&web).ok_or(Error::NotFound)?;
            let added = match taken(&at, &web, NEW_PASSKEY).await? {
                Some(asked) => {
                    let (answer, name) = (&raw.answer, &raw.name);
                    web.app
                        .add_passkey(person, &site, &asked, answer, name)
                        .await
                }
                None => Err(app::Error::field("", OLD)),
            };
            match added {
                Ok(()) => {
                    at.notify("Ключ доступа добавлен. Письмо об этом отправлено на Ваш адрес.")
                        .await?;
                    return Ok(Redirect::to(PASSKEYS).into_response());
                }
                Err(app::Error::Invalid(faults)) => {
                    (StatusCode::UNPROCESSABLE_ENTITY, raw.name, faults)
                }
                Err(error) => return ended(&at, Err(error)).await,
            }
        }
    };
    let ways = ended(&at, web.app.ways_in(person).await).await?;
    Ok((status, page(&at, &web, &ways.passkeys, &name, &faults)).into_response())
}

/// Removes one.
pub async fn remove(at: Person, State(web): State<Web>, posted: Posted<Which>) -> Result<Response> {
    let which = posted.take()?;
    if !at.signed()?.proved_lately() {
        return Err(confirm::first(PASSKEYS));
    }
    let id = Uuid::parse_str(&which.id).map_err(|_| Error::NotFound)?;
    ended(&at, web.app.remove_passkey(acting(&at)?, id).await).await?;
    at.notify("Ключ доступа удалён. Письмо об этом отправлено на Ваш адрес.")
        .await?;
    Ok(Redirect::to(PASSKEYS).into_response())
}

fn page(at: &Person, web: &Web, keys: &[Passkey], name: &str, faults: &[FieldFault]) -> Markup {
    let lately = at
        .signed
        .as_ref()
        .is_some_and(|signed| signed.proved_lately());
    Page::new(at, HEADING)
        .back("/profile")
        .faults(faults)
        .flavour(Flavour::Reading)
        .render(html! {
            p { "С ключом доступа Вы входите без имени и пароля: устройство само узнаёт Вас по отпечатку, лицу или коду блокировки. Подделать его или выманить на чужом сайте нельзя, поэтому код второго фактора с ним не нужен." }
            @if keys.is_empty() { p { "Ключей доступа пока нет." } }
            @for key in keys { (shown(at, web, key, lately)) }
            @if lately {
                @if !keys.is_empty() { h2 { "Ещё один ключ" } }
                (ui::where_passkeys_work(
                    adding(at, name, faults),
                    Some("Добавить ключ здесь нельзя: браузер не работает с ключами доступа или в нём выключены скрипты."),
                ))
            } @else {
                p { a class="govuk-link" href=(confirm::address(PASSKEYS)) { "Изменить" } }
            }
        })
}

fn shown(at: &Person, web: &Web, key: &Passkey, lately: bool) -> Markup {
    let time = |at| ui::ru::date_time(&web.app.zone().local(at));
    html! {
        h2 { (key.name) }
        p {
            "Добавлен " (time(key.at)) ". "
            @match key.used_at {
                Some(used) => { "Последний вход: " (time(used)) "." }
                None => "С ним ещё не входили.",
            }
        }
        @if lately {
            (ui::action_button(ActionButton {
                action: "/profile/passkeys/remove",
                values: &[("id", &key.public_id.to_string())],
                csrf: &at.csrf,
                label: "Удалить",
                ..ActionButton::default()
            }))
        }
    }
}

fn adding(at: &Person, name: &str, faults: &[FieldFault]) -> Markup {
    ui::form(
        Form {
            action: PASSKEYS,
            csrf: &at.csrf,
            ..Form::default()
        },
        html! {
            (ui::text(Field {
                name: "name",
                label: "Название",
                hint: Some("Чтобы отличить этот ключ от других"),
                value: name,
                error: fault_of(faults, "name"),
                width: Width::Medium,
                ..Field::default()
            }))
            (ui::passkey_button(PasskeyButton {
                label: "Добавить ключ",
                asked_at: "/profile/passkeys/begin",
                new: true,
                ..PasskeyButton::default()
            }))
        },
    )
}
