//! «Сформировать» (R-APP-1, R-APP-8): the form's answers kept, the card copied, the PDF printed.
//! Pressed twice, or in two tabs, it forms once.

use std::time::Duration;

use db::{
    applications::{
        self,
        own::{self, Choice},
    },
    attachments, events,
    jobs::{self, JobKind},
    reference,
    renditions::{self, RenditionOf},
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    life::{Status, legal},
    reference::Procedure,
};
use uuid::Uuid;

use super::{Card, card_of};
use crate::{
    App, Error, FieldFault, Result,
    cards::{pick, snapshot},
};

/// Why nothing more is formed once an application is submitted (R-APP-3).
pub const FORMING_LOCKED: &str = "Формирование заявления не доступно т.к. заявление подано";

/// How often and how many times the printed application is looked for before the page says
/// «Документ готовится…»: an answer comes within 5 seconds (02 Common).
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LOOKS: usize = 16;

impl App {
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
        let (mut tx, permit) = self.enter_case::<acts::Edit>(actor, application).await?;
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
        let card = card_of(&mut tx, &permit).await?;
        self.check_choice(&mut tx, &card, choice).await?;
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
        let (mut tx, permit) = self.enter_case::<acts::Form>(actor, application).await?;
        if permit.status == Status::Formed {
            return Ok(());
        }
        legal(Act::Form, actor.role, &permit.case())
            .map_err(|_| Error::Illegal(FORMING_LOCKED.to_owned()))?;
        let card = card_of(&mut tx, &permit).await?;
        // Both were there when the answers were kept; a card emptied since is told of.
        let (Ok(copied), Some(organisation)) = (snapshot(&card), card.organisation) else {
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
}
