//! `/school` «Личный кабинет координатора по аттестации»: how many people of the organisation
//! applied and how many are registered, each number with its list (01 §1.7).

use app::school::SchoolRow;
use axum::{Router, extract::State, routing::get};
use domain::{life::Status, words::status_name};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Card, Column, Link, Pagination, Tab, Table};

use crate::{
    Web,
    asked::{Asked, address},
    error::Result,
    lists,
    page::Page,
    visit::School,
};

const LIST: &str = "/school/applications";

const NEW: &str = "/school/applications?state=under_review";
const REGISTERED: &str = "/school/applications?state=registered";

/// Its addresses.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/school", get(show))
        .route(LIST, get(list))
}

async fn show(at: School, State(web): State<Web>) -> Result<Markup> {
    let counts = web.app.school_counts(&at.actor).await?;
    let counted = |sentence: &str, count: i64, href: &str, list: &str| {
        let count = ui::ru::count_capped(u64::try_from(count).unwrap_or_default(), 1000);
        html! {
            p {
                "Количество педагогических работников, " (sentence)
                ", из Вашей образовательной организации = "
                a class="govuk-link" href=(href) { (count) } "."
            }
            p { a class="govuk-link" href=(href) { (list) } }
        }
    };
    let cards = [
        Card {
            title: "Количество аттестуемых",
            body: html! {
                (counted("подавших заявления на аттестацию", counts.under_review, NEW, "Новые заявления"))
                (counted("зарегистрированных на аттестацию", counts.registered, REGISTERED, "Зарегистрированные"))
                p { "Заявление о проведении аттестации рассматривается в течение 30 календарных дней." }
            },
            link: None,
        },
        Card {
            title: "Прикрепление документов аттестуемым",
            body: html! {
                p {
                    "Для работы с документами педагогических работников, подавших заявления о проведении "
                    "аттестации, из Вашей образовательной организации необходимо верно указать Ваше место работы."
                }
            },
            link: Some(Link {
                href: "/school/documents",
                text: "Перейти",
            }),
        },
        Card {
            title: "Отзыв заявления",
            body: html! {
                p { "Если педагогический работник по уважительной причине не может отозвать заявление сам." }
            },
            link: Some(Link {
                href: "/school/withdrawals",
                text: "Перейти",
            }),
        },
    ];
    Ok(Page::new(&at, "Личный кабинет координатора по аттестации").render(ui::cards(&cards)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    state: String,
    q: String,
    after: String,
}

async fn list(at: School, State(web): State<Web>, Asked(wanted): Asked<Wanted>) -> Result<Markup> {
    let status = match wanted.state.as_str() {
        "registered" => Status::Registered,
        _ => Status::UnderReview,
    };
    let registered = status == Status::Registered;
    let heading = if registered {
        "Зарегистрированные"
    } else {
        "Новые заявления"
    };
    let after = wanted.after.parse().unwrap_or_default();
    let page = web
        .app
        .school_applications(&at.actor, &[status], &wanted.q, after)
        .await?;
    let next = page.next.map(|id| {
        address(
            LIST,
            &[
                ("state", status.code()),
                ("q", &wanted.q),
                ("after", &id.to_string()),
            ],
        )
    });
    let tabs = [
        Tab {
            href: NEW,
            text: "Новые заявления",
            count: None,
            current: !registered,
        },
        Tab {
            href: REGISTERED,
            text: "Зарегистрированные",
            count: None,
            current: registered,
        },
    ];
    Ok(Page::new(&at, heading).back("/school").render(html! {
        (ui::tabs(&tabs))
        (ui::filters(LIST, html! {
            (ui::hidden("state", status.code()))
            (lists::search(&wanted.q, lists::NAME_OR_NUMBER))
        }))
        (table(heading, &wanted.q, &page.rows))
        (ui::pagination(Pagination { next: next.as_deref(), ..Pagination::default() }))
    }))
}

fn table(heading: &str, typed: &str, rows: &[SchoolRow]) -> Markup {
    let columns = [
        "ФИО",
        "Должность",
        "Предмет",
        "Заявленная категория",
        "Форма аттестации",
        "Состояние",
        "Срок",
        "Номер",
    ]
    .map(Column::text);
    let rows = rows
        .iter()
        .map(|listed| {
            let row = &listed.row;
            vec![
                html! {
                    a class="govuk-link" href={ "/school/applications/" (row.application) } { (row.name) }
                },
                html! { (row.position) },
                html! { (row.subject) },
                html! { (row.category.map_or("", |category| category.name())) },
                html! { (row.form.map_or("", |form| form.name())) },
                html! { (status_name(row.case.status)) },
                html! {
                    @if let (Status::UnderReview, Some(due)) = (row.case.status, row.due_on) {
                        (ui::ru::date_short(due))
                    }
                },
                html! {
                    @if let Some((number, date)) = row.registration {
                        "№ " (number) " от " (ui::ru::date_short(date))
                    }
                },
            ]
        })
        .collect();
    ui::table(Table {
        caption: heading,
        caption_hidden: true,
        columns: &columns,
        rows,
        empty: lists::nothing(typed, "Заявлений нет"),
    })
}
