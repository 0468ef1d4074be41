//! How a given name declines where `petrovich` is wrong, see [`super::surname`].

use super::{Change, FIXED, Place, is_in, is_vowel, syllables};
use crate::name::Gender;

/// What `petrovich` gets wrong in one part of a given name. `None`: let it propose.
pub(super) fn change(part: &str, gender: Gender, place: Place<'_>) -> Option<Change> {
    let is_first_half = place.next.is_some_and(|next| {
        place.is_of_short_words
            || is_in(&NAME_FIRST_HALVES, part)
            || is_in(&NAME_SECOND_HALVES, next)
    });
    // Леа, Андреа, Айлаа.
    let ends_in_two_vowels = part.ends_with('а') && part.chars().rev().nth(1).is_some_and(is_vowel);
    if is_first_half || ends_in_two_vowels {
        return Some(FIXED);
    }
    if part.ends_with("ия") {
        // Лия, Ия, Гия keep «е» in the dative, as Мария does not: their stem has one syllable.
        let keeps_e = syllables(part) == 2 || is_in(&STRESSED_IYA, part);
        return Some(Change(1, "и", if keeps_e { "е" } else { "и" }));
    }
    match gender {
        Gender::Male if is_in(&FRENCH_NAMES, part) => Some(FIXED),
        Gender::Male if is_in(&NAMES_IN_O, part) => Some(Change(1, "ы", "е")),
        Gender::Male if is_in(&SLAVIC_NAMES_IN_O, part) => Some(Change(1, "а", "у")),
        Gender::Female if part.ends_with('ь') => {
            let declines = is_in(&DECLINED_IN_SOFT_SIGN, part);
            Some(if declines {
                Change(1, "и", "и")
            } else {
                FIXED
            })
        }
        Gender::Male | Gender::Female => None,
    }
}

/// First halves of given names that stay: Жан-Клода, Абдул-Азиза, Кара-оола.
const NAME_FIRST_HALVES: [&str; 11] = [
    "абд",
    "абдель",
    "абдул",
    "ага",
    "ак",
    "аль",
    "жан",
    "кара",
    "мир",
    "санта",
    "эль",
];

/// Second halves of given names that leave the first as it is: Шериг-оол, Батыр-бек.
const NAME_SECOND_HALVES: [&str; 13] = [
    "али",
    "бей",
    "бек",
    "гази",
    "гирей",
    "гызы",
    "заде",
    "кызы",
    "кыс",
    "оглы",
    "оол",
    "паша",
    "хан",
];

/// Given names in -ия with a stressed ending for certain; of «Алия» and others it depends on
/// the family.
const STRESSED_IYA: [&str; 3] = ["зульфия", "альфия", "гульфия"];

/// Men's names with a stressed foreign ending.
const FRENCH_NAMES: [&str; 3] = ["люка", "николя", "тома"];

/// Men's names in -о that decline as those in -а.
const NAMES_IN_O: [&str; 7] = [
    "вавило",
    "гаврило",
    "данило",
    "ермило",
    "кирило",
    "михайло",
    "самойло",
];

/// Men's names in -о that decline as nouns do.
const SLAVIC_NAMES_IN_O: [&str; 8] = [
    "василько",
    "данко",
    "дмитро",
    "левко",
    "марко",
    "павло",
    "петро",
    "сашко",
];

/// The only women's names in a soft sign that decline: the Russian, the biblical and those
/// that took after them. Айгуль, Айгюнь stay.
const DECLINED_IN_SOFT_SIGN: [&str; 16] = [
    "агарь",
    "агидель",
    "ассоль",
    "гузель",
    "есфирь",
    "жизель",
    "иаиль",
    "любовь",
    "нинель",
    "рахиль",
    "рашель",
    "руфь",
    "суламифь",
    "эсфирь",
    "юдифь",
    "гюзель",
];
