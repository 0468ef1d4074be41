//! The charts of a dashboard, the coordinator's and the operators' alike; each number leads to the
//! list of what it counts.

use app::figures::{Figures, Registration};
use chrono::{Datelike as _, Days, NaiveDate};
use domain::{calendar::months_after, words};
use maud::{Markup, html};
use ui::{Bar, Card, Chart, Counter, Link, Weight, ru};

use crate::{asked::address, lists};

const MONTHS: [&str; 12] = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
];

/// A bar before it is drawn: words, number, where it leads.
type Counted = (String, i64, Option<String>);

/// The figures as charts; `path` is the list of applications they lead to.
pub fn charts(figures: &Figures, path: &str) -> Markup {
    let since = ru::date_short(figures.since);
    let list = |more: &[(&str, &str)]| {
        let mut pairs = vec![("tab", "all"), ("since", since.as_str())];
        pairs.extend_from_slice(more);
        Some(address(path, &pairs))
    };
    let statuses: Vec<Counted> = figures
        .statuses
        .iter()
        .map(|(status, n)| {
            let name = words::status_name(*status).to_owned();
            (name, *n, list(&[("state", status.code())]))
        })
        .collect();
    let months: Vec<Counted> = figures
        .months
        .iter()
        .map(|(month, n)| (month_name(*month), *n, Some(of_month(path, *month))))
        .collect();
    let rejections: Vec<Counted> = figures
        .rejections
        .iter()
        .map(|rejected| {
            let (code, name) = match rejected.code.as_str() {
                "" => ("own", "своими словами"),
                code => (code, rejected.name.as_str()),
            };
            (name.to_owned(), rejected.count, list(&[("reason", code)]))
        })
        .collect();
    let loads: Vec<Counted> = figures
        .loads
        .iter()
        .map(|load| {
            let id = load.membership.map(|id| id.to_string());
            let href =
                id.map(|id| address(path, &[("tab", "all"), ("state", "all"), ("expert", &id)]));
            (load.full_name.clone(), load.count, href)
        })
        .collect();
    html! {
        h2 { "Показатели с " (ru::date_long(figures.since)) }
        @if figures.partial {
            p { "Посчитаны последние 100 000 заявлений: первые месяцы неполны." }
        }
        (ui::cards(&[
            card("states", "Где сейчас заявления", "Состояние", "Заявлений", &statuses, "Заявлений нет."),
            card("months", "Подано по месяцам", "Месяц", "Подано", &months, "Заявлений нет."),
            Card {
                title: "Дней от подачи до регистрации",
                body: registration(figures.registration, &since, path),
                link: None,
            },
            card("reasons", "Причины отклонения", "Причина", "Отклонено", &rejections, "Отклонённых заявлений нет."),
            card("loads", "Нагрузка специалистов", "Специалист", "Открытых назначений", &loads,
                "Назначенных специалистов нет."),
        ]))
    }
}

/// How many are overdue, loudly if any.
pub fn overdue(figures: &Figures, path: &str) -> Markup {
    let value = lists::count(figures.overdue);
    let href = address(path, &[("tab", "all"), ("term", "overdue")]);
    ui::counters(&[Counter {
        value: &value,
        link: Link {
            href: &href,
            text: "Просрочено",
        },
        weight: match figures.overdue {
            0 => Weight::Quiet,
            _ => Weight::Alert,
        },
    }])
}

fn card<'a>(
    id: &'a str,
    title: &'a str,
    of: &'a str,
    unit: &'a str,
    counted: &[Counted],
    empty: &'a str,
) -> Card<'a> {
    let bars: Vec<Bar<'_>> = counted
        .iter()
        .map(|(label, n, href)| Bar {
            label,
            value: u64::try_from(*n).unwrap_or_default(),
            href: href.as_deref(),
        })
        .collect();
    Card {
        title,
        body: ui::chart(Chart {
            id,
            title,
            of,
            unit,
            bars: &bars,
            empty,
        }),
        link: None,
    }
}

fn registration(took: Option<Registration>, since: &str, path: &str) -> Markup {
    let Some(took) = took else {
        return html! { p { "Зарегистрированных заявлений нет." } };
    };
    let from = |days: i32| {
        address(
            path,
            &[
                ("tab", "all"),
                ("state", "all"),
                ("since", since),
                ("took", &days.to_string()),
            ],
        )
    };
    let row = |words: &str, number: i64, days: i32| {
        vec![
            html! { (words) },
            html! { a class="govuk-link" href=(from(days)) aria-label={ (words) ": " (number) } { (number) } },
        ]
    };
    ui::table(ui::Table {
        caption: "Дней от подачи до регистрации",
        caption_hidden: true,
        columns: &[ui::Column::text("Показатель"), ui::Column::number("Дней")],
        rows: vec![
            row(
                "Половина заявлений — не дольше (медиана)",
                took.median.into(),
                took.median,
            ),
            row(
                "Девять из десяти — не дольше (90-й процентиль)",
                took.p90.into(),
                took.p90,
            ),
            row("Зарегистрировано заявлений (n)", took.n, 0),
        ],
        empty: "",
    })
}

fn month_name(month: NaiveDate) -> String {
    let name = MONTHS
        .get(month.month0() as usize)
        .copied()
        .unwrap_or_default();
    format!("{name} {}", month.year())
}

fn of_month(path: &str, month: NaiveDate) -> String {
    let last = months_after(month, 1) - Days::new(1);
    address(
        path,
        &[
            ("tab", "all"),
            ("state", "all"),
            ("since", &ru::date_short(month)),
            ("until", &ru::date_short(last)),
        ],
    )
}
