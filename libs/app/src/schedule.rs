//! The schedule (R-PER-1, R-PER-2, R-SCH-1…4): who reads it, and the one act that sets period
//! and experts of an application. Here is what reading and planning both ask: which act a role
//! plans by, and why it may not now.

mod gap;
mod list;
mod pairs;
mod plan;
mod proposal;
mod rescheduling;
mod row;
mod seats;

use db::{Scope, Tx, applications::Application, region_settings};
use domain::{
    act::{Act, Doing},
    actor::Actor,
    life::{Case, Place, Refusal, When, legal},
    role::Role,
    setting::Setting,
    words,
};

use crate::Result;

pub use db::schedule::{
    Asked, Assigned, Expert, Held, Line, LineExpert, Period, Request, State, Vacancy,
};
pub use list::{ScheduleList, Wanted};
pub use plan::Plan;
pub use proposal::{Answered, AsProposed, PeriodProposal, Proposed};
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
    why_not(actor.role, act, &row.case(), tx.could(act, row))
}

/// The same of a case; `may` is the policy's answer.
fn why_not(role: Role, act: Act, case: &Case, may: bool) -> Option<String> {
    match legal(act, role, case) {
        Err(_) if act == Act::SetPeriod && case.place != Place::None => {
            Some("Итоговое заключение уже загружено: период не меняется.".to_owned())
        }
        Err(Refusal::Condition(When::RowOwner)) => Some(format!(
            "Строку графика этого заявления ведёт {}.",
            case.row_owner().name().to_lowercase()
        )),
        Err(refusal) => Some(words::refusal(act, refusal)),
        Ok(_) if !may => Some("Строку графика этого заявления ведёт оператор.".to_owned()),
        Ok(_) => None,
    }
}

/// The region's limit of teachers of one expert in a period, from which on another is flagged
/// (R-SCH-3).
pub(crate) async fn expert_limit(scope: &mut Scope) -> Result<u32> {
    let limit = region_settings::number(scope, Setting::ExpertLimit).await?;
    Ok(u32::try_from(limit).unwrap_or(u32::MAX))
}
