//! `/profile/sessions`: «Мои сеансы» with «Выйти везде» (SEC-23). A session is told by its device,
//! in words, and by when it began and was used last.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use chrono::DateTime;
use maud::{Markup, html};
use ui::{ActionButton, Column, Flavour, Table};

use crate::{
    Web,
    cabinet::{SESSIONS, acting, ended, identities},
    error::Result,
    form::Posted,
    page::Page,
    session::{Own, RedisStore, Signed},
    visit::Person,
};

pub(super) const HEADING: &str = "Мои сеансы";

/// The page.
pub async fn get(at: Person, State(web): State<Web>) -> Result<Markup> {
    let signed = at.signed()?;
    // A session that was ended learns nothing of the others.
    ended(&at, web.app.standing(acting(&at)?).await).await?;
    let mut own = RedisStore(web.redis.clone())
        .of(signed.account)
        .await
        .map_err(tower_sessions::session::Error::from)?;
    // Of another epoch: over, as its next request will learn.
    own.retain(|own| own.signed.epoch == signed.epoch);
    Ok(page(&at, &web, &own))
}

/// «Выйти везде»: this session alone goes on, under a new id.
pub async fn post(
    at: Person,
    State(web): State<Web>,
    posted: Posted<identities::Raw>,
) -> Result<Response> {
    posted.take()?;
    let epoch = ended(&at, web.app.end_sessions(acting(&at)?).await).await?;
    at.sign_in(&Signed {
        epoch,
        ..at.signed()?.clone()
    })
    .await?;
    at.notify("Все другие Ваши сеансы завершены").await?;
    Ok(Redirect::to(SESSIONS).into_response())
}

fn page(at: &Person, web: &Web, own: &[Own]) -> Markup {
    let time = |seconds: i64| {
        DateTime::from_timestamp(seconds, 0)
            .map(|at| ui::ru::date_time(&web.app.zone().local(at)))
            .unwrap_or_default()
    };
    let rows: Vec<Vec<Markup>> = own
        .iter()
        .map(|own| {
            let this = at.came_with.as_deref() == Some(&own.key);
            vec![
                html! { (own.signed.device) @if this { " — этот сеанс" } },
                html! { (time(own.signed.since)) },
                html! { (time(own.used)) },
            ]
        })
        .collect();
    Page::new(at, HEADING)
        .back("/profile")
        .flavour(Flavour::Reading)
        .render(html! {
            (ui::table(Table {
                caption: HEADING,
                caption_hidden: true,
                columns: &[
                    Column::text("Устройство"),
                    Column::text("Вход"),
                    Column::text("Последнее действие"),
                ],
                rows,
                ..Table::default()
            }))
            p { "Если какой-то из сеансов не Ваш, завершите все и смените пароль." }
            (ui::action_button(ActionButton {
                action: SESSIONS,
                csrf: &at.csrf,
                label: "Выйти везде",
                ..ActionButton::default()
            }))
        })
}
