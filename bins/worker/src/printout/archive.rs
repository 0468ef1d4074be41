//! A ZIP being written to the disk, file by file. Which files, and how they are called inside, is its
//! caller's.

use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
};

use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::Error;

/// An archive being written.
pub struct Archive(ZipWriter<File>);

impl Archive {
    /// An empty one at `path`.
    pub fn create(path: &Path) -> Result<Self, Error> {
        Ok(Self(ZipWriter::new(File::create(path)?)))
    }

    /// Adds a document of the disk as it is: papers and pictures do not shrink.
    pub fn file(self, name: &str, from: &Path) -> Result<Self, Error> {
        self.append(name, &mut File::open(from)?)
    }

    /// Adds an open document as it is.
    pub fn append(mut self, name: &str, from: &mut File) -> Result<Self, Error> {
        let large = from.metadata()?.len() > u64::from(u32::MAX);
        let stored = options().compression_method(CompressionMethod::Stored);
        self.0
            .start_file(name, stored.large_file(large))
            .map_err(broken)?;
        io::copy(from, &mut self.0)?;
        Ok(self)
    }

    /// Adds a text.
    pub fn text(mut self, name: &str, text: &str) -> Result<Self, Error> {
        self.0.start_file(name, options()).map_err(broken)?;
        self.0.write_all(text.as_bytes())?;
        Ok(self)
    }

    /// Ends the archive.
    pub fn close(self) -> Result<(), Error> {
        self.0.finish().map_err(broken)?;
        Ok(())
    }
}

/// No time of its own: the same documents are the same archive.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
}

fn broken(error: ZipError) -> Error {
    Error::Disk(error.into())
}
