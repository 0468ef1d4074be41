//! Municipalities: the state one is in, and the part of addresses that names it. Who is in
//! one and what it holds stands elsewhere; rows are made above.

use std::fmt;

use crate::value::Fault;

/// Whether a municipality works in the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It works.
    Active,
    /// Its cabinets are closed for a while; terms run on, operators still see its applications.
    Suspended,
    /// It is gone; codes of the audit and blanked lines of the journal remain.
    Removed,
}

impl Status {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Removed];

    /// The code kept in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Removed => "removed",
        }
    }

    /// The state of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// The state as people read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "работает",
            Self::Suspended => "приостановлен",
            Self::Removed => "удалён",
        }
    }
}

/// What stands in the place of a removed municipality's name; no other may be called so.
pub const TOMBSTONE: &str = "удалённый муниципалитет";

/// Whether a name could be taken for that of a removed municipality.
#[must_use]
pub fn is_tombstone(name: &str) -> bool {
    let folded = |text: &str| text.to_lowercase().replace('ё', "е");
    folded(name).starts_with(&folded(TOMBSTONE))
}

/// The part of `/m/{slug}/login` and of a host name that says which municipality is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// 2 to 40 small Latin letters, digits and hyphens, a letter first and no hyphen last: a
    /// label of a host name. Capitals and blanks around are forgiven.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::Slug`].
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let slug = input.trim().to_ascii_lowercase();
        if slug.is_empty() {
            return Err(Fault::Empty);
        }
        let plain = slug
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let ends = slug.starts_with(|c: char| c.is_ascii_lowercase()) && !slug.ends_with('-');
        if plain && ends && (2..=MAX).contains(&slug.len()) {
            Ok(Self(slug))
        } else {
            Err(Fault::Slug)
        }
    }

    /// The slug a name suggests: «Томский район» → `tomskiy-rayon`. `None` if the name has
    /// nothing to make one of.
    #[must_use]
    pub fn proposed(name: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in name.to_lowercase().chars() {
            let latin = latin(c);
            if !latin.is_empty() {
                slug.push_str(latin);
            } else if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !matches!(c, 'ъ' | 'ь' | '«' | '»' | '"') && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(MAX);
        Self::parse(slug.trim_matches('-')).ok()
    }

    /// The slug as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The greatest length of a slug; a label of a host name may have 63.
const MAX: usize = 40;

/// A small Russian letter in Latin ones, as the region's road signs and sites write them; empty
/// for what has no sound, and for what is no Russian letter.
const fn latin(c: char) -> &'static str {
    match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'д' => "d",
        'е' | 'ё' | 'э' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' => "i",
        'й' | 'ы' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sch",
        'ю' => "yu",
        'я' => "ya",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_a_label_of_a_host_name() {
        for good in ["tomsk", "t2", "tomskiy-rayon", " Tomsk "] {
            assert!(Slug::parse(good).is_ok(), "{good}");
        }
        assert_eq!(Slug::parse(" Tomsk ").unwrap().as_str(), "tomsk");
        let long = "a".repeat(41);
        for wrong in [
            "t",
            "2t",
            "-t",
            "t-",
            "томск",
            "a.b",
            "a_b",
            "a b",
            "a/b",
            "a%2e",
            &long,
        ] {
            assert_eq!(Slug::parse(wrong), Err(Fault::Slug), "{wrong}");
        }
        assert_eq!(Slug::parse(" "), Err(Fault::Empty));
    }

    #[test]
    fn a_name_suggests_its_slug() {
        let slug = |name: &str| Slug::proposed(name).map(|slug| slug.to_string());
        assert_eq!(slug("Томский район").as_deref(), Some("tomskiy-rayon"));
        assert_eq!(slug("ЗАТО «Северск»").as_deref(), Some("zato-seversk"));
        assert_eq!(
            slug("Городской округ  Стрежевой — Объячево").as_deref(),
            Some("gorodskoy-okrug-strezhevoy-obyachevo")
        );
        assert_eq!(slug("«№ 5»"), None);
        assert_eq!(slug(""), None);
        assert!(slug(&"щ".repeat(100)).is_some_and(|slug| slug.len() <= 40));
    }

    #[test]
    fn nobody_is_called_like_a_removed_one() {
        assert!(is_tombstone("Удалённый муниципалитет"));
        assert!(is_tombstone("удаленный муниципалитет 7"));
        assert!(!is_tombstone("Удалённый район"));
    }

    #[test]
    fn codes_are_there_and_back() {
        for status in Status::ALL {
            assert_eq!(Status::from_code(status.code()), Some(status));
        }
        assert_eq!(Status::from_code("merged"), None);
    }
}
