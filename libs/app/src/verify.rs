//! What `ctl` checks beside the audit: the journal's chain (R-APP-5), and that every document,
//! every order, every sample and every act of destroyed data lies in the store as it was received. The audit itself is [`crate::audit::verify`]'s.

use std::collections::HashSet;

use db::{Related as _, audit, files, municipalities, samples};
use futures::TryStreamExt as _;
use sha2::{Digest as _, Sha256};

use crate::{App, Result};

pub use db::audit::Journal;

/// How many files are asked for at a time.
const BATCH: i64 = 500;

/// How thoroughly documents are compared with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// That each is there and as long as it was.
    Sizes,
    /// Every byte, too.
    Bytes,
}

/// What became of the documents.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// How many were looked at.
    pub checked: u64,
    /// The first that is not as it was received: which, by number, and why, in words.
    pub fault: Option<(String, &'static str)>,
}

impl App {
    /// Recomputes the journal of registrations.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn verify_journal(&self) -> Result<Journal> {
        let mut tx = self.db.enter_ctl().await?;
        Ok(audit::check_journal(&mut tx).await?)
    }

    /// Compares the files of all municipalities, of their orders, of samples and of the acts of
    /// destroyed data with the store, up to the first that differs. Each municipality is read in its own scope; an order that decides in
    /// several is looked at once.
    ///
    /// # Errors
    /// If the database or the store does not answer.
    pub async fn verify_documents(&self, depth: Depth) -> Result<Documents> {
        let mut tx = self.db.enter_worker(None).await?;
        let municipalities = municipalities::every(&mut tx).await?;
        let acts = files::kept_acts(&mut tx).await?.into_iter();
        let samples = samples::kept(&mut tx).await?.into_iter();
        drop(tx);
        let mut documents = Documents::default();
        let of_region = acts.map(|act| ("акт", act));
        for (what, row) in of_region.chain(samples.map(|sample| ("образец", sample))) {
            documents.checked += 1;
            if let Some(why) = self.differs(&row, depth).await? {
                documents.fault = Some((format!("{what} {}", row.id), why));
                return Ok(documents);
            }
        }
        let mut orders = HashSet::new();
        for municipality in municipalities {
            let tenant = municipality.tenant();
            let mut after = 0;
            loop {
                // The store may be slow: no transaction waits for it.
                let mut tx = self.db.enter_worker(Some(tenant)).await?;
                let rows = files::kept(&mut tx, after, BATCH).await?;
                drop(tx);
                let Some(last) = rows.last() else { break };
                after = last.id;
                for row in &rows {
                    documents.checked += 1;
                    if let Some(why) = self.differs(row, depth).await? {
                        documents.fault = Some((format!("документ {}", row.id), why));
                        return Ok(documents);
                    }
                }
            }
            let mut tx = self.db.enter_worker(Some(tenant)).await?;
            let rows = files::kept_orders(&mut tx).await?;
            drop(tx);
            for row in rows {
                if !orders.insert(row.id) {
                    continue;
                }
                documents.checked += 1;
                if let Some(why) = self.differs(&row, depth).await? {
                    documents.fault = Some((format!("распоряжение {}", row.id), why));
                    return Ok(documents);
                }
            }
        }
        Ok(documents)
    }

    async fn differs(&self, row: &files::Kept, depth: Depth) -> Result<Option<&'static str>> {
        let Some(head) = self.store.head(&row.s3_key).await? else {
            return Ok(Some("в хранилище нет файла"));
        };
        if i64::try_from(head.size) != Ok(row.size) {
            return Ok(Some("в хранилище файл другой длины"));
        }
        if depth == Depth::Sizes {
            return Ok(None);
        }
        let Some(mut object) = self.store.get(&row.s3_key).await? else {
            return Ok(Some("в хранилище нет файла"));
        };
        let mut digest = Sha256::new();
        while let Some(chunk) = object.body.try_next().await? {
            digest.update(&chunk);
        }
        let same = digest.finalize().as_slice() == row.sha256.as_slice();
        Ok((!same).then_some("в хранилище файл с другим содержанием"))
    }
}
