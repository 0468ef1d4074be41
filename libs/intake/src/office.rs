//! Documents of Office: archives of the right kind, without what runs (SEC-62).

use std::io::{Read, Seek};

use crate::{Archive, Kind, Refusal, archive::Entry, extension};

/// How much of the list of parts is read, in bytes.
const MOST_PARTS: u64 = 1024 * 1024;

/// Archives and programs nobody has to embed in a document; tables behind charts are documents.
const EMBEDDED: [&str; 10] = [
    "7z", "bat", "cmd", "dll", "exe", "jar", "js", "rar", "vbs", "zip",
];

pub(crate) fn check<R: Read + Seek>(kind: Kind, reader: &mut R, size: u64) -> Result<(), Refusal> {
    let mut archive = Archive::open(reader, size)?;
    let entries = archive.entries().to_vec();
    let has = |path: &str| entries.iter().any(|entry| entry.path == path);
    let (main, content) = match kind {
        Kind::Xlsx => ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
        Kind::Pptx => (
            "ppt/presentation.xml",
            "presentationml.presentation.main+xml",
        ),
        _ => ("word/document.xml", "wordprocessingml.document.main+xml"),
    };
    let ends = |end: &str| {
        entries
            .iter()
            .any(|entry| entry.path.to_lowercase().ends_with(end))
    };
    if ends("vbaproject.bin") || ends("vbadata.xml") {
        return Err(Refusal::Macros);
    }
    if entries
        .iter()
        .any(|entry| EMBEDDED.contains(&extension(&entry.path).as_str()))
    {
        return Err(Refusal::Nested);
    }
    let parts = entries
        .iter()
        .find(|entry| entry.path == "[Content_Types].xml");
    let Some(parts) = parts.filter(|_| has(main)) else {
        return Err(Refusal::NotWhatItSays {
            named: kind.extensions()[0],
        });
    };
    let text = parts_text(&mut archive, parts)?;
    if text.contains("macroEnabled") {
        return Err(Refusal::Macros);
    }
    if !text.contains(content) {
        return Err(Refusal::NotWhatItSays {
            named: kind.extensions()[0],
        });
    }
    Ok(())
}

fn parts_text<R: Read + Seek>(archive: &mut Archive<R>, parts: &Entry) -> Result<String, Refusal> {
    let mut text = Vec::new();
    archive
        .read(parts)?
        .take(MOST_PARTS)
        .read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
