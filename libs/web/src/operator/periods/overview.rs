//! `/operator/periods/{id}`: a period, named by itself: its regional schedule as a file, the
//! versions of it and the schedules of municipalities with their signed scans (R-PER-1, R-SCH-5).

use app::{
    municipal_schedules::MunicipalSchedule,
    periods::{Overview, PeriodState, schedule},
    publications::Version,
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use domain::calendar::Zone;
use maud::{Markup, html};
use serde::Deserialize;
use sheets::{Cell, Column as SheetColumn, Format};
use ui::{Column, Fact, Pagination, Table, ru};
use uuid::Uuid;

use super::PATH;
use crate::{
    Web, asked::Asked, error::Result, id::Id, lists, municipal_schedules as schedules, page::Page,
    printouts, sheet, visit::Operator,
};

/// What the address asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Paged {
    after: String,
    format: String,
}

pub(super) async fn show(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    Asked(paged): Asked<Paged>,
) -> Result<Response> {
    if paged.format == "pdf" {
        sheet::count(&web, at.actor.account).await?;
        let printout = web.app.print_regional_schedule(&at.actor, id).await?;
        return printouts::lead(&web, &at.actor, printout).await;
    }
    if let Some(format) = Format::from_code(&paged.format) {
        return file(&at, &web, id, format).await;
    }
    let after = paged.after.parse().ok();
    let overview = web.app.period(&at.actor, id, after).await?;
    Ok(Page::new(&at, &overview.period.name)
        .caption("Аттестационный период")
        .back(PATH)
        .render(body(&overview, web.app.zone()))
        .into_response())
}

const COLUMNS: [SheetColumn; schedule::COLUMNS.len()] = sheet::columns(
    schedule::COLUMNS,
    [7, 34, 26, 40, 30, 20, 20, 16, 24, 50, 50],
);

/// The regional schedule as a table.
async fn file(at: &Operator, web: &Web, id: Uuid, format: Format) -> Result<Response> {
    sheet::count(web, at.actor.account).await?;
    let (period, all) = web.app.export_regional_schedule(&at.actor, id).await?;
    let rows = (1..).zip(schedule::cells(&all, &period.name));
    let rows = rows
        .map(|(n, row)| {
            let mut cells: Vec<Cell> = row.iter().map(|text| text.as_str().into()).collect();
            cells[0] = Cell::Number(n);
            cells
        })
        .collect();
    let name = format!("Региональный график {}", period.name);
    let rows = futures::stream::once(std::future::ready(Ok(rows)));
    sheet::answer(&name, format, &COLUMNS, rows).await
}

fn body(overview: &Overview, zone: Zone) -> Markup {
    let period = &overview.period;
    let order = period.order.as_ref().map_or_else(String::new, |order| {
        format!("№ {} от {}", order.number, ru::date_long(order.date))
    });
    html! {
        (ui::summary(&[
            Fact::text("Начало", &ru::date_long(period.starts)),
            Fact::text("Окончание", &ru::date_long(period.ends)),
            Fact::text("Состояние", period.state.name()),
            Fact::text("Распоряжение", &order),
        ]))
        @if period.state != PeriodState::Completed {
            (ui::link_button(&format!("{PATH}/{}/approve", period.public_id), "Утвердить график"))
        }
        h2 { "Региональный график" }
        @let page = format!("{PATH}/{}", period.public_id);
        p { a class="govuk-link" href={ (page) "?format=pdf" } { "Скачать график (PDF)" } }
        p { a class="govuk-link" href={ (page) "?format=xlsx" } { "Скачать график (XLSX)" } }
        h2 { "Версии графика" }
        (versions(&overview.versions, zone))
        @let next = overview.next.map(|after| format!("{PATH}/{}?after={after}", period.public_id));
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        h2 { "Графики муниципалитетов" }
        (municipalities(&overview.municipalities, zone))
    }
}

fn versions(versions: &[Version], zone: Zone) -> Markup {
    let rows = versions.iter().map(|version| {
        let hash: String = version
            .sha256
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let short = hash.get(..12).unwrap_or(&hash);
        let order = version.order_date.map_or_else(String::new, |date| {
            format!("№ {} от {}", version.order_no, ru::date_short(date))
        });
        vec![
            html! { (version.number) },
            html! { (ru::date_time(&zone.local(version.at))) },
            html! { (lists::or_dash(&order)) },
            html! { code title=(hash) { (short) } },
            html! { (version.difference) },
            html! { (version.lines) },
        ]
    });
    ui::table(Table {
        caption: "Версии графика",
        caption_hidden: true,
        columns: &[
            Column::text("Версия"),
            Column::text("Дата"),
            Column::text("Распоряжение"),
            Column::text("Контрольная сумма"),
            Column::text("Отличие от предыдущей"),
            Column::number("Строк"),
        ],
        rows: rows.collect(),
        empty: "График этого периода ещё не утверждён.",
    })
}

fn municipalities(all: &[MunicipalSchedule], zone: Zone) -> Markup {
    let rows = all.iter().map(|schedule| {
        vec![
            html! { (schedule.municipality) },
            html! { (schedule.rows) },
            html! { (schedule.approved) },
            schedules::state(schedule),
            schedules::signed(schedule, zone),
        ]
    });
    ui::table(Table {
        caption: "Графики муниципалитетов",
        caption_hidden: true,
        columns: &[
            Column::text("Муниципалитет"),
            Column::number("Строк"),
            Column::number("Утверждено"),
            Column::text("Состояние"),
            Column::text("Подписанный график"),
        ],
        rows: rows.collect(),
        empty: "В этом периоде пока нет строк.",
    })
}
