//! The life of an application: the fourth of the four questions (03 §3.2), is it legal now?
//! The state table of 08 §8.1 is one table ([`TABLE`]), asked by [`legal`]; the case it is
//! asked about, whose turn it is and what the database repeats of it stand beside. Words for
//! people are in [`crate::words`]; the database repeats the moves of `status` in
//! `app.transition`, which a test compares with [`TABLE`].

mod case;
mod rule;
mod states;
mod table;
mod transitions;
mod turn;

#[cfg(test)]
mod tests;

use crate::{act::Act, role::Role};

pub use case::Case;
pub use rule::{Effect, Rule, When};
pub use states::{PeriodMark, Place, Status, Withdrawal};
pub use table::TABLE;
pub use transitions::transitions;

/// Why an act is not legal now. [`crate::words`] puts it into a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The role never does this.
    Role,
    /// Not in this status.
    Status(Status),
    /// A condition does not hold.
    Condition(When),
}

/// Whether `role` may do `act` to `case` now, and by which line of the table.
///
/// # Errors
/// The [`Refusal`] of the line that came nearest to allowing it.
pub fn legal(act: Act, role: Role, case: &Case) -> Result<&'static Rule, Refusal> {
    let mut refusal = Refusal::Role;
    for rule in TABLE
        .iter()
        .filter(|rule| rule.act == act && rule.by.contains(&role))
    {
        if !rule.from.contains(&case.status) {
            if refusal == Refusal::Role {
                refusal = Refusal::Status(case.status);
            }
            continue;
        }
        match rule.when.iter().find(|when| !when.holds(role, case)) {
            None => return Ok(rule),
            Some(when) => refusal = Refusal::Condition(*when),
        }
    }
    Err(refusal)
}
