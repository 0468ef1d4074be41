//! `/municipal`: the coordinator's cabinet, the numbers of what waits, the charts.

use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};

use crate::{Result, Web, figures, lists, page::Page, visit::Municipal};

const LIST: &str = "/municipal/applications";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/municipal", get(show))
}

async fn show(at: Municipal, State(web): State<Web>) -> Result<Markup> {
    let counts = web.app.municipal_counts(&at.actor).await?;
    let all = web.app.figures(&at.actor).await?;
    let page = Page::new(&at, "Личный кабинет муниципального координатора");
    let page = match at.cabinet() {
        Some(cabinet) => page.caption(&cabinet.title),
        None => page,
    };
    Ok(page.render(html! {
        (lists::counters(&[
            (counts.new, "Новые заявления", "/municipal/applications"),
            (counts.ending, "Срок истекает", "/municipal/applications?term=pressing"),
            (counts.without_period, "Без периода", "/municipal/schedule?without_period=yes"),
            (counts.without_experts, "Без экспертов", "/municipal/schedule?without_experts=yes"),
            (counts.conclusions, "Заключения к 15 числу", "/municipal/conclusions/month"),
            (counts.withdrawals, "Отзывы", "/municipal/withdrawals"),
            (counts.not_applied, "Не подали заявление", "/municipal/not-applied"),
        ]))
        p { a class="govuk-link" href="/municipal/transfers" { "Переводы" } }
        (figures::overdue(&all, LIST))
        (figures::charts(&all, LIST))
    }))
}
