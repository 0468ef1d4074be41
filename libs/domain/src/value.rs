//! What a person types, parsed once into a type that cannot be wrong.
//!
//! Here: bounded text, logins, small numbers, order numbers, and [`Fault`], the words every
//! parser refuses with. Addresses and phones are in [`contact`], the password rule in
//! [`password`]. Not here: dates ([`crate::calendar`]), names ([`crate::name`]) and anything
//! that needs to be looked up, such as whether a login is taken.

pub mod contact;
pub mod password;

use std::fmt;

use unicode_normalization::UnicodeNormalization;

pub use contact::{Email, Phone};
pub use password::Password;

/// Why a typed value is refused, in words that the person at the field can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing but blanks was typed into a field that is required.
    #[error("Заполните это поле")]
    Empty,
    /// Longer than `max` characters.
    #[error("Не более {max} {}", characters(*.max))]
    TooLong {
        /// The greatest length, in characters.
        max: usize,
    },
    /// Shorter than `min` characters.
    #[error("Не менее {min} {}", characters(*.min))]
    TooShort {
        /// The least length, in characters.
        min: usize,
    },
    /// Not a whole number between `from` and `to`.
    #[error("Введите целое число от {from} до {to}")]
    Number {
        /// The least number accepted.
        from: u8,
        /// The greatest number accepted.
        to: u8,
    },
    /// A login with anything but Latin letters and digits (R-ACC-2).
    #[error("Только латинские буквы и цифры, без пробелов")]
    Login,
    /// Not an e-mail address.
    #[error("Введите адрес электронной почты латинскими буквами, например ivanova@mail.ru")]
    Email,
    /// Not a Russian telephone number with its area code.
    #[error("Введите номер телефона с кодом, например +7 913 821-00-00")]
    Phone,
    /// A password that is guessed first (SEC-42).
    #[error("Слишком простой пароль: его легко угадать. Составьте его из нескольких слов")]
    EasyPassword,
    /// A name with a character no name has, a Latin letter included.
    #[error("Только русские буквы, дефис, апостроф и пробел")]
    NameLetters,
    /// A hyphen, an apostrophe or a blank where no letter stands on both sides.
    #[error("Дефис и апостроф ставятся между буквами")]
    NameHyphen,
    /// A code of reference data with anything but small Latin letters, digits and `_`.
    #[error("Только строчные латинские буквы, цифры и знак «_»")]
    Code,
    /// A slug that could not stand in an address or a host name.
    #[error(
        "От 2 до 40 строчных латинских букв, цифр и дефисов: первая — буква, последний — не дефис"
    )]
    Slug,
}

/// «знака» or «знаков», as the genitive after «не более» wants.
const fn characters(count: usize) -> &'static str {
    if count % 10 == 1 && count % 100 != 11 {
        "знака"
    } else {
        "знаков"
    }
}

/// The text as it is kept: NFC, blanks collapsed and trimmed, without control characters and
/// without the invisible ones that turn or hide what stands beside them.
pub(crate) fn clean(input: &str) -> String {
    let mut out = String::with_capacity(input.len());
    for word in input.split_whitespace() {
        let before = out.len();
        out.extend(word.chars().filter(|c| !is_invisible(*c)));
        if out.len() > before {
            out.push(' ');
        }
    }
    out.trim_end().nfc().collect()
}

/// Control characters, bidirectional marks and zero-width characters.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Refuses nothing typed, and more than `max` characters.
fn bounded(text: String, max: usize) -> Result<String, Fault> {
    if text.is_empty() {
        Err(Fault::Empty)
    } else if text.chars().count() > max {
        Err(Fault::TooLong { max })
    } else {
        Ok(text)
    }
}

