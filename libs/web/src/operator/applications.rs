//! `/operator/applications` «Заявления»: everything submitted in all municipalities, and the
//! operator's page of one.

use app::lists::{Municipality, Narrowed};
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use domain::{actor::TenantId, life::Status, words};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Checkbox, Choice, Field, Select};
use uuid::Uuid;

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
    visit::Operator,
};

const LIST: &str = "/operator/applications";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(LIST, get(list))
        .route("/operator/applications/{id}", get(show))
        .route("/operator/applications/{id}/register", post(register))
        .route(
            "/operator/applications/{id}/reject",
            get(rejection).post(reject),
        )
        .route(
            "/operator/applications/{id}/request-documents",
            post(request_documents),
        )
}

/// What the address of the list asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    municipality: String,
    state: String,
    overdue: String,
    q: String,
    after: String,
}

async fn list(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    let municipalities = web.app.municipalities(&at.actor).await?;
    let overdue = wanted.overdue == "yes";
    let by = Narrowed {
        tenant: municipality_of(&municipalities, &wanted.municipality),
        // Only what is under review has a term that can be missed.
        status: if overdue {
            Some(Status::UnderReview)
        } else {
            Status::from_code(&wanted.state)
        },
        due_before: overdue.then(|| web.app.today()),
    };
    let page = web
        .app
        .submitted(&at.actor, by, &wanted.q, wanted.after.parse().ok())
        .await?;
    let after = lines::last(&page);
    let next = address(
        LIST,
        &[
            ("municipality", &wanted.municipality),
            ("state", &wanted.state),
            ("overdue", &wanted.overdue),
            ("q", &wanted.q),
            ("after", &after),
        ],
    );
    Ok(Page::new(&at, "Заявления").render(html! {
        (filters(&wanted, &municipalities))
        (lines::table(&page, Shown {
            base: LIST,
            caption: "Заявления",
            empty: lists::nothing(&wanted.q, "Заявлений нет."),
            municipality: true,
            marks: None,
            zone: web.app.zone(),
            today: web.app.today(),
        }, Some(&next)))
    }))
}

/// The municipality an address names by its public id.
pub fn municipality_of(municipalities: &[Municipality], named: &str) -> Option<TenantId> {
    let named: Uuid = named.parse().ok()?;
    municipalities
        .iter()
        .find(|municipality| municipality.public_id == named)
        .map(|municipality| TenantId(municipality.id))
}

/// The filter «Муниципалитет».
pub fn municipality_filter(municipalities: &[Municipality], chosen: &str) -> Markup {
    let ids: Vec<String> = municipalities
        .iter()
        .map(|municipality| municipality.public_id.to_string())
        .collect();
    let options: Vec<Choice<'_>> = municipalities
        .iter()
        .zip(&ids)
        .map(|(municipality, id)| Choice {
            value: id,
            label: &municipality.name,
            ..Choice::default()
        })
        .collect();
    ui::select(Select {
        field: Field {
            name: "municipality",
            label: "Муниципалитет",
            value: chosen,
            ..Field::default()
        },
        empty: Some("все"),
        options: &options,
        ..Select::default()
    })
}

fn filters(wanted: &Wanted, municipalities: &[Municipality]) -> Markup {
    let states: Vec<Choice<'_>> = Status::ALL
        .iter()
        .filter(|status| status.is_submitted())
        .map(|status| Choice {
            value: status.code(),
            label: words::status_name(*status),
            ..Choice::default()
        })
        .collect();
    ui::filters(
        LIST,
        html! {
            (municipality_filter(municipalities, &wanted.municipality))
            (ui::select(Select {
                field: Field { name: "state", label: "Состояние", value: &wanted.state, ..Field::default() },
                empty: Some("все"),
                options: &states,
                ..Select::default()
            }))
            (ui::checkbox(Checkbox {
                name: "overdue",
                label: "Срок истёк",
                checked: wanted.overdue == "yes",
                ..Checkbox::default()
            }))
            (lists::search(&wanted.q, lists::NAME_OR_NUMBER))
        },
    )
}

fn desk<'a>(at: &'a Operator, web: &'a Web) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        web,
    }
}

async fn show(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).show(id).await
}

async fn register(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Response> {
    desk(&at, &web).register(id, posted).await
}

async fn rejection(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).rejection(id).await
}

async fn reject(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Rejecting>,
) -> Result<Response> {
    desk(&at, &web).reject(id, posted).await
}

async fn request_documents(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<document_requests::Raw>,
) -> Result<Response> {
    desk(&at, &web).request_documents(id, posted).await
}
