//! The list of conclusions as a file: all rows of its filter (02 §2).

use app::conclusions::ListedConclusion;
use axum::response::Response;
use domain::{actor::TenantId, calendar::Zone, life::Place, words::place_name};
use futures::TryStreamExt as _;
use sheets::{Cell, Column, Format};

use super::{Desk, missing};
use crate::{Web, error::Result, sheet};

const COLUMNS: [Column; 10] = sheet::columns(
    [
        "ФИО",
        "Должность",
        "Место работы",
        "Муниципалитет",
        "Период",
        "Состояние",
        "В этом состоянии с",
        "Срок передачи",
        "Кто ещё не подписал",
        "Причина",
    ],
    [36, 30, 40, 30, 24, 26, 20, 16, 30, 50],
);

pub(super) async fn file(
    desk: &Desk<'_>,
    web: &Web,
    format: Format,
    tenant: Option<TenantId>,
    only: Option<Place>,
) -> Result<Response> {
    sheet::count(web, desk.actor.account).await?;
    let zone = web.app.zone();
    let pages = web.app.export_conclusions(desk.actor, tenant, only).await?;
    let rows = pages.map_ok(move |page| page.iter().map(|row| cells(row, zone)).collect());
    sheet::answer(desk.heading, format, &COLUMNS, rows).await
}

fn cells(listed: &ListedConclusion, zone: Zone) -> Vec<Cell> {
    let row = &listed.row;
    let lacking: Vec<&str> = missing(row).into_iter().map(|who| who.name()).collect();
    vec![
        row.name.as_str().into(),
        row.position.as_str().into(),
        row.organisation_name.as_str().into(),
        row.municipality_name.as_str().into(),
        row.period.as_str().into(),
        place_name(row.case.place).into(),
        Cell::Date(zone.date_of(row.moved_at)),
        listed.due.map_or(Cell::Empty, Cell::Date),
        lacking.join(", ").as_str().into(),
        row.reason.as_str().into(),
    ]
}
