//! The registered applications one may print, as a file: all rows of the filter (02 §2).

use app::{journal::Filter, printing::Line};
use axum::response::Response;
use domain::words::status_name;
use futures::TryStreamExt as _;
use sheets::{Cell, Column, Format};

use super::{Desk, HEADING};
use crate::{error::Result, sheet};

const COLUMNS: [Column; 7] = sheet::columns(
    [
        "№",
        "Дата регистрации",
        "ФИО",
        "Должность",
        "Место работы",
        "Муниципалитет",
        "Состояние",
    ],
    [8, 16, 36, 30, 40, 30, 22],
);

pub(super) async fn file(desk: &Desk<'_>, format: Format, filter: Filter) -> Result<Response> {
    sheet::count(desk.web, desk.actor.account).await?;
    let app = &desk.web.app;
    let pages = app
        .export_printable(desk.actor, filter, desk.wanted.q.clone())
        .await?;
    let rows = pages.map_ok(|page| page.iter().map(cells).collect());
    sheet::answer(HEADING, format, &COLUMNS, rows).await
}

fn cells(line: &Line) -> Vec<Cell> {
    vec![
        i64::from(line.place.line).into(),
        Cell::Date(line.place.date),
        line.full_name.as_str().into(),
        line.position.as_str().into(),
        line.organisation.as_str().into(),
        line.municipality.as_str().into(),
        status_name(line.status).into(),
    ]
}
