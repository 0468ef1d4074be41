//! `/profile/letters`: «Мои письма», what was told and when; links are never shown again.

use axum::extract::State;
use maud::{Markup, html};
use ui::{Column, Table};

use crate::{
    Web,
    cabinet::{acting, ended, in_use},
    error::Result,
    page::Page,
    visit::Person,
};

/// The page.
pub async fn get(at: Person, State(web): State<Web>) -> Result<Markup> {
    let letters = ended(&at, web.app.letters(acting(&at)?, in_use(&at)).await).await?;
    let zone = web.app.zone();
    let rows = letters
        .iter()
        .map(|letter| {
            vec![
                html! { (ui::ru::date_time(&zone.local(letter.at))) },
                html! { "Аттестация: " (letter.subject) },
                html! { @if letter.sent { "отправлено" } @else { "отправляется" } },
            ]
        })
        .collect();
    Ok(Page::new(&at, "Мои письма").back("/profile").render(html! {
        (ui::table(Table {
            caption: "Письма, отправленные Вам",
            columns: &[Column::text("Дата"), Column::text("Тема"), Column::text("Состояние")],
            rows,
            empty: "Писем пока нет.",
            ..Table::default()
        }))
        p class="govuk-hint" { "Ссылки из писем здесь не показываются." }
    }))
}
