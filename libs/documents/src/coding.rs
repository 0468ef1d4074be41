//! The code on every page of a paper: its QR matrix as the template draws it, and where in the
//! laid out paper the signature lines came to stand.

use std::collections::BTreeMap;

use domain::paper::{Document, MOST_LINES, PageCode, ShortId, SignatureLine, layout};
use qrcode::types::QrResult;
use qrcode::{Color, EcLevel, QrCode, Version, bits::Bits};
use serde::{Deserialize, Serialize};
use typst::foundations::{Label, Selector, Value};
use typst::introspection::MetadataElem;
use typst::utils::PicoStr;
use typst_layout::PagedDocument;

use crate::Error;
use crate::faults::Faults;

/// The label of a signature line's end in a template; its value is the signer's number.
const LABEL: &str = "signature";

/// The version of the code, of [`layout::CODE_MODULES`] modules a row.
const VERSION: i16 = 2;

/// What a paper's codes say beside page and lines.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Coding {
    pub(crate) document: Document,
    pub(crate) id: ShortId,
    pub(crate) edition: u32,
}

/// What `coded` of `style.typ` draws: a drawing of the whole sheet for each page, in SVG.
#[derive(Serialize)]
pub(crate) struct Drawn {
    /// Width and height of the sheet in millimetres.
    sheet: [f64; 2],
    /// By page: the squares and the code.
    pages: Vec<String>,
    /// The squares alone.
    bare: String,
}

/// Dark modules beside each other in a row.
struct Run {
    x: usize,
    y: usize,
    length: usize,
}

/// How far from its place a signature line may begin, in millimetres: a scan is read there.
const SLACK: f64 = 1.0;

impl Coding {
    /// Refuses a paper so laid out that its scan could not be read: a template of ours keeps every
    /// signature line where scans are read, another one may have lost it.
    pub(crate) fn check(self, laid: &PagedDocument) -> Result<(), Error> {
        let (left, _) = layout::line(self.document);
        let lines = found_lines(laid);
        let askew = lines.iter().any(|line| (line.left - left).abs() > SLACK);
        let missing = (0_u8..)
            .zip(self.document.signers())
            .find(|(signer, _)| lines.iter().filter(|line| line.signer == *signer).count() != 1);
        let words = match missing {
            Some((_, who)) => format!(
                "На документе должна быть ровно одна строка для подписи «{who}» (signature-line)"
            ),
            None if askew => format!(
                "Строка для подписи (signature-line) должна начинаться в {left} мм от левого края листа"
            ),
            None => return Ok(()),
        };
        Err(Error::Layout(Faults::of(words)))
    }

    /// The codes of a paper so laid out; of one that is not yet, no code and the squares.
    pub(crate) fn draw(self, laid: Option<&PagedDocument>) -> Drawn {
        Drawn {
            sheet: layout::size(self.document),
            pages: laid.map_or_else(Vec::new, |laid| self.pages(laid)),
            bare: self.drawing(&[]),
        }
    }

    /// One shape, so that no hair shows between its parts.
    fn drawing(self, runs: &[Run]) -> String {
        let [width, height] = layout::size(self.document);
        let module = layout::CODE_SIDE / f64::from(layout::CODE_MODULES);
        let [left, top] = layout::code(self.document);
        let side = layout::SQUARE_SIDE;
        let squares = layout::squares(self.document)
            .map(|[x, y]| dark(x - side / 2.0, y - side / 2.0, side, side));
        let modules = runs.iter().map(|run| {
            let [x, y, length] = [run.x, run.y, run.length].map(|modules| modules as f64 * module);
            dark(left + x, top + y, length, module)
        });
        let shape: String = squares.into_iter().chain(modules).collect();
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'><path d='{shape}'/></svg>"
        )
    }

    /// A page whose code cannot be written has none: a scan of it is told to have none.
    fn pages(self, laid: &PagedDocument) -> Vec<String> {
        let mut lines = signature_lines(laid);
        let pages = u16::try_from(laid.pages().len()).unwrap_or(u16::MAX);
        (1..=pages)
            .map(|page| {
                let mut lines = lines.remove(&page).unwrap_or_default();
                lines.truncate(MOST_LINES);
                let code = PageCode {
                    document: self.document,
                    id: self.id,
                    edition: self.edition,
                    page,
                    pages,
                    lines,
                };
                let runs = code.text().and_then(|text| matrix(&text));
                self.drawing(&runs.unwrap_or_default())
            })
            .collect()
    }
}

