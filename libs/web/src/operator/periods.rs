//! `/operator/periods` «Аттестационные периоды»: the list and creating one (R-PER-1). One of them
//! and its approval stand in `periods/…`.

mod approve;
mod overview;

use app::{
    FieldFault,
    periods::{NewPeriod, Period, PeriodState},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Field, Form, Table, Tone, Width};

use crate::{
    Result, Web,
    form::{Posted, stale_form},
    lists,
    page::{Page, fault_of},
    visit::Operator,
};

const PATH: &str = "/operator/periods";
const HEADING: &str = "Аттестационные периоды";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show).post(create))
        .route("/operator/periods/{id}", get(overview::show))
        .route(
            "/operator/periods/{id}/approve",
            get(approve::show).post(approve::approve),
        )
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    name: String,
    starts: String,
    ends: String,
}

async fn show(at: Operator, State(web): State<Web>) -> Result<Markup> {
    let periods = web.app.periods(&at.actor).await?;
    Ok(Page::new(&at, HEADING).render(body(&at, &periods, &Raw::default(), &[])))
}

async fn create(at: Operator, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let periods = web.app.periods(&at.actor).await?;
            let faults = stale_form();
            let page = Page::new(&at, HEADING).faults(&faults);
            return Ok(lists::again(
                page.render(body(&at, &periods, &raw, &faults)),
            ));
        }
    };
    let typed = NewPeriod {
        name: raw.name.clone(),
        starts: raw.starts.clone(),
        ends: raw.ends.clone(),
    };
    match web.app.create_period(&at.actor, &typed).await {
        Ok(()) => {
            at.notify("Аттестационный период создан").await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let periods = web.app.periods(&at.actor).await?;
            let page = Page::new(&at, HEADING).faults(&faults);
            Ok(page.refuse(body(&at, &periods, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

fn body(at: &Operator, periods: &[Period], raw: &Raw, faults: &[FieldFault]) -> Markup {
    let form = Form {
        action: PATH,
        csrf: &at.csrf,
        ..Form::default()
    };
    html! {
        (ui::form(form, html! {
            (ui::text(Field {
                name: "name",
                label: "Название",
                value: &raw.name,
                hint: Some("Например: октябрь-ноябрь 2026"),
                error: fault_of(faults, "name"),
                max_length: Some(100),
                width: Width::Medium,
                ..Field::default()
            }))
            (ui::date(Field {
                name: "starts",
                label: "Начало",
                value: &raw.starts,
                error: fault_of(faults, "starts"),
                ..Field::default()
            }))
            (ui::date(Field {
                name: "ends",
                label: "Окончание",
                value: &raw.ends,
                error: fault_of(faults, "ends"),
                ..Field::default()
            }))
            (ui::button("Создать"))
        }))
        (list(periods))
    }
}

fn list(periods: &[Period]) -> Markup {
    let rows = periods
        .iter()
        .map(|period| {
            let tone = match period.state {
                PeriodState::Open => Tone::Blue,
                PeriodState::Approved => Tone::Green,
                PeriodState::Completed => Tone::Grey,
            };
            vec![
                html! {
                    a id={ "period-" (period.public_id) } class="govuk-link" href={ (PATH) "/" (period.public_id) } {
                        (period.name)
                    }
                },
                html! { (ui::ru::date_short(period.starts)) },
                html! { (ui::ru::date_short(period.ends)) },
                ui::tag(tone, period.state.name()),
                html! {
                    @if period.state != PeriodState::Completed {
                        a class="govuk-link" href={ (PATH) "/" (period.public_id) "/approve" }
                            aria-describedby={ "period-" (period.public_id) } { "Утвердить график" }
                    }
                },
            ]
        })
        .collect();
    ui::table(Table {
        caption: HEADING,
        caption_hidden: true,
        columns: &["Название", "Начало", "Окончание", "Состояние", "Действие"].map(Column::text),
        rows,
        empty: "Периодов пока нет.",
    })
}
