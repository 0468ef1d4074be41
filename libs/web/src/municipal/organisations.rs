//! `/municipal/organisations` «Организации»: the organisations of the municipality, adding and
//! renaming them; the requests «нет в списке» lead to pages of their own (R-ORG-1, R-ORG-2).

use app::{FieldFault, organisation_requests::Request, organisations::Item};
use axum::{
    Router,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Flavour, Form, Table};

use crate::{
    Result, Web,
    form::{Posted, stale_form},
    id::Id,
    lists, merge,
    organisations::{Raw, kind_field, name_field, table},
    page::Page,
    visit::Municipal,
};

const PATH: &str = "/municipal/organisations";
const ADD: &str = "Добавить организацию";
const RENAME: &str = "Организация";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/municipal/organisations/new", get(new).post(add))
        .route("/municipal/organisations/{id}", get(one).post(rename))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: String,
}

async fn show(at: Municipal, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let seen = web
        .app
        .organisations(&at.actor, None, lists::after(&asked.after))
        .await?;
    let requests = web.app.organisation_requests(&at.actor).await?;
    Ok(Page::new(&at, "Организации").render(html! {
        (ui::link_button("/municipal/organisations/new", ADD))
        (table(PATH, &seen, false))
        (lists::next_page("/municipal/organisations?", "after", seen.list.next))
        (waiting(&web, &requests))
    }))
}

fn waiting(web: &Web, requests: &[Request]) -> Markup {
    let zone = web.app.zone();
    let rows = requests
        .iter()
        .map(|row| {
            vec![
                html! {
                    a class="govuk-link" href={ (PATH) "/requests/" (row.public_id) } {
                        (lists::or_dash(&row.person))
                    }
                },
                html! { (row.name) },
                html! { (row.kind_name) },
                html! { (ui::ru::date_short(zone.date_of(row.created_at))) },
            ]
        })
        .collect();
    ui::table(Table {
        caption: "Запросы «нет в списке»",
        columns: &["Педагог", "Организация", "Тип организации", "Дата запроса"].map(Column::text),
        rows,
        empty: "Запросов нет.",
        ..Table::default()
    })
}

async fn new(at: Municipal, State(web): State<Web>) -> Result<Markup> {
    let (types, _) = web.app.organisation_choices(&at.actor).await?;
    Ok(adding(&at, &[]).render(add_body(&at, &types, &Raw::default(), &[])))
}

async fn add(at: Municipal, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let (types, _) = web.app.organisation_choices(&at.actor).await?;
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let faults = stale_form();
            let body = add_body(&at, &types, &raw, &faults);
            return Ok(lists::again(adding(&at, &faults).render(body)));
        }
    };
    match web.app.add_organisation(&at.actor, &raw.typed()).await {
        Ok(()) => {
            at.notify("Организация добавлена").await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            Ok(adding(&at, &faults).refuse(add_body(&at, &types, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

fn adding<'a>(at: &'a Municipal, faults: &'a [FieldFault]) -> Page<'a> {
    let page = Page::new(at, ADD).back(PATH).faults(faults);
    page.flavour(Flavour::Reading)
}

fn add_body(at: &Municipal, types: &[Item], raw: &Raw, faults: &[FieldFault]) -> Markup {
    let action = "/municipal/organisations/new";
    ui::form(
        Form {
            action,
            csrf: &at.csrf,
            ..Form::default()
        },
        html! {
            (name_field(raw, faults))
            (kind_field(raw, faults, types))
            (ui::button("Сохранить"))
        },
    )
}

async fn one(at: Municipal, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let row = web.app.organisation(&at.actor, id).await?;
    Ok(renaming(&at, &[]).render(rename_body(&at, id, &Raw::of(&row), &[])))
}

async fn rename(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let faults = stale_form();
            let body = rename_body(&at, id, &raw, &faults);
            return Ok(lists::again(renaming(&at, &faults).render(body)));
        }
    };
    let renamed = web
        .app
        .rename_organisation(&at.actor, id, raw.version(), &raw.name);
    match renamed.await {
        Ok(()) => {
            at.notify("Название сохранено").await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            Ok(renaming(&at, &faults).refuse(rename_body(&at, id, &raw, &faults)))
        }
        Err(late @ app::Error::Stale) => {
            let stored = Raw::of(&web.app.organisation(&at.actor, id).await?);
            let [typed, now] = [&raw, &stored].map(|raw| [("name", raw.name.as_str())]);
            let faults = merge::faults(&late.to_string(), &typed, &now, merge::as_stored);
            let body = rename_body(&at, id, &raw.seen(&stored), &faults);
            let page = renaming(&at, &faults);
            Ok(merge::page(page, &format!("{PATH}/{id}"), body))
        }
        Err(error) => Err(error.into()),
    }
}

fn renaming<'a>(at: &'a Municipal, faults: &'a [FieldFault]) -> Page<'a> {
    let page = Page::new(at, RENAME).back(PATH).faults(faults);
    page.flavour(Flavour::Reading)
}

fn rename_body(at: &Municipal, id: uuid::Uuid, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let action = format!("{PATH}/{id}");
    let form = ui::form(
        Form {
            action: &action,
            csrf: &at.csrf,
            ..Form::default()
        },
        html! {
            (raw.version_field())
            (name_field(raw, faults))
            p class="govuk-hint" { "Тип и учредителя изменяет оператор." }
            (ui::button("Сохранить"))
        },
    );
    html! {
        (form)
        p {
            a class="govuk-link" href={ "/municipal/transfers/new?organisation=" (id) } {
                "Перевести в другой муниципалитет"
            }
        }
    }
}
