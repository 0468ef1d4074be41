//! `/municipal/organisations/requests/{id}`: a teacher's «Моей организации нет в списке» is
//! settled one of three ways (R-ORG-2).

use app::{
    FieldFault,
    organisation_requests::{Settlement, Settling},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Fact, Field, Flavour, Form};
use uuid::Uuid;

use crate::{
    Result, Web,
    form::{Posted, stale_form, version},
    id::Id,
    lists, merge,
    organisations::{self, kind_field, name_field},
    page::{Page, fault_of},
    visit::Municipal,
};

const BACK: &str = "/municipal/organisations";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/municipal/organisations/requests/{id}", get(show))
        .route("/municipal/organisations/requests/{id}/add", post(add))
        .route("/municipal/organisations/requests/{id}/use", post(existing))
        .route(
            "/municipal/organisations/requests/{id}/decline",
            post(decline),
        )
}

/// The three forms as sent: each fills its own fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    name: String,
    kind: String,
    organisation: String,
    answer: String,
    version: String,
}

async fn show(at: Municipal, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let settling = web.app.organisation_request(&at.actor, id).await?;
    let raw = untouched(&settling);
    Ok(page(&at, &[]).render(body(&at, &settling, &raw, &[])))
}

fn untouched(settling: &Settling) -> Raw {
    Raw {
        name: settling.request.name.clone(),
        kind: settling.request.kind.clone(),
        version: settling.request.version.to_string(),
        ..Raw::default()
    }
}

async fn add(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    settle(&at, &web, id, posted, |raw| Settlement::Add {
        name: raw.name.clone(),
        kind: raw.kind.clone(),
    })
    .await
}

async fn existing(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    settle(&at, &web, id, posted, |raw| Settlement::Use {
        organisation: raw.organisation.clone(),
    })
    .await
}

async fn decline(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    settle(&at, &web, id, posted, |raw| Settlement::Decline {
        answer: raw.answer.clone(),
    })
    .await
}

async fn settle(
    at: &Municipal,
    web: &Web,
    id: Uuid,
    posted: Posted<Raw>,
    way: impl Fn(&Raw) -> Settlement + Send,
) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let settling = web.app.organisation_request(&at.actor, id).await?;
            let raw = kept(raw, &settling);
            let faults = stale_form();
            let shown = page(at, &faults).render(body(at, &settling, &raw, &faults));
            return Ok(lists::again(shown));
        }
    };
    let version = version(&raw.version);
    let way = way(&raw);
    let settled = web
        .app
        .settle_organisation_request(&at.actor, id, version, &way);
    match settled.await {
        Ok(()) => {
            at.notify("Запрос рассмотрен").await?;
            Ok(Redirect::to(BACK).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let settling = web.app.organisation_request(&at.actor, id).await?;
            let raw = kept(raw, &settling);
            Ok(page(at, &faults).refuse(body(at, &settling, &raw, &faults)))
        }
        Err(late @ app::Error::Stale) => {
            let settling = web.app.organisation_request(&at.actor, id).await?;
            let raw = Raw {
                version: settling.request.version.to_string(),
                ..kept(raw, &settling)
            };
            let faults = merge::faults(&late.to_string(), &[], &[], merge::as_stored);
            let body = body(at, &settling, &raw, &faults);
            let fresh = format!("{BACK}/requests/{id}");
            Ok(merge::page(page(at, &faults), &fresh, body))
        }
        Err(error) => Err(error.into()),
    }
}

/// What was typed; the form for adding, if another was sent, as the teacher typed it.
fn kept(raw: Raw, settling: &Settling) -> Raw {
    if raw.kind.is_empty() && raw.name.is_empty() {
        Raw {
            organisation: raw.organisation,
            answer: raw.answer,
            ..untouched(settling)
        }
    } else {
        raw
    }
}

fn page<'a>(at: &'a Municipal, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(at, "Запрос «нет в списке»")
        .back(BACK)
        .faults(faults)
        .flavour(Flavour::Reading)
}

fn body(at: &Municipal, settling: &Settling, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let request = &settling.request;
    let base = format!("{BACK}/requests/{}", request.public_id);
    let organisations: Vec<(Uuid, &str)> = settling
        .organisations
        .iter()
        .map(|row| (row.public_id, row.name.as_str()))
        .collect();
    let new = organisations::Raw {
        name: raw.name.clone(),
        kind: raw.kind.clone(),
        ..organisations::Raw::default()
    };
    let form = |verb: &str, fields: Markup| {
        ui::form(
            Form {
                action: &format!("{base}/{verb}"),
                csrf: &at.csrf,
                ..Form::default()
            },
            html! { (ui::hidden("version", &raw.version)) (fields) },
        )
    };
    html! {
        (ui::summary(&[
            Fact::text("Педагог", &request.person),
            Fact::text("Просит добавить", &request.name),
            Fact::text("Тип организации", &request.kind_name),
        ]))
        (form("add", ui::fieldset("Добавить в список", html! {
            (name_field(&new, faults))
            (kind_field(&new, faults, &settling.types))
            (ui::button("Добавить организацию"))
        })))
        (form("use", ui::fieldset("Уже есть в списке", html! {
            (lists::choice_by_id(Field {
                name: "organisation",
                label: "Организация",
                value: &raw.organisation,
                error: fault_of(faults, "organisation"),
                ..Field::default()
            }, Some("Выберите организацию"), &organisations))
            (ui::secondary_button("Указать эту организацию"))
        })))
        (form("decline", ui::fieldset("Отклонить", html! {
            (ui::textarea(Field {
                name: "answer",
                label: "Ответ педагогу",
                value: &raw.answer,
                error: fault_of(faults, "answer"),
                rows: Some(3),
                max_length: Some(500),
                ..Field::default()
            }))
            (ui::secondary_button("Отклонить запрос"))
        })))
    }
}