/// A signature line as it came to stand, in millimetres.
struct Found {
    page: u16,
    signer: u8,
    left: f64,
    down: f64,
}

fn found_lines(laid: &PagedDocument) -> Vec<Found> {
    let Some(label) = Label::new(PicoStr::intern(LABEL)) else {
        return Vec::new();
    };
    let introspector = laid.introspector();
    let found = introspector.elements().query(&Selector::Label(label));
    let found = found.iter().filter_map(|found| {
        let signer = match found.to_packed::<MetadataElem>().map(|it| &it.value) {
            Some(Value::Int(signer)) => u8::try_from(*signer).ok()?,
            _ => return None,
        };
        let position = introspector.position(found.location()?)?;
        Some(Found {
            page: u16::try_from(position.page.get()).ok()?,
            signer,
            left: position.point.x.to_mm(),
            down: position.point.y.to_mm(),
        })
    });
    found.collect()
}

/// The signature lines by page.
fn signature_lines(laid: &PagedDocument) -> BTreeMap<u16, Vec<SignatureLine>> {
    let mut lines: BTreeMap<u16, Vec<SignatureLine>> = BTreeMap::new();
    for found in found_lines(laid) {
        lines.entry(found.page).or_default().push(SignatureLine {
            signer: found.signer,
            down: tenths(found.down),
        });
    }
    lines
}

fn tenths(mm: f64) -> u16 {
    (mm * 10.0).round() as u16
}

/// A rectangle of a path.
fn dark(x: f64, y: f64, width: f64, height: f64) -> String {
    format!("M{x:.3} {y:.3}h{width:.3}v{height:.3}h-{width:.3}z")
}

/// The dark modules, with the most correction that fits: a third of the code of a page without
/// signature lines may be lost, a quarter of one with them.
fn matrix(text: &str) -> Option<Vec<Run>> {
    let code = [EcLevel::H, EcLevel::Q]
        .into_iter()
        .find_map(|level| encoded(text, level).ok())?;
    let width = code.width();
    let mut runs: Vec<Run> = Vec::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        let (x, y) = (at % width, at / width);
        match runs.last_mut() {
            _ if color == Color::Light => {}
            Some(run) if run.y == y && run.x + run.length == x => run.length += 1,
            _ => runs.push(Run { x, y, length: 1 }),
        }
    }
    Some(runs)
}

/// All of the text in one segment: splitting off its digits, as the crate does by itself, can make
/// it longer.
fn encoded(text: &str, level: EcLevel) -> QrResult<QrCode> {
    let mut bits = Bits::new(Version::Normal(VERSION));
    bits.push_alphanumeric_data(text.as_bytes())?;
    bits.push_terminator(level)?;
    QrCode::with_bits(bits, level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

    #[test]
    fn a_code_with_every_line_fits_and_one_without_is_corrected_better() {
        let coding = |lines| PageCode {
            document: Document::Conclusion,
            id: reading::short_id(),
            edition: 32_767,
            page: 1023,
            pages: 1023,
            lines,
        };
        let line = SignatureLine {
            signer: 7,
            down: 4095,
        };
        // As a conclusion has them: digits between the letters.
        let usual = [1374, 1557, 1740].map(|down| SignatureLine { signer: 1, down });
        for lines in [vec![], usual.to_vec(), vec![line; MOST_LINES]] {
            let drawn = matrix(&coding(lines).text().unwrap()).unwrap();
            let rows: Vec<_> = drawn.iter().map(|run| run.y).collect();
            assert_eq!(
                rows.iter().max(),
                Some(&usize::from(layout::CODE_MODULES - 1))
            );
            assert_eq!((drawn[0].x, drawn[0].y, drawn[0].length), (0, 0, 7));
        }
    }
}
