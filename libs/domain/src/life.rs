//! The life of an application: the state table of 08 §8.1 as one table, and who is waited
//! for. The fourth of the four questions (03 §3.2): is it legal now? Words for people are
//! in [`crate::words`]; the database repeats the moves of `status` in `app.transition`,
//! which a test compares with [`TABLE`].

mod states;

use crate::{act::Act, reference::Procedure, role::Role, routing::Route};

pub use states::{PeriodMark, Place, Status, Withdrawal};

/// All that decides what may happen to an application now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Case {
    /// The status.
    pub status: Status,
    /// The route; `None` before submission.
    pub route: Option<Route>,
    /// On general grounds or simplified.
    pub procedure: Procedure,
    /// The open withdrawal, if there is one.
    pub withdrawal: Option<Withdrawal>,
    /// The mark of the application's period.
    pub period: PeriodMark,
    /// Open assignments, 0 to 2.
    pub experts: u8,
    /// Whether an empty place is a gap the Centre was asked to fill (R-SCH-2).
    pub gap: bool,
    /// Where the conclusion is.
    pub place: Place,
}

impl Case {
    /// An application just begun.
    #[must_use]
    pub const fn begun(procedure: Procedure) -> Self {
        Self {
            status: Status::Draft,
            route: None,
            procedure,
            withdrawal: None,
            period: PeriodMark::None,
            experts: 0,
            gap: false,
            place: Place::None,
        }
    }

    /// Who registers or rejects it: the registrar of its route.
    #[must_use]
    pub const fn registrar(&self) -> Role {
        match self.route {
            Some(Route::Municipal) => Role::Municipal,
            _ => Role::Operator,
        }
    }

    /// Who keeps its row in the schedule: the registrar until the period is approved.
    #[must_use]
    pub const fn row_owner(&self) -> Role {
        match self.period {
            PeriodMark::Approved => Role::Operator,
            _ => self.registrar(),
        }
    }

