//! `/schedules`, `/results`, `/forms`: what the region publishes for everyone.

use app::places::Choice as Item;
use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Field, Flavour, Select};

use crate::{Web, error::Result, page::Page, visit::Visit};

/// The filter, as in the address.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filter {
    period: String,
    municipality: String,
}

/// «Графики аттестации».
pub async fn schedules(
    visit: Visit,
    State(web): State<Web>,
    Query(filter): Query<Filter>,
) -> Result<Markup> {
    listed(
        &visit,
        &web,
        &filter,
        "Графики аттестации",
        "/schedules",
        "График появится здесь после того, как аттестационный период утверждён распоряжением.",
    )
    .await
}

/// «Итоги аттестации».
pub async fn results(
    visit: Visit,
    State(web): State<Web>,
    Query(filter): Query<Filter>,
) -> Result<Markup> {
    listed(
        &visit,
        &web,
        &filter,
        "Итоги аттестации",
        "/results",
        "Итоги появятся здесь после распоряжения об установлении квалификационных категорий.",
    )
    .await
}

/// «Бланки и образцы».
pub async fn forms(visit: Visit) -> Markup {
    Page::new(&visit, "Бланки и образцы")
        .flavour(Flavour::Reading)
        .render(html! {
            p { "Здесь публикуются таблицы результатов на первую и высшую квалификационные категории, образцы документов и нормативные документы." }
            (ui::inset(html! { p { "Пока ничего не опубликовано." } }))
            h2 { "Что формирует сама система" }
            ul class="govuk-list govuk-list--bullet" {
                li { "Заявление о проведении аттестации: его заполняет и печатает кабинет педагогического работника." }
                li { "Заявление на отзыв: оно готовится там же." }
            }
            p { a class="govuk-link" href="/help/teacher" { "Как подать заявление" } }
        })
}

async fn listed(
    visit: &Visit,
    web: &Web,
    filter: &Filter,
    heading: &str,
    action: &str,
    when: &str,
) -> Result<Markup> {
    let periods = web.app.public_periods().await?;
    let municipalities = web.app.public_municipalities().await?;
    let chosen = [
        name_of(&periods, &filter.period),
        name_of(&municipalities, &filter.municipality),
    ];
    let chosen: Vec<&str> = chosen.into_iter().flatten().collect();
    Ok(Page::new(visit, heading).render(html! {
        (ui::filters(action, html! {
            (list("period", "Период", &filter.period, &periods))
            (list("municipality", "Муниципалитет", &filter.municipality, &municipalities))
        }))
        (ui::inset(html! {
            p {
                "Пока ничего не опубликовано"
                @if !chosen.is_empty() { ": " (chosen.join(", ")) }
                "."
            }
            p { (when) }
        }))
    }))
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
