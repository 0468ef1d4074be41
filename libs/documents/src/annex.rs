//! The annex of an order (R-ORD-1): whom it is about, in the dative, grouped by what was decided.

use chrono::NaiveDate;
use domain::template::TemplateKind;
use serde::Serialize;

use crate::{Error, Paper, words};

/// Everything the annex says.
#[derive(Debug, Clone, Serialize)]
pub struct AnnexForm {
    /// The order's number, a text such as «173К».
    pub number: String,
    /// The order's date.
    #[serde(serialize_with = "words::long_date")]
    pub date: NaiveDate,
    /// What was decided, each with those it was decided for.
    pub groups: Vec<AnnexGroup>,
}

/// A decision and those it was made for.
#[derive(Debug, Clone, Serialize)]
pub struct AnnexGroup {
    /// «Установить первую квалификационную категорию:».
    pub decision: String,
    /// For whom, in order.
    pub lines: Vec<AnnexLine>,
}

/// Somebody an order decided about.
#[derive(Debug, Clone, Serialize)]
pub struct AnnexLine {
    /// ФИО in the dative, as the person confirmed it.
    pub name: String,
    /// The post in the nominative.
    pub position: String,
    /// Place of work.
    pub organisation: String,
    /// Where the place of work stands.
    pub municipality: String,
}

/// The annex as a paper. Printing takes time and memory as it has lines: hundreds, as an order has.
///
/// # Errors
/// If the form does not serialise.
pub fn annex(form: &AnnexForm) -> Result<Paper, Error> {
    let ident = format!("annex {} {}", form.number, form.date);
    Paper::plain(TemplateKind::Annex, form, ident, form.date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

    fn line(number: usize) -> AnnexLine {
        AnnexLine {
            name: format!("Щукиной{number} Марии Петровне"),
            position: "учитель".into(),
            organisation: "МАОУ СОШ № 5 [имени] #героя".into(),
            municipality: "Город Томск".into(),
        }
    }

    fn form(lines: usize) -> AnnexForm {
        AnnexForm {
            number: "173К".into(),
            date: NaiveDate::from_ymd_opt(2026, 12, 2).unwrap(),
            groups: vec![
                AnnexGroup {
                    decision: "Установить первую квалификационную категорию:".into(),
                    lines: (1..=lines).map(line).collect(),
                },
                AnnexGroup {
                    decision: "Отказать в установлении высшей квалификационной категории:".into(),
                    lines: vec![line(lines + 1)],
                },
            ],
        }
    }

    fn printed(form: &AnnexForm) -> Vec<u8> {
        annex(form).unwrap().print().unwrap().pdf
    }

    #[test]
    fn everybody_stands_there_in_the_dative_under_the_decision_and_is_counted_on() {
        let text = reading::rows(&printed(&form(2)));
        for words in [
            "Приложение к распоряжению от 2 декабря 2026 г. № 173К",
            "Установить первую квалификационную категорию: № Кому Должность Место работы 1 \
             Щукиной1 Марии Петровне учитель МАОУ СОШ № 5 [имени] #героя, Город Томск 2 Щукиной2",
            "Отказать в установлении высшей квалификационной категории: № Кому Должность Место \
             работы 3 Щукиной3",
        ] {
            assert!(text.contains(words), "«{words}» is missing in: {text}");
        }
    }

    #[test]
    fn a_long_annex_stays_within_its_margins_and_prints_the_same_again() {
        let mut form = form(90);
        form.groups[0].lines[0].organisation = "Ж".repeat(90);
        let pdf = printed(&form);
        let pages = reading::pages_within_margins(&pdf);
        assert!(pages > 2);
        assert!(reading::text(&pdf).contains(&format!("Лист {pages} из {pages}")));
        assert_eq!(pdf, printed(&form));
    }
}
