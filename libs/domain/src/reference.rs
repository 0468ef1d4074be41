//! Reference data that rules hang on.
//!
//! What a rule distinguishes is an enum here: categories, procedures, forms, founder kinds.
//! Positions, subjects, grounds and reasons are not: the administrator edits them, so the
//! product knows them by [`Code`] only. The rows themselves live in the database.

pub mod list;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::value::{Fault, shown_as_text};

/// An enum kept, sent and shown by code: from one table its variants, `ALL`, `code`,
/// `from_code`, `name` and serde.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal, $words:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every value, in the order it is offered in.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            /// The code kept in the database and sent by forms.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The value of a code; `None` for anything that is not one.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|value| value.code() == code)
            }

            /// The Russian name, as people read it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $words,)+
                }
            }
        }
    };
}

coded! {
    /// A qualification category, asked for or held. In ascending order, as the law has it.
    Category {
        /// The first category.
        First = "first", "первая";
        /// The highest category.
        Highest = "highest", "высшая";
        /// Педагог-методист, since 2023.
        Methodist = "methodist", "педагог-методист";
        /// Педагог-наставник, since 2023.
        Mentor = "mentor", "педагог-наставник";
    }
}

impl Category {
    /// The name in the accusative: «имею … квалификационную категорию», «присвоить …».
    #[must_use]
    pub const fn accusative(self) -> &'static str {
        match self {
            Self::First => "первую",
            Self::Highest => "высшую",
            Self::Methodist | Self::Mentor => self.name(),
        }
    }

    /// The words of the application after «Прошу аттестовать меня в {year} году» (R-APP-1).
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::First => "на первую квалификационную категорию",
            Self::Highest => "на высшую квалификационную категорию",
            Self::Methodist => "на квалификационную категорию «педагог-методист»",
            Self::Mentor => "на квалификационную категорию «педагог-наставник»",
        }
    }

    /// The category in the genitive: «в установлении … отказано».
    #[must_use]
    pub const fn genitive(self) -> &'static str {
        match self {
            Self::First => "первой квалификационной категории",
            Self::Highest => "высшей квалификационной категории",
            Self::Methodist => "квалификационной категории «педагог-методист»",
            Self::Mentor => "квалификационной категории «педагог-наставник»",
        }
    }

    /// The category with its noun: «первая квалификационная категория».
    #[must_use]
    pub const fn full_name(self) -> &'static str {
        match self {
            Self::First => "первая квалификационная категория",
            Self::Highest => "высшая квалификационная категория",
            Self::Methodist => "квалификационная категория «педагог-методист»",
            Self::Mentor => "квалификационная категория «педагог-наставник»",
        }
    }

    /// The categories of which one must be held, now or formerly for the highest, to ask for
    /// this one (R-APP-4 b); none for the first.
    #[must_use]
    pub const fn requires(self) -> &'static [Self] {
        match self {
            Self::First => &[],
            Self::Highest => &[Self::First, Self::Highest],
            Self::Methodist | Self::Mentor => &[Self::Highest],
        }
    }
}

coded! {
    /// The procedure asked for: it decides the route (R-ROUTE-1) and the way to a decision.
    Procedure {
        /// With a period, experts and a conclusion.
        General = "general", "на общих основаниях";
        /// By a ground from the list, without period, experts and conclusion (R-ORD-1).
        Simplified = "simplified", "по упрощенной форме";
    }
}

coded! {
    /// What an order says about one application (R-ORD-1).
    Decision {
        /// The category is granted.
        Granted = "granted", "установить";
        /// The category is refused.
        Refused = "refused", "отказать";
    }
}

impl Decision {
    /// What was decided, by whether the category is granted.
    #[must_use]
    pub const fn of(granted: bool) -> Self {
        if granted {
            Self::Granted
        } else {
            Self::Refused
        }
    }

    /// What became of it, beside the category in a table; [`Decision::name`] is what an order is to
    /// say.
    #[must_use]
    pub const fn outcome(self) -> &'static str {
        match self {
            Self::Granted => "установлена",
            Self::Refused => "в установлении отказано",
        }
    }
}

coded! {
    /// The form of attestation: until when documents may be added depends on it (R-APP-3).
    Form {
        /// The experts come to see the teacher at work.
        InPerson = "in_person", "очная";
        /// The experts judge by documents and recordings.
        Distance = "distance", "дистанционная";
    }
}

coded! {
    /// Whether the person comes to the commission's sitting.
    Presence {
        /// The person comes.
        Present = "present", "в моем присутствии";
        /// The commission sits without the person.
        Absent = "absent", "без моего присутствия";
    }
}

coded! {
    /// Who founded an organisation: the region says which kinds go to the operator (R-ORG-1).
    FounderKind {
        /// The municipality.
        Municipal = "municipal", "муниципальная";
        /// The region.
        Regional = "regional", "региональная";
        /// Culture, sport, health, social protection and the like.
        Industry = "industry", "отраслевая";
        /// A private founder.
        Private = "private", "частная";
    }
}

/// The founder kind that an organisation added by a coordinator takes from the sector of its
/// type, until an operator changes it (R-ORG-1).
#[must_use]
pub fn founder_kind_of_sector(sector: &str) -> FounderKind {
    match sector.trim() {
        "образование" => FounderKind::Municipal,
        "негосударственный сектор" => FounderKind::Private,
        _ => FounderKind::Industry,
    }
}

