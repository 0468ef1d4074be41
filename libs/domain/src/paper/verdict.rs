//! What is told of a scan that came back: whether it is the right paper in its newest edition, with
//! all pages in order, signed and legible. Everything found is a warning in words its sender can act
//! on and a flag for who checks. Nothing found stops anybody: a picture can always be misread.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Document, PageCode, ShortId};
use crate::checks::Flag;

mod words;

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
    /// Its code; the one of the paper that is checked, if there are several.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
        })
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

/// The sheets of a scan sorted by what they are.
struct Judging<'a> {
    expected: &'a Expected,
    /// Pages of the edition in force, as they come.
    pages: Vec<u16>,
    of: u16,
    old: BTreeSet<u16>,
    unknown: bool,
    strange: Vec<(Document, ShortId, Vec<usize>)>,
    signatures: BTreeMap<(u16, u8), Ink>,
    uncoded: Vec<usize>,
    blurred: Vec<usize>,
    coarse: Vec<usize>,
    fewest_dots: u32,
    cropped: Vec<usize>,
}

impl<'a> Judging<'a> {
    fn new(expected: &'a Expected) -> Self {
        Self {
            expected,
            pages: Vec::new(),
            of: 0,
            old: BTreeSet::new(),
            unknown: false,
            strange: Vec::new(),
            signatures: BTreeMap::new(),
            uncoded: Vec::new(),
            blurred: Vec::new(),
            coarse: Vec::new(),
            fewest_dots: u32::MAX,
            cropped: Vec::new(),
        }
    }

    fn take(&mut self, at: usize, sheet: &Sheet) {
        match &sheet.code {
            None if sheet.empty => return,
            None => self.uncoded.push(at),
            Some(code) => self.take_coded(at, code, sheet),
        }
        if sheet.edge.is_some_and(|edge| edge > WIDEST_EDGE) {
            self.blurred.push(at);
        } else if sheet.dots < FEWEST_DOTS {
            self.coarse.push(at);
            self.fewest_dots = self.fewest_dots.min(sheet.dots);
        }
        if sheet.cropped {
            self.cropped.push(at);
        }
    }

    fn take_coded(&mut self, at: usize, code: &PageCode, sheet: &Sheet) {
        let expected = self.expected;
        if (code.document, code.id) != (expected.document, expected.id) {
            let known = (self.strange.iter_mut())
                .find(|(document, id, _)| (*document, *id) == (code.document, code.id));
            match known {
                Some((_, _, sheets)) => sheets.push(at),
                None => self.strange.push((code.document, code.id, vec![at])),
            }
            return;
        }
        if code.edition < expected.edition {
            self.old.insert(code.page);
            return;
        }
        // A schedule's editions are days: printed later than it had to be is as good.
        if code.edition > expected.edition && expected.document != Document::Schedule {
            self.unknown = true;
            return;
        }
        self.pages.push(code.page);
        self.of = self.of.max(code.pages);
        for (signer, ink) in &sheet.signatures {
            let best = self.signatures.entry((code.page, *signer)).or_insert(*ink);
            // A page scanned twice is signed if one of the two is.
            *best = match (*best, ink) {
                (Ink::Present, _) | (_, Ink::Present) => Ink::Present,
                (Ink::Unclear, _) | (_, Ink::Unclear) => Ink::Unclear,
                (Ink::Blank, Ink::Blank) => Ink::Blank,
            };
        }
    }

    fn findings(mut self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let present: BTreeSet<u16> = self.pages.iter().copied().collect();
        let missing: Vec<u16> = (1..=self.of)
            .filter(|page| !present.contains(page) && !self.old.contains(page))
            .collect();
        for (found, id, sheets) in std::mem::take(&mut self.strange) {
            findings.push(Finding::WrongDocument { sheets, found, id });
        }
        let of_ours = !self.pages.is_empty();
        if !self.old.is_empty() {
            let pages = if of_ours {
                self.old.iter().copied().collect()
            } else {
                Vec::new()
            };
            findings.push(Finding::OldEdition { pages });
        }
        if self.unknown {
            findings.push(Finding::UnknownEdition);
        }
        // A sheet that cannot be read may be the missing page; where none is missing it is
        // something that was sent along.
        let nothing_read = findings.is_empty() && !of_ours;
        let uncoded = std::mem::take(&mut self.uncoded);
        if missing.len() > uncoded.len() {
            findings.push(Finding::Missing { pages: missing });
        } else if !missing.is_empty() || nothing_read {
            self.explain(uncoded, &mut findings);
        } else {
            for sheets in [&mut self.blurred, &mut self.coarse, &mut self.cropped] {
                sheets.retain(|at| !uncoded.contains(at));
            }
        }
        self.order(&mut findings);
        self.unsigned(&mut findings);
        self.quality(&mut findings);
        findings
    }

    /// Sheets without a code: what is wrong with the picture tells more, where something is.
    fn explain(&self, uncoded: Vec<usize>, findings: &mut Vec<Finding>) {
        let sheets: Vec<usize> = uncoded
            .into_iter()
            .filter(|at| {
                ![&self.blurred, &self.coarse, &self.cropped]
                    .iter()
                    .any(|bad| bad.contains(at))
            })
            .collect();
        let explained =
            !(self.blurred.is_empty() && self.coarse.is_empty()) || !self.cropped.is_empty();
        if !sheets.is_empty() || !explained {
            findings.push(Finding::NoCode { sheets });
        }
    }

    fn order(&self, findings: &mut Vec<Finding>) {
        let mut seen = BTreeSet::new();
        let mut repeated = BTreeSet::new();
        let mut once = Vec::new();
        for page in &self.pages {
            if seen.insert(*page) {
                once.push(*page);
            } else {
                repeated.insert(*page);
            }
        }
        if !once.is_sorted() {
            findings.push(Finding::OutOfOrder { pages: once });
        }
        if !repeated.is_empty() {
            findings.push(Finding::Repeated {
                pages: repeated.into_iter().collect(),
            });
        }
    }

    fn unsigned(&self, findings: &mut Vec<Finding>) {
        for (&(page, signer), ink) in &self.signatures {
            if !self.expected.due.contains(&signer) {
                continue;
            }
            match ink {
                Ink::Present => {}
                Ink::Blank => findings.push(Finding::Unsigned { page, signer }),
                Ink::Unclear => findings.push(Finding::SignatureUnclear { page, signer }),
            }
        }
    }

    fn quality(self, findings: &mut Vec<Finding>) {
        if !self.blurred.is_empty() {
            findings.push(Finding::Blurred {
                sheets: self.blurred,
            });
        }
        if !self.coarse.is_empty() {
            findings.push(Finding::LowResolution {
                sheets: self.coarse,
                dots: self.fewest_dots,
            });
        }
        if !self.cropped.is_empty() {
            findings.push(Finding::Cropped {
                sheets: self.cropped,
            });
        }
    }
}
