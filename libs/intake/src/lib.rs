//! Which files are taken from people, and why another one is not (SEC-60, SEC-62, SEC-64): judged by
//! the name, by the first bytes, and by what only the whole file tells.
//!
//! Nothing is stored, asked or extracted here: the caller brings bytes, or something to seek in.
//! Where a file may be attached, and how large it may be in this region, are the caller's.

mod archive;
mod name;
mod office;
mod pdf;
mod picture;
mod refusal;

use std::io::{Read, Seek, SeekFrom};

pub use archive::{Archive, Entry};
pub use name::{extension, kind as named, shown_name};
pub use pdf::Words;
pub use refusal::Refusal;

/// How many first bytes [`begin`] wants to see; fewer only of a shorter file.
pub const HEAD: usize = 4096;

/// Where a browser looks for markup in what it is told to be something else.
const SNIFFED: usize = 1024;

/// What makes a browser take a file for a page.
const MARKUP: [&[u8]; 7] = [
    b"<html",
    b"<script",
    b"<!doctype",
    b"<svg",
    b"<iframe",
    b"<body",
    b"<?php",
];

/// A kind of file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Documents, scans.
    Pdf,
    /// Photographs, scans.
    Jpg,
    /// Pictures.
    Png,
    /// Scans.
    Tiff,
    /// Texts without macros.
    Docx,
    /// Tables without macros.
    Xlsx,
    /// Presentations without macros.
    Pptx,
    /// Videos of lessons.
    Mp4,
    /// Files of the other kinds, packed.
    Zip,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Pdf,
        Self::Jpg,
        Self::Png,
        Self::Tiff,
        Self::Docx,
        Self::Xlsx,
        Self::Pptx,
        Self::Mp4,
        Self::Zip,
    ];

    /// The extensions a file of the kind may have; the first is how people call it.
    #[must_use]
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Jpg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Tiff => &["tif", "tiff"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Pptx => &["pptx"],
            Self::Mp4 => &["mp4"],
            Self::Zip => &["zip"],
        }
    }

    /// The content type it is stored and given out with.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpg => "image/jpeg",
            Self::Png => "image/png",
            Self::Tiff => "image/tiff",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
            Self::Mp4 => "video/mp4",
            Self::Zip => "application/zip",
        }
    }

    /// Whether `head` begins as files of this kind do.
    fn begins(self, head: &[u8]) -> bool {
        match self {
            Self::Pdf => head.starts_with(b"%PDF-"),
            Self::Jpg => head.starts_with(&[0xFF, 0xD8, 0xFF]),
            Self::Png => head.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Tiff => head.starts_with(b"II*\0") || head.starts_with(b"MM\0*"),
            Self::Docx | Self::Xlsx | Self::Pptx | Self::Zip => head.starts_with(b"PK\x03\x04"),
            Self::Mp4 => head.get(4..8) == Some(b"ftyp") && head.get(8..12).is_some_and(is_mp4),
        }
    }

    const fn is_zipped(self) -> bool {
        matches!(self, Self::Docx | Self::Xlsx | Self::Pptx | Self::Zip)
    }
}

/// The brands of MP4 itself; QuickTime, HEIC and 3GP have others.
fn is_mp4(brand: &[u8]) -> bool {
    matches!(
        brand,
        b"isom"
            | b"iso2"
            | b"iso4"
            | b"iso5"
            | b"iso6"
            | b"mp41"
            | b"mp42"
            | b"avc1"
            | b"M4V "
            | b"MSNV"
            | b"dash"
    )
}

