//! Judging a scan sheet by sheet.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use super::{Document, Expected, FEWEST_DOTS, Finding, Ink, PageCode, Sheet, ShortId};

/// The sheets of a scan sorted by what they are.
pub(super) struct Judging<'a> {
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
    pub(super) fn new(expected: &'a Expected) -> Self {
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

    pub(super) fn take(&mut self, at: usize, sheet: &Sheet) {
        match &sheet.code {
            None if sheet.empty => return,
            None => self.uncoded.push(at),
            Some(code) => self.take_coded(at, code, sheet),
        }
        if sheet.is_blurred() {
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
            // Of a bad picture it is told that it is bad, not all that it hides.
            if *ink == Ink::Unclear && sheet.is_poor() {
                continue;
            }
            let best = self.signatures.entry((code.page, *signer)).or_insert(*ink);
            // A page scanned twice is signed if one of the two is.
            *best = match (*best, ink) {
                (Ink::Present, _) | (_, Ink::Present) => Ink::Present,
                (Ink::Unclear, _) | (_, Ink::Unclear) => Ink::Unclear,
                (Ink::Blank, Ink::Blank) => Ink::Blank,
            };
        }
    }

    pub(super) fn findings(mut self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let present: BTreeSet<u16> = self.pages.iter().copied().collect();
        let missing: Vec<u16> = (1..=self.of)
            .filter(|page| !present.contains(page) && !self.old.contains(page))
            .collect();
        for (found, id, sheets) in mem::take(&mut self.strange) {
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
        let uncoded = mem::take(&mut self.uncoded);
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
        let bad = [&self.blurred, &self.coarse, &self.cropped];
        let told = |at: &usize| bad.iter().any(|sheets| sheets.contains(at));
        let any_told = bad.iter().any(|sheets| !sheets.is_empty());
        let sheets: Vec<usize> = uncoded.into_iter().filter(|at| !told(at)).collect();
        if !sheets.is_empty() || !any_told {
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
