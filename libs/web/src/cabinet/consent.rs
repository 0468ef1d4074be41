//! `/consent`: the document of its own without which no cabinet opens (R-ACC-6).

use app::{
    FieldFault,
    accounts::consent::{ConsentPage, ConsentText},
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Checkbox, Flavour, Form};

use crate::{
    Web,
    cabinet::{acting, ended},
    error::Result,
    form::{Posted, STALE_FORM, version},
    page::{Page, fault_of},
    printouts, sheet,
    visit::Person,
};

/// The ticks, and the version they were put under.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    agree: String,
    publication: String,
    version: String,
}

/// The page.
pub async fn get(at: Person, State(web): State<Web>) -> Result<Markup> {
    let shown = ended(&at, web.app.consent_page(acting(&at)?).await).await?;
    Ok(page(&at, &shown, &Raw::default(), &[]))
}

/// «Распечатать согласие»: the text that was agreed to, on paper.
pub async fn print(at: Person, State(web): State<Web>) -> Result<Response> {
    let actor = at.actor()?;
    sheet::count(&web, actor.account).await?;
    let printout = web.app.print_consent(&actor).await?;
    printouts::lead(&web, &actor, printout).await
}

/// Gives the consent.
pub async fn post(at: Person, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let person = acting(&at)?;
    let (raw, fresh) = match posted.accept() {
        Ok(raw) => (raw, true),
        Err(raw) => (raw, false),
    };
    let shown = ended(&at, web.app.consent_page(person).await).await?;
    if !fresh {
        let faults = [FieldFault::new("", STALE_FORM)];
        return Ok((StatusCode::FORBIDDEN, page(&at, &shown, &raw, &faults)).into_response());
    }
    let version = version(&raw.version);
    let (agreed, published) = (!raw.agree.is_empty(), !raw.publication.is_empty());
    let outcome = web
        .app
        .give_consent(person, version, agreed, published)
        .await;
    Ok(match outcome {
        Ok(()) => Redirect::to("/cabinet").into_response(),
        Err(app::Error::Invalid(faults)) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            page(&at, &shown, &raw, &faults),
        )
            .into_response(),
        Err(error) => return Err(error.into()),
    })
}

fn page(at: &Person, shown: &ConsentPage, raw: &Raw, faults: &[FieldFault]) -> Markup {
    Page::new(at, "Согласие на обработку персональных данных")
        .faults(faults)
        .flavour(Flavour::Reading)
        .render(html! {
            (text(&shown.text))
            @if shown.given {
                (ui::inset(html! {
                    p { "Вы уже дали это согласие." }
                    // A paper is made for the cabinet in use: before there is one, there is none.
                    @if at.cabinet().is_some() {
                        p { a class="govuk-link" href="/consent/print" { "Распечатать согласие" } }
                    }
                }))
            }
            (ui::form(
                Form { action: "/consent", csrf: &at.csrf, ..Form::default() },
                html! {
                    (ui::hidden("version", &shown.text.version.to_string()))
                    (ui::checkbox(Checkbox {
                        name: "agree",
                        label: "Я даю согласие на обработку моих персональных данных",
                        checked: shown.given || !raw.agree.is_empty(),
                        error: fault_of(faults, "agree"),
                        ..Checkbox::default()
                    }))
                    @if let Some(publication) = &shown.publication {
                        (text(publication))
                        (ui::checkbox(Checkbox {
                            name: "publication",
                            label: "Я согласен на публикацию моих ФИО, должности и места работы в графиках",
                            checked: shown.published || !raw.publication.is_empty(),
                            hint: Some("Не обязательно: без согласия в открытом графике будет «специалист назначен»"),
                            ..Checkbox::default()
                        }))
                    }
                    (ui::button("Продолжить"))
                },
            ))
        })
}

/// A text of several paragraphs, with its version.
fn text(text: &ConsentText) -> Markup {
    html! {
        @for paragraph in text.body.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
            p { (paragraph) }
        }
        p class="govuk-hint" { "Версия " (text.version) }
    }
}
