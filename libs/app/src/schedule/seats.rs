//! The two places of experts (R-SCH-2, R-SCH-3): what becomes of each by what was chosen, and
//! the assignments that end and begin with it.

use db::{
    Permit, Tx,
    applications::Application,
    schedule::{self, Assigning},
};
use domain::{actor::Actor, schedule::PLACES};

use super::{Assigned, Expert};
use crate::{Error, FieldFault, Result};

/// The form's fields of the two places.
pub const EXPERTS: [&str; PLACES] = ["expert1", "expert2"];

/// What becomes of a place.
pub(super) enum Seat<'a> {
    Kept(&'a Assigned),
    Given(&'a Expert),
    Empty,
}

impl Seat<'_> {
    pub(super) const fn account(&self) -> Option<i64> {
        match self {
            Self::Kept(assigned) => Some(assigned.account),
            Self::Given(expert) => Some(expert.account),
            Self::Empty => None,
        }
    }

    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Kept(assigned) => Some(&assigned.full_name),
            Self::Given(expert) => Some(&expert.full_name),
            Self::Empty => None,
        }
    }
}

/// Whether a coordinator may not empty this place: its expert is of another municipality and
/// was assigned by the Centre (R-SCH-2).
#[must_use]
pub fn is_of_centre(actor: &Actor, assigned: &Assigned) -> bool {
    actor.tenant.is_some_and(|tenant| tenant != assigned.tenant)
}

/// What becomes of the two places, with the faults of what was chosen (R-SCH-3).
pub(super) fn seats<'a>(
    actor: &Actor,
    assigned: &'a [Assigned],
    experts: &'a [Expert],
    typed: [&str; PLACES],
    faults: &mut Vec<FieldFault>,
) -> [Seat<'a>; PLACES] {
    let mut seats = [Seat::Empty, Seat::Empty];
    for (index, seat) in seats.iter_mut().enumerate() {
        let now = assigned.iter().find(|a| place_of(a) == Some(index));
        let typed = typed.get(index).copied().unwrap_or_default();
        let kept = now.filter(|assigned| is_of_centre(actor, assigned));
        *seat = match (kept, typed) {
            (Some(kept), "") => Seat::Kept(kept),
            (Some(kept), _) => {
                faults.push(FieldFault::new(
                    field(index),
                    "Этого специалиста назначил оператор: изменить может только он",
                ));
                Seat::Kept(kept)
            }
            (None, "") => Seat::Empty,
            (None, typed) => {
                let chosen = experts.iter().find(|e| e.public_id.to_string() == typed);
                match (chosen, now) {
                    (Some(expert), Some(now)) if now.membership == expert.membership => {
                        Seat::Kept(now)
                    }
                    (Some(expert), _) => Seat::Given(expert),
                    (None, _) => {
                        faults.push(FieldFault::new(
                            field(index),
                            "Выберите специалиста из списка",
                        ));
                        Seat::Empty
                    }
                }
            }
        };
    }
    let [first, second] = &seats;
    if first.account().is_some() && first.account() == second.account() {
        faults.push(FieldFault::new(
            field(1),
            "Один и тот же человек не может занять оба места: выберите другого специалиста",
        ));
    }
    seats
}

/// Ends and begins assignments so that the places are as `seats` say; whether any did.
pub(super) async fn write_seats<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    assigned: &[Assigned],
    seats: &[Seat<'_>; PLACES],
) -> Result<bool> {
    let mut moved = false;
    for now in assigned {
        let seat = place_of(now).and_then(|index| seats.get(index));
        if !matches!(seat, Some(Seat::Kept(_))) {
            schedule::close_assignment(tx, permit, now.id).await?;
            moved = true;
        }
    }
    for (index, slot) in (1..).take(PLACES).enumerate() {
        if let Some(Seat::Given(expert)) = seats.get(index) {
            schedule::open_assignment(tx, permit, slot, expert)
                .await
                .map_err(|error| not_accepted(error, index))?;
            moved = true;
        }
    }
    Ok(moved)
}

/// What the database never accepts (R-SCH-3), in words beside the place.
fn not_accepted(error: db::Error, index: usize) -> Error {
    let words = match &error {
        db::Error::Constraint(name) => match name.as_str() {
            "assignment_active_expert" => "Специалист отключён: выберите другого",
            "assignment_expert_once" => "Этот специалист уже назначен: выберите другого",
            "assignment_check" => "Педагог не может быть своим специалистом",
            "assignment_slot" => return Error::Stale,
            _ => return error.into(),
        },
        _ => return error.into(),
    };
    Error::field(field(index), words)
}

fn field(index: usize) -> &'static str {
    EXPERTS.get(index).copied().unwrap_or_default()
}

/// The place of an assignment, counted from 0.
pub(super) fn place_of(assigned: &Assigned) -> Option<usize> {
    usize::try_from(assigned.slot).ok()?.checked_sub(1)
}
