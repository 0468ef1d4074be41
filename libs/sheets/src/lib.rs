//! Tables as files: XLSX and CSV with one header row, written row by row in constant memory
//! into a temporary file that is gone once it is closed. What stands in the rows, what the
//! file is called and who may have it is the caller's; this crate knows cells only. A small
//! workbook that is sent is read back as rows of text.
//!
//! No cell is ever a formula (SEC-34): XLSX stores text as text, CSV gets a `'` before what a
//! spreadsheet would compute.

mod csv;
mod read;
mod xlsx;

use std::{fs::File, io::Seek as _};

use chrono::{NaiveDate, NaiveDateTime};

pub use read::{MOST_BYTES, NotRead, read};

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As spreadsheets of this country open it: UTF-8 with a mark, columns apart by `;`.
    Csv,
    /// A workbook of one sheet.
    Xlsx,
}

impl Format {
    /// The format an address asks for by its code; `None` for anything else.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// The code, which is the ending of the file's name as well.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The content type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A column: what its header says and how wide it is in characters.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The header.
    pub title: &'static str,
    /// The width, in characters; CSV has none.
    pub width: u16,
}

impl Column {
    /// A column of this header and width.
    #[must_use]
    pub const fn new(title: &'static str, width: u16) -> Self {
        Self { title, width }
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text, kept as it is.
    Text(String),
    /// A number one may count with. What is only called a number (of an account, of an
    /// application) is better off as it too: it sorts.
    Number(i64),
    /// A day.
    Date(NaiveDate),
    /// A moment, in the zone the reader lives in.
    Moment(NaiveDateTime),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// Why a file was not written; `E` is what the rows come from.
#[derive(Debug, thiserror::Error)]
pub enum Error<E> {
    /// The rows broke off.
    #[error("строки таблицы не прочитаны")]
    Rows(#[source] E),
    /// There are more rows than [`MOST_ROWS`], and only [`Format::Csv`] has no end.
    #[error("строк больше, чем вмещает лист")]
    TooMany,
    /// The disk did not take it.
    #[error("файл таблицы не записан")]
    File(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl<E> Error<E> {
    fn file(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::File(source.into())
    }
}

/// How many rows a sheet of a workbook takes below its header.
pub const MOST_ROWS: u32 = (1 << 20) - 1;

/// Writes a table and returns its file, at its beginning. Blocks: keep it off the threads of
/// an async runtime.
///
/// # Errors
/// [`Error::Rows`] with the first row that failed, [`Error::TooMany`], [`Error::File`].
pub fn write<E>(
    format: Format,
    columns: &[Column],
    rows: impl Iterator<Item = Result<Vec<Cell>, E>>,
) -> Result<File, Error<E>> {
    let mut file = tempfile::tempfile().map_err(Error::file)?;
    match format {
        Format::Csv => csv::write(&file, columns, rows)?,
        Format::Xlsx => xlsx::write(&file, columns, rows)?,
    }
    file.rewind().map_err(Error::file)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, io::Read as _};

    use super::*;

    const COLUMNS: [Column; 3] = [
        Column::new("Время", 18),
        Column::new("Кто", 10),
        Column::new("Слова", 30),
    ];

    fn moment() -> NaiveDateTime {
        "2026-12-02T14:05:09".parse().unwrap()
    }

    fn bytes(format: Format, rows: Vec<Vec<Cell>>) -> Vec<u8> {
        let rows = rows.into_iter().map(Ok::<_, Infallible>);
        let mut bytes = Vec::new();
        let mut file = write(format, &COLUMNS, rows).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn sec_34_no_cell_of_csv_is_a_formula() {
        let hostile = [
            "=1+1",
            "+7",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "a;b",
            "«тихо»",
        ];
        let rows = hostile
            .iter()
            .map(|&text| vec![Cell::Moment(moment()), Cell::Number(-5), text.into()]);
        let text = String::from_utf8(bytes(Format::Csv, rows.collect())).unwrap();
        assert_eq!(
            text,
            "\u{feff}Время;Кто;Слова\r\n\
             02.12.2026 14:05:09;-5;'=1+1\r\n\
             02.12.2026 14:05:09;-5;'+7\r\n\
             02.12.2026 14:05:09;-5;'-1\r\n\
             02.12.2026 14:05:09;-5;'@SUM(A1)\r\n\
             02.12.2026 14:05:09;-5;'\tx\r\n\
             02.12.2026 14:05:09;-5;\"'\rx\"\r\n\
             02.12.2026 14:05:09;-5;\"a;b\"\r\n\
             02.12.2026 14:05:09;-5;«тихо»\r\n"
        );
    }

    #[test]
    fn a_sheet_has_an_end_and_says_so() {
        let rows = |most| (0..most).map(|_| Ok::<_, Infallible>(vec![Cell::Empty; 3]));
        assert!(write(Format::Xlsx, &COLUMNS, rows(MOST_ROWS)).is_ok());
        let more = write(Format::Xlsx, &COLUMNS, rows(MOST_ROWS + 1));
        assert!(matches!(more, Err(Error::TooMany)), "{more:?}");
        assert!(write(Format::Csv, &COLUMNS, rows(MOST_ROWS + 1)).is_ok());
    }

    #[test]
    fn a_workbook_holds_every_row() {
        let few = bytes(Format::Xlsx, vec![]);
        let rows = (0..5000).map(|n| vec![Cell::Moment(moment()), Cell::Number(n), "=1+1".into()]);
        let many = bytes(Format::Xlsx, rows.collect());
        assert!(many.starts_with(b"PK") && many.len() > few.len() + 5000);
    }

    #[test]
    fn rows_that_break_off_leave_no_file() {
        for format in [Format::Csv, Format::Xlsx] {
            let rows = [Ok(vec![Cell::Empty; 3]), Err("lost")].into_iter();
            assert!(matches!(
                write(format, &COLUMNS, rows),
                Err(Error::Rows("lost"))
            ));
        }
    }
}
