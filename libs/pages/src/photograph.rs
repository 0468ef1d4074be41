//! A JPEG or a PNG, unpacked once its head has said how large it would be.

use std::{fs::File, io::BufReader, path::Path};

use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, metadata::Orientation,
};

use crate::{Error, Fault};

/// The most pixels a picture may unfold to: a sheet scanned at 600 dots an inch has 35 million.
const MOST_PIXELS: u64 = 60_000_000;

/// A picture as it lies in its file.
#[derive(Debug)]
pub struct Photograph {
    /// Its pixels.
    pub picture: DynamicImage,
    /// How it is to be turned, as its camera says.
    pub turn: Orientation,
}

impl Photograph {
    /// Unpacks a picture.
    ///
    /// # Errors
    /// [`Error::File`] when the file is at fault, [`Error::Machine`] when it cannot be read.
    pub fn unpack(file: &Path) -> Result<Self, Error> {
        let reader = ImageReader::new(BufReader::new(File::open(file)?)).with_guessed_format()?;
        if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
            return Err(Error::File(Fault::OtherKind));
        }
        let broken = |_| Error::File(Fault::Broken);
        let mut decoder = reader.into_decoder().map_err(broken)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(Error::File(Fault::Large));
        }
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_PIXELS * 8);
        decoder.set_limits(limits).map_err(broken)?;
        Ok(Self {
            turn: decoder.orientation().map_err(broken)?,
            picture: DynamicImage::from_decoder(decoder).map_err(broken)?,
        })
    }
}
