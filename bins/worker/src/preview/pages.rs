//! The pages of a file as pictures: of a PDF drawn by a bounded `pdftoppm` (poppler-utils), since a
//! stranger's PDF may unfold to anything; a JPEG or a PNG is measured before it is unpacked, turned as
//! its camera says, and made anew, so that nothing of the stranger's bytes is shown to anybody.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use app::previews::Unshown;
use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgb, RgbImage,
    codecs::jpeg::JpegEncoder, imageops,
};

use super::Error;

/// The longer side of a picture: an upright sheet of A4 is 1200 pixels across.
const LARGEST: u32 = 1700;

/// How well pictures are kept, of 100.
const QUALITY: u8 = 82;

/// The most pixels a picture may unfold to: a sheet scanned at 600 dots an inch has 35 million.
const MOST_PIXELS: u64 = 60_000_000;

/// What one run of poppler's may take.
const MEMORY: &str = "--as=1073741824";
const SECONDS: &str = "--cpu=10";
const LARGEST_FILE: &str = "--fsize=33554432";

/// A file that has pages.
#[derive(Clone, Debug)]
pub struct Pages {
    file: PathBuf,
    folder: PathBuf,
    pdf: bool,
    /// How many.
    pub total: u32,
}

impl Pages {
    /// The pages of `file`; they are drawn into `folder`, which needs room for one.
    ///
    /// # Errors
    /// [`Error::Unshown`] when the file is at fault, [`Error::Machine`] when this machine is.
    pub fn of(file: &Path, folder: &Path) -> Result<Self, Error> {
        let mut start = Vec::new();
        File::open(file)?.take(1024).read_to_end(&mut start)?;
        let pdf = start.windows(5).any(|window| window == b"%PDF-");
        let total = if pdf { count(file)? } else { 1 };
        Ok(Self {
            file: file.to_owned(),
            folder: folder.to_owned(),
            pdf,
            total,
        })
    }

    /// The picture of a page, from 1, as a JPEG.
    ///
    /// # Errors
    /// As [`Pages::of`].
    pub fn draw(&self, page: u32) -> Result<Vec<u8>, Error> {
        if self.pdf {
            self.drawn(page)
        } else {
            photograph(&self.file)
        }
    }

    fn drawn(&self, page: u32) -> Result<Vec<u8>, Error> {
        let root = self.folder.join("page");
        let (number, side) = (page.to_string(), LARGEST.to_string());
        let quality = format!("quality={QUALITY}");
        let output = run(Command::new("prlimit")
            .args([MEMORY, SECONDS, LARGEST_FILE, "pdftoppm", "-jpeg"])
            .args(["-jpegopt", &quality, "-singlefile"])
            .args(["-f", &number, "-l", &number, "-scale-to", &side])
            .arg(&self.file)
            .arg(&root))?;
        let path = root.with_extension("jpg");
        match fs::read(&path) {
            Ok(picture) if output.status.success() && !picture.is_empty() => {
                fs::remove_file(&path)?;
                Ok(picture)
            }
            _ => Err(Error::Unshown(fault(&output))),
        }
    }
}

/// How many pages a PDF has.
fn count(file: &Path) -> Result<u32, Error> {
    let told = run(Command::new("prlimit")
        .args([MEMORY, SECONDS, "pdfinfo"])
        .arg(file))?;
    let words = String::from_utf8_lossy(&told.stdout);
    let pages = words.lines().find_map(|line| line.strip_prefix("Pages:"));
    match pages.and_then(|pages| pages.trim().parse().ok()) {
        Some(pages) if pages > 0 => Ok(pages),
        _ => Err(Error::Unshown(fault(&told))),
    }
}

fn run(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).output()
}

/// What poppler's refusal means.
fn fault(output: &Output) -> Unshown {
    if String::from_utf8_lossy(&output.stderr).contains("Incorrect password") {
        Unshown::Locked
    } else {
        Unshown::Broken
    }
}

/// A JPEG or a PNG, made anew. How large it would be is read from its head before it is unpacked.
fn photograph(file: &Path) -> Result<Vec<u8>, Error> {
    let broken = |_| Error::Unshown(Unshown::Broken);
    let reader = ImageReader::new(BufReader::new(File::open(file)?)).with_guessed_format()?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(Error::Unshown(Unshown::Broken));
    }
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Error::Unshown(Unshown::Large));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_PIXELS * 8);
    decoder.set_limits(limits).map_err(broken)?;
    let turn = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    if width.max(height) > LARGEST {
        picture = picture.thumbnail(LARGEST, LARGEST);
    }
    picture.apply_orientation(turn);
    let mut jpeg = Vec::new();
    on_paper(&picture)
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))
        .map_err(broken)?;
    Ok(jpeg)
}

