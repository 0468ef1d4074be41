//! `/schedules`, `/results`: what the region publishes for everyone. Only rendered copies are read
//! here, and whom they name was decided when they were made (R-SCH-5).

use app::{
    places::Choice as Item,
    publications::{PublicExpert, Publications, Published, ResultRow, ScheduleRow, Teacher},
};
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Column, Field, Pagination, Select, Table, ru};

use crate::{
    Web,
    asked::{Asked, address},
    error::Result,
    page::Page,
    visit::Visit,
};

/// The filter, as in the address.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filter {
    period: String,
    municipality: String,
    after: String,
}

/// An open page of publications.
struct Open {
    heading: &'static str,
    path: &'static str,
    when: &'static str,
}

const SCHEDULES: Open = Open {
    heading: "Графики аттестации",
    path: "/schedules",
    when: "График появится здесь после того, как аттестационный период утверждён распоряжением.",
};

const RESULTS: Open = Open {
    heading: "Итоги аттестации",
    path: "/results",
    when: "Итоги появятся здесь после распоряжения об установлении квалификационных категорий.",
};

/// «Графики аттестации».
pub async fn schedules(
    visit: Visit,
    State(web): State<Web>,
    Asked(filter): Asked<Filter>,
) -> Result<Markup> {
    let page = web
        .app
        .published::<ScheduleRow>(
            filter.period.parse().ok(),
            &filter.municipality,
            filter.after.parse().ok(),
        )
        .await?;
    listed(&visit, &web, &filter, &SCHEDULES, &page, schedule).await
}

/// «Итоги аттестации».
pub async fn results(
    visit: Visit,
    State(web): State<Web>,
    Asked(filter): Asked<Filter>,
) -> Result<Markup> {
    let page = web
        .app
        .published::<ResultRow>(
            filter.period.parse().ok(),
            &filter.municipality,
            filter.after.parse().ok(),
        )
        .await?;
    listed(&visit, &web, &filter, &RESULTS, &page, outcomes).await
}

async fn listed<R>(
    visit: &Visit,
    web: &Web,
    filter: &Filter,
    open: &Open,
    page: &Publications<R>,
    table: fn(&Published<R>) -> Markup,
) -> Result<Markup> {
    let periods = web.app.public_periods().await?;
    let municipalities = web.app.public_municipalities().await?;
    let after = page.next.map(|after| after.to_string());
    let next = after.map(|after| {
        address(
            open.path,
            &[
                ("period", &filter.period),
                ("municipality", &filter.municipality),
                ("after", &after),
            ],
        )
    });
    Ok(Page::new(visit, open.heading).render(html! {
        (ui::filters(open.path, html! {
            (list("period", "Период", &filter.period, &periods))
            (list("municipality", "Муниципалитет", &filter.municipality, &municipalities))
        }))
        @for published in &page.rows {
            section {
                h2 { (published.municipality) }
                p { (about(published)) }
                (table(published))
            }
        }
        @if page.rows.is_empty() {
            (nothing(open, &[
                name_of(&periods, &filter.period),
                name_of(&municipalities, &filter.municipality),
            ]))
        }
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
    }))
}

fn nothing(open: &Open, chosen: &[Option<&str>]) -> Markup {
    let chosen: Vec<&str> = chosen.iter().flatten().copied().collect();
    ui::inset(html! {
        p {
            "Пока ничего не опубликовано"
            @if !chosen.is_empty() { ": " (chosen.join(", ")) }
            "."
        }
        p { (open.when) }
    })
}

/// Period and order of what is published.
fn about<R>(published: &Published<R>) -> String {
    let order = published.order_date.map(|date| {
        format!(
            "распоряжение от {} № {}",
            ru::date_long(date),
            published.order_no
        )
    });
    let period = Some(published.period.as_str())
        .filter(|name| !name.is_empty())
        .map(|name| format!("Аттестационный период: {name}"));
    let parts: Vec<String> = period.into_iter().chain(order).collect();
    parts.join(", ")
}

/// The columns about a teacher; ФИО where the region publishes it.
fn columns(named: bool, rest: &[&'static str]) -> Vec<Column<'static>> {
    let name = named.then_some("ФИО");
    name.into_iter()
        .chain(["Должность", "Организация"])
        .chain(rest.iter().copied())
        .map(Column::text)
        .collect()
}

fn cells(named: bool, teacher: &Teacher) -> Vec<Markup> {
    let name = named.then_some(&teacher.name);
    name.into_iter()
        .chain([&teacher.position, &teacher.organisation])
        .map(|text| html! { (text) })
        .collect()
}

fn schedule(published: &Published<ScheduleRow>) -> Markup {
    let named = published
        .rows
        .iter()
        .any(|row| !row.teacher.name.is_empty());
    let mut columns = columns(named, &["Заявленная категория", "Форма", "Специалисты"]);
    columns.insert(0, Column::text("Регистрационный номер"));
    let rows = published.rows.iter().map(|row| {
        let mut line = vec![html! { "№ " (row.number) " от " (ru::date_short(row.on)) }];
        line.extend(cells(named, &row.teacher));
        line.push(html! { (row.category) });
        line.push(html! { (row.form) });
        line.push(html! {
            ul class="govuk-list" {
                @for expert in &row.experts { li { (expert_words(expert.as_ref())) } }
            }
        });
        line
    });
    ui::table(Table {
        caption: &format!("График: {}", published.municipality),
        caption_hidden: true,
        columns: &columns,
        rows: rows.collect(),
        empty: "",
    })
}

/// An expert as it is published: without its consent that there is one.
fn expert_words(expert: Option<&PublicExpert>) -> String {
    let Some(expert) = expert else {
        return "специалист назначен".to_owned();
    };
    [&expert.name, &expert.position, &expert.organisation]
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

fn outcomes(published: &Published<ResultRow>) -> Markup {
    let named = published
        .rows
        .iter()
        .any(|row| !row.teacher.name.is_empty());
    let rows = published.rows.iter().map(|row| {
        let mut line = cells(named, &row.teacher);
        line.push(html! { (row.category) });
        line.push(html! { (row.decision) });
        line
    });
    ui::table(Table {
        caption: &format!("Итоги: {}", published.municipality),
        caption_hidden: true,
        columns: &columns(named, &["Категория", "Решение"]),
        rows: rows.collect(),
        empty: "",
    })
}

fn name_of<'a>(items: &'a [Item], code: &str) -> Option<&'a str> {
    items
        .iter()
        .find(|item| item.code == code)
        .map(|item| item.name.as_str())
}

fn list(name: &str, label: &str, chosen: &str, items: &[Item]) -> Markup {
    let options: Vec<Choice<'_>> = items
        .iter()
        .map(|item| Choice {
            value: &item.code,
            label: &item.name,
            ..Choice::default()
        })
        .collect();
    ui::select(Select {
        field: Field {
            name,
            label,
            value: chosen,
            ..Field::default()
        },
        empty: Some("Все"),
        options: &options,
        ..Select::default()
    })
}
