//! The final conclusion the experts filled in on screen (R-CON-1).

use chrono::NaiveDate;
use domain::paper::{Document, ShortId};
use domain::template::TemplateKind;
use serde::Serialize;

use crate::{Error, Paper, words};

/// Everything the conclusion says.
#[derive(Debug, Clone, Serialize)]
pub struct ConclusionForm {
    /// The teacher's ФИО in the nominative.
    pub teacher: String,
    /// The post in the nominative.
    pub position: String,
    /// The subject, for teachers.
    pub subject: Option<String>,
    /// Place of work.
    pub organisation: String,
    /// Where the place of work stands.
    pub municipality: String,
    /// The category asked for: «первая квалификационная категория».
    pub category: String,
    /// The period's name; may be empty.
    pub period: String,
    /// What was judged, in the order of the list.
    pub marks: Vec<Marked>,
    /// «соответствует» or «не соответствует».
    pub verdict: String,
    /// Recommendations, where there are some.
    pub recommendations: Option<String>,
    /// The experts by place: ФИО with the post; none where nobody is assigned.
    pub experts: [Option<String>; 2],
    /// The day of forming, in the region's time zone.
    #[serde(serialize_with = "words::long_date")]
    pub date: NaiveDate,
    /// Short public code of the application, printed small at the foot and in the
    /// code of each page.
    pub code: ShortId,
    /// Which text of the conclusion this is; printed beside the code.
    pub version: u32,
}

/// A criterion with the experts' judgement.
#[derive(Debug, Clone, Serialize)]
pub struct Marked {
    /// The criterion in the words of the list.
    pub criterion: String,
    /// «подтверждён», «не подтверждён».
    pub mark: String,
    /// The experts' own words; may be empty.
    pub words: String,
}

/// The conclusion as a paper, with a place for each of the three signatures.
///
/// # Errors
/// If the form does not serialise.
pub fn conclusion(form: &ConclusionForm) -> Result<Paper, Error> {
    let ident = format!("conclusion {} {}", form.code, form.version);
    let paper = Paper::plain(TemplateKind::Conclusion, form, ident, form.date)?;
    Ok(paper.coded(Document::Conclusion, form.code, form.version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

    fn form() -> ConclusionForm {
        ConclusionForm {
            teacher: "Королёва Алёна Игоревна".into(),
            position: "учитель".into(),
            subject: Some("химия".into()),
            organisation: "МАОУ СОШ № 5".into(),
            municipality: "Город Томск".into(),
            category: "первая квалификационная категория".into(),
            period: "октябрь-ноябрь 2026".into(),
            marks: vec![
                Marked {
                    criterion: "личный вклад в повышение качества образования".into(),
                    mark: "подтверждён".into(),
                    words: "три #доклада [на семинарах].".into(),
                },
                Marked {
                    criterion: "результаты мониторинга".into(),
                    mark: "не подтверждён".into(),
                    words: String::new(),
                },
            ],
            verdict: "соответствует".into(),
            recommendations: Some("Обобщить опыт работы".into()),
            experts: [Some("Петрова Анна Львовна, методист".into()), None],
            date: NaiveDate::from_ymd_opt(2026, 11, 8).unwrap(),
            code: reading::short_id(),
            version: 2,
        }
    }

    #[test]
    fn every_mark_the_verdict_and_three_places_to_sign() {
        let text = reading::text(&conclusion(&form()).unwrap().print().unwrap().pdf);
        for words in [
            "Педагогический работник: Королёва Алёна Игоревна",
            "Должность: учитель (химия)",
            "подтверждён. три #доклада [на семинарах].",
            "результаты мониторинга",
            "не подтверждён.",
            "соответствует требованиям",
            "Рекомендации: Обобщить опыт работы.",
            "Специалист 1",
            "(подпись, Петрова Анна Львовна, методист)",
            "Специалист 2",
            "(подпись, фамилия, имя, отчество)",
            "С заключением ознакомлен(а): педагогический работник",
            "(подпись, Королёва Алёна Игоревна)",
            "8 ноября 2026 г.",
            "Итоговое заключение 27ZZ-0001, версия 2",
        ] {
            assert!(text.contains(words), "«{words}» is missing in: {text}");
        }
    }

    #[test]
    fn a_long_conclusion_stays_within_its_margins_and_prints_the_same_again() {
        let mut form = form();
        form.marks = vec![
            Marked {
                words: "очень подробное обоснование ".repeat(30),
                ..form.marks[0].clone()
            };
            9
        ];
        form.recommendations = Some("Ж".repeat(90));
        let pdf = conclusion(&form).unwrap().print().unwrap().pdf;
        assert!(reading::pages_within_margins(&pdf) > 1);
        assert_eq!(pdf, conclusion(&form).unwrap().print().unwrap().pdf);
    }
}
