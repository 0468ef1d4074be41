//! Archives, opened by their central directory alone: how many files, how large, under which
//! names is known before one of them is unpacked, and none ever is to the disk (SEC-62).

use std::io::{Read, Seek, SeekFrom};

use zip::{CompressionMethod, ZipArchive};

use crate::{Refusal, name};

/// How many files an archive may have.
const MOST_ENTRIES: usize = 2_000;

/// How large they may be together, in bytes.
const MOST_BYTES: u64 = 200 * 1024 * 1024;

/// How many times larger they may be than the archive.
const MOST_RATIO: u64 = 100;

/// What packs as tightly as this is small enough to be harmless.
const HARMLESS: u64 = 1024 * 1024;

/// The end of a central directory, without the comment behind it.
const END: u64 = 22;

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which it is.
    pub index: usize,
    /// Its name with its folders.
    pub path: String,
    /// Bytes, unpacked.
    pub size: u64,
}

/// An archive whose directory was found in order.
pub struct Archive<R> {
    zip: ZipArchive<R>,
    entries: Vec<Entry>,
}

/// The end of a central directory, if one stands at the end of these bytes: how many entries it
/// tells of. `size` is the file's.
pub(crate) fn end<R: Read + Seek>(reader: &mut R, size: u64) -> Result<Option<u16>, Refusal> {
    let most = size.min(END + u64::from(u16::MAX));
    reader.seek(SeekFrom::Start(size - most))?;
    let mut tail = Vec::new();
    reader.take(most).read_to_end(&mut tail)?;
    let word = |at: usize| {
        tail.get(at..at + 2)
            .map(|two| u16::from_le_bytes([two[0], two[1]]))
    };
    let found = (0..tail.len().saturating_sub(21)).rev().find(|&at| {
        tail[at..].starts_with(b"PK\x05\x06")
            && word(at + 20).is_some_and(|comment| at + 22 + usize::from(comment) <= tail.len())
    });
    Ok(found.and_then(|at| word(at + 10)))
}

impl<R: Read + Seek> Archive<R> {
    /// Opens an archive of `size` bytes.
    ///
    /// # Errors
    /// Why it is not taken: it swells, has too many files, names that lead out of it, a password.
    pub fn open(mut reader: R, size: u64) -> Result<Self, Refusal> {
        // Counted before the directory is read into memory; the greatest number means that the
        // real one stands elsewhere.
        let count = end(&mut reader, size)?.ok_or(Refusal::Damaged)?;
        if usize::from(count) > MOST_ENTRIES {
            return Err(Refusal::TooManyEntries { most: MOST_ENTRIES });
        }
        let mut zip = ZipArchive::new(reader)?;
        if zip.len() > MOST_ENTRIES {
            return Err(Refusal::TooManyEntries { most: MOST_ENTRIES });
        }
        // Something stands before it: two files in one.
        if zip.offset() != 0 {
            return Err(Refusal::Polyglot);
        }
        let (mut entries, mut sum, mut packed) = (Vec::new(), 0_u64, 0_u64);
        for index in 0..zip.len() {
            let found = zip.by_index_data(index)?;
            let path = name::packed(found.name_raw());
            if !name::stays_inside(&path) || found.is_symlink() {
                return Err(Refusal::BadName);
            }
            if found.encrypted() {
                return Err(Refusal::Password);
            }
            let known = matches!(
                found.compression(),
                CompressionMethod::Stored | CompressionMethod::Deflated
            );
            if !known {
                return Err(Refusal::Damaged);
            }
            let (large, small) = (found.size(), found.compressed_size());
            sum = sum.saturating_add(large);
            packed = packed.saturating_add(small);
            if large > HARMLESS && large / MOST_RATIO > small {
                return Err(Refusal::Bomb);
            }
            if !path.ends_with(['/', '\\']) {
                entries.push(Entry {
                    index,
                    path,
                    size: large,
                });
            }
        }
        if sum > MOST_BYTES {
            return Err(Refusal::SwellsTooMuch { most: MOST_BYTES });
        }
        // The same bytes counted several times over: files that overlap.
        if packed > size
            || (sum > HARMLESS && sum / MOST_RATIO > size)
            || zip.has_overlapping_files()?
        {
            return Err(Refusal::Bomb);
        }
        if entries.is_empty() {
            return Err(Refusal::EmptyArchive);
        }
        Ok(Self { zip, entries })
    }

    /// Its files, in its order, without folders.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Its files that people packed: not what systems leave beside them.
    #[must_use]
    pub fn documents(&self) -> Vec<Entry> {
        let left_behind = |path: &str| {
            let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
            path.starts_with("__MACOSX")
                || matches!(last, ".DS_Store" | "Thumbs.db" | "desktop.ini")
        };
        let people = self
            .entries
            .iter()
            .filter(|entry| !left_behind(&entry.path));
        people.cloned().collect()
    }

    /// The bytes of a file, no more of them than the directory told of.
    ///
    /// # Errors
    /// [`Refusal::Damaged`] if it does not read.
    pub fn read(&mut self, entry: &Entry) -> Result<impl Read, Refusal> {
        let file = self.zip.by_index(entry.index)?;
        // One byte more than told of is an error of the checksum, not a longer file.
        Ok(file.take(entry.size))
    }
}
