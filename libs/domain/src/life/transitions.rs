//! What the table asks of the database: the moves of `status` that `app.transition` is to
//! allow (R-ROUTE-5), found by trying every case there is. Which moves are legal in a case is
//! [`super::legal`]'s to say.

use std::collections::BTreeSet;

use super::{Case, PeriodMark, Place, Rule, Status, TABLE, Withdrawal};
use crate::{reference::Procedure, role::Role, routing::Route};

/// The transitions of `status` the database is to allow: (from, to, route, role), as rows of
/// `app.transition` (R-ROUTE-5). Before submission there is no route: «none».
#[must_use]
pub fn transitions() -> Vec<(Status, Status, Option<Route>, Role)> {
    let mut rows = BTreeSet::new();
    for rule in TABLE {
        let Some(to) = rule.to() else { continue };
        for from in rule.from.iter().copied().filter(|from| *from != to) {
            let routes = if from.is_submitted() {
                Route::ALL.map(Some).to_vec()
            } else {
                vec![None]
            };
            for role in rule.by.iter().copied() {
                let routes = routes.iter().copied();
                let routes = routes.filter(|route| reachable(rule, from, *route, role));
                rows.extend(routes.map(|route| (from, to, route, role)));
            }
        }
    }
    rows.into_iter().collect()
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
