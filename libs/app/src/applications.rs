//! The teacher's verbs on its own application: what its cabinet shows, forming, the scan,
//! submitting (R-APP-1…4, R-APP-8, R-APP-9).

use std::time::Duration;

use chrono::NaiveDate;
use db::{
    applications::{self, own},
    attachments::{self, Attached},
    cards, decisions, events,
    jobs::{self, JobKind},
    letters, reference,
    renditions::{self, RenditionOf},
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    card::Snapshot,
    checks::{self, Flag, Windows},
    letter::LetterKind,
    life::{Status, legal},
    reference::{Category, Procedure},
    routing::Route,
};
use uuid::Uuid;

use crate::{
    App, Error, FieldFault, Result,
    attachments::detaching,
    cards::{Missing, is_locked, pick, snapshot},
    files::Received,
};

pub use crate::{
    attachments::{Attachment, SCAN},
    cards::Card,
};
pub use db::{
    applications::{
        Application,
        own::{Choice, Expert},
    },
    decisions::Holding,
    events::Event,
    reference::Ground,
};

/// Why nothing more is formed once an application is submitted (R-APP-3).
pub const FORMING_LOCKED: &str = "Формирование заявления не доступно т.к. заявление подано";

/// How often and how many times the printed application is looked for before the page says
/// «Документ готовится…»: an answer comes within 5 seconds (02 Common).
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LOOKS: usize = 16;

/// What the teacher's cabinet knows of one card: everything its pages show.
#[derive(Clone, Debug)]
pub struct Own {
    /// All cards of the cabinet.
    pub cards: Vec<Card>,
    /// The one looked at.
    pub card: Card,
    /// The newest application of the card.
    pub application: Option<Application>,
    /// The final application the newest one follows, while that is not formed (R-APP-9).
    pub before: Option<Application>,
    /// The decision on whichever of the two is decided, with its order (R-ORD-1).
    pub decision: Option<Holding>,
    /// The documents, the scan among them.
    pub documents: Vec<Document>,
    /// The PDF of the formed edition, once printed.
    pub pdf: Option<Uuid>,
    /// The specialists assigned.
    pub experts: Vec<Expert>,
    /// The history of the newest application.
    pub history: Vec<Event>,
    /// What the card lacks for forming.
    pub missing: Vec<Missing>,
    /// The warnings of R-APP-4.
    pub warnings: Vec<Flag>,
    /// Why no document may be added now; `None` if it may.
    pub attaching_refused: Option<String>,
}

/// A document with whether its owner may detach it now.
#[derive(Clone, Debug)]
pub struct Document {
    /// The document.
    pub attachment: Attachment,
    /// Whether «Открепить» is offered.
    pub detachable: bool,
}

impl Own {
    /// The newest application while it is not final.
    #[must_use]
    pub fn live(&self) -> Option<&Application> {
        self.application
            .as_ref()
            .filter(|application| !application.status.is_final())
    }

    /// Whether an application of the card is under review or registered (R-APP-3).
    #[must_use]
    pub fn locked(&self) -> bool {
        self.live()
            .is_some_and(|application| is_locked(application.status))
    }

    /// The scan of the edition that is formed now; of an older one does not count (R-APP-2).
    #[must_use]
    pub fn scan(&self) -> Option<&Attachment> {
        let edition = self.live()?.edition;
        self.documents
            .iter()
            .map(|document| &document.attachment)
            .find(|attachment| attachment.kind == SCAN && attachment.edition == Some(edition))
    }

    /// What submission lacks (R-APP-2).
    #[must_use]
    pub fn lacking(&self) -> Vec<FieldFault> {
        let edition = self.live().map_or(0, |application| application.edition);
        lacking(
            self.documents.iter().map(|document| &document.attachment),
            edition,
        )
    }
}

/// What came of pressing «Подать заявление».
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submission {
    /// It is submitted now.
    Done,
    /// It had been submitted before: another tab, a second press.
    Already,
}

fn lacking<'a>(
    documents: impl Iterator<Item = &'a Attachment> + Clone,
    edition: i32,
) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let scanned = documents
        .clone()
        .any(|document| document.kind == SCAN && document.edition == Some(edition));
    if !scanned {
        faults.push(FieldFault::new(
            "scan",
            "Загрузите скан заявления, сформированного последним и подписанного",
        ));
    }
    let mut documents = documents;
    if !documents.any(|document| document.result) {
        faults.push(FieldFault::new(
            "",
            "Прикрепите хотя бы один документ, подтверждающий результаты профессиональной деятельности",
        ));
    }
    faults
}

