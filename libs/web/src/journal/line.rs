//! A line of the journal as a row of the workbook: numbers and days as such, the rest in words.

use app::journal::{self, Line};
use sheets::{Cell, Column};

use crate::sheet;

/// The columns with their widths; a test of the page compares the titles.
pub const COLUMNS: [Column; journal::COLUMNS.len()] = sheet::columns(
    journal::COLUMNS,
    [8, 17, 17, 36, 30, 50, 30, 20, 20, 15, 40, 40, 36],
);

/// Where «ФИО» stands.
pub const PERSON: usize = 3;

/// The cells of a line, one a column.
pub fn cells(line: &Line) -> Vec<Cell> {
    let mut cells: Vec<Cell> = journal::cells(line).into_iter().map(words).collect();
    cells[0] = line.number.map(i64::from).into();
    cells[1] = Cell::Date(line.submitted_on);
    cells[2] = Cell::Date(line.place.date);
    cells
}

fn words(text: String) -> Cell {
    if text.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(text)
    }
}
