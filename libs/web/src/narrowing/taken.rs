//! A list taken away as a file: all rows of its filter (02 §2).

use app::lists::{Line, Wanted};
use axum::response::Response;
use chrono::NaiveDate;
use domain::{
    actor::Actor,
    calendar::{DaysLeft, Zone},
    life::Status,
    reference::Category,
    words,
};
use futures::TryStreamExt as _;
use maud::Markup;
use sheets::{Cell, Column, Format};

use super::{Asking, Register};
use crate::{Web, error::Result, sheet};

const COLUMNS: [Column; 11] = [
    Column::new("ФИО", 36),
    Column::new("Муниципалитет", 30),
    Column::new("Должность", 30),
    Column::new("Организация", 40),
    Column::new("Заявленная категория", 20),
    Column::new("Подано", 12),
    Column::new("Срок", 12),
    Column::new("Осталось", 22),
    Column::new("Номер", 10),
    Column::new("Дата регистрации", 16),
    Column::new("Состояние", 22),
];

/// The format the address asks for.
#[must_use]
pub fn format(asking: &Asking) -> Option<Format> {
    Format::from_code(&asking.format)
}

/// The buttons of the files.
pub fn buttons(asking: &Asking, register: Register) -> Markup {
    sheet::buttons(|format| asking.address(register, ("format", format)))
}

/// The file.
///
/// # Errors
/// Above the hour's limit, and as [`sheet::answer`].
pub async fn file(
    web: &Web,
    actor: &Actor,
    name: &str,
    format: Format,
    wanted: Wanted,
) -> Result<Response> {
    sheet::count(web, actor.account).await?;
    let (zone, today) = (web.app.zone(), web.app.today());
    let lines = web.app.export_applications(actor, wanted).await?;
    let rows =
        lines.map_ok(move |batch| batch.iter().map(|line| cells(line, zone, today)).collect());
    sheet::answer(name, format, &COLUMNS, rows).await
}

fn cells(line: &Line, zone: Zone, today: NaiveDate) -> Vec<Cell> {
    let submitted = zone.date_of(line.submitted_at);
    let left = (line.status == Status::UnderReview).then(|| DaysLeft::on(today, submitted).words());
    vec![
        line.full_name.as_str().into(),
        line.municipality.as_str().into(),
        line.position.as_str().into(),
        line.organisation.as_str().into(),
        line.category.map(Category::name).into(),
        Cell::Date(submitted),
        Cell::Date(line.due_on),
        left.as_deref().into(),
        line.registered_number.map(i64::from).into(),
        line.registered_on.map_or(Cell::Empty, Cell::Date),
        words::status_name(line.status).into(),
    ]
}
