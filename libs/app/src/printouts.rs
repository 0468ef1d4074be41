//! Printouts: what a person has the worker print or pack for itself alone. Asking for one is
//! the verb of its noun ([`App::print_journal`], [`App::print_schedule`], …); here a person looks how
//! far it is and takes it. Making it is [`making`]'s, the worker's half.

pub mod gathering;
pub mod making;
pub mod own_data;
pub mod papers;

use db::{applications, events, printouts};
use domain::{
    act::{Act, acts},
    actor::Actor,
    audit::Deed,
    role::Role,
};
use futures::StreamExt as _;
use uuid::Uuid;

pub use db::printouts::{Format, Printout, Request, State};

use crate::{App, Error, Result, files::Opened};

/// How many of the newest are shown below what more of them is asked for.
const NEWEST: i64 = 10;

impl App {
    /// Whether the role may ever do one of `acts`; where there are none, everybody may.
    pub(crate) fn may_one_of(&self, role: Role, acts: &[Act]) -> Result<()> {
        if acts.is_empty() || acts.iter().any(|act| self.ever(role, *act)) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }

    /// A printout the actor asked for in the cabinet in use.
    ///
    /// # Errors
    /// [`Error::NotFound`] for another person's, and for one that is gone after its day.
    pub async fn printout(&self, actor: &Actor, id: Uuid) -> Result<Printout> {
        let mut tx = self.db.enter_own(actor).await?;
        printouts::find(&mut tx, id).await?.ok_or(Error::NotFound)
    }

    /// The newest printouts the actor asked for in the cabinet in use.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn newest_printouts(&self, actor: &Actor) -> Result<Vec<Printout>> {
        let mut tx = self.db.enter_own(actor).await?;
        Ok(printouts::newest(&mut tx, NEWEST).await?)
    }

    /// Has the actor's own consents printed (R-ACC-6): the printout's id.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn print_consent(&self, actor: &Actor) -> Result<Uuid> {
        let mut tx = self.db.enter_own(actor).await?;
        let id = printouts::ask_own(&mut tx, &Request::Consent {}).await?;
        events::audit_own(&mut tx, Deed::PrintConsent).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Has everything that is kept about the actor packed for it (SEC-87): the printout's id.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn pack_own_data(&self, actor: &Actor) -> Result<Uuid> {
        let mut tx = self.db.enter_own(actor).await?;
        let id = printouts::ask_own(&mut tx, &Request::OwnData {}).await?;
        events::audit_own(&mut tx, Deed::PackOwnData).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The file of a printout, by name. That it was asked for is in the audit already.
    ///
    /// # Errors
    /// As [`App::printout`]; [`Error::NotFound`] as well while it is being made.
    pub async fn open_printout(&self, actor: &Actor, id: Uuid) -> Result<(String, Opened)> {
        let printout = self.printout(actor, id).await?;
        // The policy may have changed since it was asked for.
        self.may_one_of(actor.role, printout.request.acts())?;
        self.still_reads(actor, &printout.request).await?;
        let (key, name, _) = printout.file.ok_or(Error::NotFound)?;
        let object = self.store.get(&key).await?.ok_or(Error::NotFound)?;
        Ok((
            name,
            Opened {
                content_type: object.content_type,
                size: object.size,
                body: object.body.boxed(),
            },
        ))
    }

    /// An expert's documents are its own to take as long as its assignment is open (R-SCH-4).
    async fn still_reads(&self, actor: &Actor, request: &Request) -> Result<()> {
        let Request::Applications { of, .. } = request else {
            return Ok(());
        };
        if actor.role != Role::Expert {
            return Ok(());
        }
        for (_, id) in of {
            let mut tx = self.db.enter::<acts::Print>(actor).await?;
            let row = applications::find(&mut tx, *id)
                .await?
                .ok_or(Error::NotFound)?;
            tx.may(row).await?;
        }
        Ok(())
    }
}
