//! `/municipal/schedule` «График»: registered applications on general grounds, their periods
//! and experts (R-SCH-1, R-SCH-2). Those of route operator are shown and not changed. The schedule
//! as a file, and the signed one attached, stand in `schedule/…`.

mod signing;

use app::schedule::{ScheduleList, Wanted as Rows};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::get,
};
use maud::{Markup, html};
use serde::Deserialize;
use sheets::Format;
use ui::{Checkbox, Pagination};

use super::applications::tabs;
use crate::{
    Web,
    asked::{Asked, address},
    error::Result,
    form::Posted,
    id::Id,
    page::Page,
    schedule::{self, Accepting, Desk, ProposalWanted, Typed},
    sheet,
    visit::Municipal,
};

const LIST: &str = "/municipal/schedule";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(LIST, get(list))
        .route("/municipal/schedule/proposal", get(propose).post(accept))
        .route("/municipal/schedule/{id}", get(show).post(save))
        .merge(signing::router())
}

/// What the address of the list asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    period: String,
    without_period: String,
    without_experts: String,
    after: String,
    format: String,
}

async fn list(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    let rows = Rows {
        tenant: None,
        period: wanted.period.parse().ok(),
        without_period: wanted.without_period == "yes",
        without_experts: wanted.without_experts == "yes",
        after: wanted.after.parse().ok(),
    };
    if let Some(format) = Format::from_code(&wanted.format) {
        return schedule::file(&web, &at.actor, format, rows).await;
    }
    let list = web.app.schedule(&at.actor, rows).await?;
    let signing = signing::section(&at, &web, &wanted.period, &[]).await?;
    Ok(Page::new(&at, "График")
        .render(html! {
            (body(&web, &wanted, &list))
            (signing)
        })
        .into_response())
}

fn body(web: &Web, wanted: &Wanted, list: &ScheduleList) -> Markup {
    let here = |key, value: &str| {
        address(
            LIST,
            &[
                ("period", &wanted.period),
                ("without_period", &wanted.without_period),
                ("without_experts", &wanted.without_experts),
                (key, value),
            ],
        )
    };
    let next = list.next.map(|after| here("after", &after.to_string()));
    html! {
        (tabs("График"))
        (ui::filters(LIST, html! {
            (schedule::period_filter(&list.periods, &wanted.period))
            (ui::checkbox(Checkbox {
                name: "without_period",
                label: "без периода",
                checked: wanted.without_period == "yes",
                ..Checkbox::default()
            }))
            (ui::checkbox(Checkbox {
                name: "without_experts",
                label: "без экспертов",
                checked: wanted.without_experts == "yes",
                ..Checkbox::default()
            }))
        }))
        (schedule::to_proposal(LIST, &wanted.period, ""))
        (schedule::table(web, "Зарегистрированные заявления", list.rows.as_deref().unwrap_or_default(), LIST, false,
            "Зарегистрированных заявлений на общих основаниях нет."))
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        (sheet::buttons(|format| here("format", format)))
    }
}

async fn show(at: Municipal, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).show(id).await
}

async fn save(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Typed>,
) -> Result<Response> {
    desk(&at, &web).save(id, posted).await
}

async fn propose(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<ProposalWanted>,
) -> Result<Markup> {
    desk(&at, &web).propose(&wanted).await
}

async fn accept(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<ProposalWanted>,
    posted: Posted<Accepting>,
) -> Result<Markup> {
    desk(&at, &web).accept(&wanted, posted).await
}

fn desk<'a>(at: &'a Municipal, web: &'a Web) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        web,
    }
}
