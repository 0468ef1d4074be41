//! Names of files: what they say a file is, and how they are shown (SEC-64).

use encoding_rs::IBM866;
use unicode_normalization::UnicodeNormalization as _;

use crate::{Kind, Refusal};

/// How long a name is shown, in characters.
const LONGEST: usize = 150;

/// What runs, or what a browser opens as a page: no document has it before its own extension.
const RUNS: [&str; 29] = [
    "asp", "aspx", "bat", "cmd", "cpl", "dll", "docm", "exe", "hta", "htm", "html", "jar", "js",
    "jse", "jsp", "lnk", "mht", "mhtml", "msi", "php", "pif", "ps1", "scr", "shtml", "svg", "vbe",
    "vbs", "wsf", "xhtml",
];

/// The extension, in small letters; empty if there is none.
#[must_use]
pub fn extension(name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    if stem.is_empty() {
        String::new()
    } else {
        extension.to_lowercase()
    }
}

/// What the name says the file is: all there is to ask before its bytes come.
///
/// # Errors
/// Why it is not taken, whatever its bytes are.
pub fn kind(name: &str) -> Result<Kind, Refusal> {
    let name = shown_name(name);
    let extension = extension(&name);
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| kind.extensions().contains(&extension.as_str()))
        .ok_or(Refusal::Unaccepted)?;
    let mut before = name
        .rsplit('.')
        .skip(1)
        .map(|part| part.trim().to_lowercase());
    if name.matches('.').count() > 1 && before.any(|part| RUNS.contains(&part.as_str())) {
        return Err(Refusal::DoubleExtension);
    }
    Ok(kind)
}

/// The name as it is shown: the last part of a path, composed, without control and direction marks,
/// 150 characters at most with its extension (SEC-64).
#[must_use]
pub fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .nfc()
        .filter(|c| {
            !c.is_control()
                && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        })
        .collect();
    let clean = clean.trim();
    if clean.is_empty() {
        return "документ".to_owned();
    }
    let length = clean.chars().count();
    if length <= LONGEST {
        return clean.to_owned();
    }
    let (stem, extension) = clean.rsplit_once('.').unwrap_or((clean, ""));
    let tail = match extension.chars().count() {
        1..=10 => format!(".{extension}"),
        _ => String::new(),
    };
    let stem: String = stem.chars().take(LONGEST - tail.chars().count()).collect();
    format!("{stem}{tail}")
}

/// The name of a file in an archive, as its maker wrote it: UTF-8, or the code page Windows packs
/// Russian names in.
pub(crate) fn packed(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => IBM866.decode_without_bom_handling(raw).0.into_owned(),
    }
}

/// Whether a name in an archive stays inside the folder it would be unpacked to (SEC-62).
pub(crate) fn stays_inside(name: &str) -> bool {
    let absolute = name.starts_with(['/', '\\']) || name.chars().nth(1) == Some(':');
    !absolute && !name.contains('\0') && name.split(['/', '\\']).all(|part| part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_64_names_are_shown_without_what_deceives() {
        assert_eq!(shown_name("C:\\Сканы\\диплом.pdf"), "диплом.pdf");
        assert_eq!(shown_name("../../etc/passwd"), "passwd");
        assert_eq!(shown_name("счёт\u{202e}fdp.exe"), "счётfdp.exe");
        assert_eq!(shown_name("и\u{306}.pdf"), "й.pdf");
        assert_eq!(shown_name("a\r\nb.pdf"), "ab.pdf");
        assert_eq!(shown_name(" \u{feff} "), "документ");
        let long = shown_name(&format!("{}.pdf", "я".repeat(300)));
        assert_eq!((long.chars().count(), long.ends_with("я.pdf")), (150, true));
    }

    #[test]
    fn a_name_is_of_one_kind() {
        assert_eq!(kind("приказ.от.01.09.pdf"), Ok(Kind::Pdf));
        assert_eq!(kind(".pdf"), Err(Refusal::Unaccepted));
        assert_eq!(kind("a.pdf\0.exe"), Err(Refusal::Unaccepted));
        assert_eq!(kind("a.HTML.pdf"), Err(Refusal::DoubleExtension));
        assert_eq!(kind("a.docm"), Err(Refusal::Unaccepted));
    }

    #[test]
    fn names_in_archives_are_read_in_both_encodings() {
        assert_eq!(packed("Диплом.pdf".as_bytes()), "Диплом.pdf");
        assert_eq!(
            packed(&[0x84, 0xA8, 0xAF, 0xAB, 0xAE, 0xAC, b'.', b'p', b'd', b'f']),
            "Диплом.pdf"
        );
        assert!(stays_inside("папка/файл..pdf"));
        for out in [
            "../a.pdf",
            "a/../../b.pdf",
            "/a.pdf",
            "C:\\a.pdf",
            "..\\a.pdf",
            "a\0.pdf",
        ] {
            assert!(!stays_inside(out), "{out}");
        }
    }
}
