//! «График» on a page, the coordinator's and the operator's alike: the table of rows, the desk
//! one row is changed at with its form and its requests to the Centre, the proposal for a period. Which rows there are, and who may change them, the verbs
//! say.

mod desk;
mod form;
mod proposal;
mod requests;
mod table;
mod taken;

use app::schedule::Period;
use ui::Choice;

pub use desk::{Answer, Desk, Typed};
pub use proposal::{Accepting, Wanted as ProposalWanted, to_proposal};
pub use table::{period_filter, table};
pub use taken::file;

fn ids_of(periods: &[Period]) -> Vec<String> {
    periods
        .iter()
        .map(|period| period.public_id.to_string())
        .collect()
}

fn choices<'a>(periods: &'a [Period], ids: &'a [String]) -> Vec<Choice<'a>> {
    periods
        .iter()
        .zip(ids)
        .map(|(period, id)| Choice {
            value: id,
            label: &period.name,
            ..Choice::default()
        })
        .collect()
}
