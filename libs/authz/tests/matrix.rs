//! The permission matrix (08 §8.2) as one reviewed file, `policies/matrix.csv`, against the
//! policy: a right changes only if both files do. Casbin is asked here plainly, the whole
//! policy in one enforcer, so that the shortcut of `authz` is checked too.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeMap;

use authz::{Error, POLICY};
use casbin::{
    CoreApi, DefaultModel, Enforcer, StringAdapter, function_map::OperatorFunction, rhai::Dynamic,
};
use domain::{
    act::Act,
    actor::{AccountId, Actor, TenantId},
    permission::{ApplicationFacts, Policy, Relation, Relations},
    role::Role,
    routing::Route,
};

const MODEL: &str = include_str!("../../../policies/model.conf");
const MATRIX: &str = include_str!("../../../policies/matrix.csv");
const README: &str = include_str!("../../../policies/README.md");

/// The relations of each cell; its page is checked against the site, which `authz` does not
/// know (`tests/it/matrix.rs`).
fn cells() -> BTreeMap<(Act, Role), Vec<Relation>> {
    let mut cells = BTreeMap::new();
    for row in csv::Reader::from_reader(MATRIX.as_bytes()).records() {
        let row = row.unwrap();
        let act = Act::from_code(&row[0]).unwrap_or_else(|| panic!("act of {row:?}"));
        let role = Role::from_code(&row[1]).unwrap_or_else(|| panic!("role of {row:?}"));
        let relations = row[2].split('|').filter(|code| *code != "-");
        let relations = relations
            .map(|code| Relation::from_code(code).unwrap_or_else(|| panic!("{code} of {row:?}")))
            .collect();
        let before = cells.insert((act, role), relations);
        assert!(before.is_none(), "twice: {row:?}");
    }
    cells
}

fn reviewed() -> Policy {
    Policy::new(cells().into_iter().flat_map(|((act, role), relations)| {
        relations
            .into_iter()
            .map(move |relation| (role, act, relation))
    }))
}

async fn compiled() -> Policy {
    authz::compiled().await.unwrap().policy
}

/// Casbin as its documentation has it: its own reader of the file, every line in one enforcer.
async fn plain(policy: &str) -> Enforcer {
    let model = DefaultModel::from_str(MODEL).await.unwrap();
    let mut casbin = Enforcer::new(model, StringAdapter::new(policy))
        .await
        .unwrap();
    let holds = |asked: Dynamic, line: Dynamic| {
        let (asked, line) = (asked.into_string().unwrap(), line.into_string().unwrap());
        asked.split(' ').any(|word| word == line).into()
    };
    casbin.add_function("holds", OperatorFunction::Arg2(holds));
    casbin
}

fn ask(casbin: &Enforcer, role: Role, act: Act, relations: &[Relation]) -> bool {
    let codes: Vec<_> = relations.iter().map(|relation| relation.code()).collect();
    casbin
        .enforce((role.code(), act.code(), codes.join(" ")))
        .unwrap()
}

fn every_cell() -> impl Iterator<Item = (Role, Act)> {
    Act::ALL
        .iter()
        .flat_map(|&act| Role::ALL.map(|role| (role, act)))
}

fn set(relations: &[Relation]) -> Relations {
    relations
        .iter()
        .fold(Relations::NONE, |set, relation| set.with(*relation))
}

#[test]
fn every_cell_is_reviewed() {
    let cells = cells();
    let missing: Vec<_> = every_cell()
        .filter(|&(role, act)| !cells.contains_key(&(act, role)))
        .collect();
    assert!(missing.is_empty(), "policies/matrix.csv lacks {missing:?}");
    assert_eq!(cells.len(), Act::ALL.len() * Role::ALL.len());
}

#[tokio::test]
async fn the_table_says_what_was_reviewed() {
    let differences = authz::differences(&reviewed(), &compiled().await);
    assert!(
        differences.is_empty(),
        "ours: matrix.csv, theirs: the table\n{differences}"
    );
}

/// All forbidden relations of a cell are asked at once: the question is «any of them?».
#[tokio::test]
async fn casbin_says_what_was_reviewed() {
    let (casbin, reviewed) = (plain(POLICY).await, reviewed());
    let mut answers = Vec::new();
    for (role, act) in every_cell() {
        let allowed = reviewed.relations(role, act);
        let (inside, outside): (Vec<_>, Vec<_>) = Relation::ALL
            .iter()
            .partition(|relation| allowed.meets(set(&[**relation])));
        answers.extend(
            inside
                .into_iter()
                .filter(|r| ask(&casbin, role, act, &[*r]))
                .map(|r| (role, act, r)),
        );
        if ask(&casbin, role, act, &outside) {
            let wrong = outside
                .into_iter()
                .filter(|r| ask(&casbin, role, act, &[*r]));
            answers.extend(wrong.map(|r| (role, act, r)));
        }
    }
    let differences = authz::differences(&reviewed, &Policy::new(answers));
    assert!(
        differences.is_empty(),
        "ours: matrix.csv, theirs: casbin\n{differences}"
    );
}

/// Mutation: whichever line is taken away, somebody loses a reviewed right.
#[tokio::test]
async fn every_line_of_the_policy_counts() {
    let reviewed = reviewed();
    let lines: Vec<_> = POLICY
        .lines()
        .filter(|line| line.starts_with("p,"))
        .collect();
    for gone in &lines {
        let rest: Vec<_> = lines.iter().filter(|line| line != &gone).copied().collect();
        assert_eq!(rest.len() + 1, lines.len());
        let casbin = plain(&rest.join("\n")).await;
        let words: Vec<_> = gone.split(", ").collect();
        let (role, act) = (
            Role::from_code(words[1]).unwrap(),
            Act::from_code(words[2]).unwrap(),
        );
        let relation = Relation::from_code(words[3]).unwrap();
        assert!(reviewed.allows(role, act, set(&[relation])), "{gone}");
        assert!(
            !ask(&casbin, role, act, &[relation]),
            "still allowed without: {gone}"
        );
    }
}

