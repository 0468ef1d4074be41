//! The list of withdrawals as a file: all rows of its filter (02 §2).

use app::withdrawals::{Filter, Listed};
use axum::response::Response;
use domain::words::withdrawal_name;
use futures::TryStreamExt as _;
use sheets::{Cell, Column, Format};

use super::Desk;
use crate::{Web, error::Result, sheet};

const COLUMNS: [Column; 8] = sheet::columns(
    [
        "ФИО",
        "Должность",
        "Место работы",
        "Муниципалитет",
        "Отзыв в связи с",
        "Кто отзывает",
        "Состояние",
        "Причина отклонения",
    ],
    [36, 30, 40, 30, 40, 26, 20, 40],
);

pub(super) async fn file(
    desk: &Desk<'_>,
    web: &Web,
    format: Format,
    filter: Filter,
) -> Result<Response> {
    sheet::count(web, desk.actor.account).await?;
    let pages = web.app.export_withdrawals(desk.actor, filter).await?;
    let rows = pages.map_ok(|page| page.iter().map(|(row, _)| cells(row)).collect());
    sheet::answer("Отзывы", format, &COLUMNS, rows).await
}

fn cells(row: &Listed) -> Vec<Cell> {
    vec![
        row.full_name.as_str().into(),
        row.position_name.as_str().into(),
        row.organisation_name.as_str().into(),
        row.municipality_name.as_str().into(),
        row.reason.as_str().into(),
        row.by_role.name().into(),
        withdrawal_name(row.state).into(),
        row.answer.as_str().into(),
    ]
}
