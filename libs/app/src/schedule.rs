//! The schedule (R-PER-1, R-PER-2, R-SCH-1…4): who reads it, and the one act that sets period
//! and experts of an application. Here is what reading and planning both ask: which act a role
//! plans by, and why it may not now.

mod list;
mod plan;
mod rescheduling;
mod row;
mod seats;

use db::{Tx, applications::Application};
use domain::{
    act::{Act, Doing},
    actor::Actor,
    life::{Place, Refusal, When, legal},
    role::Role,
    words,
};

pub use db::schedule::{Assigned, Expert, Line, Period};
pub use list::{ScheduleList, Wanted};
pub use plan::Plan;
pub use rescheduling::MAX_REASON;
pub use row::ScheduleView;
pub use seats::{EXPERTS, is_of_centre};

/// The act by which a role assigns experts.
const fn assigning(role: Role) -> Act {
    match role {
        Role::Operator => Act::AssignAny,
        _ => Act::Assign,
    }
}

/// Why the act on this row is not possible for the person now, in words; `None` if it is.
fn refusal<A: Doing>(tx: &Tx<A>, actor: &Actor, act: Act, row: &Application) -> Option<String> {
    match legal(act, actor.role, &row.case()) {
        Err(_) if act == Act::SetPeriod && row.place != Place::None => {
            Some("Итоговое заключение уже загружено: период не меняется.".to_owned())
        }
        Err(Refusal::Condition(When::RowOwner)) => Some(format!(
            "Строку графика этого заявления ведёт {}.",
            row.case().row_owner().name().to_lowercase()
        )),
        Err(refusal) => Some(words::refusal(act, refusal)),
        Ok(_) if !tx.could(act, row) => {
            Some("Строку графика этого заявления ведёт оператор.".to_owned())
        }
        Ok(_) => None,
    }
}
