//! `/operator` «Консоль оператора»: what waits, the municipalities at a glance, the charts.

use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};

use super::municipalities;
use crate::{Result, Web, figures, lists, page::Page, visit::Operator};

const LIST: &str = "/operator/applications";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/operator", get(show))
}

async fn show(at: Operator, State(web): State<Web>) -> Result<Markup> {
    let (counts, glance) = web.app.operator_counts(&at.actor).await?;
    let all = web.app.figures(&at.actor).await?;
    Ok(Page::new(&at, "Консоль оператора").render(html! {
        (lists::counters(&[
            (counts.simplified, "Очередь: упрощенная форма", "/operator/queue?tab=simplified"),
            (counts.industry, "Очередь: отраслевые", "/operator/queue?tab=industry"),
            (counts.gaps, "Назначить экспертов", "/operator/schedule"),
            (counts.conclusions, "Заключения в Центре", "/operator/conclusions"),
            (counts.registers, "Реестры передачи", "/operator/registers?state=waiting"),
            (counts.withdrawals, "Отзывы на рассмотрении", "/operator/withdrawals"),
        ]))
        (figures::overdue(&all, LIST))
        (municipalities::at_a_glance(&glance))
        (figures::charts(&all, LIST))
    }))
}
