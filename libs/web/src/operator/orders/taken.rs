//! The orders there are, as a file (02 §2).

use app::orders::Order;
use axum::response::Response;
use futures::TryStreamExt as _;
use sheets::{Cell, Column, Format};

use super::HEADING;
use crate::{Web, error::Result, sheet, visit::Operator};

const COLUMNS: [Column; 4] = sheet::columns(
    [
        "Номер распоряжения",
        "Дата распоряжения",
        "Файл распоряжения",
        "Решений",
    ],
    [22, 20, 50, 10],
);

pub(super) async fn file(at: &Operator, web: &Web, format: Format) -> Result<Response> {
    sheet::count(web, at.actor.account).await?;
    let pages = web.app.export_orders(&at.actor).await?;
    let rows = pages.map_ok(|page| page.iter().map(cells).collect());
    sheet::answer(HEADING, format, &COLUMNS, rows).await
}

fn cells(order: &Order) -> Vec<Cell> {
    vec![
        order.number.as_str().into(),
        Cell::Date(order.date),
        order.file_name.as_str().into(),
        order.decisions.into(),
    ]
}
