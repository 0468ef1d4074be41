//! Proposes a name in the genitive (header of the application) and the dative (the order).
//!
//! The rules are the crate `petrovich`; what it gets wrong stands in `exceptions`. It is a
//! proposal: the person sees it, may change it, and what it confirmed counts (01 §1.3).

mod exceptions;

use petrovich::Case;

use crate::name::{FullName, Gender};
use exceptions::Change;

/// A name in the two cases that documents need, nominative where it does not decline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forms {
    /// От кого: «Ивановой Марии Сергеевны».
    pub genitive: FullName,
    /// Кому: «Ивановой Марии Сергеевне».
    pub dative: FullName,
}

/// The genitive and dative that the rules propose for a name in the nominative.
///
/// The gender is the patronymic's; without one it is guessed from name and surname; a name of
/// no known gender stays as it is.
#[must_use]
pub fn propose(nominative: &FullName) -> Forms {
    match gender(nominative) {
        Some(gender) => Forms {
            genitive: inflect(nominative, gender, Case::Genitive),
            dative: inflect(nominative, gender, Case::Dative),
        },
        None => Forms {
            genitive: nominative.clone(),
            dative: nominative.clone(),
        },
    }
}

/// The patronymic's gender, else the one that surname or name give away.
fn gender(name: &FullName) -> Option<Gender> {
    name.gender().or_else(|| {
        let (surname, first) = (name.surname().to_lowercase(), name.name().to_lowercase());
        let ends_as_a_womans = ["ова", "ева", "ёва", "ская", "цкая"].iter().any(|ending| {
            surname.ends_with(ending) && !exceptions::NOUNS_IN_A.contains(&surname.as_str())
        });
        if ends_as_a_womans || FEMALE_NAMES.contains(&first.as_str()) {
            return Some(Gender::Female);
        }
        if MALE_NAMES.contains(&first.as_str()) {
            return Some(Gender::Male);
        }
        match petrovich::detect_gender(Some(&surname), Some(&first), None) {
            petrovich::Gender::Male => Some(Gender::Male),
            petrovich::Gender::Female => Some(Gender::Female),
            petrovich::Gender::Androgynous => None,
        }
    })
}

fn inflect(name: &FullName, gender: Gender, case: Case) -> FullName {
    let theirs = match gender {
        Gender::Male => petrovich::Gender::Male,
        Gender::Female => petrovich::Gender::Female,
    };
    name.map(
        |text| {
            let proposed = |text: &str| petrovich::lastname(theirs, text, case);
            by_parts(
                text,
                proposed,
                |part, is_last| exceptions::surname(part, gender, is_last),
                case,
            )
        },
        |text| {
            let proposed = |text: &str| petrovich::firstname(theirs, text, case);
            by_parts(
                text,
                proposed,
                |part, _| exceptions::first_name(part, gender),
                case,
            )
        },
        |text| {
            let proposed = |text: &str| petrovich::middlename(theirs, text, case);
            by_parts(text, proposed, |_, _| None, case)
        },
    )
}

/// Inflects a name part by part (parts are joined by hyphens and blanks): by our tables where
/// they know better, else as `petrovich` proposes.
fn by_parts(
    text: &str,
    petrovich: impl Fn(&str) -> String,
    ours: impl Fn(&str, bool) -> Option<Change>,
    case: Case,
) -> String {
    // It is given the whole, for its own rules on first halves, in lower case and with the
    // only joint that it knows.
    let lower = text.to_lowercase();
    let proposed = petrovich(&lower.replace(' ', "-"));
    let parts: Vec<&str> = text.split(['-', ' ']).collect();
    let mut joints = text.chars().filter(|c| matches!(c, '-' | ' '));
    let mut out = String::with_capacity(text.len() + 4);
    for (at, (part, proposed)) in parts.iter().zip(proposed.split('-')).enumerate() {
        let lower = part.to_lowercase();
        let inflected = match ours(&lower, at + 1 == parts.len()) {
            Some(change) => apply(&lower, change, case),
            None => proposed.to_owned(),
        };
        out.push_str(&in_case_of(part, &lower, &inflected));
        out.extend(joints.next());
    }
    out
}

