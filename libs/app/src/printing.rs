//! «Печать заявлений» (01 §1.8): which applications there are to print, and asking for them with
//! their documents as one paper or as an archive. Making it is [`crate::printouts::papers`]'s.

use db::{
    Tx, applications, events,
    journal::{Filter, Place},
    printing,
    printouts::{self, Request},
};
use domain::{act::acts, actor::Actor, audit::Deed};
use futures::Stream;
use uuid::Uuid;

use crate::{App, Error, Result, listing::pages, lists::sought};

pub use db::{printing::Line, printouts::Format};

/// The most applications of one printout.
pub const MOST: usize = 500;

/// How many lines a page shows.
const PAGE: usize = 50;

/// The longest reason, in characters.
pub const REASON: usize = 200;

/// A page of what there is to print.
#[derive(Clone, Debug)]
pub struct Page {
    /// The applications, in the journal's order.
    pub lines: Vec<Line>,
    /// The place the next page begins after, if there is one.
    pub next: Option<Place>,
    /// Whether a search found more than the list looks through.
    pub partial: bool,
}

/// Which applications are to be printed.
#[derive(Clone, Debug)]
pub enum Wanted<'a> {
    /// These.
    Marked(&'a [Uuid]),
    /// All a filter and a search leave.
    Found(Filter, &'a str),
}

impl App {
    /// A page of the registered applications in the journal's order, from behind `after`; what is
    /// typed into `search` leaves only these ФИО and numbers. A coordinator's are its
    /// municipality's, whatever the filter says.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn printable(
        &self,
        actor: &Actor,
        filter: Filter,
        search: &str,
        after: Option<Place>,
    ) -> Result<Page> {
        let mut tx = self.db.enter::<acts::Print>(actor).await?;
        let found = sought(&mut tx, search).await?;
        let filter = filter.of(actor);
        let most = PAGE as i64 + 1;
        let mut lines = printing::page(&mut tx, filter, found.as_ref(), after, most).await?;
        let more = lines.len() > PAGE;
        lines.truncate(PAGE);
        Ok(Page {
            next: lines.last().filter(|_| more).map(|line| line.place),
            partial: found.is_some_and(|found| found.partial),
            lines,
        })
    }

    /// All of that list, some at a time.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn export_printable(
        &self,
        actor: &Actor,
        filter: Filter,
        search: String,
    ) -> Result<impl Stream<Item = Result<Vec<Line>>> + Send + use<>> {
        self.taken_away::<acts::Print>(actor, Deed::ExportApplications)
            .await?;
        let (app, actor) = (self.clone(), actor.clone());
        Ok(pages(move |after: Option<Place>| {
            let (app, actor, search) = (app.clone(), actor.clone(), search.clone());
            async move {
                let page = app.printable(&actor, filter, &search, after).await?;
                Ok((page.lines, page.next))
            }
        }))
    }

    /// Has applications printed or packed with their documents, for `reason`: the printout's id.
    /// Each application's history says so and what for; the audit has the ids alone (R-AUD-1).
    ///
    /// # Errors
    /// [`Error::Invalid`] for a missing reason, for none and for too many; [`Error::NotFound`] if
    /// the actor does not see one of them: nothing is printed then.
    pub async fn print_applications(
        &self,
        actor: &Actor,
        wanted: Wanted<'_>,
        format: Format,
        reason: &str,
    ) -> Result<Uuid> {
        let mut tx = self.db.enter::<acts::Print>(actor).await?;
        let reason = parse_reason(reason)?;
        let ids = chosen(&mut tx, actor, wanted).await?;
        let words = match format {
            Format::Pdf => format!("Заявление напечатано с документами. Для чего: {reason}"),
            Format::Zip => format!("Документы заявления выгружены архивом. Для чего: {reason}"),
        };
        let mut places = Vec::with_capacity(ids.len());
        for id in ids {
            let row = applications::find(&mut tx, id).await?;
            let permit = tx.may(row.ok_or(Error::NotFound)?).await?;
            events::record(&mut tx, &permit, &words).await?;
            let entry = permit.registered_on.zip(permit.registered_number);
            places.push((entry.is_none(), entry, permit.tenant.0, permit.public_id));
        }
        // The journal's order; what has no number comes last.
        places.sort_unstable();
        let of = places.into_iter().map(|(.., tenant, id)| (tenant, id));
        let of = of.collect();
        let request = Request::Applications { of, format, reason };
        let id = printouts::ask(&mut tx, &request).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// The applications wanted, each once.
async fn chosen(tx: &mut Tx<acts::Print>, actor: &Actor, wanted: Wanted<'_>) -> Result<Vec<Uuid>> {
    let mut ids = match wanted {
        Wanted::Marked(ids) => ids.to_vec(),
        Wanted::Found(filter, search) => {
            let found = sought(tx, search).await?;
            let most = MOST as i64 + 1;
            let lines = printing::page(tx, filter.of(actor), found.as_ref(), None, most).await?;
            lines.into_iter().map(|line| line.public_id).collect()
        }
    };
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Err(Error::field("", "Отметьте хотя бы одно заявление."));
    }
    if ids.len() > MOST {
        let words = format!(
            "За один раз печатается не больше {MOST} заявлений: уточните отбор, например период."
        );
        return Err(Error::field("", words));
    }
    Ok(ids)
}

fn parse_reason(typed: &str) -> Result<String> {
    let reason = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(Error::field(
            "reason",
            "Напишите, для чего печатаются заявления",
        ));
    }
    if reason.chars().count() > REASON {
        let words = format!("Не больше {REASON} знаков");
        return Err(Error::field("reason", words));
    }
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_of_some_words() {
        assert_eq!(parse_reason(" Для\r\nсуда ").unwrap(), "Для суда");
        assert!(parse_reason(" \n").is_err());
        assert!(parse_reason(&"я".repeat(REASON)).is_ok());
        assert!(parse_reason(&"я".repeat(REASON + 1)).is_err());
    }
}
