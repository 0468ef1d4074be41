//! Reading a small workbook somebody sends: the first sheet as rows of text. What is sent may be
//! anything, so it is measured as it unfolds before it is read.

use std::io::{Cursor, Read as _, copy, sink};

use std::collections::BTreeMap;

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

/// The largest file read, in bytes.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;

/// The most a file may unfold to, in bytes: some thirty times a sheet of a thousand rows.
const MOST_UNFOLDED: u64 = 32 * 1024 * 1024;

/// The most parts a workbook has.
const MOST_PARTS: usize = 1000;

/// The most rows and columns looked into: a stray cell far off asks for no room before it.
const MOST_ROWS: u32 = 5000;
const MOST_COLUMNS: u32 = 100;

/// Why a workbook was not read, in words for whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// Larger than [`MOST_BYTES`], or than anything that unfolds from so much.
    #[error("Файл слишком большой: не более 2 МБ")]
    TooLarge,
    /// Not a workbook, or one with nothing in it.
    #[error("Файл не читается: нужна таблица XLSX с заполненным первым листом")]
    NotAWorkbook,
}

/// The rows of the first sheet of an XLSX, each cell as text; blank rows are left out. Blocks:
/// keep it off the threads of an async runtime.
///
/// # Errors
/// [`NotRead`].
pub fn read(file: &[u8]) -> Result<Vec<Vec<String>>, NotRead> {
    if file.len() > MOST_BYTES {
        return Err(NotRead::TooLarge);
    }
    measure(file)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).map_err(|_| NotRead::NotAWorkbook)?;
    let first = book
        .sheet_names()
        .first()
        .cloned()
        .ok_or(NotRead::NotAWorkbook)?;
    let mut cells = book
        .worksheet_cells_reader(&first)
        .map_err(|_| NotRead::NotAWorkbook)?;
    // Cell by cell: a range has room for every cell between the first and the last.
    let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    let mut left = MOST_UNFOLDED;
    while let Some(cell) = cells.next_cell().map_err(|_| NotRead::NotAWorkbook)? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        if row >= MOST_ROWS || column >= MOST_COLUMNS {
            return Err(NotRead::TooLarge);
        }
        left = left
            .checked_sub(text.len() as u64)
            .ok_or(NotRead::TooLarge)?;
        rows.entry(row).or_default().insert(column, text);
    }
    let width = rows
        .values()
        .filter_map(|row| row.last_key_value())
        .map(|(column, _)| column + 1)
        .max()
        .ok_or(NotRead::NotAWorkbook)?;
    Ok(rows
        .into_values()
        .map(|mut row| {
            (0..width)
                .map(|column| row.remove(&column).unwrap_or_default())
                .collect()
        })
        .collect())
}

fn text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(moment) => moment.to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
    }
}

/// Unfolds every part into nothing, as far as a workbook may unfold: sizes a file tells of itself
/// are not believed.
fn measure(file: &[u8]) -> Result<(), NotRead> {
    let mut parts = ZipArchive::new(Cursor::new(file)).map_err(|_| NotRead::NotAWorkbook)?;
    if parts.len() > MOST_PARTS {
        return Err(NotRead::TooLarge);
    }
    let mut left = MOST_UNFOLDED;
    for index in 0..parts.len() {
        let part = parts.by_index(index).map_err(|_| NotRead::NotAWorkbook)?;
        let unfolded =
            copy(&mut part.take(left + 1), &mut sink()).map_err(|_| NotRead::NotAWorkbook)?;
        left = left.checked_sub(unfolded).ok_or(NotRead::TooLarge)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        io::{Read as _, Write as _},
    };

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;
    use crate::{Cell, Column, Format, write};

    fn book(rows: Vec<Vec<Cell>>) -> Vec<u8> {
        let columns = [Column::new("ФИО", 30), Column::new("№", 5)];
        let rows = rows.into_iter().map(Ok::<_, Infallible>);
        let mut bytes = Vec::new();
        let mut file = write(Format::Xlsx, &columns, rows).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_workbook_is_read_as_it_was_written() {
        let rows = vec![
            vec!["Иванова Мария".into(), Cell::Number(1)],
            vec![Cell::Empty, Cell::Empty],
            vec![" Петров ".into(), Cell::Number(2)],
        ];
        assert_eq!(
            read(&book(rows)).unwrap(),
            [["ФИО", "№"], ["Иванова Мария", "1"], ["Петров", "2"]]
        );
    }

    #[test]
    fn a_stray_cell_far_away_asks_for_no_room() {
        let mut far = rust_xlsxwriter::Workbook::new();
        let sheet = far.add_worksheet();
        sheet.write(0, 0, "ФИО").unwrap();
        sheet.write(1_048_575, 16_383, "x").unwrap();
        assert_eq!(read(&far.save_to_buffer().unwrap()), Err(NotRead::TooLarge));
    }

    #[test]
    fn what_is_no_workbook_or_too_much_is_told() {
        for nonsense in [&b""[..], b"PK", b"%PDF-1.7", &[0; 100]] {
            assert_eq!(read(nonsense), Err(NotRead::NotAWorkbook));
        }
        assert_eq!(read(&vec![0; MOST_BYTES + 1]), Err(NotRead::TooLarge));
        let mut bomb = ZipWriter::new(Cursor::new(Vec::new()));
        bomb.start_file("xl/workbook.xml", SimpleFileOptions::default())
            .unwrap();
        bomb.write_all(&vec![b' '; MOST_UNFOLDED as usize + 1])
            .unwrap();
        let bomb = bomb.finish().unwrap().into_inner();
        assert!(bomb.len() < MOST_BYTES, "{}", bomb.len());
        assert_eq!(read(&bomb), Err(NotRead::TooLarge));
    }
}
