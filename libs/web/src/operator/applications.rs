//! `/operator/applications` «Заявления»: everything submitted in all municipalities, and the
//! operator's page of one.

use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use maud::{Markup, html};

use crate::{
    Web,
    asked::Asked,
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
    visit::Operator,
};

const LIST: &str = "/operator/applications";

const REGISTER: Register = Register {
    path: LIST,
    shows: Shows::Everything,
};

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(LIST, get(list))
        .route("/operator/applications/views", post(save_view))
        .route(
            "/operator/applications/views/{id}/delete",
            post(delete_view),
        )
        .route("/operator/applications/{id}", get(show))
        .route("/operator/applications/{id}/register", post(register))
        .route("/operator/applications/{id}/archive", post(archive))
        .route(
            "/operator/applications/{id}/reject",
            get(rejection).post(reject),
        )
        .route(
            "/operator/applications/{id}/request-documents",
            get(requesting).post(request_documents),
        )
}

async fn list(
    at: Operator,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
) -> Result<Response> {
    let municipality = asking.municipality(&web, &at.actor).await?;
    let wanted = asking.wanted(REGISTER, municipality.tenant());
    if let Some(format) = taken::format(&asking) {
        return taken::file(&web, &at.actor, "Заявления", format, wanted).await;
    }
    let listed = web.app.listed(&at.actor, &wanted, asking.after()).await?;
    let choices = web.app.list_choices(&at.actor, wanted.tenant).await?;
    let views = web.app.saved_views(&at.actor, REGISTER.kept()).await?;
    Ok(Page::new(&at, "Заявления")
        .render(html! {
            (views::bar(&at, REGISTER, &asking, &views))
            (fields::filters(&asking, REGISTER, &municipality, &choices))
            (fields::besides(&asking, REGISTER, &choices))
            (narrowing::count(&listed))
            (lines::table(&listed.rows, Shown {
                base: LIST,
                caption: "Заявления",
                empty: lists::nothing(asking.search(), "Заявлений нет."),
                municipality: true,
                number: true,
                marks: None,
                sorted: Some((&asking, REGISTER)),
                zone: web.app.zone(),
                today: web.app.today(),
            }))
            (narrowing::further(&asking, REGISTER, &listed))
            (taken::buttons(&asking, REGISTER))
        })
        .into_response())
}

async fn save_view(
    at: Operator,
    State(web): State<Web>,
    posted: Posted<Naming>,
) -> Result<Response> {
    views::save(&at, &at.actor, &web, REGISTER, posted).await
}

async fn delete_view(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Naming>,
) -> Result<Response> {
    views::delete(&at, &at.actor, &web, REGISTER, id, posted).await
}

fn desk<'a>(at: &'a Operator, web: &'a Web) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        web,
    }
}

async fn show(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    Asked(looking): Asked<Looking>,
) -> Result<Markup> {
    desk(&at, &web).show(id, &looking).await
}

async fn register(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Response> {
    desk(&at, &web).register(id, posted).await
}

async fn archive(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Response> {
    desk(&at, &web).archive(id, posted).await
}

async fn rejection(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    Asked(looking): Asked<Looking>,
) -> Result<Markup> {
    desk(&at, &web).rejection(id, &looking).await
}

async fn reject(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Rejecting>,
) -> Result<Response> {
    desk(&at, &web).reject(id, posted).await
}

async fn requesting(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).requesting(id).await
}

async fn request_documents(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<document_requests::Raw>,
) -> Result<Response> {
    desk(&at, &web).request_documents(id, posted).await
}