fn apply(lower: &str, Change(cut, genitive, dative): Change, case: Case) -> String {
    let kept = lower.chars().count().saturating_sub(cut);
    let ending = if case == Case::Dative {
        dative
    } else {
        genitive
    };
    lower.chars().take(kept).chain(ending.chars()).collect()
}

/// Gives `inflected` the capitals of `part`: of an all-capital part all, else those of the
/// letters that did not change.
fn in_case_of(part: &str, lower: &str, inflected: &str) -> String {
    if part.chars().count() > 1 && part.to_uppercase() == part {
        return inflected.to_uppercase();
    }
    let same = lower
        .chars()
        .zip(inflected.chars())
        .take_while(|(a, b)| a == b)
        .count();
    // A first letter that changed («Ёж» → «Ежа») is still the first.
    let first_changed = same == 0 && part.chars().next().is_some_and(char::is_uppercase);
    let mut tail = inflected.chars().skip(same);
    let mut out: String = part.chars().take(same).collect();
    if first_changed {
        out.extend(tail.next().into_iter().flat_map(char::to_uppercase));
    }
    out.extend(tail);
    out
}

/// Names whose gender `petrovich` does not know or takes for the other.
const FEMALE_NAMES: [&str; 27] = [
    "адель",
    "айсылу",
    "алсу",
    "амели",
    "асель",
    "ассоль",
    "гаяне",
    "гузель",
    "гульназ",
    "гульчачак",
    "дженни",
    "изабель",
    "ирэн",
    "любовь",
    "люси",
    "ляйсан",
    "маргарет",
    "мари",
    "мишель",
    "наргиз",
    "нинель",
    "рахиль",
    "руфь",
    "стефани",
    "элен",
    "эсфирь",
    "юдифь",
];

/// See [`FEMALE_NAMES`].
const MALE_NAMES: [&str; 15] = [
    "андрэ",
    "бруно",
    "гела",
    "гиви",
    "гоги",
    "данило",
    "заза",
    "илия",
    "лео",
    "марко",
    "муса",
    "рауль",
    "николя",
    "хамза",
    "гуго",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: gender, the nominative, the genitive, the dative; three columns each.
    const NAMES: &str = include_str!("declension_names.tsv");

    #[test]
    fn every_name_of_the_table_is_right_in_both_cases() {
        let mut wrong = Vec::new();
        let rows: Vec<Vec<&str>> = NAMES
            .lines()
            .skip(1)
            .map(|row| row.split('\t').collect())
            .collect();
        assert!(rows.len() >= 60, "the table is read");
        for row in rows {
            let [gender, s, n, p, sg, ng, pg, sd, nd, pd] = row[..] else {
                panic!("{row:?}")
            };
            let name = FullName::parse(s, n, p).unwrap();
            if !p.is_empty() {
                let told = if gender == "F" {
                    Gender::Female
                } else {
                    Gender::Male
                };
                assert_eq!(name.gender(), Some(told), "{name}");
            }
            let forms = propose(&name);
            for (got, want) in [(forms.genitive, [sg, ng, pg]), (forms.dative, [sd, nd, pd])] {
                let want = FullName::parse(want[0], want[1], want[2]).unwrap();
                if got != want {
                    wrong.push(format!("{name}: {got} instead of {want}"));
                }
            }
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }

    #[test]
    fn a_name_of_no_known_gender_stays_nominative() {
        let name = FullName::parse("Савчук", "Саша", "").unwrap();
        assert_eq!(
            propose(&name),
            Forms {
                genitive: name.clone(),
                dative: name
            }
        );
    }

    #[test]
    fn capitals_and_joints_stay() {
        for (surname, genitive) in [
            ("ИВАНОВ-ПЕТРОВ", "ИВАНОВА-ПЕТРОВА"),
            ("иванов", "иванова"),
            ("Гарсиа Лопес", "Гарсиа Лопеса"),
            ("О'Нил", "О'Нила"),
            ("МакГрегор", "МакГрегора"),
        ] {
            let name = FullName::parse(surname, "Пётр", "Ильич").unwrap();
            assert_eq!(propose(&name).genitive.surname(), genitive);
        }
    }
}
