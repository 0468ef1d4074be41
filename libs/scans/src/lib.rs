//! Scans read back: from a file a person sent to what stands on each of its sheets, in the words
//! of [`domain::paper::verdict`]. Nothing is decided here, and nothing is stored.
//!
//! [`read`] makes pictures of a file's pages one after another and reads each: its code and the
//! squares of its corners say where the sheet lies, so that signature lines are found on a skewed
//! photograph, too. Reading takes tenths of a second a page: async callers run it on a blocking
//! thread.

mod code;
#[cfg(test)]
mod corpus;
mod dark;
mod file;
mod ink;
mod plane;
mod quality;
mod sheet;

pub use file::{Error, MOST_SHEETS, Picture, pictures, read};

use domain::paper::{layout, verdict::Sheet};

use crate::dark::{Dark, around};

/// A share of dark pixels below which nothing is printed on a sheet.
const EMPTY: f64 = 0.0015;

/// What stands on one sheet.
#[must_use]
pub fn read_sheet(picture: &Picture) -> Sheet {
    let grey = &picture.grey;
    let dark = Dark::of(grey, around(grey));
    let empty = dark.share() < EMPTY;
    let found = (!empty).then(|| code::find(grey, &dark)).flatten();
    let placed = found.as_ref().and_then(|found| sheet::place(found, &dark));
    let Some((code, placed)) = found.map(|found| found.code).zip(placed) else {
        return Sheet {
            code: None,
            empty,
            signatures: Vec::new(),
            dots: rounded(quality::dots_of_whole(grey) * picture.detail),
            edge: quality::edge_of_whole(grey),
            cropped: false,
        };
    };
    let document = code.document;
    let (left, length) = layout::line(document);
    let signatures = code.lines.iter().map(|line| {
        let begin = [left, f64::from(line.down) / 10.0];
        (line.signer, ink::on_line(grey, &placed, begin, length))
    });
    Sheet {
        signatures: signatures.collect(),
        empty: false,
        dots: rounded(quality::dots(document, &placed) * picture.detail),
        edge: quality::edge(document, &placed, grey).or_else(|| quality::edge_of_whole(grey)),
        cropped: quality::cropped(document, &placed, grey),
        code: Some(code),
    }
}

fn rounded(dots: f64) -> u32 {
    dots.round() as u32
}
