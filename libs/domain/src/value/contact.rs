//! Where a person is reached: e-mail address and telephone.
//!
//! Both are checked by form only. That an address receives letters is proved by the link sent
//! to it (R-ACC-6).

use std::fmt;

use super::{Fault, clean, shown_as_text};

/// An e-mail address: the local part as typed, the domain in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The longest address a mail server takes, in characters.
    const MAX: usize = 254;

    /// An ASCII address of the everyday form `name@domain.tld`, at most 254 characters.
    ///
    /// Quoted local parts, comments and literal IP addresses are refused, and so is any blank,
    /// line break or other control character: none can reach the head of a letter.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let address = input.trim();
        if address.is_empty() {
            return Err(Fault::Empty);
        }
        if address.len() > Self::MAX {
            return Err(Fault::TooLong { max: Self::MAX });
        }
        let (local, domain) = address.split_once('@').ok_or(Fault::Email)?;
        if is_local(local) && is_domain(domain) {
            Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
        } else {
            Err(Fault::Email)
        }
    }
}

shown_as_text!(Email);

fn is_local(local: &str) -> bool {
    local.len() <= 64
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
        })
}

fn is_domain(domain: &str) -> bool {
    let top_is_a_name = domain
        .rsplit_once('.')
        .is_some_and(|(_, top)| top.len() >= 2 && top.chars().any(|c| c.is_ascii_alphabetic()));
    top_is_a_name
        && domain.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
}

/// A Russian telephone number, mobile or landline, kept as `+7XXXXXXXXXX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Ten digits with or without `+7` or `8` before them; blanks, brackets, hyphens and dots
    /// are overlooked. A landline needs its area code.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let typed = clean(input);
        if typed.is_empty() {
            return Err(Fault::Empty);
        }
        let (digits, international) = match typed.strip_prefix('+') {
            Some(rest) => (rest, true),
            None => (typed.as_str(), false),
        };
        let digits: String = digits
            .chars()
            .filter(|c| !" ()-.‐‑–—".contains(*c))
            .collect();
        if !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err(Fault::Phone);
        }
        let national = match (digits.len(), international) {
            (11, true) => digits.strip_prefix('7'),
            (11, false) => digits.strip_prefix(['7', '8']),
            (10, false) => Some(digits.as_str()),
            _ => None,
        };
        // Area codes of Russia begin with 3, 4 or 8, mobile ones with 9. None begins with 89:
        // that is a mobile number typed with 8 and a digit short.
        national
            .filter(|n| n.starts_with(['3', '4', '8', '9']) && !n.starts_with("89"))
            .map(|number| Self(format!("+7{number}")))
            .ok_or(Fault::Phone)
    }

    /// A kept phone as people write it; one kept in another form as it is.
    #[must_use]
    pub fn spell(kept: &str) -> String {
        Self::parse(kept).map_or_else(|_| kept.to_owned(), |phone| phone.to_string())
    }

    /// The canonical form `+7XXXXXXXXXX`, as it is kept and dialled.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As it is shown to people: «+7 (913) 821-00-00».
impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = &self.0;
        write!(
            f,
            "+7 ({}) {}-{}-{}",
            &n[2..5],
            &n[5..8],
            &n[8..10],
            &n[10..12]
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_keeps_its_case_but_for_the_domain() {
        let email = Email::parse("  Maria.Ivanova+att@School-12.Tomsk.RU ").unwrap();
        assert_eq!(email.as_str(), "Maria.Ivanova+att@school-12.tomsk.ru");
        assert!(Email::parse("a@xn--80ak6aa92e.xn--p1ai").is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in [
            "ivanova",
            "@mail.ru",
            "i@",
            "i@mail",
            "i@@mail.ru",
            "i@a@mail.ru",
            ".i@mail.ru",
            "i..v@mail.ru",
            "i@-mail.ru",
            "i@mail..ru",
            "i@mail.ru.",
            "i@127.0.0.1",
            "i v@mail.ru",
            "иванова@mail.ru",
            "i@почта.рф",
            "i@mail.ru\r\nBcc: b@mail.ru",
            "i@mail.ru\nx",
            "\"i\"@mail.ru",
            "<i@mail.ru>",
            "i@mail.ru,b@mail.ru",
            "i@m\u{202e}ail.ru",
        ] {
            assert_eq!(Email::parse(wrong), Err(Fault::Email), "{wrong:?}");
        }
        assert_eq!(Email::parse(" "), Err(Fault::Empty));
        let local_too_long = format!("{}@mail.ru", "a".repeat(65));
        assert_eq!(Email::parse(&local_too_long), Err(Fault::Email));
        let long = format!("a@{}.ru", ["b".repeat(60).as_str(); 5].join("."));
        assert_eq!(Email::parse(&long), Err(Fault::TooLong { max: 254 }));
    }

    #[test]
    fn a_telephone_is_read_however_it_is_typed() {
        for typed in [
            "+7 (913) 821-00-00",
            "89138210000",
            "8 913 821 00 00",
            "9138210000",
            "7-913-821-0000",
            "+7\u{a0}913\u{a0}821–00–00",
            "+79138210000",
        ] {
            let phone = Phone::parse(typed).unwrap();
            assert_eq!(phone.as_str(), "+79138210000", "{typed}");
            assert_eq!(phone.to_string(), "+7 (913) 821-00-00");
        }
        assert_eq!(
            Phone::parse("8 (38241) 2-12-34").unwrap().as_str(),
            "+73824121234"
        );
        assert_eq!(Phone::parse(""), Err(Fault::Empty));
        for wrong in [
            "55-12-34",
            "+49 30 1234567",
            "+8 913 821 00 00",
            "8913821000",
            "913821000a",
            "891382100000",
            "+7 (113) 821-00-00",
            "+",
        ] {
            assert_eq!(Phone::parse(wrong), Err(Fault::Phone), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(number in "([349][0-9]|8[0-8])[0-9]{8}") {
            let phone = Phone::parse(&number).unwrap();
            prop_assert_eq!(Phone::parse(&phone.to_string()), Ok(phone.clone()));
            prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone));
        }

        #[test]
        fn no_accepted_address_can_break_a_letter(text in "\\PC{0,30}(\r|\n)?@[a-z.\r\n]{0,12}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert!(email.as_str().chars().all(|c| c.is_ascii_graphic()));
            }
        }
    }
}
