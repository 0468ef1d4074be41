//! The worker's reading for a printout of applications: each in the scope of its municipality,
//! asked about again as it is read, its documents from the store straight to the disk.

use std::path::Path;

use db::{applications, work::papers};
use domain::{
    act::Act,
    actor::{AccountId, Actor, TenantId},
    role::Role,
};
use futures::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::making::Attempt;
use crate::{App, Error, Result};

pub use db::{applications::Application, work::papers::Paper};

/// An application that was asked for.
#[derive(Clone, Debug)]
pub enum Dossier {
    /// With the documents to print, in their order.
    Whole(Box<Application>, Vec<Paper>),
    /// Whoever asked may not have it any more.
    Left {
        /// ФИО as far as it may be told; empty where there is no such application any more.
        name: String,
        /// Why.
        why: &'static str,
    },
}

impl App {
    /// An application of the printout, asked about again for whoever asked (03 §3.3).
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn dossier(&self, attempt: &Attempt, tenant: i32, id: Uuid) -> Result<Dossier> {
        let left = |name, why| Ok(Dossier::Left { name, why });
        let mut tx = self.db.enter_worker(Some(TenantId(tenant))).await?;
        let Some(mut application) = applications::find(&mut tx, id).await? else {
            return left(String::new(), "заявления здесь больше нет");
        };
        application.assigned = attempt.role == Role::Expert
            && papers::assigned(&mut tx, attempt, &application).await?;
        // Nobody's name is told to whom the application was never to be seen by.
        let elsewhere =
            attempt.role == Role::Municipal && attempt.municipality != Some(application.tenant);
        if elsewhere {
            return left(String::new(), "заявление другого муниципалитета");
        }
        if application.submitted_at.is_none() {
            return left(application.full_name(), "заявление не подано");
        }
        let relations = db::Related::relations(&application, &asker(attempt));
        if !self.db.policy().allows(attempt.role, Act::Print, relations) {
            return left(application.full_name(), "нет права печатать это заявление");
        }
        let documents = papers::of(&mut tx, &application).await?;
        Ok(Dossier::Whole(Box::new(application), documents))
    }

    /// Writes a document from the store to `file`; its SHA-256, none if it is not given out or the
    /// store has no such object. Memory holds a piece of it.
    ///
    /// # Errors
    /// If the store breaks off or the disk does not take it.
    pub async fn fetch_paper(&self, paper: &Paper, file: &Path) -> Result<Option<[u8; 32]>> {
        let Some(key) = &paper.served_key else {
            return Ok(None);
        };
        let sha256 = self.fetch(key, file).await?;
        if sha256.is_none() {
            tracing::error!(
                file = paper.file,
                "a document has no object: it is not printed"
            );
        }
        Ok(sha256)
    }

    /// Writes an object of the store to `file`, as [`App::fetch_paper`].
    pub(crate) async fn fetch(&self, key: &str, file: &Path) -> Result<Option<[u8; 32]>> {
        let Some(mut object) = self.store.get(key).await? else {
            return Ok(None);
        };
        let disk = |error: std::io::Error| Error::Internal(error.into());
        let mut written = tokio::fs::File::create(file).await.map_err(disk)?;
        let mut sha256 = Sha256::new();
        while let Some(piece) = object.body.try_next().await? {
            sha256.update(&piece);
            written.write_all(&piece).await.map_err(disk)?;
        }
        written.flush().await.map_err(disk)?;
        Ok(Some(sha256.finalize().into()))
    }

    /// Tells the teacher that whoever asked had these files of its application (R-AUD-1).
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn papers_read(
        &self,
        attempt: &Attempt,
        application: &Application,
        files: &[i64],
    ) -> Result<()> {
        let mut tx = self.db.enter_worker(Some(application.tenant)).await?;
        papers::viewed(&mut tx, attempt, application, files).await?;
        Ok(tx.commit().await?)
    }
}

/// Whoever asked, as far as the policy asks about it.
fn asker(attempt: &Attempt) -> Actor {
    Actor {
        account: AccountId(attempt.account),
        epoch: 0,
        role: attempt.role,
        membership: attempt.membership,
        tenant: attempt.municipality,
        organisation: None,
        request: Uuid::nil(),
    }
}
