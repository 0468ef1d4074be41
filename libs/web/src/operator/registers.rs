//! `/operator/registers`: the registers municipalities hand conclusions over with, and one of
//! them, where the Centre confirms row by row what came (R-CON-2).

use app::{
    FieldFault,
    handovers::{COLUMNS, HandoverView, NOTED, Named, RECEIVED, Receipt},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use maud::{Markup, html};
use serde::Deserialize;
use sheets::Format;
use ui::{Choice, Column, Field, Form, Select, Table};
use uuid::Uuid;

use crate::{
    Web,
    asked::Asked,
    error::Result,
    form::{Posted, stale_form, version},
    handover,
    id::Id,
    lists,
    page::{Page, fault_of},
    visit::Operator,
};

const PATH: &str = "/operator/registers";

/// Its addresses.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(list))
        .route("/operator/registers/{id}", get(show).post(confirm))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    state: String,
    after: String,
    format: String,
}

async fn list(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    let waiting = wanted.state == "waiting";
    let after = lists::after(&wanted.after);
    let page = web.app.handovers(&at.actor, waiting, after).await?;
    let states = [Choice {
        value: "waiting",
        label: "ждут подтверждения",
        ..Choice::default()
    }];
    Ok(Page::new(&at, "Реестры передачи")
        .back("/operator/conclusions")
        .render(html! {
            (ui::filters(PATH, ui::select(Select {
                field: Field {
                    name: "state",
                    label: "Состояние",
                    value: &wanted.state,
                    ..Field::default()
                },
                empty: Some("все"),
                options: &states,
                ..Select::default()
            })))
            (handover::table(PATH, &page, true))
        }))
}

async fn show(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    if wanted.format == "pdf" {
        return handover::paper(&web, &at.actor, id).await;
    }
    let view = web.app.handover(&at.actor, id).await?;
    if let Some(format) = Format::from_code(&wanted.format) {
        return handover::file(&web, at.actor.account, format, view).await;
    }
    let typed = Typed::default();
    Ok(frame(&at, &view, &[])
        .render(body(&at, &web, &view, &typed, &[]))
        .into_response())
}

/// What the form sends: its version, and of each row whether it came, with a note.
#[derive(Debug, Default)]
struct Typed {
    version: i32,
    receipts: Vec<Receipt>,
}

impl Typed {
    fn read(fields: &[(String, String)]) -> Self {
        let value = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| name == wanted);
            found.map_or("", |(_, value)| value.as_str())
        };
        let rows = fields.iter().filter_map(|(name, answer)| {
            let application: Uuid = name.strip_prefix(RECEIVED)?.parse().ok()?;
            Some(Receipt {
                application,
                received: answer == "yes",
                note: value(&format!("{NOTED}{application}")).to_owned(),
            })
        });
        Self {
            version: version(value("version")),
            receipts: rows.collect(),
        }
    }

    fn of(&self, named: &Named) -> Option<&Receipt> {
        self.receipts
            .iter()
            .find(|receipt| receipt.application == named.application)
    }
}

async fn confirm(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Vec<(String, String)>>,
) -> Result<Response> {
    let (fields, fresh) = match posted.accept() {
        Ok(fields) => (fields, true),
        Err(fields) => (fields, false),
    };
    let typed = Typed::read(&fields);
    let faults: Vec<FieldFault> = if fresh {
        let confirmed = web
            .app
            .confirm_handover(&at.actor, id, typed.version, &typed.receipts)
            .await;
        match confirmed {
            Ok(missing) => {
                at.notify(&match missing {
                    0 => "Получение подтверждено".to_owned(),
                    n => format!("Получение подтверждено, не получено заключений: {n}"),
                })
                .await?;
                return Ok(Redirect::to(&format!("{PATH}/{id}")).into_response());
            }
            Err(app::Error::Invalid(faults)) => faults,
            Err(error) => return Err(error.into()),
        }
    } else {
        stale_form()
    };
    let view = web.app.handover(&at.actor, id).await?;
    let page = frame(&at, &view, &faults);
    let shown = body(&at, &web, &view, &typed, &faults);
    Ok(if fresh {
        page.refuse(shown)
    } else {
        lists::again(page.render(shown))
    })
}

/// The frame of a register's page; its heading outlives it.
fn frame<'a>(at: &'a Operator, view: &'a HandoverView, faults: &'a [FieldFault]) -> Framed<'a> {
    Framed { at, view, faults }
}

struct Framed<'a> {
    at: &'a Operator,
    view: &'a HandoverView,
    faults: &'a [FieldFault],
}

impl Framed<'_> {
    fn render(&self, body: Markup) -> Markup {
        let heading = handover::title(&self.view.handover);
        self.page(&heading).render(body)
    }

    fn refuse(&self, body: Markup) -> Response {
        let heading = handover::title(&self.view.handover);
        self.page(&heading).refuse(body)
    }

    fn page<'b>(&'b self, heading: &'b str) -> Page<'b> {
        Page::new(self.at, heading).back(PATH).faults(self.faults)
    }
}

fn body(
    at: &Operator,
    web: &Web,
    view: &HandoverView,
    typed: &Typed,
    faults: &[FieldFault],
) -> Markup {
    let handover = &view.handover;
    let path = format!("{PATH}/{}", handover.public_id);
    html! {
        (handover::facts(handover, web.app.zone()))
        @if handover.confirmed_at.is_some() {
            (handover::rows(view, "/operator"))
        } @else {
            (ui::form(
                Form { action: &path, csrf: &at.csrf, ..Form::default() },
                html! {
                    (ui::hidden("version", &handover.version.to_string()))
                    (receipts(view, typed, faults))
                    (ui::button("Подтвердить получение"))
                },
            ))
        }
        (handover::download(&path))
    }
}

/// The rows with what is asked of each: came it or not, and what is missing.
fn receipts(view: &HandoverView, typed: &Typed, faults: &[FieldFault]) -> Markup {
    let mut columns = COLUMNS.map(Column::text).to_vec();
    columns.extend(["Получено Центром", "Примечание"].map(Column::text));
    let answers = [("yes", "получено"), ("no", "не получено")].map(|(value, label)| Choice {
        value,
        label,
        ..Choice::default()
    });
    let rows = view.rows.iter().enumerate().map(|(place, named)| {
        let said = typed.of(named);
        let whose = format!("whose-{}", named.application);
        let (received, note) = (
            format!("{RECEIVED}{}", named.application),
            format!("{NOTED}{}", named.application),
        );
        let mut row = handover::cells(place, named, "/operator");
        row.push(ui::row_select(
            Select {
                field: Field {
                    name: &received,
                    label: "Получено Центром",
                    value: if said.is_none_or(|said| said.received) {
                        "yes"
                    } else {
                        "no"
                    },
                    error: fault_of(faults, &received),
                    ..Field::default()
                },
                options: &answers,
                ..Select::default()
            },
            &whose,
        ));
        row.push(ui::row_text(
            Field {
                name: &note,
                label: "Примечание",
                value: said.map_or("", |said| said.note.as_str()),
                error: fault_of(faults, &note),
                max_length: Some(300),
                ..Field::default()
            },
            &whose,
        ));
        row
    });
    ui::table(Table {
        caption: "Заключения реестра",
        caption_hidden: true,
        columns: &columns,
        rows: rows.collect(),
        empty: "Заключений нет.",
    })
}
