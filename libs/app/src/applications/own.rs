//! What a teacher's cabinet shows of one card and its newest application: read, nothing
//! written.

use db::{
    Scope, Tx,
    applications::own::{self, Expert},
    attachments::{self, Attached},
    conclusions::form::criteria,
    decisions::{self, Holding},
    document_requests::{self, DocumentRequest},
    events::{self, Event},
    renditions::{self, RenditionOf},
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    checks::Flag,
    life::Status,
    remark::Remark,
};
use uuid::Uuid;

use super::{Application, Attachment, Card, SCAN, submission::lacking};
use crate::{
    App, FieldFault, Result,
    attachments::{Criterion, detaching},
    cards::{Missing, is_locked, pick, snapshot},
};

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
    /// What documents are asked for (R-APP-3).
    pub requests: Vec<DocumentRequest>,
    /// What the rejection that is still to be answered points at (R-APP-6).
    pub remarks: Vec<Remark>,
    /// The documents, the scan among them.
    pub documents: Vec<Document>,
    /// What documents are to prove for the category asked for.
    pub criteria: Vec<Criterion>,
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
    /// Whether what it proves may be said anew.
    pub describable: bool,
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
            requests: Vec::new(),
            remarks: Vec::new(),
            documents: Vec::new(),
            criteria: Vec::new(),
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
            own.documents = self.documents(&mut tx, actor, &application).await?;
            if let Some(category) = application.category {
                own.criteria = criteria(&mut tx, category).await?;
            }
            if application.status != Status::Draft {
                let edition = RenditionOf::Edition(application.edition);
                own.pdf = renditions::find(&mut tx, &application, edition).await?;
            }
            if !application.status.is_final() {
                own.requests = document_requests::open(&mut tx, &application, self.today()).await?;
            }
            own.remarks = db::applications::remarks(&mut tx, &application).await?;
            own.experts = own::experts(&mut tx, &application).await?;
            own.history = events::history(&mut tx, &application).await?;
            own.attaching_refused = self.attaching(actor, &application).err();
            own.warnings = self.warnings(&mut tx, &own.card, &application).await?;
            own.application = Some(application);
        }
        Ok(own)
    }

    /// The warnings of R-APP-4 before submission, as soon as there is something to warn of.
    async fn warnings(
        &self,
        scope: &mut Scope,
        card: &Card,
        application: &Application,
    ) -> Result<Vec<Flag>> {
        let copied = match application.status {
            Status::Draft => snapshot(card).ok(),
            Status::Formed => application.snapshot.clone(),
            _ => None,
        };
        match (copied, application.category) {
            (Some(copied), Some(category)) => self.flags(scope, card, &copied, category).await,
            _ => Ok(Vec::new()),
        }
    }

    /// The documents of an application, each with what its owner may do with it now.
    async fn documents(
        &self,
        tx: &mut Tx<acts::ReadApplication>,
        actor: &Actor,
        application: &Application,
    ) -> Result<Vec<Document>> {
        let describing = self.describing(actor, application).is_ok();
        let attachments = attachments::of(tx, application).await?.into_iter();
        Ok(attachments
            .map(|attachment| {
                let attached = Attached {
                    application: application.clone(),
                    attachment,
                };
                let own = attached.attachment.by_account == actor.account.0;
                Document {
                    detachable: tx.could(Act::Detach, &attached)
                        && detaching(actor, &attached).is_ok(),
                    describable: describing && own && attached.attachment.kind != SCAN,
                    attachment: attached.attachment,
                }
            })
            .collect())
    }
}
