//! Reading orders: the list, one with its decisions and its file, what another may decide, the
//! annex. Recording is in [`super`].

use db::{
    decisions::{self, Decided, Narrowed, Ready},
    events,
    orders::{self, Order},
    periods::{self, Period},
    printouts::{self, Request},
};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    audit::Deed,
};
use futures::{Stream, stream};
use uuid::Uuid;

use super::PDF;
use crate::{App, Error, Result, files::Opened, listing::pages};

/// The most applications offered for an order on a page.
pub const OFFERED: usize = 200;

/// A page of orders, and the order the next one goes on from.
#[derive(Clone, Debug)]
pub struct Orders {
    /// The orders, newest first.
    pub rows: Vec<Order>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Uuid>,
}

/// An order with a page of its decisions.
#[derive(Clone, Debug)]
pub struct OrderView {
    /// The order.
    pub order: Order,
    /// The decisions.
    pub decisions: Vec<Decided>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<i64>,
}

/// Which applications are wanted for an order.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Of one municipality only.
    pub tenant: Option<TenantId>,
    /// Of one period only, by its public id.
    pub period: Option<Uuid>,
    /// Those this order decided, to be superseded; instead of those that wait for a decision.
    pub replaces: Option<Uuid>,
    /// These and no others: what a form has brought.
    pub only: Option<Vec<Uuid>>,
}

/// What an order may decide now, as filtered.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The applications, [`OFFERED`] at most, or all of [`Asked::only`].
    pub rows: Vec<Ready>,
    /// The order whose decisions are to be superseded.
    pub replaces: Option<Order>,
    /// Whether there are more.
    pub more: bool,
    /// The periods to filter by.
    pub periods: Vec<Period>,
}

impl App {
    /// A page of orders, from behind the order `after` on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that read single decisions only.
    pub async fn orders(&self, actor: &Actor, after: Option<Uuid>) -> Result<Orders> {
        let mut tx = self.db.enter::<acts::Decide>(actor).await?;
        let mut rows = orders::page(&mut tx, after).await?;
        let more = rows.len() > orders::PAGE;
        rows.truncate(orders::PAGE);
        let next = rows.last().filter(|_| more).map(|order| order.public_id);
        Ok(Orders { rows, next })
    }

    /// All orders, some at a time.
    ///
    /// # Errors
    /// As [`App::orders`].
    pub async fn export_orders(
        &self,
        actor: &Actor,
    ) -> Result<impl Stream<Item = Result<Vec<Order>>> + Send + use<>> {
        self.taken_away::<acts::Decide>(actor, Deed::ExportOrders)
            .await?;
        let (app, actor) = (self.clone(), actor.clone());
        Ok(pages(move |after: Option<Uuid>| {
            let (app, actor) = (app.clone(), actor.clone());
            async move {
                let page = app.orders(&actor, after).await?;
                Ok((page.rows, page.next))
            }
        }))
    }

    /// The applications an order may decide now, as asked.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that never decide, [`Error::NotFound`] for an unknown order.
    pub async fn offer(&self, actor: &Actor, asked: &Asked) -> Result<Offer> {
        let mut tx = self.db.enter::<acts::Decide>(actor).await?;
        let periods = periods::all(&mut tx).await?;
        let replaces = match asked.replaces {
            Some(id) => Some(orders::find(&mut tx, id).await?.ok_or(Error::NotFound)?),
            None => None,
        };
        let most = OFFERED as i64 + 1;
        let mut ids = match (&asked.only, &replaces) {
            (Some(only), _) => only.clone(),
            (None, Some(order)) => decisions::replaceable(&mut tx, order, most).await?,
            (None, None) => {
                let by = narrowed(asked, &periods);
                decisions::decidable(&mut tx, by, most).await?
            }
        };
        let more = asked.only.is_none() && ids.len() > OFFERED;
        if more {
            ids.truncate(OFFERED);
        }
        Ok(Offer {
            rows: decisions::offered(&mut tx, &ids).await?,
            replaces,
            more,
            periods,
        })
    }

