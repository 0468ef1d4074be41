//! What many applications printed together have beside their documents: the contents before the
//! first, a separator before each, the numbers laid over the pages, and pictures as pages.

use chrono::NaiveDate;
use image::{ImageFormat, ImageReader};
use serde::Serialize;
use std::io::Cursor;

use crate::Error;
use crate::press::{self, Imprint, Printed, Template};
use crate::words;

const CONTENTS: Template = Template {
    path: "contents.typ",
    text: include_str!("../templates/contents.typ"),
};
const SEPARATOR: Template = Template {
    path: "separator.typ",
    text: include_str!("../templates/separator.typ"),
};
const NUMBERS: Template = Template {
    path: "numbers.typ",
    text: include_str!("../templates/numbers.typ"),
};
const PICTURE: Template = Template {
    path: "picture.typ",
    text: include_str!("../templates/picture.typ"),
};

/// The greatest picture that is laid out, in pixels: it is held in memory as such, four bytes
/// each. A sheet scanned at 400 dots an inch has fewer.
const PIXELS: u64 = 24_000_000;

/// The sheets before all others: who is inside and on which page.
#[derive(Debug, Clone, Serialize)]
pub struct ContentsForm {
    /// The headline.
    pub title: String,
    /// What all this is printed for.
    pub reason: String,
    /// The day of printing.
    #[serde(serialize_with = "words::short_date")]
    pub made: NaiveDate,
    /// The applications in their order.
    pub lines: Vec<ContentsLine>,
    /// Those that are not inside.
    pub left: Vec<LeftLine>,
}

/// An application inside.
#[derive(Debug, Clone, Serialize)]
pub struct ContentsLine {
    /// Its number in the journal.
    pub number: String,
    /// The day of its registration, dd.mm.yyyy.
    pub date: String,
    /// ФИО.
    pub name: String,
    /// The page of the whole it begins on; empty while that is not known.
    pub page: String,
}

/// An application that is not inside.
#[derive(Debug, Clone, Serialize)]
pub struct LeftLine {
    /// ФИО, or what else it is known by.
    pub name: String,
    /// Why not.
    pub why: String,
}

/// The sheet before an application's documents.
#[derive(Debug, Clone, Serialize)]
pub struct SeparatorForm {
    /// «№ 124 от 02.12.2026».
    pub registration: String,
    /// ФИО.
    pub name: String,
    /// The post.
    pub position: String,
    /// The place of work.
    pub organisation: String,
    /// The municipality.
    pub municipality: String,
    /// The documents in their order.
    pub papers: Vec<PaperLine>,
    /// Pages of the whole before this sheet.
    pub pages_before: usize,
}

/// A document of an application.
#[derive(Debug, Clone, Serialize)]
pub struct PaperLine {
    /// Its kind.
    pub kind: String,
    /// What it proves; may be empty.
    pub caption: String,
    /// Its pages; 0 where it is not printed.
    pub pages: usize,
    /// Why it is not printed; empty where it is.
    pub why: String,
}

/// The numbers on an application's pages.
#[derive(Debug, Clone, Serialize)]
pub struct NumbersForm {
    /// What they begin with: «№ 124».
    pub label: String,
    /// Pages of the application.
    pub pages: usize,
    /// Pages of the whole before them.
    pub pages_before: usize,
}

/// The contents: as many sheets with page numbers as without.
///
/// # Errors
/// Only when this crate or its templates are at fault; see [`Error`].
pub fn contents(form: &ContentsForm) -> Result<Printed, Error> {
    press::print_long(&CONTENTS, form, &imprint("contents", form.made))
}

/// A separator.
///
/// # Errors
/// As [`contents`].
pub fn separator(form: &SeparatorForm, made: NaiveDate) -> Result<Printed, Error> {
    press::print_long(&SEPARATOR, form, &imprint(&form.registration, made))
}

/// A sheet with its number for every page, to be laid over these.
///
/// # Errors
/// As [`contents`].
pub fn numbers(form: &NumbersForm, made: NaiveDate) -> Result<Vec<u8>, Error> {
    let printed = press::print_long(&NUMBERS, form, &imprint(&form.label, made));
    printed.map(|printed| printed.pdf)
}

