//! `/municipal/applications` «Работа с заявлениями» and the coordinator's page of one.

use app::lists::{Line, Page as Lines};
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use domain::routing::WorkList;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Field, Select, Tab};

use crate::{
    Web,
    asked::{Asked, address},
    document_requests,
    error::Result,
    form::{Posted, Seen},
    id::Id,
    lines::{self, Shown},
    lists,
    page::Page,
    review::{Desk, Rejecting},
    visit::Municipal,
};

const LIST: &str = "/municipal/applications";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(LIST, get(list))
        .route("/municipal/applications/{id}", get(show))
        .route("/municipal/applications/{id}/register", post(register))
        .route("/municipal/applications/{id}/vouch", post(vouch))
        .route(
            "/municipal/applications/{id}/reject",
            get(rejection).post(reject),
        )
        .route(
            "/municipal/applications/{id}/request-documents",
            post(request_documents),
        )
}

/// What the address of the list asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    tab: String,
    state: String,
    q: String,
    after: String,
}

impl Wanted {
    fn list(&self) -> WorkList {
        match self.tab.as_str() {
            "simplified" => WorkList::Simplified,
            "industry" => WorkList::Industry,
            _ => WorkList::Municipal,
        }
    }
}

async fn list(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    let waiting = wanted.state != "all";
    let after = wanted.after.parse().ok();
    let list = wanted.list();
    let page = web
        .app
        .work_list(&at.actor, list, waiting, &wanted.q, after)
        .await?;
    Ok(Page::new(&at, "Работа с заявлениями").render(body(&web, &wanted, &page)))
}

fn body(web: &Web, wanted: &Wanted, page: &Lines<Line>) -> Markup {
    let (tab, caption) = match wanted.list() {
        WorkList::Municipal => ("", "Заявления"),
        WorkList::Simplified => ("simplified", "Упрощенная форма"),
        WorkList::Industry => ("industry", "Отраслевые"),
    };
    let state = if wanted.state == "all" { "all" } else { "" };
    let after = lines::last(page);
    let next = address(
        LIST,
        &[
            ("tab", tab),
            ("state", state),
            ("q", &wanted.q),
            ("after", &after),
        ],
    );
    html! {
        (tabs(caption))
        p class="govuk-body" {
            a class="govuk-link" href="/municipal/journal" { "Журнал регистрации заявлений" }
            " · "
            a class="govuk-link" href="/municipal/print" { "Печать заявлений" }
        }
        (ui::filters(LIST, html! {
            @if !tab.is_empty() { (ui::hidden("tab", tab)) }
            (ui::select(Select {
                field: Field { name: "state", label: "Состояние", value: state, ..Field::default() },
                options: &[
                    Choice { value: "", label: "ждут меня", ..Choice::default() },
                    Choice { value: "all", label: "все", ..Choice::default() },
                ],
                ..Select::default()
            }))
            (lists::search(&wanted.q, lists::NAME_OR_NUMBER))
        }))
        (lines::table(page, Shown {
            base: LIST,
            caption,
            empty: lists::nothing(&wanted.q, "Заявлений нет."),
            municipality: false,
            marks: None,
            zone: web.app.zone(),
            today: web.app.today(),
        }, Some(&next)))
    }
}

/// The tabs of «Работа с заявлениями»; `current` is the words of the one shown.
pub fn tabs(current: &str) -> Markup {
    let tab = |href, text| Tab {
        href,
        text,
        count: None,
        current: text == current,
    };
    ui::tabs(&[
        tab(LIST, "Заявления"),
        tab("/municipal/applications?tab=simplified", "Упрощенная форма"),
        tab("/municipal/applications?tab=industry", "Отраслевые"),
        tab("/municipal/schedule", "График"),
        tab("/municipal/conclusions", "Итоговые заключения"),
        tab("/municipal/withdrawals", "Отзывы"),
    ])
}

fn desk<'a>(at: &'a Municipal, web: &'a Web) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        web,
    }
}

async fn show(at: Municipal, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).show(id).await
}

async fn register(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Response> {
    desk(&at, &web).register(id, posted).await
}

async fn vouch(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Response> {
    desk(&at, &web).vouch(id, posted).await
}

async fn rejection(at: Municipal, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).rejection(id).await
}

async fn reject(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Rejecting>,
) -> Result<Response> {
    desk(&at, &web).reject(id, posted).await
}

async fn request_documents(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<document_requests::Raw>,
) -> Result<Response> {
    desk(&at, &web).request_documents(id, posted).await
}
