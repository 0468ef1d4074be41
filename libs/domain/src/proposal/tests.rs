use super::*;
use proptest::{collection::vec, option, prelude::*};

const SUBJECTS: [&str; 3] = ["", "Химия", "Физика"];
const POSITIONS: [&str; 3] = ["", "uchitel", "vospitatel"];

fn candidate(key: i64) -> Candidate {
    Candidate {
        key,
        account: 100 + key,
        tenant: 1,
        organisation: None,
        position: String::new(),
        subject: String::new(),
        ended: false,
        load: 0,
    }
}

fn row(key: i64) -> Row {
    Row {
        key,
        applicant: 1000 + key,
        tenant: 1,
        organisation: 1,
        position: String::new(),
        subject: String::new(),
        held: [None, None],
    }
}

/// Few accounts, municipalities and organisations, so that conflicts are the rule.
fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let one = (
        0..9_i64,
        1..3_i32,
        option::of(1..4_i64),
        0..3_usize,
        0..3_usize,
        any::<bool>(),
        0..4_u32,
    );
    vec(one, 0..9).prop_map(|all| {
        let numbered = (1..).zip(all);
        numbered
            .map(
                |(key, (account, tenant, organisation, position, subject, ended, load))| {
                    Candidate {
                        account,
                        tenant,
                        organisation,
                        position: POSITIONS[position].to_owned(),
                        subject: SUBJECTS[subject].to_owned(),
                        ended,
                        load,
                        ..candidate(key)
                    }
                },
            )
            .collect()
    })
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let held = option::weighted(0.3, 0..9_i64);
    let one = (
        0..9_i64,
        1..3_i32,
        1..4_i64,
        0..3_usize,
        0..3_usize,
        held,
        any::<bool>(),
    );
    vec(one, 0..9).prop_map(|all| {
        let numbered = (1..).zip(all);
        numbered
            .map(
                |(key, (applicant, tenant, organisation, position, subject, held, second))| Row {
                    applicant,
                    tenant,
                    organisation,
                    position: POSITIONS[position].to_owned(),
                    subject: SUBJECTS[subject].to_owned(),
                    held: if second { [None, held] } else { [held, None] },
                    ..row(key)
                },
            )
            .collect()
    })
}

fn find(candidates: &[Candidate], key: i64) -> &Candidate {
    candidates.iter().find(|known| known.key == key).unwrap()
}

/// The candidates of a row's given places.
fn given<'a>(proposal: &Proposal, candidates: &'a [Candidate]) -> Vec<&'a Candidate> {
    let expert = |place: &Place| match place {
        Place::Given(choice) => Some(find(candidates, choice.expert)),
        _ => None,
    };
    proposal.places.iter().filter_map(expert).collect()
}

/// Whether the expert may be in this row at all, whoever else is proposed for it.
fn admitted(row: &Row, expert: &Candidate) -> bool {
    !expert.ended && expert.account != row.applicant && !row.held.contains(&Some(expert.account))
}

fn load_of(proposals: &[Proposal], candidates: &[Candidate], expert: &Candidate) -> u32 {
    let of = |proposal: &Proposal| {
        let given = given(proposal, candidates);
        given.iter().filter(|known| known.key == expert.key).count()
    };
    expert.load + u32::try_from(proposals.iter().map(of).sum::<usize>()).unwrap()
}

const LIMIT: u32 = 4;

