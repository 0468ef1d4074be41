//! `/operator/schedule` «График» over all municipalities: the gaps operators are asked to
//! fill first, then everything (R-SCH-2).

use app::{
    municipality_filter::MunicipalityFilter,
    schedule::{ScheduleList, Wanted as Rows},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use maud::{Markup, html};
use serde::Deserialize;
use sheets::Format;
use ui::Pagination;

use crate::{
    Web,
    asked::{Asked, address},
    error::Result,
    form::Posted,
    id::Id,
    lists,
    page::Page,
    schedule::{self, Accepting, Answer, Desk, ProposalWanted, Typed},
    sheet,
    visit::Operator,
};

const LIST: &str = "/operator/schedule";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(LIST, get(list))
        .route("/operator/schedule/proposal", get(propose).post(accept))
        .route("/operator/schedule/{id}", get(show).post(save))
        .route("/operator/schedule/{id}/answer", post(answer))
}

/// What the address of the list asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    municipality: String,
    period: String,
    after: String,
    format: String,
}

async fn list(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    let municipality = web
        .app
        .municipality_filter(&at.actor, &wanted.municipality)
        .await?;
    let rows = Rows {
        tenant: municipality.tenant(),
        period: wanted.period.parse().ok(),
        after: wanted.after.parse().ok(),
        ..Rows::default()
    };
    if let Some(format) = Format::from_code(&wanted.format) {
        return schedule::file(&web, &at.actor, format, rows).await;
    }
    let list = web.app.schedule(&at.actor, rows).await?;
    Ok(Page::new(&at, "График")
        .render(body(&web, &wanted, &list, &municipality))
        .into_response())
}

fn body(
    web: &Web,
    wanted: &Wanted,
    list: &ScheduleList,
    municipality: &MunicipalityFilter,
) -> Markup {
    let here = |key, value: &str| {
        address(
            LIST,
            &[
                ("municipality", &wanted.municipality),
                ("period", &wanted.period),
                (key, value),
            ],
        )
    };
    let next = list.next.map(|after| here("after", &after.to_string()));
    html! {
        (ui::filters(LIST, html! {
            (lists::municipality(municipality))
            (schedule::period_filter(&list.periods, &wanted.period))
        }))
        (schedule::to_proposal(LIST, &wanted.period, &wanted.municipality))
        @if let Some(gaps) = &list.gaps {
            (schedule::table(web, "Назначить специалистов", gaps, LIST, true,
                "Пустых мест, которые ждут оператора, нет."))
        }
        @if let Some(rows) = &list.rows {
            (schedule::table(web, "Остальные зарегистрированные заявления", rows, LIST, true,
                "Других зарегистрированных заявлений на общих основаниях нет."))
        }
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        (sheet::buttons(|format| here("format", format)))
    }
}

async fn show(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).show(id).await
}

async fn save(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Typed>,
) -> Result<Response> {
    desk(&at, &web).save(id, posted).await
}

async fn propose(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<ProposalWanted>,
) -> Result<Markup> {
    desk(&at, &web).propose(&wanted).await
}

async fn accept(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<ProposalWanted>,
    posted: Posted<Accepting>,
) -> Result<Markup> {
    desk(&at, &web).accept(&wanted, posted).await
}

async fn answer(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Answer>,
) -> Result<Response> {
    desk(&at, &web).answer(id, posted).await
}

fn desk<'a>(at: &'a Operator, web: &'a Web) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        web,
    }
}
