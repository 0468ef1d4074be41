//! «График» as a file: all rows of its filter, for operators the gaps first (02 §2).

use app::schedule::{Line, Wanted};
use axum::response::Response;
use domain::{actor::Actor, calendar::Zone, life::PeriodMark, words::place_name};
use futures::TryStreamExt as _;
use sheets::{Cell, Column, Format};

use super::table::{described, left_out};
use crate::{Web, error::Result, sheet};

const COLUMNS: [Column; 9] = sheet::columns(
    [
        "ФИО",
        "Муниципалитет",
        "Должность",
        "Организация",
        "Аттестационный период",
        "Специалист 1",
        "Специалист 2",
        "Ждёт оператора с",
        "Итоговое заключение",
    ],
    [36, 30, 30, 40, 30, 44, 44, 18, 26],
);

/// The file.
///
/// # Errors
/// Above the hour's limit, and as [`sheet::answer`].
pub async fn file(web: &Web, actor: &Actor, format: Format, wanted: Wanted) -> Result<Response> {
    sheet::count(web, actor.account).await?;
    let zone = web.app.zone();
    let pages = web.app.export_schedule(actor, wanted).await?;
    let rows = pages.map_ok(move |page| page.iter().map(|line| cells(line, zone)).collect());
    sheet::answer("График", format, &COLUMNS, rows).await
}

fn cells(line: &Line, zone: Zone) -> Vec<Cell> {
    let period = match line.mark {
        _ if line.left_out => left_out(&line.period),
        PeriodMark::Approved => format!("{} (период закрыт)", line.period),
        PeriodMark::Preliminary | PeriodMark::None => line.period.clone(),
    };
    let expert = |place: usize| line.experts.get(place).map(described).unwrap_or_default();
    let waits = line.gap_since.map(|since| zone.date_of(since));
    vec![
        line.full_name.as_str().into(),
        line.municipality.as_str().into(),
        line.position.as_str().into(),
        line.organisation.as_str().into(),
        period.as_str().into(),
        expert(0).as_str().into(),
        expert(1).as_str().into(),
        waits.map_or(Cell::Empty, Cell::Date),
        place_name(line.place).into(),
    ]
}
