//! From rules to the table, through casbin. Casbin walks all its lines for every question;
//! asking the whole policy for every role, act and relation would take tens of seconds in a
//! development build. So one enforcer holds the lines of one role and act at a time: the
//! matcher demands both to be equal, hence no other line could have answered.

use std::collections::BTreeMap;

use casbin::{
    CoreApi, DefaultModel, Enforcer, NullAdapter, function_map::OperatorFunction, rhai::Dynamic,
};
use domain::{
    act::Act,
    permission::{Policy, Relation},
    role::Role,
};

use crate::{Error, rules::Rule};

const MODEL: &str = include_str!("../../../policies/model.conf");

/// The table that answers as casbin does under `policies/model.conf`.
pub(crate) async fn table(rules: &[Rule]) -> Result<Policy, Error> {
    let mut enforcer = enforcer().await?;
    let mut lines: BTreeMap<(Role, Act), Vec<Relation>> = BTreeMap::new();
    for &(role, act, relation) in rules {
        lines.entry((role, act)).or_default().push(relation);
    }
    let mut allowed = Vec::new();
    for ((role, act), relations) in lines {
        let model = enforcer.get_mut_model();
        model.clear_policy();
        for relation in relations {
            let line = [role.code(), act.code(), relation.code()].map(str::to_owned);
            model.add_policy("p", "p", line.to_vec());
        }
        for &relation in Relation::ALL {
            if enforcer.enforce((role.code(), act.code(), relation.code()))? {
                allowed.push((role, act, relation));
            }
        }
    }
    Ok(Policy::new(allowed))
}

/// Casbin with our model and no line yet.
async fn enforcer() -> Result<Enforcer, Error> {
    let mut enforcer = Enforcer::new(DefaultModel::from_str(MODEL).await?, NullAdapter).await?;
    enforcer.add_function("holds", OperatorFunction::Arg2(holds));
    Ok(enforcer)
}

/// The matcher's own function: whether the line's relation is among those of the question.
/// An empty relation never holds: with no line at all casbin asks with empty words (SEC C1, 1).
fn holds(asked: Dynamic, line: Dynamic) -> Dynamic {
    let (Ok(asked), Ok(line)) = (asked.into_string(), line.into_string()) else {
        return false.into();
    };
    asked
        .split(' ')
        .any(|relation| !relation.is_empty() && relation == line)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn c1_no_policy_answers_no_even_to_empty_words() {
        let empty = enforcer().await.unwrap();
        assert!(!empty.enforce(("", "", "")).unwrap());
        assert!(!empty.enforce(("admin", "audit.read", "any")).unwrap());
    }

    #[tokio::test]
    async fn c1_a_question_of_the_wrong_shape_is_an_error_and_no_answer() {
        let empty = enforcer().await.unwrap();
        assert!(empty.enforce(("admin", "audit.read")).is_err());
    }

    #[tokio::test]
    async fn a_rule_allows_its_own_cell_only() {
        let rule = (Role::Admin, Act::ReadAudit, Relation::Any);
        assert_eq!(table(&[rule]).await.unwrap(), Policy::new([rule]));
    }

    #[test]
    fn holds_compares_whole_words() {
        let ask = |asked: &str, line: &str| {
            holds(asked.to_owned().into(), line.to_owned().into()).cast::<bool>()
        };
        assert!(ask("own submitted", "submitted"));
        assert!(!ask("submitted_by_another", "submitted"));
        assert!(!ask("own", ""));
        assert!(!ask("", ""));
        assert!(!holds(().into(), ().into()).cast::<bool>());
    }
}
