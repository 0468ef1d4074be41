//! «Отклонить» (R-APP-6): for reasons of the list and in own words, with remarks that point at a
//! field or at a page of a document. Both registrars' alike: who may is the policy's answer, when
//! the state table's.

use db::{applications, attachments, events, letters, reference};
use domain::{
    act::{Act, acts},
    actor::Actor,
    letter::LetterKind,
    life::legal,
    remark::{self, Part, Place, Remark},
    value::Line,
    words,
};
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result, review::MOVES};

pub use db::reference::RejectionReason;

/// The longest own words of a rejection, in characters.
const WORDS: usize = 1000;

/// A rejection as it was ticked and typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rejection<'a> {
    /// Reasons of the list, by code.
    pub reasons: &'a [String],
    /// Own words.
    pub comment: &'a str,
    /// What is to be mended where, [`remark::MOST`] at most; empty ones count for nothing.
    pub remarks: &'a [Noted],
}

/// A remark as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    /// The code of a part of the data, or the id of a document's file.
    pub place: String,
    /// The page of the document.
    pub page: String,
    /// What is to be done.
    pub words: String,
}

/// The field of the remark at `at`, from 0, in the form: `remark1`.
fn field(at: usize) -> String {
    format!("remark{}", at + 1)
}

impl App {
    /// The reasons a rejection chooses from.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that never reject.
    pub async fn rejection_reasons(&self, actor: &Actor) -> Result<Vec<RejectionReason>> {
        let mut tx = self.db.enter::<acts::Reject>(actor).await?;
        Ok(reference::rejection_reasons(&mut tx).await?)
    }

    /// Rejects an application: for reasons of the list and in own words, which are required where
    /// the list has none of its own («Иная причина»).
    ///
    /// # Errors
    /// As [`App::register`]; [`Error::Invalid`] for `reason`, `comment` and `remark1…3`.
    pub async fn reject(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        typed: Rejection<'_>,
    ) -> Result<()> {
        let (mut tx, permit) = self.enter_case::<acts::Reject>(actor, application).await?;
        if let Err(refusal) = legal(Act::Reject, actor.role, &permit.case()) {
            return Err(self.refused(&mut tx, &permit, Act::Reject, refusal).await?);
        }
        if permit.version != version {
            return Err(self.stale(&mut tx, &permit, MOVES).await?);
        }
        let list = reference::rejection_reasons(&mut tx).await?;
        let rejection = in_words(&list, typed.reasons, typed.comment)?;
        let documents = attachments::of(&mut tx, &permit).await?;
        let documents: Vec<_> = documents
            .into_iter()
            .map(|document| (document.file, document.name))
            .collect();
        let remarks = remarks(&documents, typed.remarks)?;
        applications::reject(&mut tx, &permit, typed.reasons, &rejection, &remarks).await?;
        events::record(&mut tx, &permit, &format!("Заявление отклонено{rejection}")).await?;
        letters::queue(&mut tx, &permit, LetterKind::Rejected, permit.account).await?;
        Ok(tx.commit().await?)
    }
}

/// The rejection in words, of what was ticked and typed.
fn in_words(list: &[RejectionReason], ticked: &[String], comment: &str) -> Result<String> {
    let chosen: Vec<&RejectionReason> = list
        .iter()
        .filter(|reason| ticked.contains(&reason.code))
        .collect();
    let own = Line::parse_optional(comment, WORDS)
        .map_err(|fault| Error::field("comment", fault.to_string()))?;
    if chosen.len() < ticked.len() {
        return Err(Error::field("reason", "Выберите причину из списка"));
    }
    let own = own.as_ref().map_or("", Line::as_str);
    if chosen.is_empty() && own.is_empty() {
        return Err(Error::field(
            "reason",
            "Отметьте причину отклонения или напишите её в комментарии",
        ));
    }
    if own.is_empty() && chosen.iter().any(|reason| reason.instrumental.is_empty()) {
        return Err(Error::field(
            "comment",
            "Напишите причину: она не выбрана из списка",
        ));
    }
    let instrumental: Vec<String> = chosen
        .into_iter()
        .map(|reason| reason.instrumental.clone())
        .filter(|words| !words.is_empty())
        .collect();
    Ok(words::rejection(&instrumental, own))
}

