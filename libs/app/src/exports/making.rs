//! Making an export: in the scope of one municipality, page by page into an archive that goes
//! straight to the store. A transaction is open while a page is read and never while bytes
//! move. An attempt that dies leaves a row that says where it was writing; the next attempt
//! clears that and begins anew, under a key of its own.

use std::io;

use db::{
    catalogue,
    exports::Counts,
    jobs::JobKind,
    work::{
        self, Job,
        export::{self, Begun},
    },
};
use serde_json::json;
use storage::{PutError, Stored};
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use super::archive::Archive;
use crate::{App, Error, Result};

/// Bytes between the archive and the store.
const PIPE: usize = 256 * 1024;

/// The largest file: what S3 takes in parts of 5 MiB.
const MOST: u64 = 10_000 * 5 * 1024 * 1024;

/// An attempt: whose export, where it is written, how far it is.
struct Attempt<'a> {
    job: &'a Job,
    key: &'a str,
    begun: &'a Begun,
    done: i32,
    total: i32,
    counts: Counts,
}

impl App {
    /// Claims an export that is due; none if there is none.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn claim_export(&self) -> Result<Option<Job>> {
        let mut tx = self.db.enter_worker(None).await?;
        let job = work::claim_job(&mut tx, &[JobKind::MunicipalityExport]).await?;
        tx.commit().await?;
        Ok(job)
    }

    /// Makes the export a job asks for, after asking the policy again for whoever asked.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when whoever asked may no longer, [`Error::Stale`] when another
    /// attempt has taken over; nothing is left in the store then.
    pub async fn make_export(&self, job: &Job) -> Result<()> {
        let key = format!("export/{}/{}", job.tenant.0, Uuid::now_v7());
        let Some(begun) = self.begin_export(job, &key).await? else {
            return Ok(());
        };
        if let Some(abandoned) = &begun.abandoned {
            self.store.abandon(abandoned).await?;
        }
        let mut attempt = Attempt {
            job,
            key: &key,
            begun: &begun,
            done: 0,
            total: 0,
            counts: Counts::default(),
        };
        let (ours, theirs) = tokio::io::duplex(PIPE);
        let archive = Archive::new(ours, begun.started_at.timestamp());
        let storing = self
            .store
            .put(&key, "application/x-tar", ReaderStream::new(theirs), MOST);
        // Whichever fails takes the other with it: an archive broken off is no object.
        let ((), stored) = tokio::try_join!(self.write(&mut attempt, archive), async {
            storing.await.map_err(not_stored)
        })?;
        let finished = self.finish_export(&attempt, &stored).await;
        if finished.as_ref().is_err_and(|error| !error.is_outage())
            && let Err(error) = self.store.delete(&key).await
        {
            tracing::warn!(%error, "an unnamed export stays in the store");
        }
        finished
    }

    async fn begin_export(&self, job: &Job, key: &str) -> Result<Option<Begun>> {
        let mut tx = self.db.enter_worker(Some(job.tenant)).await?;
        if !job
            .kind
            .act()
            .is_some_and(|act| self.db.policy().ever(job.role, act))
            || !export::still(&mut tx, job).await?
        {
            export::fail(&mut tx, job).await?;
            work::job_failed(&mut tx, job).await?;
            tx.commit().await?;
            return Err(Error::Forbidden);
        }
        let begun = export::begin(&mut tx, job, key).await?;
        if begun.is_none() {
            work::job_done(&mut tx, job).await?;
        }
        tx.commit().await?;
        Ok(begun)
    }

    async fn write(&self, attempt: &mut Attempt<'_>, mut archive: Archive) -> Result<()> {
        let mut tx = self.db.enter_worker(Some(attempt.job.tenant)).await?;
        let tables = catalogue::tables(&mut tx).await?;
        if export::waits(&mut tx).await? {
            return Err(Error::Unavailable(
                "documents wait for the antivirus".into(),
            ));
        }
        let documents = export::documents_total(&mut tx).await?;
        let orders = export::orders(&mut tx).await?;
        let schedules = export::schedules(&mut tx).await?;
        drop(tx);
        let files = documents + (orders.len() + schedules.len()) as i64;
        attempt.total = i32::try_from(tables.len() as i64 + 1 + files).unwrap_or(i32::MAX);
        for table in &tables {
            let rows = self.write_table(attempt, &mut archive, table).await?;
            attempt.counts.tables.insert(table.name().to_owned(), rows);
            attempt.done += 1;
        }
        self.write_accounts(attempt, &mut archive).await?;
        attempt.done += 1;
        self.write_documents(attempt, &mut archive).await?;
        self.write_orders(attempt, &mut archive, orders).await?;
        for key in schedules {
            self.write_document(attempt, &mut archive, &key).await?;
        }
        attempt.counts.bytes = archive.bytes();
        let about = json!({
            "format": 1,
            "export": attempt.begun.public_id,
            "municipality": { "slug": attempt.begun.slug, "name": attempt.begun.name },
            "made_at": attempt.begun.started_at,
            "counts": attempt.counts,
            "not_exported": catalogue::NOT_EXPORTED.map(|(table, _)| table),
        });
        archive.close(about).await.map_err(broken)
    }

    async fn write_table(
        &self,
        attempt: &Attempt<'_>,
        archive: &mut Archive,
        table: &catalogue::Table,
    ) -> Result<u64> {
        let (mut after, mut rows) = (0, 0);
        for page in 1.. {
            let mut tx = self.db.enter_worker(Some(attempt.job.tenant)).await?;
            let (last, lines) = catalogue::page(&mut tx, table, after).await?;
            attempt.keep(&mut tx).await?;
            tx.commit().await?;
            if lines.is_empty() {
                break;
            }
            let name = format!("tables/{}/{page:06}.jsonl", table.name());
            archive.add_lines(name, &lines).await.map_err(broken)?;
            rows += lines.len() as u64;
            after = last;
        }
        Ok(rows)
    }

    async fn write_accounts(&self, attempt: &mut Attempt<'_>, archive: &mut Archive) -> Result<()> {
        let mut after = 0;
        for page in 1.. {
            let mut tx = self.db.enter_worker(Some(attempt.job.tenant)).await?;
            let (last, lines) = export::accounts(&mut tx, after).await?;
            attempt.keep(&mut tx).await?;
            tx.commit().await?;
            if lines.is_empty() {
                break;
            }
            let name = format!("accounts/{page:06}.jsonl");
            archive.add_lines(name, &lines).await.map_err(broken)?;
            attempt.counts.accounts += lines.len() as u64;
            after = last;
        }
        Ok(())
    }

    async fn write_documents(
        &self,
        attempt: &mut Attempt<'_>,
        archive: &mut Archive,
    ) -> Result<()> {
        let mut after = String::new();
        loop {
            let mut tx = self.db.enter_worker(Some(attempt.job.tenant)).await?;
            let keys = export::documents(&mut tx, &after).await?;
            drop(tx);
            let Some(last) = keys.last() else {
                return Ok(());
            };
            after.clone_from(last);
            for key in keys {
                self.write_document(attempt, archive, &key).await?;
            }
        }
    }

    /// The orders that decide in the municipality: as rows, and their files.
    async fn write_orders(
        &self,
        attempt: &mut Attempt<'_>,
        archive: &mut Archive,
        orders: Vec<(String, String)>,
    ) -> Result<()> {
        if orders.is_empty() {
            return Ok(());
        }
        let (keys, lines): (Vec<String>, Vec<String>) = orders.into_iter().unzip();
        let name = "orders/000001.jsonl".to_owned();
        archive.add_lines(name, &lines).await.map_err(broken)?;
        for key in keys {
            self.write_document(attempt, archive, &key).await?;
        }
        Ok(())
    }

    async fn write_document(
        &self,
        attempt: &mut Attempt<'_>,
        archive: &mut Archive,
        key: &str,
    ) -> Result<()> {
        match self.store.get(key).await? {
            Some(object) => {
                let name = format!("documents/{key}");
                archive
                    .add_document(name, object.size, object.body)
                    .await
                    .map_err(broken)?;
                attempt.counts.documents += 1;
            }
            None => {
                tracing::error!(key, "a document has no object: it is not exported");
                attempt.counts.missing += 1;
            }
        }
        attempt.done += 1;
        let mut tx = self.db.enter_worker(Some(attempt.job.tenant)).await?;
        attempt.keep(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    async fn finish_export(&self, attempt: &Attempt<'_>, stored: &Stored) -> Result<()> {
        let job = attempt.job;
        let size = i64::try_from(stored.size).unwrap_or(i64::MAX);
        let mut tx = self.db.enter_worker(Some(job.tenant)).await?;
        export::finish(
            &mut tx,
            job,
            attempt.key,
            size,
            &stored.sha256,
            &attempt.counts,
        )
        .await?;
        work::job_done(&mut tx, job).await?;
        Ok(tx.commit().await?)
    }

    /// Puts an export off that did not succeed; after the last try it is given up.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn export_later(&self, job: &Job) -> Result<()> {
        let mut tx = self.db.enter_worker(Some(job.tenant)).await?;
        if !work::job_later(&mut tx, job).await? {
            export::fail(&mut tx, job).await?;
            tracing::error!(job = job.id, tenant = job.tenant.0, "an export has failed");
        }
        Ok(tx.commit().await?)
    }
}

impl Attempt<'_> {
    async fn keep(&self, tx: &mut db::WorkerTx) -> Result<()> {
        Ok(export::progress(tx, self.job, self.key, self.done, self.total).await?)
    }
}

fn broken(error: io::Error) -> Error {
    Error::Unavailable(error.into())
}

fn not_stored(error: PutError) -> Error {
    match error {
        PutError::Unavailable(error) => error.into(),
        other => Error::Unavailable(other.into()),
    }
}
