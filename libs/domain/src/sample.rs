//! «Бланки и образцы» (01 §1.9): what an administrator publishes for everybody, in sections. An
//! application's page leads to the sections of the categories.

/// The most characters of a title.
pub const TITLE: usize = 200;

/// The greatest number in the order of a section.
pub const ORDINALS: i32 = 9999;

/// Where a sample stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What goes with an application for the first category.
    First,
    /// What goes with an application for the highest one.
    Highest,
    /// Filled in as an example.
    Example,
    /// Laws and orders.
    Norm,
}

impl Section {
    /// Every section, in the order of the page.
    pub const ALL: [Self; 4] = [Self::First, Self::Highest, Self::Example, Self::Norm];

    /// The code: kept, sent by forms, and the section's anchor in `/forms`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Highest => "highest",
            Self::Example => "example",
            Self::Norm => "norm",
        }
    }

    /// The section of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.code() == code)
    }

    /// Its heading.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "На первую квалификационную категорию",
            Self::Highest => "На высшую квалификационную категорию",
            Self::Example => "Образцы документов",
            Self::Norm => "Нормативные документы",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_leads_back_to_its_section() {
        for section in Section::ALL {
            assert_eq!(Section::from_code(section.code()), Some(section));
        }
        assert_eq!(Section::from_code("First"), None);
        assert_eq!(Section::from_code(""), None);
    }
}
