//! Documents of an application: attached and detached by its teacher and by the school
//! coordinator of its organisation (R-APP-3, 01 §1.7).

use db::{
    applications::{self, Application},
    attachments::{self, Attached},
    events,
    files::NewFile,
    reference,
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    checks::may_attach,
    life::{Status, legal},
    reference::{DocumentKind, Form},
    value::Line,
};
use intake::Kind;
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result, files::Received};

pub use db::attachments::{Attachment, SCAN};

impl Received {
    /// The file as the row that is to name it has it.
    pub(crate) fn row(&self) -> NewFile<'_> {
        NewFile {
            s3_key: &self.key,
            name: &self.name,
            content_type: self.content_type,
            size: self.size,
            sha256: &self.sha256,
            active: self.active,
        }
    }
}

impl App {
    /// The kinds a document of this application can be of.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn document_kinds(&self, form: Option<Form>) -> Result<Vec<DocumentKind>> {
        let mut tx = self.db.enter_public().await?;
        let kinds = reference::document_kinds(&mut tx).await?;
        Ok(kinds
            .into_iter()
            .filter(|kind| form.is_none_or(|form| kind.fits(form)))
            .collect())
    }

    /// Attaches received files, all of one kind and with one caption. If they cannot be
    /// attached, they are taken away from the store again.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming `files`, `kind`, `caption`; [`Error::Illegal`] with the reason
    /// when nothing may be added now.
    pub async fn attach(
        &self,
        actor: &Actor,
        application: Uuid,
        files: &[Received],
        kind: &str,
        caption: &str,
    ) -> Result<()> {
        let attached = self
            .attach_rows(actor, application, files, kind, caption)
            .await;
        if attached.is_err() {
            self.discard(files).await;
        }
        attached
    }

    async fn attach_rows(
        &self,
        actor: &Actor,
        application: Uuid,
        files: &[Received],
        kind: &str,
        caption: &str,
    ) -> Result<()> {
        let (mut tx, permit) = self.enter_case::<acts::Attach>(actor, application).await?;
        self.attaching(actor, &permit).map_err(Error::Illegal)?;
        let mut faults = Vec::new();
        if files.is_empty() {
            faults.push(FieldFault::new("files", "Выберите файлы"));
        }
        let video = files.iter().any(|file| file.kind == Kind::Mp4);
        if video && permit.form != Some(Form::Distance) {
            faults.push(FieldFault::new(
                "files",
                "Видео прикрепляют только к заявлению с дистанционной формой",
            ));
        }
        let kinds = reference::document_kinds(&mut tx).await?;
        let offered = kinds.iter().any(|offered| {
            offered.code.as_str() == kind && permit.form.is_none_or(|form| offered.fits(form))
        });
        if !offered {
            faults.push(FieldFault::new("kind", "Выберите вид документа"));
        }
        let caption = match Line::parse_optional(caption, 300) {
            Ok(caption) => caption.map(|line| line.to_string()).unwrap_or_default(),
            Err(fault) => {
                faults.push(FieldFault::new("caption", fault.to_string()));
                String::new()
            }
        };
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        for file in files {
            attachments::attach(&mut tx, &permit, &file.row(), kind, &caption, None).await?;
        }
        events::record(&mut tx, &permit, "Документы прикреплены").await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether documents may be added to the application now, or why not, in words.
    pub(crate) fn attaching(&self, actor: &Actor, application: &Application) -> Result<(), String> {
        legal(Act::Attach, actor.role, &application.case())
            .map_err(|refusal| Error::refused(Act::Attach, refusal).to_string())?;
        let form = application.form.unwrap_or(Form::InPerson);
        let open = may_attach(
            application.status,
            form,
            application.row.starts,
            application.place,
            application.asked_until,
            self.today(),
        );
        if open {
            return Ok(());
        }
        Err(match form {
            Form::Distance => {
                "Прикрепление документов не доступно: документы загружаются до 1 числа первого месяца аттестационного периода"
            }
            Form::InPerson => {
                "Прикрепление документов не доступно: итоговое заключение уже загружено"
            }
        }
        .to_owned())
    }

    /// The documents of an application, for whoever may read it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn attachments(&self, actor: &Actor, application: Uuid) -> Result<Vec<Attachment>> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let row = applications::find(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        Ok(attachments::of(&mut tx, &permit).await?)
    }

    /// Detaches a document of an application. One that is detached already stays so.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`] for what somebody else attached,
    /// [`Error::Illegal`] from registration on.
    pub async fn detach(&self, actor: &Actor, application: Uuid, attachment: Uuid) -> Result<()> {
        let mut tx = self.db.enter::<acts::Detach>(actor).await?;
        let application = applications::lock(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let attachment = attachments::of(&mut tx, &application)
            .await?
            .into_iter()
            .find(|found| found.public_id == attachment)
            .ok_or(Error::NotFound)?;
        let permit = tx
            .may(Attached {
                application,
                attachment,
            })
            .await?;
        detaching(actor, &permit).map_err(Error::Illegal)?;
        attachments::detach(&mut tx, &permit).await?;
        events::record(&mut tx, &permit, "Документ откреплён").await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Whether a document may be detached now, or why not, in words.
pub(crate) fn detaching(actor: &Actor, attached: &Attached) -> Result<(), String> {
    // What was submitted is what was signed: its scan goes with the application.
    if attached.attachment.kind == SCAN && attached.application.status.is_submitted() {
        return Err("Скан поданного заявления не открепляется".to_owned());
    }
    legal(Act::Detach, actor.role, &attached.application.case()).map_err(
        |refusal| match attached.application.status {
            Status::Registered => {
                "Заявление зарегистрировано: документы больше не открепляются".to_owned()
            }
            _ => Error::refused(Act::Detach, refusal).to_string(),
        },
    )?;
    Ok(())
}
