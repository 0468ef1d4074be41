//! The teacher's verbs on its own application (R-APP-1…4, R-APP-8, R-APP-9): what its cabinet
//! shows, forming and submitting stand in `applications/…`, here is what both ask. Registrars'
//! verbs are `review`'s.

mod forming;
mod own;
mod submission;

use chrono::NaiveDate;
use db::{Scope, cards, reference};
use domain::{
    card::Snapshot,
    checks::{self, Flag, Windows},
    reference::Category,
};

use crate::{App, Error, Result};

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
pub use forming::FORMING_LOCKED;
pub use own::{Document, Own};
pub use submission::Submission;

impl App {
    /// The grounds of the simplified form.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn grounds(&self) -> Result<Vec<Ground>> {
        let mut tx = self.db.enter_public().await?;
        Ok(reference::grounds(&mut tx).await?)
    }

    /// The warnings of R-APP-4 about the card as it is copied.
    async fn flags(
        &self,
        scope: &mut Scope,
        card: &Card,
        copied: &Snapshot,
        category: Category,
    ) -> Result<Vec<Flag>> {
        let refused_on: Option<NaiveDate> =
            db::applications::own::refused_on(scope, card, category).await?;
        Ok(checks::flags(
            copied,
            &card.organisation_type_code,
            category,
            self.today(),
            refused_on,
            Windows::default(),
        ))
    }
}

/// The card an application is made from.
async fn card_of(scope: &mut Scope, application: &Application) -> Result<Card> {
    cards::own(scope)
        .await?
        .into_iter()
        .find(|card| card.id == application.card)
        .ok_or(Error::NotFound)
}
