//! The proposal for a period: two experts for every row, as a person would share the work out
//! (R-SCH-2, R-SCH-3). Nothing is assigned here: a proposal is accepted row by row, by the verb
//! that saves a row. What it says of a row is in [`words`]; who is on the list, and which rows
//! may be changed, is not asked here.
//!
//! Forbidden pairs are never proposed. Of the others the one with the fewest marks (above the
//! limit, then the same organisation, then another municipality) is taken, of these the one with
//! the least load, of these the one who knows the subject or the post. The seed decides between
//! equals only, and neither it nor anything else depends on the order rows and experts come in.

pub mod words;

use std::cmp::Reverse;

use crate::schedule::PLACES;

/// An expert a place may be given to.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The number of the membership.
    pub key: i64,
    /// The account: one person may be an expert in several municipalities.
    pub account: i64,
    /// The municipality.
    pub tenant: i32,
    /// The organisation, where one is named.
    pub organisation: Option<i64>,
    /// The post; may be empty.
    pub position: String,
    /// The subject, where it is known.
    pub subject: String,
    /// Whether the membership has ended.
    pub ended: bool,
    /// How many teachers it has in the period already.
    pub load: u32,
}

/// A row with at least one empty place.
#[derive(Clone, Debug)]
pub struct Row {
    /// The number of the application.
    pub key: i64,
    /// The teacher's account.
    pub applicant: i64,
    /// The municipality.
    pub tenant: i32,
    /// The organisation the application was made for.
    pub organisation: i64,
    /// The code of the post.
    pub position: String,
    /// The subject; may be empty.
    pub subject: String,
    /// The accounts in places already: they stay where they are.
    pub held: [Option<i64>; PLACES],
}

/// What is told of a pair besides the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The same subject.
    SameSubject,
    /// The same post.
    SamePosition,
    /// The expert works where the teacher does: flagged (R-SCH-3).
    SameOrganisation,
    /// More teachers in the period than the region's limit: flagged (R-SCH-3).
    AboveLimit,
    /// The expert is of another municipality.
    OtherMunicipality,
}

/// Why a place stays empty: a request to the Centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shortage {
    /// There are no experts at all.
    Nobody,
    /// There is one expert in all.
    One,
    /// All others are the teacher itself or in the row already.
    NoOther,
}

/// An expert proposed for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The number of the membership.
    pub expert: i64,
    /// How many teachers it has in the period when all that is proposed is accepted.
    pub load: u32,
    /// What else is told.
    pub notes: Vec<Note>,
}

/// What is proposed for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Who is there already stays.
    Held,
    /// An expert for it.
    Given(Choice),
    /// Nobody may be proposed.
    Empty(Shortage),
}

/// What is proposed for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The number of the application.
    pub row: i64,
    /// Its two places.
    pub places: [Place; PLACES],
}

impl Proposal {
    /// How many places it fills.
    #[must_use]
    pub fn given(&self) -> usize {
        let given = |place: &&Place| matches!(place, Place::Given(_));
        self.places.iter().filter(given).count()
    }
}

/// Experts for every empty place of `rows`, in the order of the applications' numbers. `limit`
/// is the region's: teachers of one expert in a period.
#[must_use]
pub fn propose(rows: &[Row], candidates: &[Candidate], limit: u32, seed: u64) -> Vec<Proposal> {
    let mut plan = Plan::new(rows, candidates, limit, seed);
    plan.share_out();
    plan.mend();
    plan.told()
}

/// The moves of [`Plan::mend`] each make the whole better, so they end by themselves; this many
/// rounds are enough for any roster met, and bound the time.
const ROUNDS: usize = 16;

/// How good a pair is, the better the less. The load counts the row itself.
type Cost = (bool, bool, bool, u32, bool, bool);

struct Plan<'a> {
    rows: Vec<&'a Row>,
    candidates: Vec<&'a Candidate>,
    /// The load of each candidate with what is proposed so far.
    loads: Vec<u32>,
    /// For each place of each row the candidate proposed.
    given: Vec<[Option<usize>; PLACES]>,
    limit: u32,
    seed: u64,
}

impl<'a> Plan<'a> {
    fn new(rows: &'a [Row], candidates: &'a [Candidate], limit: u32, seed: u64) -> Self {
        let mut rows: Vec<&Row> = rows.iter().collect();
        rows.sort_by_key(|row| row.key);
        let mut candidates: Vec<&Candidate> = candidates.iter().filter(|c| !c.ended).collect();
        candidates.sort_by_key(|candidate| candidate.key);
        Self {
            loads: candidates.iter().map(|candidate| candidate.load).collect(),
            given: vec![[None; PLACES]; rows.len()],
            rows,
            candidates,
            limit,
            seed,
        }
    }

    /// Gives every empty place to the best candidate, beginning with the rows that have the
    /// fewest unmarked ones to choose from.
    fn share_out(&mut self) {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_cached_key(|row| {
            let unmarked = self.unmarked(*row);
            (unmarked, self.chance(*row, 0), *row)
        });
        for row in order {
            for place in 0..PLACES {
                if self.is_empty(row, place) {
                    let best = self.best(row, place);
                    self.put(row, place, best);
                }
            }
        }
    }

    /// Moves places to better candidates until none is better: what was given late may have
    /// left the early ones uneven.
    fn mend(&mut self) {
        for _ in 0..ROUNDS {
            let mut moved = false;
            for row in 0..self.rows.len() {
                for place in 0..PLACES {
                    let Some(now) = self.at(row, place) else {
                        continue;
                    };
                    self.put(row, place, None);
                    let best = self.best(row, place);
                    let better = best.filter(|best| self.cost(row, *best) < self.cost(row, now));
                    self.put(row, place, better.or(Some(now)));
                    moved |= better.is_some();
                }
            }
            if !moved {
                return;
            }
        }
    }

