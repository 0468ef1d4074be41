//! What is told of a scan that came back: whether it is the right paper in its newest edition, with
//! all pages in order, signed and legible. Everything found is a warning in words its sender can act
//! on and a flag for who checks. Nothing found stops anybody: a picture can always be misread.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Document, PageCode, ShortId};
use crate::checks::Flag;

mod judging;
mod words;

use judging::Judging;

/// Dots to an inch below which small print of a scan cannot be read surely.
pub const FEWEST_DOTS: u32 = 120;

/// The widest a printed edge may be smeared, in millimetres: as much as half a letter's stroke and
/// its gap.
pub const WIDEST_EDGE: f64 = 0.8;

/// Whether there is ink on a signature line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// There is.
    Present,
    /// There is none.
    Blank,
    /// The picture does not show the line well enough.
    Unclear,
}

/// What was read on one sheet of a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its code.
    pub code: Option<PageCode>,
    /// Nothing is on it: the back of a sheet printed on one side.
    pub empty: bool,
    /// The signature lines its code tells of, by the signers' numbers.
    pub signatures: Vec<(u8, Ink)>,
    /// Dots to an inch of the paper.
    pub dots: u32,
    /// How wide a printed edge is, in millimetres; none where there is nothing to see it by.
    pub edge: Option<f64>,
    /// Something of what is printed lies outside of the picture.
    pub cropped: bool,
}

impl Sheet {
    fn is_blurred(&self) -> bool {
        self.edge.is_some_and(|edge| edge > WIDEST_EDGE)
    }

    fn is_poor(&self) -> bool {
        self.is_blurred() || self.dots < FEWEST_DOTS || self.cropped
    }
}

/// What a scan is to be.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Which kind of paper.
    pub document: Document,
    /// Which one.
    pub id: ShortId,
    /// The edition in force.
    pub edition: u32,
    /// When that was formed; told of a scan of an older one.
    pub formed_on: Option<NaiveDate>,
    /// Whose signatures are due, numbers in [`Document::signers`].
    pub due: Vec<u8>,
}

/// Why a file could not be read as a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unopened {
    /// It is damaged.
    Broken,
    /// It opens with a password only.
    Locked,
    /// Its pictures are larger than any scan.
    TooLarge,
    /// It is neither a PDF nor a picture.
    OtherKind,
}

/// Something about a scan that its sender should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The file was not read.
    Unopened(Unopened),
    /// Sheets of another paper.
    WrongDocument {
        /// The sheets of the scan.
        sheets: Vec<usize>,
        /// What they are of.
        found: Document,
        /// Which one.
        id: ShortId,
    },
    /// Pages of an edition that is no longer in force.
    OldEdition {
        /// The pages; empty if there is no page of the edition in force.
        pages: Vec<u16>,
    },
    /// Pages of an edition that has not been formed.
    UnknownEdition,
    /// Pages that are not in the scan.
    Missing {
        /// The pages.
        pages: Vec<u16>,
    },
    /// Pages that are in it more than once.
    Repeated {
        /// The pages.
        pages: Vec<u16>,
    },
    /// The pages do not follow each other.
    OutOfOrder {
        /// The pages as they come.
        pages: Vec<u16>,
    },
    /// Sheets without a code where pages are missing.
    NoCode {
        /// The sheets of the scan.
        sheets: Vec<usize>,
    },
    /// A line nobody signed on.
    Unsigned {
        /// The page.
        page: u16,
        /// Whose it is.
        signer: u8,
    },
    /// A line of which it cannot be told.
    SignatureUnclear {
        /// The page.
        page: u16,
        /// Whose it is.
        signer: u8,
    },
    /// Sheets that are smeared.
    Blurred {
        /// The sheets of the scan.
        sheets: Vec<usize>,
    },
    /// Sheets with too few dots.
    LowResolution {
        /// The sheets of the scan.
        sheets: Vec<usize>,
        /// The fewest dots to an inch among them.
        dots: u32,
    },
    /// Sheets with something cut off.
    Cropped {
        /// The sheets of the scan.
        sheets: Vec<usize>,
    },
}

/// What is told of a scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Of which kind of paper.
    pub document: Document,
    /// When the edition in force was formed.
    pub formed_on: Option<NaiveDate>,
    /// What was found, the gravest first; nothing: all is well.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// A file that could not be read.
    #[must_use]
    pub fn unopened(expected: &Expected, why: Unopened) -> Self {
        Self {
            document: expected.document,
            formed_on: expected.formed_on,
            findings: vec![Finding::Unopened(why)],
        }
    }

    /// Nothing to look at.
    #[must_use]
    pub const fn is_green(&self) -> bool {
        self.findings.is_empty()
    }

    /// The findings as sentences for who sent the scan.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        self.findings
            .iter()
            .map(|finding| finding.words(self.document, self.formed_on))
            .collect()
    }

    /// The same for who checks it, if there is something.
    #[must_use]
    pub fn flag(&self) -> Option<Flag> {
        (!self.is_green()).then(|| Flag {
            code: "scan",
            words: format!("Скан: {}", self.words().join(" ")),
            advice: "",
        })
    }
}

/// How far the reading of a scan is: what is kept of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// It is still to be read.
    Open,
    /// It was read.
    Done(Verdict),
    /// It could not be, however often it was tried: people look themselves.
    Failed,
}

impl Reading {
    /// What was found, for who checks the paper, if there is something.
    #[must_use]
    pub fn flag(&self) -> Option<Flag> {
        match self {
            Self::Done(verdict) => verdict.flag(),
            Self::Open | Self::Failed => None,
        }
    }
}

/// What is told of a scan with these sheets.
#[must_use]
pub fn judge(expected: &Expected, sheets: &[Sheet]) -> Verdict {
    let mut judging = Judging::new(expected);
    for (at, sheet) in (1..).zip(sheets) {
        judging.take(at, sheet);
    }
    Verdict {
        document: expected.document,
        formed_on: expected.formed_on,
        findings: judging.findings(),
    }
}

#[cfg(test)]
mod tests;
