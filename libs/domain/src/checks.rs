//! The checks before submission (R-APP-4): each a plain warning the teacher can act on and a
//! flag for the registrar. Flags never decide: a person does. Also until when documents may
//! be added (R-APP-3).

use chrono::NaiveDate;

use crate::{
    calendar::{first_of_month, months_before},
    card::Snapshot,
    declension::propose,
    life::{Place, Status},
    reference::{Category, Form},
};

/// How long before its end a category may be asked for again, and how far ahead of it an
/// application is to come, in months. Both are the region's settings.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    /// The same category may be asked for this many months before its end.
    pub renewal: u32,
    /// An application is to come at least this many months before the end.
    pub ahead: u32,
}

impl Default for Windows {
    fn default() -> Self {
        Self {
            renewal: 12,
            ahead: 3,
        }
    }
}

/// A flag raised by a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Its code, one per check.
    pub code: &'static str,
    /// What it says to the teacher and to the registrar.
    pub words: String,
    /// What the teacher can do about it.
    pub advice: &'static str,
}

fn flag(code: &'static str, words: impl Into<String>, advice: &'static str) -> Flag {
    Flag {
        code,
        words: words.into(),
        advice,
    }
}

/// Positions with the types of organisations they are not found in, by the codes of the reference
/// lists. Only what is surely a slip: a position that is rare somewhere is not flagged there.
/// After the nomenclature of posts of teaching staff (постановление № 225 от 21.02.2022).
const APART: [(&[&str], &[&str]); 7] = [
    (
        &["uchitel"],
        &["doshkolnoe", "dopolnitelnoe", "dpo", "kultura", "sport"],
    ),
    (
        &["vospitatel", "starshiy_vospitatel"],
        &["dopolnitelnoe", "dpo", "kultura", "sport"],
    ),
    (
        &["prepodavatel", "rukovoditel_fizvospitaniya"],
        &["doshkolnoe", "obshchee"],
    ),
    (
        &["master_po"],
        &["doshkolnoe", "dopolnitelnoe", "kultura", "sport"],
    ),
    (&["muz_rukovoditel", "kontsertmeyster"], &["dpo", "sport"]),
    (
        &["trener_prepodavatel", "starshiy_trener_prepodavatel"],
        &["doshkolnoe", "dpo", "kultura"],
    ),
    (
        &[
            "prepodavatel_organizator_obzr",
            "pedagog_bibliotekar",
            "sovetnik_direktora",
            "starshiy_vozhatyy",
        ],
        &["doshkolnoe", "dpo", "kultura", "sport"],
    ),
];

fn goes_together(position: &str, organisation_type: &str) -> bool {
    !APART.iter().any(|(positions, types)| {
        positions.contains(&position) && types.contains(&organisation_type)
    })
}

/// The flags of a card with which `category` is asked for on `today`; `organisation_type` is the
/// code of the type of the place of work, `refused_on` the date of the last refusal of the same
/// category, if there was one (R-APP-4 a–e, g).
#[must_use]
pub fn flags(
    card: &Snapshot,
    organisation_type: &str,
    category: Category,
    today: NaiveDate,
    refused_on: Option<NaiveDate>,
    windows: Windows,
) -> Vec<Flag> {
    let mut flags = Vec::new();
    let held = card.held.as_ref();
    if let Some(held) = held.filter(|held| held.category == category) {
        let early = held
            .until
            .is_none_or(|until| months_before(until, windows.renewal) > today);
        if early {
            flags.push(flag(
                "same_category",
                "Запрашивается та же категория, а срок имеющейся не истёк и не истекает в ближайшее время.",
                "Проверьте, ту ли категорию Вы выбрали и верен ли срок имеющейся в карточке.",
            ));
        }
    }
    if !category.requires().is_empty()
        && !held.is_some_and(|held| category.requires().contains(&held.category))
    {
        flags.push(flag(
            "not_entitled",
            match category {
                Category::Highest => {
                    "На высшую категорию подают имеющие (имевшие) первую или высшую."
                }
                _ => "На эту категорию подают имеющие высшую.",
            },
            "Если такая категория у Вас есть или была, впишите её с реквизитами в карточку.",
        ));
    }
    if let Some(until) = held.and_then(|held| held.until)
        && until >= today
        && months_before(until, windows.ahead) < today
    {
        flags.push(flag(
            "late",
            "До окончания срока имеющейся категории меньше трёх месяцев: она может истечь до аттестации.",
            "Подайте заявление не откладывая и проверьте срок категории в карточке.",
        ));
    }
    let proposed = propose(&card.name);
    if card.genitive != proposed.genitive || card.dative != proposed.dative {
        flags.push(flag(
            "declension",
            format!(
                "Склонение ФИО отличается от предложенного ({}, {}).",
                proposed.genitive.full(),
                proposed.dative.full()
            ),
            "Прочитайте ФИО в предложениях на карточке. Если Вы склоняете его иначе, оставьте как есть.",
        ));
    }
    if !goes_together(card.position.as_str(), organisation_type) {
        flags.push(flag(
            "position_and_type",
            format!(
                "Должность «{}» и тип образовательной организации «{}» обычно не сочетаются.",
                card.position_name, card.organisation_type
            ),
            "Проверьте должность и место работы: ошибку в них исправляют в профиле и в карточке.",
        ));
    }
    if let Some(refused) = refused_on.filter(|refused| months_before(today, 12) < *refused) {
        flags.push(flag(
            "refused_recently",
            format!(
                "В этой категории отказано менее года назад ({}).",
                refused.format("%d.%m.%Y")
            ),
            "Подать можно через год после отказа; на другую категорию — в любое время.",
        ));
    }
    flags
}

