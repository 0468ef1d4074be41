//! Reference data and the region's settings: read by everyone, written by the administrator.

pub mod sync;

use std::collections::BTreeMap;

use domain::reference::{
    Code, DocumentKind, Form,
    list::{List, Row},
};
use serde_json::Value;

use crate::{
    error::{Error, Result},
    scope::Scope,
};

/// A row of a list a person chooses from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The code kept in forms and rows.
    pub code: String,
    /// The words shown.
    pub name: String,
}

/// The posts; only those a person can be attested in if `attestable`.
///
/// # Errors
/// If the database does not answer.
pub async fn positions(scope: &mut Scope, attestable: bool) -> Result<Vec<Item>> {
    Ok(sqlx::query_as!(
        Item,
        "SELECT code, name FROM app.ref_position
         WHERE retired_at IS NULL AND (attestable OR NOT $1) ORDER BY ordinal, name",
        attestable
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A reason for rejecting an application (R-APP-6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectionReason {
    /// The code kept in forms.
    pub code: String,
    /// The words of the list.
    pub name: String,
    /// The words after «в связи с»; empty where own words must say it («Иная причина»).
    pub instrumental: String,
}

/// The reasons for rejecting an application.
///
/// # Errors
/// If the database does not answer.
pub async fn rejection_reasons(scope: &mut Scope) -> Result<Vec<RejectionReason>> {
    Ok(sqlx::query_as!(
        RejectionReason,
        "SELECT code, name, instrumental FROM app.ref_rejection_reason WHERE retired_at IS NULL ORDER BY ordinal, name"
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The types of organisations.
///
/// # Errors
/// If the database does not answer.
pub async fn organisation_types(scope: &mut Scope) -> Result<Vec<Item>> {
    Ok(sqlx::query_as!(
        Item,
        "SELECT code, name FROM app.ref_organisation_type WHERE retired_at IS NULL ORDER BY ordinal, name"
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A setting of the region; empty if it was never set.
///
/// # Errors
/// If the database does not answer.
pub async fn setting(scope: &mut Scope, key: &str) -> Result<String> {
    Ok(
        sqlx::query_scalar!("SELECT value FROM app.region_setting WHERE key = $1", key)
            .fetch_optional(scope.connection())
            .await?
            .unwrap_or_default(),
    )
}

/// The subjects taught.
///
/// # Errors
/// If the database does not answer.
pub async fn subjects(scope: &mut Scope) -> Result<Vec<Item>> {
    Ok(sqlx::query_as!(
        Item,
        "SELECT code, name FROM app.ref_subject WHERE retired_at IS NULL ORDER BY ordinal, name"
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A ground of the simplified form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The code kept in forms and rows.
    pub code: String,
    /// The words shown.
    pub name: String,
    /// The group it is offered in.
    pub family: String,
}

/// The grounds of the simplified form, group by group.
///
/// # Errors
/// If the database does not answer.
pub async fn grounds(scope: &mut Scope) -> Result<Vec<Ground>> {
    Ok(sqlx::query_as!(
        Ground,
        "SELECT code, name, family FROM app.ref_ground WHERE retired_at IS NULL ORDER BY ordinal, name"
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The kinds of documents that can be attached.
///
/// # Errors
/// If the database does not answer or holds a code the domain does not know.
pub async fn document_kinds(scope: &mut Scope) -> Result<Vec<DocumentKind>> {
    let rows = sqlx::query!(
        "SELECT code, name, counts_as_result, forms FROM app.ref_document_kind
         WHERE retired_at IS NULL ORDER BY ordinal, name"
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(DocumentKind {
                code: Code::parse(&row.code).map_err(|_| Error::Corrupt {
                    column: "ref_document_kind.code",
                })?,
                name: row.name,
                counts_as_result: row.counts_as_result,
                form: Form::from_code(&row.forms),
            })
        })
        .collect()
}

/// A row of a list an administrator keeps.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The code, which never changes.
    pub code: String,
    /// The row by column.
    pub row: Row,
}

impl Entry {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.row.get("name").map_or("", String::as_str)
    }

    /// Whether it is closed: nobody can choose it any more.
    #[must_use]
    pub fn is_retired(&self) -> bool {
        self.row.get("retired").is_some_and(|said| said == "yes")
    }
}

/// Every row of a list, closed ones last.
///
/// # Errors
/// If the database does not answer.
pub async fn entries(scope: &mut Scope, list: List) -> Result<Vec<Entry>> {
    let rows = match list {
        List::Positions => {
            sqlx::query_scalar!(
                r#"SELECT to_jsonb(l) AS "row!" FROM app.ref_position l ORDER BY l.retired_at IS NOT NULL, l.ordinal, l.name"#
            )
            .fetch_all(scope.connection())
            .await?
        }
        List::Subjects => {
            sqlx::query_scalar!(
                r#"SELECT to_jsonb(l) AS "row!" FROM app.ref_subject l ORDER BY l.retired_at IS NOT NULL, l.ordinal, l.name"#
            )
            .fetch_all(scope.connection())
            .await?
        }
        List::OrganisationTypes => {
            sqlx::query_scalar!(
                r#"SELECT to_jsonb(l) AS "row!" FROM app.ref_organisation_type l ORDER BY l.retired_at IS NOT NULL, l.ordinal, l.name"#
            )
            .fetch_all(scope.connection())
            .await?
        }
        List::Grounds => {
            sqlx::query_scalar!(
                r#"SELECT to_jsonb(l) AS "row!" FROM app.ref_ground l ORDER BY l.retired_at IS NOT NULL, l.ordinal, l.name"#
            )
            .fetch_all(scope.connection())
            .await?
        }
        List::RejectionReasons => {
            sqlx::query_scalar!(
                r#"SELECT to_jsonb(l) AS "row!" FROM app.ref_rejection_reason l ORDER BY l.retired_at IS NOT NULL, l.ordinal, l.name"#
            )
            .fetch_all(scope.connection())
            .await?
        }
        List::DocumentKinds => {
            sqlx::query_scalar!(
                r#"SELECT to_jsonb(l) AS "row!" FROM app.ref_document_kind l ORDER BY l.retired_at IS NOT NULL, l.ordinal, l.name"#
            )
            .fetch_all(scope.connection())
            .await?
        }
        List::Criteria => {
            sqlx::query_scalar!(
                r#"SELECT to_jsonb(l) AS "row!" FROM app.ref_criterion l ORDER BY l.retired_at IS NOT NULL, l.ordinal, l.name"#
            )
            .fetch_all(scope.connection())
            .await?
        }
    };
    rows.into_iter().map(entry).collect()
}

/// A row as forms have it, of a row as the table has it.
fn entry(row: Value) -> Result<Entry> {
    let Value::Object(columns) = row else {
        return Err(Error::Corrupt { column: "ref" });
    };
    let mut row: BTreeMap<String, String> = columns
        .into_iter()
        .map(|(column, value)| {
            let said = match value {
                Value::String(text) => text,
                Value::Bool(yes) => if yes { "yes" } else { "no" }.to_owned(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            (column, said)
        })
        .collect();
    let retired = row.remove("retired_at").is_some_and(|at| !at.is_empty());
    let retired = if retired { "yes" } else { "no" };
    row.insert("retired".to_owned(), retired.to_owned());
    let code = row.remove("code").ok_or(Error::Corrupt { column: "ref" })?;
    Ok(Entry { code, row })
}
