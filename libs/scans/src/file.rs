//! From a file on disk to pictures of its pages, within bounds.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read as _},
    path::Path,
    process::{Command, Output, Stdio},
};

use domain::paper::verdict::{Sheet, Unopened};
use image::{GrayImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, imageops};

use crate::read_sheet;

/// The most sheets of a file that are looked at: the papers read here have some, and what was sent
/// along behind them is not ours to read.
pub const MOST_SHEETS: usize = 30;

/// The longer side a PDF's page is drawn with, in pixels: some 190 dots to an inch.
const DRAWN: u32 = 2200;

/// The longer side a larger picture is made smaller to.
const LARGEST: u32 = 2800;

/// The most pixels a picture may unfold to: a sheet scanned at 600 dots an inch has 35 million.
const MOST_PIXELS: u64 = 60_000_000;

/// Pixels across below which a picture on a PDF's page is a mark or a stamp, not the scan.
const SMALLEST: usize = 200;

/// What one run of poppler's may take: a stranger's PDF may unfold to anything.
const MEMORY: &str = "--as=1073741824";
const SECONDS: &str = "--cpu=20";
const LARGEST_FILE: &str = "--fsize=67108864";

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
    Machine(#[from] io::Error),
}

/// What stands on each sheet of a file: a PDF, a JPEG or a PNG. Pages are drawn one by one into
/// `folder`, which needs room for one.
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
    let mut start = Vec::new();
    File::open(file)?.take(1024).read_to_end(&mut start)?;
    let is_pdf = start.windows(5).any(|window| window == b"%PDF-");
    let pages = if is_pdf { pages(file)? } else { Vec::new() };
    let count = if is_pdf { pages.len() } else { 1 };
    Ok((0..count).map(move |at| match pages.get(at) {
        Some(page) => drawn(file, at + 1, page, folder),
        None => photograph(file),
    }))
}

/// A JPEG or a PNG. How large it would be is read from its head before anything is unpacked.
fn photograph(file: &Path) -> Result<Picture, Error> {
    let reader = ImageReader::new(BufReader::new(File::open(file)?)).with_guessed_format()?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(Error::Unopened(Unopened::OtherKind));
    }
    let broken = |_| Error::Unopened(Unopened::Broken);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Error::Unopened(Unopened::TooLarge));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_PIXELS * 8);
    decoder.set_limits(limits).map_err(broken)?;
    let grey = image::DynamicImage::from_decoder(decoder)
        .map_err(broken)?
        .into_luma8();
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

/// A page of a PDF: the longer side in inches and the most dots to an inch of a picture on it, none
/// where it is drawn, not scanned.
#[derive(Clone, Copy)]
struct Page {
    inches: f64,
    dots: Option<f64>,
}

/// The first [`MOST_SHEETS`] pages of a PDF.
fn pages(file: &Path) -> Result<Vec<Page>, Error> {
    let most = MOST_SHEETS.to_string();
    let sizes = run(Command::new("prlimit")
        .args([MEMORY, SECONDS, "pdfinfo", "-f", "1", "-l", &most])
        .arg(file))?;
    let mut pages: Vec<Page> = lines(&sizes)
        .filter_map(|line| {
            // Page    1 size: 595.28 x 841.89 pts (A4)
            let fields: Vec<&str> = line.split_whitespace().collect();
            let ["Page", _, "size:", width, "x", height, "pts", ..] = fields[..] else {
                return None;
            };
            let points: [f64; 2] = [width.parse().ok()?, height.parse().ok()?];
            Some(Page {
                inches: points[0].max(points[1]) / 72.0,
                dots: None,
            })
        })
        .collect();
    if pages.is_empty() {
        return Err(Error::Unopened(fault(&sizes)));
    }
    let pictures = run(Command::new("prlimit")
        .args([MEMORY, SECONDS, "pdfimages", "-list", "-l", &most])
        .arg(file))?;
    for line in lines(&pictures).skip(2) {
        // page num type width height color comp bpc enc interp object ID x-ppi y-ppi size ratio
        let fields: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<usize>().ok();
        if let (Some(page), Some(width), Some(dots)) = (number(0), number(3), number(12))
            && width >= SMALLEST
            && let Some(page) = page.checked_sub(1).and_then(|at| pages.get_mut(at))
        {
            page.dots = Some(page.dots.unwrap_or(0.0).max(dots as f64));
        }
    }
    Ok(pages)
}

