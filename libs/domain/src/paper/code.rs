//! What a page's code says, and its compact text: signs a QR code packs densely, few enough for
//! 25 × 25 modules with a quarter of them lost.

use super::{Document, SIGNS, ShortId};

/// What a code of ours begins with: the system and the version of the format.
const PREFIX: &str = "AT1";
const EDITION_SIGNS: usize = 3;
const PAGE_SIGNS: usize = 2;
const LINE_SIGNS: usize = 3;
/// Bits of a signature line that say how far down it is; the others say whose.
const DOWN_BITS: u32 = 12;

/// Signature lines a page can have: as many as anybody signs on, and as fit the code.
pub const MOST_LINES: usize = 3;

/// A line to sign on. Its page's code tells it, so that a scan is read without knowing how the
/// paper was laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    /// Whose, a number in [`Document::signers`].
    pub signer: u8,
    /// How far below the sheet's upper edge, in tenths of a millimetre.
    pub down: u16,
}

/// The code of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageCode {
    /// Which kind of paper.
    pub document: Document,
    /// Which one.
    pub id: ShortId,
    /// Which forming of it; see also [`super::schedule_edition`].
    pub edition: u32,
    /// The page, from 1.
    pub page: u16,
    /// Of how many.
    pub pages: u16,
    /// The lines to sign on, at most [`MOST_LINES`].
    pub lines: Vec<SignatureLine>,
}

/// Not a page's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("это не код страницы")]
pub struct Unreadable;

impl PageCode {
    /// The text that is printed: `AT1`, document, id, edition, page, pages, lines, a check sign.
    /// `None` for what no paper has: an edition over 32767, over 1023 pages, more lines than
    /// [`MOST_LINES`], a line lower than 409 mm.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let fits = |value: u64, count: usize| (value >> (5 * count) == 0).then_some(value);
        let (page, pages) = (u64::from(self.page), u64::from(self.pages));
        if page == 0 || page > pages || self.lines.len() > MOST_LINES {
            return None;
        }
        let mut text = PREFIX.to_owned();
        text.push(char::from(self.document.sign()));
        text += &signs(self.id.0, ShortId::SIGNS);
        text += &signs(fits(self.edition.into(), EDITION_SIGNS)?, EDITION_SIGNS);
        text += &signs(page, PAGE_SIGNS);
        text += &signs(fits(pages, PAGE_SIGNS)?, PAGE_SIGNS);
        for line in &self.lines {
            if line.down >> DOWN_BITS != 0 {
                return None;
            }
            let line = u64::from(line.signer) << DOWN_BITS | u64::from(line.down);
            text += &signs(fits(line, LINE_SIGNS)?, LINE_SIGNS);
        }
        text.push(check(&text));
        Some(text)
    }

    /// Reads the text of a code.
    ///
    /// # Errors
    /// [`Unreadable`] for anything [`Self::text`] does not write.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let (said, last) = text
            .char_indices()
            .next_back()
            .map(|(at, last)| (&text[..at], last))
            .ok_or(Unreadable)?;
        if last != check(said) {
            return Err(Unreadable);
        }
        let rest = said.strip_prefix(PREFIX).ok_or(Unreadable)?.as_bytes();
        let (sign, mut rest) = rest.split_first().ok_or(Unreadable)?;
        let document = Document::ALL
            .into_iter()
            .find(|document| document.sign() == *sign)
            .ok_or(Unreadable)?;
        let mut take = |count| {
            let (number, others) = rest.split_at_checked(count).ok_or(Unreadable)?;
            rest = others;
            number_of(number)
        };
        let id = ShortId(take(ShortId::SIGNS)?);
        let edition = narrow(take(EDITION_SIGNS)?)?;
        let page = narrow(take(PAGE_SIGNS)?)?;
        let pages = narrow(take(PAGE_SIGNS)?)?;
        let mut lines = Vec::new();
        for line in rest.chunks(LINE_SIGNS) {
            if line.len() != LINE_SIGNS {
                return Err(Unreadable);
            }
            let line = number_of(line)?;
            lines.push(SignatureLine {
                signer: narrow(line >> DOWN_BITS)?,
                down: narrow(line & ((1 << DOWN_BITS) - 1))?,
            });
        }
        let code = Self {
            document,
            id,
            edition,
            page,
            pages,
            lines,
        };
        if page == 0 || page > pages || code.lines.len() > MOST_LINES {
            return Err(Unreadable);
        }
        Ok(code)
    }
}

/// The lowest `5 × count` bits of a number.
pub(super) fn signs(number: u64, count: usize) -> String {
    (0..count)
        .rev()
        .map(|at| char::from(SIGNS[usize::try_from(number >> (5 * at) & 31).unwrap_or_default()]))
        .collect()
}

pub(super) fn number_of(signs: &[u8]) -> Result<u64, Unreadable> {
    signs.iter().try_fold(0, |number, sign| {
        let value = SIGNS.iter().position(|known| known == sign);
        let value = u64::try_from(value.ok_or(Unreadable)?).map_err(|_| Unreadable)?;
        Ok(number << 5 | value)
    })
}

fn narrow<T: TryFrom<u64>>(number: u64) -> Result<T, Unreadable> {
    T::try_from(number).map_err(|_| Unreadable)
}

/// A sign that shows a slip of one sign (all but 0 for Z), and two neighbours that changed places.
fn check(text: &str) -> char {
    let value = |sign| SIGNS.iter().position(|known| *known == sign).unwrap_or(0);
    let sum = (1..)
        .zip(text.bytes())
        .fold(0, |sum, (at, sign)| (sum + at * value(sign)) % 31);
    char::from(SIGNS[sum])
}
