//! Errors as pages: a handler returns [`Error`], one layer renders it in the visitor's frame.
//! Another municipality's object and an unknown one give the same page (decision 11 of 04).

use std::{sync::Arc, time::Duration};

use app::FieldFault;
use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::actor::Actor;
use maud::html;

use crate::{log::Number, page::Page, visit::Visit};

/// What handlers return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a page was not shown or an act not done.
#[derive(Debug)]
pub enum Error {
    /// Nobody is signed in: 303 to sign-in, and back to `next` after it.
    SignIn {
        /// The local path that was asked for.
        next: String,
    },
    /// Signed in, but no cabinet is in use: 303 to `/cabinet`.
    NoCabinet,
    /// Something else must be done first: 303 there.
    First(
        /// The local path.
        String,
    ),
    /// The cabinet is closed as long as its municipality, named here, is suspended (403).
    Suspended(String),
    /// The same form was sent before (SEC-71): 303 to where it led then.
    DoneBefore {
        /// The local path.
        location: String,
    },
    /// A function of another role (403).
    Forbidden,
    /// A page of another role than the cabinet in use (403).
    OtherCabinet(Actor),
    /// The form is older than the session (403).
    Expired,
    /// Not there, for this person (404).
    NotFound,
    /// Not legal now, or changed meanwhile, with the reason in words (409).
    Conflict(String),
    /// What was typed cannot be taken and the page has no field to say it beside (422).
    Invalid(Vec<FieldFault>),
    /// Too much (413).
    TooLarge,
    /// Too many tries (429).
    TooMany {
        /// Minutes to wait.
        minutes: u64,
    },
    /// As much has been brought today as may be (429).
    DayFull {
        /// Hours to wait.
        hours: u64,
    },
    /// The municipality asks more at once than it may (503, SEC-105).
    Busy,
    /// A store does not answer (503).
    Unavailable,
    /// A fault of ours (500); already in the log.
    Internal,
}

impl Error {
    /// When to come again, where that is known.
    const fn wait(&self) -> Option<Duration> {
        match self {
            Self::TooMany { minutes } => Some(Duration::from_secs(*minutes * 60)),
            Self::DayFull { hours } => Some(Duration::from_secs(*hours * 3600)),
            Self::Busy => Some(Duration::from_secs(5)),
            Self::Unavailable => Some(Duration::from_secs(60)),
            _ => None,
        }
    }
}

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::SignedOut => Self::SignIn {
                next: "/cabinet".to_owned(),
            },
            app::Error::Suspended(municipality) => Self::Suspended(municipality),
            app::Error::Forbidden => Self::Forbidden,
            app::Error::NotFound => Self::NotFound,
            app::Error::Stale | app::Error::Illegal(_) => Self::Conflict(error.to_string()),
            app::Error::Invalid(faults) => Self::Invalid(faults),
            app::Error::TooMany { minutes } => Self::TooMany { minutes },
            app::Error::Busy => {
                tracing::warn!("a municipality asks more at once than it may");
                Self::Busy
            }
            app::Error::Unavailable(source) => {
                tracing::error!(error = %source, "a store does not answer");
                Self::Unavailable
            }
            app::Error::Internal(source) => {
                tracing::error!(error = %source, "internal error");
                Self::Internal
            }
        }
    }
}

impl From<tower_sessions::session::Error> for Error {
    fn from(error: tower_sessions::session::Error) -> Self {
        tracing::error!(%error, "sessions do not answer");
        Self::Unavailable
    }
}

impl From<redis::RedisError> for Error {
    fn from(error: redis::RedisError) -> Self {
        tracing::error!(%error, "redis does not answer");
        Self::Unavailable
    }
}

/// What the rendering layer is told.
#[derive(Clone, Debug)]
struct Failure {
    heading: &'static str,
    lines: Vec<String>,
}

/// What the layer of refusals is told: whose cabinet does not have the page.
#[derive(Clone, Debug)]
pub struct OtherCabinet(pub Actor);

/// What the layer of repeats is told: the answer leads elsewhere, but nothing was done.
#[derive(Clone, Copy, Debug)]
pub struct NotDone;