fn lines(output: &Output) -> impl Iterator<Item = String> {
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.lines()
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// One page of a PDF, drawn grey and no larger than [`DRAWN`] whatever its size is said to be.
fn drawn(file: &Path, number: usize, page: &Page, folder: &Path) -> Result<Picture, Error> {
    let root = folder.join("page");
    let (number, side) = (number.to_string(), DRAWN.to_string());
    let output = run(Command::new("prlimit")
        .args([
            MEMORY,
            SECONDS,
            LARGEST_FILE,
            "pdftoppm",
            "-gray",
            "-singlefile",
        ])
        .args(["-f", &number, "-l", &number, "-scale-to", &side])
        .arg(file)
        .arg(&root))?;
    let path = root.with_extension("pgm");
    let bytes = match fs::read(&path) {
        Ok(bytes) if output.status.success() => bytes,
        _ => return Err(Error::Unopened(fault(&output))),
    };
    fs::remove_file(&path)?;
    let grey = portable(&bytes).ok_or(Error::Unopened(Unopened::Broken))?;
    let drawn = f64::from(grey.width().max(grey.height())) / page.inches;
    let detail = page.dots.map_or(1.0, |dots| dots / drawn);
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

fn run(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).output()
}

/// What poppler's refusal means.
fn fault(output: &Output) -> Unopened {
    if String::from_utf8_lossy(&output.stderr).contains("Incorrect password") {
        Unopened::Locked
    } else {
        Unopened::Broken
    }
}

#[cfg(test)]
mod tests {
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
    fn what_is_no_scan_is_told_and_a_bomb_is_not_unpacked() {
        let mut png = Vec::new();
        GrayImage::new(40, 30)
            .write_to(&mut io::Cursor::new(&mut png), ImageFormat::Png)
            .unwrap();
        assert_eq!(told(&png), None);
        // The head says how large it would be: it is not read any further.
        let mut bomb = png.clone();
        bomb[16..24].copy_from_slice(&[0, 0, 0xc0, 0, 0, 0, 0xc0, 0]);
        let head = {
            let sum = crc(&bomb[12..29]);
            bomb[29..33].copy_from_slice(&sum.to_be_bytes());
            bomb
        };
        assert_eq!(told(&head), Some(Unopened::TooLarge));
        for (bytes, why) in [
            (&png[..50], Unopened::Broken),
            (b"%PDF-1.7 nothing", Unopened::Broken),
            (b"PK\x03\x04 a table", Unopened::OtherKind),
            (b"", Unopened::OtherKind),
        ] {
            assert_eq!(told(bytes), Some(why));
        }
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
            })
        })
    }

    #[test]
    fn a_locked_pdf_is_told_and_a_page_as_large_as_a_house_is_drawn_small() {
        let folder = tempfile::tempdir().unwrap();
        let [plain, locked] = ["plain", "locked"].map(|name| folder.path().join(name));
        // The table of objects is missing: poppler makes it anew.
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
        let picture = pictures(&plain, folder.path())
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        assert_eq!(picture.grey.width(), DRAWN);
        let status = Command::new("qpdf")
            .args(["--warning-exit-0", "--encrypt", "a", "b", "256", "--"])
            .args([&plain, &locked])
            .status()
            .unwrap();
        assert!(status.success());
        let refused = read(&locked, folder.path());
        assert!(matches!(refused, Err(Error::Unopened(Unopened::Locked))));
    }
}
