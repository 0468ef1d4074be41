//! Printouts: what a person has the worker print or pack for itself alone. Asking for one is
//! the verb of its noun ([`App::print_journal`], [`App::print_schedule`], …); here a person looks how
//! far it is and takes it. Making it is [`making`]'s, the worker's half.

pub mod making;
pub mod papers;

use db::{applications, printouts};
use domain::{
    act::{Act, acts},
    actor::Actor,
    role::Role,
};
use futures::StreamExt as _;
use uuid::Uuid;

pub use db::printouts::{Format, Printout, Request, State};

use crate::{App, Error, Result, files::Opened};

/// The acts a printout may be of: who may never do any of them has none.
const ACTS: [Act; 5] = [
    Act::ReadJournal,
    Act::MakeSchedule,
    Act::PassConclusion,
    Act::AcceptConclusion,
    Act::Print,
];

/// How many of the newest are shown below what more of them is asked for.
const NEWEST: i64 = 10;

impl App {
    /// Whether the actor's role has printouts at all.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when not.
    pub fn may_print(&self, actor: &Actor) -> Result<()> {
        self.may_one_of(actor.role, &ACTS)
    }

    pub(crate) fn may_one_of(&self, role: Role, acts: &[Act]) -> Result<()> {
        if acts.iter().any(|act| self.ever(role, *act)) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }

    /// A printout the actor asked for in the cabinet in use.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that print nothing; [`Error::NotFound`] for another
    /// person's, and for one that is gone after its day.
    pub async fn printout(&self, actor: &Actor, id: Uuid) -> Result<Printout> {
        self.may_print(actor)?;
        let mut tx = self.db.enter_own(actor).await?;
        printouts::find(&mut tx, id).await?.ok_or(Error::NotFound)
    }

    /// The newest printouts the actor asked for in the cabinet in use.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that print nothing.
    pub async fn newest_printouts(&self, actor: &Actor) -> Result<Vec<Printout>> {
        self.may_print(actor)?;
        let mut tx = self.db.enter_own(actor).await?;
        Ok(printouts::newest(&mut tx, NEWEST).await?)
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