#[tokio::test]
async fn a_relation_more_never_takes_a_right_away() {
    let (casbin, policy) = (plain(POLICY).await, compiled().await);
    for (role, act) in every_cell() {
        for relation in policy.relations(role, act).iter() {
            for other in Relation::ALL {
                assert!(policy.allows(role, act, set(&[relation, *other])));
            }
        }
        assert_eq!(
            ask(&casbin, role, act, Relation::ALL),
            policy.ever(role, act)
        );
    }
}

/// R-ROUTE-2, R-ROUTE-3: each registrar its own route and nothing else.
#[tokio::test]
async fn the_route_says_who_registers() {
    let policy = compiled().await;
    let registers = |role| policy.relations(role, Act::Register);
    assert_eq!(registers(Role::Municipal), set(&[Relation::MunicipalRoute]));
    assert_eq!(registers(Role::Operator), set(&[Relation::OperatorRoute]));
    for role in [Role::Teacher, Role::School, Role::Expert, Role::Admin] {
        assert!(registers(role).is_empty());
    }
}

/// R-ROUTE-6: somebody who is also the applicant, in a cabinet that could otherwise act.
#[tokio::test]
async fn nobody_acts_on_its_own_application() {
    let policy = compiled().await;
    let acts = Act::ALL.iter().copied().filter(|act| {
        let (object, verb) = act.code().split_once('.').unwrap();
        [
            "application",
            "withdrawal",
            "schedule",
            "conclusion",
            "order",
        ]
        .contains(&object)
            && !["read", "print"].contains(&verb)
    });
    for act in acts {
        for role in [Role::Municipal, Role::Expert, Role::Operator] {
            for route in Route::ALL {
                let actor = Actor {
                    account: AccountId(7),
                    epoch: 0,
                    role,
                    membership: 1,
                    tenant: Some(TenantId(1)),
                    organisation: Some(3),
                    request: Default::default(),
                };
                let own = ApplicationFacts {
                    tenant: 1,
                    account: 7,
                    organisation: Some(3),
                    route: Some(route),
                    period_approved: true,
                    assigned: true,
                    author: None,
                };
                let open = ApplicationFacts {
                    period_approved: false,
                    ..own
                };
                for facts in [own, open] {
                    let relations = facts.relations(&actor);
                    assert!(
                        !policy.allows(role, act, relations),
                        "{role:?} {act:?} {route:?}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn admins_see_no_case() {
    let policy = compiled().await;
    let objects = [
        "card",
        "application",
        "document",
        "contacts",
        "withdrawal",
        "schedule",
        "experts",
        "conclusion",
        "municipal_schedule",
        "order",
        "journal",
        "history",
        "views",
    ];
    for act in Act::ALL {
        let object = act.code().split('.').next().unwrap();
        let ever = policy.ever(Role::Admin, *act);
        assert!(!ever || !objects.contains(&object), "{act:?}");
    }
}

/// R-ACC-3: an invitation always goes down.
#[tokio::test]
async fn nobody_invites_its_like_or_above() {
    let policy = compiled().await;
    let rank = |role| match role {
        Role::Teacher | Role::School | Role::Expert => 1,
        Role::Municipal => 2,
        Role::Operator => 3,
        Role::Admin => 4,
    };
    let invited = [
        (Act::InviteStaff, 1),
        (Act::InviteCoordinator, 2),
        (Act::InviteOperator, 3),
    ];
    for (act, invited) in invited {
        for role in Role::ALL.into_iter().filter(|role| policy.ever(*role, act)) {
            assert!(rank(role) > invited, "{role:?} {act:?}");
        }
    }
}

#[tokio::test]
async fn the_readme_shows_the_matrix() {
    let matrix = authz::matrix(&compiled().await);
    assert!(
        README.contains(&matrix),
        "put this into policies/README.md:\n{matrix}"
    );
}

#[tokio::test]
async fn c1_an_empty_or_cut_policy_is_refused() {
    for text in ["", "\n\n", "# nothing\n", "p, admin, audit.read, any\n"] {
        let refused = authz::parse(text).await;
        assert!(matches!(refused, Err(Error::TooFew { .. })), "{text:?}");
    }
    let cut: Vec<_> = POLICY.lines().take(POLICY.lines().count() / 2).collect();
    assert!(matches!(
        authz::parse(&cut.join("\n")).await,
        Err(Error::TooFew { .. })
    ));
}

#[tokio::test]
async fn one_bad_line_refuses_the_whole_policy_and_is_named() {
    let lines = POLICY.lines().count();
    let error = authz::parse(&format!("{POLICY}p, admin, audit.raed, any\n"))
        .await
        .unwrap_err();
    let words = format!(
        "права доступа, строка {}: нет действия «audit.raed»",
        lines + 1
    );
    assert_eq!(error.to_string(), words);
}

#[tokio::test]
async fn an_override_is_read_from_a_file() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/policy.csv");
    let (theirs, ours) = (
        authz::from_file(file.as_ref()).await.unwrap(),
        authz::compiled().await.unwrap(),
    );
    assert_eq!(theirs.version, ours.version);
    assert_eq!(theirs.policy, ours.policy);

    let other = authz::parse(&format!("{POLICY}# changed\n")).await.unwrap();
    assert_ne!(other.version, ours.version);

    let missing = authz::from_file("no/such/policy.csv".as_ref()).await;
    assert!(matches!(missing, Err(Error::Unreadable { .. })));
}