/// What a file is by its name and its first bytes, [`HEAD`] of them. The rest is yet to be told by
/// [`whole`].
///
/// # Errors
/// Why it is not taken; not a byte more has to be read then.
pub fn begin(name: &str, head: &[u8]) -> Result<Kind, Refusal> {
    if head.is_empty() {
        return Err(Refusal::Empty);
    }
    let kind = name::kind(name)?;
    if !kind.begins(head) {
        return Err(otherwise(kind, head));
    }
    let sniffed = head[..head.len().min(SNIFFED)].to_ascii_lowercase();
    let is_page = |mark: &[u8]| sniffed.windows(mark.len()).any(|seen| seen == mark);
    if !kind.is_zipped() && MARKUP.into_iter().any(is_page) {
        return Err(Refusal::Polyglot);
    }
    Ok(kind)
}

/// Why a file that does not begin as its name says is refused.
fn otherwise(kind: Kind, head: &[u8]) -> Refusal {
    // Office locks a document by wrapping it into its old container.
    let old_office = head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    if old_office && matches!(kind, Kind::Docx | Kind::Xlsx | Kind::Pptx) {
        return Refusal::Password;
    }
    if kind == Kind::Zip && head.starts_with(b"PK\x05\x06") {
        return Refusal::EmptyArchive;
    }
    match Kind::ALL.into_iter().find(|other| other.begins(head)) {
        Some(found) if !found.is_zipped() => Refusal::Misnamed {
            found: found.extensions()[0],
            named: kind.extensions()[0],
        },
        _ => Refusal::NotWhatItSays {
            named: kind.extensions()[0],
        },
    }
}

/// Looks at what only the whole file tells: a second file behind it, archives that swell, macros,
/// pictures too large to be opened. `size` is the file's, in bytes.
///
/// # Errors
/// Why it is not taken; [`Refusal::Unread`] if the reader failed, which is nobody's fault.
pub fn whole<R: Read + Seek>(kind: Kind, reader: &mut R, size: u64) -> Result<(), Refusal> {
    reader.seek(SeekFrom::Start(0))?;
    match kind {
        Kind::Docx | Kind::Xlsx | Kind::Pptx => return office::check(kind, reader, size),
        Kind::Zip => return Archive::open(reader, size).map(drop),
        Kind::Jpg | Kind::Png | Kind::Tiff => picture::check(reader)?,
        Kind::Pdf | Kind::Mp4 => {}
    }
    if archive::end(reader, size)?.is_some() {
        return Err(Refusal::Polyglot);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_60_a_file_is_what_its_name_and_its_first_bytes_say() {
        assert_eq!(begin("скан.PDF", b"%PDF-1.7\n"), Ok(Kind::Pdf));
        assert_eq!(begin("фото.jpeg", &[0xFF, 0xD8, 0xFF, 0xE0]), Ok(Kind::Jpg));
        assert_eq!(begin("урок.mp4", b"\0\0\0\x20ftypisom"), Ok(Kind::Mp4));
        assert_eq!(begin("скан.tif", b"II*\0\x08\0\0\0"), Ok(Kind::Tiff));
        assert_eq!(begin("a.pdf", b""), Err(Refusal::Empty));
        assert_eq!(begin("a.pdf.exe", b"MZ"), Err(Refusal::Unaccepted));
        assert_eq!(begin("a.svg", b"<svg/>"), Err(Refusal::Unaccepted));
        assert_eq!(begin("a", b"%PDF-1.7"), Err(Refusal::Unaccepted));
        assert_eq!(
            begin("a.exe.pdf", b"%PDF-1.7"),
            Err(Refusal::DoubleExtension)
        );
        assert_eq!(
            begin("a.pdf", b"<html>"),
            Err(Refusal::NotWhatItSays { named: "pdf" })
        );
        assert_eq!(
            begin("a.jpg", b"%PDF-1.7"),
            Err(Refusal::Misnamed {
                found: "pdf",
                named: "jpg"
            })
        );
        assert_eq!(
            begin("a.pdf", b"%PDF-1.7\n<HTML><script>"),
            Err(Refusal::Polyglot)
        );
        assert_eq!(
            begin("a.docx", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
            Err(Refusal::Password)
        );
    }
}
