//! «Подать заявление» (R-APP-2, R-APP-3): the scan of the signed application and, with it and a
//! document of results, the submission from which the 30 days run.

use db::{
    applications::{self, own},
    attachments::{self, Said},
    events,
    files::FileState,
    letters,
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    letter::LetterKind,
    life::legal,
    routing::Route,
};
use uuid::Uuid;

use super::{Attachment, SCAN, card_of};
use crate::{
    App, Error, FieldFault, Result,
    cards::{is_locked, snapshot},
    files::Received,
};

/// What came of pressing «Подать заявление».
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submission {
    /// It is submitted now.
    Done,
    /// It had been submitted before: another tab, a second press.
    Already,
}

impl App {
    /// Keeps the scan of the signed application of this version; an earlier scan of the same
    /// edition gives way. A scan that comes after submission is let go.
    ///
    /// # Errors
    /// [`Error::Stale`] by `version`: a scan of an older edition does not count (R-APP-2).
    pub async fn attach_scan(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        scan: &Received,
    ) -> Result<()> {
        let kept = self.keep_scan(actor, application, version, scan).await;
        let unnamed = match &kept {
            Ok(named) => !named,
            Err(error) => !error.is_outage(),
        };
        if unnamed {
            self.discard(std::slice::from_ref(scan)).await;
        }
        kept.map(|_| ())
    }

    async fn keep_scan(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        scan: &Received,
    ) -> Result<bool> {
        let (mut tx, permit) = self.enter_case::<acts::Attach>(actor, application).await?;
        if permit.status.is_submitted() {
            return Ok(false);
        }
        legal(Act::Submit, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(Act::Submit, refusal))?;
        if permit.version != version {
            return Err(Error::Stale);
        }
        let edition = Some(permit.edition);
        let said = Said {
            kind: SCAN,
            ..Said::default()
        };
        attachments::attach(&mut tx, &permit, &scan.row(), said, edition).await?;
        events::record(&mut tx, &permit, "Скан подписанного заявления загружен").await?;
        tx.commit().await?;
        Ok(true)
    }

    /// «Подать заявление»: the route and the 30 days begin (R-APP-2, R-APP-7, R-ROUTE-1).
    ///
    /// # Errors
    /// [`Error::Invalid`] with what is missing, [`Error::Stale`] by `version`,
    /// [`Error::Illegal`] if it is not formed.
    pub async fn submit(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
    ) -> Result<Submission> {
        let (mut tx, permit) = self.enter_case::<acts::Submit>(actor, application).await?;
        if is_locked(permit.status) {
            return Ok(Submission::Already);
        }
        legal(Act::Submit, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(Act::Submit, refusal))?;
        if permit.version != version {
            return Err(Error::Stale);
        }
        let documents = attachments::of(&mut tx, &permit).await?;
        let faults = lacking(documents.iter(), permit.edition);
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let card = card_of(&mut tx, &permit).await?;
        // The profile may have changed since: then the paper says what is no longer so.
        let copied = snapshot(&card)
            .ok()
            .filter(|copied| permit.snapshot.as_ref() == Some(copied))
            .ok_or_else(|| {
                Error::Illegal(
                    "Данные карточки изменились после формирования: сформируйте заявление заново."
                        .to_owned(),
                )
            })?;
        let flags = match permit.category {
            Some(category) => self.flags(&mut tx, &card, &copied, category).await?,
            None => Vec::new(),
        };
        own::submit(&mut tx, &permit, &flags).await?;
        events::record(&mut tx, &permit, "Заявление подано").await?;
        letters::queue(&mut tx, &permit, LetterKind::Submitted, permit.account).await?;
        // The database has just decided the route.
        let now = applications::find(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        if now.route == Some(Route::Municipal) {
            for coordinator in letters::coordinators(&mut tx).await? {
                letters::queue(&mut tx, &permit, LetterKind::Submitted, coordinator).await?;
            }
        }
        tx.commit().await?;
        Ok(Submission::Done)
    }
}

/// Whether a document counts: one that still waits for the antivirus does, one with a virus does not.
fn counts(document: &Attachment) -> bool {
    document.state != FileState::Refused
}

/// What submission lacks of its documents (R-APP-2).
pub(super) fn lacking<'a>(
    documents: impl Iterator<Item = &'a Attachment> + Clone,
    edition: i32,
) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let scanned = documents.clone().any(|document| {
        counts(document) && document.kind == SCAN && document.edition == Some(edition)
    });
    if !scanned {
        faults.push(FieldFault::new(
            "scan",
            "Загрузите скан заявления, сформированного последним и подписанного",
        ));
    }
    let mut documents = documents;
    if !documents.any(|document| counts(document) && document.result) {
        faults.push(FieldFault::new(
            "",
            "Прикрепите хотя бы один документ, подтверждающий результаты профессиональной деятельности",
        ));
    }
    faults
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn document(kind: &str, edition: Option<i32>, result: bool) -> Attachment {
        Attachment {
            id: 1,
            public_id: Uuid::nil(),
            file: Uuid::nil(),
            name: "скан.pdf".into(),
            size: 1,
            state: FileState::Quarantined,
            active: false,
            kind: kind.into(),
            kind_name: String::new(),
            result,
            edition,
            caption: String::new(),
            criterion: None,
            by_role: "teacher".into(),
            by_account: 1,
            at: DateTime::UNIX_EPOCH,
            reading: None,
        }
    }

    fn fields(documents: &[Attachment]) -> Vec<String> {
        lacking(documents.iter(), 2)
            .into_iter()
            .map(|fault| fault.field.into_owned())
            .collect()
    }

    #[test]
    fn r_app_2_submission_needs_the_scan_of_this_edition_and_a_result() {
        let result = document("results_table", None, true);
        let old = document(SCAN, Some(1), false);
        let scan = document(SCAN, Some(2), false);
        assert_eq!(fields(&[]), ["scan", ""]);
        assert_eq!(fields(&[old.clone(), result.clone()]), ["scan"]);
        assert_eq!(
            fields(&[scan.clone(), document("other", None, false)]),
            [""]
        );
        let refused = |document: &Attachment| Attachment {
            state: FileState::Refused,
            ..document.clone()
        };
        assert_eq!(fields(&[refused(&scan), refused(&result)]), ["scan", ""]);
        assert!(fields(&[old, scan, result]).is_empty());
    }
}