    /// One order with its decisions, from behind the decision `after` on.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn order(&self, actor: &Actor, order: Uuid, after: i64) -> Result<OrderView> {
        let mut tx = self.db.enter::<acts::ReadOrders>(actor).await?;
        let order = orders::find(&mut tx, order).await?.ok_or(Error::NotFound)?;
        let permit = orders::may_read(&mut tx, order).await?;
        let mut decisions = decisions::of_order(&mut tx, &permit, after).await?;
        let more = decisions.len() > decisions::PAGE;
        decisions.truncate(decisions::PAGE);
        let next = decisions.last().filter(|_| more).map(|row| row.id);
        Ok(OrderView {
            order: permit.into_row(),
            decisions,
            next,
        })
    }

    /// Opens the file of an order for whoever may read it; the opening stays in the audit.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an order that decides nothing the actor sees; [`Error::Illegal`] while
    /// its file waits to be looked through, or if a virus was found; [`Error::Unavailable`] if the store does not have its bytes.
    pub async fn open_order(&self, actor: &Actor, order: Uuid) -> Result<(String, Opened)> {
        // The store is asked between two transactions: a slow one holds no connection.
        let found = {
            let mut tx = self.db.enter::<acts::ReadOrders>(actor).await?;
            let order = orders::find(&mut tx, order).await?.ok_or(Error::NotFound)?;
            orders::may_read(&mut tx, order).await?.into_row()
        };
        let object = self
            .served(found.served_key.as_deref(), found.state)
            .await?;
        let mut tx = self.db.enter::<acts::ReadOrders>(actor).await?;
        let order = orders::find(&mut tx, order).await?.ok_or(Error::NotFound)?;
        let order = orders::may_read(&mut tx, order).await?.into_row();
        events::audit(&mut tx, Some(order.id)).await?;
        tx.commit().await?;
        let opened = Opened {
            content_type: PDF.to_owned(),
            size: object.size,
            body: object.body,
        };
        Ok((order.file_name, opened))
    }

    /// Has the annex of an order printed: the printout's id.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for roles that never decide.
    pub async fn print_annex(&self, actor: &Actor, order: Uuid) -> Result<Uuid> {
        let mut tx = self.db.enter::<acts::Decide>(actor).await?;
        let found = orders::find(&mut tx, order).await?.ok_or(Error::NotFound)?;
        let id = printouts::ask(&mut tx, &Request::Annex { order }).await?;
        events::audit_deed(&mut tx, Deed::PrintAnnex, Some(found.id)).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// All decisions of an order, page by page, for its annex; that it was taken stays in the
    /// audit.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], before anything is read.
    pub async fn order_annex(
        &self,
        actor: &Actor,
        order: Uuid,
    ) -> Result<(Order, impl Stream<Item = Result<Vec<Decided>>> + Send)> {
        let first = self.order(actor, order, 0).await?;
        let header = first.order.clone();
        let mut tx = self.db.enter::<acts::ReadOrders>(actor).await?;
        events::audit(&mut tx, Some(header.id)).await?;
        tx.commit().await?;
        let (app, actor) = (self.clone(), actor.clone());
        let pages = stream::try_unfold(Some(first), move |page| {
            let (app, actor) = (app.clone(), actor.clone());
            async move {
                let Some(page) = page else { return Ok(None) };
                let next = match page.next {
                    Some(after) => Some(app.order(&actor, order, after).await?),
                    None => None,
                };
                Ok(Some((page.decisions, next)))
            }
        });
        Ok((header, pages))
    }
}

/// What is asked for, by the numbers inside.
pub(super) fn narrowed(asked: &Asked, periods: &[Period]) -> Narrowed {
    Narrowed {
        tenant: asked.tenant,
        period: periods
            .iter()
            .find(|known| Some(known.public_id) == asked.period)
            .map(|known| known.id),
    }
}