/// A JPEG or a PNG as a page, as large as fits, never cut.
///
/// # Errors
/// [`Error::Picture`] for what is none, is broken or too large.
pub fn picture(bytes: Vec<u8>, title: &str, made: NaiveDate) -> Result<Vec<u8>, Error> {
    #[derive(Serialize)]
    struct Form<'a> {
        title: &'a str,
    }
    let reader = ImageReader::new(Cursor::new(&bytes));
    let reader = reader.with_guessed_format().map_err(|_| Error::Picture)?;
    let known = matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png));
    let (width, height) = reader.into_dimensions().map_err(|_| Error::Picture)?;
    if !known || u64::from(width) * u64::from(height) > PIXELS {
        return Err(Error::Picture);
    }
    press::print_picture(&PICTURE, &Form { title }, bytes, &imprint(title, made))
        .map_err(|_| Error::Picture)
}

fn imprint(ident: &str, date: NaiveDate) -> Imprint {
    Imprint {
        ident: format!("dossier {ident} {date}"),
        date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

    fn made() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 10, 1).unwrap()
    }

    fn paper(kind: &str, pages: usize, why: &str) -> PaperLine {
        PaperLine {
            kind: kind.to_owned(),
            caption: "#подпись [за] год".to_owned(),
            pages,
            why: why.to_owned(),
        }
    }

    #[test]
    fn contents_have_as_many_sheets_with_numbers_as_without() {
        let line = |n: usize, page: String| ContentsLine {
            number: n.to_string(),
            date: "02.09.2026".to_owned(),
            name: format!("Константинопольская-Задунайская{n} Мария Вячеславовна"),
            page,
        };
        let form = |page: &str| ContentsForm {
            title: "Печать заявлений".to_owned(),
            reason: "Для аттестационного дела".to_owned(),
            made: made(),
            lines: (1..=500).map(|n| line(n, page.to_owned())).collect(),
            left: vec![LeftLine {
                name: "Петрова Анна".to_owned(),
                why: "заявление не подано".to_owned(),
            }],
        };
        let before = contents(&form("")).unwrap().sheets;
        let Printed { pdf, sheets: after } = contents(&form("123456")).unwrap();
        assert_eq!(before, after);
        assert!(before > 5);
        let text = reading::text(&pdf);
        assert!(
            text.contains("Задунайская500 Мария Вячеславовна 123456"),
            "{text}"
        );
        assert!(text.contains("Петрова Анна: заявление не подано"), "{text}");
    }

    #[test]
    fn a_separator_knows_where_its_documents_stand() {
        let form = |papers| SeparatorForm {
            registration: "№ 124 от 02.09.2026".to_owned(),
            name: "Иванова Мария Петровна".to_owned(),
            position: "учитель".to_owned(),
            organisation: "Школа № 1".to_owned(),
            municipality: "Город Томск".to_owned(),
            papers,
            pages_before: 10,
        };
        let papers = vec![
            paper("Заявление", 1, ""),
            paper("Копия", 0, "формат DOCX"),
            paper("Таблица", 3, ""),
        ];
        let Printed { pdf, sheets } = separator(&form(papers), made()).unwrap();
        let text = reading::rows(&pdf);
        assert_eq!(sheets, 1);
        assert!(
            text.contains("Заявление #подпись [за] год 12 Копия"),
            "{text}"
        );
        assert!(text.contains("файл не печатается: формат DOCX"), "{text}");
        assert!(text.contains("Таблица #подпись [за] год 13–15"), "{text}");
        let many = (0..100).map(|_| paper("Заявление", 1, "")).collect();
        let Printed { pdf, sheets } = separator(&form(many), made()).unwrap();
        assert!(sheets > 1);
        let last = 10 + sheets + 100;
        assert!(reading::rows(&pdf).ends_with(&last.to_string()));
    }

    #[test]
    fn every_page_has_its_numbers() {
        let form = NumbersForm {
            label: "№ 124".to_owned(),
            pages: 3,
            pages_before: 342,
        };
        let text = reading::text(&numbers(&form, made()).unwrap());
        assert_eq!(
            text,
            "№ 124 · стр. 1 из 3 · 343 № 124 · стр. 2 из 3 · 344 № 124 · стр. 3 из 3 · 345"
        );
    }

    #[test]
    fn a_picture_is_a_page_and_nonsense_is_refused() {
        let mut bytes = Vec::new();
        let drawn = image::RgbImage::from_pixel(300, 100, image::Rgb([10, 200, 30]));
        drawn
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        assert!(picture(bytes.clone(), "Грамота", made()).is_ok());
        // The head says how large it would be: it is not read any further.
        let mut large = bytes.clone();
        large[16..24].copy_from_slice(&[0, 0, 0x80, 0, 0, 0, 0x80, 0]);
        for nonsense in [large, bytes[..60].to_vec(), b"GIF89a".to_vec(), Vec::new()] {
            let refused = picture(nonsense, "Грамота", made());
            assert!(matches!(refused, Err(Error::Picture)), "{refused:?}");
        }
    }
}
