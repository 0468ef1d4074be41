//! «Справочники»: an administrator adds rows, corrects, orders and closes them; nothing is deleted,
//! since old applications name it. Operators read the same lists.

use db::{
    events, reference,
    reference::sync,
    region_changes::{self, Change, Changed},
};
use domain::{
    act::acts,
    actor::Actor,
    audit::Deed,
    reference::list::{List, Row},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Entry;
use crate::{App, Error, FieldFault, Result};

/// A list as its page shows it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The rows, closed ones last.
    pub entries: Vec<Entry>,
    /// What was changed last; of administrators' lists only.
    pub changes: Vec<Change>,
}

/// A row opened for editing.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its code; empty for one to be added.
    pub code: String,
    /// Its columns.
    pub row: Row,
    /// Its version.
    pub version: i32,
}

impl App {
    /// The lists there are, each with how many of its rows are in use.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn reference_lists(&self, actor: &Actor) -> Result<Vec<(List, usize)>> {
        let mut tx = self.db.enter::<acts::ReadReference>(actor).await?;
        let mut lists = Vec::with_capacity(List::ALL.len());
        for list in List::ALL.iter().copied() {
            let entries = reference::entries(&mut tx, list).await?;
            let used = entries.iter().filter(|entry| !entry.is_retired());
            lists.push((list, used.count()));
        }
        Ok(lists)
    }

    /// A list of the reference data, for reading.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn reference_list(&self, actor: &Actor, list: List) -> Result<Vec<Entry>> {
        let mut tx = self.db.enter::<acts::ReadReference>(actor).await?;
        Ok(reference::entries(&mut tx, list).await?)
    }

    /// A list of the reference data with what was changed last.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn kept_list(&self, actor: &Actor, list: List) -> Result<Listed> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        Ok(Listed {
            entries: reference::entries(&mut tx, list).await?,
            changes: region_changes::last(&mut tx, list.code()).await?,
        })
    }

    /// A row to be edited; with no code, a blank one behind the others.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn reference_row(&self, actor: &Actor, list: List, code: &str) -> Result<Opened> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        open(&mut tx, list, code).await
    }

    /// Saves a row over the version `seen`; with no code, adds one, which is refused if its name
    /// is there already, so that a double press adds it once.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all faults, [`Error::Stale`] if somebody was quicker,
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn save_reference_row(
        &self,
        actor: &Actor,
        list: List,
        code: &str,
        seen: i32,
        typed: &Row,
    ) -> Result<()> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        region_changes::hold(&mut tx).await?;
        let opened = open(&mut tx, list, code).await?;
        let row = parse(list, &opened, typed)?;
        if opened.version != seen {
            return Err(Error::Stale);
        }
        let entries = reference::entries(&mut tx, list).await?;
        let mut others = entries.iter().filter(|entry| entry.code != opened.code);
        let name = row.get("name").map_or("", String::as_str);
        // A criterion may be called alike in two categories.
        let alike = |other: &Entry| {
            other.name() == name
                && (list != List::Criteria || other.row.get("category") == row.get("category"))
        };
        if others.any(alike) {
            return Err(Error::field("name", "Такая строка в списке уже есть"));
        }
        let code = match opened.code.as_str() {
            "" => format!("own_{}", Uuid::now_v7().simple()),
            code => code.to_owned(),
        };
        let former = (!opened.code.is_empty()).then(|| json!(opened.row));
        let mut present = row;
        if former.is_some() && present == opened.row {
            return Ok(());
        }
        let kept = json!(present);
        present.insert("code".to_owned(), code.clone());
        sync::edit(&mut tx, list, &json!(present)).await?;
        let change = Changed {
            list: list.code(),
            key: &code,
            former: former.as_ref(),
            present: &kept,
        };
        let id = region_changes::note(&mut tx, change).await?;
        events::audit_deed(&mut tx, Deed::ChangeReference, Some(id)).await?;
        Ok(tx.commit().await?)
    }
}

async fn open(
    tx: &mut db::scope::Tx<acts::ManageReference>,
    list: List,
    code: &str,
) -> Result<Opened> {
    let entries = reference::entries(tx, list).await?;
    if code.is_empty() {
        let number = |entry: &Entry| entry.row.get("ordinal").and_then(|said| said.parse().ok());
        let last: u32 = entries.iter().filter_map(number).max().unwrap_or_default();
        return Ok(Opened {
            code: String::new(),
            row: list.blank(last + 1),
            version: 0,
        });
    }
    let found = entries.into_iter().find(|entry| entry.code == code);
    let entry = found.ok_or(Error::NotFound)?;
    let version = region_changes::version(tx, list.code(), Some(code)).await?;
    Ok(Opened {
        code: entry.code,
        row: entry.row,
        version,
    })
}

fn parse(list: List, opened: &Opened, typed: &Row) -> Result<Row> {
    list.parse(&opened.row, typed).map_err(|faults| {
        let faults = faults.into_iter();
        Error::Invalid(
            faults
                .map(|(column, words)| FieldFault::new(column, words))
                .collect(),
        )
    })
}

/// The name a change gave a row.
#[must_use]
pub fn name_of(row: &Value) -> &str {
    row.get("name").and_then(Value::as_str).unwrap_or_default()
}
