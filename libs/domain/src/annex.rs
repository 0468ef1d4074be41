//! The annex of an order (приложение к распоряжению), a table typed elsewhere, compared with the
//! applications an order may decide: which row is whose, and what of it says something else.
//! Reading the file and deciding are above.

use crate::{
    reference::{Category, Decision},
    search::words,
};

/// The most namesakes and near names offered for a row.
const NEAR: usize = 10;

/// A row of the annex, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// ФИО, in the nominative or the dative.
    pub person: String,
    /// The post.
    pub position: String,
    /// The category, in whatever words.
    pub category: String,
    /// What is decided, in whatever words.
    pub decision: String,
}

impl Row {
    /// What the row decides, if it can be told.
    #[must_use]
    pub fn verdict(&self) -> Option<Decision> {
        let said = self.decision.to_lowercase();
        let refused = said.contains("отказ") || said.contains("не установ");
        if refused {
            Some(Decision::Refused)
        } else if said.contains("установ") || said.contains("присво") {
            Some(Decision::Granted)
        } else {
            None
        }
    }

    /// The category the row names, if it can be told.
    #[must_use]
    pub fn category(&self) -> Option<Category> {
        let said = self.category.to_lowercase();
        [
            ("методист", Category::Methodist),
            ("наставник", Category::Mentor),
            ("высш", Category::Highest),
            ("перв", Category::First),
        ]
        .into_iter()
        .find_map(|(part, category)| said.contains(part).then_some(category))
    }
}

/// An application as a row is compared with it.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// ФИО in the nominative.
    pub nominative: String,
    /// ФИО in the dative.
    pub dative: String,
    /// The post's name.
    pub position: String,
    /// The category asked for.
    pub category: Option<Category>,
}

/// Why a row is not matched by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Nobody has this name or one near it.
    Unknown,
    /// Somebody has a name near it.
    Name,
    /// The one of this name has another post.
    Position,
    /// The one of this name asks for another category.
    Category,
    /// Several have this name.
    Several,
    /// A row before it is about the same application.
    Repeated,
}

impl Mismatch {
    /// What is wrong, for whoever resolves it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unknown => "не найден",
            Self::Name => "ФИО отличается",
            Self::Position => "должность отличается",
            Self::Category => "категория отличается",
            Self::Several => "найдено несколько",
            Self::Repeated => "повторяется в файле",
        }
    }
}

/// What a row is compared to be; numbers are places among the candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This application and no other.
    Matched(usize),
    /// A person has to choose among these, or nobody.
    Unclear(Mismatch, Vec<usize>),
}

/// Compares every row with the candidates; ё is е, case, blanks and punctuation say nothing.
#[must_use]
pub fn compare(rows: &[Row], candidates: &[Candidate]) -> Vec<Outcome> {
    let known: Vec<Known> = candidates.iter().map(Known::of).collect();
    let mut taken = vec![false; candidates.len()];
    rows.iter()
        .map(|row| match outcome(row, &known) {
            Outcome::Matched(place) if std::mem::replace(&mut taken[place], true) => {
                Outcome::Unclear(Mismatch::Repeated, Vec::new())
            }
            other => other,
        })
        .collect()
}

/// A candidate in the words that are compared.
struct Known {
    nominative: Vec<String>,
    dative: Vec<String>,
    position: Vec<String>,
    category: Option<Category>,
}

impl Known {
    fn of(candidate: &Candidate) -> Self {
        Self {
            nominative: words(&candidate.nominative),
            dative: words(&candidate.dative),
            position: words(&candidate.position),
            category: candidate.category,
        }
    }

    fn is(&self, person: &[String]) -> bool {
        self.nominative == person || self.dative == person
    }

    /// One part of the name is another, or left out, or two letters are slips.
    fn is_near(&self, person: &[String]) -> bool {
        [&self.nominative, &self.dative].into_iter().any(|name| {
            let same = person.iter().filter(|word| name.contains(word)).count();
            (same >= 2 && person.len() >= 2)
                || (name.len() == person.len()
                    && name
                        .iter()
                        .zip(person)
                        .map(|(one, other)| slips(one, other))
                        .sum::<usize>()
                        <= 2)
        })
    }

    fn says(&self, row: &Row) -> Result<(), Mismatch> {
        if self.position != words(&row.position) {
            Err(Mismatch::Position)
        } else if row.category().is_none() || self.category != row.category() {
            Err(Mismatch::Category)
        } else {
            Ok(())
        }
    }
}

