//! A line of the state table: what is done by whom, on what conditions and to what effect, and
//! the language conditions and effects are said in. The lines themselves are in
//! [`super::table`].

use super::{Case, PeriodMark, Place, Status, Withdrawal};
use crate::{act::Act, reference::Procedure, role::Role, routing::Route};

/// A condition of a rule, beyond status and role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// No withdrawal is under review.
    NotFrozen,
    /// The role is the registrar of the route.
    Registrar,
    /// The role keeps the row in the schedule.
    RowOwner,
    /// The route is operator.
    RouteOperator,
    /// The route is municipal.
    RouteMunicipal,
    /// On general grounds: only such enter a schedule (R-ROUTE-4).
    General,
    /// A period is set.
    PeriodSet,
    /// The mark of the period is this.
    PeriodIs(PeriodMark),
    /// The mark of the period is anything but this.
    PeriodIsNot(PeriodMark),
    /// The conclusion is in one of these places.
    PlaceIn(&'static [Place]),
    /// The conclusion is anywhere but here.
    PlaceIsNot(Place),
    /// No withdrawal is open.
    NoWithdrawal,
    /// The open withdrawal is in this state.
    WithdrawalIs(Withdrawal),
    /// Two experts, or a conclusion accepted already.
    ReadyToApprove,
    /// Simplified, or the conclusion accepted and the period approved.
    ReadyToDecide,
}

impl When {
    pub(super) fn holds(self, role: Role, case: &Case) -> bool {
        match self {
            Self::NotFrozen => !case.is_frozen(),
            Self::Registrar => case.registrar() == role,
            Self::RowOwner => case.row_owner() == role,
            Self::RouteOperator => case.route == Some(Route::Operator),
            Self::RouteMunicipal => case.route == Some(Route::Municipal),
            Self::General => case.procedure == Procedure::General,
            Self::PeriodSet => case.period != PeriodMark::None,
            Self::PeriodIs(mark) => case.period == mark,
            Self::PeriodIsNot(mark) => case.period != mark,
            Self::PlaceIn(places) => places.contains(&case.place),
            Self::PlaceIsNot(place) => case.place != place,
            Self::NoWithdrawal => case.withdrawal.is_none(),
            Self::WithdrawalIs(state) => case.withdrawal == Some(state),
            Self::ReadyToApprove => case.ready_to_approve(),
            Self::ReadyToDecide => case.ready_to_decide(),
        }
    }
}

/// What a rule changes in the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The status becomes this.
    Status(Status),
    /// The open withdrawal becomes this.
    Withdrawal(Withdrawal),
    /// A formed withdrawal lapses.
    LapseWithdrawal,
    /// The mark of the period becomes this.
    Period(PeriodMark),
    /// The conclusion goes here.
    Place(Place),
    /// The conclusion goes on its way as signed ([`Case::after_signing`]).
    PlaceSigned,
    /// An expert is assigned or unassigned.
    Experts,
    /// Period and assignments are closed.
    LeaveSchedule,
}

/// One line of the state table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What is done.
    pub act: Act,
    /// In which statuses.
    pub from: &'static [Status],
    /// By whom.
    pub by: &'static [Role],
    /// Under what conditions.
    pub when: &'static [When],
    /// To what effect.
    pub effect: &'static [Effect],
}

impl Rule {
    /// The status the rule leads to, if it changes it.
    #[must_use]
    pub fn to(&self) -> Option<Status> {
        self.effect.iter().find_map(|effect| match effect {
            Effect::Status(status) => Some(*status),
            _ => None,
        })
    }

    /// Where the conclusion of `case` is after the rule was followed (R-CON-1).
    #[must_use]
    pub fn place(&self, case: &Case) -> Place {
        let moved = self.effect.iter().find_map(|effect| match effect {
            Effect::Place(place) => Some(*place),
            Effect::PlaceSigned => Some(case.after_signing()),
            _ => None,
        });
        moved.unwrap_or(case.place)
    }
}
