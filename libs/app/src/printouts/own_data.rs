//! The worker's reading for «Мои данные» (SEC-87): everything that is kept about whoever asked, over
//! all municipalities, and the documents of its applications. How the archive looks is the worker's.

use std::{collections::HashMap, path::Path};

use db::{
    catalogue, municipalities,
    work::own_data::{self, Account, Document},
};
use domain::actor::TenantId;
use serde_json::Value;

use super::making::Attempt;
use crate::{App, Result};

pub use db::work::own_data::Document as OwnDocument;

/// What a municipality keeps about a person.
#[derive(Clone, Debug)]
pub struct OwnData {
    /// The municipality's name.
    pub municipality: String,
    /// Tables that hold something, each with its rows.
    pub tables: Vec<(String, Vec<Value>)>,
    /// What codes are called: by the noun they are of and the code.
    pub names: HashMap<(String, String), String>,
    /// The documents of the person's applications.
    pub documents: Vec<Document>,
}

impl App {
    /// What is kept about whoever asked beside the rows of municipalities, and in which of these
    /// there are some.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn own_account(&self, attempt: &Attempt) -> Result<Account> {
        let mut tx = self.db.enter_worker(None).await?;
        Ok(own_data::account(&mut tx, attempt).await?)
    }

    /// What a municipality keeps about whoever asked.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn own_data(&self, attempt: &Attempt, tenant: TenantId) -> Result<OwnData> {
        let mut tx = self.db.enter_worker(Some(tenant)).await?;
        let mut tables = Vec::new();
        for table in catalogue::own_tables(&mut tx).await? {
            let (mut after, mut rows) = (0, Vec::new());
            loop {
                let (last, page) =
                    catalogue::own_page(&mut tx, &table, attempt.account, after).await?;
                if page.is_empty() {
                    break;
                }
                after = last;
                rows.extend(page);
            }
            if !rows.is_empty() {
                tables.push((table.name().to_owned(), rows));
            }
        }
        let names = own_data::names(&mut tx).await?;
        let names = names
            .into_iter()
            .map(|name| ((name.of, name.code), name.name));
        Ok(OwnData {
            municipality: municipalities::name(&mut tx, tenant).await?,
            tables,
            names: names.collect(),
            documents: own_data::documents(&mut tx, attempt).await?,
        })
    }

    /// Writes a document of the person's own to `file`; whether there is one to write: none is given
    /// out before it is clean, and the store may have lost it.
    ///
    /// # Errors
    /// If the store breaks off or the disk does not take it.
    pub async fn fetch_own(&self, document: &Document, file: &Path) -> Result<bool> {
        let Some(key) = &document.served_key else {
            return Ok(false);
        };
        let fetched = self.fetch(key, file).await?;
        if fetched.is_none() {
            tracing::error!(file = %document.id, "a document has no object: its owner does not get it");
        }
        Ok(fetched.is_some())
    }
}
