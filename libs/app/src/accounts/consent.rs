//! Consent (R-ACC-6): a document of its own, given before any cabinet opens; the version of
//! the text is kept with it.

use db::{
    accounts::{
        cabinets,
        consents::{self, ConsentKind},
    },
    events::{Outcome, audit_account},
};
use domain::{audit::Deed, role::Role};

pub use db::accounts::consents::ConsentText;

use crate::{App, Error, Result, accounts::Person};

/// What the page of consent shows.
#[derive(Clone, Debug)]
pub struct ConsentPage {
    /// The text in force.
    pub text: ConsentText,
    /// Whether the person has agreed already.
    pub given: bool,
    /// The text on publishing an expert's name, for experts.
    pub publication: Option<ConsentText>,
    /// Whether the expert has agreed to that.
    pub published: bool,
}

impl App {
    /// What the page of consent shows to the person.
    ///
    /// # Errors
    /// [`Error::SignedOut`]; [`Error::Illegal`] while no text is loaded.
    pub async fn consent_page(&self, person: Person) -> Result<ConsentPage> {
        let mut tx = self.enter_account(person).await?;
        let text = consents::text(&mut tx, ConsentKind::PersonalData)
            .await?
            .ok_or_else(|| {
                Error::Illegal(
                    "Текст согласия ещё не загружен: обратитесь к администратору системы."
                        .to_owned(),
                )
            })?;
        let expert = cabinets::list(&mut tx)
            .await?
            .iter()
            .any(|cabinet| cabinet.role == Role::Expert);
        Ok(ConsentPage {
            text,
            given: consents::given(&mut tx, ConsentKind::PersonalData).await?,
            publication: match expert {
                true => consents::text(&mut tx, ConsentKind::Publication).await?,
                false => None,
            },
            published: consents::given(&mut tx, ConsentKind::Publication).await?,
        })
    }

    /// Gives consent to the text of `version`, as it was shown; `published` is an expert's
    /// second one, which nothing depends on but the public schedule.
    ///
    /// # Errors
    /// [`Error::Invalid`] without the tick; [`Error::Stale`] if there is a newer text.
    pub async fn give_consent(
        &self,
        person: Person,
        version: i32,
        agreed: bool,
        published: bool,
    ) -> Result<()> {
        if !agreed {
            return Err(Error::field(
                "agree",
                "Без согласия кабинет не открывается: поставьте отметку",
            ));
        }
        let page = self.consent_page(person).await?;
        if page.text.version != version {
            return Err(Error::Stale);
        }
        let mut tx = self.enter_account(person).await?;
        if !page.given {
            consents::give(&mut tx, ConsentKind::PersonalData, version).await?;
        }
        if let Some(text) = page.publication
            && published
            && !page.published
        {
            consents::give(&mut tx, ConsentKind::Publication, text.version).await?;
        }
        audit_account(
            &mut tx,
            Some(person.account.0),
            Deed::Consent,
            Outcome::Done,
        )
        .await?;
        Ok(tx.commit().await?)
    }
}