impl App {
    /// All the cabinet shows of the card with this id, of the first without one.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a card that is not the actor's.
    pub async fn own(&self, actor: &Actor, card: Option<Uuid>) -> Result<Own> {
        let cards = self.cards(actor).await?;
        let card = pick(&cards, card)?.clone();
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let mut newest = own::newest(&mut tx, &card).await?.into_iter();
        let application = newest.next();
        let draft = application
            .as_ref()
            .is_some_and(|application| application.status == Status::Draft);
        let mut own = Own {
            before: newest.next().filter(|_| draft),
            decision: None,
            documents: Vec::new(),
            pdf: None,
            experts: Vec::new(),
            history: Vec::new(),
            missing: snapshot(&card).err().unwrap_or_default(),
            warnings: Vec::new(),
            attaching_refused: None,
            cards,
            card,
            application: None,
        };
        for row in own.before.iter().chain(&application) {
            if tx.could(Act::ReadOrders, row) && own.decision.is_none() {
                own.decision = decisions::holding(&mut tx, row).await?;
            }
        }
        if let Some(row) = application {
            let application = tx.may(row).await?.into_row();
            for attachment in attachments::of(&mut tx, &application).await? {
                let attached = Attached {
                    application: application.clone(),
                    attachment,
                };
                own.documents.push(Document {
                    detachable: tx.could(Act::Detach, &attached)
                        && detaching(actor, &attached).is_ok(),
                    attachment: attached.attachment,
                });
            }
            if application.status != Status::Draft {
                let edition = RenditionOf::Edition(application.edition);
                own.pdf = renditions::find(&mut tx, &application, edition).await?;
            }
            own.experts = own::experts(&mut tx, &application).await?;
            own.history = events::history(&mut tx, &application).await?;
            own.attaching_refused = self.attaching(actor, &application).err();
            if let Some(category) = application
                .category
                .filter(|_| !application.status.is_submitted())
            {
                let copied = match application.status {
                    Status::Formed => application.snapshot.clone(),
                    _ => snapshot(&own.card).ok(),
                };
                if let Some(copied) = copied {
                    own.warnings = self.flags(&mut tx, &own.card, &copied, category).await?;
                }
            }
            own.application = Some(application);
        }
        Ok(own)
    }

    async fn flags(
        &self,
        scope: &mut db::Scope,
        card: &Card,
        copied: &Snapshot,
        category: Category,
    ) -> Result<Vec<Flag>> {
        let refused_on: Option<NaiveDate> = own::refused_on(scope, card, category).await?;
        Ok(checks::flags(
            copied,
            category,
            self.today(),
            refused_on,
            Windows::default(),
        ))
    }

