//! The rule for a new password (SEC-42): long, of any composition, not among the first guessed.
//!
//! Hashing and the limits on guessing live elsewhere.

use std::{collections::BTreeSet, fmt};

use unicode_normalization::UnicodeNormalization;

use super::{Fault, Login};

/// One a line: passwords guessed first, runs along the keyboard, and words of this service.
const COMMON: &str = include_str!("password_common.txt");

/// What the 10,000 passwords seen most often in leaks are made of, one a line, sorted: each without the
/// digits and signs around it, as people put them to get past a rule.
const LEAKED: &str = include_str!("password_leaked.txt");

/// What is left when every easy word is taken out must have this many different characters.
const FEWEST_DISTINCT: usize = 6;

/// A password that its owner may choose. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The fewest characters of a new password (SEC-42).
    pub const MIN: usize = 12;
    /// The most characters of a password; none is ever cut off (SEC-42).
    pub const MAX: usize = 128;

    /// 12 to 128 characters, blanks and Cyrillic included, brought to NFC so that one typed on
    /// another keyboard is the same. Refused when nothing hard to guess remains beside common
    /// passwords, words of this service and the owner's own `login`, or when it is one of those leaked
    /// most often with digits and signs around it.
    pub fn parse(input: &str, login: &Login) -> Result<Self, Fault> {
        let password: String = input.nfc().collect();
        let length = password.chars().count();
        if length == 0 {
            Err(Fault::Empty)
        } else if length < Self::MIN {
            Err(Fault::TooShort { min: Self::MIN })
        } else if length > Self::MAX {
            Err(Fault::TooLong { max: Self::MAX })
        } else if is_easy(&password, login) || is_leaked(&password) {
            Err(Fault::EasyPassword)
        } else {
            Ok(Self(password))
        }
    }

    /// A password as it is typed at sign-in: brought to NFC and judged by nothing but the hash.
    #[must_use]
    pub fn typed(input: &str) -> Self {
        Self(input.nfc().collect())
    }

    /// The password itself, for hashing and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

fn is_easy(password: &str, login: &Login) -> bool {
    let mut words: Vec<String> = COMMON.lines().chain([login.as_str()]).map(fold).collect();
    // Longest first: «password» must go before «pass» could leave «word» behind.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words
        .iter()
        .filter(|word| !word.is_empty())
        // A mark stands in for the word, lest the two sides of a gap make a new one.
        .fold(fold(password), |rest, word| rest.replace(word, " "));
    let distinct: BTreeSet<char> = rest.chars().filter(|c| *c != ' ').collect();
    distinct.len() < FEWEST_DISTINCT
}

fn is_leaked(password: &str) -> bool {
    let lower = password.to_lowercase();
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    let words: Vec<&str> = LEAKED.lines().collect();
    words.binary_search(&core).is_ok()
}

/// Letters and digits alone, in lower case, with the usual disguises («p@ssw0rd») undone.
fn fold(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|c| match c {
            '@' => 'a',
            '$' => 's',
            '0' => 'o',
            '3' => 'e',
            '1' | '!' => 'i',
            'ё' => 'е',
            c => c,
        })
        .filter(|c| c.is_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(password: &str) -> Result<Password, Fault> {
        Password::parse(password, &Login::parse("Ivanova77").unwrap())
    }

    #[test]
    fn sec_42_any_composition_is_taken_as_it_is() {
        for password in [
            "лошадь скрепка батарея",
            "Xk3!pq9Zw_7tR",
            "correct horse battery",
            "МамаМылаРаму!",
            "   шёл снег вчера   ",
        ] {
            assert_eq!(parse(password).unwrap().expose(), password);
        }
        let long = "хвост мышь дюна жгут ".repeat(6);
        let (a, b) = (format!("{long}аа"), format!("{long}аб"));
        assert_ne!(
            parse(&a).unwrap(),
            parse(&b).unwrap(),
            "128 characters, none cut off"
        );
        assert_eq!(parse(&format!("{a}а")), Err(Fault::TooLong { max: 128 }));
    }

    #[test]
    fn sec_42_length_is_told() {
        assert_eq!(parse(""), Err(Fault::Empty));
        assert_eq!(parse("Xk3!pq9Zw_7"), Err(Fault::TooShort { min: 12 }));
        assert_eq!(
            parse(&"абвгдежз".repeat(17)),
            Err(Fault::TooLong { max: 128 })
        );
    }

    #[test]
    fn sec_42_what_is_guessed_first_is_refused() {
        for easy in [
            "password1234",
            "P@ssw0rd2026!",
            "qwertyuiop[]",
            "йцукенгшщзхъ",
            "123456789012",
            "аттестация2026",
            "Томск-Томск-2026",
            "Аттестация Томск",
            "ivanova77ivanova77",
            "IVANOVA77!!!2026",
            "aaaaaaaaaaaa",
            "abababababab",
            "пароль123456",
            "ПарольПароль",
            "учитель_учитель",
            "1q2w3e4r5t6y",
            "qwerty123456",
            "            ",
            "Manchester12",
            "2024-lebron23-!",
        ] {
            assert_eq!(parse(easy), Err(Fault::EasyPassword), "{easy}");
        }
    }

    #[test]
    fn the_list_is_kept_tidy() {
        let words: Vec<&str> = COMMON.lines().collect();
        let folded: BTreeSet<String> = words.iter().map(|word| fold(word)).collect();
        assert_eq!(folded.len(), words.len(), "no word twice");
        assert!(
            folded.iter().all(|word| word.chars().count() >= 4),
            "short ones maim good passwords"
        );
        assert!(words.len() >= 200);
        let leaked: Vec<&str> = LEAKED.lines().collect();
        assert!(leaked.is_sorted(), "it is searched by halves");
        assert!(leaked.len() > 5000, "{}", leaked.len());
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(
            format!("{:?}", parse("Xk3!pq9Zw_7tR").unwrap()),
            "Password(…)"
        );
    }
}
