//! Documents of an application: attached and detached by its teacher and by the school
//! coordinator of its organisation (R-APP-3, 01 §1.7).

use db::{
    Tx,
    applications::{self, Application},
    attachments::{self, Attached},
    conclusions::form::criteria,
    events,
    files::NewFile,
    reference,
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    checks::may_attach,
    life::{Status, legal},
    reference::{Category, DocumentKind, Form},
    role::Role,
    value::Line,
};
use intake::Kind;
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result, files::Received};

pub use db::{
    attachments::{Attachment, SCAN, Said},
    conclusions::form::Criterion,
};

/// Why somebody else's words about a document stay.
const NOT_OWN: &str = "Описание документа меняет тот, кто его прикрепил";

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

    /// The criteria documents are to prove for a category (п. 35 and 36); none for one that has none.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn criteria(&self, category: Option<Category>) -> Result<Vec<Criterion>> {
        let Some(category) = category else {
            return Ok(Vec::new());
        };
        let mut tx = self.db.enter_public().await?;
        Ok(criteria(&mut tx, category).await?)
    }

    /// Attaches received files, all of one kind, with one caption and for one criterion. If they
    /// cannot be attached, they are taken away from the store again.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming `files`, `kind`, `criterion`, `caption`; [`Error::Illegal`] with
    /// the reason when nothing may be added now.
    pub async fn attach(
        &self,
        actor: &Actor,
        application: Uuid,
        files: &[Received],
        said: Said<'_>,
    ) -> Result<()> {
        let attached = self.attach_rows(actor, application, files, said).await;
        if attached.as_ref().is_err_and(|error| !error.is_outage()) {
            self.discard(files).await;
        }
        attached
    }

    async fn attach_rows(
        &self,
        actor: &Actor,
        application: Uuid,
        files: &[Received],
        said: Said<'_>,
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
        let caption = judged(&mut tx, &permit, said, &mut faults).await?;
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let said = Said {
            caption: &caption,
            ..said
        };
        for file in files {
            attachments::attach(&mut tx, &permit, &file.row(), said, None).await?;
        }
        events::record(&mut tx, &permit, "Документы прикреплены").await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says anew what a document is and proves: whoever attached it, a teacher until it has
    /// submitted, as long as documents may be added.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming `kind`, `criterion`, `caption`; [`Error::Illegal`] with the
    /// reason when it may not be changed now, or not by this person.
    pub async fn describe(
        &self,
        actor: &Actor,
        application: Uuid,
        attachment: Uuid,
        said: Said<'_>,
    ) -> Result<()> {
        let (mut tx, permit) = self.enter_case::<acts::Attach>(actor, application).await?;
        let attachment = attachments::of(&mut tx, &permit)
            .await?
            .into_iter()
            .find(|found| found.public_id == attachment && found.kind != SCAN)
            .ok_or(Error::NotFound)?;
        if attachment.by_account != actor.account.0 {
            return Err(Error::Illegal(NOT_OWN.to_owned()));
        }
        self.describing(actor, &permit).map_err(Error::Illegal)?;
        let mut faults = Vec::new();
        let caption = judged(&mut tx, &permit, said, &mut faults).await?;
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let said = Said {
            caption: &caption,
            ..said
        };
        attachments::describe(&mut tx, &permit, &attachment, said).await?;
        events::record(&mut tx, &permit, "Описание документа изменено").await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether who attached a document may say anew what it proves, or why not, in words.
    pub(crate) fn describing(
        &self,
        actor: &Actor,
        application: &Application,
    ) -> Result<(), String> {
        // What was submitted is what was signed; the school coordinator adds to it afterwards.
        if actor.role == Role::Teacher && application.status.is_submitted() {
            return Err("Заявление подано: описания документов больше не меняются".to_owned());
        }
        self.attaching(actor, application)
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

/// Judges what is said of a document against the lists it is chosen from; the caption as one line.
async fn judged(
    tx: &mut Tx<acts::Attach>,
    application: &Application,
    said: Said<'_>,
    faults: &mut Vec<FieldFault>,
) -> Result<String> {
    let kinds = reference::document_kinds(tx).await?;
    let offered = kinds.iter().any(|offered| {
        offered.code.as_str() == said.kind && application.form.is_none_or(|form| offered.fits(form))
    });
    if !offered {
        faults.push(FieldFault::new("kind", "Выберите вид документа"));
    }
    if !said.criterion.is_empty() {
        let criteria = match application.category {
            Some(category) => criteria(tx, category).await?,
            None => Vec::new(),
        };
        if !criteria
            .iter()
            .any(|offered| offered.code == said.criterion)
        {
            faults.push(FieldFault::new("criterion", "Выберите критерий из списка"));
        }
    }
    match Line::parse_optional(said.caption, 300) {
        Ok(caption) => Ok(caption.map(|line| line.to_string()).unwrap_or_default()),
        Err(fault) => {
            faults.push(FieldFault::new("caption", fault.to_string()));
            Ok(String::new())
        }
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
