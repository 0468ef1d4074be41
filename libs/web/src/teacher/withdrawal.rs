//! `/teacher/withdrawal`: the teacher withdraws its own application (R-WD-1). With several
//! cards `?card=` says which; the forms carry the application.

use axum::{
    Router,
    extract::{Query, State},
    response::Response,
    routing::{get, post},
};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, Result},
    form::Posted,
    page::Page,
    upload::Upload,
    visit::Teacher,
    withdrawal::making::{self, Desk, Raw},
};

const BACK: &str = "/teacher/application";

/// Its addresses.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/teacher/withdrawal", get(show).post(ask))
        .route("/teacher/withdrawal/form", post(form))
        .route("/teacher/withdrawal/submit", post(submit))
        .route("/teacher/withdrawal/cancel", post(cancel))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    card: String,
}

impl Asked {
    fn card(&self) -> Result<Option<Uuid>> {
        match self.card.as_str() {
            "" => Ok(None),
            card => card.parse().map(Some).map_err(|_| Error::NotFound),
        }
    }
}

fn desk<'a>(at: &'a Teacher, asked: &Asked) -> Result<Desk<'a>> {
    Ok(Desk {
        visit: at,
        actor: &at.actor,
        path: "/teacher/withdrawal".to_owned(),
        query: asked
            .card()?
            .map(|card| format!("?card={card}"))
            .unwrap_or_default(),
        application: None,
        back: BACK,
    })
}

async fn show(at: Teacher, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let desk = desk(&at, &asked)?;
    Ok(
        match web.app.own_withdrawal(&at.actor, asked.card()?).await? {
            Some(of) => making::show(&desk, &of),
            None => Page::new(&at, "Отзыв заявления о проведении аттестации")
                .back(BACK)
                .render(html! {
                    p { "Формирование заявления на отзыв не доступно. Заявление не подано." }
                }),
        },
    )
}

async fn ask(
    at: Teacher,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
    posted: Posted<Raw>,
) -> Result<Response> {
    making::ask(&desk(&at, &asked)?, &web, posted).await
}

async fn form(
    at: Teacher,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
    posted: Posted<Raw>,
) -> Result<Response> {
    making::form(&desk(&at, &asked)?, &web, posted).await
}

async fn submit(
    at: Teacher,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
    upload: Upload,
) -> Result<Response> {
    making::submit(&desk(&at, &asked)?, &web, upload).await
}

async fn cancel(
    at: Teacher,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
    posted: Posted<Raw>,
) -> Result<Response> {
    making::cancel(&desk(&at, &asked)?, &web, posted).await
}
