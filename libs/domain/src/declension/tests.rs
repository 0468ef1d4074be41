use proptest::prelude::*;

use super::*;

/// Rows: gender, the nominative, the genitive, the dative; three columns each. The people that
/// the work began with.
const NAMES: &str = include_str!("../declension_names.tsv");

/// The same columns; a row or two for each ending and each kind of given name.
const ENDINGS: &str = include_str!("../declension_endings.tsv");

fn rows(table: &'static str) -> Vec<Vec<&'static str>> {
    let rows = table.lines().skip(1);
    rows.map(|row| row.split('\t').collect()).collect()
}

/// What is declined otherwise than the table has it, with how many forms the table has.
fn wrong(table: &'static str) -> (Vec<String>, usize) {
    let mut wrong = Vec::new();
    let rows = rows(table);
    for row in &rows {
        let [gender, s, n, p, sg, ng, pg, sd, nd, pd] = row[..] else {
            panic!("{row:?}")
        };
        let name = FullName::parse(s, n, p).unwrap();
        if !p.is_empty() {
            let told = match gender {
                "F" => Gender::Female,
                _ => Gender::Male,
            };
            assert_eq!(name.gender(), Some(told), "{name}");
        }
        let forms = propose(&name);
        for (got, want) in [(forms.genitive, [sg, ng, pg]), (forms.dative, [sd, nd, pd])] {
            let want = FullName::parse(want[0], want[1], want[2]).unwrap();
            if got != want {
                wrong.push(format!("{name}: {got} instead of {want}"));
            }
        }
    }
    (wrong, rows.len())
}

#[test]
fn every_name_of_the_table_is_right_in_both_cases() {
    let (wrong, rows) = wrong(NAMES);
    assert!(rows >= 60, "the table is read");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_ending_is_right_in_both_cases() {
    let (wrong, rows) = wrong(ENDINGS);
    assert!(rows >= 250, "the table is read");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_name_of_no_known_gender_stays_nominative() {
    let name = FullName::parse("Савчук", "Саша", "").unwrap();
    assert_eq!(
        propose(&name),
        Forms {
            genitive: name.clone(),
            dative: name
        }
    );
}

#[test]
fn the_patronymic_tells_the_gender_before_the_given_name_and_that_before_the_surname() {
    for (surname, name, patronymic, gender) in [
        ("Сова", "Саша", "Петрович", Some(Gender::Male)),
        ("Иванова", "Никита", "Петровна", Some(Gender::Female)),
        ("Иванов", "Алсу", "", Some(Gender::Female)),
        ("Щербина", "Никита", "", Some(Gender::Male)),
        ("Голова", "Анна", "", Some(Gender::Female)),
        ("Голова", "Саша", "", None),
        ("Иванова", "Саша", "", Some(Gender::Female)),
        ("Белый", "Мишель", "", Some(Gender::Male)),
        // Of a woman's surname in -ова no man is: a given name of no list is hers.
        ("Валиева", "Нургиз", "", Some(Gender::Female)),
        ("Ким", "Артём", "", Some(Gender::Male)),
        ("Ким", "Артем", "", Some(Gender::Male)),
        ("Ким", "Камиль", "", Some(Gender::Male)),
        ("Ким", "Нинель", "", Some(Gender::Female)),
        ("Ким", "Саша", "Ли", None),
    ] {
        let name = FullName::parse(surname, name, patronymic).unwrap();
        assert_eq!(gender::of(&name), gender, "{name}");
    }
}

#[test]
fn capitals_and_joints_stay() {
    for (surname, genitive) in [
        ("ИВАНОВ-ПЕТРОВ", "ИВАНОВА-ПЕТРОВА"),
        ("иванов", "иванова"),
        ("Гарсиа Лопес", "Гарсиа Лопеса"),
        ("О'Нил", "О'Нила"),
        ("МакГрегор", "МакГрегора"),
        ("ЁЖ", "ЕЖА"),
    ] {
        let name = FullName::parse(surname, "Пётр", "Ильич").unwrap();
        assert_eq!(propose(&name).genitive.surname(), genitive);
    }
}

/// The three forms of one surname: as typed, genitive, dative.
fn surname_of(surname: &str, patronymic: &str) -> [String; 3] {
    let name = FullName::parse(surname, "Саша", patronymic).unwrap();
    let forms = propose(&name);
    [&name, &forms.genitive, &forms.dative].map(|name| name.surname().to_owned())
}

fn capitalised(text: &str) -> String {
    let halves = text.split('-').map(|half| {
        let mut letters = half.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    });
    halves.collect::<Vec<_>>().join("-")
}

proptest! {
    #[test]
    fn nothing_kept_breaks_the_rules(surname in "\\PC{0,20}", name in "[А-Яа-яё '-]{0,12}", patronymic in "\\PC{0,9}(ич|вна|оглы)?") {
        // What was once kept is not parsed again: anything may stand there.
        let kept = serde_json::json!({ "surname": surname, "name": name, "patronymic": patronymic });
        let forms = propose(&serde_json::from_value(kept).unwrap());
        for form in [forms.genitive, forms.dative] {
            let joints = |text: &str| text.chars().filter(|c| matches!(c, '-' | ' ')).collect::<String>();
            prop_assert_eq!(joints(form.surname()), joints(&surname));
            prop_assert_eq!(joints(form.name()), joints(&name));
        }
    }

    #[test]
    fn what_is_declined_is_a_name_again(surname in "[А-ЯЁ][а-яё]{0,9}([ '-][А-ЯЁ][а-яё]{0,9}){0,2}", is_man: bool) {
        let patronymic = if is_man { "Петрович" } else { "Петровна" };
        let name = FullName::parse(&surname, &surname, patronymic).unwrap();
        let forms = propose(&name);
        for form in [forms.genitive, forms.dative] {
            let again = FullName::parse(form.surname(), form.name(), form.patronymic().unwrap());
            prop_assert_eq!(again, Ok(form));
        }
    }

    #[test]
    fn capitals_are_those_of_the_name(surname in "[а-яё]{2,9}(-[а-яё]{2,9})?", is_man: bool) {
        let patronymic = if is_man { "Петрович" } else { "Петровна" };
        let lower = surname_of(&surname, patronymic);
        let upper = surname_of(&surname.to_uppercase(), patronymic);
        prop_assert_eq!(lower.clone().map(|form| form.to_uppercase()), upper);
        let title = surname_of(&capitalised(&surname), patronymic);
        prop_assert_eq!(lower.map(|form| capitalised(&form)), title);
    }

    #[test]
    fn a_womans_surname_in_a_consonant_stays(surname in "[а-яё]{0,9}[бвгджзйклмнпрстфхцчшщь]") {
        let [nominative, genitive, dative] = surname_of(&surname, "Петровна");
        prop_assert_eq!(&nominative, &genitive);
        prop_assert_eq!(&nominative, &dative);
    }

    #[test]
    fn a_surname_in_another_vowel_stays(surname in "[а-яё]{0,9}[аеиоу][бвгджзклмнпрст](о|е|э|и|ы|у|ю|ко|енко|аго|ово|дзе|швили|иа|уа|ых|[гкхжшч]их)", is_man: bool) {
        let patronymic = if is_man { "Петрович" } else { "Петровна" };
        let [nominative, genitive, dative] = surname_of(&surname, patronymic);
        prop_assert_eq!(&nominative, &genitive);
        prop_assert_eq!(&nominative, &dative);
    }

    #[test]
    fn a_mans_surname_in_a_consonant_declines(surname in "[а-яё]{1,8}(ов|ев|ин|ын|ук|юк|ич|ян|енц|ль|рь|ман|берг|ис|юс)") {
        let [nominative, genitive, dative] = surname_of(&surname, "Петрович");
        prop_assert_ne!(&nominative, &genitive);
        prop_assert_ne!(&genitive, &dative);
    }
}
