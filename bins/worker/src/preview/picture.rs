//! A page as the viewer shows it: a JPEG of a bounded size, made anew, so that nothing of the
//! stranger's bytes is shown to anybody.

use image::{DynamicImage, Rgb, RgbImage, codecs::jpeg::JpegEncoder, imageops};
use pages::{Error, Fault, Ink, Pages, Photograph};

/// The longer side of a picture: an upright sheet of A4 is 1200 pixels across.
const LARGEST: u32 = 1700;

/// How well pictures are kept, of 100.
const QUALITY: u8 = 82;

/// How many pages there are.
///
/// # Errors
/// As [`Pages::of`].
pub fn count(pages: &Pages) -> Result<u32, Error> {
    match pages {
        Pages::Pdf(pdf) => pdf.count(),
        Pages::Photograph(_) => Ok(1),
    }
}

/// The picture of a page, from 1, as a JPEG.
///
/// # Errors
/// As [`Pages::of`].
pub fn draw(pages: &Pages, page: u32) -> Result<Vec<u8>, Error> {
    match pages {
        Pages::Pdf(pdf) => pdf.draw(page, LARGEST, Ink::Colour(QUALITY)),
        Pages::Photograph(file) => photograph(Photograph::unpack(file)?),
    }
}

/// A photograph, turned as its camera says.
fn photograph(Photograph { mut picture, turn }: Photograph) -> Result<Vec<u8>, Error> {
    if picture.width().max(picture.height()) > LARGEST {
        picture = picture.thumbnail(LARGEST, LARGEST);
    }
    picture.apply_orientation(turn);
    let mut jpeg = Vec::new();
    on_paper(&picture)
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))
        .map_err(|_| Error::File(Fault::Broken))?;
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
    use std::{fs, io};

    use image::ImageFormat;

    use super::*;

    /// The size a document's first page is shown in.
    fn size(bytes: &[u8]) -> (u32, u32) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("document");
        fs::write(&file, bytes).unwrap();
        let pages = Pages::of(&file, folder.path()).unwrap();
        let drawn = draw(&pages, 1).unwrap();
        let picture = image::load_from_memory_with_format(&drawn, ImageFormat::Jpeg).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn a_photograph_is_made_smaller_and_turned_as_its_camera_says() {
        let mut photo = io::Cursor::new(Vec::new());
        let picture = DynamicImage::new_rgb8(2400, 1200);
        picture.write_to(&mut photo, ImageFormat::Jpeg).unwrap();
        let photo = photo.into_inner();
        assert_eq!(size(&photo), (1700, 850));
        // The camera lay on its side: orientation 6 is to be turned clockwise.
        let exif: &[u8] = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let turned = [&photo[..2], exif, &photo[2..]].concat();
        assert_eq!(size(&turned), (850, 1700));
    }

    #[test]
    fn what_shows_through_a_picture_is_white() {
        let clear = DynamicImage::new_rgba8(3, 2);
        assert_eq!(on_paper(&clear).get_pixel(1, 1), &Rgb([255, 255, 255]));
    }
}