/// Whether documents may be added now (R-APP-3): until registration always; after it, in the
/// distance form until the 1st of the period's first month, in person until the conclusion is
/// uploaded; and whenever documents were asked for, until that date.
#[must_use]
pub fn may_attach(
    status: Status,
    form: Form,
    period_starts: Option<NaiveDate>,
    place: Place,
    asked_until: Option<NaiveDate>,
    today: NaiveDate,
) -> bool {
    if asked_until.is_some_and(|until| today <= until) && !status.is_final() {
        return true;
    }
    match status {
        Status::Draft | Status::Formed | Status::UnderReview => true,
        Status::Registered => match form {
            Form::Distance => period_starts.is_none_or(|starts| today < first_of_month(starts)),
            Form::InPerson => place == Place::None,
        },
        Status::Rejected | Status::Withdrawn | Status::Decided => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{card::HeldCategory, name::FullName, reference::Code};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn card(held: Option<(Category, Option<&str>)>) -> Snapshot {
        let name = FullName::parse("Иванова", "Мария", "Сергеевна").unwrap();
        let forms = propose(&name);
        Snapshot {
            name,
            genitive: forms.genitive,
            dative: forms.dative,
            age: 40,
            position: Code::parse("uchitel").unwrap(),
            position_name: "учитель".into(),
            subject: Some("математика".into()),
            municipality: "Город Томск".into(),
            organisation: "Школа № 1".into(),
            organisation_type: "общее".into(),
            education: None,
            service: [10, 9, 8],
            held: held.map(|(category, until)| HeldCategory {
                category,
                issuer: "Департамент".into(),
                date: day("2022-02-01"),
                number: "173К".into(),
                until: until.map(day),
            }),
        }
    }

    fn codes(card: &Snapshot, category: Category, today: &str) -> Vec<&'static str> {
        flags(
            card,
            "obshchee",
            category,
            day(today),
            None,
            Windows::default(),
        )
        .into_iter()
        .map(|flag| flag.code)
        .collect()
    }

    #[test]
    fn r_app_4_dated_cases() {
        use Category::{First, Highest, Mentor};
        type Dated = (
            Option<(Category, Option<&'static str>)>,
            Category,
            &'static str,
            &'static [&'static str],
        );
        let table: &[Dated] = &[
            (None, First, "2026-11-21", &[]),
            (None, Highest, "2026-11-21", &["not_entitled"]),
            (None, Mentor, "2026-11-21", &["not_entitled"]),
            (Some((First, None)), First, "2026-11-21", &["same_category"]),
            (Some((First, None)), Highest, "2026-11-21", &[]),
            (
                Some((First, Some("2027-02-01"))),
                First,
                "2025-11-21",
                &["same_category"],
            ),
            (Some((First, Some("2027-02-01"))), First, "2026-10-01", &[]),
            (
                Some((First, Some("2027-02-01"))),
                First,
                "2026-11-21",
                &["late"],
            ),
            (Some((First, Some("2026-02-01"))), First, "2026-11-21", &[]),
            (Some((Highest, None)), Mentor, "2026-11-21", &[]),
            (Some((First, None)), Mentor, "2026-11-21", &["not_entitled"]),
        ];
        for (held, asked, today, expected) in table {
            assert_eq!(
                &codes(&card(*held), *asked, today),
                expected,
                "{held:?} {asked:?} {today}"
            );
        }
    }

    #[test]
    fn r_app_4_changed_declension_and_recent_refusal_are_flagged() {
        let mut changed = card(None);
        changed.dative = FullName::parse("Ивановой", "Марие", "Сергеевне").unwrap();
        assert_eq!(
            codes(&changed, Category::First, "2026-11-21"),
            ["declension"]
        );
        let refused = |on: &str| {
            flags(
                &card(None),
                "obshchee",
                Category::First,
                day("2026-11-21"),
                Some(day(on)),
                Windows::default(),
            )
            .len()
        };
        assert_eq!((refused("2025-12-01"), refused("2025-11-20")), (1, 0));
    }

    #[test]
    fn r_app_4_a_position_that_is_not_found_in_such_an_organisation_is_flagged() {
        let flagged = |position: &str, organisation_type: &str| {
            let mut card = card(None);
            card.position = Code::parse(position).unwrap();
            flags(
                &card,
                organisation_type,
                Category::First,
                day("2026-11-21"),
                None,
                Windows::default(),
            )
            .iter()
            .any(|flag| flag.code == "position_and_type")
        };
        assert!(flagged("uchitel", "doshkolnoe"));
        assert!(flagged("starshiy_vospitatel", "sport"));
        assert!(flagged("prepodavatel", "obshchee"));
        for (position, organisation_type) in [
            ("uchitel", "obshchee"),
            ("uchitel", "spo"),
            ("vospitatel", "deti_siroty"),
            ("pedagog_psiholog", "doshkolnoe"),
            ("prepodavatel", "kultura"),
            ("uchitel", ""),
        ] {
            assert!(
                !flagged(position, organisation_type),
                "{position} {organisation_type}"
            );
        }
    }

    /// A slip in a code of the table would silently flag nothing.
    #[test]
    fn r_app_4_the_codes_of_positions_and_types_are_those_of_the_reference_lists() {
        let known = |list: &str| -> Vec<String> {
            list.lines()
                .filter_map(|line| line.split(',').next())
                .map(str::to_owned)
                .collect()
        };
        let positions = known(include_str!("../../app/reference/positions.csv"));
        let types = known(include_str!("../../app/reference/organisation_types.csv"));
        for (of, apart) in APART {
            for code in of {
                assert!(positions.iter().any(|known| known == code), "{code}");
            }
            for code in apart {
                assert!(types.iter().any(|known| known == code), "{code}");
            }
        }
    }

    #[test]
    fn r_app_3_dates() {
        let starts = Some(day("2026-12-10"));
        let table = [
            (
                Status::UnderReview,
                Form::Distance,
                None,
                Place::None,
                None,
                true,
            ),
            (
                Status::Registered,
                Form::Distance,
                None,
                Place::None,
                None,
                true,
            ),
            (
                Status::Registered,
                Form::Distance,
                starts,
                Place::None,
                None,
                true,
            ),
            (
                Status::Registered,
                Form::Distance,
                Some(day("2026-11-10")),
                Place::None,
                None,
                false,
            ),
            (
                Status::Registered,
                Form::InPerson,
                starts,
                Place::None,
                None,
                true,
            ),
            (
                Status::Registered,
                Form::InPerson,
                starts,
                Place::AtTeacher,
                None,
                false,
            ),
            (
                Status::Registered,
                Form::InPerson,
                starts,
                Place::AtTeacher,
                Some(day("2026-11-21")),
                true,
            ),
            (
                Status::Decided,
                Form::InPerson,
                starts,
                Place::None,
                Some(day("2027-01-01")),
                false,
            ),
        ];
        for (status, form, starts, place, asked, expected) in table {
            assert_eq!(
                may_attach(status, form, starts, place, asked, day("2026-11-21")),
                expected,
                "{status:?} {form:?} {starts:?} {place:?}"
            );
        }
    }
}
