//! `/cabinet/choose`: «Выберите кабинет», also behind «Сменить кабинет» (R-ACC-1).

use app::accounts::{Cabinet, title};
use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ActionButton, ButtonStyle, Flavour};

use crate::{
    Web,
    cabinet::{Asked, acting, ended, enter, offered},
    error::{Error, Result},
    form::Posted,
    page::Page,
    public::local,
    visit::Person,
};

/// The cabinet chosen, and the page that is to be opened in it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    cabinet: String,
    next: String,
}

/// The page; with one cabinet there is nothing to choose.
pub async fn get(
    at: Person,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let standing = ended(&at, web.app.standing(acting(&at)?).await).await?;
    let offered = offered(&at, &standing);
    if offered.len() < 2 {
        return Ok(Redirect::to("/cabinet").into_response());
    }
    Ok(page(&at, &offered, &asked.next).into_response())
}

/// Changes to the cabinet chosen.
pub async fn post(at: Person, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let raw = posted.take()?;
    let standing = ended(&at, web.app.standing(acting(&at)?).await).await?;
    let cabinet = offered(&at, &standing)
        .into_iter()
        .find(|cabinet| cabinet.public_id.to_string() == raw.cabinet)
        .ok_or(Error::NotFound)?;
    enter(&at, &web, &standing, cabinet, local(&raw.next)).await
}

fn page(at: &Person, offered: &[&Cabinet], next: &str) -> Markup {
    Page::new(at, "Выберите кабинет")
        .flavour(Flavour::Reading)
        .render(html! {
            @for cabinet in offered {
                p {
                    (ui::action_button(ActionButton {
                        action: "/cabinet/choose",
                        csrf: &at.csrf,
                        label: &format!("{}: {}", cabinet.role.name(), title(cabinet)),
                        style: ButtonStyle::Secondary,
                        values: &[("cabinet", &cabinet.public_id.to_string()), ("next", next)],
                    }))
                }
            }
        })
}
