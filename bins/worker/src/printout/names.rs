//! Names of what lies in an archive: Cyrillic as it is, nothing a file system refuses or a person
//! is misled by, none twice in a folder.

use std::collections::HashSet;

use app::files::FileState;

/// The longest name, in characters, its ending included.
const MOST: usize = 100;

/// The names given in one folder.
#[derive(Default)]
pub struct Names(HashSet<String>);

impl Names {
    /// A name of these words that no other has, whatever its letters' case.
    pub fn give(&mut self, words: &str, ending: &str) -> String {
        let words = clean(words);
        for again in 1.. {
            let rest = match again {
                1 => ending.to_owned(),
                again => format!(" ({again}){ending}"),
            };
            let room = MOST.saturating_sub(rest.chars().count());
            let stem: String = words.chars().take(room).collect();
            let name = format!("{}{rest}", stem.trim_end_matches([' ', '.']));
            if self.0.insert(name.to_lowercase()) {
                return name;
            }
        }
        words
    }
}

/// The ending of a file, by what its first bytes said it is: the person's own may say anything.
pub fn ending(content_type: &str) -> &'static str {
    match content_type {
        "application/pdf" => ".pdf",
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "application/zip" => ".zip",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => ".docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => ".xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => ".pptx",
        "image/tiff" => ".tiff",
        "video/mp4" => ".mp4",
        _ => "",
    }
}

/// Why a file is not given out; none for one that is (SEC-63).
pub fn withheld(state: FileState) -> Option<&'static str> {
    match state {
        FileState::Clean | FileState::Unchecked => None,
        FileState::Quarantined => Some("он проверяется на вирусы"),
        FileState::Refused => Some("в нём найден вирус"),
    }
}

fn clean(words: &str) -> String {
    let clean: String = words
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => ' ',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .filter(|c| {
            !c.is_control()
                && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        })
        .collect();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = clean.trim_matches([' ', '.']);
    if clean.is_empty() {
        "документ".to_owned()
    } else {
        clean.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_system_refuses_is_left_out() {
        let mut names = Names::default();
        assert_eq!(
            names.give(
                "02 Таблица – «подпись» a/b\\c:d*e?\"<f>|\u{202e}gpj\0.",
                ".pdf"
            ),
            "02 Таблица – «подпись» a b c d e f gpj.pdf"
        );
        assert_eq!(names.give("../../etc", ""), "etc");
        assert_eq!(names.give(" .. ", ".pdf"), "документ.pdf");
    }

    #[test]
    fn none_is_given_twice_and_none_is_too_long() {
        let mut names = Names::default();
        assert_eq!(names.give("Грамота", ".pdf"), "Грамота.pdf");
        assert_eq!(names.give("ГРАМОТА", ".pdf"), "ГРАМОТА (2).pdf");
        assert_eq!(names.give("грамота", ".pdf"), "грамота (3).pdf");
        let long = "Ж".repeat(300);
        let given: Vec<String> = (0..12).map(|_| names.give(&long, ".docx")).collect();
        assert!(given.iter().all(|name| name.chars().count() == MOST));
        assert!(given[11].ends_with(" (12).docx"));
    }
}
