//! `/admin` «Главная»: where an administrator's work lies, and what `ctl` still does.

use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};

use crate::{Result, Web, page::Page, visit::Admin};

/// Addresses, names and what is done there.
const SECTIONS: [(&str, &str, &str); 4] = [
    (
        "/admin/municipalities",
        "Муниципалитеты",
        "завести, переименовать, приостановить, выгрузить",
    ),
    (
        "/admin/operators",
        "Операторы",
        "кто работает в Центре аттестации",
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
    web.app.ensure_open(&at.actor).await?;
    Ok(Page::new(&at, "Главная").render(html! {
        ul class="govuk-list govuk-list--spaced" {
            @for (address, name, what) in SECTIONS {
                li { a class="govuk-link" href=(address) { (name) } " — " (what) }
            }
        }
        p class="govuk-hint" {
            "Новых операторов и справочники пока заводят на сервере: "
            code { "ctl operator add" } ", " code { "ctl reference sync" } "."
        }
    }))
}
