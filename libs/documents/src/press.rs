//! The compile core: one template, its data and the fonts become a PDF. Knows no paper.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
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

const STYLE: Template = Template {
    path: "style.typ",
    text: include_str!("../templates/style.typ"),
};
const DATA: &str = "data.json";
const PICTURE: &str = "picture";
const CODE: &str = "code.json";

/// Compilations a memoised result outlives without being used again; keeps the worker small.
const CACHE_AGE: usize = 10;

/// One paper's layout, carried in the binary. It reads its data with `json("data.json")`.
pub(crate) struct Template {
    pub(crate) path: &'static str,
    pub(crate) text: &'static str,
}

/// What makes a PDF the same file when it is printed again.
pub(crate) struct Imprint {
    /// Names the paper and its version; only its digest gets into the file.
    pub(crate) ident: String,
    /// The paper's own date; stands in the file as its time of making.
    pub(crate) date: NaiveDate,
}

/// Prints `data` by `template`, as PDF/A-2a and PDF/UA-1.
pub(crate) fn print(
    template: &Template,
    data: &impl Serialize,
    imprint: Imprint,
) -> Result<Vec<u8>, Error> {
    let printed = compile(Sheet::new(template, data)?, imprint);
    comemo::evict(CACHE_AGE);
    printed.map(|(pdf, _)| pdf)
}

/// As [`print`], with its code on every page. What a code says of its page is known only when all
/// are laid out; so they are laid out twice, the second time with the codes.
pub(crate) fn print_coded(
    template: &Template,
    data: &impl Serialize,
    coding: Coding,
    imprint: Imprint,
) -> Result<Vec<u8>, Error> {
    let mut sheet = Sheet::new(template, data)?;
    sheet.code = Some(code(&coding.draw(None))?);
    let laid = lay_out(&sheet).output?;
    sheet.code = Some(code(&coding.draw(Some(&laid)))?);
    let printed = compile(sheet, imprint);
    comemo::evict(CACHE_AGE);
    printed.map(|(pdf, _)| pdf)
}

fn code(drawn: &Drawn) -> Result<(FileId, Bytes), Error> {
    Ok((file_id(CODE)?, Bytes::new(serde_json::to_vec(drawn)?)))
}

/// As [`print`], for a paper so long that nothing of it is to stay in memory; with the number of
/// its sheets.
pub(crate) fn print_long(
    template: &Template,
    data: &impl Serialize,
    imprint: Imprint,
) -> Result<(Vec<u8>, usize), Error> {
    let printed = compile(Sheet::new(template, data)?, imprint);
    comemo::evict(0);
    printed
}

/// As [`print`], with a picture the template reads as `image("picture")`; nothing of it is to
/// stay in memory.
pub(crate) fn print_picture(
    template: &Template,
    data: &impl Serialize,
    picture: Vec<u8>,
    imprint: Imprint,
) -> Result<Vec<u8>, Error> {
    let mut sheet = Sheet::new(template, data)?;
    sheet.picture = Some((file_id(PICTURE)?, Bytes::new(picture)));
    let printed = compile(sheet, imprint);
    comemo::evict(0);
    printed.map(|(pdf, _)| pdf)
}

fn compile(sheet: Sheet, imprint: Imprint) -> Result<(Vec<u8>, usize), Error> {
    let document = lay_out(&sheet).output?;
    let sheets = document.pages().len();
    Ok((export(&document, imprint)?, sheets))
}

fn lay_out(sheet: &Sheet) -> Warned<Result<PagedDocument, Error>> {
    let Warned { output, warnings } = typst::compile(sheet);
    Warned {
        output: output.map_err(|faults| Error::Layout(told(&faults))),
        warnings,
    }
}

fn export(document: &PagedDocument, imprint: Imprint) -> Result<Vec<u8>, Error> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|fault| Error::Export(fault.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(imprint.ident),
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
struct Sheet {
    main: Source,
    style: Source,
    data_id: FileId,
    data: Bytes,
    picture: Option<(FileId, Bytes)>,
    code: Option<(FileId, Bytes)>,
}

impl Sheet {
    fn new(template: &Template, data: &impl Serialize) -> Result<Self, Error> {
        let mut data = serde_json::to_value(data)?;
        make_printable(&mut data);
        Ok(Self {
            main: source(template)?,
            style: source(&STYLE)?,
            data_id: file_id(DATA)?,
            data: Bytes::new(serde_json::to_vec(&data)?),
            picture: None,
            code: None,
        })
    }
}

fn source(template: &Template) -> Result<Source, Error> {
    Ok(Source::new(
        file_id(template.path)?,
        template.text.to_owned(),
    ))
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

    fn sheet(text: &'static str) -> Sheet {
        Sheet::new(
            &Template {
                path: "probe.typ",
                text,
            },
            &Value::Null,
        )
        .unwrap()
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
        let date = NaiveDate::from_ymd_opt(2020, 12, 2).unwrap();
        let printed = export(
            &document,
            Imprint {
                ident: "probe".into(),
                date,
            },
        );
        assert!(matches!(printed, Err(Error::Export(_))));
    }

    #[test]
    fn every_letter_a_person_can_type_prints_under_the_standards() {
        let text: String = ('\0'..='\u{ffff}')
            .filter(|c| printable(&c.to_string()) != "?")
            .collect();
        let template = Template {
            path: "probe.typ",
            text: r#"#import "style.typ": *
                #show: paper.with(title: "Проба")
                #json("data.json").clusters().join(" ")"#,
        };
        let date = NaiveDate::from_ymd_opt(2020, 12, 2).unwrap();
        let printed = print(
            &template,
            &text,
            Imprint {
                ident: "probe".into(),
                date,
            },
        );
        assert!(printed.is_ok(), "{:?}", printed.err());
    }
}
