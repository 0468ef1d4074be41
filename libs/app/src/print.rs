//! The worker's printing (R-APP-1, R-WD-1): a job is claimed, what the paper says is gathered,
//! the worker prints it, the bytes are stored and become the rendition. How a paper looks is
//! `documents`'; this crate never links it.

use bytes::Bytes;
use chrono::NaiveDate;
use db::{
    conclusions::form,
    jobs::JobKind,
    work::{
        self,
        print::{self, Printed},
        templates::{self, Template},
    },
};
use domain::{declension, name::FullName, paper::ShortId, template::TemplateKind};
use uuid::Uuid;

pub use db::{
    conclusions::form::Form,
    work::{
        Job,
        print::{Expert, Paper},
    },
};

use crate::{App, Error, Result};

/// The jobs that print.
const PRINTS: [JobKind; 3] = [
    JobKind::ApplicationPdf,
    JobKind::WithdrawalPdf,
    JobKind::ConclusionPdf,
];

/// What is to be printed.
#[derive(Clone, Debug)]
pub enum Print {
    /// An edition of an application.
    Application(Application),
    /// A withdrawal.
    Withdrawal(Withdrawal),
    /// A conclusion filled in on screen.
    Conclusion(Conclusion),
}

/// What is to be printed, and by which template.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// What the paper says.
    pub print: Print,
    /// The template that was in force when it was formed.
    pub template: Template,
}

/// An edition of an application.
#[derive(Clone, Debug)]
pub struct Application {
    /// To whom, line by line.
    pub issuer_lines: Vec<String>,
    /// The application.
    pub paper: Paper,
    /// Captions of the documents that count as results.
    pub results: Vec<String>,
    /// The region's day of forming.
    pub date: NaiveDate,
    /// The short code at the foot.
    pub code: ShortId,
}

/// A withdrawal of an application.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// To whom, line by line.
    pub issuer_lines: Vec<String>,
    /// The application withdrawn.
    pub paper: Paper,
    /// The school coordinator's ФИО in the genitive, when it withdraws for the teacher.
    pub coordinator: Option<FullName>,
    /// What follows «в связи с».
    pub reason: String,
    /// The region's day of forming.
    pub date: NaiveDate,
    /// The short code at the foot.
    pub code: ShortId,
    /// Which withdrawal of the application it is, from 1.
    pub version: u32,
}

/// A conclusion filled in on screen.
#[derive(Clone, Debug)]
pub struct Conclusion {
    /// The application concluded about.
    pub paper: Paper,
    /// What the form says.
    pub form: Form,
    /// The experts by place: ФИО, post and place of work.
    pub experts: [Option<Expert>; 2],
    /// The period's name.
    pub period: String,
    /// The region's day it is printed on.
    pub date: NaiveDate,
    /// The short code at the foot.
    pub code: ShortId,
    /// Which text of the conclusion it is, from 1.
    pub version: u32,
}

