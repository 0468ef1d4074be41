//! What `petrovich` gets wrong. An entry has its row in `declension_names.tsv` or is of the
//! kind of one that has; names that it declines well do not belong here.

use crate::name::Gender;

/// How one part of a name changes: letters cut from its end and the endings put there
/// instead, genitive and dative.
#[derive(Clone, Copy)]
pub(super) struct Change(pub usize, pub &'static str, pub &'static str);

/// A part that stays as it is.
const FIXED: Change = Change(0, "", "");

/// What `petrovich` gets wrong in a surname. `None`: nothing known, let it propose.
pub(super) fn surname(part: &str, gender: Gender, is_last: bool) -> Option<Change> {
    if !is_last && FIRST_HALVES.contains(&part) || INDECLINABLE.contains(&part) {
        return Some(FIXED);
    }
    match gender {
        Gender::Female => NOUNS_IN_A.contains(&part).then_some(Change(1, "ы", "е")),
        Gender::Male => male_surname(part),
    }
    .or_else(|| {
        ["рева", "кива", "богода"]
            .contains(&part)
            .then_some(Change(1, "ы", "е"))
    })
}

fn male_surname(part: &str) -> Option<Change> {
    if let Some((_, change)) = FLEETING.iter().find(|(words, _)| words.contains(&part)) {
        return Some(*change);
    }
    let syllables = syllables(part);
    // Цой, Бой, Кий, Дей, Чай: a noun; petrovich makes adjectives of most.
    if syllables == 1 && part.ends_with('й') && part != "злой" {
        return Some(Change(1, "я", "ю"));
    }
    // Блок, Ток have no vowel to lose; Рыжок has.
    if syllables == 1 && part.ends_with("ок") {
        return Some(Change(0, "а", "у"));
    }
    // Королёк, Огонёк.
    if syllables > 1 && part.ends_with("ёк") {
        return Some(Change(2, "ька", "ьку"));
    }
    // Мышь: no «я» after a sibilant.
    if ["жь", "шь", "чь", "щь"]
        .iter()
        .any(|ending| part.ends_with(ending))
    {
        return Some(Change(1, "а", "у"));
    }
    if syllables > 1 && part.ends_with("ец") {
        Some(in_ets(part))
    } else {
        None
    }
}

/// A surname in -ец: the vowel goes, but for a cluster before it that needs it (Кузнеца).
fn in_ets(part: &str) -> Change {
    let is_vowel = |c: char| VOWELS.contains(c);
    let mut before = part.chars().rev().skip(2);
    match (before.next(), before.next()) {
        (Some(last), _) if is_vowel(last) => Change(2, "йца", "йцу"),
        (Some('л'), _) => Change(2, "ьца", "ьцу"),
        (_, Some(earlier)) if !is_vowel(earlier) => Change(0, "а", "у"),
        _ => Change(2, "ца", "цу"),
    }
}

/// What `petrovich` gets wrong in a first name.
pub(super) fn first_name(part: &str, gender: Gender) -> Option<Change> {
    // Лия, Ия, Гия keep «е» in the dative, as Мария does not: their stem has one syllable.
    if part.ends_with("ия") && (syllables(part) == 2 || STRESSED_IYA.contains(&part)) {
        return Some(Change(1, "и", "е"));
    }
    match (gender, part) {
        (Gender::Male, "илия") => Some(Change(1, "и", "и")),
        (Gender::Male, "данило" | "гаврило" | "михайло") => {
            Some(Change(1, "ы", "е"))
        }
        (Gender::Female, "гузель" | "ассоль") => Some(Change(1, "и", "и")),
        _ => None,
    }
}

const VOWELS: &str = "аеёиоуыэюя";

fn syllables(word: &str) -> usize {
    word.chars().filter(|c| VOWELS.contains(*c)).count()
}

/// First halves and particles that never decline.
const FIRST_HALVES: [&str; 12] = [
    "грум", "да", "дель", "ден", "дер", "ибн", "аль", "эль", "ла", "лас", "мак", "сан",
];

/// Surnames with a stressed foreign ending.
const INDECLINABLE: [&str; 4] = ["золя", "труайя", "дега", "нуайя"];

/// Nouns that `petrovich` takes for the feminine of a surname in -ов or -ин.
pub(super) const NOUNS_IN_A: [&str; 14] = [
    "сова",
    "корова",
    "голова",
    "дуброва",
    "калина",
    "рябина",
    "малина",
    "кручина",
    "былина",
    "година",
    "сосна",
    "луна",
    "весна",
    "струна",
];

/// Male names of the language that lose or keep a vowel against the rule of their ending.
const FLEETING: &[(&[&str], Change)] = &[
    (&["заяц"], Change(2, "йца", "йцу")),
    (&["соловей", "муравей"], Change(2, "ья", "ью")),
    (&["лев"], Change(2, "ьва", "ьву")),
    (&["пёс"], Change(2, "са", "су")),
    (&["жнец", "кобец", "онук", "нечипас"], Change(0, "а", "у")),
    (
        &[
            "восток",
            "ездок",
            "знаток",
            "игрок",
            "исток",
            "порок",
            "поток",
        ],
        Change(0, "а", "у"),
    ),
    (
        &["пророк", "седок", "сорок", "урок", "ходок", "чеснок"],
        Change(0, "а", "у"),
    ),
    (
        &["орёл", "орел", "осёл", "козёл", "котёл", "дятел"],
        Change(2, "ла", "лу"),
    ),
    (
        &["лапоть", "ноготь", "локоть", "коготь", "дёготь"],
        Change(3, "тя", "тю"),
    ),
    (
        &["пень", "день", "камень", "ремень", "корень"],
        Change(3, "ня", "ню"),
    ),
    (&["гусь"], Change(1, "я", "ю")),
    (&["топчий", "кобчий"], Change(1, "я", "ю")),
    (&["третий"], Change(2, "ьего", "ьему")),
    (&["куций"], Change(2, "его", "ему")),
];

/// Names that end in a stressed -ия for certain; of «Алия» and others it depends on the family.
const STRESSED_IYA: [&str; 3] = ["зульфия", "альфия", "гульфия"];
