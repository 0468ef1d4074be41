//! Invented people: names of no one, with an ё and a double surname here and there.

use domain::name::FullName;

use super::internal;
use crate::Result;

/// Surnames in the masculine.
const SURNAMES: [&str; 59] = [
    "Кузнецов",
    "Соколов",
    "Ковалёв",
    "Шевченко",
    "Беляев",
    "Черных",
    "Зуев",
    "Королёв",
    "Мельник",
    "Горбунов",
    "Сибирцев",
    "Журавлёв",
    "Третьяков",
    "Пономарёв",
    "Панов",
    "Белый",
    "Седых",
    "Киселёв",
    "Обухов",
    "Лыткин",
    "Тарасенко",
    "Гусев",
    "Семёнов-Таёжный",
    "Рыбин",
    "Верхозин",
    "Фомин",
    "Дёмин",
    "Бондарь",
    "Кедров",
    "Сазонов",
    "Чулымский",
    "Ершов",
    "Муравьёв",
    "Назаров",
    "Ким",
    "Крылов",
    "Воробьёв",
    "Авдеев",
    "Лазарев",
    "Гребёнкин",
    "Долгих",
    "Орлов",
    "Снегирёв",
    "Белоусов-Громов",
    "Томилов",
    "Яковенко",
    "Щербаков",
    "Хохлов",
    "Ильин",
    "Зимин",
    "Полевой",
    "Алёшин",
    "Нестеров",
    "Плотников",
    "Широков",
    "Юдин",
    "Балашов",
    "Ермолаев",
    "Васюганский",
];
const WOMEN: [&str; 19] = [
    "Мария",
    "Алёна",
    "Ольга",
    "Наталья",
    "Елена",
    "Светлана",
    "Татьяна",
    "Ирина",
    "Анна",
    "Екатерина",
    "Юлия",
    "Людмила",
    "Галина",
    "Марина",
    "Оксана",
    "Надежда",
    "Вера",
    "Ксения",
    "Валентина",
];
const MEN: [&str; 11] = [
    "Алексей",
    "Пётр",
    "Сергей",
    "Артём",
    "Дмитрий",
    "Николай",
    "Андрей",
    "Фёдор",
    "Михаил",
    "Павел",
    "Семён",
];
/// Patronymics in the masculine.
const PATRONYMICS: [&str; 17] = [
    "Сергеевич",
    "Петрович",
    "Александрович",
    "Фёдорович",
    "Николаевич",
    "Иванович",
    "Викторович",
    "Семёнович",
    "Андреевич",
    "Владимирович",
    "Геннадьевич",
    "Михайлович",
    "Олегович",
    "Юрьевич",
    "Алексеевич",
    "Артёмович",
    "Дмитриевич",
];

/// The person of this number; another number is another person, as long as there are enough.
pub(super) fn person(number: usize) -> Result<FullName> {
    let surname = pick(&SURNAMES, number);
    let patronymic = pick(&PATRONYMICS, number * 5 + number / SURNAMES.len());
    let parsed = if number % 6 == 5 {
        FullName::parse(surname, pick(&MEN, number * 3 + number / 7), patronymic)
    } else {
        let name = pick(&WOMEN, number * 7 + number / 13);
        FullName::parse(&womans(surname), name, &daughters(patronymic))
    };
    parsed.map_err(|_| internal("an invented name is not one"))
}

fn pick<'a>(list: &[&'a str], number: usize) -> &'a str {
    list.get(number % list.len()).copied().unwrap_or_default()
}

/// The surname as a woman bears it, each part of a double one.
fn womans(surname: &str) -> String {
    let parts: Vec<String> = surname
        .split('-')
        .map(|part| {
            let adjective = ["ий", "ый", "ой"]
                .iter()
                .find_map(|end| part.strip_suffix(end));
            let possessive = ["ов", "ев", "ёв", "ин"]
                .iter()
                .any(|end| part.ends_with(end));
            match adjective {
                Some(stem) => format!("{stem}ая"),
                None if possessive => format!("{part}а"),
                None => part.to_owned(),
            }
        })
        .collect();
    parts.join("-")
}

fn daughters(patronymic: &str) -> String {
    format!("{}на", patronymic.strip_suffix("ич").unwrap_or(patronymic))
}

#[cfg(test)]
mod tests {
    use domain::name::Gender;

    use super::*;

    #[test]
    fn surname_and_patronymic_agree() {
        assert_eq!(womans("Чулымский"), "Чулымская");
        assert_eq!(womans("Семёнов-Таёжный"), "Семёнова-Таёжная");
        assert_eq!(womans("Черных"), "Черных");
        assert_eq!(daughters("Фёдорович"), "Фёдоровна");
        assert_eq!(person(4).unwrap().gender(), Some(Gender::Female));
        assert_eq!(person(5).unwrap().gender(), Some(Gender::Male));
    }

    #[test]
    fn a_municipality_has_no_two_of_a_name() {
        let mut names: Vec<String> = (0..150).map(|n| person(n).unwrap().full()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 150);
    }
}