/// Gives a text newtype its `as_str` and `Display`.
macro_rules! shown_as_text {
    ($($name:ident),+) => {$(
        impl $name {
            /// The value as text, in its kept form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}
pub(crate) use shown_as_text;

/// One line of free text: a reason, an issuer, a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(String);

impl Line {
    /// Cleans the text (NFC, blanks collapsed, invisible characters dropped) and refuses an
    /// empty one or one longer than `max` characters.
    pub fn parse(input: &str, max: usize) -> Result<Self, Fault> {
        bounded(clean(input), max).map(Self)
    }

    /// As [`Line::parse`], for a field that may stay empty.
    pub fn parse_optional(input: &str, max: usize) -> Result<Option<Self>, Fault> {
        match Self::parse(input, max) {
            Err(Fault::Empty) => Ok(None),
            parsed => parsed.map(Some),
        }
    }
}

/// The name a person signs in with (R-ACC-2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login(String);

impl Login {
    /// 3 to 32 Latin letters and digits; the case is kept as typed.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let login = bounded(clean(input), 32)?;
        if !login.chars().all(|c| c.is_ascii_alphanumeric()) {
            Err(Fault::Login)
        } else if login.len() < 3 {
            Err(Fault::TooShort { min: 3 })
        } else {
            Ok(Self(login))
        }
    }

    /// The form that is unique: logins that differ in case only are the same login (R-ACC-2).
    #[must_use]
    pub fn norm(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// The number of an order: text, because orders are numbered «173К» and «12-р».
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderNumber(String);

impl OrderNumber {
    /// One line of at most 30 characters; a leading «№» is dropped, the print has its own.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let text = clean(input);
        bounded(text.trim_start_matches('№').trim_start().to_owned(), 30).map(Self)
    }
}

shown_as_text!(Line, Login, OrderNumber);

/// A length of service in whole years, 0 to 80.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Years(u8);

impl Years {
    /// A whole number of years from 0 to 80.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        number(input, 0, 80).map(Self)
    }

    /// The number of years.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// A person's age in whole years, 16 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age(u8);

impl Age {
    /// A whole number of years from 16 to 100.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        number(input, 16, 100).map(Self)
    }

    /// The number of years.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// A whole number between `from` and `to`, both included.
fn number(input: &str, from: u8, to: u8) -> Result<u8, Fault> {
    let text = bounded(clean(input), usize::MAX)?;
    text.parse()
        .ok()
        .filter(|n| (from..=to).contains(n))
        .ok_or(Fault::Number { from, to })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_cleaned_and_bounded() {
        let line = Line::parse(" ошибкой\u{202e} в \n\t ФИО\u{200b} \u{200b} \u{0}", 40).unwrap();
        assert_eq!(line.as_str(), "ошибкой в ФИО");
        assert_eq!(Line::parse("и\u{306}", 1).unwrap().as_str(), "й", "NFC");
        assert_eq!(Line::parse(" \u{200b} ", 5), Err(Fault::Empty));
        assert_eq!(Line::parse_optional("  ", 5), Ok(None));
        assert_eq!(
            Line::parse("шесть!", 5).unwrap_err().to_string(),
            "Не более 5 знаков"
        );
        assert_eq!(Fault::TooLong { max: 21 }.to_string(), "Не более 21 знака");
        assert_eq!(
            Fault::TooLong { max: 111 }.to_string(),
            "Не более 111 знаков"
        );
    }

    #[test]
    fn a_login_is_latin_letters_and_digits() {
        let login = Login::parse(" Ivanova77 ").unwrap();
        assert_eq!(
            (login.as_str(), login.norm().as_str()),
            ("Ivanova77", "ivanova77")
        );
        assert_eq!(Login::parse("ab"), Err(Fault::TooShort { min: 3 }));
        assert_eq!(
            Login::parse(&"a".repeat(33)),
            Err(Fault::TooLong { max: 32 })
        );
        for wrong in ["ivan ova", "Иванова", "iva_nova", "ivan@ova", "іvanova"] {
            assert_eq!(Login::parse(wrong), Err(Fault::Login), "{wrong}");
        }
    }

    #[test]
    fn numbers_keep_to_their_bounds() {
        assert_eq!(Years::parse("0").unwrap().get(), 0);
        assert_eq!(Years::parse(" 80 ").unwrap().get(), 80);
        assert_eq!(Age::parse("16").unwrap().get(), 16);
        assert_eq!(Age::parse(""), Err(Fault::Empty));
        for wrong in ["15", "101", "-20", "20,5", "двадцать", "1000"] {
            let told = Age::parse(wrong).unwrap_err().to_string();
            assert_eq!(told, "Введите целое число от 16 до 100", "{wrong}");
        }
        assert!(Years::parse("81").is_err());
    }

    #[test]
    fn an_order_number_is_text() {
        assert_eq!(OrderNumber::parse("№ 173К").unwrap().as_str(), "173К");
        assert_eq!(OrderNumber::parse("№"), Err(Fault::Empty));
        assert!(OrderNumber::parse(&"1".repeat(31)).is_err());
    }

    proptest! {
        #[test]
        fn a_cleaned_line_stays_as_it_is(text in "\\PC{0,40}") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once);
        }
    }
}