/// The way to what comes before the act that was asked for.
fn lead(there: &str) -> Response {
    let mut response = Redirect::to(there).into_response();
    response.extensions_mut().insert(NotDone);
    response
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let wait = self.wait();
        let (status, heading, lines) = match self {
            Self::SignIn { next } => return lead(&crate::public::login_address(&next)),
            Self::NoCabinet => return lead("/cabinet"),
            Self::First(there) => return lead(&there),
            Self::DoneBefore { location } => return Redirect::to(&location).into_response(),
            Self::Suspended(municipality) => (
                StatusCode::FORBIDDEN,
                "Кабинет закрыт",
                vec![
                    format!("Работа муниципалитета «{municipality}» в системе приостановлена: его кабинеты закрыты, пока её не возобновят."),
                    "Поданные заявления рассматриваются, сроки идут. С вопросами обратитесь в Центр аттестации педагогических работников.".to_owned(),
                ],
            ),
            Self::OtherCabinet(actor) => {
                let mut response = Self::Forbidden.into_response();
                response.extensions_mut().insert(OtherCabinet(actor));
                return response;
            }
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "Нет доступа",
                vec!["Эта страница или действие доступны другой роли.".to_owned()],
            ),
            Self::Expired => (
                StatusCode::FORBIDDEN,
                "Страница устарела",
                vec!["Вернитесь назад, обновите страницу и повторите действие.".to_owned()],
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "Страница не найдена",
                vec!["Проверьте адрес: возможно, в нём опечатка.".to_owned()],
            ),
            Self::Conflict(words) => (StatusCode::CONFLICT, "Действие не выполнено", vec![words]),
            Self::Invalid(faults) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Исправьте ошибки",
                faults.into_iter().map(|fault| fault.words).collect(),
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "Слишком много данных",
                vec!["Уменьшите файл или разделите его на несколько.".to_owned()],
            ),
            Self::TooMany { minutes } => (
                StatusCode::TOO_MANY_REQUESTS,
                "Слишком много попыток",
                vec![format!("Попробуйте снова через {minutes} мин.")],
            ),
            Self::DayFull { hours } => (
                StatusCode::TOO_MANY_REQUESTS,
                "За сутки загружено слишком много",
                vec![format!(
                    "Сегодня в муниципалитете загружено столько файлов, сколько можно за сутки. Попробуйте через {hours} ч."
                )],
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Слишком много запросов сразу",
                vec![
                    "Из вашего муниципалитета сейчас приходит больше запросов, чем система успевает обслужить. Попробуйте через несколько секунд: введённое не потеряно, если вернуться назад."
                        .to_owned(),
                ],
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Служба временно недоступна",
                vec![
                    "Попробуйте через минуту: введённое не потеряно, если вернуться назад."
                        .to_owned(),
                ],
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Что-то пошло не так",
                vec!["Мы уже знаем об ошибке. Попробуйте ещё раз позже.".to_owned()],
            ),
        };
        let mut response = status.into_response();
        if let Some(wait) = wait {
            let seconds = HeaderValue::from(wait.as_secs());
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response.extensions_mut().insert(Failure { heading, lines });
        response
    }
}

/// The words of an [`Error`] on its way out, for an answer that is no page; none of any other answer.
pub fn words_of(response: &mut Response) -> Option<String> {
    let failure = response.extensions_mut().remove::<Failure>()?;
    Some(failure.lines.join(" "))
}

/// The answer to an address nobody serves.
pub async fn not_found() -> Error {
    Error::NotFound
}

/// Longer than the slowest upload may take; statements have limits of their own.
const PATIENCE: Duration = Duration::from_secs(300);

/// For what brings nothing and changes nothing. A download begins within it and may last.
const PATIENCE_OF_A_PAGE: Duration = Duration::from_secs(60);

/// The layer that ends what takes too long.
pub async fn patience(request: Request, next: Next) -> Response {
    let patience = match *request.method() {
        Method::GET | Method::HEAD => PATIENCE_OF_A_PAGE,
        _ => PATIENCE,
    };
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::Unavailable.into_response(),
    }
}

/// The layer that turns an [`Error`] into a page in the visitor's frame; without a visitor
/// (Redis does not answer) in a bare one. A fault of ours shows the number of the request, by
/// which whoever is told it finds the trace, the lines of the log and the audit; any other
/// answer shows none, so that another's object and an unknown one stay the same page.
pub async fn render(request: Request, next: Next) -> Response {
    let number = request.extensions().get::<Number>().copied();
    shown(next.run(request).await, number)
}

/// The layer that says in words what the layer of sessions has none for: it answers 500 and nothing
/// else where Redis does not take a session.
pub async fn unsaved(request: Request, next: Next) -> Response {
    let number = request.extensions().get::<Number>().copied();
    let response = next.run(request).await;
    let fault = response.status() == StatusCode::INTERNAL_SERVER_ERROR;
    if !fault || response.headers().contains_key(header::CONTENT_TYPE) {
        return response;
    }
    shown(Error::Unavailable.into_response(), number)
}

fn shown(mut response: Response, number: Option<Number>) -> Response {
    let Some(failure) = response.extensions_mut().remove::<Failure>() else {
        return response;
    };
    let number = number.filter(|_| response.status().is_server_error());
    let visit = response.extensions().get::<Arc<Visit>>();
    let cabinet = visit.and_then(|visit| visit.cabinet());
    let home = cabinet.map_or("/", |cabinet| cabinet.role.home());
    let body = html! {
        @for line in &failure.lines { p class="govuk-body-l" { (line) } }
        @if let Some(Number(number)) = number {
            p class="govuk-body" { "Номер для службы поддержки: " code { (number.simple()) } }
        }
        // Where nothing answers, the browser's own way back keeps what was typed; a link would not.
        @if !response.status().is_server_error() && let Some(page) = visit.and_then(|visit| visit.stood_on.as_ref()) {
            p { a class="govuk-link" href=(page) { "Вернуться назад" } }
        }
        p { a class="govuk-link" href=(home) { "На главную" } }
    };
    let page = match visit {
        Some(visit) => Page::new(visit, failure.heading).render(body),
        None => ui::page(
            ui::Shell {
                heading: failure.heading,
                ..ui::Shell::default()
            },
            body,
        ),
    };
    *response.body_mut() = page.into_string().into();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}
