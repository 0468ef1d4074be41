//! `/operator/orders` «Распоряжения»: recording an order with decisions for many applications in
//! one go (R-ORD-1), or in place of decisions made before (R-APP-10); the orders there are, one of
//! them with its decisions, its annex.

mod desk;
mod matching;
mod outcome;
mod taken;

use std::collections::HashMap;

use app::{
    FieldFault,
    orders::{DECIDED, Typed, Wanted},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::get,
};
use domain::reference::{Category, Decision};
use futures::TryStreamExt as _;
use serde::Deserialize;
use sheets::{Cell, Column, Format};
use uuid::Uuid;

use crate::{
    Web,
    asked::Asked,
    error::Result,
    id::Id,
    page::Page,
    printouts, sheet,
    upload::{Upload, Uploaded},
    visit::Operator,
};
use desk::Desk;
use outcome::{decided, results, title};

const PATH: &str = "/operator/orders";
const HEADING: &str = "Распоряжения";

/// What the name of a row's list begins with; the application's id and version follow. The one
/// decides first, the other supersedes what was decided.
const FIRST: &str = "decision.";
const AGAIN: &str = "replace.";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(list).post(record))
        .route("/operator/orders/{id}", get(show))
        .merge(matching::router())
}

/// What the address asks for: which applications are offered, what is proposed for all of them,
/// and from where on the orders are listed.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asking {
    period: String,
    municipality: String,
    all: String,
    /// The order whose decisions another one is to supersede.
    replaces: String,
    after: String,
    /// As a file: the orders there are.
    format: String,
}

/// What was typed, by the names of the fields; nothing at first.
#[derive(Default)]
struct Raw {
    number: String,
    date: String,
    /// The decisions chosen, by the application's id.
    chosen: HashMap<Uuid, String>,
    faults: Vec<FieldFault>,
}

async fn list(
    at: Operator,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
) -> Result<Response> {
    if let Some(format) = Format::from_code(&asking.format) {
        return taken::file(&at, &web, format).await;
    }
    let desk = Desk::read(&at, &web, asking, None).await?;
    Ok(Page::new(&at, HEADING)
        .render(desk.body(&Raw::default()))
        .into_response())
}

/// The answer is a page of its own and not a redirect: pressed again it answers each row anew.
async fn record(
    at: Operator,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
    upload: Upload,
) -> Result<Response> {
    let mut form = upload.receive_order(&web, &at.actor).await?;
    let (chosen, wanted) = decisions(&form);
    let faults = std::mem::take(&mut form.faults);
    let mut files = form.received();
    let file = (faults.is_empty() && !files.is_empty()).then(|| files.remove(0));
    web.app.discard(&files).await;
    let typed = Typed {
        number: form.text("number").to_owned(),
        date: form.text("date").to_owned(),
        file,
    };
    let recorded = if faults.is_empty() {
        web.app.record_order(&at.actor, &typed, &wanted).await
    } else {
        Err(app::Error::Invalid(faults))
    };
    match recorded {
        Ok(recorded) => Ok(Page::new(&at, "Результат записи распоряжения")
            .back(PATH)
            .render(results(recorded))
            .into_response()),
        Err(app::Error::Invalid(faults)) => {
            // What was offered is offered again, whatever the address would show now.
            let mut only = Vec::from_iter(chosen.keys().copied());
            only.sort_unstable();
            let only = Some(only).filter(|only| !only.is_empty());
            let desk = Desk::read(&at, &web, asking, only).await?;
            let raw = Raw {
                number: typed.number,
                date: typed.date,
                chosen,
                faults,
            };
            Ok(Page::new(&at, HEADING)
                .faults(&raw.faults)
                .refuse(desk.body(&raw)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The decisions of a form: as they were chosen, and those that decide something. What names no
/// application is passed over.
fn decisions(form: &Uploaded) -> (HashMap<Uuid, String>, Vec<Wanted>) {
    let mut chosen = HashMap::new();
    let mut wanted = Vec::new();
    for (name, value) in form.texts() {
        let first = name.strip_prefix(FIRST).map(|row| (row, false));
        let row = first.or_else(|| name.strip_prefix(AGAIN).map(|row| (row, true)));
        let Some((row, supersedes)) = row else {
            continue;
        };
        let Some((application, version)) = identified(row) else {
            continue;
        };
        if let Some(decision) = Decision::from_code(value) {
            wanted.push(Wanted {
                application,
                version,
                decision,
                supersedes,
            });
        }
        chosen.insert(application, value.to_owned());
    }
    wanted.sort_by_key(|wanted| wanted.application);
    wanted.truncate(DECIDED);
    (chosen, wanted)
}

/// An application's id and version, as rows name them.
fn identified(row: &str) -> Option<(Uuid, i32)> {
    let (id, version) = row.split_once('.')?;
    id.parse().ok().zip(version.parse().ok())
}

/// What the address of an order's page asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Paged {
    after: String,
    format: String,
}

async fn show(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    Asked(paged): Asked<Paged>,
) -> Result<Response> {
    if paged.format == Format::Xlsx.code() {
        return annex(&at, &web, id).await;
    }
    if paged.format == "pdf" {
        sheet::count(&web, at.actor.account).await?;
        let printout = web.app.print_annex(&at.actor, id).await?;
        return printouts::lead(&web, &at.actor, printout).await;
    }
    let after = paged.after.parse().unwrap_or_default();
    let view = web.app.order(&at.actor, id, after).await?;
    Ok(Page::new(&at, &title(&view.order))
        .back(PATH)
        .render(decided(&view))
        .into_response())
}

const ANNEX: [Column; 6] = [
    Column::new("№", 6),
    Column::new("ФИО (в дательном падеже)", 40),
    Column::new("Должность", 30),
    Column::new("Организация", 50),
    Column::new("Категория", 22),
    Column::new("Решение", 14),
];

/// «Скачать приложение (XLSX)»: every decision, as the order's annex names people.
async fn annex(at: &Operator, web: &Web, id: Uuid) -> Result<Response> {
    sheet::count(web, at.actor.account).await?;
    let (order, pages) = web.app.order_annex(&at.actor, id).await?;
    let mut number = 0;
    let rows = pages.map_ok(move |page| {
        page.iter()
            .map(|row| {
                number += 1;
                vec![
                    Cell::Number(number),
                    row.dative.as_str().into(),
                    row.position.as_str().into(),
                    row.organisation.as_str().into(),
                    row.category.map_or("", Category::name).into(),
                    row.decision.name().into(),
                ]
            })
            .collect()
    });
    let name = format!("Приложение к распоряжению № {}", order.number);
    sheet::answer(&name, Format::Xlsx, &ANNEX, rows).await
}
