//! Pictures, by the size in their headers: what would not fit into memory is not opened to be
//! counted (SEC-62).

use std::io::{BufReader, Read, Seek};

use imagesize::ImageError;

use crate::Refusal;

/// How many points a picture may have. A sheet A3 scanned at 600 dpi has 70 millions.
const MOST: u64 = 200_000_000;

pub(crate) fn check<R: Read + Seek>(reader: &mut R) -> Result<(), Refusal> {
    let size = match imagesize::reader_size(BufReader::new(reader)) {
        Ok(size) => size,
        Err(ImageError::IoError(error)) => return Err(error.into()),
        Err(_) => return Err(Refusal::Damaged),
    };
    let points = (size.width as u64).saturating_mul(size.height as u64);
    match points {
        0 => Err(Refusal::Damaged),
        points if points > MOST => Err(Refusal::TooManyPixels { most: MOST }),
        _ => Ok(()),
    }
}