fn outcome(row: &Row, known: &[Known]) -> Outcome {
    let person = words(&row.person);
    let places = |fits: &dyn Fn(&Known) -> bool| -> Vec<usize> {
        let found = known.iter().enumerate().filter(|(_, known)| fits(known));
        found.map(|(place, _)| place).collect()
    };
    let same = places(&|known| known.is(&person));
    match same[..] {
        [] => {
            let mut near = places(&|known| known.is_near(&person));
            near.truncate(NEAR);
            let why = if near.is_empty() {
                Mismatch::Unknown
            } else {
                Mismatch::Name
            };
            Outcome::Unclear(why, near)
        }
        [only] => match known[only].says(row) {
            Ok(()) => Outcome::Matched(only),
            Err(why) => Outcome::Unclear(why, same),
        },
        _ => {
            let fits = |place: &&usize| known[**place].says(row).is_ok();
            let fitting: Vec<usize> = same.iter().filter(fits).copied().collect();
            match fitting[..] {
                [only] => Outcome::Matched(only),
                _ => Outcome::Unclear(Mismatch::Several, same.into_iter().take(NEAR).collect()),
            }
        }
    }
}

/// How many letters are to be put in, left out or changed between two words; 3 stands for more.
fn slips(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > 2 {
        return 3;
    }
    let mut before: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut now = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let changed = before[j] + usize::from(a != b);
            now.push(changed.min(before[j + 1] + 1).min(now[j] + 1));
        }
        before = now;
    }
    before[other.len()].min(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(nominative: &str, dative: &str, position: &str) -> Candidate {
        Candidate {
            nominative: nominative.to_owned(),
            dative: dative.to_owned(),
            position: position.to_owned(),
            category: Some(Category::First),
        }
    }

    fn row(person: &str, position: &str, category: &str) -> Row {
        Row {
            person: person.to_owned(),
            position: position.to_owned(),
            category: category.to_owned(),
            decision: "Установить".to_owned(),
        }
    }

    #[test]
    fn r_ord_1_a_row_is_matched_by_name_in_either_case_post_and_category() {
        use Mismatch::{Category, Name, Position, Repeated, Several, Unknown};
        let candidates = [
            candidate(
                "Семёнова Алёна Ильинична",
                "Семёновой Алёне Ильиничне",
                "учитель",
            ),
            candidate(
                "Иванова Мария Петровна",
                "Ивановой Марии Петровне",
                "учитель",
            ),
            candidate(
                "Иванова Мария Петровна",
                "Ивановой Марии Петровне",
                "педагог-психолог",
            ),
            candidate("Петров-Водкин Кузьма", "Петрову-Водкину Кузьме", "тренер"),
        ];
        let cases = [
            (
                row(" семенова  АЛЕНА Ильинична", "Учитель", "первая"),
                Outcome::Matched(0),
            ),
            (
                row("Ивановой Марии Петровне", "педагог - психолог", "Первая"),
                Outcome::Matched(2),
            ),
            (
                row("Петрову Водкину Кузьме", "тренер", "первая категория"),
                Outcome::Matched(3),
            ),
            (
                row("Семёновой Алёне Ильиничне", "учитель", "первая"),
                Outcome::Unclear(Repeated, vec![]),
            ),
            (
                row("Иванова Мария Петровна", "тренер", "первая"),
                Outcome::Unclear(Several, vec![1, 2]),
            ),
            (
                row("Петров-Водкин Кузьма", "учитель", "первая"),
                Outcome::Unclear(Position, vec![3]),
            ),
            (
                row("Петров-Водкин Кузьма", "тренер", "высшая"),
                Outcome::Unclear(Category, vec![3]),
            ),
            (
                row("Петров-Водкин Кузьма", "тренер", ""),
                Outcome::Unclear(Category, vec![3]),
            ),
            (
                row("Симёнова Алена Ильинишна", "учитель", "первая"),
                Outcome::Unclear(Name, vec![0]),
            ),
            (
                row("Сидоров Пётр Ильич", "учитель", "первая"),
                Outcome::Unclear(Unknown, vec![]),
            ),
        ];
        let (rows, expected): (Vec<Row>, Vec<Outcome>) = cases.into_iter().unzip();
        assert_eq!(compare(&rows, &candidates), expected);
    }

    #[test]
    fn r_ord_1_a_decision_is_read_in_the_words_orders_have() {
        let read = |decision: &str| {
            Row {
                decision: decision.to_owned(),
                ..Row::default()
            }
            .verdict()
        };
        for granted in ["установить", "Установлена", "присвоить"] {
            assert_eq!(read(granted), Some(Decision::Granted), "{granted}");
        }
        for refused in ["отказать", "Отказано в установлении", "не установлена"]
        {
            assert_eq!(read(refused), Some(Decision::Refused), "{refused}");
        }
        assert_eq!(read("на усмотрение"), None);
    }

    #[test]
    fn slips_are_counted_up_to_three() {
        for (one, other, many) in [
            ("иванов", "иванов", 0),
            ("иванов", "иваново", 1),
            ("аб", "ба", 2),
            ("а", "бвгд", 3),
        ] {
            assert_eq!(slips(one, other), many, "{one} {other}");
        }
    }
}
