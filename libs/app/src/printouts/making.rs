//! The worker's half of a printout: claimed, read piece by piece in short transactions, and the
//! file the worker made of it put into the store. How anything looks is `documents`'.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use db::{
    handovers, journal, municipalities, periods, schedule,
    work::printouts::{self as work, Kept},
};
use domain::actor::TenantId;
use storage::PutError;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

pub use db::work::printouts::Attempt;

use crate::{
    App, Error, Result,
    handovers::HandoverView,
    journal::{Filter, Line, Place},
    periods::schedule::OfMunicipality,
};

/// The largest file: what S3 takes in parts of 5 MiB.
const MOST: u64 = 10_000 * 5 * 1024 * 1024;

/// Where printouts lie, whoever's they are: a municipality that is removed takes its own along
/// within the day.
const PREFIX: &str = "printout/";

/// How long one is kept.
const KEPT: TimeDelta = TimeDelta::days(1);

/// A journal's lines read at a time: they are laid out together, in some 100 MB.
pub const LINES: i64 = 400;

/// What was made of a printout, beside its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// The name it is downloaded under.
    pub name: &'a str,
    /// What it is.
    pub content_type: &'a str,
    /// By which version of its template it was printed.
    pub template_version: i32,
}

impl App {
    /// Claims a printout that is due, after asking the policy again for whoever asked; none if
    /// there is none.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when whoever asked may no longer: the printout has failed then.
    pub async fn claim_printout(&self) -> Result<Option<Attempt>> {
        let key = format!("{PREFIX}{}", Uuid::now_v7());
        let mut tx = self.db.enter_worker(None).await?;
        let claimed = work::claim(&mut tx, &key).await?;
        tx.commit().await?;
        let Some(attempt) = claimed else {
            return Ok(None);
        };
        let mut tx = self.db.enter_worker(attempt.municipality).await?;
        let may = self
            .may_one_of(attempt.role, attempt.request.acts())
            .is_ok()
            && work::still(&mut tx, &attempt).await?;
        if !may {
            work::fail(&mut tx, &attempt).await?;
            tx.commit().await?;
            return Err(Error::Forbidden);
        }
        drop(tx);
        if let Some(abandoned) = &attempt.abandoned {
            self.store.abandon(abandoned).await?;
        }
        Ok(Some(attempt))
    }

