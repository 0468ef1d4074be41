//! The registration journal (R-APP-5) as its keepers read it and take it away.

use db::{
    events, journal,
    printouts::{self, Request},
};
use domain::{
    act::acts, actor::Actor, audit::Deed, calendar::text::dotted, life::Status,
    reference::Category, words::status_name,
};
use futures::{Stream, stream};
use uuid::Uuid;

use crate::{App, Result};

pub use db::{
    applications::lists::COUNTED,
    journal::{Filter, Line, Place},
};

/// How many lines a page shows.
const PAGE: i64 = 50;

/// How many lines a file reads at a time.
const BATCH: i64 = 1000;

/// A page of the journal.
#[derive(Clone, Debug)]
pub struct Page {
    /// The lines, in the journal's order.
    pub lines: Vec<Line>,
    /// The place the next page begins after, if there is one.
    pub next: Option<Place>,
    /// How many lines there are on all pages; counting stops above [`COUNTED`].
    pub count: i64,
}

impl App {
    /// A page of the journal, from its beginning or from behind `after`; a coordinator's has its
    /// municipality's lines, whatever the filter says. Names of a whole region: who looked is
    /// known (SEC-82).
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::Error::Forbidden).
    pub async fn journal(
        &self,
        actor: &Actor,
        filter: Filter,
        after: Option<Place>,
    ) -> Result<Page> {
        let filter = filter.of(actor);
        let mut tx = self.db.enter::<acts::ReadJournal>(actor).await?;
        events::audit(&mut tx, None).await?;
        let mut lines = journal::page(&mut tx, filter, after, PAGE + 1).await?;
        let more = lines.len() > PAGE as usize;
        lines.truncate(PAGE as usize);
        let next = lines.last().filter(|_| more).map(|line| line.place);
        let count = journal::count(&mut tx, filter, COUNTED + 1).await?;
        tx.commit().await?;
        Ok(Page { lines, next, count })
    }

    /// All lines of a filter in the journal's order, some at a time. Taking them away stays in
    /// the audit before the first is given out (SEC-82).
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::Error::Forbidden).
    pub async fn export_journal(
        &self,
        actor: &Actor,
        filter: Filter,
    ) -> Result<impl Stream<Item = Result<Vec<Line>>> + Send + use<>> {
        let filter = filter.of(actor);
        let mut tx = self.db.enter::<acts::ReadJournal>(actor).await?;
        events::audit_deed(&mut tx, Deed::ExportJournal, None).await?;
        tx.commit().await?;
        let tx = self.db.enter::<acts::ReadJournal>(actor).await?;
        let begin = (tx, None::<Place>);
        Ok(stream::try_unfold(
            begin,
            move |(mut tx, after)| async move {
                let lines = journal::page(&mut tx, filter, after, BATCH).await?;
                let last = lines.last().map(|line| line.place);
                Ok(last.map(|last| (lines, (tx, Some(last)))))
            },
        ))
    }

    /// Has the lines of a filter printed: the printout's id.
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::Error::Forbidden).
    pub async fn print_journal(&self, actor: &Actor, filter: Filter) -> Result<Uuid> {
        let filter = filter.of(actor);
        let mut tx = self.db.enter::<acts::ReadJournal>(actor).await?;
        let request = Request::Journal {
            from: filter.from,
            to: filter.to,
            municipality: filter.tenant.map(|tenant| tenant.0),
        };
        let id = printouts::ask(&mut tx, &request).await?;
        events::audit_deed(&mut tx, Deed::ExportJournal, None).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// The columns of the journal, as the paper one has them.
pub const COLUMNS: [&str; 13] = [
    "№",
    "Дата поступления",
    "Дата регистрации",
    "ФИО",
    "Должность",
    "Место работы",
    "Муниципалитет",
    "Имеющаяся категория",
    "Заявленная категория",
    "Форма",
    "Основание",
    "Решение",
    "Кем зарегистрировано",
];

/// The cells of a line, one a column, as page, workbook and paper say them alike.
#[must_use]
pub fn cells(line: &Line) -> [String; COLUMNS.len()] {
    let person = match (line.person.as_str(), line.destroyed_by.as_str()) {
        // SEC-106: the municipality was removed, the line stays.
        ("", "") => "сведения удалены".to_owned(),
        ("", act) => format!("изъято по акту № {act}"),
        (person, _) => person.to_owned(),
    };
    [
        line.number
            .map(|number| number.to_string())
            .unwrap_or_default(),
        dotted(line.submitted_on),
        dotted(line.place.date),
        person,
        line.position.clone(),
        line.organisation.clone(),
        line.municipality.clone(),
        line.held.map(Category::name).unwrap_or_default().to_owned(),
        line.category.name().to_owned(),
        line.form.name().to_owned(),
        line.ground.clone(),
        decision(line),
        line.registered_by.clone(),
    ]
}

/// What a correction says of its entry; of an entry, what was decided by which order.
fn decision(line: &Line) -> String {
    if let Some((decided, number, date)) = &line.decided {
        let outcome = decided.outcome();
        return format!("{outcome}, распоряжение от {} № {number}", dotted(*date));
    }
    let status = Status::from_code(&line.decision);
    let said = status.map_or(line.decision.as_str(), |status| status_name(status));
    match line.corrects {
        Some((number, date)) => format!("{said} (запись № {number} от {})", dotted(date)),
        None => said.to_owned(),
    }
}
