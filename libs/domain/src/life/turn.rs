//! Whose turn it is with a case: every work list is a filter on the answer (03 §3.2). What
//! the one who is waited for may do is the table in [`crate::life`].

use super::{Case, PeriodMark, Place, Status};
use crate::{reference::Procedure, role::Role};

impl Case {
    /// Whose turn it is; `None` when nobody's.
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
