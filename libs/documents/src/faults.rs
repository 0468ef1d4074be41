//! What is wrong with a template, in words a person who edits one can act on: the line and what
//! the engine says of it, in Russian where it is usual.

use std::fmt;

pub use domain::template::Fault;
use serde::{Deserialize, Serialize};
use typst::WorldExt as _;
use typst::diag::SourceDiagnostic;

use crate::press::Sheet;

/// How many faults are told of: behind the first few the others follow from them.
const MOST: usize = 10;

/// The longest words on one, in characters.
const LONGEST: usize = 300;

/// All that is wrong with a template, as far as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl Faults {
    /// One fault of no line.
    #[must_use]
    pub fn of(words: impl Into<String>) -> Self {
        Self(vec![Fault {
            line: None,
            words: words.into(),
        }])
    }

    /// What the engine tells, with the line of the template: where the fault lies in the shared
    /// style, the line that called it.
    pub(crate) fn told(faults: &[SourceDiagnostic], sheet: &Sheet) -> Self {
        let told = faults.iter().take(MOST).map(|fault| {
            let calls = fault.trace.iter().map(|call| call.span.into());
            let line = std::iter::once(fault.span).chain(calls).find_map(|span| {
                let inside = span.id() == Some(sheet.main.id());
                let at = inside.then(|| sheet.range(span)).flatten()?;
                Some(sheet.main.lines().byte_to_line(at.start)? + 1)
            });
            Fault {
                line,
                words: in_russian(&fault.message).chars().take(LONGEST).collect(),
            }
        });
        Self(told.collect())
    }
}

/// What the engine says most often, by how it begins; anything else stays in its own words.
const USUAL: [(&str, &str); 17] = [
    ("unknown variable: ", "неизвестное имя: "),
    ("unclosed delimiter", "скобка не закрыта"),
    ("unclosed string", "кавычка не закрыта"),
    ("unclosed raw text", "обратная кавычка не закрыта"),
    ("unexpected closing ", "лишняя закрывающая скобка: "),
    ("unexpected end of block comment", "лишний конец примечания"),
    ("unexpected argument", "лишний параметр"),
    ("unexpected ", "лишнее: "),
    ("missing argument: ", "не хватает параметра: "),
    ("expected ", "ожидается: "),
    ("dictionary does not contain key ", "в данных нет поля "),
    ("unresolved import", "в style.typ нет такого имени"),
    (
        "the character `#` is not valid in code",
        "в коде знак # не ставится",
    ),
    ("loop seems to be infinite", "цикл не кончается"),
    (
        "condition is always true",
        "условие всегда верно: цикл не кончается",
    ),
    (
        "maximum function call depth exceeded",
        "функции вызывают друг друга без конца",
    ),
    ("cannot ", "нельзя: "),
];

fn in_russian(message: &str) -> String {
    if [
        "failed to load file",
        "file not found",
        "access denied",
        "package",
    ]
    .iter()
    .any(|about| message.contains(about))
    {
        return "шаблону доступны только style.typ, data.json и code.json".to_owned();
    }
    let usual = USUAL.iter().find_map(|(said, words)| {
        let rest = message.strip_prefix(said)?;
        Some(format!("{words}{rest}"))
    });
    usual.unwrap_or_else(|| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_says_is_told_in_russian_as_far_as_it_is_usual() {
        for (said, told) in [
            ("unknown variable: fom", "неизвестное имя: fom"),
            ("unclosed delimiter", "скобка не закрыта"),
            (
                "file not found (searched at /etc/passwd)",
                "шаблону доступны только style.typ, data.json и code.json",
            ),
            ("array is empty", "array is empty"),
        ] {
            assert_eq!(in_russian(said), told);
        }
    }
}
