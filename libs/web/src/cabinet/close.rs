//! `/profile/close`: «Закрыть кабинет», the own one in use, after telling what it means.

use app::memberships::Closing;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::role::Role;
use maud::{Markup, html};
use ui::{Flavour, Form};

use crate::{
    Web,
    error::Result,
    form::{Posted, Seen},
    page::Page,
    session::Signed,
    visit::Person,
};

const HEADING: &str = "Закрыть кабинет";

/// The page: what closing means, or why it is not possible now.
pub async fn get(at: Person, State(web): State<Web>) -> Result<Markup> {
    let actor = at.actor()?;
    let closing = web.app.closing(&actor).await?;
    Ok(page(&at, actor.role, &closing))
}

/// Closes it; other cabinets of the person stay.
pub async fn post(at: Person, State(web): State<Web>, posted: Posted<Seen>) -> Result<Response> {
    let version = posted.take()?.version();
    web.app.close_own(&at.actor()?, version).await?;
    at.sign_in(&Signed {
        cabinet: None,
        ..at.signed()?.clone()
    })
    .await?;
    at.notify("Кабинет закрыт").await?;
    Ok(Redirect::to("/cabinet").into_response())
}

fn page(at: &Person, role: Role, closing: &Closing) -> Markup {
    let title = at.cabinet().map_or("", |cabinet| cabinet.title.as_str());
    Page::new(at, HEADING)
        .caption(title)
        .back("/profile")
        .flavour(Flavour::Reading)
        .render(html! {
            p { "Кабинет: " (role.name()) ", " (title) "." }
            @match closing.refusal {
                Some(words) => (ui::inset(html! { p { (words) } })),
                None => {
                    p { "После этого войти в него будет нельзя, другие Ваши кабинеты останутся. "
                        @match role {
                            Role::Expert => "Чтобы снова стать специалистом, понадобится новое приглашение.",
                            _ => "Поданные ранее заявления и принятые по ним решения сохраняются.",
                        }
                    }
                    @if closing.assignments > 0 {
                        (ui::warning(&format!(
                            "Вам назначено педагогов: {}. Назначения будут сняты, места станут свободными, педагоги получат письма.",
                            closing.assignments
                        )))
                    }
                    (ui::form(Form { action: "/profile/close", csrf: &at.csrf, ..Form::default() }, html! {
                        (ui::hidden("version", &closing.version.to_string()))
                        (ui::warning_button(HEADING))
                    }))
                }
            }
        })
}
