//! Proposes a name in the genitive (header of the application) and the dative (the order).
//!
//! The rules are the crate `petrovich`; where it is wrong, `surname` and `first_name` go before
//! it, by the kind of ending first and by lists of words second. It is a proposal: the person
//! sees it, may change it, and what it confirmed counts (01 §1.3).

mod exceptions;
mod first_name;
mod gender;
mod surname;

use petrovich::Case;

use crate::name::{FullName, Gender};

/// How one part of a name changes: letters cut from its end and the endings put there
/// instead, genitive and dative.
#[derive(Clone, Copy)]
struct Change(usize, &'static str, &'static str);

/// A part that stays as it is.
const FIXED: Change = Change(0, "", "");

/// What is around one part of a name.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The part after it, in lower case.
    next: Option<&'a str>,
    /// Syllables joined by blanks, as Koreans and Chinese are called: only the last declines
    /// (Ким Чен Ира).
    is_of_short_words: bool,
}

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
/// The gender is the patronymic's; without one it is guessed from given name and surname; a
/// name of no known gender stays as it is.
#[must_use]
pub fn propose(nominative: &FullName) -> Forms {
    match gender::of(nominative) {
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
                |part, place| surname::change(part, gender, place),
                case,
            )
        },
        |text| {
            let proposed = |text: &str| petrovich::firstname(theirs, text, case);
            by_parts(
                text,
                proposed,
                |part, place| first_name::change(part, gender, place),
                case,
            )
        },
        |text| {
            let proposed = |text: &str| petrovich::middlename(theirs, text, case);
            by_parts(text, proposed, |_, _| None, case)
        },
    )
}

/// Inflects a name part by part (parts are joined by hyphens and blanks): by our rules where
/// they know better, else as `petrovich` proposes.
fn by_parts(
    text: &str,
    petrovich: impl Fn(&str) -> String,
    ours: impl Fn(&str, Place<'_>) -> Option<Change>,
    case: Case,
) -> String {
    // It is given the whole, for its own rules on first halves, in lower case and with the
    // only joint that it knows.
    let whole = text.to_lowercase();
    let proposed = petrovich(&whole.replace(' ', "-"));
    let lower: Vec<&str> = whole.split(['-', ' ']).collect();
    let is_of_short_words = text.contains(' ') && lower.iter().all(|part| syllables(part) == 1);
    let mut joints = text.chars().filter(|c| matches!(c, '-' | ' '));
    let mut out = String::with_capacity(text.len() + 4);
    let parts = text.split(['-', ' ']).zip(&lower).zip(proposed.split('-'));
    for (at, ((part, lower_part), proposed)) in parts.enumerate() {
        let place = Place {
            next: lower.get(at + 1).copied(),
            is_of_short_words,
        };
        let inflected = match ours(lower_part, place) {
            Some(change) => apply(lower_part, change, case),
            None => proposed.to_owned(),
        };
        out.push_str(&in_case_of(part, lower_part, &inflected));
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

fn is_vowel(c: char) -> bool {
    "аеёиоуыэюя".contains(c)
}

fn syllables(word: &str) -> usize {
    word.chars().filter(|c| is_vowel(*c)).count()
}

/// Whether a list has the word, typed with «ё» or with «е» for it.
fn is_in(words: &[&str], word: &str) -> bool {
    fn plain(word: &str) -> impl Iterator<Item = char> {
        word.chars().map(|c| if c == 'ё' { 'е' } else { c })
    }
    words.iter().any(|listed| plain(listed).eq(plain(word)))
}

#[cfg(test)]
mod tests;