    /// The grounds of the simplified form.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn grounds(&self) -> Result<Vec<Ground>> {
        let mut tx = self.db.enter_public().await?;
        Ok(reference::grounds(&mut tx).await?)
    }

    /// «Сформировать»: keeps the form's answers, copies the card, has the PDF printed and
    /// waits a little for it. Pressed twice it forms once (R-APP-8).
    ///
    /// # Errors
    /// [`Error::Invalid`] with what the card lacks, [`Error::Illegal`] once submitted,
    /// [`Error::Stale`] by `version`, which is 0 while there is no live application.
    pub async fn form_application(
        &self,
        actor: &Actor,
        card: Uuid,
        version: i32,
        choice: &Choice,
    ) -> Result<()> {
        let application = self.form_unprinted(actor, card, version, choice).await?;
        self.look_for_print(actor, application).await
    }

    /// «Сформировать» without waiting for the PDF.
    pub(crate) async fn form_unprinted(
        &self,
        actor: &Actor,
        card: Uuid,
        version: i32,
        choice: &Choice,
    ) -> Result<Uuid> {
        let application = self.choose(actor, card, version, choice).await?;
        self.form(actor, application).await?;
        Ok(application)
    }

    /// Begins an application with these answers, or changes the live one's.
    pub(crate) async fn choose(
        &self,
        actor: &Actor,
        card: Uuid,
        version: i32,
        choice: &Choice,
    ) -> Result<Uuid> {
        let cards = self.cards(actor).await?;
        let card = pick(&cards, Some(card))?;
        if let Some(live) = self.live_of(actor, card).await? {
            return self.edit(actor, live, version, choice).await;
        }
        if let Some(started) = self.start(actor, card, choice).await? {
            return Ok(started);
        }
        let live = self.live_of(actor, card).await?.ok_or(Error::Stale)?;
        self.edit(actor, live, version, choice).await
    }

    async fn live_of(&self, actor: &Actor, card: &Card) -> Result<Option<Uuid>> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let newest = own::newest(&mut tx, card).await?;
        Ok(newest
            .first()
            .filter(|application| !application.status.is_final())
            .map(|application| application.public_id))
    }

    /// `None` if another tab was quicker: its application is the one (R-APP-8).
    async fn start(&self, actor: &Actor, card: &Card, choice: &Choice) -> Result<Option<Uuid>> {
        let mut tx = self.db.enter::<acts::Start>(actor).await?;
        self.check_choice(&mut tx, card, choice).await?;
        let organisation = card.organisation.ok_or(Error::NotFound)?;
        let previous = own::newest(&mut tx, card).await?.into_iter().next();
        let permit = tx.may(card.clone()).await?;
        let id = match own::start(&mut tx, &permit, organisation, previous.as_ref(), choice).await {
            Err(error) if error.is_constraint("application_live") => return Ok(None),
            started => started?,
        };
        let row = applications::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        if let Some(previous) = &previous {
            attachments::carry_over(&mut tx, &permit, previous).await?;
        }
        events::record(&mut tx, &permit, "Заявление начато").await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    async fn edit(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        choice: &Choice,
    ) -> Result<Uuid> {
        let mut tx = self.db.enter::<acts::Edit>(actor).await?;
        let row = applications::lock(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        legal(Act::Edit, actor.role, &permit.case())
            .map_err(|_| Error::Illegal(FORMING_LOCKED.to_owned()))?;
        let same = permit.choice().as_ref() == Some(choice);
        if permit.version != version {
            // The second of two presses asks for what the first did: it is led to it.
            return if same {
                Ok(application)
            } else {
                Err(Error::Stale)
            };
        }
        let cards = cards::own(&mut tx).await?;
        let card = cards
            .iter()
            .find(|card| card.id == permit.card)
            .ok_or(Error::NotFound)?;
        self.check_choice(&mut tx, card, choice).await?;
        if permit.status == Status::Draft && same {
            return Ok(application);
        }
        own::edit(&mut tx, &permit, choice).await?;
        events::record(&mut tx, &permit, "Заявление изменено").await?;
        tx.commit().await?;
        Ok(application)
    }

    /// Faults of the card and of the answers that only the lists can tell.
    async fn check_choice(
        &self,
        scope: &mut db::Scope,
        card: &Card,
        choice: &Choice,
    ) -> Result<()> {
        let mut faults: Vec<FieldFault> = snapshot(card)
            .err()
            .unwrap_or_default()
            .iter()
            .map(|missing| FieldFault::new("", format!("Заполните в карточке: {}", missing.label)))
            .collect();
        if choice.procedure == Procedure::Simplified {
            let grounds = reference::grounds(scope).await?;
            let known = grounds
                .iter()
                .any(|ground| Some(&ground.code) == choice.ground.as_ref());
            if !known {
                faults.push(FieldFault::new("ground", "Выберите основание из списка"));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(faults))
        }
    }

    async fn form(&self, actor: &Actor, application: Uuid) -> Result<()> {
        let mut tx = self.db.enter::<acts::Form>(actor).await?;
        let row = applications::lock(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        if permit.status == Status::Formed {
            return Ok(());
        }
        legal(Act::Form, actor.role, &permit.case())
            .map_err(|_| Error::Illegal(FORMING_LOCKED.to_owned()))?;
        let cards = cards::own(&mut tx).await?;
        let card = cards
            .iter()
            .find(|card| card.id == permit.card)
            .ok_or(Error::NotFound)?;
        // Both were there when the answers were kept; a card emptied since is told of.
        let (Ok(copied), Some(organisation)) = (snapshot(card), card.organisation) else {
            return Err(Error::Stale);
        };
        let edition = own::form(&mut tx, &permit, organisation, &copied).await?;
        events::record(&mut tx, &permit, "Заявление сформировано").await?;
        jobs::queue(
            &mut tx,
            &permit,
            JobKind::ApplicationPdf,
            i64::from(edition),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Looks for the PDF now and then, between transactions, and gives up in time for the page
    /// to answer.
    async fn look_for_print(&self, actor: &Actor, application: Uuid) -> Result<()> {
        for _ in 0..LOOKS {
            tokio::time::sleep(LOOK_EVERY).await;
            let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
            let Some(row) = applications::find(&mut tx, application).await? else {
                return Ok(());
            };
            let of = RenditionOf::Edition(row.edition);
            if renditions::find(&mut tx, &row, of).await?.is_some() {
                break;
            }
        }
        Ok(())
    }

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
        if !matches!(kept, Ok(true)) {
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
        let mut tx = self.db.enter::<acts::Attach>(actor).await?;
        let row = applications::lock(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        if permit.status.is_submitted() {
            return Ok(false);
        }
        legal(Act::Submit, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(Act::Submit, refusal))?;
        if permit.version != version {
            return Err(Error::Stale);
        }
        let edition = Some(permit.edition);
        attachments::attach(&mut tx, &permit, &scan.row(), SCAN, "", edition).await?;
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
        let mut tx = self.db.enter::<acts::Submit>(actor).await?;
        let row = applications::lock(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
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
        let cards = cards::own(&mut tx).await?;
        let card = cards
            .iter()
            .find(|card| card.id == permit.card)
            .ok_or(Error::NotFound)?;
        // The profile may have changed since: then the paper says what is no longer so.
        let copied = snapshot(card)
            .ok()
            .filter(|copied| permit.snapshot.as_ref() == Some(copied))
            .ok_or_else(|| {
                Error::Illegal(
                    "Данные карточки изменились после формирования: сформируйте заявление заново."
                        .to_owned(),
                )
            })?;
        let flags = match permit.category {
            Some(category) => self.flags(&mut tx, card, &copied, category).await?,
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
            kind: kind.into(),
            kind_name: String::new(),
            result,
            edition,
            caption: String::new(),
            by_role: "teacher".into(),
            by_account: 1,
            at: DateTime::UNIX_EPOCH,
        }
    }

    fn fields(documents: &[Attachment]) -> Vec<&'static str> {
        lacking(documents.iter(), 2)
            .iter()
            .map(|fault| fault.field)
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
        assert!(fields(&[old, scan, result]).is_empty());
    }
}
