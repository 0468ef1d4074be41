//! «Отзыв согласия» (R-CONS-1): who never submitted anything is erased at once, in every municipality,
//! with the account. Of who has, the cases are kept until their term is over, and all else is erased. Who
//! has a live application is told what comes first.

use chrono::NaiveDate;
use db::{
    accounts::erasure::{self, Erased, JOINING},
    events::{Outcome, audit_account},
    region_settings,
};
use domain::{audit::Deed, life::Status, retention, setting::Setting};

pub use db::accounts::erasure::Hindrance;

use crate::{App, Error, Result, accounts::Person};

/// An application that outlives the consent.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where.
    pub municipality: String,
    /// When it was submitted.
    pub submitted_on: NaiveDate,
    /// The number in the journal, with its day; none for what was never registered.
    pub registered: Option<(i32, NaiveDate)>,
    /// What became of it.
    pub status: Status,
    /// The last day it is kept.
    pub until: NaiveDate,
}

/// What the withdrawal of the consent would do, or did.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// What hinders it, or part of it; nothing if all is erased.
    pub hindrance: Option<Hindrance>,
    /// The applications that are kept.
    pub kept: Vec<Kept>,
    /// For how many years, after the one they became final in.
    pub years: u64,
}

impl App {
    /// What withdrawing the consent would do now.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed.
    pub async fn consent_withdrawal(&self, person: Person) -> Result<Withdrawal> {
        let mut tx = self.enter_account(person).await?;
        withdrawal(&mut tx).await
    }

    /// Withdraws the consent: erases the account with all its municipalities hold of it but the cases
    /// that are kept; or says what stands in the way ([`Hindrance::Staff`], [`Hindrance::Live`]) and
    /// does nothing. What is allowed is asked again, under the locks of submitting.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed; [`Error::Stale`] if it moved meanwhile.
    pub async fn withdraw_consent(&self, person: Person) -> Result<Withdrawal> {
        let mut tx = self.enter_account(person).await?;
        let account = Some(person.account.0);
        let before = withdrawal(&mut tx).await?;
        let erased =
            erasure::erase(&mut tx)
                .await
                .map_err(|error| match error.is_constraint(JOINING) {
                    true => Error::Stale,
                    false => error.into(),
                })?;
        let hindrance = match erased {
            Erased::Gone => None,
            Erased::Withdrawn => Some(Hindrance::Submitted),
            Erased::Hindered(Some(why @ (Hindrance::Staff | Hindrance::Live))) => {
                let hindrance = Some(why);
                return Ok(Withdrawal {
                    hindrance,
                    ..before
                });
            }
            Erased::Hindered(_) => return Err(Error::Stale),
        };
        audit_account(&mut tx, account, Deed::WithdrawConsent, Outcome::Done).await?;
        tx.commit().await?;
        Ok(Withdrawal {
            hindrance,
            ..before
        })
    }
}

async fn withdrawal(tx: &mut db::AuthTx) -> Result<Withdrawal> {
    let years = region_settings::number(tx, Setting::RetentionYears).await?;
    let kept = erasure::kept(tx).await?.into_iter().map(|kept| Kept {
        municipality: kept.municipality,
        submitted_on: kept.submitted_on,
        registered: kept.registered,
        status: kept.status,
        until: retention::kept_until(kept.final_on, years),
    });
    Ok(Withdrawal {
        hindrance: erasure::hindered(tx).await?,
        kept: kept.collect(),
        years,
    })
}
