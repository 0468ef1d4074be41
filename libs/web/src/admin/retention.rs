//! `/admin/retention` «Хранение и уничтожение» (R-CONS-1, SEC-87): how long cases are kept, what leaves
//! next, the acts of what was destroyed, and what stays of it: numbers by year.

use app::retention::{Act, Past, Retention};
use axum::{
    Router,
    extract::{Query, State},
    response::Response,
    routing::get,
};
use domain::calendar::{Zone, dotted, text::plural};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Fact, Table};

use crate::{Result, Web, download::download, id::Id, lists, page::Page, visit::Admin};

const PATH: &str = "/admin/retention";
const HEADING: &str = "Хранение и уничтожение";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/admin/retention/{id}/act", get(act))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: String,
}

async fn show(at: Admin, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let after = lists::after(&asked.after);
    let shown = web.app.retention(&at.actor, after).await?;
    Ok(Page::new(&at, HEADING).render(html! {
        p { "Дело хранится до конца срока, который считается с конца года, когда принято решение, заявление "
            "отклонено или отозвано. Потом система уничтожает его сама и составляет акт. Номер и дата в журнале "
            "регистрации остаются." }
        (terms(&shown))
        p { "Если срок сократить, более короткий начнёт действовать через 30 дней: до тех пор ничего по нему не уничтожат." }
        h2 { "Акты об уничтожении персональных данных" }
        p { "Акт составляется и тогда, когда человек отозвал согласие или удалил свою регистрацию. Распечатайте акт, "
            "подпишите и храните; в системе он тоже остаётся." }
        (acts(web.app.zone(), &shown.acts.rows))
        (lists::next_page(&format!("{PATH}?"), "after", shown.acts.next))
        h2 { "Уничтоженные дела по годам" }
        p { "Только количество, без сведений о людях." }
        (past(&shown.past))
    }))
}

async fn act(at: Admin, State(web): State<Web>, Id(id): Id) -> Result<Response> {
    let (name, file) = web.app.open_act(&at.actor, id).await?;
    Ok(download(&name, file))
}

fn terms(shown: &Retention) -> Markup {
    let years = plural(shown.years, ["год", "года", "лет"]);
    let term = html! {
        (shown.years) " " (years) " ("
        a class="govuk-link" href="/admin/settings" { "изменить в настройках" } ")"
    };
    ui::summary(&[
        Fact {
            value: term,
            ..Fact::text("Срок хранения дел", "")
        },
        Fact::text(
            "Уже не хранятся",
            &format!(
                "завершённые по {} включительно",
                dotted(shown.counts.through)
            ),
        ),
        Fact::text(
            "Будет уничтожено в ближайшее время",
            &shown.counts.due.to_string(),
        ),
        Fact::text(
            "Срок истекает в конце этого года",
            &shown.counts.this_year.to_string(),
        ),
    ])
}

fn acts(zone: Zone, acts: &[Act]) -> Markup {
    let rows = acts.iter().map(|act| {
        let name = format!("{}/{}", act.number, act.year);
        vec![
            html! { (name) },
            html! { (ui::ru::date_time(&zone.local(act.opened_at))) },
            html! { (act.basis.name()) },
            html! { (act.subjects) },
            html! {
                @if act.printed {
                    a class="govuk-link" href={ (PATH) "/" (act.public_id) "/act" } {
                        "Скачать (PDF)" span class="govuk-visually-hidden" { " акт № " (name) }
                    }
                } @else { "готовится" }
            },
        ]
    });
    ui::table(Table {
        caption: "Акты об уничтожении персональных данных",
        caption_hidden: true,
        columns: &[
            Column::text("№"),
            Column::text("Когда"),
            Column::text("Основание"),
            Column::number("Дел и учётных записей"),
            Column::text("Акт"),
        ],
        rows: rows.collect(),
        empty: "Ещё ничего не уничтожали.",
    })
}

fn past(years: &[Past]) -> Markup {
    let rows = years.iter().map(|past| {
        let all = past.granted + past.refused + past.rejected + past.withdrawn;
        let year = html! { (past.year) };
        let counts = [
            past.granted,
            past.refused,
            past.rejected,
            past.withdrawn,
            all,
        ];
        std::iter::once(year)
            .chain(counts.map(|count| html! { (count) }))
            .collect()
    });
    ui::table(Table {
        caption: "Уничтоженные дела по годам",
        caption_hidden: true,
        columns: &[
            Column::text("Год завершения"),
            Column::number("Категория установлена"),
            Column::number("Отказано"),
            Column::number("Отклонено"),
            Column::number("Отозвано"),
            Column::number("Всего"),
        ],
        rows: rows.collect(),
        empty: "Ещё ничего не уничтожали.",
    })
}
