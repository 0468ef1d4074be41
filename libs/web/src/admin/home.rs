//! `/admin` «Главная»: the installation in numbers, where an administrator's work lies.

use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};

use crate::{Result, Web, lists, page::Page, visit::Admin};

/// Addresses, names and what is done there.
const SECTIONS: [(&str, &str, &str); 8] = [
    (
        "/admin/municipalities",
        "Муниципалитеты",
        "завести, переименовать, приостановить, выгрузить",
    ),
    (
        "/admin/operators",
        "Операторы",
        "кто работает в Центре аттестации, пригласить",
    ),
    (
        "/admin/reference",
        "Справочники",
        "из чего выбирают: должности, предметы, причины, виды документов",
    ),
    (
        "/admin/settings",
        "Настройки",
        "сроки, ограничения, публикация, второй фактор",
    ),
    (
        "/admin/templates",
        "Шаблоны документов",
        "как выглядят заявления, заключения и другие документы",
    ),
    (
        "/admin/retention",
        "Хранение и уничтожение",
        "срок хранения дел, акты об уничтожении персональных данных",
    ),
    ("/admin/policy", "Права доступа", "кто что может делать"),
    (
        "/admin/audit",
        "Журнал действий",
        "что и когда было сделано, печати журнала",
    ),
];

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/admin", get(show))
}

async fn show(at: Admin, State(web): State<Web>) -> Result<Markup> {
    let counts = web.app.admin_counts(&at.actor).await?;
    Ok(Page::new(&at, "Главная").render(html! {
        (lists::counters(&[
            (counts.municipalities, "Муниципалитеты", "/admin/municipalities"),
            (counts.suspended, "Приостановлены", "/admin/municipalities"),
            (counts.without_coordinator, "Без координатора", "/admin/municipalities"),
            (counts.operators, "Операторы", "/admin/operators"),
            (counts.admins, "Администраторы", "/admin/operators"),
        ]))
        ul class="govuk-list govuk-list--spaced" {
            @for (address, name, what) in SECTIONS {
                li { a class="govuk-link" href=(address) { (name) } " — " (what) }
            }
        }
    }))
}
