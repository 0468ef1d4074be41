//! The state table, model-checked: every case reachable from a beginning is visited.

mod rules;
mod turn;

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