    /// Whether a withdrawal under review stops every act but its own and attaching.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.withdrawal == Some(Withdrawal::UnderReview)
    }

    /// Where a signed conclusion goes on its way to the Centre.
    #[must_use]
    pub const fn after_signing(&self) -> Place {
        match self.route {
            Some(Route::Municipal) => Place::AtMunicipal,
            _ => Place::AtCentre,
        }
    }

    fn ready_to_approve(&self) -> bool {
        self.experts == 2 || self.place == Place::Accepted
    }

    fn ready_to_decide(&self) -> bool {
        self.procedure == Procedure::Simplified
            || (self.place == Place::Accepted && self.period == PeriodMark::Approved)
    }

    /// Whose turn it is; `None` when nobody's. Every work list is a filter on it (03 §3.2).
    #[must_use]
    pub fn waits_for(&self) -> Option<Role> {
        match self.status {
            Status::Draft | Status::Formed => return Some(Role::Teacher),
            Status::Rejected | Status::Withdrawn | Status::Decided => return None,
            Status::UnderReview | Status::Registered => {}
        }
        if self.is_frozen() {
            return Some(self.row_owner());
        }
        if self.status == Status::UnderReview {
            return Some(self.registrar());
        }
        if self.procedure == Procedure::Simplified {
            return Some(Role::Operator);
        }
        Some(match self.place {
            Place::AtTeacher => Role::Teacher,
            Place::AtMunicipal => Role::Municipal,
            Place::AtCentre => Role::Operator,
            Place::None | Place::AtExpert | Place::Accepted => self.waits_in_schedule(),
        })
    }

    fn waits_in_schedule(&self) -> Role {
        if self.period == PeriodMark::None {
            self.row_owner()
        } else if self.experts < 2 && self.place != Place::Accepted {
            if self.gap {
                Role::Operator
            } else {
                self.row_owner()
            }
        } else if self.period == PeriodMark::Preliminary || self.place == Place::Accepted {
            Role::Operator
        } else {
            Role::Expert
        }
    }
}

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
    fn holds(self, role: Role, case: &Case) -> bool {
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

use Effect::{Experts, LapseWithdrawal, LeaveSchedule, PlaceSigned};
use Role::{Expert, Municipal, Operator, School, Teacher};
use Status::{Draft, Formed, Registered, UnderReview};
use When::{
    General, NoWithdrawal, NotFrozen, PeriodIs, PeriodIsNot, PeriodSet, PlaceIn, PlaceIsNot,
    ReadyToApprove, ReadyToDecide, Registrar, RouteMunicipal, RouteOperator, RowOwner,
    WithdrawalIs,
};

const fn rule(
    act: Act,
    from: &'static [Status],
    by: &'static [Role],
    when: &'static [When],
    effect: &'static [Effect],
) -> Rule {
    Rule {
        act,
        from,
        by,
        when,
        effect,
    }
}

const SUBMITTED: &[Status] = &[UnderReview, Registered];
const UNSIGNED: When = PlaceIn(&[Place::None, Place::AtExpert]);
const AT_TEACHER: When = PlaceIn(&[Place::AtTeacher]);
const AT_CENTRE: When = PlaceIn(&[Place::AtCentre]);

/// The state table (08 §8.1). What no line allows is refused.
pub const TABLE: &[Rule] = &[
    rule(
        Act::Edit,
        &[Draft, Formed],
        &[Teacher],
        &[],
        &[Effect::Status(Draft)],
    ),
    rule(
        Act::Form,
        &[Draft],
        &[Teacher],
        &[],
        &[Effect::Status(Formed)],
    ),
    rule(Act::Attach, &[Draft, Formed], &[Teacher], &[], &[]),
    rule(Act::Attach, SUBMITTED, &[Teacher, School], &[], &[]),
    rule(Act::Detach, &[Draft, Formed], &[Teacher], &[], &[]),
    rule(
        Act::Detach,
        &[UnderReview],
        &[Teacher, School],
        &[NotFrozen],
        &[],
    ),
    rule(
        Act::Submit,
        &[Formed],
        &[Teacher],
        &[],
        &[Effect::Status(UnderReview)],
    ),
    rule(
        Act::Vouch,
        &[UnderReview],
        &[Municipal],
        &[NotFrozen, RouteOperator],
        &[],
    ),
    rule(
        Act::Register,
        &[UnderReview],
        &[Municipal, Operator],
        &[NotFrozen, Registrar],
        &[Effect::Status(Registered)],
    ),
    rule(
        Act::Reject,
        &[UnderReview],
        &[Municipal],
        &[NotFrozen],
        &[Effect::Status(Status::Rejected), LapseWithdrawal],
    ),
    rule(
        Act::Reject,
        &[UnderReview],
        &[Operator],
        &[NotFrozen, Registrar],
        &[Effect::Status(Status::Rejected), LapseWithdrawal],
    ),
    rule(
        Act::Annul,
        &[Registered],
        &[Operator],
        &[NotFrozen, PeriodIsNot(PeriodMark::Approved)],
        &[
            Effect::Status(Status::Rejected),
            LapseWithdrawal,
            LeaveSchedule,
        ],
    ),
    rule(
        Act::Correct,
        &[Registered, Status::Decided],
        &[Operator],
        &[NotFrozen],
        &[],
    ),
    rule(
        Act::RequestDocuments,
        SUBMITTED,
        &[Municipal],
        &[NotFrozen, Registrar],
        &[],
    ),
    rule(
        Act::RequestDocuments,
        SUBMITTED,
        &[Expert, Operator],
        &[NotFrozen],
        &[],
    ),
    rule(
        Act::SetPeriod,
        &[Registered],
        &[Municipal, Operator],
        &[
            NotFrozen,
            General,
            RowOwner,
            PeriodIsNot(PeriodMark::Approved),
            PlaceIn(&[Place::None]),
        ],
        &[Effect::Period(PeriodMark::Preliminary)],
    ),
    rule(
        Act::Assign,
        &[Registered],
        &[Municipal, Operator],
        &[NotFrozen, General, RowOwner, PlaceIsNot(Place::Accepted)],
        &[Experts],
    ),
    rule(
        Act::AssignAny,
        &[Registered],
        &[Operator],
        &[NotFrozen, General, PlaceIsNot(Place::Accepted)],
        &[Experts],
    ),
    rule(
        Act::ApprovePeriod,
        &[Registered],
        &[Operator],
        &[NotFrozen, PeriodIs(PeriodMark::Preliminary), ReadyToApprove],
        &[Effect::Period(PeriodMark::Approved)],
    ),
    rule(
        Act::Reschedule,
        &[Registered],
        &[Operator],
        &[
            NotFrozen,
            PeriodIs(PeriodMark::Approved),
            PlaceIsNot(Place::Accepted),
        ],
        &[Effect::Period(PeriodMark::Preliminary)],
    ),
    rule(
        Act::UploadConclusion,
        &[Registered],
        &[Expert],
        &[NotFrozen, PeriodSet, UNSIGNED],
        &[Effect::Place(Place::AtTeacher)],
    ),
    rule(
        Act::UploadSignedConclusion,
        &[Registered],
        &[Expert],
        &[NotFrozen, PeriodSet, UNSIGNED],
        &[PlaceSigned],
    ),
    rule(
        Act::ReplaceConclusion,
        &[Registered],
        &[Expert],
        &[NotFrozen, AT_TEACHER],
        &[],
    ),
    rule(
        Act::SignConclusion,
        &[Registered],
        &[Teacher, School],
        &[NotFrozen, AT_TEACHER],
        &[PlaceSigned],
    ),
    rule(
        Act::NoteRefusal,
        &[Registered],
        &[Expert],
        &[NotFrozen, AT_TEACHER],
        &[PlaceSigned],
    ),
    rule(
        Act::PassConclusion,
        &[Registered],
        &[Municipal],
        &[NotFrozen, PlaceIn(&[Place::AtMunicipal])],
        &[Effect::Place(Place::AtCentre)],
    ),
    rule(
        Act::ReturnConclusion,
        &[Registered],
        &[Municipal],
        &[NotFrozen, PlaceIn(&[Place::AtMunicipal])],
        &[Effect::Place(Place::AtExpert)],
    ),
    rule(
        Act::ReturnConclusion,
        &[Registered],
        &[Operator],
        &[NotFrozen, RouteOperator, AT_CENTRE],
        &[Effect::Place(Place::AtExpert)],
    ),
    rule(
        Act::ReturnToCoordinator,
        &[Registered],
        &[Operator],
        &[NotFrozen, RouteMunicipal, AT_CENTRE],
        &[Effect::Place(Place::AtMunicipal)],
    ),
    rule(
        Act::AcceptConclusion,
        &[Registered],
        &[Operator],
        &[NotFrozen, AT_CENTRE],
        &[Effect::Place(Place::Accepted)],
    ),
    rule(
        Act::ReopenConclusion,
        &[Registered],
        &[Operator],
        &[NotFrozen, PlaceIn(&[Place::Accepted])],
        &[Effect::Place(Place::AtCentre)],
    ),
    rule(
        Act::Decide,
        &[Registered],
        &[Operator],
        &[NotFrozen, ReadyToDecide],
        &[Effect::Status(Status::Decided), LapseWithdrawal],
    ),
    rule(Act::Supersede, &[Status::Decided], &[Operator], &[], &[]),
    rule(
        Act::FormWithdrawal,
        SUBMITTED,
        &[Teacher, School],
        &[NoWithdrawal],
        &[Effect::Withdrawal(Withdrawal::Formed)],
    ),
    rule(
        Act::CancelWithdrawal,
        SUBMITTED,
        &[Teacher, School],
        &[WithdrawalIs(Withdrawal::Formed)],
        &[Effect::Withdrawal(Withdrawal::Cancelled)],
    ),
    rule(
        Act::CancelWithdrawal,
        SUBMITTED,
        &[Teacher],
        &[WithdrawalIs(Withdrawal::UnderReview)],
        &[Effect::Withdrawal(Withdrawal::Cancelled)],
    ),
    rule(
        Act::SubmitWithdrawal,
        SUBMITTED,
        &[Teacher, School],
        &[WithdrawalIs(Withdrawal::Formed)],
        &[Effect::Withdrawal(Withdrawal::UnderReview)],
    ),
    rule(
        Act::AcceptWithdrawal,
        SUBMITTED,
        &[Municipal, Operator],
        &[WithdrawalIs(Withdrawal::UnderReview), RowOwner],
        &[
            Effect::Status(Status::Withdrawn),
            Effect::Withdrawal(Withdrawal::Accepted),
            LeaveSchedule,
        ],
    ),
    rule(
        Act::DeclineWithdrawal,
        SUBMITTED,
        &[Municipal, Operator],
        &[WithdrawalIs(Withdrawal::UnderReview), RowOwner],
        &[Effect::Withdrawal(Withdrawal::Declined)],
    ),
];

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

/// The transitions of `status` the database is to allow: (from, to, route, role), as rows of
/// `app.transition` (R-ROUTE-5). Before submission there is no route: «none».
#[must_use]
pub fn transitions() -> Vec<(Status, Status, Option<Route>, Role)> {
    let mut rows = Vec::new();
    for rule in TABLE {
        let Some(to) = rule.to() else { continue };
        for from in rule.from.iter().copied().filter(|from| *from != to) {
            for role in rule.by.iter().copied() {
                let routes: &[Option<Route>] = if from.is_submitted() {
                    &[Some(Route::Municipal), Some(Route::Operator)]
                } else {
                    &[None]
                };
                for route in routes.iter().copied() {
                    if reachable(rule, from, route, role)
                        && !rows.contains(&(from, to, route, role))
                    {
                        rows.push((from, to, route, role));
                    }
                }
            }
        }
    }
    rows.sort();
    rows
}

/// Whether some case of this status and route lets `role` use the line at all.
fn reachable(rule: &Rule, status: Status, route: Option<Route>, role: Role) -> bool {
    cases(status, route).any(|case| rule.when.iter().all(|when| when.holds(role, &case)))
}

/// Every combination of the parts of a case in this status and on this route.
fn cases(status: Status, route: Option<Route>) -> impl Iterator<Item = Case> {
    let withdrawals = [
        None,
        Some(Withdrawal::Formed),
        Some(Withdrawal::UnderReview),
    ];
    Procedure::ALL.into_iter().flat_map(move |procedure| {
        withdrawals.into_iter().flat_map(move |withdrawal| {
            PeriodMark::ALL.iter().flat_map(move |period| {
                Place::ALL.iter().flat_map(move |place| {
                    (0..=2).map(move |experts| Case {
                        status,
                        route,
                        procedure,
                        withdrawal,
                        period: *period,
                        experts,
                        gap: false,
                        place: *place,
                    })
                })
            })
        })
    })
}

#[cfg(test)]
mod tests;