    /// The next lines of the journal that was asked for, behind `after`; and how many there
    /// are, from the beginning.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn journal_to_print(
        &self,
        attempt: &Attempt,
        filter: Filter,
        after: Option<Place>,
    ) -> Result<Vec<Line>> {
        let mut tx = self.db.enter_worker(attempt.municipality).await?;
        Ok(journal::page(&mut tx, filter, after, LINES).await?)
    }

    /// How many lines the journal that was asked for has.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn journal_length(&self, attempt: &Attempt, filter: Filter) -> Result<i64> {
        let mut tx = self.db.enter_worker(attempt.municipality).await?;
        Ok(journal::count(&mut tx, filter, i64::MAX).await?)
    }

    /// The name of the municipality a printout is narrowed to.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn municipality_to_print(&self, tenant: TenantId) -> Result<String> {
        let mut tx = self.db.enter_worker(None).await?;
        Ok(db::municipalities::name(&mut tx, tenant).await?)
    }

    /// The schedule of a period as its asker has it: of a coordinator's municipality, or of all, by
    /// name.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the period is gone.
    pub async fn schedule_to_print(
        &self,
        attempt: &Attempt,
        period: i32,
    ) -> Result<(String, Vec<OfMunicipality>)> {
        let mut tx = self.db.enter_worker(attempt.municipality).await?;
        let period = periods::by_number(&mut tx, period)
            .await?
            .ok_or(Error::NotFound)?;
        let tenants = match attempt.municipality {
            Some(own) => vec![own],
            None => {
                let present = municipalities::present(&mut tx).await?;
                present.iter().map(|one| TenantId(one.id)).collect()
            }
        };
        drop(tx);
        let mut all = Vec::with_capacity(tenants.len());
        for tenant in tenants {
            let mut tx = self.db.enter_worker(Some(tenant)).await?;
            all.push(OfMunicipality {
                municipality: municipalities::name(&mut tx, tenant).await?,
                entries: schedule::entries(&mut tx, tenant, period.id, false).await?,
            });
        }
        Ok((period.name, all))
    }

    /// A register of conclusions handed over: a coordinator's of its own municipality.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn handover_to_print(
        &self,
        attempt: &Attempt,
        municipality: TenantId,
        id: Uuid,
    ) -> Result<HandoverView> {
        if attempt.municipality.is_some_and(|own| own != municipality) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.db.enter_worker(Some(municipality)).await?;
        let handover = handovers::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let rows = handovers::rows(&mut tx, &handover).await?;
        Ok(HandoverView { handover, rows })
    }

    /// Says how far the attempt is and keeps its lease.
    ///
    /// # Errors
    /// [`Error::Stale`] when another attempt has taken over: this one ends.
    pub async fn printout_progress(&self, attempt: &Attempt, done: i32, total: i32) -> Result<()> {
        let mut tx = self.db.enter_worker(None).await?;
        work::progress(&mut tx, attempt, done, total).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps the lease of an attempt that is busy with one long piece.
    ///
    /// # Errors
    /// As [`App::printout_progress`].
    pub async fn hold_printout(&self, attempt: &Attempt) -> Result<()> {
        let mut tx = self.db.enter_worker(None).await?;
        work::hold(&mut tx, attempt).await?;
        Ok(tx.commit().await?)
    }

    /// Puts the file that was made into the store, straight from the disk, and shows it to
    /// whoever asked.
    ///
    /// # Errors
    /// [`Error::Stale`] when another attempt has taken over; nothing stays stored then.
    pub async fn keep_printout(
        &self,
        attempt: &Attempt,
        made: &Made<'_>,
        file: &Path,
    ) -> Result<()> {
        let file = tokio::fs::File::open(file)
            .await
            .map_err(|error| Error::Internal(error.into()))?;
        let stored = self
            .store
            .put(
                &attempt.key,
                made.content_type,
                ReaderStream::new(file),
                MOST,
            )
            .await
            .map_err(|error| match error {
                PutError::Unavailable(error) => error.into(),
                error => Error::Internal(error.into()),
            })?;
        let mut tx = self.db.enter_worker(None).await?;
        let kept = Kept {
            name: made.name,
            size: i64::try_from(stored.size).unwrap_or(i64::MAX),
            sha256: &stored.sha256,
            template_version: made.template_version,
        };
        let finished = match work::finish(&mut tx, attempt, &kept).await {
            Ok(()) => tx.commit().await,
            Err(error) => Err(error),
        };
        if finished.as_ref().is_err_and(|error| !error.is_outage())
            && let Err(error) = self.store.delete(&attempt.key).await
        {
            tracing::warn!(%error, "an unnamed printout stays in the store");
        }
        Ok(finished?)
    }

    /// Gives a printout up that another try would not mend.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn printout_failed(&self, attempt: &Attempt) -> Result<()> {
        let mut tx = self.db.enter_worker(None).await?;
        work::fail(&mut tx, attempt).await?;
        Ok(tx.commit().await?)
    }

    /// Puts a printout off that did not succeed; after the last try it has failed.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn printout_later(&self, attempt: &Attempt) -> Result<()> {
        let mut tx = self.db.enter_worker(None).await?;
        if !work::later(&mut tx, attempt).await? {
            tracing::error!(printout = attempt.id, "a printout has failed");
        }
        Ok(tx.commit().await?)
    }

    /// Takes away what is older than a day: rows, and objects by the time in their keys, which
    /// finds those as well whose row went with its account.
    ///
    /// # Errors
    /// If a store does not answer: the next round goes on.
    pub async fn clear_printouts(&self) -> Result<()> {
        let oldest = self.db.now() - KEPT;
        let mut tx = self.db.enter_worker(None).await?;
        work::clear(&mut tx, oldest).await?;
        tx.commit().await?;
        loop {
            let keys = self.store.keys(PREFIX, "").await?;
            let old = keys.iter().take_while(|key| made_before(key, oldest));
            let mut cleared = 0;
            for key in old {
                self.store.delete(key).await?;
                cleared += 1;
            }
            if cleared == 0 {
                return Ok(());
            }
        }
    }
}

/// Keys grow with time, so the oldest are listed first.
fn made_before(key: &str, moment: DateTime<Utc>) -> bool {
    key.strip_prefix(PREFIX)
        .and_then(|id| Uuid::parse_str(id).ok())
        .and_then(|id| id.get_timestamp())
        .and_then(|time| i64::try_from(time.to_unix().0).ok())
        .is_some_and(|seconds| seconds < moment.timestamp())
}

#[cfg(test)]
mod tests {
    use uuid::{NoContext, Timestamp};

    use super::*;

    #[test]
    fn a_key_tells_when_it_was_made() {
        let moment = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let key = |seconds| {
            let time = Timestamp::from_unix(NoContext, seconds, 0);
            format!("{PREFIX}{}", Uuid::new_v7(time))
        };
        assert!(made_before(&key(1_799_999_999), moment));
        assert!(!made_before(&key(1_800_000_000), moment));
        assert!(!made_before("printout/nonsense", moment));
    }
}
