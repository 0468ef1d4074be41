//! The policy as Markdown, for people: the whole matrix (`ctl policy matrix`,
//! `policies/README.md`) and what differs between two (`ctl policy check`, the matrix test).

use domain::{
    act::Act,
    permission::{Policy, Relations},
    role::Role,
};

/// The matrix: a row for every act, a column for every role, in each cell the relations.
#[must_use]
pub fn matrix(policy: &Policy) -> String {
    let head = Role::ALL.map(Role::code).join(" | ");
    let rule = "|---".repeat(Role::ALL.len() + 1);
    let rows = Act::ALL.iter().map(|&act| {
        let cells = Role::ALL.map(|role| words(policy.relations(role, act)));
        format!("| `{}` | {} |\n", act.code(), cells.join(" | "))
    });
    format!("| act | {head} |\n{rule}|\n{}", rows.collect::<String>())
}

/// The cells in which `theirs` differs from `ours`; empty if there is none.
#[must_use]
pub fn differences(ours: &Policy, theirs: &Policy) -> String {
    let rows: String = Act::ALL
        .iter()
        .flat_map(|&act| Role::ALL.map(|role| (role, act)))
        .map(|(role, act)| {
            (
                role,
                act,
                ours.relations(role, act),
                theirs.relations(role, act),
            )
        })
        .filter(|(_, _, ours, theirs)| ours != theirs)
        .map(|(role, act, ours, theirs)| {
            let (act, role) = (act.code(), role.code());
            format!(
                "| `{act}` | {role} | {} | {} |\n",
                words(ours),
                words(theirs)
            )
        })
        .collect();
    if rows.is_empty() {
        return rows;
    }
    format!("| act | role | ours | theirs |\n|---|---|---|---|\n{rows}")
}

fn words(relations: Relations) -> String {
    let codes: Vec<_> = relations.iter().map(|relation| relation.code()).collect();
    if codes.is_empty() {
        "–".to_owned()
    } else {
        codes.join(", ")
    }
}
