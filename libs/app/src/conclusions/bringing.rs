//! Files brought to a conclusion (R-CON-1): an expert's, to be signed, signed already or anew;
//! the scan the teacher signed. A file that no row comes to name leaves the store again.

use db::{
    applications,
    conclusions::{self, Move, Signed, signatures},
    events,
};
use domain::{
    act::{Act, Doing, acts},
    actor::{Actor, TenantId},
    conclusion::Signer,
    life::{Place, legal},
};
use uuid::Uuid;

use super::tell_received;
use crate::{App, Error, Result, files::Received};

impl App {
    /// The municipality an expert's upload is stored for, when one may be uploaded now: asked
    /// before the first byte of the file is read.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`] with the reason.
    pub async fn may_upload_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
    ) -> Result<TenantId> {
        let acts = [Act::UploadConclusion, Act::ReplaceConclusion];
        self.may_bring::<acts::UploadConclusion>(actor, application, &acts)
            .await
    }

    /// The municipality a signed scan is stored for, when one may be uploaded now: asked before
    /// the first byte of the file is read.
    ///
    /// # Errors
    /// As [`App::may_upload_conclusion`].
    pub async fn may_sign_conclusion(&self, actor: &Actor, application: Uuid) -> Result<TenantId> {
        self.may_bring::<acts::SignConclusion>(actor, application, &[Act::SignConclusion])
            .await
    }

    /// Uploads a conclusion for the teacher to sign (R-CON-1). `version` is the conclusion's, 0
    /// while there is none, `signed` who has signed it already; on failure the file is taken away
    /// again.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`] by `version`,
    /// [`Error::Illegal`] with the reason.
    pub async fn upload_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        signed: &[Signer],
        file: Received,
    ) -> Result<()> {
        let words = "Загружено итоговое заключение";
        let brought = self
            .bring::<acts::UploadConclusion>(actor, application, version, signed, &file, words)
            .await;
        self.kept(brought, file).await
    }

    /// Uploads a conclusion that the teacher and both experts have signed on paper (R-CON-1): it
    /// goes on as if signed here.
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn upload_signed_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        file: Received,
    ) -> Result<()> {
        let words = "Загружено итоговое заключение, подписанное педагогом и обоими специалистами";
        let brought = self
            .bring::<acts::UploadSignedConclusion>(
                actor,
                application,
                version,
                Signer::ALL,
                &file,
                words,
            )
            .await;
        self.kept(brought, file).await
    }

    /// Puts a new version in the place of one the teacher has not signed yet.
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn replace_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        signed: &[Signer],
        file: Received,
    ) -> Result<()> {
        let words = "Итоговое заключение заменено";
        let brought = self
            .bring::<acts::ReplaceConclusion>(actor, application, version, signed, &file, words)
            .await;
        self.kept(brought, file).await
    }

    /// Uploads the scan the teacher has signed: by the teacher, or by the school coordinator
    /// for it (R-CON-1).
    ///
    /// # Errors
    /// As [`App::upload_conclusion`].
    pub async fn sign_conclusion(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        file: Received,
    ) -> Result<()> {
        let words = "Итоговое заключение подписано и отправлено";
        let brought = self
            .bring::<acts::SignConclusion>(
                actor,
                application,
                version,
                &[Signer::Teacher],
                &file,
                words,
            )
            .await;
        self.kept(brought, file).await
    }

    async fn may_bring<A: Doing>(
        &self,
        actor: &Actor,
        application: Uuid,
        acts: &[Act],
    ) -> Result<TenantId> {
        let mut tx = self.db.enter::<A>(actor).await?;
        let row = applications::find(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        let case = permit.case();
        let legal_now = |act: &Act| legal(*act, actor.role, &case).is_ok();
        if !acts.iter().any(legal_now) {
            legal(A::ACT, actor.role, &case).map_err(|refusal| Error::refused(A::ACT, refusal))?;
        }
        Ok(permit.tenant)
    }

    async fn bring<A: Doing>(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        signers: &[Signer],
        file: &Received,
        words: &str,
    ) -> Result<()> {
        let (mut tx, permit, rule) = self
            .enter_conclusion::<A>(actor, application, version)
            .await?;
        let to = Move {
            place: rule.place(&permit.case()),
            reason: "",
            refused: false,
        };
        // What the teacher brings is the text it was given, with one signature more. Before the
        // conclusion goes on: at the Centre it is no expert's to write any more.
        if A::ACT != Act::SignConclusion {
            signatures::new_text(&mut tx, &permit).await?;
        }
        conclusions::place(&mut tx, &permit, to).await?;
        // What the teacher signed has everybody's signature, what an expert brings those it says.
        let (signed, on_paper) = match A::ACT {
            Act::SignConclusion => (Signed::Teacher, Signer::ALL),
            Act::UploadSignedConclusion => (Signed::All, Signer::ALL),
            _ => (Signed::Nobody, signers),
        };
        conclusions::add_version(&mut tx, &permit, &file.row(), signed, on_paper).await?;
        signatures::record(&mut tx, &permit, signers, "").await?;
        events::record(&mut tx, &permit, words).await?;
        if to.place == Place::AtTeacher {
            tell_received(&mut tx, &permit, actor).await?;
        }
        Ok(tx.commit().await?)
    }

    /// A file that no row came to name leaves the store again.
    async fn kept(&self, brought: Result<()>, file: Received) -> Result<()> {
        if brought.as_ref().is_err_and(|error| !error.is_outage()) {
            self.discard(&[file]).await;
        }
        brought
    }
}
