//! A workbook of one sheet, its rows written out as they come.

use std::{fs::File, io::BufWriter};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::{Cell, Column, Error, MOST_ROWS};

/// The greatest whole number a cell holds exactly: it is a floating-point number inside.
const EXACT: i64 = 1 << 53;

/// Writes the rows.
pub(crate) fn write<E>(
    file: &File,
    columns: &[Column],
    rows: impl Iterator<Item = Result<Vec<Cell>, E>>,
) -> Result<(), Error<E>> {
    let mut book = Workbook::new();
    let sheet = book
        .add_worksheet_with_constant_memory()
        .map_err(Error::file)?;
    head(sheet, columns).map_err(Error::file)?;
    let formats = Formats {
        date: Format::new().set_num_format("dd.mm.yyyy"),
        moment: Format::new().set_num_format("dd.mm.yyyy hh:mm:ss"),
    };
    for (number, row) in (1..).zip(rows) {
        if number > MOST_ROWS {
            return Err(Error::TooMany);
        }
        for (column, cell) in (0..).zip(row.map_err(Error::Rows)?) {
            put(sheet, number, column, cell, &formats).map_err(Error::file)?;
        }
    }
    book.save_to_writer(BufWriter::new(file))
        .map_err(Error::file)
}

struct Formats {
    date: Format,
    moment: Format,
}

fn head(sheet: &mut Worksheet, columns: &[Column]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (number, column) in (0..).zip(columns) {
        sheet.set_column_width(number, column.width)?;
        sheet.write_string_with_format(0, number, column.title, &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: Cell,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        Cell::Number(number) if (-EXACT..=EXACT).contains(&number) => {
            sheet.write_number(row, column, number as f64)?;
        }
        Cell::Number(number) => {
            sheet.write_string(row, column, number.to_string())?;
        }
        Cell::Date(date) => {
            sheet.write_datetime_with_format(row, column, date, &formats.date)?;
        }
        Cell::Moment(moment) => {
            sheet.write_datetime_with_format(row, column, moment, &formats.moment)?;
        }
    }
    Ok(())
}
