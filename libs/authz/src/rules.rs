//! Reading the policy file strictly. Casbin takes whatever columns it is given (SEC C1: a
//! misspelt effect is an ignored rule, a missing column an error in every later answer), so
//! every word is checked against the enums of `domain` before casbin sees it.

use std::collections::HashMap;

use domain::{act::Act, permission::Relation, role::Role};

use crate::Error;

/// One line of the policy: the role may do the act in that relation.
pub(crate) type Rule = (Role, Act, Relation);

/// What is wrong with a line of the policy, in words for who runs the installation.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not a `p` line: there are no role definitions here, and no other kinds.
    #[error("правило начинается с «p», а не с «{0}»")]
    Kind(String),
    /// Not `p, role, act, relation`. An effect (`deny`, `allow`) is a column too many.
    #[error("нужно «p, роль, действие, отношение», а столбцов {0}")]
    Columns(usize),
    /// No such role.
    #[error("нет роли «{0}»")]
    Role(String),
    /// No such act.
    #[error("нет действия «{0}»")]
    Act(String),
    /// No such relation.
    #[error("нет отношения «{0}»")]
    Relation(String),
    /// The same rule stands above.
    #[error("правило уже есть в строке {0}")]
    Duplicate(usize),
}

/// The rules of a policy file, in its order; the first line that is not one is the error.
pub(crate) fn read(text: &str) -> Result<Vec<Rule>, Error> {
    let mut seen = HashMap::new();
    let mut rules = Vec::new();
    for (line, words) in text
        .lines()
        .enumerate()
        .map(|(index, words)| (index + 1, words.trim()))
    {
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        let rule = rule(words).map_err(|fault| Error::Line { line, fault })?;
        if let Some(first) = seen.insert(rule, line) {
            return Err(Error::Line {
                line,
                fault: Fault::Duplicate(first),
            });
        }
        rules.push(rule);
    }
    Ok(rules)
}

fn rule(line: &str) -> Result<Rule, Fault> {
    let columns: Vec<&str> = line.split(',').map(str::trim).collect();
    match columns[..] {
        [kind, ..] if kind != "p" => Err(Fault::Kind(kind.to_owned())),
        [_, role, act, relation] => Ok((
            Role::from_code(role).ok_or_else(|| Fault::Role(role.to_owned()))?,
            Act::from_code(act).ok_or_else(|| Fault::Act(act.to_owned()))?,
            Relation::from_code(relation).ok_or_else(|| Fault::Relation(relation.to_owned()))?,
        )),
        _ => Err(Fault::Columns(columns.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line and the fault of a text that must be refused.
    fn refused(text: &str) -> (usize, Fault) {
        match read(text) {
            Err(Error::Line { line, fault }) => (line, fault),
            other => panic!("taken: {other:?}"),
        }
    }

    #[test]
    fn comments_blank_lines_and_spaces_do_not_count() {
        let rules = read("# head\n\n  p ,admin,  audit.read ,any\r\n").unwrap();
        assert_eq!(rules, [(Role::Admin, Act::ReadAudit, Relation::Any)]);
    }

    #[test]
    fn c1_columns_missing_or_too_many() {
        assert_eq!(refused("p, admin, audit.read"), (1, Fault::Columns(3)));
        assert_eq!(
            refused("# x\np, admin, audit.read, any,"),
            (2, Fault::Columns(5))
        );
    }

    #[test]
    fn c1_an_effect_is_refused_however_it_is_spelt() {
        for effect in ["deny", "allow", "Deny", " deny", "dney"] {
            let line = format!("p, admin, audit.read, any, {effect}");
            assert_eq!(refused(&line), (1, Fault::Columns(5)));
        }
    }

    #[test]
    fn c1_roles_are_not_inherited_and_policies_have_one_kind() {
        assert_eq!(refused("g, admin, operator"), (1, Fault::Kind("g".into())));
        assert_eq!(
            refused("p2, admin, audit.read, any"),
            (1, Fault::Kind("p2".into()))
        );
        assert_eq!(
            refused("\u{feff}p, admin, audit.read, any").1,
            Fault::Kind("\u{feff}p".into())
        );
    }

    #[test]
    fn c1_unknown_and_empty_codes() {
        assert_eq!(
            refused("p, root, audit.read, any").1,
            Fault::Role("root".into())
        );
        assert_eq!(
            refused("p, admin, audit.write, any").1,
            Fault::Act("audit.write".into())
        );
        assert_eq!(
            refused("p, admin, audit.read, all").1,
            Fault::Relation("all".into())
        );
        assert_eq!(
            refused("p, , audit.read, any").1,
            Fault::Role(String::new())
        );
        assert_eq!(refused("p, admin, , any").1, Fault::Act(String::new()));
        assert_eq!(
            refused("p, admin, audit.read, ").1,
            Fault::Relation(String::new())
        );
        assert_eq!(
            refused("p, \"admin\", audit.read, any").1,
            Fault::Role("\"admin\"".into())
        );
    }

    #[test]
    fn a_rule_stands_once() {
        let text = "p, admin, audit.read, any\n\np,admin,audit.read,any";
        assert_eq!(refused(text), (3, Fault::Duplicate(1)));
    }
}
