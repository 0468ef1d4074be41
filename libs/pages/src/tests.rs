//! Files as they come, and as nobody should send them.

use std::{fs, io, process::Command};

use image::{DynamicImage, ImageFormat};

use super::*;

const SIDE: u32 = 1700;

const SHEETS: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
     2 0 obj<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>endobj\n\
     3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
     4 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate 90>>endobj\n\
     trailer<</Root 1 0 R>>\n";

/// Does something with the pages of a file that says `bytes`.
fn with<T>(bytes: &[u8], look: impl FnOnce(Pages) -> Result<T, Error>) -> Result<T, Error> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document");
    fs::write(&file, bytes).unwrap();
    look(Pages::of(&file, folder.path())?)
}

fn pdf<T>(bytes: &[u8], look: impl FnOnce(Pdf) -> Result<T, Error>) -> T {
    let looked = with(bytes, |pages| match pages {
        Pages::Pdf(pdf) => look(pdf),
        Pages::Photograph(_) => panic!("no PDF"),
    });
    looked.unwrap()
}

/// The size a sheet of a PDF is drawn in.
fn size(bytes: &[u8], number: u32) -> (u32, u32) {
    let drawn = pdf(bytes, |pdf| pdf.draw(number, SIDE, Ink::Colour(80)));
    let picture = image::load_from_memory_with_format(&drawn, ImageFormat::Jpeg).unwrap();
    (picture.width(), picture.height())
}

/// What is wrong with a file.
fn fault(bytes: &[u8]) -> Fault {
    let drawn = with(bytes, |pages| match pages {
        Pages::Pdf(pdf) => pdf.draw(1, SIDE, Ink::Grey).map(drop),
        Pages::Photograph(file) => Photograph::unpack(&file).map(drop),
    });
    match drawn {
        Err(Error::File(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = io::Cursor::new(Vec::new());
    let picture = DynamicImage::new_rgb8(40, 30);
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A TIFF of two white sheets, 64 × 96, one bit a pixel, as little as readers need.
fn tiff() -> Vec<u8> {
    let (width, height) = (64_u32, 96_u32);
    let size = width * height / 8;
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    for sheet in 0..2 {
        let fields = [
            (256_u16, width),
            (257, height),
            (258, 1),
            (259, 1),
            (262, 1),
            (273, 0), // where the pixels are: behind the fields
            (277, 1),
            (278, height),
            (279, size),
        ];
        let pixels = u32::try_from(bytes.len() + 2 + fields.len() * 12 + 4).unwrap();
        bytes.extend(9_u16.to_le_bytes());
        for (tag, value) in fields {
            let value = if tag == 273 { pixels } else { value };
            bytes.extend([tag, 4].map(u16::to_le_bytes).as_flattened());
            bytes.extend([1, value].map(u32::to_le_bytes).as_flattened());
        }
        let next = if sheet == 0 { pixels + size } else { 0 };
        bytes.extend(next.to_le_bytes());
        bytes.resize(bytes.len() + usize::try_from(size).unwrap(), 0xff);
    }
    bytes
}

#[test]
fn a_sheet_is_drawn_upright_and_a_turned_one_across() {
    assert_eq!(pdf(SHEETS.as_bytes(), |pdf| pdf.count()), 2);
    let (width, height) = size(SHEETS.as_bytes(), 1);
    assert!(height == SIDE && (1195..=1205).contains(&width), "{width}");
    let (width, height) = size(SHEETS.as_bytes(), 2);
    assert!(width == SIDE && (1195..=1205).contains(&height), "{height}");
}

#[test]
fn a_page_as_large_as_a_house_is_drawn_small() {
    let house = SHEETS.replace("[0 0 595 842]", "[0 0 14000 9000]");
    assert_eq!(size(house.as_bytes(), 1).0, SIDE);
}

#[test]
fn every_picture_of_a_tiff_is_a_sheet() {
    let sheets = pdf(&tiff(), |pdf| pdf.sheets(30));
    assert_eq!(sheets.len(), 2);
    for number in [1, 2] {
        let (width, height) = size(&tiff(), number);
        assert!(height == SIDE && (1130..=1136).contains(&width), "{width}");
    }
    assert_eq!(fault(&tiff()[..40]), Fault::Broken);
}

#[test]
fn what_has_no_pages_is_told_and_a_bomb_is_not_unpacked() {
    let png = picture(ImageFormat::Png);
    assert_eq!(fault(&png[..50]), Fault::Broken);
    assert_eq!(fault(b"%PDF-1.7 nothing"), Fault::Broken);
    assert_eq!(fault(b"PK\x03\x04 a table"), Fault::OtherKind);
    assert_eq!(fault(b""), Fault::OtherKind);
    // The head says how large it would be: nothing is unpacked.
    let mut bomb = png;
    bomb[16..24].copy_from_slice(&[0, 0, 0xc0, 0, 0, 0, 0xc0, 0]);
    let sum = crc(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(fault(&bomb), Fault::Large);
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn a_locked_document_is_told_from_a_broken_one() {
    let folder = tempfile::tempdir().unwrap();
    let [plain, locked] = ["plain", "locked"].map(|name| folder.path().join(name));
    // The table of objects is missing: readers make it anew.
    fs::write(&plain, SHEETS).unwrap();
    let status = Command::new("qpdf")
        .args(["--warning-exit-0", "--encrypt", "a", "b", "256", "--"])
        .args([&plain, &locked])
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(fault(&fs::read(locked).unwrap()), Fault::Locked);
}

/// A page that asks for more than it is given ends the run, and is told.
#[test]
fn a_hostile_page_is_given_up() {
    let page = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
         2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R\
         /Resources<</XObject<</X 4 0 R>>>>>>endobj\n\
         4 0 obj<</Type/XObject/Subtype/Image/Width 200000/Height 200000/BitsPerComponent 8\
         /ColorSpace/DeviceRGB/Length 3>>stream\nabc\nendstream endobj\n\
         5 0 obj<</Length 5>>stream\n/X Do\nendstream endobj\n\
         trailer<</Root 1 0 R>>\n";
    assert_eq!(fault(page.as_bytes()), Fault::Broken);
}

#[test]
fn a_missing_program_is_the_machines_fault() {
    let output = bounded::bounded("a-program-nobody-has").output().unwrap();
    let error = bounded::fault(&output).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}
