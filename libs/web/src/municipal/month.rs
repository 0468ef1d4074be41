//! `/municipal/conclusions/month` «Закрытие месяца»: what is not with the Centre by the day it is
//! due and with whom it lies, a reminder to all of them, the register of what was passed
//! (R-CON-2).

use app::conclusions::{Missing, Month, RemindedOf};
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use chrono::{Datelike as _, NaiveDate};
use domain::{
    calendar::{first_of_month, month_name, months_after, months_before},
    conclusion::Holder,
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ActionButton, ButtonStyle, Choice, Column, Field, Pagination, Select, Table, Tone, ru};

use crate::{
    Web,
    asked::{Asked, address},
    bulk::reason,
    error::Result,
    form::Posted,
    lists,
    page::Page,
    visit::Municipal,
};

const PATH: &str = "/municipal/conclusions/month";
const REMIND: &str = "/municipal/conclusions/month/remind";

/// Its addresses.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/municipal/conclusions/month/remind", post(remind))
}

/// The address of a month's page.
pub fn page_of(month: NaiveDate) -> String {
    address(PATH, &[("month", &code(month))])
}

/// The month an address names, «2026-11»; nonsense is none.
pub fn asked_month(typed: &str) -> Option<NaiveDate> {
    let (year, month) = typed.split_once('-')?;
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    NaiveDate::from_ymd_opt(year, month, 1).filter(|_| (2000..=2100).contains(&year))
}

fn code(month: NaiveDate) -> String {
    format!("{}-{:02}", month.year(), month.month())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    month: String,
    after: String,
}

async fn show(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    let after = lists::after(&wanted.after);
    let month = web
        .app
        .conclusion_month(&at.actor, asked_month(&wanted.month), after)
        .await?;
    Ok(Page::new(&at, "Закрытие месяца")
        .caption(&month_name(month.first))
        .back("/municipal/conclusions")
        .render(body(&at, &web, &month)))
}

fn body(at: &Municipal, web: &Web, month: &Month) -> Markup {
    let next = month.next.map(|id| {
        let after = id.to_string();
        address(PATH, &[("month", &code(month.first)), ("after", &after)])
    });
    html! {
        (months(month.first, web.app.today()))
        @for due in &month.due {
            p {
                "К " (ru::date_long(due.on)) " передать в Центр: "
                strong { (lists::count(due.count)) }
                @if due.count > 0 && due.on < web.app.today() {
                    " " (ui::tag(Tone::Red, "срок прошёл"))
                }
                "."
            }
        }
        p { "Передано за месяц: " strong { (month.passed) } "." }
        h2 { "Чего не хватает" }
        (missing(web, &month.missing))
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        @if month.missing.iter().any(|row| is_reminded(row.holder)) {
            (act(at, REMIND, "Напомнить всем", &[("month", &code(month.first))]))
        }
        h2 { "Реестр передачи" }
        @if month.not_handed_over > 0 {
            p { "Передано в Центр и ещё не вошло в реестр: " strong { (month.not_handed_over) } "." }
            (act(at, "/municipal/registers", "Сформировать реестр передачи", &[("month", &code(month.first))]))
        } @else {
            p { "Нет переданных в Центр заключений, которые ещё не вошли в реестр." }
        }
        p { a class="govuk-link" href="/municipal/registers" { "Реестры передачи" } }
    }
}

/// The months to look at: the one after this, this one and a year back, and the one looked at.
fn months(shown: NaiveDate, today: NaiveDate) -> Markup {
    let newest = months_after(first_of_month(today), 1);
    let mut offered: Vec<NaiveDate> = (0..=13).map(|n| months_before(newest, n)).collect();
    if !offered.contains(&shown) {
        offered.push(shown);
    }
    let named: Vec<(String, String)> = offered
        .into_iter()
        .map(|month| (code(month), month_name(month)))
        .collect();
    let options: Vec<Choice<'_>> = named
        .iter()
        .map(|(value, label)| Choice {
            value,
            label,
            ..Choice::default()
        })
        .collect();
    ui::filters(
        PATH,
        ui::select(Select {
            field: Field {
                name: "month",
                label: "Месяц",
                value: &code(shown),
                ..Field::default()
            },
            options: &options,
            ..Select::default()
        }),
    )
}

