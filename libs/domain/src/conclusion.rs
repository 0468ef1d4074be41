//! What a final conclusion says and who signs it: the marks of the criteria, the verdict, the
//! three signatures (R-CON-1), and with whom a conclusion lies that is not with the Centre yet
//! (R-CON-2). Where it goes next is [`crate::life`]'s answer.

use serde::{Deserialize, Serialize};

use crate::life::{Case, Place};

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal $words:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant,)* }

        impl $name {
            /// All of them, in the order they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code kept in the database and sent by forms.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The words shown and printed.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }

            /// The value of a code; `None` for anything that is not one.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }
    };
}

coded! {
    /// How far the documents prove a criterion.
    Mark {
        /// Wholly.
        Proved = "proved" "подтверждён",
        /// In part.
        Partly = "partly" "подтверждён частично",
        /// Not at all.
        Unproved = "unproved" "не подтверждён",
    }
}

coded! {
    /// What the experts conclude.
    Verdict {
        /// The work meets what the category asks for.
        Meets = "meets" "соответствует",
        /// It does not.
        Fails = "fails" "не соответствует",
    }
}

coded! {
    /// Who signs a conclusion (R-CON-1).
    Signer {
        /// The expert of the first place.
        Expert1 = "expert1" "специалист 1",
        /// The expert of the second place.
        Expert2 = "expert2" "специалист 2",
        /// The teacher.
        Teacher = "teacher" "педагог",
    }
}

/// The point of the rules a criterion stands in, by its code: `p36_2` is «п. 36.2».
#[must_use]
pub fn point(code: &str) -> String {
    format!("п. {}", code.trim_start_matches('p').replace('_', "."))
}

/// What a document is called where it stands alone: «п. 36.2 — Результаты — Итоги ВПР», as far as it
/// has these parts.
#[must_use]
pub fn evidence_name(criterion: Option<&str>, kind: &str, caption: &str) -> String {
    let point = criterion.map(point).unwrap_or_default();
    let parts = [point.as_str(), kind, caption].into_iter();
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" — ")
}

/// A criterion as the experts judged it. Its words are kept with it: what the list says later is
/// not what was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The criterion's code.
    pub code: String,
    /// The criterion in the words of the list.
    pub criterion: String,
    /// The mark; none while the draft has none.
    pub mark: Option<Mark>,
    /// The experts' own words; may be empty.
    pub words: String,
}

/// With whom a conclusion lies (R-CON-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The experts are to write it.
    Experts,
    /// The teacher is to sign it, or the school coordinator for it.
    Teacher,
    /// The municipal coordinator is to pass it on, or to assign experts.
    Coordinator,
    /// The Centre has it, or is to assign experts.
    Centre,
}

/// With whom the conclusion of a registered application lies now.
#[must_use]
pub const fn holder(case: &Case) -> Holder {
    match case.place {
        Place::AtTeacher => Holder::Teacher,
        Place::AtMunicipal => Holder::Coordinator,
        Place::AtCentre | Place::Accepted => Holder::Centre,
        Place::None | Place::AtExpert => match (case.experts, case.gap) {
            (1.., _) => Holder::Experts,
            (0, true) => Holder::Centre,
            (0, false) => Holder::Coordinator,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{life::Status, reference::Procedure};

    #[test]
    fn r_con_2_a_conclusion_lies_with_whoever_can_move_it() {
        let case = |place, experts, gap| Case {
            status: Status::Registered,
            place,
            experts,
            gap,
            ..Case::begun(Procedure::General)
        };
        for (place, experts, gap, expected) in [
            (Place::None, 2, false, Holder::Experts),
            (Place::None, 1, true, Holder::Experts),
            (Place::None, 0, true, Holder::Centre),
            (Place::None, 0, false, Holder::Coordinator),
            (Place::AtExpert, 2, false, Holder::Experts),
            (Place::AtTeacher, 2, false, Holder::Teacher),
            (Place::AtMunicipal, 2, false, Holder::Coordinator),
            (Place::AtCentre, 2, false, Holder::Centre),
            (Place::Accepted, 0, true, Holder::Centre),
        ] {
            assert_eq!(
                holder(&case(place, experts, gap)),
                expected,
                "{place:?} {experts}"
            );
        }
    }

    #[test]
    fn codes_come_back() {
        assert!(
            Mark::ALL
                .iter()
                .all(|mark| Mark::from_code(mark.code()) == Some(*mark))
        );
        assert!(
            Verdict::ALL
                .iter()
                .all(|verdict| Verdict::from_code(verdict.code()) == Some(*verdict))
        );
        assert!(
            Signer::ALL
                .iter()
                .all(|signer| Signer::from_code(signer.code()) == Some(*signer))
        );
        assert_eq!(Mark::from_code(""), None);
    }
}
