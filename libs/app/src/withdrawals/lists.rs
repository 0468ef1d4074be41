//! Lists of withdrawals: what a school coordinator may withdraw, and what waits for whoever
//! decides.

use db::withdrawals::lists;
use domain::{
    act::{Act, acts},
    actor::Actor,
    audit::Deed,
    life,
    role::Role,
};
use futures::Stream;
use uuid::Uuid;

use super::{Listed, Withdrawable};
use crate::{App, Result, listing::pages};

/// Rows of one page of a list.
const PAGE: usize = 50;

/// Which withdrawals a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// «ждут меня»: under review and the reader's to decide.
    Waiting,
    /// «все».
    All,
}

/// One page of a list.
#[derive(Debug)]
pub struct Listing<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Whether more follow.
    pub more: bool,
}

impl<T> Listing<T> {
    fn of(mut rows: Vec<T>) -> Self {
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        Self { rows, more }
    }
}

impl App {
    /// What the school coordinator may withdraw: the submitted and registered applications of
    /// its organisation, after the application `after`.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn withdrawable(
        &self,
        actor: &Actor,
        after: Option<Uuid>,
    ) -> Result<Listing<Withdrawable>> {
        let mut tx = self.db.enter::<acts::FormWithdrawal>(actor).await?;
        Ok(Listing::of(lists::withdrawable(&mut tx, after).await?))
    }

    /// The list of whoever decides, after the withdrawal `after`; each row with whether it is
    /// the reader's to decide now.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn withdrawals(
        &self,
        actor: &Actor,
        filter: Filter,
        after: Option<Uuid>,
    ) -> Result<Listing<(Listed, bool)>> {
        let mut tx = self.db.enter::<acts::AcceptWithdrawal>(actor).await?;
        let rows = match filter {
            Filter::Waiting => {
                lists::waiting(&mut tx, actor.role == Role::Municipal, after).await?
            }
            Filter::All => lists::all(&mut tx, after).await?,
        };
        let rows = rows
            .into_iter()
            .map(|row| {
                let mine = row.state == life::Withdrawal::UnderReview
                    && tx.could(Act::AcceptWithdrawal, &row);
                (row, mine)
            })
            .collect();
        Ok(Listing::of(rows))
    }

    /// All of that list, some at a time.
    ///
    /// # Errors
    /// As [`App::withdrawals`].
    pub async fn export_withdrawals(
        &self,
        actor: &Actor,
        filter: Filter,
    ) -> Result<impl Stream<Item = Result<Vec<(Listed, bool)>>> + Send + use<>> {
        self.taken_away::<acts::AcceptWithdrawal>(actor, Deed::ExportWithdrawals)
            .await?;
        let (app, actor) = (self.clone(), actor.clone());
        Ok(pages(move |after: Option<Uuid>| {
            let (app, actor) = (app.clone(), actor.clone());
            async move {
                let page = app.withdrawals(&actor, filter, after).await?;
                let last = page.rows.last().filter(|_| page.more);
                let next = last.map(|(row, _)| row.withdrawal);
                Ok((page.rows, next))
            }
        }))
    }
}
