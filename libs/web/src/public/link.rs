//! `/login/{provider}/link`: «Привязать учётную запись». A provider has proved somebody who is
//! nobody here yet. Linking takes the password of the account as well: both are proved, and
//! no e-mail proves either (SEC-52). Or a new account is made, an invitation accepted by it.

use app::{FieldFault, accounts::invitation::Invited};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{identity::Identity, role::Role};
use identity::Provider;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use ui::{Field, Form, Width};

use crate::{
    Web,
    door::Door,
    error::{Error, Result},
    form::{Posted, stale_form},
    limits::{Address, Limit},
    page::{Page, fault_of},
    public::{
        arrival::Arrival,
        local,
        login::guarded,
        provider::{LIFE, now},
    },
    session::STRANGER,
    visit::{Guest, Visit},
};

/// A proved identity that waits for its account, as the session keeps it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Stranger {
    pub(crate) provider: String,
    pub(crate) identity: Identity,
    pub(crate) at: i64,
    pub(crate) municipality: Option<String>,
    pub(crate) next: String,
}

impl Stranger {
    /// Who waits in this session, if it has not waited too long.
    pub(crate) async fn of(visit: &Visit) -> Result<Option<Self>> {
        let waiting: Option<Self> = visit.recall(STRANGER).await?;
        Ok(waiting.filter(|stranger| now() - stranger.at <= LIFE))
    }

    /// The token of the invitation that was in hand when the sign-in began.
    fn invitation(&self) -> Option<&str> {
        local(&self.next)?.strip_prefix("/invitation/")
    }
}

/// What is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    login: String,
    password: String,
}

/// What is typed for a new account.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct New {
    new_login: String,
}

/// What the page is made of.
struct At<'a> {
    visit: &'a Visit,
    provider: &'a Provider,
    door: Door,
    stranger: Stranger,
    invited: Option<Invited>,
}

/// The page.
pub async fn get(
    visit: Guest,
    State(web): State<Web>,
    Path(slug): Path<String>,
) -> Result<Response> {
    Ok(match at(&visit, &web, &slug).await? {
        Some(at) => page(&at, "", "", &[]).into_response(),
        None => Redirect::to("/login").into_response(),
    })
}

/// Links to the account whose password is typed, and signs in.
pub async fn post(
    visit: Guest,
    State(web): State<Web>,
    from: Address,
    Path(slug): Path<String>,
    posted: Posted<Raw>,
) -> Result<Response> {
    let Some(at) = at(&visit, &web, &slug).await? else {
        return Err(Error::First("/login".to_owned()));
    };
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            return Ok(again(
                &at,
                StatusCode::FORBIDDEN,
                &raw.login,
                "",
                &stale_form(),
            ));
        }
    };
    let slug = at.door.slug();
    match guarded(&web, &visit.device, from, &raw.login, &raw.password, slug).await {
        Ok(entered) => {
            let arrival = Arrival {
                next: at.stranger.next.clone(),
                link: Some(at.stranger.identity.clone()),
                ..Arrival::new(entered, &at.door)
            };
            visit.drop_key(STRANGER).await?;
            arrival.enter(&visit, &web).await
        }
        Err(Error::Invalid(faults)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(again(&at, status, &raw.login, "", &faults))
        }
        Err(error) => Err(error),
    }
}

/// Makes a new account without a password, and signs in.
pub async fn register(
    visit: Guest,
    State(web): State<Web>,
    from: Address,
    Path(slug): Path<String>,
    posted: Posted<New>,
) -> Result<Response> {
    let Some(at) = at(&visit, &web, &slug).await?.filter(registers) else {
        return Err(Error::First("/login".to_owned()));
    };
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let status = StatusCode::FORBIDDEN;
            return Ok(again(&at, status, "", &raw.new_login, &stale_form()));
        }
    };
    Limit::register(&web, from).take(&web).await?;
    let (identity, invitation) = (&at.stranger.identity, at.stranger.invitation());
    let invitation = invitation.filter(|_| at.invited.is_some());
    match web
        .app
        .register_through(identity, &raw.new_login, invitation)
        .await
    {
        Ok(entered) => {
            visit.drop_key(STRANGER).await?;
            let arrival = Arrival {
                new: true,
                ..Arrival::new(entered, &at.door)
            };
            arrival.enter(&visit, &web).await
        }
        Err(app::Error::Invalid(mut faults)) => {
            for fault in &mut faults {
                fault.field = "new_login".into();
            }
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(again(&at, status, "", &raw.new_login, &faults))
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether a new account would be of use: whoever registers alone is a teacher.
fn registers(at: &At<'_>) -> bool {
    let roles = at.provider.roles();
    at.invited.is_some() || roles.is_empty() || roles.contains(&Role::Teacher)
}

async fn at<'a>(visit: &'a Visit, web: &'a Web, slug: &str) -> Result<Option<At<'a>>> {
    let provider = web.settings.providers.find(slug).ok_or(Error::NotFound)?;
    let Some(stranger) = Stranger::of(visit).await?.filter(|it| it.provider == slug) else {
        return Ok(None);
    };
    let door = Door::of(web, stranger.municipality.as_deref()).await?;
    let invited = match stranger.invitation() {
        // One that is no more is told of on its own page.
        Some(token) => web.app.invitation(token).await.ok(),
        None => None,
    };
    Ok(Some(At {
        visit,
        provider,
        door,
        stranger,
        invited,
    }))
}

fn again(
    at: &At<'_>,
    status: StatusCode,
    login: &str,
    new_login: &str,
    faults: &[FieldFault],
) -> Response {
    (status, page(at, login, new_login, faults)).into_response()
}

fn page(at: &At<'_>, login: &str, new_login: &str, faults: &[FieldFault]) -> Markup {
    let (visit, name) = (at.visit, at.provider.name());
    let here = format!("/login/{}", at.provider.slug());
    let heading = Page::new(visit, "Привязать учётную запись").faults(faults);
    at.door.frame(heading).render(html! {
        p class="govuk-body-l" {
            "Вы вошли через " (name) ", но с этим входом здесь ещё не связана ни одна учётная запись."
        }
        @if let Some(invited) = &at.invited {
            (ui::inset(html! { p { "Приглашение будет принято: " (invited.role.name()) @if let Some(place) = &invited.municipality { ", " (place) } "." } }))
        }
        h2 { "Учётная запись уже есть" }
        p { "Введите её имя и пароль один раз: дальше Вы будете входить через " (name) "." }
        (ui::form(
            Form { action: &format!("{here}/link"), csrf: &visit.csrf, ..Form::default() },
            html! {
                (ui::text(Field {
                    name: "login",
                    label: "Имя пользователя",
                    value: login,
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
                (ui::button("Войти и привязать"))
            },
        ))
        @if registers(at) {
            h2 { "Учётной записи ещё нет" }
            p { "Пароль не нужен: входить Вы будете через " (name) "." }
            (ui::form(
                Form { action: &format!("{here}/register"), csrf: &visit.csrf, ..Form::default() },
                html! {
                    (ui::text(Field {
                        name: "new_login",
                        label: "Новое имя пользователя",
                        value: new_login,
                        hint: Some("Латинские буквы и цифры, от 3 до 32 знаков"),
                        error: fault_of(faults, "new_login"),
                        autocomplete: Some("username"),
                        width: Width::Medium,
                        ..Field::default()
                    }))
                    (ui::secondary_button("Зарегистрироваться"))
                },
            ))
        }
    })
}
