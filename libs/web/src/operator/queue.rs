//! `/operator/queue` «Очередь»: what only the operator registers, the oldest deadline first,
//! one by one or many at once.

use app::lists::{Answered, COUNTED, Queue};
use axum::{Router, extract::State, routing::get};
use domain::routing::WorkList;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Form, Tab, Tone, ru};
use uuid::Uuid;

use crate::{
    Web,
    asked::{Asked, address},
    error::{Error, Result},
    form::Posted,
    form::version,
    lines::{self, Shown},
    lists,
    page::Page,
    visit::Operator,
};

const QUEUE: &str = "/operator/queue";
const MARKING: &str = "marking";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new().route(QUEUE, get(list).post(register))
}

/// What the address asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    tab: String,
    q: String,
    after: String,
}

async fn list(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    let list = match wanted.tab.as_str() {
        "industry" => WorkList::Industry,
        _ => WorkList::Simplified,
    };
    let queue = web
        .app
        .queue(&at.actor, list, &wanted.q, wanted.after.parse().ok())
        .await?;
    Ok(Page::new(&at, "Очередь").render(body(&at, &web, list, &wanted.q, &queue)))
}

fn body(at: &Operator, web: &Web, list: WorkList, typed: &str, queue: &Queue) -> Markup {
    let industry = list == WorkList::Industry;
    let (tab, caption) = if industry {
        ("industry", "Отраслевые")
    } else {
        ("", "Упрощенная форма")
    };
    let counts = [queue.simplified, queue.industry].map(|count| {
        let (count, most) = (u64::try_from(count), u64::try_from(COUNTED));
        ru::count_capped(count.unwrap_or_default(), most.unwrap_or_default())
    });
    let after = lines::last(&queue.page);
    let next = address(QUEUE, &[("tab", tab), ("q", typed), ("after", &after)]);
    html! {
        (ui::tabs(&[
            Tab { href: QUEUE, text: "Упрощенная форма", count: None, current: !industry },
            Tab { href: "/operator/queue?tab=industry", text: "Отраслевые", count: None, current: industry },
        ]))
        p { "Ждут регистрации: упрощенная форма — " (counts[0]) ", отраслевые — " (counts[1]) "." }
        (ui::filters(QUEUE, html! {
            @if industry { (ui::hidden("tab", tab)) }
            (lists::search(typed, lists::NAME_OR_NUMBER))
        }))
        (lines::table(&queue.page, Shown {
            base: "/operator/applications",
            caption,
            empty: lists::nothing(typed, "Заявлений нет."),
            municipality: true,
            marks: Some(MARKING),
            zone: web.app.zone(),
            today: web.app.today(),
        }, Some(&next)))
        @if !queue.page.rows.is_empty() {
            (ui::form(
                Form { action: QUEUE, csrf: &at.csrf, id: Some(MARKING), ..Form::default() },
                ui::button("Зарегистрировать отмеченные"),
            ))
        }
    }
}

/// The marked rows, each `id.version`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Marked {
    application: Vec<String>,
}

/// The answer is a page of its own and not a redirect: pressed again it answers each row anew,
/// what is registered already with its number.
async fn register(at: Operator, State(web): State<Web>, posted: Posted<Marked>) -> Result<Markup> {
    let marked: Vec<(Uuid, i32)> = posted
        .take()?
        .application
        .iter()
        .filter_map(|value| {
            let (id, seen) = value.split_once('.')?;
            Some((id.parse().ok()?, version(seen)))
        })
        .take(app::lists::PAGE)
        .collect();
    if marked.is_empty() {
        return Err(Error::Invalid(vec![app::FieldFault::new(
            "",
            "Отметьте хотя бы одно заявление.",
        )]));
    }
    let answers = web.app.register_many(&at.actor, &marked).await?;
    Ok(Page::new(&at, "Результат регистрации")
        .back(QUEUE)
        .render(results(answers)))
}

fn results(answers: Vec<Answered>) -> Markup {
    let done = answers
        .iter()
        .filter(|(_, _, outcome)| outcome.is_ok())
        .count();
    let all = answers.len();
    let rows = answers.into_iter().map(|(id, name, outcome)| {
        vec![
            html! { a class="govuk-link" href={ "/operator/applications/" (id) } { (name) } },
            match outcome {
                Ok((number, date)) => html! {
                    (ui::tag(Tone::Green, "зарегистрировано"))
                    " № " (number) " от " (ru::date_short(date))
                },
                Err(error) => html! {
                    (ui::tag(Tone::Red, "не зарегистрировано")) " "
                    (reason(error, "Это заявление регистрируете не вы."))
                },
            },
        ]
    });
    html! {
        p { "Зарегистрировано: " (done) " из " (all) "." }
        (ui::table(ui::Table {
            caption: "Результат регистрации",
            caption_hidden: true,
            columns: &[Column::text("ФИО"), Column::text("Результат")],
            rows: rows.collect(),
            empty: "",
        }))
        (ui::link_button(QUEUE, "Вернуться в очередь"))
    }
}

/// Why a row of many was not done; `forbidden` is said where somebody else does it. Faults of ours
/// are logged and told without their details.
pub fn reason(error: app::Error, forbidden: &str) -> String {
    let words = error.to_string();
    match Error::from(error) {
        Error::NotFound => "Заявление не найдено.".to_owned(),
        Error::Forbidden => forbidden.to_owned(),
        Error::Internal | Error::Unavailable => "Не получилось: повторите позже.".to_owned(),
        _ => words,
    }
}
