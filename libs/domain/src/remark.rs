//! Remarks of a rejection (R-APP-6): what exactly is to be mended, at a field or at a page of a
//! document, so that the teacher is told in that very place. The reasons themselves are
//! [`crate::words::rejection`].

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most remarks of one rejection.
pub const MOST: usize = 3;

/// The longest words of a remark, in characters.
pub const WORDS: usize = 300;

/// What of the teacher's data a remark can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// ФИО in its three cases.
    Name,
    /// The post and the place of work.
    Post,
    /// The subject, education, age and length of service.
    Person,
    /// The category held, with its order.
    Held,
    /// The category asked for, the procedure, its ground, the form.
    Choice,
}

impl Part {
    /// All of them, in the order of the pages.
    pub const ALL: [Self; 5] = [
        Self::Name,
        Self::Post,
        Self::Person,
        Self::Held,
        Self::Choice,
    ];

    /// The code in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Post => "post",
            Self::Person => "person",
            Self::Held => "held",
            Self::Choice => "choice",
        }
    }

    /// The part of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.code() == code)
    }

    /// As lists name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "ФИО и его падежи",
            Self::Post => "Должность и место работы",
            Self::Person => "Предмет, образование, возраст, стаж",
            Self::Held => "Имеющаяся категория",
            Self::Choice => "Категория, порядок и форма аттестации",
        }
    }

    /// Whether it is mended on the card; else where the application is formed.
    #[must_use]
    pub const fn on_card(self) -> bool {
        !matches!(self, Self::Choice)
    }
}

/// Where something is to be mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the data.
    Part(Part),
    /// In a document.
    Document {
        /// The file.
        file: Uuid,
        /// Its name, as it was attached.
        name: String,
        /// The page, from 1; none for the whole document.
        page: Option<u16>,
    },
}

impl Place {
    /// The place in words: «Справка.pdf, страница 2».
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Part(part) => part.name().to_owned(),
            Self::Document {
                name, page: None, ..
            } => name.clone(),
            Self::Document {
                name,
                page: Some(page),
                ..
            } => format!("{name}, страница {page}"),
        }
    }
}

/// One remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Where.
    pub place: Place,
    /// What is to be done there.
    pub words: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_by_the_name_of_the_document_and_the_page() {
        let document = |page| Place::Document {
            file: Uuid::nil(),
            name: "Справка.pdf".to_owned(),
            page,
        };
        assert_eq!(document(None).words(), "Справка.pdf");
        assert_eq!(document(Some(2)).words(), "Справка.pdf, страница 2");
        assert_eq!(Place::Part(Part::Held).words(), "Имеющаяся категория");
    }

    #[test]
    fn every_part_is_known_by_its_code_and_kept_as_it_is() {
        for part in Part::ALL {
            assert_eq!(Part::from_code(part.code()), Some(part));
            let remark = Remark {
                place: Place::Part(part),
                words: "исправьте".to_owned(),
            };
            let kept = serde_json::to_string(&remark).unwrap();
            assert_eq!(serde_json::from_str::<Remark>(&kept).unwrap(), remark);
        }
        assert_eq!(Part::from_code("phone"), None);
    }
}
