//! The school coordinator's lists: who of its organisation applied, and what is attached
//! (01 §1.7). Attaching and signing are verbs of attachments and conclusions.

use std::collections::{BTreeMap, btree_map::Entry};

use db::{applications::school, conclusions::form};
use domain::{
    act::{Act, acts},
    actor::Actor,
    checks::may_attach,
    life::{Status, legal},
    reference::Form,
};

use uuid::Uuid;

use crate::{App, Result, attachments::Criterion, lists::sought};

pub use db::applications::school::{Document, Listed};

/// Rows of a page.
const ROWS: usize = 50;

/// How many of the organisation's people applied.
#[derive(Clone, Copy, Debug)]
pub struct SchoolCounts {
    /// Under review; 1001 at most.
    pub under_review: i64,
    /// Registered; 1001 at most.
    pub registered: i64,
}

/// An application in the school coordinator's list.
#[derive(Clone, Debug)]
pub struct SchoolRow {
    /// The application.
    pub row: Listed,
    /// What is attached to it.
    pub documents: Vec<Document>,
    /// What documents are to prove for the category asked for.
    pub criteria: Vec<Criterion>,
    /// Whether documents may be added now (R-APP-3), and what one's own prove be said anew.
    pub may_attach: bool,
    /// Whether the coordinator's own uploads may be detached now.
    pub may_detach: bool,
    /// Whether the signed conclusion may be uploaded now.
    pub may_sign: bool,
}

/// A page of the school coordinator's list.
#[derive(Clone, Debug)]
pub struct SchoolPage {
    /// At most 50.
    pub rows: Vec<SchoolRow>,
    /// After which row the next page begins, if there is one.
    pub next: Option<i64>,
}

impl App {
    /// How many applications of the organisation are new and how many registered.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for another role.
    pub async fn school_counts(&self, actor: &Actor) -> Result<SchoolCounts> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        Ok(SchoolCounts {
            under_review: school::count(&mut tx, Status::UnderReview).await?,
            registered: school::count(&mut tx, Status::Registered).await?,
        })
    }

    /// The organisation's applications in these statuses, after the row `after`; 0 begins the
    /// list. What is typed into `search` leaves only these ФИО and numbers.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for another role.
    pub async fn school_applications(
        &self,
        actor: &Actor,
        statuses: &[Status],
        search: &str,
        after: i64,
    ) -> Result<SchoolPage> {
        self.school_rows(actor, statuses, search, after, None).await
    }

    /// One application of the organisation as its list shows it; none once it is final.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for another role.
    pub async fn school_application(
        &self,
        actor: &Actor,
        application: Uuid,
    ) -> Result<Option<SchoolRow>> {
        let live = [Status::UnderReview, Status::Registered];
        let page = self
            .school_rows(actor, &live, "", 0, Some(application))
            .await?;
        Ok(page.rows.into_iter().next())
    }

    async fn school_rows(
        &self,
        actor: &Actor,
        statuses: &[Status],
        search: &str,
        after: i64,
        only: Option<Uuid>,
    ) -> Result<SchoolPage> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let found = sought(&mut tx, search).await?;
        let mut rows = school::list(&mut tx, statuses, after, found.as_ref(), only).await?;
        let more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let next = rows.last().filter(|_| more).map(|last| last.id);
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let mut documents = school::documents(&mut tx, &ids).await?;
        let mut criteria = BTreeMap::new();
        for category in rows.iter().filter_map(|row| row.category) {
            if let Entry::Vacant(none) = criteria.entry(category) {
                none.insert(form::criteria(&mut tx, category).await?);
            }
        }
        let today = self.today();
        let rows = rows
            .into_iter()
            .map(|row| {
                let can = |act| tx.could(act, &row) && legal(act, actor.role, &row.case).is_ok();
                let in_time = may_attach(
                    row.case.status,
                    row.form.unwrap_or(Form::InPerson),
                    row.starts,
                    row.case.place,
                    row.asked_until,
                    today,
                );
                let of_category = row.category.and_then(|category| criteria.get(&category));
                SchoolRow {
                    criteria: of_category.cloned().unwrap_or_default(),
                    may_attach: in_time && can(Act::Attach),
                    may_detach: legal(Act::Detach, actor.role, &row.case).is_ok(),
                    may_sign: can(Act::SignConclusion),
                    documents: documents
                        .extract_if(.., |document| document.application == row.id)
                        .collect(),
                    row,
                }
            })
            .collect();
        Ok(SchoolPage { rows, next })
    }
}
