//! Templates of papers: which kinds of paper have one that an administrator may replace, and what
//! such a one must keep. How they are set is `documents`'.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::paper::Document;

/// The version of the template a release is built with.
pub const BUILT_IN: i32 = 0;

/// The longest source, in characters.
pub const SOURCE: usize = 50_000;

/// The longest letterhead, in characters.
pub const LETTERHEAD: usize = 1000;

/// The longest note, in characters.
pub const NOTE: usize = 200;

/// A kind of paper with a template of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateKind {
    /// The application for attestation (R-APP-1).
    Application,
    /// The application for withdrawal (R-WD-1).
    Withdrawal,
    /// The final conclusion (R-CON-1).
    Conclusion,
    /// A schedule, a municipality's or the region's (R-SCH-5).
    Schedule,
    /// The registration journal (R-APP-5).
    Journal,
    /// A register of conclusions handed over (R-CON-2).
    Handover,
    /// The annex of an order (R-ORD-1).
    Annex,
    /// The consent to the processing of personal data (R-ACC-6).
    Consent,
    /// The act of a municipality's destroyed personal data (SEC-106).
    Destruction,
}

impl TemplateKind {
    /// All of them, in the order of their page.
    pub const ALL: [Self; 9] = [
        Self::Application,
        Self::Withdrawal,
        Self::Conclusion,
        Self::Schedule,
        Self::Journal,
        Self::Handover,
        Self::Annex,
        Self::Consent,
        Self::Destruction,
    ];

    /// The code in addresses and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Withdrawal => "withdrawal",
            Self::Conclusion => "conclusion",
            Self::Schedule => "schedule",
            Self::Journal => "journal",
            Self::Handover => "handover",
            Self::Annex => "annex",
            Self::Consent => "consent",
            Self::Destruction => "destruction",
        }
    }

    /// The kind of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What people call the paper.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Application => "Заявление о проведении аттестации",
            Self::Withdrawal => "Отзыв заявления",
            Self::Conclusion => "Итоговое заключение",
            Self::Schedule => "График аттестации",
            Self::Journal => "Журнал регистрации заявлений",
            Self::Handover => "Реестр передачи",
            Self::Annex => "Приложение к распоряжению",
            Self::Consent => "Согласие на обработку персональных данных",
            Self::Destruction => "Акт об уничтожении персональных данных",
        }
    }

    /// The coded paper it is, whose scan is read back; its template must keep codes and signature
    /// lines where they are looked for.
    #[must_use]
    pub const fn document(self) -> Option<Document> {
        match self {
            Self::Application => Some(Document::Application),
            Self::Withdrawal => Some(Document::Withdrawal),
            Self::Conclusion => Some(Document::Conclusion),
            Self::Schedule => Some(Document::Schedule),
            Self::Journal | Self::Handover | Self::Annex | Self::Consent | Self::Destruction => {
                None
            }
        }
    }

    /// Whether it begins with whom it is addressed to.
    #[must_use]
    pub const fn has_letterhead(self) -> bool {
        matches!(self, Self::Application | Self::Withdrawal)
    }
}

/// A fault of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The line of the template it is in, from 1; none where it is in none.
    pub line: Option<usize>,
    /// What is wrong.
    pub words: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "Строка {line}: {}", self.words),
            None => f.write_str(&self.words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back_and_serialise_as_they_are() {
        for kind in TemplateKind::ALL {
            assert_eq!(TemplateKind::from_code(kind.code()), Some(kind));
            let json = serde_json::to_value(kind).unwrap();
            assert_eq!(json, kind.code());
        }
        assert_eq!(TemplateKind::from_code("style"), None);
    }
}
