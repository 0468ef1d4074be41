//! «Хранение и уничтожение» (R-CONS-1, SEC-87): cases whose term is over are destroyed by the worker,
//! batch by batch; an act tells of each run and of each erasure by request. Acts are kept.

use bytes::Bytes;
use db::{
    events, region_settings,
    retention::{self as kept, PAGE},
    work::retention,
};
use domain::{act::acts, actor::Actor, audit::Deed, setting::Setting};
use uuid::Uuid;

pub use db::{
    retention::{Act, Counts, Past},
    work::retention::{Act as Unprinted, Line},
};

use crate::{App, Error, Listing, Result, files::Opened};

/// Cases destroyed in one transaction, and as many accounts.
const BATCH: i32 = 100;

const PDF: &str = "application/pdf";

/// What administrators see of keeping and destroying.
#[derive(Clone, Debug)]
pub struct Retention {
    /// How many years cases are kept, after the one they became final in.
    pub years: u64,
    /// How many cases leave.
    pub counts: Counts,
    /// The acts, newest first.
    pub acts: Listing<Act>,
    /// What the cases destroyed had come to, by year.
    pub past: Vec<Past>,
}

/// A run over what is due. What the database refuses to destroy holds up nobody behind it: it is found
/// by going on one by one, passed by, and tried again in the next run. So is what takes longer than a
/// statement may.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    batch: i32,
    passed: i32,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            batch: BATCH,
            passed: 0,
        }
    }
}

impl Run {
    /// Back to whole batches, step by step: what was refused may be the next one.
    fn went_on(&mut self) {
        self.batch = self.batch.saturating_mul(2).min(BATCH);
    }

    fn refused(&mut self, error: &db::Error) {
        if self.batch > 1 {
            self.batch = 1;
            return;
        }
        tracing::error!(%error, "what is due is not destroyed");
        *self = Self {
            batch: BATCH,
            passed: self.passed.saturating_add(1),
        };
    }
}

impl App {
    /// Destroys one batch of what is due; whether there may be more. Killed at any moment it has
    /// destroyed all of a batch or nothing, and the next run goes on with the same act.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn destroy_due(&self, run: &mut Run) -> Result<bool> {
        let mut tx = self.db.enter_worker(None).await?;
        match retention::destroy(&mut tx, run.batch, run.passed).await {
            Ok(0) => {
                tx.commit().await?;
                Ok(false)
            }
            Ok(done) => {
                tx.commit().await?;
                run.went_on();
                tracing::info!(done, "cases or accounts are destroyed");
                Ok(true)
            }
            Err(error) if error.is_refusal() || error.is_timeout() => {
                run.refused(&error);
                Ok(true)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The next act to be printed, and who answers for the data.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn act_to_print(&self) -> Result<Option<(Unprinted, String)>> {
        let mut tx = self.db.enter_worker(None).await?;
        let Some(act) = retention::unprinted(&mut tx).await? else {
            return Ok(None);
        };
        let operator = region_settings::data_operator(&mut tx).await?;
        Ok(Some((act, operator)))
    }

    /// Keeps the PDF of an act. The object comes before the row that names it: killed between the two
    /// the act is printed once more, under the same key.
    ///
    /// # Errors
    /// If the database or the store does not answer.
    pub async fn keep_act(&self, act: &Unprinted, pdf: Bytes) -> Result<()> {
        let key = format!("act/{}", act.public_id);
        let stored = self.store.put_bytes(&key, PDF, pdf).await?;
        let size = i64::try_from(stored.size).unwrap_or(i64::MAX);
        let mut tx = self.db.enter_worker(None).await?;
        retention::printed(&mut tx, act, &key, size, &stored.sha256).await?;
        Ok(tx.commit().await?)
    }

    /// What is kept and what was destroyed, in numbers, with a page of acts.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn retention(&self, actor: &Actor, after: Option<Uuid>) -> Result<Retention> {
        let mut tx = self.db.enter::<acts::ReadAudit>(actor).await?;
        let years = region_settings::number(&mut tx, Setting::RetentionYears).await?;
        Ok(Retention {
            years,
            counts: kept::counts(&mut tx).await?,
            acts: Listing::cut(kept::acts(&mut tx, after).await?, PAGE, |act| act.public_id),
            past: kept::past(&mut tx).await?,
        })
    }

    /// Opens the PDF of an act; the opening stays in the audit.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::NotFound`] for one that is not there or not printed yet;
    /// [`Error::Unavailable`] if the store does not have it.
    pub async fn open_act(&self, actor: &Actor, act: Uuid) -> Result<(String, Opened)> {
        // The store is asked after the transaction: a slow one holds no connection.
        let mut tx = self.db.enter::<acts::ReadAudit>(actor).await?;
        let found = kept::act_file(&mut tx, act).await?.ok_or(Error::NotFound)?;
        let key = found.s3_key.ok_or(Error::NotFound)?;
        events::audit_deed(&mut tx, Deed::OpenDestructionAct, Some(found.id)).await?;
        tx.commit().await?;
        let object = self.store.get(&key).await?;
        let object = object.ok_or_else(|| Error::Unavailable(format!("no object {key}").into()))?;
        let name = format!(
            "Акт об уничтожении персональных данных № {}-{}.pdf",
            found.number, found.year
        );
        let opened = Opened {
            content_type: PDF.to_owned(),
            size: object.size,
            body: object.body,
        };
        Ok((name, opened))
    }
}