/// The remarks as they are kept; `documents` are the application's, by file and name.
fn remarks(documents: &[(Uuid, String)], typed: &[Noted]) -> Result<Vec<Remark>> {
    let mut faults = Vec::new();
    let mut remarks = Vec::new();
    for (at, noted) in typed.iter().enumerate().take(remark::MOST) {
        match noted.parse(documents) {
            Ok(remark) => remarks.extend(remark),
            Err(words) => faults.push(FieldFault::new(field(at), words)),
        }
    }
    if faults.is_empty() {
        Ok(remarks)
    } else {
        Err(Error::Invalid(faults))
    }
}

impl Noted {
    /// None if nothing was typed.
    fn parse(&self, documents: &[(Uuid, String)]) -> std::result::Result<Option<Remark>, String> {
        let words =
            Line::parse_optional(&self.words, remark::WORDS).map_err(|fault| fault.to_string())?;
        let page = self.page.trim();
        if self.place.is_empty() && page.is_empty() && words.is_none() {
            return Ok(None);
        }
        let words = words.ok_or("Напишите, что исправить")?;
        if let Some(part) = Part::from_code(&self.place) {
            if !page.is_empty() {
                return Err("Страница указывается только у документа".to_owned());
            }
            return Ok(Some(Remark {
                place: Place::Part(part),
                words: words.as_str().to_owned(),
            }));
        }
        let (file, name) = documents
            .iter()
            .find(|(file, _)| file.to_string() == self.place)
            .ok_or("Выберите, к чему замечание")?;
        let page = match page {
            "" => None,
            page => Some(
                page.parse()
                    .ok()
                    .filter(|page| (1..=9999).contains(page))
                    .ok_or("Страница — число от 1")?,
            ),
        };
        Ok(Some(Remark {
            place: Place::Document {
                file: *file,
                name: name.clone(),
                page,
            },
            words: words.as_str().to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Vec<RejectionReason> {
        [
            ("fio", "Ошибка в ФИО", "ошибкой в ФИО"),
            ("other", "Иная причина", ""),
        ]
        .map(|(code, name, instrumental)| RejectionReason {
            code: code.into(),
            name: name.into(),
            instrumental: instrumental.into(),
        })
        .into()
    }

    fn words_of(ticked: &[&str], comment: &str) -> Result<String, String> {
        let ticked: Vec<String> = ticked.iter().map(|code| (*code).to_owned()).collect();
        in_words(&list(), &ticked, comment).map_err(|error| match error {
            Error::Invalid(mut faults) => faults.remove(0).field.into_owned(),
            _ => String::new(),
        })
    }

    #[test]
    fn r_app_6_a_reason_is_needed_and_another_one_in_own_words() {
        assert_eq!(words_of(&["fio"], "").unwrap(), " в связи с ошибкой в ФИО");
        assert_eq!(words_of(&["other"], "нет").unwrap(), ": нет");
        assert_eq!(words_of(&[], "нет").unwrap(), ": нет");
        assert_eq!(
            words_of(&["fio", "other"], "нет").unwrap(),
            " в связи с ошибкой в ФИО, нет"
        );
        assert_eq!(words_of(&[], " ").unwrap_err(), "reason");
        assert_eq!(words_of(&["other"], "").unwrap_err(), "comment");
        assert_eq!(words_of(&["unknown"], "нет").unwrap_err(), "reason");
    }

    #[test]
    fn r_app_6_a_remark_is_about_something_of_the_application_and_says_what_to_do() {
        let file = Uuid::from_u128(7);
        let documents = [(file, "Справка.pdf".to_owned())];
        let noted = |place: &str, page: &str, words: &str| Noted {
            place: place.to_owned(),
            page: page.to_owned(),
            words: words.to_owned(),
        };
        let kept = |typed: Noted| {
            remarks(&documents, &[typed]).map_err(|error| match error {
                Error::Invalid(faults) => faults[0].field.to_string(),
                other => other.to_string(),
            })
        };
        assert_eq!(kept(Noted::default()), Ok(Vec::new()));
        let told = kept(noted(&file.to_string(), "2", "нет печати")).unwrap();
        assert_eq!(told[0].place.words(), "Справка.pdf, страница 2");
        assert_eq!(
            kept(noted("held", "", "номер не тот")).unwrap()[0].place,
            Place::Part(Part::Held)
        );
        for wrong in [
            noted("held", "", ""),
            noted("", "", "нет печати"),
            noted("held", "2", "номер не тот"),
            noted(&file.to_string(), "0", "нет печати"),
            noted(&file.to_string(), "вторая", "нет печати"),
            noted(&Uuid::nil().to_string(), "", "чужой документ"),
        ] {
            assert_eq!(kept(wrong.clone()), Err("remark1".to_owned()), "{wrong:?}");
        }
    }
}
