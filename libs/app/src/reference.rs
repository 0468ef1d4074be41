//! The reference data the product ships (`libs/app/reference/`): lists, the region's settings,
//! consent texts, municipalities. Loading them again changes only what the files changed, and
//! nothing an administrator did. What administrators do is in `editing`.

mod editing;

use db::{CtlTx, events, municipalities, reference::sync};
use domain::{
    audit::Deed,
    reference::list::{List, Row},
    setting::Setting,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub use db::reference::Entry;
pub use editing::{Listed, Opened, name_of};

use crate::{App, Error, Result};

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../reference/", $name))
    };
}

const LISTS: [(List, &str); 7] = [
    (List::Positions, file!("positions.csv")),
    (List::Subjects, file!("subjects.csv")),
    (List::OrganisationTypes, file!("organisation_types.csv")),
    (List::Grounds, file!("grounds.csv")),
    (List::RejectionReasons, file!("rejection_reasons.csv")),
    (List::DocumentKinds, file!("document_kinds.csv")),
    (List::Criteria, file!("criteria.csv")),
];

const FOUNDER_KINDS: &str = file!("founder_kinds.csv");
const SETTINGS: &str = file!("settings.csv");
const MUNICIPALITIES: &str = file!("municipalities.csv");

/// Texts of consents: kind, version, body. A new wording is a new version in a new file.
const CONSENTS: [(&str, i32, &str); 2] = [
    ("personal_data", 1, file!("consent/personal_data_1.txt")),
    ("publication", 1, file!("consent/publication_1.txt")),
];

#[derive(Deserialize)]
struct FirstValue {
    key: String,
    value: String,
}

#[derive(Deserialize)]
struct Municipality {
    slug: String,
    name: String,
    kind: String,
}

impl App {
    /// Loads the reference data; returns how many rows changed. What an administrator set in
    /// the settings and what people already consented to stay. `instead` are the region's own
    /// first values of settings, in place of ours.
    ///
    /// # Errors
    /// [`Error::Illegal`] for a setting there is none of; if the database does not answer. Nothing
    /// is half loaded.
    pub async fn sync_reference(&self, instead: &[(String, String)]) -> Result<u64> {
        let mut tx = self.db.enter_ctl().await?;
        let mut changed = 0;
        for (list, file) in LISTS {
            changed += sync::replace(&mut tx, list, &rows(list, file)?).await?;
        }
        changed += sync::founder_kinds(&mut tx, &numbered(FOUNDER_KINDS)?).await?;
        changed += settings_and_consents(&mut tx, instead).await?;
        for row in records::<Municipality>(MUNICIPALITIES)? {
            municipalities::add(&mut tx, &row.slug, &row.name, &row.kind).await?;
        }
        if changed > 0 {
            events::audit_system(&mut tx, Deed::SyncReference, None, None).await?;
        }
        tx.commit().await?;
        Ok(changed)
    }
}

async fn settings_and_consents(tx: &mut CtlTx, instead: &[(String, String)]) -> Result<u64> {
    let mut changed = 0;
    let settings: Vec<FirstValue> = records(SETTINGS)?;
    for (key, value) in instead {
        let setting = Setting::from_code(key).filter(|known| known.founder_kind().is_none());
        let setting = setting.ok_or_else(|| Error::Illegal(format!("Настройки «{key}» нет")))?;
        let value = setting
            .parse(value)
            .map_err(|words| Error::Illegal(format!("Настройка «{key}»: {words}")))?;
        changed += sync::set_missing(tx, key, &value).await?;
    }
    for setting in &settings {
        changed += sync::set_missing(tx, &setting.key, &setting.value).await?;
    }
    for (kind, version, text) in CONSENTS {
        let mut body = text.to_owned();
        for FirstValue { key, .. } in &settings {
            let named = format!("{{{key}}}");
            if body.contains(&named) {
                let value = db::reference::setting(tx, key).await?;
                body = body.replace(&named, &value);
            }
        }
        changed += sync::add_consent(tx, kind, version, body.trim()).await?;
    }
    Ok(changed)
}

fn records<T: for<'de> Deserialize<'de>>(file: &str) -> Result<Vec<T>> {
    csv::Reader::from_reader(file.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|broken| Error::Internal(Box::new(broken)))
}

/// The rows as the database takes them: each as an administrator might have typed it, in the
/// file's order.
fn rows(list: List, file: &str) -> Result<Value> {
    let rows = records::<Row>(file)?.into_iter().zip(0..);
    rows.map(|(record, ordinal)| {
        let row = list
            .parse_record(&record, ordinal)
            .map_err(|words| Error::Internal(words.into()))?;
        Ok(json!(row))
    })
    .collect()
}

/// Rows as they stand in the file, in its order.
fn numbered(file: &str) -> Result<Value> {
    let rows = records::<Map<String, Value>>(file)?;
    let numbered = rows.into_iter().enumerate().map(|(ordinal, mut row)| {
        row.insert("ordinal".to_owned(), json!(ordinal));
        Value::Object(row)
    });
    Ok(numbered.collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_list_has_unique_codes_and_names() {
        for (list, file) in LISTS {
            let rows = rows(list, file).unwrap();
            let rows = rows.as_array().unwrap();
            let codes: HashSet<_> = rows.iter().map(|row| row["code"].to_string()).collect();
            assert!(rows.len() > 3 && codes.len() == rows.len(), "{list:?}");
            assert!(rows.iter().all(|row| row["name"].is_string()), "{list:?}");
        }
    }

    #[test]
    fn every_municipality_of_the_region_is_there() {
        let rows: Vec<Municipality> = records(MUNICIPALITIES).unwrap();
        assert_eq!(rows.len(), 20);
    }

    #[test]
    fn consents_name_only_settings_there_are() {
        let settings: Vec<FirstValue> = records(SETTINGS).unwrap();
        for (kind, _, text) in CONSENTS {
            let mut text = text.to_owned();
            for FirstValue { key, value } in &settings {
                text = text.replace(&format!("{{{key}}}"), value);
            }
            assert!(!text.contains(['{', '}']), "{kind}");
        }
    }
}