    fn told(&self) -> Vec<Proposal> {
        self.rows
            .iter()
            .enumerate()
            .map(|(index, row)| Proposal {
                row: row.key,
                places: std::array::from_fn(|place| self.place(index, row, place)),
            })
            .collect()
    }

    fn place(&self, index: usize, row: &Row, place: usize) -> Place {
        if !self.is_empty(index, place) {
            return Place::Held;
        }
        let chosen = self
            .at(index, place)
            .and_then(|chosen| Some((*self.candidates.get(chosen)?, *self.loads.get(chosen)?)));
        match chosen {
            Some((candidate, load)) => Place::Given(Choice {
                expert: candidate.key,
                load,
                notes: notes(row, candidate, load > self.limit),
            }),
            None => Place::Empty(self.shortage()),
        }
    }

    fn shortage(&self) -> Shortage {
        let mut people: Vec<i64> = self.candidates.iter().map(|c| c.account).collect();
        people.sort_unstable();
        people.dedup();
        match people.len() {
            0 => Shortage::Nobody,
            1 => Shortage::One,
            _ => Shortage::NoOther,
        }
    }

    /// The best candidate for a place, the least loaded of equals; between equals the seed.
    fn best(&self, row: usize, place: usize) -> Option<usize> {
        (0..self.candidates.len())
            .filter(|candidate| self.may(row, place, *candidate))
            .min_by_key(|candidate| {
                let key = self.candidates.get(*candidate).map_or(0, |known| known.key);
                (self.cost(row, *candidate), self.chance(row, key), key)
            })
    }

    /// What is never accepted (R-SCH-3): the teacher itself, and one person twice.
    fn may(&self, row: usize, place: usize, candidate: usize) -> bool {
        let (Some(row_), Some(candidate)) = (self.rows.get(row), self.candidates.get(candidate))
        else {
            return false;
        };
        let beside = (0..PLACES)
            .filter(|other| *other != place)
            .filter_map(|other| self.candidates.get(self.at(row, other)?))
            .any(|other| other.account == candidate.account);
        candidate.account != row_.applicant
            && !row_.held.contains(&Some(candidate.account))
            && !beside
    }

    /// What giving a place of the row to a candidate costs, its load not counting that place.
    fn cost(&self, row: usize, candidate: usize) -> Cost {
        let load = self.loads.get(candidate).copied().unwrap_or_default() + 1;
        let (Some(row), Some(candidate)) = (self.rows.get(row), self.candidates.get(candidate))
        else {
            return (true, true, true, u32::MAX, true, true);
        };
        (
            load > self.limit,
            colleagues(row, candidate),
            row.tenant != candidate.tenant,
            load,
            !same(&row.subject, &candidate.subject),
            !same(&row.position, &candidate.position),
        )
    }

    fn unmarked(&self, row: usize) -> usize {
        (0..self.candidates.len())
            .filter(|candidate| {
                let (above, colleague, elsewhere, ..) = self.cost(row, *candidate);
                self.may(row, PLACES, *candidate) && !above && !colleague && !elsewhere
            })
            .count()
    }

    fn is_empty(&self, row: usize, place: usize) -> bool {
        let held = self.rows.get(row).and_then(|row| row.held.get(place));
        matches!(held, Some(None))
    }

    fn at(&self, row: usize, place: usize) -> Option<usize> {
        *self.given.get(row)?.get(place)?
    }

    fn put(&mut self, row: usize, place: usize, candidate: Option<usize>) {
        if let Some(load) = self.at(row, place).and_then(|c| self.loads.get_mut(c)) {
            *load -= 1;
        }
        if let Some(load) = candidate.and_then(|c| self.loads.get_mut(c)) {
            *load += 1;
        }
        if let Some(now) = self.given.get_mut(row).and_then(|row| row.get_mut(place)) {
            *now = candidate;
        }
    }

    /// A number that looks like chance and is the same for the same seed, row and expert.
    fn chance(&self, row: usize, expert: i64) -> Reverse<u64> {
        let row = self.rows.get(row).map_or(0, |row| row.key);
        Reverse(mixed(
            mixed(mixed(self.seed) ^ row.cast_unsigned()) ^ expert.cast_unsigned(),
        ))
    }
}

/// The finishing steps of SplitMix64 (Steele, Lea, Flood 2014): every bit of the number given
/// changes half of the answer's.
const fn mixed(number: u64) -> u64 {
    let a = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    c ^ (c >> 31)
}

/// What is told of a pair, marks last.
#[must_use]
pub fn notes(row: &Row, candidate: &Candidate, above_limit: bool) -> Vec<Note> {
    let subject = same(&row.subject, &candidate.subject);
    [
        (subject, Note::SameSubject),
        (
            !subject && same(&row.position, &candidate.position),
            Note::SamePosition,
        ),
        (row.tenant != candidate.tenant, Note::OtherMunicipality),
        (colleagues(row, candidate), Note::SameOrganisation),
        (above_limit, Note::AboveLimit),
    ]
    .into_iter()
    .filter_map(|(holds, note)| holds.then_some(note))
    .collect()
}

/// Whether both work in one organisation.
fn colleagues(row: &Row, candidate: &Candidate) -> bool {
    row.tenant == candidate.tenant && candidate.organisation == Some(row.organisation)
}

fn same(one: &str, other: &str) -> bool {
    !one.is_empty() && one == other
}

#[cfg(test)]
mod tests;