/// The marks of a pair once the expert has this load, the worse the greater.
fn marks(row: &Row, expert: &Candidate, load: u32) -> (bool, bool, bool) {
    (
        load > LIMIT,
        colleagues(row, expert),
        row.tenant != expert.tenant,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn r_sch_3_no_forbidden_pair_and_nothing_left_empty_needlessly(
        rows in rows(), candidates in candidates(), seed in any::<u64>(),
    ) {
        let proposals = propose(&rows, &candidates, LIMIT, seed);
        prop_assert_eq!(proposals.len(), rows.len());
        for (proposal, row) in proposals.iter().zip(&rows) {
            prop_assert_eq!(proposal.row, row.key);
            let given = given(proposal, &candidates);
            for expert in &given {
                prop_assert!(admitted(row, expert), "{expert:?} for {row:?}");
            }
            if let [one, other] = given.as_slice() {
                prop_assert_ne!(one.account, other.account);
            }
            for (place, held) in proposal.places.iter().zip(&row.held) {
                prop_assert_eq!(*place == Place::Held, held.is_some());
                if matches!(place, Place::Empty(_)) {
                    let left = candidates.iter().find(|expert| {
                        admitted(row, expert) && given.iter().all(|taken| taken.account != expert.account)
                    });
                    prop_assert!(left.is_none(), "{left:?} could take {row:?}");
                }
            }
            let words = words::explained(proposal, LIMIT, false);
            prop_assert!(!words.is_empty() && words.iter().all(|sentence| !sentence.is_empty()));
        }
    }

    #[test]
    fn the_same_seed_proposes_the_same_in_whatever_order_it_is_asked(
        rows in rows(), candidates in candidates(), seed in any::<u64>(), turn in 0..9_usize,
    ) {
        let proposals = propose(&rows, &candidates, LIMIT, seed);
        prop_assert_eq!(&propose(&rows, &candidates, LIMIT, seed), &proposals);
        let (mut other_rows, mut others) = (rows.clone(), candidates.clone());
        other_rows.reverse();
        others.reverse();
        if !others.is_empty() {
            let turn = turn % others.len();
            others.rotate_left(turn);
        }
        prop_assert_eq!(&propose(&other_rows, &others, LIMIT, seed), &proposals);
    }

    /// No place could go to somebody with two teachers less and no worse marks, and the load
    /// told is the load that comes of it.
    #[test]
    fn loads_differ_by_what_the_constraints_force(
        rows in rows(), candidates in candidates(), seed in any::<u64>(),
    ) {
        let proposals = propose(&rows, &candidates, LIMIT, seed);
        for (proposal, row) in proposals.iter().zip(&rows) {
            let taken = given(proposal, &candidates);
            for place in &proposal.places {
                let Place::Given(choice) = place else { continue };
                let expert = find(&candidates, choice.expert);
                prop_assert_eq!(choice.load, load_of(&proposals, &candidates, expert));
                let now = marks(row, expert, choice.load);
                for other in &candidates {
                    let beside = taken.iter().any(|known| {
                        known.key != expert.key && known.account == other.account
                    });
                    if beside || !admitted(row, other) {
                        continue;
                    }
                    let load = load_of(&proposals, &candidates, other) + 1;
                    prop_assert!(
                        other.key == expert.key || marks(row, other, load) > now
                            || (marks(row, other, load) == now && load >= choice.load),
                        "{other:?} with {load} rather than {expert:?} with {}", choice.load,
                    );
                }
            }
        }
    }

    #[test]
    fn where_nobody_is_excluded_loads_differ_by_one_at_most(
        people in 2..12_i64, number in 0..40_i64, seed in any::<u64>(),
    ) {
        let candidates: Vec<Candidate> = (1..=people).map(candidate).collect();
        let rows: Vec<Row> = (1..=number).map(row).collect();
        let proposals = propose(&rows, &candidates, u32::MAX, seed);
        let loads: Vec<u32> = candidates.iter().map(|c| load_of(&proposals, &candidates, c)).collect();
        prop_assert!(loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 1, "{loads:?}");
        prop_assert!(proposals.iter().all(|proposal| proposal.given() == PLACES));
    }
}

#[test]
fn another_seed_proposes_otherwise() {
    let candidates: Vec<Candidate> = (1..=10).map(candidate).collect();
    let rows: Vec<Row> = (1..=10).map(row).collect();
    let of = |seed| propose(&rows, &candidates, 10, seed);
    assert_ne!(of(1), of(2));
}

#[test]
fn marks_are_avoided_and_told() {
    let chemist = Candidate {
        subject: "Химия".to_owned(),
        ..candidate(1)
    };
    let colleague = Candidate {
        organisation: Some(1),
        ..candidate(2)
    };
    let busy = Candidate {
        load: 10,
        ..candidate(3)
    };
    let teacher = Row {
        subject: "Химия".to_owned(),
        ..row(1)
    };
    let all = [chemist, colleague, busy];
    let proposals = propose(std::slice::from_ref(&teacher), &all, 10, 1);
    assert_eq!(
        words::explained(&proposals[0], 10, false),
        [
            "Специалист 1: нагрузка 1 из 10, предмет совпадает",
            "Специалист 2: нагрузка 1 из 10, та же организация",
        ]
    );
    let proposals = propose(&[teacher], &all[1..], 10, 1);
    assert_eq!(
        words::explained(&proposals[0], 10, false),
        [
            "Специалист 1: нагрузка 1 из 10, та же организация",
            "Специалист 2: нагрузка 11 из 10, больше предела региона",
        ]
    );
}

#[test]
fn r_sch_2_a_place_nobody_may_take_is_a_request_to_the_centre() {
    let explained = |candidates: &[Candidate], region| {
        words::explained(&propose(&[row(1)], candidates, 10, 1)[0], 10, region)
    };
    assert_eq!(
        explained(&[], false),
        ["во всём муниципалитете нет специалистов: оба места останутся пустыми – запрос в Центр"]
    );
    assert_eq!(
        explained(&[candidate(1)], false),
        [
            "Специалист 1: нагрузка 1 из 10",
            "во всём муниципалитете один специалист: второе место останется пустым – запрос в Центр",
        ]
    );
    let herself = Candidate {
        account: row(1).applicant,
        ..candidate(2)
    };
    assert_eq!(
        explained(&[candidate(1), herself], true)[1],
        "во всём регионе нет других специалистов: второе место останется пустым"
    );
}
