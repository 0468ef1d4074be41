//! A form that comes too late (SEC-70): what it would change was changed while it was being
//! filled in. Nothing is saved and nothing typed is lost: the page is shown again (409) with
//! what was typed in its fields, what is stored now beside each that differs, and the version
//! of now, so that sending it once more is a decision.

use app::FieldFault;
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};

use crate::page::Page;

/// The fields of a form with their values.
pub type Values<'a> = &'a [(&'static str, &'a str)];

/// What is said of a late form: `words` of the whole, and of every field that is `stored`
/// otherwise than `typed`. `shown` is how people read a stored value of a field.
pub fn faults(
    words: &str,
    typed: Values<'_>,
    stored: Values<'_>,
    shown: impl Fn(&str, &str) -> String,
) -> Vec<FieldFault> {
    let differing = typed
        .iter()
        .zip(stored)
        .filter(|((_, typed), (_, stored))| typed.trim() != stored.trim())
        .map(|(_, (name, stored))| {
            FieldFault::new(
                *name,
                match shown(name, stored).trim() {
                    "" => "Сейчас сохранено: пусто".to_owned(),
                    value => format!("Сейчас сохранено: {value}"),
                },
            )
        });
    let whole = FieldFault::new("", format!("{words} Введённое Вами осталось в полях."));
    std::iter::once(whole).chain(differing).collect()
}

/// A value people read as it is stored.
pub fn as_stored(_: &str, value: &str) -> String {
    value.to_owned()
}

/// The page again, with the way to it as it is stored now.
pub fn page(page: Page<'_>, fresh: &str, body: Markup) -> Response {
    let body = html! {
        (ui::inset(html! {
            p { a class="govuk-link" href=(fresh) { "Открыть страницу заново, без введённого" } }
        }))
        (body)
    };
    (StatusCode::CONFLICT, page.render(body)).into_response()
}
