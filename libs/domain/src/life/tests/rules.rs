//! What single rules say of the table, over every case that can be reached.

use super::*;

#[test]
fn r_route_3_the_coordinator_never_registers_an_operator_route() {
    for case in reachable_cases()
        .iter()
        .filter(|case| case.route == Some(Route::Operator))
    {
        assert!(legal(Act::Register, Role::Municipal, case).is_err());
    }
    assert!(!transitions().contains(&(
        Status::UnderReview,
        Status::Registered,
        Some(Route::Operator),
        Role::Municipal
    )));
}

#[test]
fn r_route_2_the_operator_never_registers_a_municipal_route() {
    for case in reachable_cases()
        .iter()
        .filter(|case| case.route == Some(Route::Municipal))
    {
        assert!(legal(Act::Register, Role::Operator, case).is_err());
        assert!(legal(Act::Reject, Role::Operator, case).is_err());
    }
}

#[test]
fn r_wd_1_a_withdrawal_under_review_stops_all_but_itself_and_attaching() {
    let own = [
        Act::AcceptWithdrawal,
        Act::DeclineWithdrawal,
        Act::CancelWithdrawal,
        Act::Attach,
    ];
    for case in reachable_cases().iter().filter(|case| case.is_frozen()) {
        for (rule, _) in moves(case) {
            assert!(
                own.contains(&rule.act),
                "{:?} of a frozen {case:?}",
                rule.act
            );
        }
    }
}

#[test]
fn r_wd_1_a_formed_withdrawal_stops_nobody() {
    for case in reachable_cases()
        .iter()
        .filter(|c| c.withdrawal == Some(Withdrawal::Formed))
    {
        let without = Case {
            withdrawal: None,
            ..*case
        };
        for act in [
            Act::Register,
            Act::Reject,
            Act::SetPeriod,
            Act::Assign,
            Act::Decide,
        ] {
            for role in Role::ALL {
                assert_eq!(
                    legal(act, role, case).is_ok(),
                    legal(act, role, &without).is_ok()
                );
            }
        }
    }
}

#[test]
fn nothing_but_correcting_and_superseding_follows_a_final_status() {
    for case in reachable_cases()
        .iter()
        .filter(|case| case.status.is_final())
    {
        for (rule, role) in moves(case) {
            assert!(
                matches!(rule.act, Act::Correct | Act::Supersede),
                "{:?}",
                rule.act
            );
            assert_eq!(role, Role::Operator);
        }
    }
}

#[test]
fn only_general_grounds_enter_the_schedule() {
    for case in reachable_cases()
        .iter()
        .filter(|c| c.procedure == Procedure::Simplified)
    {
        assert_eq!(case.period, PeriodMark::None);
        assert_eq!((case.experts, case.place), (0, Place::None));
    }
}

#[test]
fn r_con_1_a_conclusion_goes_by_its_route() {
    let at = |route, place| Case {
        status: Status::Registered,
        route: Some(route),
        period: PeriodMark::Preliminary,
        place,
        ..Case::begun(Procedure::General)
    };
    let table = [
        (
            Act::UploadConclusion,
            Role::Expert,
            Route::Municipal,
            Place::None,
            Place::AtTeacher,
        ),
        (
            Act::UploadSignedConclusion,
            Role::Expert,
            Route::Municipal,
            Place::AtExpert,
            Place::AtMunicipal,
        ),
        (
            Act::UploadSignedConclusion,
            Role::Expert,
            Route::Operator,
            Place::None,
            Place::AtCentre,
        ),
        (
            Act::ReplaceConclusion,
            Role::Expert,
            Route::Municipal,
            Place::AtTeacher,
            Place::AtTeacher,
        ),
        (
            Act::NoteRefusal,
            Role::Expert,
            Route::Operator,
            Place::AtTeacher,
            Place::AtCentre,
        ),
        (
            Act::SignConclusion,
            Role::School,
            Route::Municipal,
            Place::AtTeacher,
            Place::AtMunicipal,
        ),
        (
            Act::PassConclusion,
            Role::Municipal,
            Route::Municipal,
            Place::AtMunicipal,
            Place::AtCentre,
        ),
        (
            Act::ReturnToCoordinator,
            Role::Operator,
            Route::Municipal,
            Place::AtCentre,
            Place::AtMunicipal,
        ),
        (
            Act::ReopenConclusion,
            Role::Operator,
            Route::Operator,
            Place::Accepted,
            Place::AtCentre,
        ),
    ];
    for (act, role, route, from, to) in table {
        let case = at(route, from);
        let place = legal(act, role, &case).map(|rule| rule.place(&case));
        assert_eq!(place, Ok(to), "{act:?} {route:?} {from:?}");
    }
}
