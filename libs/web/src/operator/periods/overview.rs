//! `/operator/periods/{id}`: a period, named by itself: the versions of its schedule and the
//! schedules of municipalities with their signed scans (R-PER-1, R-SCH-5).

use app::{
    municipal_schedules::MunicipalSchedule,
    periods::{Overview, PeriodState},
    publications::Version,
};
use axum::extract::State;
use domain::calendar::Zone;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Fact, Pagination, Table, ru};

use super::PATH;
use crate::{
    Web, asked::Asked, error::Result, id::Id, lists, municipal_schedules as schedules, page::Page,
    visit::Operator,
};

/// What the address asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Paged {
    after: String,
}

pub(super) async fn show(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    Asked(paged): Asked<Paged>,
) -> Result<Markup> {
    let after = paged.after.parse().ok();
    let overview = web.app.period(&at.actor, id, after).await?;
    Ok(Page::new(&at, &overview.period.name)
        .caption("Аттестационный период")
        .back(PATH)
        .render(body(&overview, web.app.zone())))
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
