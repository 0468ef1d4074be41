//! The pages of a file somebody sent, as pictures, within bounds: a stranger's file may unfold to
//! anything. A PDF is drawn by `pdftoppm` (poppler-utils) and a TIFF is made a PDF first by
//! `tiff2pdf` (libtiff-tools), both under `prlimit`; a JPEG or a PNG is measured before it is
//! unpacked. What is seen on the pages, and who is shown them, is others' to know. All of it blocks:
//! async callers run it on a blocking thread.

mod bounded;
mod pdf;
mod photograph;

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

pub use pdf::{Ink, Pdf, Sheet};
pub use photograph::Photograph;

/// A file that has pages.
#[derive(Clone, Debug)]
pub enum Pages {
    /// A document of some sheets.
    Pdf(Pdf),
    /// One picture, a JPEG or a PNG.
    Photograph(PathBuf),
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is nothing that has pages.
    OtherKind,
    /// It does not read as what it is, or takes more to draw than it is given.
    Broken,
    /// It asks for a password.
    Locked,
    /// It would unfold to more than is unpacked.
    Large,
}

/// Why there are no pictures.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is at fault; to be told to who sent it.
    #[error("страниц файла не показать: {0:?}")]
    File(Fault),
    /// This machine is: a program is missing or the disk is full. To be tried again.
    #[error("страницы файла не удалось получить на этой машине: {0}")]
    Machine(#[from] io::Error),
}

impl Pages {
    /// The pages of `file`, known by its first bytes. `folder` is for what is made of them and
    /// needs room for one page, and for the whole of a TIFF.
    ///
    /// # Errors
    /// [`Error::File`] when the file is at fault, [`Error::Machine`] when this machine is.
    pub fn of(file: &Path, folder: &Path) -> Result<Self, Error> {
        let mut start = Vec::new();
        File::open(file)?.take(1024).read_to_end(&mut start)?;
        if start.starts_with(b"II*\0") || start.starts_with(b"MM\0*") {
            return Ok(Self::Pdf(Pdf::of_tiff(file, folder)?));
        }
        // Something may stand before the first line of a PDF: readers look through a kilobyte.
        if start.windows(5).any(|window| window == b"%PDF-") {
            return Ok(Self::Pdf(Pdf::new(file, folder)));
        }
        Ok(Self::Photograph(file.to_owned()))
    }
}

#[cfg(test)]
mod tests;
