//! A proposal in words: why this expert, and why a place stays empty. One vocabulary for the
//! proposal of a period and for the list one row's experts are picked from.

use super::{Choice, Note, Place, Proposal, Shortage};
use crate::schedule::PLACES;

/// «нагрузка 3 из 10».
#[must_use]
pub fn load(load: u32, limit: u32) -> String {
    format!("нагрузка {load} из {limit}")
}

/// What is told of a pair, in words.
#[must_use]
pub const fn note(note: Note) -> &'static str {
    match note {
        Note::SameSubject => "предмет совпадает",
        Note::SamePosition => "должность совпадает",
        Note::SameOrganisation => "та же организация",
        Note::AboveLimit => "больше предела региона",
        Note::OtherMunicipality => "из другого муниципалитета",
    }
}

/// The explanation of a row, a sentence for each place; `region` where the experts of all
/// municipalities were asked.
#[must_use]
pub fn explained(proposal: &Proposal, limit: u32, region: bool) -> Vec<String> {
    let [first, second] = &proposal.places;
    if let (Place::Empty(one), Place::Empty(other)) = (first, second) {
        return vec![empty(*one.max(other), [true; PLACES], region)];
    }
    [first, second]
        .into_iter()
        .enumerate()
        .map(|(index, place)| match place {
            Place::Held => format!("Специалист {}: назначен раньше", index + 1),
            Place::Given(choice) => format!("Специалист {}: {}", index + 1, given(choice, limit)),
            Place::Empty(shortage) => empty(*shortage, [index == 0, index == 1], region),
        })
        .collect()
}

fn given(choice: &Choice, limit: u32) -> String {
    let mut words = vec![load(choice.load, limit)];
    words.extend(choice.notes.iter().map(|told| note(*told).to_owned()));
    words.join(", ")
}

fn empty(shortage: Shortage, places: [bool; PLACES], region: bool) -> String {
    let whole = if region {
        "во всём регионе"
    } else {
        "во всём муниципалитете"
    };
    let who = match shortage {
        Shortage::Nobody => format!("{whole} нет специалистов"),
        Shortage::One => format!("{whole} один специалист"),
        Shortage::NoOther => format!("{whole} нет других специалистов"),
    };
    let place = match places {
        [true, true] => "оба места останутся пустыми",
        [true, false] => "первое место останется пустым",
        _ => "второе место останется пустым",
    };
    let request = if region {
        ""
    } else {
        " – запрос в Центр"
    };
    format!("{who}: {place}{request}")
}
