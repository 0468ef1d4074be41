//! The application for withdrawal (R-WD-1).

use chrono::NaiveDate;
use domain::paper::{Document, ShortId};
use domain::template::TemplateKind;
use serde::Serialize;

use crate::{Applicant, Error, GenitiveName, Paper, words};

/// Everything the withdrawal says.
#[derive(Debug, Clone, Serialize)]
pub struct WithdrawalForm {
    /// To whom, as on the application.
    pub issuer_lines: Vec<String>,
    /// Whose application is withdrawn.
    pub applicant: Applicant,
    /// The school coordinator of the applicant's organisation, when it makes the withdrawal for a
    /// teacher who cannot (R-WD-1); none: the teacher makes it.
    pub coordinator: Option<GenitiveName>,
    /// The phrase of the category that was asked for.
    pub category_phrase: String,
    /// The journal's entry, once the application is registered.
    pub registration: Option<Registration>,
    /// What follows «в связи с», in the instrumental; none: no reason is given.
    pub reason: Option<String>,
    /// The day of forming, in the region's time zone.
    #[serde(serialize_with = "words::long_date")]
    pub date: NaiveDate,
    /// Short public code of the application, printed small at the foot and in the
    /// code of each page.
    pub code: ShortId,
    /// Which forming of the withdrawal this is; printed beside the code.
    pub version: u32,
}

/// The application's entry in the journal.
#[derive(Debug, Clone, Serialize)]
pub struct Registration {
    /// Its number.
    pub number: String,
    /// Its date.
    #[serde(serialize_with = "words::short_date")]
    pub date: NaiveDate,
}

/// The withdrawal as a paper of one or two pages (R-WD-1).
///
/// # Errors
/// If the form does not serialise.
pub fn withdrawal(form: &WithdrawalForm) -> Result<Paper, Error> {
    let ident = format!("withdrawal {} {}", form.code, form.version);
    let paper = Paper::plain(TemplateKind::Withdrawal, form, ident, form.date)?;
    Ok(paper.coded(Document::Withdrawal, form.code, form.version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

    fn form() -> WithdrawalForm {
        WithdrawalForm {
            issuer_lines: vec!["В аттестационную комиссию".into(), "Томской области".into()],
            applicant: Applicant {
                name: GenitiveName {
                    surname: "Королёвой".into(),
                    name: "Алёны".into(),
                    patronymic: None,
                },
                position: "воспитатель".into(),
                subject: None,
                organisation: "МАДОУ № 5".into(),
                municipality: "Город Томск".into(),
            },
            coordinator: None,
            category_phrase: "на высшую квалификационную категорию".into(),
            registration: None,
            reason: None,
            date: NaiveDate::from_ymd_opt(2021, 3, 8).unwrap(),
            code: reading::short_id(),
            version: 1,
        }
    }

    fn printed(form: &WithdrawalForm) -> String {
        reading::text(&withdrawal(form).unwrap().print().unwrap().pdf)
    }

    #[test]
    fn a_teacher_withdraws_without_giving_a_reason() {
        let text = printed(&form());
        for words in [
            "В аттестационную комиссию Томской области от Королёвой Алёны Должность: воспитатель \
             Место работы: МАДОУ № 5, Город Томск",
            "Прошу отозвать моё заявление о проведении аттестации на высшую квалификационную \
             категорию по должности воспитатель. 8 марта 2021 г.",
            "Отзыв заявления 27ZZ-0001, версия 1",
        ] {
            assert!(text.contains(words), "«{words}» is missing in: {text}");
        }
    }

    #[test]
    fn registration_and_reason_end_the_sentence() {
        let date = NaiveDate::from_ymd_opt(2021, 1, 12).unwrap();
        let text = printed(&WithdrawalForm {
            registration: Some(Registration {
                number: "45".into(),
                date,
            }),
            reason: Some("переездом в #другой [регион].".into()),
            ..form()
        });
        let words = "по должности воспитатель (зарегистрировано 12.01.2021, № 45) в связи с \
                     переездом в #другой [регион]. 8 марта";
        assert!(text.contains(words), "{text}");
    }

    #[test]
    fn the_school_coordinator_withdraws_for_a_teacher() {
        let name = GenitiveName {
            surname: "Сидоровой".into(),
            name: "Анны".into(),
            patronymic: Some("Ивановны".into()),
        };
        let text = printed(&WithdrawalForm {
            coordinator: Some(name),
            ..form()
        });
        for words in [
            "от Сидоровой Анны Ивановны координатора по аттестации в образовательной организации \
             МАДОУ № 5, Город Томск",
            "Прошу отозвать заявление Королёвой Алёны о проведении аттестации",
            "по уважительной причине",
        ] {
            assert!(text.contains(words), "«{words}» is missing in: {text}");
        }
        assert!(!text.contains("моё"), "{text}");
    }

    #[test]
    fn a_long_reason_wraps_and_prints_the_same_again() {
        let reason = "необходимостью ухода за членом семьи и ".repeat(40) + &"Ж".repeat(90);
        let form = WithdrawalForm {
            reason: Some(reason),
            ..form()
        };
        let pdf = withdrawal(&form).unwrap().print().unwrap().pdf;
        assert!((1..=2).contains(&reading::pages_within_margins(&pdf)));
        assert_eq!(pdf, withdrawal(&form).unwrap().print().unwrap().pdf);
    }
}
