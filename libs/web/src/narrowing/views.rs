//! «Сохранить вид»: the filters and the order of a list under a name. What is kept is written
//! anew of what was understood, and opened at the cabinet's own list: an address from a form
//! never leads anywhere else. The search is not kept: it is other people's names.

use app::{FieldFault, saved_views::SavedView};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::actor::Actor;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ActionButton, ButtonStyle, Field, Form, Width};
use uuid::Uuid;

use super::{Asking, Register};
use crate::{
    Web,
    asked::address,
    error::Result,
    form::{Posted, stale_form},
    page::{Page, fault_of},
    visit::Visit,
};

/// The form of a view, as sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Naming {
    name: String,
    query: String,
}

/// What an address asks for as a query written anew, known words only.
fn query(asking: &Asking) -> String {
    let kept = address("", &asking.pairs());
    kept.trim_start_matches('?').to_owned()
}

fn read(query: &str) -> Asking {
    serde_html_form::from_str(query).unwrap_or_default()
}

/// The views kept, as links with «Удалить вид», and «Сохранить вид» for the one shown.
pub fn bar(visit: &Visit, register: Register, asking: &Asking, views: &[SavedView]) -> Markup {
    let now = query(asking);
    html! {
        @if !views.is_empty() {
            h2 class="govuk-heading-s" { "Сохранённые виды" }
            ul class="govuk-list" {
                @for view in views {
                    li {
                        a class="govuk-link" href=(opened(register, &view.query))
                            aria-current=[(view.query == now).then_some("true")] { (view.name) }
                        " "
                        (ui::action_button(ActionButton {
                            action: &format!("{}/views/{}/delete", register.path, view.public_id),
                            csrf: &visit.csrf,
                            label: "Удалить вид",
                            style: ButtonStyle::LinkWarning,
                            ..ActionButton::default()
                        }))
                    }
                }
            }
        }
        @if !now.is_empty() { (ui::details("Сохранить этот отбор", form(visit, register, "", &now, &[]))) }
    }
}

fn opened(register: Register, query: &str) -> String {
    address(register.path, &read(query).pairs())
}

fn form(
    visit: &Visit,
    register: Register,
    name: &str,
    query: &str,
    faults: &[FieldFault],
) -> Markup {
    ui::form(
        Form {
            action: &format!("{}/views", register.path),
            csrf: &visit.csrf,
            ..Form::default()
        },
        html! {
            (ui::hidden("query", query))
            (ui::text(Field {
                name: "name",
                label: "Название",
                value: name,
                hint: Some("Сохраняются фильтры и порядок, без поиска. Вид виден только Вам."),
                error: fault_of(faults, "name"),
                max_length: Some(60),
                width: Width::Medium,
                ..Field::default()
            }))
            (ui::secondary_button("Сохранить вид"))
        },
    )
}

/// «Сохранить вид».
///
/// # Errors
/// As the verb; faults of the form show it again.
pub async fn save(
    visit: &Visit,
    actor: &Actor,
    web: &Web,
    register: Register,
    posted: Posted<Naming>,
) -> Result<Response> {
    let again = |typed: &Naming, faults: &[FieldFault]| {
        let query = query(&read(&typed.query));
        let back = opened(register, &query);
        let body = form(visit, register, &typed.name, &query, faults);
        (back, body)
    };
    let typed = match posted.accept() {
        Ok(typed) => typed,
        Err(typed) => {
            let faults = stale_form();
            let (back, body) = again(&typed, &faults);
            let page = Page::new(visit, "Сохранить вид")
                .back(&back)
                .faults(&faults);
            return Ok(crate::lists::again(page.render(body)));
        }
    };
    let query = query(&read(&typed.query));
    match web
        .app
        .save_view(actor, register.kept(), &typed.name, &query)
        .await
    {
        Ok(()) => {
            visit.notify("Вид сохранён.").await?;
            Ok(Redirect::to(&opened(register, &query)).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let (back, body) = again(&typed, &faults);
            let page = Page::new(visit, "Сохранить вид")
                .back(&back)
                .faults(&faults);
            Ok(page.refuse(body))
        }
        Err(error) => Err(error.into()),
    }
}

/// «Удалить вид».
///
/// # Errors
/// As the verb.
pub async fn delete(
    visit: &Visit,
    actor: &Actor,
    web: &Web,
    register: Register,
    id: Uuid,
    posted: Posted<Naming>,
) -> Result<Response> {
    posted.take()?;
    web.app.delete_view(actor, id).await?;
    visit.notify("Вид удалён.").await?;
    Ok(Redirect::to(register.path).into_response())
}

#[cfg(test)]
mod tests {
    use super::{super::Shows, *};

    const LIST: Register = Register {
        path: "/operator/applications",
        shows: Shows::Everything,
    };

    #[test]
    fn a_view_leads_to_its_list_whatever_was_sent() {
        for (sent, opens) in [
            ("", "/operator/applications"),
            ("https://evil.example/", "/operator/applications"),
            ("//evil.example?state=all", "/operator/applications"),
            ("q=Иванова&after=1&format=csv&x=1", "/operator/applications"),
            (
                "sort=-name&state=registered&q=Иванова",
                "/operator/applications?state=registered&sort=-name",
            ),
            (
                "state=a%26b%3Dc%0D%0ALocation:",
                "/operator/applications?state=a%26b%3Dc%0D%0ALocation%3A",
            ),
        ] {
            assert_eq!(opened(LIST, &query(&read(sent))), opens, "{sent}");
        }
    }
}
