//! A line of the journal as the page, the workbook and the paper say it alike.

use app::journal::Line;
use domain::{calendar::text::dotted, life::Status, reference::Category, words::status_name};
use sheets::{Cell, Column};

/// The columns, as the paper journal has them.
pub const COLUMNS: [Column; 13] = [
    Column::new("№", 8),
    Column::new("Дата поступления", 17),
    Column::new("Дата регистрации", 17),
    Column::new("ФИО", 36),
    Column::new("Должность", 30),
    Column::new("Место работы", 50),
    Column::new("Муниципалитет", 30),
    Column::new("Имеющаяся категория", 20),
    Column::new("Заявленная категория", 20),
    Column::new("Форма", 15),
    Column::new("Основание", 40),
    Column::new("Решение", 40),
    Column::new("Кем зарегистрировано", 36),
];

/// Where «ФИО» stands.
pub const PERSON: usize = 3;

/// The cells of a line, one a column.
pub fn cells(line: &Line) -> [Cell; COLUMNS.len()] {
    let person = match line.person.as_str() {
        // SEC-106: the municipality was removed, the line stays.
        "" => "сведения удалены",
        person => person,
    };
    [
        line.number.map(i64::from).into(),
        Cell::Date(line.submitted_on),
        Cell::Date(line.place.date),
        words(person),
        words(&line.position),
        words(&line.organisation),
        words(&line.municipality),
        line.held.map(Category::name).into(),
        line.category.name().into(),
        line.form.name().into(),
        words(&line.ground),
        words(&decision(line)),
        words(&line.registered_by),
    ]
}

/// A cell as text; nothing is empty.
pub fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Date(date) => dotted(*date),
        Cell::Moment(moment) => moment.to_string(),
    }
}

fn words(text: &str) -> Cell {
    match text {
        "" => Cell::Empty,
        text => text.into(),
    }
}

/// What a correction says of its entry; nothing in entries.
fn decision(line: &Line) -> String {
    let status = Status::from_code(&line.decision);
    let said = status.map_or(line.decision.as_str(), |status| status_name(status));
    match line.corrects {
        Some((number, date)) => format!("{said} (запись № {number} от {})", dotted(date)),
        None => said.to_owned(),
    }
}
