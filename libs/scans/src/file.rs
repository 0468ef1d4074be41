//! From a file on disk to grey pictures of its pages.

use std::path::Path;

use domain::paper::verdict::{Sheet, Unopened};
use image::{GrayImage, imageops};
use pages::{Fault, Ink, Pages, Pdf, Photograph};

use crate::read_sheet;

/// The most sheets of a file that are looked at: the papers read here have some, and what was sent
/// along behind them is not ours to read.
pub const MOST_SHEETS: usize = 30;

/// The longer side a PDF's page is drawn with, in pixels: some 190 dots to an inch.
const DRAWN: u32 = 2200;

/// The longer side a larger picture is made smaller to.
const LARGEST: u32 = 2800;

/// A sheet as it was scanned or photographed.
pub struct Picture {
    /// Its grey.
    pub grey: GrayImage,
    /// How many dots of what was scanned a pixel of `grey` stands for: less than 1 where it was
    /// enlarged.
    pub detail: f64,
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is at fault; to be told to who sent it.
    #[error("файл не читается как скан: {0:?}")]
    Unopened(Unopened),
    /// This machine is: to be tried again.
    #[error("страницы файла не удалось получить: {0}")]
    Machine(#[from] std::io::Error),
}

impl From<pages::Error> for Error {
    fn from(error: pages::Error) -> Self {
        match error {
            pages::Error::Machine(error) => Self::Machine(error),
            pages::Error::File(fault) => Self::Unopened(match fault {
                Fault::OtherKind => Unopened::OtherKind,
                Fault::Broken => Unopened::Broken,
                Fault::Locked => Unopened::Locked,
                Fault::Large => Unopened::TooLarge,
            }),
        }
    }
}

/// What stands on each sheet of a file: a PDF, a TIFF, a JPEG or a PNG. Pages are drawn one by one
/// into `folder`.
///
/// # Errors
/// [`Error::Unopened`] when the file is at fault, [`Error::Machine`] when poppler is missing or the
/// disk is full.
pub fn read(file: &Path, folder: &Path) -> Result<Vec<Sheet>, Error> {
    pictures(file, folder)?
        .map(|picture| picture.map(|picture| read_sheet(&picture)))
        .collect()
}

/// The pictures of a file's pages, at most [`MOST_SHEETS`].
///
/// # Errors
/// As [`read`].
pub fn pictures<'a>(
    file: &'a Path,
    folder: &'a Path,
) -> Result<impl Iterator<Item = Result<Picture, Error>> + 'a, Error> {
    let opened = Pages::of(file, folder)?;
    let sheets = match &opened {
        Pages::Pdf(pdf) => pdf.sheets(MOST_SHEETS)?.into_iter().map(Some).collect(),
        Pages::Photograph(_) => vec![None],
    };
    Ok((1..)
        .zip(sheets)
        .map(move |(number, sheet)| match (&opened, sheet) {
            (Pages::Pdf(pdf), Some(sheet)) => drawn(pdf, number, &sheet),
            _ => photograph(file),
        }))
}

fn photograph(file: &Path) -> Result<Picture, Error> {
    let grey = Photograph::unpack(file)?.picture.into_luma8();
    Ok(Picture::of(grey))
}

impl Picture {
    /// A picture, made smaller if it is finer than reading needs.
    #[must_use]
    pub fn of(grey: GrayImage) -> Self {
        let (width, height) = grey.dimensions();
        let long = width.max(height);
        if long <= LARGEST {
            return Self { grey, detail: 1.0 };
        }
        let smaller = |side: u32| (side * LARGEST / long).max(1);
        Self {
            grey: imageops::thumbnail(&grey, smaller(width), smaller(height)),
            detail: f64::from(long) / f64::from(LARGEST),
        }
    }
}

/// A sheet of a PDF, no larger than [`DRAWN`].
fn drawn(pdf: &Pdf, number: u32, sheet: &pages::Sheet) -> Result<Picture, Error> {
    let drawing = pdf.draw(number, DRAWN, Ink::Grey)?;
    let grey = portable(&drawing).ok_or(Error::Unopened(Unopened::Broken))?;
    let drawn = f64::from(grey.width().max(grey.height())) / sheet.inches;
    let detail = sheet.dots.map_or(1.0, |dots| dots / drawn);
    Ok(Picture { grey, detail })
}

/// A picture as poppler writes it: `P5`, width, height, 255, the pixels.
pub(crate) fn portable(bytes: &[u8]) -> Option<GrayImage> {
    let mut rest = bytes.strip_prefix(b"P5")?;
    let mut numbers = [0_u32; 3];
    for number in &mut numbers {
        let begin = rest.iter().position(u8::is_ascii_digit)?;
        let end = begin
            + rest[begin..]
                .iter()
                .position(|byte| !byte.is_ascii_digit())?;
        *number = std::str::from_utf8(&rest[begin..end]).ok()?.parse().ok()?;
        rest = &rest[end..];
    }
    let [width, height, _] = numbers;
    GrayImage::from_raw(width, height, rest.get(1..)?.to_vec())
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

    use image::ImageFormat;

    use super::*;

    fn told(bytes: &[u8]) -> Option<Unopened> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("scan");
        fs::write(&file, bytes).unwrap();
        match read(&file, folder.path()) {
            Err(Error::Unopened(why)) => Some(why),
            Err(Error::Machine(error)) => panic!("{error}"),
            Ok(_) => None,
        }
    }

    #[test]
    fn what_is_no_scan_is_told() {
        let mut png = io::Cursor::new(Vec::new());
        GrayImage::new(40, 30)
            .write_to(&mut png, ImageFormat::Png)
            .unwrap();
        let png = png.into_inner();
        assert_eq!(told(&png), None);
        assert_eq!(told(&png[..50]), Some(Unopened::Broken));
        assert_eq!(told(b"PK\x03\x04 a table"), Some(Unopened::OtherKind));
    }

    #[test]
    fn a_page_as_large_as_a_house_is_drawn_small_and_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("plain");
        fs::write(
            &plain,
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
             2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
             3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 14000 9000]>>endobj\n\
             trailer<</Root 1 0 R>>\n",
        )
        .unwrap();
        let sheets = read(&plain, folder.path()).unwrap();
        assert!(matches!(&sheets[..], [sheet] if sheet.empty));
        let mut pictures = pictures(&plain, folder.path()).unwrap();
        assert_eq!(pictures.next().unwrap().unwrap().grey.width(), DRAWN);
    }
}
