//! Where on a sheet the code, the squares of the corners and the signatures are, in millimetres
//! from its upper left edge. Printing and reading take it from here, so they cannot differ.
//!
//! The code fills the lower left corner, the binding margin of an upright sheet; a black square
//! stands in each other corner, as on papers read by machines everywhere. Together they are four
//! points as far apart as a sheet allows: what lies between them is found to a millimetre on a
//! skewed photograph, too.

use super::Document;

/// A point of a sheet: millimetres to the right and down.
pub type Point = [f64; 2];

/// The side of the code.
pub const CODE_SIDE: f64 = 17.0;

/// Modules in a row of the code.
pub const CODE_MODULES: u8 = 25;

/// The side of a square.
pub const SQUARE_SIDE: f64 = 3.5;

/// How far what is printed in the corners stays from the edges: outside of what printers cannot
/// print, and on the sheet when it lies askew on the glass.
pub const INSET: f64 = 9.25;

/// How much is kept free above a signature line.
pub const SIGNATURE_HEIGHT: f64 = 11.0;

/// The size of a document's sheets.
#[must_use]
pub const fn size(document: Document) -> Point {
    match document {
        Document::Application | Document::Withdrawal | Document::Conclusion => [210.0, 297.0],
        Document::Schedule => [297.0, 210.0],
    }
}

/// The upper left corner of the code.
#[must_use]
pub const fn code(document: Document) -> Point {
    let [_, height] = size(document);
    [INSET, height - INSET - CODE_SIDE]
}

/// The middles of the squares: upper left, upper right, lower right.
#[must_use]
pub const fn squares(document: Document) -> [Point; 3] {
    let [width, height] = size(document);
    let inset = INSET + SQUARE_SIDE / 2.0;
    [
        [inset, inset],
        [width - inset, inset],
        [width - inset, height - inset],
    ]
}

/// Where a signature line begins, from the left, and how long it is. How far down it is differs
/// from paper to paper: the page's code tells.
#[must_use]
pub const fn line(document: Document) -> (f64, f64) {
    match document {
        Document::Application | Document::Withdrawal => (130.0, 65.0),
        Document::Conclusion => (120.0, 75.0),
        Document::Schedule => (90.0, 60.0),
    }
}
