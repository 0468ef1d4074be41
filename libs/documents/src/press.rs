//! The compile core: one template, its data and the fonts become a PDF. Knows no paper.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, comemo};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::Error;
use crate::coding::{Coding, Drawn};
use crate::faults::Faults;

const STYLE: Template = Template {
    path: "style.typ",
    text: include_str!("../templates/style.typ"),
};
const DATA: &str = "data.json";
const PICTURE: &str = "picture";
const CODE: &str = "code.json";

/// One paper's layout, carried in the binary. It reads its data with `json("data.json")`.
pub(crate) struct Template {
    pub(crate) path: &'static str,
    pub(crate) text: &'static str,
}

/// What makes a PDF the same file when it is printed again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Imprint {
    /// Names the paper and its version; only its digest gets into the file.
    pub(crate) ident: String,
    /// The paper's own date; stands in the file as its time of making.
    pub(crate) date: NaiveDate,
}

/// A printed paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// The file, as PDF/A-2a and PDF/UA-1.
    pub pdf: Vec<u8>,
    /// How many sheets it has.
    pub sheets: usize,
}

/// Prints `data` by a template: `source` in place of the text it was built with, if one is given;
/// with its code on every page, if it has one. What a code says of its page is known only when all
/// are laid out; so they are laid out twice, the second time with the codes.
pub(crate) fn print(
    template: &Template,
    source: Option<&str>,
    data: &Value,
    coding: Option<Coding>,
    imprint: &Imprint,
    bounds: Bounds,
) -> Result<Printed, Error> {
    let mut sheet = Sheet::of(template, source, data.clone())?;
    let printed = laid_out(&mut sheet, coding, bounds).and_then(|document| {
        Ok(Printed {
            sheets: document.pages().len(),
            pdf: export(&document, imprint)?,
        })
    });
    comemo::evict(bounds.kept);
    printed
}

/// What a printing may take.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Sheets.
    pub(crate) sheets: usize,
    /// Compilations a memoised result outlives without being used again.
    pub(crate) kept: usize,
}

impl Bounds {
    /// Of a paper of a few pages, which keeps the worker small.
    pub(crate) const PAPER: Self = Self {
        sheets: usize::MAX,
        kept: 10,
    };
    /// Of a paper so long that nothing of it is to stay in memory.
    pub(crate) const LONG: Self = Self {
        kept: 0,
        ..Self::PAPER
    };
}

fn laid_out(
    sheet: &mut Sheet,
    coding: Option<Coding>,
    bounds: Bounds,
) -> Result<PagedDocument, Error> {
    let Some(coding) = coding else {
        return within(bounds, lay_out(sheet).output?);
    };
    sheet.code = Some(code(&coding.draw(None))?);
    let laid = within(bounds, lay_out(sheet).output?)?;
    sheet.code = Some(code(&coding.draw(Some(&laid)))?);
    let laid = lay_out(sheet).output?;
    coding.check(&laid)?;
    Ok(laid)
}

fn within(bounds: Bounds, laid: PagedDocument) -> Result<PagedDocument, Error> {
    if laid.pages().len() > bounds.sheets {
        let words = format!("Листов больше {}", bounds.sheets);
        return Err(Error::Layout(Faults::of(words)));
    }
    Ok(laid)
}

fn code(drawn: &Drawn) -> Result<(FileId, Bytes), Error> {
    Ok((file_id(CODE)?, Bytes::new(serde_json::to_vec(drawn)?)))
}

/// Prints a paper no code stands on and no other template is for; nothing of it stays in memory.
pub(crate) fn print_long(
    template: &Template,
    data: &impl Serialize,
    imprint: &Imprint,
) -> Result<Printed, Error> {
    let data = serde_json::to_value(data)?;
    print(template, None, &data, None, imprint, Bounds::LONG)
}

/// As [`print_long`], with a picture the template reads as `image("picture")`.
pub(crate) fn print_picture(
    template: &Template,
    data: &impl Serialize,
    picture: Vec<u8>,
    imprint: &Imprint,
) -> Result<Vec<u8>, Error> {
    let mut sheet = Sheet::of(template, None, serde_json::to_value(data)?)?;
    sheet.picture = Some((file_id(PICTURE)?, Bytes::new(picture)));
    let printed = lay_out(&sheet)
        .output
        .and_then(|document| export(&document, imprint));
    comemo::evict(0);
    printed
}

fn lay_out(sheet: &Sheet) -> Warned<Result<PagedDocument, Error>> {
    let Warned { output, warnings } = typst::compile(sheet);
    Warned {
        output: output.map_err(|faults| Error::Layout(Faults::told(&faults, sheet))),
        warnings,
    }
}

fn export(document: &PagedDocument, imprint: &Imprint) -> Result<Vec<u8>, Error> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|fault| Error::Export(fault.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(imprint.ident.clone()),
        timestamp: midnight(imprint.date),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|faults| Error::Export(told(&faults)))
}

fn midnight(date: NaiveDate) -> Option<Timestamp> {
    let (month, day) = (
        u8::try_from(date.month()).ok()?,
        u8::try_from(date.day()).ok()?,
    );
    Datetime::from_ymd_hms(date.year(), month, day, 0, 0, 0).map(Timestamp::new_utc)
}

