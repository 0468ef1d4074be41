//! `/operator/organisations` «Организации»: those of every municipality, with the founder kind
//! that decides who registers (R-ORG-1, R-ROUTE-1).

use app::{FieldFault, organisations::Item};
use axum::{
    Router,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Field, Flavour, Form};
use uuid::Uuid;

use crate::{
    Result, Web,
    form::{Posted, stale_form},
    id::Id,
    lists, merge,
    organisations::{Raw, founder_field, kind_field, name_field, table},
    page::{Page, fault_of},
    visit::Operator,
};

const PATH: &str = "/operator/organisations";
const ADD: &str = "Добавить организацию";
const CHANGE: &str = "Организация";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/operator/organisations/new", get(new).post(add))
        .route("/operator/organisations/{id}", get(one).post(change))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    municipality: String,
    after: String,
}

async fn show(at: Operator, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let seen = web
        .app
        .organisations(&at.actor, &asked.municipality, lists::after(&asked.after))
        .await?;
    let municipalities: Vec<(Uuid, &str)> = seen
        .municipalities
        .iter()
        .map(|row| (row.public_id, row.name.as_str()))
        .collect();
    // Only an id goes back into the address.
    let base = match Uuid::parse_str(&asked.municipality) {
        Ok(id) => format!("{PATH}?municipality={id}&"),
        Err(_) => format!("{PATH}?"),
    };
    Ok(Page::new(&at, "Организации").render(html! {
        (ui::link_button("/operator/organisations/new", ADD))
        (ui::filters(PATH, lists::choice_by_id(Field {
            name: "municipality",
            label: "Муниципалитет",
            value: &asked.municipality,
            ..Field::default()
        }, Some("все"), &municipalities)))
        (table(PATH, &seen.list.rows, true))
        (lists::next_page(&base, "after", seen.list.next))
    }))
}

/// What the form for adding offers.
struct Offered {
    types: Vec<Item>,
    municipalities: Vec<(Uuid, String)>,
}

async fn offered(at: &Operator, web: &Web) -> Result<Offered> {
    let (types, municipalities) = web.app.organisation_choices(&at.actor).await?;
    Ok(Offered {
        types,
        municipalities: municipalities
            .into_iter()
            .map(|row| (row.public_id, row.name))
            .collect(),
    })
}

async fn new(at: Operator, State(web): State<Web>) -> Result<Markup> {
    let offered = offered(&at, &web).await?;
    Ok(page(&at, ADD, &[]).render(add_body(&at, &offered, &Raw::default(), &[])))
}

async fn add(at: Operator, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let offered = offered(&at, &web).await?;
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let faults = stale_form();
            let body = add_body(&at, &offered, &raw, &faults);
            return Ok(lists::again(page(&at, ADD, &faults).render(body)));
        }
    };
    match web.app.add_organisation(&at.actor, &raw.typed()).await {
        Ok(()) => {
            at.notify("Организация добавлена").await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            Ok(page(&at, ADD, &faults).refuse(add_body(&at, &offered, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

fn page<'a>(at: &'a Operator, heading: &'a str, faults: &'a [FieldFault]) -> Page<'a> {
    let page = Page::new(at, heading).back(PATH).faults(faults);
    page.flavour(Flavour::Reading)
}

fn add_body(at: &Operator, offered: &Offered, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let municipalities: Vec<(Uuid, &str)> = offered
        .municipalities
        .iter()
        .map(|(id, name)| (*id, name.as_str()))
        .collect();
    ui::form(
        Form {
            action: "/operator/organisations/new",
            csrf: &at.csrf,
            ..Form::default()
        },
        html! {
            (lists::choice_by_id(Field {
                name: "municipality",
                label: "Муниципалитет",
                value: &raw.municipality,
                error: fault_of(faults, "municipality"),
                ..Field::default()
            }, Some("Выберите муниципалитет"), &municipalities))
            (name_field(raw, faults))
            (kind_field(raw, faults, &offered.types))
            (founder_field(raw, faults, Some("по типу организации")))
            (ui::button("Сохранить"))
        },
    )
}

async fn one(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let row = web.app.organisation(&at.actor, id).await?;
    let offered = offered(&at, &web).await?;
    let page = page(&at, CHANGE, &[]).caption(&row.municipality);
    Ok(page.render(change_body(&at, id, &offered, &Raw::of(&row), &[])))
}

async fn change(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    let offered = offered(&at, &web).await?;
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let faults = stale_form();
            let body = change_body(&at, id, &offered, &raw, &faults);
            return Ok(lists::again(page(&at, CHANGE, &faults).render(body)));
        }
    };
    let (version, typed) = (raw.version(), raw.typed());
    let changed = web
        .app
        .classify_organisation(&at.actor, id, version, &typed);
    match changed.await {
        Ok(()) => {
            at.notify("Организация сохранена. Поданные заявления остаются там, где были.")
                .await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let body = change_body(&at, id, &offered, &raw, &faults);
            Ok(page(&at, CHANGE, &faults).refuse(body))
        }
        Err(late @ app::Error::Stale) => {
            let row = web.app.organisation(&at.actor, id).await?;
            let stored = Raw::of(&row);
            let [typed, now] = [&raw, &stored].map(|raw| {
                let Raw {
                    name,
                    kind,
                    founder,
                    ..
                } = raw;
                [("name", name), ("kind", kind), ("founder", founder)]
                    .map(|(name, value)| (name, value.as_str()))
            });
            let faults = merge::faults(
                &late.to_string(),
                &typed,
                &now,
                |field, value| match field {
                    "kind" => row.kind_name.clone(),
                    "founder" => row.founder.name().to_owned(),
                    _ => value.to_owned(),
                },
            );
            let body = change_body(&at, id, &offered, &raw.seen(&stored), &faults);
            let page = page(&at, CHANGE, &faults);
            Ok(merge::page(page, &format!("{PATH}/{id}"), body))
        }
        Err(error) => Err(error.into()),
    }
}

fn change_body(
    at: &Operator,
    id: Uuid,
    offered: &Offered,
    raw: &Raw,
    faults: &[FieldFault],
) -> Markup {
    ui::form(
        Form {
            action: &format!("{PATH}/{id}"),
            csrf: &at.csrf,
            ..Form::default()
        },
        html! {
            (raw.version_field())
            (name_field(raw, faults))
            (kind_field(raw, faults, &offered.types))
            (founder_field(raw, faults, None))
            (ui::button("Сохранить"))
        },
    )
}
