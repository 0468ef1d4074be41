//! The table of rows with its marks, and the filter above it. Which rows stand in it is said by
//! the cabinet's own page.

use app::schedule::{Line, LineExpert, Period};
use chrono::{DateTime, Utc};
use domain::{life::PeriodMark, routing::Route, schedule::PLACES, value::Phone};
use maud::{Markup, html};
use ui::{Column, Field, Select, Tone, ru};

use super::{choices, ids_of};
use crate::Web;

/// The table of rows; `municipality` where they are of many.
#[must_use]
pub fn table(
    web: &Web,
    caption: &str,
    rows: &[Line],
    base: &str,
    municipality: bool,
    empty: &str,
) -> Markup {
    let mut columns = vec![Column::text("ФИО")];
    if municipality {
        columns.push(Column::text("Муниципалитет"));
    }
    columns.extend(
        [
            "Должность",
            "Организация",
            "Аттестационный период",
            "Специалисты",
            "Итоговое заключение",
        ]
        .map(Column::text),
    );
    let rows = rows.iter().map(|line| {
        let mut cells = vec![html! {
            a class="govuk-link" href={ (base) "/" (line.public_id) } { (line.full_name) }
            @if line.route == Route::Operator { " " (ui::tag(Tone::Purple, "ведёт оператор")) }
        }];
        if municipality {
            cells.push(html! { (line.municipality) });
        }
        cells.push(html! { (line.position) });
        cells.push(html! { (line.organisation) });
        cells.push(period_mark(line));
        cells.push(experts_mark(web, line));
        cells.push(html! { (domain::words::place_name(line.place)) });
        cells
    });
    ui::table(ui::Table {
        caption,
        columns: &columns,
        rows: rows.collect(),
        empty,
        ..ui::Table::default()
    })
}

fn period_mark(line: &Line) -> Markup {
    if line.left_out {
        return ui::tag(Tone::Yellow, &left_out(&line.period));
    }
    match line.mark {
        PeriodMark::None => ui::tag(Tone::Yellow, "период не выбран"),
        PeriodMark::Preliminary => html! {
            (ui::tag(Tone::Blue, "период выбран")) " " (line.period)
        },
        PeriodMark::Approved => html! {
            (ui::tag(Tone::Green, "период закрыт")) " " (line.period)
        },
    }
}

fn experts_mark(web: &Web, line: &Line) -> Markup {
    html! {
        @if line.experts.len() >= PLACES { (ui::tag(Tone::Blue, "эксперты назначены")) }
        @else if let Some(since) = line.gap_since {
            (ui::tag(Tone::Red, "назначит оператор")) " " (waits(web, since))
        }
        @else { (ui::tag(Tone::Yellow, "эксперты не назначены")) }
        @for expert in &line.experts { br; (described(expert)) }
        @if let Some(request) = &line.request {
            br;
            "запрошено " (ru::date_short(web.app.zone().date_of(request.at))) ", ответ: "
            @if request.answer.is_empty() { "ещё нет" } @else { (request.answer) }
        }
    }
}

/// «Петрова Анна Ивановна, тел. +7 (913) 821-00-00»: the schedule is internal (R-SCH-5).
pub(super) fn described(expert: &LineExpert) -> String {
    match expert.phone.as_str() {
        "" => expert.name.clone(),
        kept => format!("{}, тел. {}", expert.name, Phone::spell(kept)),
    }
}

/// What a row is told of whose period was approved without it (R-PER-1).
pub(super) fn left_out(period: &str) -> String {
    format!("Не вошло в график периода «{period}»")
}

/// «ждёт 5 дней».
fn waits(web: &Web, since: DateTime<Utc>) -> String {
    let days = web.app.today() - web.app.zone().date_of(since);
    match u64::try_from(days.num_days()).unwrap_or_default() {
        0 => "ждёт с сегодняшнего дня".to_owned(),
        n => format!("ждёт {n} {}", ru::plural(n, "день", "дня", "дней")),
    }
}

/// The filter «Период» and the two check boxes.
#[must_use]
pub fn period_filter(periods: &[Period], chosen: &str) -> Markup {
    let ids: Vec<String> = ids_of(periods);
    ui::select(Select {
        field: Field {
            name: "period",
            label: "Период",
            value: chosen,
            ..Field::default()
        },
        empty: Some("все"),
        options: &choices(periods, &ids),
        ..Select::default()
    })
}
