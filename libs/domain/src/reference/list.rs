//! The lists an administrator keeps: what each is called, which columns its rows have, what may
//! stand in them. The page and `ctl reference sync` are held to the same.

use std::collections::BTreeMap;

use super::{Category, Code, Form};
use crate::value::Line;

/// The most characters of a name.
const NAME: usize = 300;

/// A row by column, as forms and files have it: text, «yes» and «no», numbers as written.
pub type Row = BTreeMap<String, String>;

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line that has to be there.
    Text,
    /// One line that may be empty.
    OptionalText,
    /// One of these: what is kept, and the words for it.
    OneOf(&'static [(&'static str, &'static str)]),
    /// A whole number, small.
    Number,
}

/// A column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The column's name in the table and in the form.
    pub code: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What depends on it.
    pub hint: &'static str,
    /// What stands in it.
    pub kind: Kind,
}

impl Column {
    const fn new(code: &'static str, name: &'static str, hint: &'static str, kind: Kind) -> Self {
        Self {
            code,
            name,
            hint,
            kind,
        }
    }

    /// A value as people read it.
    #[must_use]
    pub fn words<'a>(&self, value: &'a str) -> &'a str {
        match self.kind {
            Kind::OneOf(known) => known
                .iter()
                .find(|(code, _)| *code == value)
                .map_or(value, |(_, words)| words),
            _ => value,
        }
    }

    fn parse(&self, typed: &str) -> Result<String, String> {
        let line = |typed| Line::parse(typed, NAME).map_err(|fault| fault.to_string());
        match self.kind {
            Kind::Text => line(typed).map(|line| line.to_string()),
            Kind::OptionalText if typed.trim().is_empty() => Ok(String::new()),
            Kind::OptionalText => line(typed).map(|line| line.to_string()),
            Kind::OneOf(known) => known
                .iter()
                .find(|(code, _)| *code == typed.trim())
                .map(|(code, _)| (*code).to_owned())
                .ok_or_else(|| "Выберите ответ".to_owned()),
            Kind::Number => match typed.trim().parse::<u32>() {
                Ok(number) if number <= ORDINALS => Ok(number.to_string()),
                _ => Err(format!("Введите целое число от 0 до {ORDINALS}")),
            },
        }
    }
}

/// The greatest number in a list's order.
const ORDINALS: u32 = 10_000;

const YES_NO: [(&str, &str); 2] = [("yes", "да"), ("no", "нет")];
const FORMS: [(&str, &str); 3] = [
    ("any", "любая"),
    (Form::InPerson.code(), Form::InPerson.name()),
    (Form::Distance.code(), Form::Distance.name()),
];
const CATEGORIES: [(&str, &str); 2] = [
    (Category::First.code(), Category::First.name()),
    (Category::Highest.code(), Category::Highest.name()),
];
/// The groups grounds are offered in.
const FAMILIES: [(&str, &str); 8] = [
    ("gos_nagrada", "Государственная награда"),
    ("pochetnoe_zvanie", "Почётное звание"),
    ("vedomstvennaya_nagrada", "Ведомственная награда"),
    ("konkurs", "Профессиональный конкурс, премия"),
    ("uchenaya_stepen", "Учёная степень"),
    ("podgotovka", "Подготовка победителей и призёров"),
    ("ekspertiza", "Профессиональная экспертиза"),
    ("inoe", "Иное"),
];

/// A group of grounds in words.
#[must_use]
pub fn family_name(family: &str) -> &str {
    FAMILIES
        .iter()
        .find(|(code, _)| *code == family)
        .map_or(family, |(_, words)| words)
}

const NAME_COLUMN: Column = Column::new(
    "name",
    "Название",
    "Исправленное название увидят и в прежних заявлениях; напечатанное раньше не меняется",
    Kind::Text,
);
const ORDINAL_COLUMN: Column = Column::new(
    "ordinal",
    "Порядковый номер",
    "Строки идут по возрастанию номера, при равных — по названию",
    Kind::Number,
);
const RETIRED_COLUMN: Column = Column::new(
    "retired",
    "Используется",
    "Строку, которая не используется, нельзя выбрать; в заявлениях, где она уже стоит, она остаётся",
    Kind::OneOf(&[("no", "да"), ("yes", "нет")]),
);

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $words:literal, $defaults:expr, $columns:expr;)*) => {
        /// A list of reference data an administrator keeps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum List { $($(#[$doc])* $name,)* }

        impl List {
            /// Every list, in the order of the page.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code, in addresses and in what is kept of changes.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The name, as people read it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            /// The columns between name and order.
            const fn own(self) -> &'static [Column] {
                match self {
                    $(Self::$name => {
                        const COLUMNS: &[Column] = $columns;
                        COLUMNS
                    })*
                }
            }

            /// What nobody types and every row has.
            const fn defaults(self) -> &'static [(&'static str, &'static str)] {
                match self { $(Self::$name => $defaults,)* }
            }
        }
    };
}

