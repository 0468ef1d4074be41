//! What an operator corrects of a submitted application after registration (R-APP-10): ФИО in its
//! three cases and the post. Old and new are both kept; all else of the snapshot stays as it was
//! signed.

use serde::{Deserialize, Serialize};

use crate::{card::Snapshot, name::FullName, reference::Code};

/// The part of a snapshot that can be corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// ФИО in the nominative.
    pub name: FullName,
    /// In the genitive.
    pub genitive: FullName,
    /// In the dative.
    pub dative: FullName,
    /// The post, by code.
    pub position: Code,
    /// The post's name.
    pub position_name: String,
}

impl Data {
    /// As it stands in a snapshot.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        Self {
            name: snapshot.name.clone(),
            genitive: snapshot.genitive.clone(),
            dative: snapshot.dative.clone(),
            position: snapshot.position.clone(),
            position_name: snapshot.position_name.clone(),
        }
    }

    /// The snapshot with these data in it.
    #[must_use]
    pub fn into_snapshot(self, of: &Snapshot) -> Snapshot {
        Snapshot {
            name: self.name,
            genitive: self.genitive,
            dative: self.dative,
            position: self.position,
            position_name: self.position_name,
            ..of.clone()
        }
    }

    /// What differs from `other`, in words: no names, so that the history may say it; empty if
    /// nothing does.
    #[must_use]
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        [
            (self.name != other.name, "ФИО"),
            (self.genitive != other.genitive, "ФИО в родительном падеже"),
            (self.dative != other.dative, "ФИО в дательном падеже"),
            (self.position != other.position, "должность"),
        ]
        .into_iter()
        .filter_map(|(differs, words)| differs.then_some(words))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(surname: &str, position: &str) -> Data {
        let name = FullName::parse(surname, "Мария", "Сергеевна").unwrap();
        Data {
            genitive: name.clone(),
            dative: name.clone(),
            name,
            position: Code::parse(position).unwrap(),
            position_name: position.to_owned(),
        }
    }

    #[test]
    fn r_app_10_what_differs_is_told_without_names() {
        let before = data("Иванова", "teacher");
        assert!(before.differing(&before).is_empty());
        assert_eq!(
            before.differing(&Data {
                dative: FullName::parse("Ивановой", "Марии", "Сергеевне").unwrap(),
                ..before.clone()
            }),
            ["ФИО в дательном падеже"]
        );
        assert_eq!(
            before.differing(&data("Петрова", "tutor")).join(", "),
            "ФИО, ФИО в родительном падеже, ФИО в дательном падеже, должность"
        );
    }
}
