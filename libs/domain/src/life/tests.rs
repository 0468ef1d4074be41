//! The state table, model-checked: every case reachable from a beginning is visited.

use std::collections::{HashSet, VecDeque};

use super::*;
use crate::{reference::Procedure, routing::Route};

/// The cases an act leads to; several where the table leaves a choice open.
fn after(rule: &Rule, case: &Case) -> Vec<Case> {
    let mut next = vec![*case];
    for effect in rule.effect {
        next = next
            .into_iter()
            .flat_map(|mut case| match effect {
                Effect::Status(status) => {
                    case.status = *status;
                    vec![case]
                }
                Effect::Withdrawal(state) => {
                    case.withdrawal = state.is_open().then_some(*state);
                    vec![case]
                }
                Effect::LapseWithdrawal => {
                    case.withdrawal = None;
                    vec![case]
                }
                Effect::Period(mark) => {
                    case.period = *mark;
                    vec![Case {
                        gap: case.experts < 2,
                        ..case
                    }]
                }
                Effect::Place(place) if rule.act == Act::ReturnConclusion => {
                    vec![
                        Case {
                            place: *place,
                            ..case
                        },
                        Case {
                            place: Place::AtTeacher,
                            ..case
                        },
                    ]
                }
                Effect::Place(place) => vec![Case {
                    place: *place,
                    ..case
                }],
                Effect::PlaceSigned => vec![Case {
                    place: case.after_signing(),
                    ..case
                }],
                Effect::Experts => (0..=2)
                    .filter(|experts| case.experts.abs_diff(*experts) == 1)
                    .map(|experts| Case {
                        experts,
                        gap: experts < 2 && case.period != PeriodMark::None,
                        ..case
                    })
                    .collect(),
                Effect::LeaveSchedule => {
                    vec![Case {
                        period: PeriodMark::None,
                        experts: 0,
                        gap: false,
                        ..case
                    }]
                }
            })
            .collect();
    }
    if rule.act == Act::Submit {
        next = next
            .into_iter()
            .flat_map(|case| {
                Route::ALL.map(|route| Case {
                    route: Some(route),
                    ..case
                })
            })
            .filter(|case| {
                case.procedure == Procedure::General || case.route == Some(Route::Operator)
            })
            .collect();
    }
    next
}

fn moves(case: &Case) -> Vec<(&'static Rule, Role)> {
    let mut moves = Vec::new();
    for act in Act::ALL {
        for role in Role::ALL {
            if let Ok(rule) = legal(*act, role, case) {
                moves.push((rule, role));
            }
        }
    }
    moves
}

/// An expert can act only if one is assigned.
fn possible(rule: &Rule, role: Role, case: &Case) -> bool {
    let _ = rule;
    role != Role::Expert || case.experts > 0
}

fn reachable_cases() -> HashSet<Case> {
    let mut seen: HashSet<Case> = Procedure::ALL.into_iter().map(Case::begun).collect();
    let mut queue: VecDeque<Case> = seen.iter().copied().collect();
    while let Some(case) = queue.pop_front() {
        for (rule, role) in moves(&case) {
            if !possible(rule, role, &case) {
                continue;
            }
            for next in after(rule, &case) {
                if seen.insert(next) {
                    queue.push_back(next);
                }
            }
        }
    }
    seen
}

fn changes(rule: &Rule, case: &Case) -> bool {
    after(rule, case).iter().any(|next| next != case)
}

#[test]
fn whoever_is_waited_for_has_an_act_that_leads_on() {
    for case in reachable_cases() {
        match case.waits_for() {
            None => assert!(case.status.is_final(), "nobody is waited for in {case:?}"),
            Some(role) => assert!(
                moves(&case).into_iter().any(|(rule, by)| {
                    by == role && possible(rule, by, &case) && changes(rule, &case)
                }),
                "{role:?} is waited for and can do nothing in {case:?}"
            ),
        }
    }
}

#[test]
fn no_dead_end_and_decided_is_reached_from_everywhere() {
    let cases = reachable_cases();
    let mut deciding: HashSet<Case> = cases
        .iter()
        .copied()
        .filter(|case| case.status == Status::Decided)
        .collect();
    loop {
        let more: Vec<Case> = cases
            .iter()
            .copied()
            .filter(|case| !deciding.contains(case))
            .filter(|case| {
                moves(case).into_iter().any(|(rule, role)| {
                    possible(rule, role, case)
                        && after(rule, case).iter().any(|next| deciding.contains(next))
                })
            })
            .collect();
        if more.is_empty() {
            break;
        }
        deciding.extend(more);
    }
    for case in cases.iter().filter(|case| !case.status.is_final()) {
        assert!(
            deciding.contains(case),
            "cannot be decided any more: {case:?}"
        );
    }
}

#[test]
fn every_status_place_and_mark_is_reached() {
    let cases = reachable_cases();
    for status in Status::ALL {
        assert!(
            cases.iter().any(|case| case.status == *status),
            "{status:?}"
        );
    }
    for place in Place::ALL {
        assert!(cases.iter().any(|case| case.place == *place), "{place:?}");
    }
    for mark in PeriodMark::ALL {
        assert!(cases.iter().any(|case| case.period == *mark), "{mark:?}");
    }
    assert!(
        cases
            .iter()
            .any(|case| case.is_frozen() && case.period == PeriodMark::Approved)
    );
}

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