/// The picture on a white ground, which is what shows through it.
fn on_paper(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let white = Rgb([255, 255, 255]);
    let paper = RgbImage::from_pixel(picture.width(), picture.height(), white);
    let mut paper = DynamicImage::from(paper).into_rgba8();
    imageops::overlay(&mut paper, &picture.to_rgba8(), 0, 0);
    DynamicImage::from(paper).into_rgb8()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
         2 0 obj<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
         4 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate 90>>endobj\n\
         trailer<</Root 1 0 R>>\n";

    fn pages(bytes: &[u8]) -> (Result<Pages, Error>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("document");
        fs::write(&file, bytes).unwrap();
        (Pages::of(&file, folder.path()), folder)
    }

    fn size(bytes: &[u8], page: u32) -> (u32, u32) {
        let (pages, _folder) = pages(bytes);
        let drawn = pages.unwrap().draw(page).unwrap();
        let picture = image::load_from_memory_with_format(&drawn, ImageFormat::Jpeg).unwrap();
        (picture.width(), picture.height())
    }

    fn unshown(bytes: &[u8]) -> Unshown {
        let (pages, _folder) = pages(bytes);
        match pages.and_then(|pages| pages.draw(1)) {
            Err(Error::Unshown(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let mut bytes = io::Cursor::new(Vec::new());
        let picture = DynamicImage::new_rgb8(width, height);
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_sheet_is_drawn_upright_and_a_turned_one_across() {
        assert_eq!(pages(SHEET.as_bytes()).0.unwrap().total, 2);
        let (width, height) = size(SHEET.as_bytes(), 1);
        assert!(
            height == LARGEST && (1195..=1205).contains(&width),
            "{width}"
        );
        let (width, height) = size(SHEET.as_bytes(), 2);
        assert!(
            width == LARGEST && (1195..=1205).contains(&height),
            "{height}"
        );
    }

    #[test]
    fn a_page_as_large_as_a_house_is_drawn_small() {
        let house = SHEET.replace("[0 0 595 842]", "[0 0 14000 9000]");
        assert_eq!(size(house.as_bytes(), 1).0, LARGEST);
    }

    #[test]
    fn a_photograph_is_made_smaller_and_turned_as_its_camera_says() {
        let photo = picture(ImageFormat::Jpeg, 2400, 1200);
        assert_eq!(size(&photo, 1), (1700, 850));
        // The camera lay on its side: orientation 6 is to be turned clockwise.
        let exif: &[u8] = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let turned = [&photo[..2], exif, &photo[2..]].concat();
        assert_eq!(size(&turned, 1), (850, 1700));
    }

    #[test]
    fn what_shows_through_a_picture_is_white() {
        let clear = DynamicImage::new_rgba8(3, 2);
        assert_eq!(on_paper(&clear).get_pixel(1, 1), &Rgb([255, 255, 255]));
    }

    #[test]
    fn what_cannot_be_shown_is_told() {
        let png = picture(ImageFormat::Png, 40, 30);
        assert_eq!(unshown(&png[..50]), Unshown::Broken);
        assert_eq!(unshown(b"%PDF-1.7 nothing"), Unshown::Broken);
        assert_eq!(unshown(b"PK\x03\x04 a table"), Unshown::Broken);
        // The head says how large it would be: nothing is unpacked.
        let mut bomb = png;
        bomb[16..24].copy_from_slice(&[0, 0, 0xc0, 0, 0, 0, 0xc0, 0]);
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(unshown(&bomb), Unshown::Large);
        let folder = tempfile::tempdir().unwrap();
        let [plain, locked] = ["plain", "locked"].map(|name| folder.path().join(name));
        fs::write(&plain, SHEET).unwrap();
        let status = Command::new("qpdf")
            .args(["--warning-exit-0", "--encrypt", "a", "b", "256", "--"])
            .args([&plain, &locked])
            .status()
            .unwrap();
        assert!(status.success());
        assert_eq!(unshown(&fs::read(locked).unwrap()), Unshown::Locked);
    }

    /// A page that asks for more than it is given ends the run, and is told.
    #[test]
    fn a_hostile_page_is_given_up() {
        let form = String::from(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
             2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
             3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R\
             /Resources<</XObject<</X 4 0 R>>>>>>endobj\n\
             4 0 obj<</Type/XObject/Subtype/Image/Width 200000/Height 200000/BitsPerComponent 8\
             /ColorSpace/DeviceRGB/Length 3>>stream\nabc\nendstream endobj\n\
             5 0 obj<</Length 5>>stream\n/X Do\nendstream endobj\n\
             trailer<</Root 1 0 R>>\n",
        );
        // The bound on its time ends it.
        assert_eq!(unshown(form.as_bytes()), Unshown::Broken);
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
            })
        })
    }
}
