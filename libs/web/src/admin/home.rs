//! `/admin` «Главная»: what an administrator does by `ctl` for the time being.

use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};

use crate::{Result, Web, page::Page, visit::Admin};

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/admin", get(show))
}

async fn show(at: Admin, State(web): State<Web>) -> Result<Markup> {
    web.app.ensure_open(&at.actor).await?;
    Ok(Page::new(&at, "Главная").render(html! {
        p { "Муниципалитеты, операторы и справочники ведутся командой "
            code { "ctl" } " на сервере:" }
        ul {
            li { code { "ctl municipality add" } " — добавить муниципалитет" }
            li { code { "ctl operator add" } " — пригласить оператора" }
            li { code { "ctl reference sync" } " — обновить справочники" }
        }
    }))
}