/// The code of a row that the administrator edits: position, subject, ground, reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

impl Code {
    /// 1 to 64 small Latin letters, digits and `_`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let code = input.trim();
        if code.is_empty() {
            Err(Fault::Empty)
        } else if code.len() > 64 {
            Err(Fault::TooLong { max: 64 })
        } else if code
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        {
            Ok(Self(code.to_owned()))
        } else {
            Err(Fault::Code)
        }
    }
}

shown_as_text!(Code);

impl TryFrom<String> for Code {
    type Error = Fault;

    fn try_from(code: String) -> Result<Self, Fault> {
        Self::parse(&code)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

/// A type of organisation, chosen before the organisation itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationType {
    /// The row's code.
    pub code: Code,
    /// The Russian name.
    pub name: String,
    /// The sector of the economy, as the region names it.
    pub sector: String,
}

impl OrganisationType {
    /// The founder kind proposed for an organisation of this type (R-ORG-1).
    #[must_use]
    pub fn founder_kind(&self) -> FounderKind {
        founder_kind_of_sector(&self.sector)
    }
}

/// A kind of attached document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentKind {
    /// The row's code.
    pub code: Code,
    /// The Russian name.
    pub name: String,
    /// Whether a document of this kind lets the application be submitted (R-APP-2).
    pub counts_as_result: bool,
    /// The only form the kind belongs to; `None` for both.
    pub form: Option<Form>,
}

impl DocumentKind {
    /// Whether the kind is offered to an application of this form.
    #[must_use]
    pub fn fits(&self, form: Form) -> bool {
        self.form.is_none_or(|only| only == form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code leads back to its value, alone and through serde.
    macro_rules! codes_lead_back {
        ($($name:ident),+) => {$(
            for value in $name::ALL {
                assert_eq!($name::from_code(value.code()), Some(value));
                let json = serde_json::to_string(&value).unwrap();
                assert_eq!(json, format!("\"{}\"", value.code()));
                assert_eq!(serde_json::from_str::<$name>(&json).unwrap(), value);
                assert!(!value.name().is_empty());
            }
            assert_eq!($name::from_code("First"), None);
            assert_eq!($name::from_code(""), None);
        )+};
    }

    #[test]
    fn every_code_leads_back_to_its_value() {
        codes_lead_back!(Category, Procedure, Form, Presence, FounderKind);
    }

    #[test]
    fn r_org_1_the_sector_proposes_the_founder_kind() {
        for (sector, kind) in [
            ("образование", FounderKind::Municipal),
            ("негосударственный сектор", FounderKind::Private),
            ("культура", FounderKind::Industry),
            ("здравоохранение", FounderKind::Industry),
            ("прочее", FounderKind::Industry),
        ] {
            assert_eq!(founder_kind_of_sector(sector), kind, "{sector}");
        }
    }

    #[test]
    fn r_app_1_a_category_in_every_case_that_papers_need() {
        for (category, accusative, phrase, genitive, full) in [
            (
                Category::First,
                "первую",
                "на первую квалификационную категорию",
                "первой квалификационной категории",
                "первая квалификационная категория",
            ),
            (
                Category::Highest,
                "высшую",
                "на высшую квалификационную категорию",
                "высшей квалификационной категории",
                "высшая квалификационная категория",
            ),
            (
                Category::Methodist,
                "педагог-методист",
                "на квалификационную категорию «педагог-методист»",
                "квалификационной категории «педагог-методист»",
                "квалификационная категория «педагог-методист»",
            ),
            (
                Category::Mentor,
                "педагог-наставник",
                "на квалификационную категорию «педагог-наставник»",
                "квалификационной категории «педагог-наставник»",
                "квалификационная категория «педагог-наставник»",
            ),
        ] {
            assert_eq!(category.accusative(), accusative);
            assert_eq!(category.phrase(), phrase);
            assert_eq!(category.genitive(), genitive);
            assert_eq!(category.full_name(), full);
        }
    }

    #[test]
    fn a_code_is_small_latin_letters_and_digits() {
        assert_eq!(Code::parse("p35_1").unwrap().as_str(), "p35_1");
        assert_eq!(Code::parse(" "), Err(Fault::Empty));
        assert_eq!(Code::parse("Учитель"), Err(Fault::Code));
        assert_eq!(Code::parse("a-b"), Err(Fault::Code));
        assert!(
            serde_json::from_str::<Code>("\"a'b\"").is_err(),
            "no way around parse"
        );
        assert_eq!(
            serde_json::to_string(&Code::parse("fio").unwrap()).unwrap(),
            "\"fio\""
        );
    }

    #[test]
    fn a_kind_of_one_form_is_not_offered_to_the_other() {
        let video = DocumentKind {
            code: Code::parse("lesson_video").unwrap(),
            name: "видеозапись урока".to_owned(),
            counts_as_result: true,
            form: Some(Form::Distance),
        };
        assert!(video.fits(Form::Distance) && !video.fits(Form::InPerson));
        assert!(
            DocumentKind {
                form: None,
                ..video
            }
            .fits(Form::InPerson)
        );
    }
}