impl App {
    /// Claims a job that is due; none if there is none.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn claim_job(&self) -> Result<Option<Job>> {
        let mut tx = self.db.enter_worker(None).await?;
        let job = work::claim_job(&mut tx, &PRINTS).await?;
        tx.commit().await?;
        Ok(job)
    }

    /// What a job asks to print, after asking the policy again for whoever asked. None if
    /// there is nothing to print any more: it is printed already, the application was changed
    /// and formed anew, the withdrawal is closed. The job is done then.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when whoever asked may no longer; the job has failed then.
    pub async fn gather(&self, job: &Job) -> Result<Option<Gathered>> {
        let mut tx = self.db.enter_worker(Some(job.tenant)).await?;
        if !job
            .kind
            .act()
            .is_some_and(|act| self.db.policy().ever(job.role, act))
            || !work::still(&mut tx, job).await?
        {
            work::job_failed(&mut tx, job).await?;
            tx.commit().await?;
            return Err(Error::Forbidden);
        }
        let print = if print::is_printed(&mut tx, job).await? {
            None
        } else {
            self.paper(&mut tx, job).await?
        };
        if print.is_none() {
            work::job_done(&mut tx, job).await?;
        }
        tx.commit().await?;
        Ok(print)
    }

    async fn paper(&self, tx: &mut db::WorkerTx, job: &Job) -> Result<Option<Gathered>> {
        let Some(paper) = print::paper(tx, job.application).await? else {
            return Ok(None);
        };
        let code = ShortId::of(paper.public_id);
        match job.kind {
            JobKind::MunicipalityExport | JobKind::CaseScan | JobKind::ScheduleScan => Ok(None),
            JobKind::ApplicationPdf if i64::from(paper.edition) != job.object => Ok(None),
            JobKind::ApplicationPdf => {
                let template =
                    templates::at(tx, TemplateKind::Application, paper.formed_at).await?;
                let print = Print::Application(Application {
                    issuer_lines: letterhead(tx, &template).await?,
                    results: print::results(tx, job.application).await?,
                    date: self.zone().date_of(paper.formed_at),
                    code,
                    paper,
                });
                Ok(Some(Gathered { print, template }))
            }
            JobKind::WithdrawalPdf => {
                let found = print::withdrawal(tx, job.application, job.object).await?;
                let Some(withdrawal) = found else {
                    return Ok(None);
                };
                let template =
                    templates::at(tx, TemplateKind::Withdrawal, withdrawal.created_at).await?;
                let print = Print::Withdrawal(Withdrawal {
                    issuer_lines: letterhead(tx, &template).await?,
                    coordinator: withdrawal
                        .coordinator
                        .map(|name| declension::propose(&name).genitive),
                    reason: withdrawal.reason,
                    date: self.zone().date_of(withdrawal.created_at),
                    code,
                    version: u32::try_from(withdrawal.version).unwrap_or(1),
                    paper,
                });
                Ok(Some(Gathered { print, template }))
            }
            JobKind::ConclusionPdf => {
                let found = form::formed(tx, job.application, job.object).await?;
                let Some(form) = found else { return Ok(None) };
                let around = print::around_conclusion(tx, job.application).await?;
                let template =
                    templates::at(tx, TemplateKind::Conclusion, around.formed_at).await?;
                let print = Print::Conclusion(Conclusion {
                    form,
                    experts: [1, 2].map(|slot| {
                        let mut experts = around.experts.iter();
                        experts.find(|expert| expert.slot == slot).cloned()
                    }),
                    period: around.period,
                    date: self.zone().date_of(around.formed_at),
                    code,
                    version: u32::try_from(job.object).unwrap_or(1),
                    paper,
                });
                Ok(Some(Gathered { print, template }))
            }
        }
    }

    /// Keeps what was printed and marks the job done, both or neither. What another worker
    /// printed meanwhile stays; ours is dropped.
    ///
    /// # Errors
    /// If the store or the database does not answer; nothing stays then.
    pub async fn keep_print(
        &self,
        job: &Job,
        name: &str,
        template_version: i32,
        pdf: Bytes,
    ) -> Result<()> {
        let key = format!(
            "t/{}/{}/{}",
            job.tenant.0,
            self.today().format("%Y"),
            Uuid::now_v7()
        );
        let stored = self.store.put_bytes(&key, "application/pdf", pdf).await?;
        let printed = Printed {
            key: &key,
            name,
            size: i64::try_from(stored.size).unwrap_or(i64::MAX),
            sha256: &stored.sha256,
            template_version,
        };
        let kept = self.keep(job, &printed).await;
        let unnamed = match &kept {
            Ok(first) => !first,
            Err(error) => !error.is_outage(),
        };
        if unnamed && let Err(error) = self.store.delete(&key).await {
            tracing::warn!(%error, "an unnamed object stays in the store");
        }
        kept.map(|_| ())
    }

    async fn keep(&self, job: &Job, printed: &Printed<'_>) -> Result<bool> {
        let mut tx = self.db.enter_worker(Some(job.tenant)).await?;
        let first = !print::is_printed(&mut tx, job).await?;
        if first {
            print::keep(&mut tx, job, printed).await?;
        }
        work::job_done(&mut tx, job).await?;
        tx.commit().await?;
        Ok(first)
    }

    /// Puts a job off that did not succeed; after the last try it has failed.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn job_later(&self, job: &Job) -> Result<()> {
        let mut tx = self.db.enter_worker(Some(job.tenant)).await?;
        if !work::job_later(&mut tx, job).await? {
            tracing::error!(job = job.id, tenant = job.tenant.0, "a job has failed");
        }
        Ok(tx.commit().await?)
    }
}

/// To whom a paper is addressed: as its template says, or as the settings do.
async fn letterhead(tx: &mut db::WorkerTx, template: &Template) -> Result<Vec<String>> {
    let lines = match &template.letterhead {
        Some(lines) => lines.clone(),
        None => db::reference::setting(tx, "issuer").await?,
    };
    Ok(lines.lines().map(str::to_owned).collect())
}
