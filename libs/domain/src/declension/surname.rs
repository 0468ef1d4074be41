//! How a surname declines where `petrovich` is wrong: by the kind of its ending first, by the
//! words of the language that stand in [`super::exceptions`] second.

use super::{
    Change, FIXED, Place,
    exceptions::{
        ADJECTIVES_IN_NIY, FIRST_HALVES, FLEETING, INDECLINABLE, NAMES_IN_KIY_AND_NIY, NOUNS_IN_A,
        NOUNS_IN_AYA, NOUNS_IN_SHORT_I, POSSESSIVE, REGULAR_IN_A, STRESSED_AYA, TITLES,
    },
    is_in, is_vowel, syllables,
};
use crate::name::Gender;

/// A noun: Савчук, Савчука, Савчуку.
const HARD: Change = Change(0, "а", "у");
/// A noun that loses its last letter for the ending: Козырь, Козыря; Цой, Цоя.
const SOFT: Change = Change(1, "я", "ю");
/// A noun in -а: Берёза, Берёзы, Берёзе.
const IN_A: Change = Change(1, "ы", "е");
/// A noun in -я, or in -а after к, г, х: Заря, Зари, Заре.
const IN_YA: Change = Change(1, "и", "е");
/// An adjective in -ий or -ый or -ой with a hard stem: Строгий, Строгого, Строгому.
const HARD_ADJECTIVE: Change = Change(2, "ого", "ому");

/// What `petrovich` gets wrong in one part of a surname. `None`: let it propose.
pub(super) fn change(part: &str, gender: Gender, place: Place<'_>) -> Option<Change> {
    if stays(part, place) {
        return Some(FIXED);
    }
    if is_in(&REGULAR_IN_A, part) {
        return Some(IN_A);
    }
    match gender {
        Gender::Female => female(part),
        Gender::Male => male(part),
    }
}

/// Whether a part is of those that decline for nobody.
fn stays(part: &str, place: Place<'_>) -> bool {
    let is_first_half = place.next.is_some_and(|next| {
        place.is_of_short_words || is_in(&FIRST_HALVES, part) || is_in(&TITLES, next)
    });
    // Ма, Ха, Ля: Chinese and Korean surnames. Ржа, Мгла are words of the language.
    let is_a_syllable = part.chars().count() == 2 && part.ends_with(['а', 'я']);
    is_first_half || is_a_syllable || is_in(&INDECLINABLE, part)
}

fn female(part: &str) -> Option<Change> {
    // Третья, Божья: what is «третий, божий» of a man.
    if part.ends_with("ья") && is_in(&POSSESSIVE, &format!("{}ий", shortened(part, 2))) {
        return Some(Change(1, "ей", "ей"));
    }
    if part.ends_with("ая") {
        return in_aya(part);
    }
    // Ласка is a noun, Ковальска is not.
    if part.ends_with("ска") && before(part, 3).is_some_and(is_vowel) {
        return Some(IN_YA);
    }
    is_noun_in_a(part).then_some(IN_A)
}

/// A woman's surname in -ая: nearly always an adjective, and petrovich knows it but after a
/// sibilant (Рыжая: Рыжей).
fn in_aya(part: &str) -> Option<Change> {
    // Шая, Гая; the Georgian Гогуая, Шенгелая.
    let is_short = syllables(part) == 2 && part.chars().count() <= 3;
    if is_short || part.ends_with("уая") || is_in(&NOUNS_IN_AYA, part) {
        return Some(IN_YA);
    }
    let is_soft = before(part, 2).is_some_and(|c| "жшщчц".contains(c));
    (is_soft && !is_in(&STRESSED_AYA, part)).then_some(Change(2, "ей", "ей"))
}

/// Whether a surname that looks like the feminine of one in -ов, -ев or -ин is a noun, the
/// same for both sexes: Сова, Калина, Ворона.
pub(super) fn is_noun_in_a(part: &str) -> bool {
    if is_in(&NOUNS_IN_A, part) || is_in(&REGULAR_IN_A, part) {
        return true;
    }
    // No surname ends in -нъ but in -ин and -ын: Ворона, Смена, Луна have no men in -он.
    if part.ends_with("на") && !part.ends_with("ина") && !part.ends_with("ына") {
        return !matches!(part, "красна" | "чорна" | "гарна");
    }
    // Too short to be anybody's: Рева, Бова, Мина, Глина. But Львова.
    let is_short = syllables(part) == 2;
    let letters = part.chars().count();
    is_short && (part.ends_with("ина") || letters <= 4 && ends_in(part, &["ова", "ева"]))
}

