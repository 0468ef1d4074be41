//! A person's full name (ФИО) in one case, and the gender its patronymic tells.
//!
//! How a name is put into another case is [`crate::declension`].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::value::{Fault, clean};

/// The greatest length of each part, in characters.
const MAX: usize = 100;

/// Surname, name and, where the person has one, patronymic: all three in the same case.
///
/// Deserialising does not parse again: what was once accepted and kept (a snapshot, a journal
/// line) stays readable when the rule for typing grows stricter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FullName {
    surname: String,
    name: String,
    patronymic: Option<String>,
}

/// What is wrong with a typed full name, field by field. At least one fault is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Проверьте фамилию, имя и отчество")]
pub struct NameFaults {
    /// The fault of the surname.
    pub surname: Option<Fault>,
    /// The fault of the name.
    pub name: Option<Fault>,
    /// The fault of the patronymic.
    pub patronymic: Option<Fault>,
}

/// Grammatical gender, which decides how a surname declines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// Мужской.
    Male,
    /// Женский.
    Female,
}

impl Gender {
    /// The gender a patronymic tells («Сергеевна», «Ильич», «Гасан оглы», «Гасан-кызы»);
    /// `None` if it tells none.
    #[must_use]
    pub fn of_patronymic(patronymic: &str) -> Option<Self> {
        const MALE: [&str; 10] = [
            "ич", "ыч", "оглы", "оглу", "огли", "угли", "ўғли", "улы", "ұлы", "уулу",
        ];
        const FEMALE: [&str; 8] = ["вна", "чна", "шна", "кызы", "гызы", "қызы", "кизи", "қизи"];
        let patronymic = patronymic.to_lowercase();
        let ends_with = |endings: &[&str]| endings.iter().any(|end| patronymic.ends_with(end));
        if ends_with(&MALE) {
            Some(Self::Male)
        } else if ends_with(&FEMALE) {
            Some(Self::Female)
        } else {
            None
        }
    }
}

impl FullName {
    /// Parses the three fields of a form; a blank patronymic means that there is none.
    ///
    /// Each part is brought to NFC with blanks collapsed, has Cyrillic letters with single
    /// hyphens, apostrophes or blanks between them, and at most 100 characters. «ё» is kept.
    pub fn parse(surname: &str, name: &str, patronymic: &str) -> Result<Self, NameFaults> {
        let optional = match part(patronymic) {
            Err(Fault::Empty) => Ok(None),
            parsed => parsed.map(Some),
        };
        match (part(surname), part(name), optional) {
            (Ok(surname), Ok(name), Ok(patronymic)) => Ok(Self {
                surname,
                name,
                patronymic,
            }),
            (surname, name, patronymic) => Err(NameFaults {
                surname: surname.err(),
                name: name.err(),
                patronymic: patronymic.err(),
            }),
        }
    }

    /// The surname (фамилия).
    #[must_use]
    pub fn surname(&self) -> &str {
        &self.surname
    }

    /// The name (имя).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The patronymic (отчество), if the person has one.
    #[must_use]
    pub fn patronymic(&self) -> Option<&str> {
        self.patronymic.as_deref()
    }

    /// «Иванова Мария Сергеевна».
    #[must_use]
    pub fn full(&self) -> String {
        self.to_string()
    }

    /// «Иванова М. С.», with no-break spaces, so that a line never ends inside it.
    #[must_use]
    pub fn short(&self) -> String {
        let mut out = self.surname.clone();
        for part in [Some(&self.name), self.patronymic.as_ref()]
            .into_iter()
            .flatten()
        {
            out.push('\u{a0}');
            out.push_str(&initials(part));
        }
        out
    }

    /// The gender the patronymic tells; `None` without one.
    #[must_use]
    pub fn gender(&self) -> Option<Gender> {
        self.patronymic().and_then(Gender::of_patronymic)
    }

    /// The same person with each part changed by `change`, which is given the part's text.
    pub(crate) fn map(
        &self,
        surname: impl FnOnce(&str) -> String,
        name: impl FnOnce(&str) -> String,
        patronymic: impl FnOnce(&str) -> String,
    ) -> Self {
        Self {
            surname: surname(&self.surname),
            name: name(&self.name),
            patronymic: self.patronymic().map(patronymic),
        }
    }
}

/// «Иванова Мария Сергеевна».
impl fmt::Display for FullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.surname, self.name)?;
        self.patronymic
            .iter()
            .try_for_each(|patronymic| write!(f, " {patronymic}"))
    }
}

/// «М.», of a double name «А.-М.».
fn initials(part: &str) -> String {
    let letters = part.split('-').filter_map(|half| half.chars().next());
    letters
        .map(|letter| format!("{letter}."))
        .collect::<Vec<_>>()
        .join("-")
}