fn told(faults: &[SourceDiagnostic]) -> String {
    faults
        .iter()
        .map(|fault| fault.message.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}

/// What no paper changes: the language and the fonts.
struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

static PRESS: LazyLock<Press> = LazyLock::new(|| {
    let files: [&'static [u8]; 4] = [
        include_bytes!("../fonts/PTF55F.ttf"),
        include_bytes!("../fonts/PTF75F.ttf"),
        include_bytes!("../fonts/PTS55F.ttf"),
        include_bytes!("../fonts/PTS75F.ttf"),
    ];
    let fonts: Vec<Font> = files
        .into_iter()
        .flat_map(|file| Font::iter(Bytes::new(file)))
        .collect();
    Press {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
    }
});

/// The world one compilation sees: its template, the shared style, its data, its picture, its
/// codes. No disk, no network, no clock.
pub(crate) struct Sheet {
    pub(crate) main: Source,
    style: Source,
    data_id: FileId,
    data: Bytes,
    picture: Option<(FileId, Bytes)>,
    code: Option<(FileId, Bytes)>,
}

impl Sheet {
    fn of(template: &Template, text: Option<&str>, mut data: Value) -> Result<Self, Error> {
        make_printable(&mut data);
        Ok(Self {
            main: source(template.path, text.unwrap_or(template.text))?,
            style: source(STYLE.path, STYLE.text)?,
            data_id: file_id(DATA)?,
            data: Bytes::new(serde_json::to_vec(&data)?),
            picture: None,
            code: None,
        })
    }
}

fn source(path: &'static str, text: &str) -> Result<Source, Error> {
    Ok(Source::new(file_id(path)?, text.to_owned()))
}

fn file_id(path: &'static str) -> Result<FileId, Error> {
    let path = VirtualPath::new(path).map_err(|_| Error::Asset(path))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &PRESS.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &PRESS.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        [&self.main, &self.style]
            .into_iter()
            .find(|source| source.id() == id)
            .cloned()
            .ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data_id {
            return Ok(self.data.clone());
        }
        [&self.picture, &self.code]
            .into_iter()
            .flatten()
            .find(|(file, _)| *file == id)
            .map(|(_, bytes)| bytes.clone())
            .ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        PRESS.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Puts «?» for what the fonts have no letter for (an emoji, say) and drops what nobody sees:
/// PDF/A refuses a paper with a missing letter, and a person must not be refused the paper for
/// one. The person reads the paper before signing it.
fn make_printable(data: &mut Value) {
    match data {
        Value::String(text) => *text = printable(text),
        Value::Array(items) => items.iter_mut().for_each(make_printable),
        Value::Object(fields) => fields.values_mut().for_each(make_printable),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn printable(text: &str) -> String {
    // Some keyboards and file names give these letters in two parts, which the fonts lack.
    let whole = text
        .replace("и\u{306}", "й")
        .replace("И\u{306}", "Й")
        .replace("е\u{308}", "ё")
        .replace("Е\u{308}", "Ё");
    whole
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .map(|letter| match letter {
            _ if letter.is_whitespace() && letter != '\u{a0}' => ' ',
            _ if has_glyph(letter) => letter,
            _ => '?',
        })
        .collect()
}

/// Joiners, soft hyphens, marks of direction and controls.
fn is_invisible(letter: char) -> bool {
    letter.is_control() && !letter.is_whitespace()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn has_glyph(letter: char) -> bool {
    // The fonts have private letters too; PDF/A refuses them, for nobody else can read them.
    let private = matches!(letter, '\u{e000}'..='\u{f8ff}');
    !private
        && PRESS
            .fonts
            .iter()
            .any(|font| font.info().coverage.contains(u32::from(letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROBE: Template = Template {
        path: "probe.typ",
        text: "",
    };

    fn sheet(text: &str) -> Sheet {
        Sheet::of(&PROBE, Some(text), Value::Null).unwrap()
    }

    fn imprint() -> Imprint {
        Imprint {
            ident: "probe".into(),
            date: NaiveDate::from_ymd_opt(2020, 12, 2).unwrap(),
        }
    }

    #[test]
    fn all_four_fonts_are_read() {
        assert_eq!(PRESS.fonts.len(), 4);
    }

    #[test]
    fn the_shared_style_lays_out_without_a_warning() {
        let text = r#"#import "style.typ": *
            #show: paper.with(title: "Проба", mark: [проба])
            #letterhead(to: ("Кому",), from: ([от кого],))
            = Заявление
            #ruled(2)
            #signed("2 декабря 2020 г.")"#;
        let laid = lay_out(&sheet(text));
        assert!(laid.output.is_ok());
        assert!(laid.warnings.is_empty(), "{:?}", laid.warnings);
    }

    #[test]
    fn a_template_reaches_no_file_package_or_clock() {
        for text in [
            "#read(\"/etc/passwd\")",
            "#read(\"../Cargo.toml\")",
            "#import \"@preview/example:0.1.0\": *",
            "#datetime.today()",
        ] {
            assert!(lay_out(&sheet(text)).output.is_err(), "{text}");
        }
    }

    #[test]
    fn a_paper_without_a_title_is_refused_by_the_standards() {
        let document = lay_out(&sheet("Проба")).output.unwrap();
        let printed = export(&document, &imprint());
        assert!(matches!(printed, Err(Error::Export(_))));
    }

    #[test]
    fn every_letter_a_person_can_type_prints_under_the_standards() {
        let text: String = ('\0'..='\u{ffff}')
            .filter(|c| printable(&c.to_string()) != "?")
            .collect();
        let source = r#"#import "style.typ": *
                #show: paper.with(title: "Проба")
                #json("data.json").clusters().join(" ")"#;
        let data = Value::String(text);
        let printed = print(&PROBE, Some(source), &data, None, &imprint(), Bounds::PAPER);
        assert!(printed.is_ok(), "{:?}", printed.err());
    }
}
