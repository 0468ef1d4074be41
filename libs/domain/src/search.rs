//! What is typed into «Поиск», brought to the words a search compares. Here is how words are
//! folded and what a query means; not here: where they are looked for.
//!
//! `app.search_words` of the database folds the same way what is searched through.

use unicode_normalization::UnicodeNormalization as _;

/// Capitals with the small letters they fold to; «ё» is «е» (`app.search_words`).
const CAPITALS: &str = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯёӘҒҖҚҢӨҮҰҺІЇЄҐ";
const SMALL: &str = "абвгдеежзийклмнопрстуфхцчшщъыьэюяеәғҗқңөүұһіїєґ";

/// The words of a text: small Cyrillic and Latin letters and digits; whatever else stands
/// there parts them, so «Петров-Водкин» is two.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let folded: String = text.nfc().map(fold).collect();
    folded
        .split(|c: char| !is_of_word(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn fold(c: char) -> char {
    CAPITALS
        .chars()
        .zip(SMALL.chars())
        .find_map(|(capital, small)| (capital == c).then_some(small))
        .unwrap_or_else(|| c.to_ascii_lowercase())
}

const fn is_of_word(c: char) -> bool {
    matches!(c, 'a'..='z' | '0'..='9' | '\u{400}'..='\u{52f}')
}

/// A search: words in any order, each the beginning of a word of a name; one of digits is a
/// whole number. All have to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery(Vec<String>);

impl SearchQuery {
    /// The greatest length of what is typed, in characters: nothing longer is found.
    pub const MAX: usize = 100;

    /// The search for what was typed; `None` if that is blank. Typed text without a word in
    /// it, or longer than [`Self::MAX`], is a search that finds nothing.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        if typed.chars().nth(Self::MAX).is_some() {
            return Some(Self(Vec::new()));
        }
        Some(Self(words(typed)))
    }

    /// The query as `tsquery` reads it; `None` if nothing can be found. Words are letters and
    /// digits alone, so it reads whatever was typed.
    #[must_use]
    pub fn to_tsquery(&self) -> Option<String> {
        let terms: Vec<String> = self.0.iter().map(|word| term(word)).collect();
        (!terms.is_empty()).then(|| terms.join(" & "))
    }

    /// The query for names of organisations; `None` where nothing but numbers is asked for, which
    /// are the journal's: «12» is no search for every school № 12.
    #[must_use]
    pub fn to_organisation_tsquery(&self) -> Option<String> {
        let number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
        self.to_tsquery().filter(|_| !self.0.iter().all(number))
    }

    /// The beginning of a login, if the query may be one (R-ACC-2).
    #[must_use]
    pub fn login(&self) -> Option<&str> {
        match self.0.as_slice() {
            [word] if word.is_ascii() => Some(word),
            _ => None,
        }
    }
}

fn term(word: &str) -> String {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = word.trim_start_matches('0');
        format!("'{}'", if number.is_empty() { "0" } else { number })
    } else {
        format!("'{word}':*")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tsquery(typed: &str) -> Option<String> {
        SearchQuery::parse(typed)?.to_tsquery()
    }

    #[test]
    fn capitals_and_small_letters_pair() {
        assert_eq!(CAPITALS.chars().count(), SMALL.chars().count());
        for (capital, small) in CAPITALS.chars().zip(SMALL.chars()) {
            let lower: String = capital.to_lowercase().collect();
            assert_eq!(lower.replace('ё', "е"), small.to_string());
            assert!(is_of_word(small) && fold(small) == small);
        }
    }

    #[test]
    fn a_number_alone_is_no_organisation() {
        let asked = |typed| SearchQuery::parse(typed).and_then(|it| it.to_organisation_tsquery());
        assert_eq!(asked("12"), None);
        assert_eq!(asked("№ 12, 7"), None);
        assert_eq!(asked("—"), None);
        assert_eq!(asked("Школа № 12").as_deref(), Some("'школа':* & '12'"));
    }

    #[test]
    fn words_are_folded() {
        for (text, folded) in [
            ("Петров-Водкин  Кузьма", vec!["петров", "водкин", "кузьма"]),
            ("О'Коннор ЁЛКИНА", vec!["о", "коннор", "елкина"]),
            ("и\u{306}од", vec!["йод"]),
            ("Ә\u{0}ли—I'm", vec!["ә", "ли", "i", "m"]),
            ("№ 12, Ivan3", vec!["12", "ivan3"]),
            (" -'\u{301}… ", vec![]),
        ] {
            assert_eq!(words(text), folded, "{text:?}");
        }
    }

    #[test]
    fn a_query_is_beginnings_and_whole_numbers() {
        assert_eq!(tsquery("Иван МАР"), Some("'иван':* & 'мар':*".to_owned()));
        assert_eq!(tsquery("№ 0012"), Some("'12'".to_owned()));
        assert_eq!(tsquery("000"), Some("'0'".to_owned()));
        assert_eq!(tsquery("12а"), Some("'12а':*".to_owned()));
        assert_eq!(SearchQuery::parse(" \t "), None);
        assert_eq!(tsquery("' | !()&:*\\"), None);
        assert_eq!(tsquery(&"а".repeat(101)), None);
        assert!(tsquery(&"а".repeat(100)).is_some());
    }

    #[test]
    fn only_one_latin_word_begins_a_login() {
        let login = |typed| SearchQuery::parse(typed)?.login().map(str::to_owned);
        assert_eq!(login("Petrov3"), Some("petrov3".to_owned()));
        assert_eq!(login("petrov a"), None);
        assert_eq!(login("петров"), None);
        assert_eq!(login("!"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_reads_as_a_query(typed in any::<String>()) {
            let query = SearchQuery::parse(&typed);
            prop_assert_eq!(query.is_none(), typed.trim().is_empty());
            let query = query.and_then(|query| query.to_tsquery());
            for term in query.iter().flat_map(|query| query.split(" & ")) {
                let word = term.strip_suffix(":*").unwrap_or(term);
                let word = word.strip_prefix('\'').and_then(|word| word.strip_suffix('\''));
                prop_assert!(word.is_some_and(|word| !word.is_empty() && word.chars().all(is_of_word)));
            }
        }

        #[test]
        fn folding_twice_is_folding_once(typed in any::<String>()) {
            let once = words(&typed);
            prop_assert_eq!(words(&once.join(" ")), once);
        }

        #[test]
        fn a_name_is_found_by_its_words_in_any_case(name in "[а-яё]{1,20}(-[а-яё]{1,20})?") {
            let typed = SearchQuery::parse(&name.to_uppercase());
            prop_assert_eq!(typed.map(|query| query.0), Some(words(&name)));
        }
    }
}
