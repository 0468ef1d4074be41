//! CSV as the spreadsheets of this country open it by a double click.

use std::{
    borrow::Cow,
    fs::File,
    io::{BufWriter, Write as _},
};

use csv::{Terminator, WriterBuilder};

use crate::{Cell, Column, Error};

/// What makes a spreadsheet compute a cell when it comes first (SEC-34).
const ACTIVE: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes the rows.
pub(crate) fn write<E>(
    file: &File,
    columns: &[Column],
    rows: impl Iterator<Item = Result<Vec<Cell>, E>>,
) -> Result<(), Error<E>> {
    let mut out = BufWriter::new(file);
    // Without the mark Excel takes the text for Windows-1251.
    out.write_all("\u{feff}".as_bytes()).map_err(Error::file)?;
    let mut csv = WriterBuilder::new()
        .delimiter(b';')
        .terminator(Terminator::CRLF)
        .from_writer(out);
    let titles = columns.iter().map(|column| column.title);
    csv.write_record(titles).map_err(Error::file)?;
    for row in rows {
        let row = row.map_err(Error::Rows)?;
        let cells: Vec<Cow<'_, str>> = row.iter().map(text).collect();
        csv.write_record(cells.iter().map(|cell| cell.as_bytes()))
            .map_err(Error::file)?;
    }
    csv.flush().map_err(Error::file)
}

fn text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) if text.starts_with(ACTIVE) => Cow::Owned(format!("'{text}")),
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Number(number) => Cow::Owned(number.to_string()),
        Cell::Date(date) => Cow::Owned(date.format("%d.%m.%Y").to_string()),
        Cell::Moment(moment) => Cow::Owned(moment.format("%d.%m.%Y %H:%M:%S").to_string()),
    }
}
