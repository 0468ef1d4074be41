//! `/uploads`: files brought piece by piece by the script, before their form is sent. What is asked
//! here is answered in JSON, with words for people; the form then names the file by its id
//! (`upload`). Without a script nobody comes here.

use app::uploads::{LARGEST_PIECE, Piece, Progress};
use axum::{
    Router,
    body::Body,
    extract::{FromRequestParts, Query, State, rejection::QueryRejection},
    http::{StatusCode, header, request::Parts},
    middleware,
    response::{IntoResponse as _, Response},
    routing,
};
use domain::{actor::Actor, role::Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, Result, words_of},
    form::{Posted, same_site, token_fits},
    id::Id,
    limits::Limit,
    upload::field_name,
    visit::Person,
};

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/uploads", routing::post(begin))
        .route("/uploads/{id}", routing::get(ask).post(add))
        .route("/uploads/{id}/cancel", routing::post(cancel))
        .layer(middleware::map_response(in_words))
}

/// The layer that turns an [`Error`] into words of JSON instead of a page.
async fn in_words(mut response: Response) -> Response {
    match words_of(&mut response) {
        Some(words) => json(response.status(), &serde_json::json!({ "words": words })),
        None => response,
    }
}

fn json(status: StatusCode, told: &impl Serialize) -> Response {
    match serde_json::to_string(told) {
        Ok(told) => (status, [(header::CONTENT_TYPE, "application/json")], told).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer is not written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Whose file it is; administrators bring none, whatever stands in the address.
fn bringer(at: &Person) -> Result<Actor> {
    let actor = at.actor()?;
    match actor.role {
        Role::Admin => Err(Error::Forbidden),
        _ => Ok(actor),
    }
}

/// What the script is told of a file.
#[derive(Debug, Serialize)]
struct Told {
    id: Uuid,
    size: u64,
    received: u64,
    taken: bool,
    /// The largest piece, in bytes.
    piece: u64,
}

impl Told {
    fn answer(status: StatusCode, id: Uuid, progress: Progress) -> Response {
        let told = Self {
            id,
            size: progress.size,
            received: progress.received,
            taken: progress.taken,
            piece: LARGEST_PIECE,
        };
        json(status, &told)
    }
}

/// A file as the script has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct New {
    field: String,
    name: String,
    size: u64,
}

async fn begin(at: Person, State(web): State<Web>, posted: Posted<New>) -> Result<Response> {
    let actor = bringer(&at)?;
    let new = posted.take()?;
    Limit::upload(&web, actor.account).take(&web).await?;
    let begun = web
        .app
        .begin_upload(&actor, field_name(&new.field), &new.name, new.size);
    let id = begun.await?;
    let day = Limit::bytes(&web, at.signed()?).await?;
    if let Err(full) = day.take_bytes(&web, new.size).await {
        web.app.cancel_upload(&actor, id).await?;
        return Err(full);
    }
    let progress = Progress {
        size: new.size,
        received: 0,
        taken: false,
    };
    Ok(Told::answer(StatusCode::OK, id, progress))
}

async fn ask(at: Person, State(web): State<Web>, id: Result<Id>) -> Result<Response> {
    let actor = bringer(&at)?;
    let Id(id) = id?;
    let progress = web.app.upload(&actor, id).await?;
    Ok(Told::answer(StatusCode::OK, id, progress))
}

/// Where a piece begins.
#[derive(Debug, Deserialize)]
struct At {
    offset: u64,
}

/// Who sends a piece: its body is bytes, so the session's token comes in a header.
struct Sender(Actor);

impl FromRequestParts<Web> for Sender {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self> {
        same_site(&parts.headers)?;
        let person = Person::from_request_parts(parts, web).await?;
        let token = parts.headers.get("x-csrf-token");
        let token = token.and_then(|token| token.to_str().ok());
        if !token_fits(&person, token.unwrap_or_default())? {
            return Err(Error::Expired);
        }
        Ok(Self(bringer(&person)?))
    }
}

async fn add(
    Sender(actor): Sender,
    State(web): State<Web>,
    id: Result<Id>,
    at: Result<Query<At>, QueryRejection>,
    body: Body,
) -> Result<Response> {
    let Id(id) = id?;
    let Query(at) = at.map_err(|_| Error::NotFound)?;
    let piece = web
        .app
        .continue_upload(&actor, id, at.offset, body.into_data_stream())
        .await?;
    Ok(match piece {
        Piece::Kept(progress) => Told::answer(StatusCode::OK, id, progress),
        Piece::Elsewhere(progress) => Told::answer(StatusCode::CONFLICT, id, progress),
    })
}

/// The button of nobody: the script's own.
#[derive(Debug, Default, Deserialize)]
struct Nothing {}

async fn cancel(
    at: Person,
    State(web): State<Web>,
    id: Result<Id>,
    posted: Posted<Nothing>,
) -> Result<StatusCode> {
    let actor = bringer(&at)?;
    posted.take()?;
    let Id(id) = id?;
    let rest = web.app.cancel_upload(&actor, id).await?;
    let day = Limit::bytes(&web, at.signed()?).await?;
    day.give_back_bytes(&web, rest).await?;
    Ok(StatusCode::NO_CONTENT)
}
