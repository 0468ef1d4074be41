//! «Сверка с графиком»: the annex of an order, a workbook somebody typed, compared row by row
//! with the applications that may be decided. Nothing of it is kept: what comes out fills in the
//! order's form.

use db::{
    decisions::{self, Ready},
    periods,
};
use domain::{
    act::acts,
    actor::Actor,
    annex::{self, Candidate, Mismatch, Outcome, Row},
    search::words,
};

use super::{Asked, DECIDED, reading::narrowed};
use crate::{
    App, Error, Result,
    brought::{self, Column},
};

/// The most applications an annex is compared with.
pub const READ: usize = 5000;

/// The columns of an annex.
const COLUMNS: [Column; 4] = [
    ("ФИО", &["фио", "фамилия", "педагог"]),
    ("Должность", &["должност"]),
    ("Категория", &["категори", "заявленн", "квалификационн"]),
    ("Решение", &["решени"]),
];

/// The rows of an annex, as read of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annex(Vec<Row>);

/// A row of the annex with what it was found to be.
#[derive(Clone, Debug)]
pub struct Matched {
    /// The row, as typed.
    pub row: Row,
    /// What is wrong with it; `None` if it is matched.
    pub mismatch: Option<Mismatch>,
    /// The application, or those a person has to choose among.
    pub choices: Vec<Ready>,
}

/// An annex compared.
#[derive(Clone, Debug)]
pub struct Matching {
    /// Every row, in the file's order.
    pub rows: Vec<Matched>,
    /// How many applications may be decided that no row was matched with.
    pub left: usize,
}

impl Annex {
    /// The annex in a workbook's rows.
    ///
    /// # Errors
    /// In words, what the file lacks.
    pub fn parse(table: &[Vec<String>]) -> Result<Self, String> {
        let read: Vec<Row> = brought::rows(table, COLUMNS)?
            .into_iter()
            .map(|[person, position, category, decision]| Row {
                person,
                position,
                category,
                decision,
            })
            .filter(|row| !words(&row.person).is_empty())
            .collect();
        match read.len() {
            0 => Err("В таблице нет ни одной строки с ФИО".to_owned()),
            rows if rows > DECIDED => Err(format!(
                "В таблице {rows} строк: за один раз – не более {DECIDED}"
            )),
            _ => Ok(Self(read)),
        }
    }
}

impl App {
    /// Compares an annex with the applications that may be decided: of one municipality, of one
    /// period, or all.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that never decide; [`Error::Invalid`] when there are more
    /// than [`READ`] of them.
    pub async fn match_annex(
        &self,
        actor: &Actor,
        annex: Annex,
        asked: &Asked,
    ) -> Result<Matching> {
        let mut tx = self.db.enter::<acts::Decide>(actor).await?;
        let by = narrowed(asked, &periods::all(&mut tx).await?);
        let ids = decisions::decidable(&mut tx, by, READ as i64 + 1).await?;
        if ids.len() > READ {
            return Err(Error::field(
                "file",
                "Заявлений, по которым можно принять решение, слишком много: выберите период или муниципалитет",
            ));
        }
        let ready = decisions::offered(&mut tx, &ids).await?;
        drop(tx);
        let candidates: Vec<Candidate> = ready
            .iter()
            .map(|ready| Candidate {
                nominative: ready.full_name.clone(),
                dative: ready.dative.clone(),
                position: ready.position.clone(),
                category: ready.category,
            })
            .collect();
        let Annex(rows) = annex;
        let outcomes = annex::compare(&rows, &candidates);
        let matched = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Matched(_)))
            .count();
        let rows = rows
            .into_iter()
            .zip(outcomes)
            .map(|(row, outcome)| {
                let (mismatch, places) = match outcome {
                    Outcome::Matched(place) => (None, vec![place]),
                    Outcome::Unclear(why, places) => (Some(why), places),
                };
                Matched {
                    row,
                    mismatch,
                    choices: places
                        .into_iter()
                        .filter_map(|place| ready.get(place).cloned())
                        .collect(),
                }
            })
            .collect();
        Ok(Matching {
            rows,
            left: ready.len() - matched,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(rows: &[&[&str]]) -> Result<Annex, String> {
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|&cell| cell.to_owned()).collect())
            .collect();
        Annex::parse(&rows)
    }

    #[test]
    fn r_ord_1_columns_are_found_in_any_order_and_case() {
        let Annex(rows) = parse(&[
            &["Приложение к распоряжению"],
            &[
                "№ п/п",
                "РЕШЕНИЕ",
                "ФИО (дательный падеж)",
                "должность",
                "Кв. категория",
            ],
            &["1", "установить", "Ивановой Марии", "учитель", "первая"],
            &["2", "отказать", "", "учитель", "первая"],
            &["3", "отказать", "Петрову Ивану"],
        ])
        .unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].person, "Ивановой Марии");
        assert_eq!(
            (rows[0].category.as_str(), rows[0].decision.as_str()),
            ("первая", "установить")
        );
        assert_eq!(
            (rows[1].position.as_str(), rows[1].decision.as_str()),
            ("", "отказать")
        );
    }

    #[test]
    fn r_ord_1_what_an_annex_lacks_is_told() {
        let wanted = "В таблице нужны столбцы «ФИО», «Должность», «Категория», «Решение»";
        assert_eq!(
            parse(&[&["ФИО", "Должность", "Решение"]]),
            Err(wanted.to_owned())
        );
        assert!(parse(&[&["ФИО", "Должность", "Категория", "Решение"]]).is_err());
        let header: &[&str] = &["ФИО", "Должность", "Категория", "Решение"];
        let row: &[&str] = &["Иванов Иван", "учитель", "первая", "установить"];
        let rows = |n| [vec![header], vec![row; n]].concat();
        assert!(parse(&rows(DECIDED)).is_ok());
        assert!(
            parse(&rows(DECIDED + 1))
                .unwrap_err()
                .contains("не более 1000")
        );
    }
}