fn male(part: &str) -> Option<Change> {
    if let Some((_, change)) = FLEETING.iter().find(|(words, _)| is_in(words, part)) {
        return Some(*change);
    }
    match part.chars().next_back()? {
        'й' => in_short_i(part),
        'к' => in_k(part),
        'х' => in_kh(part),
        // Мышь: no «я» after a sibilant.
        'ь' if ends_in(part, &["жь", "шь", "чь", "щь"]) => Some(Change(1, "а", "у")),
        'ц' if syllables(part) > 1 && part.ends_with("ец") => Some(in_ets(part)),
        _ => None,
    }
}

/// A man's surname in -й: an adjective or a noun.
fn in_short_i(part: &str) -> Option<Change> {
    if is_in(&POSSESSIVE, part) {
        return Some(Change(2, "ьего", "ьему"));
    }
    // Цой, Бой, Кий, Дей, Чай: a noun; petrovich makes adjectives of most.
    let is_noun = syllables(part) == 1 && part != "злой"
        || is_in(&NOUNS_IN_SHORT_I, part)
        || is_in(&NAMES_IN_KIY_AND_NIY, part)
        || ends_in(part, &["яй", "юй", "эй", "ёй"]);
    if is_noun {
        return Some(SOFT);
    }
    if part.ends_with("цый") {
        return Some(Change(2, "его", "ему"));
    }
    // Строгий, but Георгий. Чорний is how Ukrainian writes a hard adjective.
    let is_hard = part.ends_with("гий") && !part.ends_with("ргий")
        || part.ends_with("иной")
        || is_in(&ADJECTIVES_IN_NIY, part);
    is_hard.then_some(HARD_ADJECTIVE)
}

/// A man's surname in -ок, -ек, -ёк: the vowel goes where the language has such a diminutive.
fn in_k(part: &str) -> Option<Change> {
    if part.ends_with("ёк") && syllables(part) > 1 {
        return Some(match before(part, 2) {
            Some(c) if is_vowel(c) => Change(2, "йка", "йку"),
            Some('ж' | 'ш' | 'ч' | 'щ') => Change(2, "ка", "ку"),
            _ => Change(2, "ька", "ьку"),
        });
    }
    if part.ends_with("очек") {
        return Some(Change(2, "ка", "ку"));
    }
    if !part.ends_with("ок") {
        return None;
    }
    // Блок, Ток have no vowel to lose; Хичкок, Поллок and
    // Вайншток are foreign.
    let (last, earlier) = (before(part, 2), before(part, 3));
    let keeps = syllables(part) == 1
        || last == earlier
        || part.ends_with("шток")
        || last.is_some_and(|c| "кгх".contains(c));
    Some(if keeps {
        HARD
    } else {
        Change(2, "ка", "ку")
    })
}

/// A man's surname in -их, -ых: Долгих stays, as it was a genitive; Фрейндлих, Мних are nouns.
fn in_kh(part: &str) -> Option<Change> {
    let is_short = syllables(part) == 1 && ends_in(part, &["их", "ых"]) && part != "злых";
    (is_short || ends_in(part, &["рих", "лих", "бих"])).then_some(HARD)
}

/// A surname in -ец: the vowel goes, but for a cluster before it that needs it (Кузнеца).
fn in_ets(part: &str) -> Change {
    match (before(part, 2), before(part, 3)) {
        (Some(last), _) if is_vowel(last) => Change(2, "йца", "йцу"),
        (_, Some(earlier)) if !is_vowel(earlier) => HARD,
        (Some('л'), _) => Change(2, "ьца", "ьцу"),
        _ => Change(2, "ца", "цу"),
    }
}

fn ends_in(part: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| part.ends_with(ending))
}

/// The letter before the last `count`.
fn before(part: &str, count: usize) -> Option<char> {
    part.chars().rev().nth(count)
}

fn shortened(part: &str, by: usize) -> String {
    let kept = part.chars().count().saturating_sub(by);
    part.chars().take(kept).collect()
}
