//! Who registers an application: the route, decided once, at submission (R-ROUTE-1…6).
//! The database computes the same for itself (`app.guard_application`); a test compares.

use serde::{Deserialize, Serialize};

use crate::reference::Procedure;

/// Where a submitted application goes. It keeps its route (R-ROUTE-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// The municipal coordinator registers or rejects (R-ROUTE-2).
    Municipal,
    /// Only the operator registers (R-ROUTE-3).
    Operator,
}

impl Route {
    /// Both routes.
    pub const ALL: [Self; 2] = [Self::Municipal, Self::Operator];

    /// The code kept in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Municipal => "municipal",
            Self::Operator => "operator",
        }
    }

    /// The route of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.code() == code)
    }
}

/// The route of an application (R-ROUTE-1). `founder_routed`: the region routes the founder
/// kind of its organisation to the operator; `applicant_coordinates`: the applicant is an
/// active municipal coordinator of that municipality.
#[must_use]
pub const fn route(
    procedure: Procedure,
    founder_routed: bool,
    applicant_coordinates: bool,
) -> Route {
    match (procedure, founder_routed, applicant_coordinates) {
        (Procedure::General, false, false) => Route::Municipal,
        _ => Route::Operator,
    }
}

/// The work list a submitted application stands in, the coordinator's tabs and the operator's
/// queues alike (R-ROUTE-4). One that is simplified and of an industry is simplified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkList {
    /// «Заявления»: the municipal coordinator registers.
    #[default]
    Municipal,
    /// «Упрощенная форма».
    Simplified,
    /// «Отраслевые»: route operator on general grounds, a coordinator's own one too.
    Industry,
}

impl WorkList {
    /// The list of an application of this route and procedure.
    #[must_use]
    pub const fn of(route: Route, procedure: Procedure) -> Self {
        match (procedure, route) {
            (Procedure::Simplified, _) => Self::Simplified,
            (Procedure::General, Route::Operator) => Self::Industry,
            (Procedure::General, Route::Municipal) => Self::Municipal,
        }
    }

    /// The route of all applications in it.
    #[must_use]
    pub const fn route(self) -> Route {
        match self {
            Self::Municipal => Route::Municipal,
            Self::Simplified | Self::Industry => Route::Operator,
        }
    }

    /// The procedure of all applications in it.
    #[must_use]
    pub const fn procedure(self) -> Procedure {
        match self {
            Self::Simplified => Procedure::Simplified,
            Self::Municipal | Self::Industry => Procedure::General,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_route_1_every_combination() {
        let table = [
            (Procedure::General, false, false, Route::Municipal),
            (Procedure::General, false, true, Route::Operator),
            (Procedure::General, true, false, Route::Operator),
            (Procedure::General, true, true, Route::Operator),
            (Procedure::Simplified, false, false, Route::Operator),
            (Procedure::Simplified, false, true, Route::Operator),
            (Procedure::Simplified, true, false, Route::Operator),
            (Procedure::Simplified, true, true, Route::Operator),
        ];
        for (procedure, founder, coordinates, expected) in table {
            assert_eq!(route(procedure, founder, coordinates), expected);
        }
    }

    #[test]
    fn r_route_4_every_work_list_holds_its_own() {
        for list in [
            WorkList::Municipal,
            WorkList::Simplified,
            WorkList::Industry,
        ] {
            assert_eq!(WorkList::of(list.route(), list.procedure()), list);
        }
        assert_eq!(
            WorkList::of(Route::Municipal, Procedure::Simplified),
            WorkList::Simplified
        );
    }
}