lists! {
    /// The posts.
    Positions = "positions", "Должности", &[], &[
        Column::new("attestable", "Можно аттестовать", "По остальным должностям работают, но заявление не подают", Kind::OneOf(&YES_NO)),
        Column::new("alias", "Прежнее название", "", Kind::OptionalText),
    ];
    /// The subjects.
    Subjects = "subjects", "Предметы", &[], &[
        Column::new("area", "Область", "", Kind::OptionalText),
    ];
    /// The types of organisations.
    OrganisationTypes = "organisation_types", "Типы организаций", &[], &[
        Column::new("sector", "Отрасль", "По ней предлагается учредитель новой организации: «образование» — муниципальная, «негосударственный сектор» — частная, другая — отраслевая", Kind::Text),
    ];
    /// The grounds of the simplified form.
    Grounds = "grounds", "Основания упрощённой формы", &[("category_scope", "any"), ("window_years", "")], &[
        Column::new("family", "Группа", "", Kind::OneOf(&FAMILIES)),
    ];
    /// The reasons of a rejection (R-APP-6).
    RejectionReasons = "rejection_reasons", "Причины отклонения", &[], &[
        Column::new("instrumental", "В творительном падеже", "После слов «в связи с» в письме и в заявлении; пусто — причину пишут своими словами", Kind::OptionalText),
    ];
    /// The kinds of documents (R-APP-2).
    DocumentKinds = "document_kinds", "Виды документов", &[], &[
        Column::new("counts_as_result", "Подтверждает результаты", "Без документа, который подтверждает результаты, заявление не подать", Kind::OneOf(&YES_NO)),
        Column::new("forms", "Форма аттестации", "", Kind::OneOf(&FORMS)),
    ];
    /// What documents prove, by category.
    Criteria = "criteria", "Критерии", &[], &[
        Column::new("category", "Категория", "", Kind::OneOf(&CATEGORIES)),
    ];
}

impl List {
    /// The list of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|list| list.code() == code)
    }

    /// The columns, in the order of the form.
    pub fn columns(self) -> impl Iterator<Item = &'static Column> {
        let around = [&ORDINAL_COLUMN, &RETIRED_COLUMN];
        std::iter::once(&NAME_COLUMN)
            .chain(self.own())
            .chain(around)
    }

    /// A row that is not there yet, standing at `ordinal`.
    #[must_use]
    pub fn blank(self, ordinal: u32) -> Row {
        let mut row: Row = self
            .defaults()
            .iter()
            .map(|(column, value)| ((*column).to_owned(), (*value).to_owned()))
            .collect();
        row.insert("ordinal".to_owned(), ordinal.to_string());
        row.insert("retired".to_owned(), "no".to_owned());
        row
    }

    /// The row `former` with what was typed in place of its columns.
    ///
    /// # Errors
    /// By column, the words for the person at the field.
    pub fn parse(self, former: &Row, typed: &Row) -> Result<Row, Vec<(&'static str, String)>> {
        let mut row = former.clone();
        let mut faults = Vec::new();
        for column in self.columns() {
            let said = typed.get(column.code).map_or("", String::as_str);
            match column.parse(said) {
                Ok(value) => {
                    row.insert(column.code.to_owned(), value);
                }
                Err(words) => faults.push((column.code, words)),
            }
        }
        match faults.is_empty() {
            true => Ok(row),
            false => Err(faults),
        }
    }

    /// A row of a file, at its place in it.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse_record(self, record: &Row, ordinal: u32) -> Result<Row, String> {
        let code = record.get("code").map_or("", String::as_str);
        let code = Code::parse(code).map_err(|fault| format!("{code}: {fault}"))?;
        let mut typed = self.blank(ordinal);
        typed.extend(record.clone());
        self.parse(&typed, &typed).map_err(|faults| {
            let words: Vec<String> = faults
                .iter()
                .map(|(column, words)| format!("{code}, {column}: {words}"))
                .collect();
            words.join("; ")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[(&str, &str)]) -> Row {
        cells
            .iter()
            .map(|(column, value)| ((*column).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn codes_lead_back() {
        for list in List::ALL {
            assert_eq!(List::from_code(list.code()), Some(*list));
        }
        assert_eq!(List::from_code("founder_kinds"), None, "set as settings");
    }

    #[test]
    fn what_is_typed_takes_the_place_of_what_was() {
        let former = List::Grounds.blank(7);
        let typed = row(&[
            ("name", " Медаль  «За труд» "),
            ("family", "gos_nagrada"),
            ("ordinal", "3"),
            ("retired", "yes"),
            ("category_scope", "highest"),
        ]);
        let parsed = List::Grounds.parse(&former, &typed).unwrap();
        assert_eq!(parsed["name"], "Медаль «За труд»");
        assert_eq!(parsed["retired"], "yes");
        assert_eq!(parsed["category_scope"], "any", "nobody types it");
    }

    #[test]
    fn every_fault_is_told_at_its_column() {
        let faults = List::DocumentKinds
            .parse(
                &Row::new(),
                &row(&[("counts_as_result", "maybe"), ("ordinal", "-1")]),
            )
            .unwrap_err();
        let columns: Vec<_> = faults.iter().map(|(column, _)| *column).collect();
        assert_eq!(
            columns,
            ["name", "counts_as_result", "forms", "ordinal", "retired"]
        );
    }

    #[test]
    fn a_record_of_a_file_is_held_to_the_same() {
        let good = row(&[
            ("code", "tyutor"),
            ("name", "тьютор"),
            ("attestable", "yes"),
        ]);
        let parsed = List::Positions.parse_record(&good, 4).unwrap();
        assert_eq!(
            (parsed["ordinal"].as_str(), parsed["alias"].as_str()),
            ("4", "")
        );
        let bad = row(&[
            ("code", "Тьютор"),
            ("name", "тьютор"),
            ("attestable", "yes"),
        ]);
        assert!(List::Positions.parse_record(&bad, 0).is_err());
        let bad = row(&[("code", "tyutor"), ("name", ""), ("attestable", "yes")]);
        let words = List::Positions.parse_record(&bad, 0).unwrap_err();
        assert!(words.contains("tyutor, name"), "{words}");
    }
}
