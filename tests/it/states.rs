//! SEC-72: every state of a case × every act of the state table × everybody, over HTTP. What is
//! expected is computed from the domain (`life::legal`) and the policy; what was refused has
//! changed nothing, what was done leads where the table says. A state is put together by the
//! superuser: the acts that lead to it are other tests'.

mod acts;
mod put;
mod visitors;

use std::{collections::BTreeMap, fmt::Write as _};

use domain::{
    act::Act,
    life::{self, Case, Effect, Place, Status},
    permission::Policy,
    reference::Procedure,
    routing::Route,
};
use reqwest::StatusCode;
use tests::{Page, Site, World};

use self::{
    acts::{ELSEWHERE, PAGES, Sent, page_of, without_page},
    put::{Ground, states},
    visitors::{Visitor, visitors},
};

/// What must come of a press.
#[derive(Debug)]
enum Expected {
    /// Done, leading where the rule says.
    Done(&'static life::Rule),
    /// Refused with one of these, nothing changed.
    Refused(Vec<StatusCode>),
}

fn expected(
    policy: &Policy,
    ground: &Ground,
    case: &Case,
    visitor: &Visitor,
    act: Act,
) -> Expected {
    let role = visitor.person.role;
    if page_of(act, role).is_none() {
        return Expected::Refused(vec![StatusCode::FORBIDDEN]);
    }
    if !(visitor.sees)(case.status) {
        return Expected::Refused(vec![StatusCode::NOT_FOUND]);
    }
    let of_withdrawal = [
        Act::SubmitWithdrawal,
        Act::CancelWithdrawal,
        Act::AcceptWithdrawal,
        Act::DeclineWithdrawal,
    ];
    let author = match act {
        // The seed's withdrawals are the teacher's, its attachments of whoever detaches.
        Act::CancelWithdrawal => case.withdrawal.map(|_| ground.teacher.account.0),
        _ => Some(visitor.person.account.0),
    };
    if !policy.allows(role, act, visitor.relations(ground, case, author)) {
        let mut refused = vec![StatusCode::FORBIDDEN];
        // There being nothing to act on is told before whose it would be.
        if of_withdrawal.contains(&act) && case.withdrawal.is_none() {
            refused.push(StatusCode::CONFLICT);
        }
        // One page for two acts: it asks whether either can be done.
        if matches!(act, Act::ReturnConclusion | Act::ReturnToCoordinator) {
            refused.push(StatusCode::CONFLICT);
        }
        if act == Act::SetPeriod {
            refused.extend([StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY]);
        }
        return Expected::Refused(refused);
    }
    // The form of a formed application edits it and forms it anew.
    let begun = match act {
        Act::Form if case.status == Status::Formed => Case {
            status: Status::Draft,
            ..*case
        },
        _ => *case,
    };
    let refused = match life::legal(act, role, &begun) {
        // R-APP-3, beside the table: attaching in person ends when a conclusion is there.
        Ok(_) if act == Act::Attach && case.place != Place::None => vec![StatusCode::CONFLICT],
        Ok(rule) => return Expected::Done(rule),
        // Pressed again it is answered like the first time, and nothing is done (R-APP-8).
        Err(_) if repeated(act, case) => vec![StatusCode::SEE_OTHER],
        // The period is a field of the form of experts, and refused beside it.
        Err(_) if act == Act::SetPeriod => {
            vec![StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY]
        }
        Err(_) => vec![StatusCode::CONFLICT],
    };
    Expected::Refused(refused)
}

fn repeated(act: Act, case: &Case) -> bool {
    let live = matches!(case.status, Status::UnderReview | Status::Registered);
    live && match act {
        Act::Submit => true,
        Act::FormWithdrawal => case.withdrawal.is_some(),
        _ => false,
    }
}

/// Whether what was done led where the rule says.
fn follows(rule: &life::Rule, before: &Case, after: &Case) -> bool {
    let left = rule.effect.contains(&Effect::LeaveSchedule);
    after.status == rule.to().unwrap_or(before.status)
        && (left || after.place == rule.place(before))
        && rule.effect.iter().all(|effect| match effect {
            Effect::Withdrawal(state) => after.withdrawal == Some(*state),
            Effect::Period(mark) => after.period == *mark,
            _ => true,
        })
}

/// What one lane found.
#[derive(Default)]
struct Found {
    done: BTreeMap<&'static str, u32>,
    refused: BTreeMap<u16, u32>,
    unread: u32,
    faults: Vec<String>,
}

async fn lane(world: World, site: &Site, policy: &Policy, which: usize, lanes: usize) -> Found {
    let town = world.town().await;
    let ground = Ground::lay(&world, town).await;
    let visitors = visitors(site, &world, &ground).await;
    let mut sql = world.superuser().await;
    let mut found = Found::default();
    for (number, case) in states()
        .into_iter()
        .enumerate()
        .filter(|(number, _)| number % lanes == which)
    {
        ground.put(&mut sql, &case).await;
        let mut before = ground.fingerprint(&mut sql).await;
        for visitor in visitors
            .iter()
            .filter(|visitor| visitor.close || number % 8 == which)
        {
            for act in PAGES
                .iter()
                .map(|page| page.act)
                .collect::<std::collections::BTreeSet<_>>()
            {
                let role = visitor.person.role;
                // «Вернуть» is one page: it does whichever of the two is legal.
                let other = match act {
                    Act::ReturnConclusion => Some(Act::ReturnToCoordinator),
                    Act::ReturnToCoordinator => Some(Act::ReturnConclusion),
                    _ => None,
                };
                if other.is_some_and(|other| life::legal(other, role, &case).is_ok()) {
                    continue;
                }
                // After a final one the same form begins a new application (R-APP-9).
                let is_final = matches!(
                    case.status,
                    Status::Rejected | Status::Withdrawn | Status::Decided
                );
                if act == Act::Form && is_final {
                    continue;
                }
                // A page of another's cabinet is forbidden whatever the state: asked in some.
                if page_of(act, role).is_none() && number % 32 != which {
                    continue;
                }
                let Some(sent) = acts::sent(&ground, &mut sql, visitor, act).await else {
                    continue;
                };
                let page = press(visitor, sent).await;
                let expected = expected(policy, &ground, &case, visitor, act);
                let after = ground.fingerprint(&mut sql).await;
                let mut told = format!("{case:?}: {} {}: ", visitor.name, act.code());
                match &expected {
                    Expected::Refused(statuses) => {
                        *found.refused.entry(page.status.as_u16()).or_default() += 1;
                        if !statuses.contains(&page.status) || after != before {
                            let changed = if after == before {
                                "unchanged"
                            } else {
                                "CHANGED"
                            };
                            write!(told, "not {statuses:?} but {changed} {}", page.told()).unwrap();
                            found.faults.push(told);
                        }
                    }
                    Expected::Done(rule) => {
                        *found.done.entry(act.code()).or_default() += 1;
                        let now = ground.read(&mut sql).await;
                        if page.status == StatusCode::UNPROCESSABLE_ENTITY && after == before {
                            found.unread += 1;
                            write!(told, "legal, but a fault of the form: {}", page.told())
                                .unwrap();
                            found.faults.push(told);
                        } else if page.status != StatusCode::SEE_OTHER
                            || !follows(rule, &case, &now)
                        {
                            write!(told, "legal, but {} → {now:?}", page.told()).unwrap();
                            found.faults.push(told);
                        }
                    }
                }
                if after != before {
                    ground.put(&mut sql, &case).await;
                    before = ground.fingerprint(&mut sql).await;
                }
            }
        }
    }
    found
}

async fn press(visitor: &Visitor, sent: Sent) -> Page {
    let mut fields = vec![("_csrf".to_owned(), visitor.token.clone())];
    fields.extend(sent.fields);
    match sent.file {
        Some(field) => {
            let file = (
                field.to_owned(),
                "скан.pdf".to_owned(),
                b"%PDF-1.7\n".to_vec(),
            );
            visitor.browser.upload(&sent.path, &fields, &[file]).await
        }
        None => visitor.browser.post(&sent.path, &fields).await,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_72_every_state_act_and_role() {
    const LANES: usize = 2;
    let world = World::own().await;
    let site = world.serve().await;
    let policy = authz::compiled().await.unwrap().policy;
    let lanes = (0..LANES).map(|which| lane(world.clone(), &site, &policy, which, LANES));
    let found: Vec<Found> = futures::future::join_all(lanes).await;
    let sum = |of: fn(&Found) -> u32| found.iter().map(of).sum::<u32>();
    let done = sum(|found| found.done.values().sum());
    let refused = sum(|found| found.refused.values().sum());
    println!(
        "SEC-72: {} states, {} triples: {done} done, {refused} refused",
        states().len(),
        done + refused
    );
    let mut statuses: BTreeMap<u16, u32> = BTreeMap::new();
    for (status, count) in found.iter().flat_map(|found| &found.refused) {
        *statuses.entry(*status).or_default() += count;
    }
    println!("SEC-72: refused {statuses:?}");
    let faults: Vec<&String> = found.iter().flat_map(|found| &found.faults).collect();
    assert!(
        faults.is_empty(),
        "{} faults: {:#?}",
        faults.len(),
        &faults[..faults.len().min(40)]
    );
    assert!(done + refused >= 2000, "too few triples");
    // Every act that has a page was done at least once.
    for page in PAGES.iter() {
        let done = found
            .iter()
            .any(|found| found.done.contains_key(page.act.code()));
        assert!(done, "{} was never done", page.act.code());
    }
}

/// An act that is in the state table has a page here or the reason why it has none.
#[test]
fn sec_72_every_act_is_covered() {
    let mut faults = Vec::new();
    for act in Act::ALL {
        let paged = PAGES.iter().any(|page| page.act == *act);
        let reasons = without_page(*act);
        if paged == reasons.is_some() {
            faults.push(format!(
                "{}: {}",
                act.code(),
                if paged {
                    "has a page and a reason"
                } else {
                    "has neither a page nor a reason"
                }
            ));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(
        ELSEWHERE
            .iter()
            .all(|(reason, acts)| !reason.is_empty() && !acts.is_empty())
    );
}

/// States as they can be: a route follows the procedure, a conclusion needs a period.
#[test]
fn states_are_those_of_the_table() {
    let states = states();
    for status in Status::ALL {
        assert!(
            states.iter().any(|case| case.status == *status),
            "{status:?}"
        );
    }
    for place in Place::ALL {
        assert!(states.iter().any(|case| case.place == *place), "{place:?}");
    }
    assert!(
        states.iter().all(
            |case| case.procedure == Procedure::General || case.route != Some(Route::Municipal)
        )
    );
}
