//! `/login`, everybody's and a municipality's own (see [`Door`]).

use app::{FieldFault, accounts::Entered};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ButtonStyle, Checkbox, Field, Form, PasskeyButton, Width};

use crate::{
    Web,
    device::Device,
    door::Door,
    error::{Error, Result},
    form::{Posted, STALE_FORM},
    limits::{Address, Limit},
    page::{Page, fault_of},
    public::{arrival::Arrival, local},
    visit::{Guest, Visit},
};

/// Where to go afterwards.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    next: String,
}

/// What is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    login: String,
    password: String,
    remember: String,
    next: String,
}

impl Raw {
    /// What a form without login and password keeps.
    pub(super) fn without_login(remember: &str, next: &str) -> Self {
        Self {
            remember: remember.to_owned(),
            next: next.to_owned(),
            ..Self::default()
        }
    }
}

/// The page. Who is signed in is led to its cabinet: it stands elsewhere now, perhaps (R-ACC-7).
pub async fn get(
    visit: Guest,
    State(web): State<Web>,
    door: Door,
    Query(asked): Query<Asked>,
) -> Response {
    if visit.signed.is_some() && door.slug().is_none() {
        // «Войти и принять приглашение»: there is nobody to sign in, its page accepts.
        let invitation = local(&asked.next).filter(|next| next.starts_with("/invitation/"));
        return Redirect::to(invitation.unwrap_or("/cabinet")).into_response();
    }
    let raw = Raw {
        next: asked.next,
        ..Raw::default()
    };
    match door.closed(&visit) {
        Some(closed) => closed,
        None => page(&visit, &web, &door, &raw, &[]).into_response(),
    }
}

/// Signs in.
pub async fn post(
    visit: Guest,
    State(web): State<Web>,
    door: Door,
    from: Address,
    posted: Posted<Raw>,
) -> Result<Response> {
    match door.closed(&visit) {
        Some(closed) => Ok(closed),
        None => sign_in(&visit, &web, from, &door, posted).await,
    }
}

async fn sign_in(
    visit: &Guest,
    web: &Web,
    from: Address,
    door: &Door,
    posted: Posted<Raw>,
) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let faults = [FieldFault::new("", STALE_FORM)];
            return Ok(
                (StatusCode::FORBIDDEN, page(visit, web, door, &raw, &faults)).into_response(),
            );
        }
    };
    let faults = empty(&raw);
    if !faults.is_empty() {
        return Ok(refusal(visit, web, door, &raw, &faults));
    }
    match guarded(
        web,
        &visit.device,
        from,
        &raw.login,
        &raw.password,
        door.slug(),
    )
    .await
    {
        Ok(entered) => {
            let arrival = Arrival {
                remember: !raw.remember.is_empty(),
                next: raw.next,
                ..Arrival::new(entered, door)
            };
            arrival.enter(visit, web).await
        }
        Err(Error::Invalid(faults)) => Ok(refusal(visit, web, door, &raw, &faults)),
        Err(error) => Err(error),
    }
}

/// The verb behind its limits: a failure is counted before it is known to be one, and taken
/// back when it was none.
pub(super) async fn guarded(
    web: &Web,
    device: &Device,
    from: Address,
    login: &str,
    password: &str,
    slug: Option<&str>,
) -> Result<Entered> {
    let of_address = Limit::login_address(web, from);
    let of_account = Limit::login_account(web, device, login);
    of_address.take(web).await?;
    if let Err(error) = of_account.take(web).await {
        of_address.give_back(web).await?;
        return Err(error);
    }
    let outcome = web.app.sign_in(login, password, slug).await;
    if !matches!(outcome, Err(app::Error::Invalid(_))) {
        of_address.give_back(web).await?;
        of_account.give_back(web).await?;
    }
    Ok(outcome?)
}

fn empty(raw: &Raw) -> Vec<FieldFault> {
    [
        ("login", &raw.login, "Введите имя пользователя"),
        ("password", &raw.password, "Введите пароль"),
    ]
    .into_iter()
    .filter(|(_, typed, _)| typed.trim().is_empty())
    .map(|(field, _, words)| FieldFault::new(field, words))
    .collect()
}

fn refusal(visit: &Visit, web: &Web, door: &Door, raw: &Raw, faults: &[FieldFault]) -> Response {
    (
        StatusCode::UNPROCESSABLE_ENTITY,
        page(visit, web, door, raw, faults),
    )
        .into_response()
}

/// The page, with what was typed.
pub(super) fn page(
    visit: &Visit,
    web: &Web,
    door: &Door,
    raw: &Raw,
    faults: &[FieldFault],
) -> Markup {
    let frame = door.frame(Page::new(visit, "Войти").faults(faults));
    let accepting = raw.next.starts_with("/invitation/");
    frame.render(html! {
        (door.contacts())
        @if accepting { (ui::inset(html! { p { "После входа приглашение будет принято." } })) }
        (ui::form(
            Form { action: &door.address("/login"), csrf: &visit.csrf, ..Form::default() },
            html! {
                (ui::hidden("next", &raw.next))
                (ui::text(Field {
                    name: "login",
                    label: "Имя пользователя",
                    value: &raw.login,
                    error: fault_of(faults, "login"),
                    autocomplete: Some("username"),
                    width: Width::Medium,
                    ..Field::default()
                }))
                (ui::password(Field {
                    name: "password",
                    label: "Пароль",
                    error: fault_of(faults, "password"),
                    ..Field::default()
                }))
                (ui::checkbox(Checkbox {
                    name: "remember",
                    label: "Запомнить меня",
                    checked: !raw.remember.is_empty(),
                    ..Checkbox::default()
                }))
                (ui::button("Войти"))
                @if crate::passkey::site(web).is_some() {
                    (ui::where_passkeys_work(
                        ui::passkey_button(PasskeyButton {
                            label: "Войти с ключом доступа",
                            style: ButtonStyle::Secondary,
                            asked_at: "/login/passkey/begin",
                            action: Some(&door.address("/login/passkey")),
                            ..PasskeyButton::default()
                        }),
                        None,
                    ))
                }
            },
        ))
        @for (name, href) in door.providers(web, &raw.next) {
            p { a class="govuk-link" href=(href) { "Войти через " (name) } }
        }
        p { "Ещё нет учётной записи? " a class="govuk-link" href=(door.address("/register")) { "Зарегистрируйтесь" } }
        p { a class="govuk-link" href="/password/forgot" { "Забыли пароль?" } }
        (door.way_out())
    })
}
