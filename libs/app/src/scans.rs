//! The worker's reading of scans of coded papers: a job is claimed, the scan fetched, read by
//! `scans`, which this crate never links, and judged. What is found is told beside the scan, to a
//! registrar as a flag (R-APP-4), and stops nobody.

use std::path::Path;

use db::{
    jobs::JobKind,
    work::{self, Job, scans},
};
use domain::paper::{
    schedule_edition,
    verdict::{Expected, Reading, Sheet, Unopened, Verdict, judge},
};

use crate::{App, Error, Result};

/// The jobs that read.
const READS: [JobKind; 2] = [JobKind::CaseScan, JobKind::ScheduleScan];

/// A scan that was fetched to be read.
#[derive(Clone, Debug)]
pub struct Scan {
    key: String,
    expected: Expected,
}

impl App {
    /// Claims a scan to be read; none if there is none.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn claim_scan(&self) -> Result<Option<Job>> {
        let mut tx = self.db.enter_worker(None).await?;
        let job = work::claim_job(&mut tx, &READS).await?;
        tx.commit().await?;
        Ok(job)
    }

    /// Writes the scan a job is about to `file`. None if there is nothing to read any more; the job
    /// is done then.
    ///
    /// # Errors
    /// If the database or the store does not answer or the disk does not take the file.
    pub async fn fetch_scan(&self, job: &Job, file: &Path) -> Result<Option<Scan>> {
        let mut tx = self.db.enter_worker(Some(job.tenant)).await?;
        let asked = scans::asked(&mut tx, job).await?;
        if asked.is_none() {
            work::job_done(&mut tx, job).await?;
        }
        tx.commit().await?;
        let Some(asked) = asked else { return Ok(None) };
        if self.fetch(&asked.key, file).await?.is_none() {
            return Err(Error::Unavailable(
                format!("no object for the scan of job {}", job.id).into(),
            ));
        }
        let formed_on = self.zone().date_of(asked.formed_at);
        let edition = asked.edition.map_or_else(
            || schedule_edition(formed_on),
            |edition| u32::try_from(edition).unwrap_or(1),
        );
        Ok(Some(Scan {
            key: asked.key,
            expected: Expected {
                document: asked.document,
                id: asked.id,
                edition,
                formed_on: Some(formed_on),
                due: asked.due,
            },
        }))
    }

    /// Keeps what is told of a scan with these sheets, or of a file that is none, and marks the job
    /// done.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn keep_scan_read(
        &self,
        job: &Job,
        scan: &Scan,
        read: std::result::Result<Vec<Sheet>, Unopened>,
    ) -> Result<Verdict> {
        let verdict = match read {
            Ok(sheets) => judge(&scan.expected, &sheets),
            Err(why) => Verdict::unopened(&scan.expected, why),
        };
        let reading = Reading::Done(verdict.clone());
        let mut tx = self.db.enter_worker(Some(job.tenant)).await?;
        scans::keep(&mut tx, job, &scan.key, &reading).await?;
        work::job_done(&mut tx, job).await?;
        tx.commit().await?;
        Ok(verdict)
    }

    /// Puts off a scan that could not be read here; after the last try people are told to look
    /// themselves.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn scan_later(&self, job: &Job) -> Result<()> {
        let mut tx = self.db.enter_worker(Some(job.tenant)).await?;
        if !work::job_later(&mut tx, job).await? {
            tracing::error!(job = job.id, tenant = job.tenant.0, "a scan was not read");
            if let Some(asked) = scans::asked(&mut tx, job).await? {
                scans::keep(&mut tx, job, &asked.key, &Reading::Failed).await?;
            }
        }
        Ok(tx.commit().await?)
    }
}
