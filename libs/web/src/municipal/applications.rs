//! `/municipal/applications` «Работа с заявлениями» and the coordinator's page of one.

use app::{
    lists::{Choices, Listed},
    municipality_filter::MunicipalityFilter,
    saved_views::SavedView,
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use domain::routing::WorkList;
use maud::{Markup, html};
use ui::Tab;

use crate::{
    Web,
    asked::Asked,
    bulk::{self, Marked, Press},
    document_requests,
    error::Result,
    form::{Posted, Seen},
    id::Id,
    lines::{self, Shown},
    lists,
    narrowing::{
        self, Asking, Register, Shows, fields, taken,
        views::{self, Naming},
    },
    page::Page,
    rejection::Rejecting,
    review::Desk,
    viewer::Looking,
    visit::Municipal,
};

const LIST: &str = "/municipal/applications";

const REGISTER: Register = Register {
    path: LIST,
    shows: Shows::Work,
};

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(LIST, get(list).post(press))
        .route("/municipal/applications/views", post(save_view))
        .route(
            "/municipal/applications/views/{id}/delete",
            post(delete_view),
        )
        .route("/municipal/applications/{id}", get(show))
        .route("/municipal/applications/{id}/register", post(register))
        .route("/municipal/applications/{id}/archive", post(archive))
        .route("/municipal/applications/{id}/vouch", post(vouch))
        .route(
            "/municipal/applications/{id}/reject",
            get(rejection).post(reject),
        )
        .route(
            "/municipal/applications/{id}/request-documents",
            get(requesting).post(request_documents),
        )
}

async fn list(
    at: Municipal,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
) -> Result<Response> {
    let wanted = asking.wanted(REGISTER, None);
    if let Some(format) = taken::format(&asking) {
        return taken::file(&web, &at.actor, caption(&asking), format, wanted).await;
    }
    let listed = web.app.listed(&at.actor, &wanted, asking.after()).await?;
    let choices = web.app.list_choices(&at.actor, None).await?;
    let views = web.app.saved_views(&at.actor, REGISTER.kept()).await?;
    let body = body(&at, &web, &asking, &listed, &choices, &views);
    Ok(Page::new(&at, "Работа с заявлениями")
        .render(body)
        .into_response())
}

fn caption(asking: &Asking) -> &'static str {
    match asking.list(REGISTER) {
        _ if asking.is_of_all_tabs() => "Все заявления",
        WorkList::Municipal => "Заявления",
        WorkList::Simplified => "Упрощенная форма",
        WorkList::Industry => "Отраслевые",
    }
}

fn body(
    at: &Municipal,
    web: &Web,
    asking: &Asking,
    listed: &Listed,
    choices: &Choices,
    views: &[SavedView],
) -> Markup {
    // What only the operator registers has no such buttons here (R-ROUTE-3).
    let registers = asking.list(REGISTER) == WorkList::Municipal
        && !asking.is_of_all_tabs()
        && !listed.rows.is_empty();
    html! {
        (tabs(caption(asking)))
        p class="govuk-body" {
            a class="govuk-link" href="/municipal/journal" { "Журнал регистрации заявлений" }
            " · "
            a class="govuk-link" href="/municipal/print" { "Печать заявлений" }
        }
        (views::bar(at, REGISTER, asking, views))
        (fields::filters(asking, REGISTER, &MunicipalityFilter::default(), choices))
        (fields::besides(asking, REGISTER, choices))
        (narrowing::count(listed))
        (lines::table(&listed.rows, Shown {
            base: LIST,
            caption: caption(asking),
            empty: lists::nothing(asking.search(), "Заявлений нет."),
            municipality: false,
            number: true,
            marks: registers.then_some(bulk::MARKING),
            sorted: Some((asking, REGISTER)),
            zone: web.app.zone(),
            today: web.app.today(),
        }))
        (narrowing::further(asking, REGISTER, listed))
        @if registers { (many(at, &asking.address(REGISTER, ("", ""))).buttons()) }
        (taken::buttons(asking, REGISTER))
    }
}

fn many<'a>(at: &'a Municipal, action: &'a str) -> bulk::Desk<'a> {
    bulk::Desk {
        visit: at,
        actor: &at.actor,
        action,
        base: LIST,
        back: "Вернуться к заявлениям",
    }
}

async fn press(
    at: Municipal,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
    posted: Posted<Marked>,
) -> Result<Markup> {
    let action = asking.address(REGISTER, ("", ""));
    let desk = many(&at, &action);
    match posted.take()?.press()? {
        Press::Register(marked) => desk.register(&web, &marked).await,
        Press::Check(marked) => desk.check(&web, &marked, false).await,
        Press::CheckAll => {
            let wanted = asking.wanted(REGISTER, None);
            let (marked, more) = web.app.all_of(&at.actor, &wanted).await?;
            desk.check(&web, &marked, more).await
        }
    }
}

async fn save_view(
    at: Municipal,
    State(web): State<Web>,
    posted: Posted<Naming>,
) -> Result<Response> {
    views::save(&at, &at.actor, &web, REGISTER, posted).await
}

async fn delete_view(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Naming>,
) -> Result<Response> {
    views::delete(&at, &at.actor, &web, REGISTER, id, posted).await
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
        tab("/municipal/not-applied", "Не подали заявление"),
    ])
}

fn desk<'a>(at: &'a Municipal, web: &'a Web) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        web,
    }
}

async fn show(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    Asked(looking): Asked<Looking>,
) -> Result<Markup> {
    desk(&at, &web).show(id, &looking).await
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

async fn archive(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Response> {
    desk(&at, &web).archive(id, posted).await
}

async fn rejection(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    Asked(looking): Asked<Looking>,
) -> Result<Markup> {
    desk(&at, &web).rejection(id, &looking).await
}

async fn reject(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Rejecting>,
) -> Result<Response> {
    desk(&at, &web).reject(id, posted).await
}

async fn requesting(at: Municipal, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).requesting(id).await
}

async fn request_documents(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<document_requests::Raw>,
) -> Result<Response> {
    desk(&at, &web).request_documents(id, posted).await
}