fn act(at: &Municipal, action: &str, label: &str, values: &[(&str, &str)]) -> Markup {
    ui::action_button(ActionButton {
        action,
        csrf: &at.csrf,
        label,
        style: ButtonStyle::Secondary,
        values,
    })
}

const fn is_reminded(holder: Holder) -> bool {
    matches!(holder, Holder::Experts | Holder::Teacher)
}

fn missing(web: &Web, rows: &[Missing]) -> Markup {
    let zone = web.app.zone();
    let today = web.app.today();
    let rows = rows.iter().map(|row| {
        vec![
            html! {
                a class="govuk-link" href={ "/municipal/applications/" (row.application) } { (row.name) }
            },
            html! { (row.position) },
            html! { (row.organisation) },
            html! { (row.period) },
            with_whom(row),
            html! { (ru::date_short(zone.date_of(row.since))) },
            html! {
                @match row.reminded {
                    Some(day) if day == today => (ui::tag(Tone::Green, "сегодня")),
                    Some(day) => (ru::date_short(day)),
                    None => "—",
                }
            },
        ]
    });
    ui::table(Table {
        caption: "Чего не хватает",
        caption_hidden: true,
        columns: &[
            "ФИО",
            "Должность",
            "Место работы",
            "Период",
            "У кого",
            "С какого дня",
            "Напомнили",
        ]
        .map(Column::text),
        rows: rows.collect(),
        empty: "Все заключения переданы в Центр.",
    })
}

fn with_whom(row: &Missing) -> Markup {
    match row.holder {
        Holder::Experts => html! { "у специалистов: " (row.experts) },
        Holder::Teacher => html! { "у педагога: подписать может и школьный координатор" },
        Holder::Coordinator if row.experts.is_empty() => {
            html! { strong { "у Вас" } ": назначьте специалистов" }
        }
        Holder::Coordinator => html! { strong { "у Вас" } },
        Holder::Centre => html! { "Центр назначает специалистов" },
    }
}

/// What the buttons «Напомнить всем» and «Напомнить остальным» carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    month: String,
    after: String,
}

/// The answer is a page of its own and not a redirect: pressed again it tells who was reminded
/// already.
async fn remind(at: Municipal, State(web): State<Web>, posted: Posted<Raw>) -> Result<Markup> {
    let raw = posted.take()?;
    let month = asked_month(&raw.month);
    let after = lists::after(&raw.after);
    let done = web
        .app
        .remind_of_conclusions(&at.actor, month, after)
        .await?;
    let back = month.map_or_else(|| PATH.to_owned(), page_of);
    Ok(Page::new(&at, "Результат напоминания")
        .back(&back)
        .render(html! {
            (reminded(done.answers))
            @if let Some(next) = done.next {
                p { "За один раз напоминают не больше чем о двухстах заключениях." }
                (act(&at, REMIND, "Напомнить остальным", &[("month", &raw.month), ("after", &next.to_string())]))
            }
        }))
}

fn reminded(answers: Vec<RemindedOf>) -> Markup {
    let letters: usize = answers
        .iter()
        .filter_map(|answer| answer.outcome.as_ref().ok())
        .map(|(told, _)| told.len())
        .sum();
    let rows = answers.into_iter().map(|answer| {
        let (told, before) = match answer.outcome {
            Ok((told, before)) => (html! { (told.join(", ")) }, before.join(", ")),
            Err(error) => (html! { (reason(error, "Это заключение передаёте не Вы.")) }, String::new()),
        };
        vec![
            html! {
                a class="govuk-link" href={ "/municipal/applications/" (answer.application) } { (answer.name) }
            },
            told,
            html! { (before) },
        ]
    });
    html! {
        p { "Писем отправлено: " (letters) "." }
        (ui::table(Table {
            caption: "Результат напоминания",
            caption_hidden: true,
            columns: &["Аттестуемый", "Письмо", "Сегодня уже напомнили"].map(Column::text),
            rows: rows.collect(),
            empty: "Напоминать некому.",
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_comes_back_from_the_address() {
        let month = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        assert_eq!(page_of(month), "/municipal/conclusions/month?month=2026-11");
        assert_eq!(asked_month(&code(month)), Some(month));
        for nonsense in ["", "2026", "2026-13", "99999-01", "ноябрь"] {
            assert_eq!(asked_month(nonsense), None, "{nonsense}");
        }
    }
}
