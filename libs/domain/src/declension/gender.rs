//! Whose name it is, where no patronymic tells.

use super::{is_in, surname::is_noun_in_a};
use crate::name::{FullName, Gender};

/// The patronymic's gender, else the one that the surname's certain endings, the given name
/// or, last, the surname's other endings give away.
pub(super) fn of(name: &FullName) -> Option<Gender> {
    name.gender().or_else(|| {
        let (surname, first) = (name.surname().to_lowercase(), name.name().to_lowercase());
        // A double surname tells by either half: Заяц-Иванова.
        let is_a_womans = surname.split(['-', ' ']).any(|part| {
            ["ова", "ева", "ёва", "ская", "цкая"]
                .iter()
                .any(|ending| part.ends_with(ending))
                && !is_noun_in_a(part)
        });
        if is_a_womans {
            return Some(Gender::Female);
        }
        let halves = || first.split(['-', ' ']);
        if halves().any(|half| is_in(&FEMALE_NAMES, half)) {
            return Some(Gender::Female);
        }
        if halves().any(|half| is_in(&MALE_NAMES, half)) {
            return Some(Gender::Male);
        }
        // Наиль, Камиль, Шамиль: women in -иль are in the list.
        if halves().any(|half| half.ends_with("иль")) {
            return Some(Gender::Male);
        }
        // It asks the given name, and only of one that it does not know the surname. Голова is
        // no woman's more than a man's.
        let surname = Some(surname.as_str()).filter(|surname| !is_noun_in_a(surname));
        match petrovich::detect_gender(surname, Some(&first), None) {
            petrovich::Gender::Male => Some(Gender::Male),
            petrovich::Gender::Female => Some(Gender::Female),
            petrovich::Gender::Androgynous => None,
        }
    })
}

/// Names whose gender `petrovich` does not know or takes for the other.
const FEMALE_NAMES: [&str; 76] = [
    "агарь",
    "агидель",
    "адель",
    "айгюнь",
    "айсылу",
    "айтадж",
    "алдынай",
    "алсу",
    "амели",
    "аминат",
    "аревик",
    "асель",
    "асмик",
    "ассоль",
    "астрид",
    "астхик",
    "бермет",
    "гаяне",
    "гоар",
    "гузель",
    "гулбахор",
    "гульжан",
    "гульназ",
    "гульчачак",
    "гульчечек",
    "гюзель",
    "дженни",
    "дильназ",
    "есфирь",
    "жанар",
    "жасмин",
    "жибек",
    "изабель",
    "ирэн",
    "кетеван",
    "любовь",
    "люси",
    "ляйсан",
    "маргарет",
    "мари",
    "мариям",
    "мехри",
    "мехрибан",
    "намгар",
    "написат",
    "наргиз",
    "николь",
    "нинель",
    "перизат",
    "рахиль",
    "рашель",
    "русудан",
    "руфь",
    "сайлык",
    "севиндж",
    "сирануш",
    "стефани",
    "суламифь",
    "суок",
    "сэлмэг",
    "сэсэг",
    "сэсэгма",
    "томирис",
    "хадижат",
    "чечек",
    "чимис",
    "чолпон",
    "шелли",
    "шончалай",
    "шушан",
    "шушаник",
    "элен",
    "эмээл",
    "эсфирь",
    "этери",
    "юдифь",
];

/// See [`FEMALE_NAMES`].
const MALE_NAMES: [&str; 82] = [
    "абдула",
    "абдулла",
    "айдын",
    "анания",
    "андрэ",
    "аникита",
    "армен",
    "арсен",
    "артём",
    "ашот",
    "аюша",
    "бадма",
    "бажен",
    "бакыт",
    "бимба",
    "бруно",
    "ваха",
    "вели",
    "владилен",
    "владлен",
    "вольфганг",
    "гаврило",
    "гамлет",
    "гела",
    "германн",
    "гиви",
    "гоги",
    "гоча",
    "гуго",
    "дамба",
    "данило",
    "добрыня",
    "доржо",
    "еремия",
    "жан",
    "заза",
    "захария",
    "изот",
    "илия",
    "иоганн",
    "иона",
    "ипполит",
    "иуда",
    "карен",
    "карл",
    "лавр",
    "лазарь",
    "лель",
    "лео",
    "марко",
    "мартын",
    "мирза",
    "михайло",
    "муса",
    "начын",
    "николя",
    "парфён",
    "пимен",
    "рауль",
    "рафаэль",
    "резо",
    "сайын",
    "семён",
    "сила",
    "сурен",
    "тит",
    "тойво",
    "тумэн",
    "фарит",
    "федот",
    "филарет",
    "фирдавс",
    "фока",
    "франсуа",
    "хамза",
    "хамит",
    "хосе",
    "цырен",
    "чимит",
    "эйно",
    "эрдэни",
    "эркки",
];
