//! The case: all that decides what may happen to an application now, and what follows from it
//! alone. What may be done to it is the table in [`crate::life`]; whose turn it is stands in
//! [`super::turn`].

use super::states::{PeriodMark, Place, Status, Withdrawal};
use crate::{reference::Procedure, role::Role, routing::Route};

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

    pub(super) fn ready_to_approve(&self) -> bool {
        self.experts == 2 || self.place == Place::Accepted
    }

    pub(super) fn ready_to_decide(&self) -> bool {
        self.procedure == Procedure::Simplified
            || (self.place == Place::Accepted && self.period == PeriodMark::Approved)
    }
}
