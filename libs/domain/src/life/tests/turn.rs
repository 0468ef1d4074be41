//! Whose turn it is in each state.

use super::*;

#[test]
fn waits_for_follows_the_order_of_the_table() {
    let registered = Case {
        status: Status::Registered,
        route: Some(Route::Municipal),
        ..Case::begun(Procedure::General)
    };
    let set = Case {
        period: PeriodMark::Preliminary,
        ..registered
    };
    let full = Case { experts: 2, ..set };
    let approved = Case {
        period: PeriodMark::Approved,
        ..full
    };
    let table = [
        (Case::begun(Procedure::General), Some(Role::Teacher)),
        (registered, Some(Role::Municipal)),
        (
            Case {
                route: Some(Route::Operator),
                ..registered
            },
            Some(Role::Operator),
        ),
        (
            Case {
                procedure: Procedure::Simplified,
                ..registered
            },
            Some(Role::Operator),
        ),
        (Case { experts: 1, ..set }, Some(Role::Municipal)),
        (
            Case {
                experts: 1,
                gap: true,
                ..set
            },
            Some(Role::Operator),
        ),
        (full, Some(Role::Operator)),
        (approved, Some(Role::Expert)),
        (
            Case {
                place: Place::AtTeacher,
                ..approved
            },
            Some(Role::Teacher),
        ),
        (
            Case {
                place: Place::AtMunicipal,
                ..approved
            },
            Some(Role::Municipal),
        ),
        (
            Case {
                place: Place::AtCentre,
                ..approved
            },
            Some(Role::Operator),
        ),
        (
            Case {
                place: Place::AtExpert,
                ..approved
            },
            Some(Role::Expert),
        ),
        (
            Case {
                place: Place::Accepted,
                ..approved
            },
            Some(Role::Operator),
        ),
        (
            Case {
                withdrawal: Some(Withdrawal::UnderReview),
                ..registered
            },
            Some(Role::Municipal),
        ),
        (
            Case {
                withdrawal: Some(Withdrawal::UnderReview),
                ..approved
            },
            Some(Role::Operator),
        ),
        (
            Case {
                status: Status::Decided,
                ..approved
            },
            None,
        ),
    ];
    for (case, expected) in table {
        assert_eq!(case.waits_for(), expected, "{case:?}");
    }
}
