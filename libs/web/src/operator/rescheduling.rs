//! `/operator/schedule/{id}/reschedule` «Перенести»: an approved row goes back to preliminary, with
//! a reason (08 §8.1).

use app::{FieldFault, case::Application, schedule::MAX_REASON};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Fact, Field, Form};
use uuid::Uuid;

use crate::{
    Web,
    error::Result,
    form::{Posted, stale_form, version},
    id::Id,
    lists,
    page::{Page, fault_of},
    visit::Operator,
};

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route(
        "/operator/schedule/{id}/reschedule",
        get(show).post(reschedule),
    )
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    version: String,
    reason: String,
}

async fn show(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let row = web.app.reschedulable(&at.actor, id).await?;
    let raw = Raw {
        version: row.row.version.to_string(),
        ..Raw::default()
    };
    let back = back(id);
    Ok(page(&at, &row, &back, &[]).render(body(&at, &row, &raw, &[])))
}

async fn reschedule(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    let back = back(id);
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let row = web.app.reschedulable(&at.actor, id).await?;
            let faults = stale_form();
            let page = page(&at, &row, &back, &faults);
            return Ok(lists::again(page.render(body(&at, &row, &raw, &faults))));
        }
    };
    let done = web
        .app
        .reschedule(&at.actor, id, version(&raw.version), &raw.reason)
        .await;
    match done {
        Ok(()) => {
            at.notify("Строка возвращена в предварительный график. Письма отправлены.")
                .await?;
            Ok(Redirect::to(&back).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let row = web.app.reschedulable(&at.actor, id).await?;
            Ok(page(&at, &row, &back, &faults).refuse(body(&at, &row, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

fn back(id: Uuid) -> String {
    format!("/operator/schedule/{id}")
}

fn page<'a>(
    at: &'a Operator,
    row: &'a Application,
    back: &'a str,
    faults: &'a [FieldFault],
) -> Page<'a> {
    Page::new(at, "Перенести")
        .caption(&row.municipality_name)
        .back(back)
        .faults(faults)
}

fn body(at: &Operator, row: &Application, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let action = format!("/operator/schedule/{}/reschedule", row.public_id);
    let form = Form {
        action: &action,
        csrf: &at.csrf,
        ..Form::default()
    };
    html! {
        (ui::summary(&[
            Fact::text("ФИО", &row.full_name()),
            Fact::text("Аттестационный период", &row.row.period_name),
        ]))
        (ui::inset(html! { p { "Строка утверждённого графика станет предварительной, график получит следующую версию, педагогу и специалистам уйдут письма." } }))
        (ui::form(form, html! {
            (ui::hidden("version", &raw.version))
            (ui::textarea(Field {
                name: "reason",
                label: "Причина",
                value: &raw.reason,
                error: fault_of(faults, "reason"),
                max_length: u32::try_from(MAX_REASON).ok(),
                rows: Some(3),
                ..Field::default()
            }))
            (ui::button("Перенести"))
        }))
    }
}
