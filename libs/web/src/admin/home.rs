//! `/admin` «Главная»: what an administrator does by `ctl` for the time being.

use axum::{Router, routing::get};
use maud::{Markup, html};

use crate::{Web, page::Page, visit::Admin};

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/admin", get(show))
}

async fn show(at: Admin) -> Markup {
    Page::new(&at, "Главная").render(html! {
        p { "Операторы, справочники и права доступа ведутся командой "
            code { "ctl" } " на сервере:" }
        ul {
            li { code { "ctl operator add" } " — пригласить оператора" }
            li { code { "ctl reference sync" } " — обновить справочники" }
            li { code { "ctl policy matrix" } " — показать права доступа" }
        }
    })
}