/// A Cyrillic letter, of Russian or of another language of the country. A Latin «o» among
/// them looks right and is never found again.
fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}') && c.is_alphabetic()
}

/// One part of a name: letters, joined by single hyphens, apostrophes or blanks.
fn part(input: &str) -> Result<String, Fault> {
    let text: String = clean(input)
        .chars()
        .map(|c| match c {
            '‐' | '‑' | '–' | '—' => '-',
            '’' | 'ʼ' | '`' => '\'',
            c => c,
        })
        .collect();
    // «Иванова - Петрова» is how many type a double surname.
    let text = text.replace(" -", "-").replace("- ", "-");
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    if text.chars().count() > MAX {
        return Err(Fault::TooLong { max: MAX });
    }
    let is_joint = |c: char| matches!(c, '-' | '\'' | ' ');
    if !text.chars().all(|c| is_cyrillic(c) || is_joint(c)) {
        return Err(Fault::NameLetters);
    }
    if text.split(is_joint).any(str::is_empty) {
        return Err(Fault::NameHyphen);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(surname: &str, name: &str, patronymic: &str) -> FullName {
        FullName::parse(surname, name, patronymic).unwrap()
    }

    #[test]
    fn a_name_is_cleaned_and_shown() {
        assert_eq!(
            name("  Крамско\u{438}\u{306} ", "Илья", "").surname(),
            "Крамской",
            "NFC"
        );
        let maria = name("Иванова – Берёза", "Анна-Мария", "Сергеевна");
        assert_eq!(maria.full(), "Иванова-Берёза Анна-Мария Сергеевна");
        assert_eq!(maria.short(), "Иванова-Берёза\u{a0}А.-М.\u{a0}С.");
        let victor = name("Гюго", "Виктор", " ");
        assert_eq!(
            (victor.full().as_str(), victor.patronymic()),
            ("Гюго Виктор", None)
        );
        assert_eq!(victor.short(), "Гюго\u{a0}В.");
        assert_eq!(name("О’Коннор", "Шон", "").surname(), "О'Коннор");
        assert_eq!(
            name("Мамедов", "Али", "Гасан  оглы").patronymic(),
            Some("Гасан оглы")
        );
    }

    #[test]
    fn each_field_tells_its_own_fault() {
        let faults = FullName::parse("", "М4рия", "-Сергеевна").unwrap_err();
        assert_eq!(faults.surname, Some(Fault::Empty));
        assert_eq!(faults.name, Some(Fault::NameLetters));
        assert_eq!(faults.patronymic, Some(Fault::NameHyphen));
        let faults = FullName::parse("Иванова--Петрова", &"а".repeat(101), "").unwrap_err();
        assert_eq!(faults.surname, Some(Fault::NameHyphen));
        assert_eq!(faults.name, Some(Fault::TooLong { max: 100 }));
        assert_eq!(faults.patronymic, None);
        let latin_o = FullName::parse("Иванoва", "Мария", "").unwrap_err();
        assert_eq!(latin_o.surname, Some(Fault::NameLetters));
        assert!(FullName::parse("Иванова", "<b>", "").is_err());
        assert!(FullName::parse("Иванова", "=СУММ(A1)", "").is_err());
    }

    #[test]
    fn the_patronymic_tells_the_gender() {
        for (patronymic, gender) in [
            ("Сергеевна", Some(Gender::Female)),
            ("Ильинична", Some(Gender::Female)),
            ("Гасан кызы", Some(Gender::Female)),
            ("Ильич", Some(Gender::Male)),
            ("ПЕТРОВИЧ", Some(Gender::Male)),
            ("Гасан-оглы", Some(Gender::Male)),
            ("Эргаш угли", Some(Gender::Male)),
            ("Нұрланұлы", Some(Gender::Male)),
            ("Эргаш кизи", Some(Gender::Female)),
            ("Гасан", None),
        ] {
            assert_eq!(Gender::of_patronymic(patronymic), gender, "{patronymic}");
        }
        assert_eq!(name("Гюго", "Виктор", "").gender(), None);
    }

    proptest! {
        #[test]
        fn a_parsed_name_parses_to_itself(text in "[ а-яёА-ЯЁ'–-]{1,30}") {
            if let Ok(once) = FullName::parse(&text, "Мария", &text) {
                let again = FullName::parse(once.surname(), once.name(), once.surname());
                prop_assert_eq!(again, Ok(once.clone()));
                let json = serde_json::to_string(&once).unwrap();
                prop_assert_eq!(serde_json::from_str::<FullName>(&json).unwrap(), once);
            }
        }
    }
}
