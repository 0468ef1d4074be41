//! Lists of applications for those who register them: the coordinator's work lists, the
//! operators' queue and register of everything, narrowed and sorted as their addresses say.

use chrono::{Days, NaiveDate};
use db::{
    Scope,
    applications::lists::{
        self,
        narrowed::{self, Counted, Filter, Walk},
    },
    events, periods, places, reference,
    search::{self, Found},
};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    audit::Deed,
    calendar::due_on,
    life::Status,
    reference::{Category, Form},
    routing::WorkList,
    search::SearchQuery,
};
use futures::{Stream, stream};
use uuid::Uuid;

use crate::{App, Result, dashboard::ENDING_DAYS};

pub use db::{
    applications::lists::{COUNTED, Line, PAGE, narrowed::Order},
    periods::Period,
    places::Place as Organisation,
    reference::RejectionReason,
};

/// What a list of applications is narrowed to and sorted by. What names nothing there is narrows
/// nothing.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// One work list.
    pub list: Option<WorkList>,
    /// One municipality, for operators.
    pub tenant: Option<TenantId>,
    /// One organisation.
    pub organisation: Option<Uuid>,
    /// One status.
    pub status: Option<Status>,
    /// The term of what is under review.
    pub term: Option<Term>,
    /// One period.
    pub period: Option<Uuid>,
    /// One category asked for.
    pub category: Option<Category>,
    /// One form.
    pub form: Option<Form>,
    /// What is missing in the schedule.
    pub gap: Option<Gap>,
    /// Submitted on this day or later.
    pub since: Option<NaiveDate>,
    /// Submitted on this day or earlier.
    pub until: Option<NaiveDate>,
    /// Registered so many days after submission, or later.
    pub took: Option<i32>,
    /// Rejected for this reason, by code; empty: for none of the list.
    pub reason: Option<String>,
    /// Assigned to this expert now, by its membership.
    pub expert: Option<Uuid>,
    /// Words of ФИО, or a number.
    pub search: String,
    /// The order.
    pub order: Order,
    /// Whether the order goes down.
    pub down: bool,
}

/// A term that presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// The 30 days are over.
    Overdue,
    /// They end within [`ENDING_DAYS`].
    Ending,
    /// One or the other.
    Pressing,
}

/// What a registered application on general grounds lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// A period.
    Period,
    /// An expert, or both.
    Experts,
}

/// A page of a narrowed list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its rows.
    pub rows: Vec<Line>,
    /// The row the next page goes on from, if there is one.
    pub next: Option<Uuid>,
    /// Whether the page ends because enough rows were looked through, not because it is full.
    pub stopped: bool,
    /// How many rows there are in all; counting stops above [`COUNTED`].
    pub count: i64,
    /// Whether there may be more of them: only the first were looked through.
    pub at_least: bool,
}

/// What the filters offer.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// The organisations of the municipality in scope or chosen.
    pub organisations: Vec<Organisation>,
    /// The periods.
    pub periods: Vec<Period>,
    /// The reasons of rejections.
    pub reasons: Vec<RejectionReason>,
}

impl Wanted {
    /// The status that the other parts ask for.
    #[must_use]
    pub fn implied(&self) -> Option<Status> {
        if self.term.is_some() {
            Some(Status::UnderReview)
        } else if self.gap.is_some() {
            Some(Status::Registered)
        } else if self.reason.is_some() {
            Some(Status::Rejected)
        } else {
            None
        }
    }
}

impl App {
    /// How many wait in one of the operators' lists; counting stops above [`COUNTED`].
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for roles without lists.
    pub async fn queue_length(&self, actor: &Actor, list: WorkList) -> Result<i64> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let waiting = Filter {
            list: Some(list),
            status: Some(Status::UnderReview),
            ..Filter::default()
        };
        Ok(narrowed::count(&mut tx, &waiting).await?.count)
    }

    /// A page of everything submitted that the actor reads, narrowed and sorted, from behind the
    /// row `after` on.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for roles without lists.
    pub async fn listed(
        &self,
        actor: &Actor,
        wanted: &Wanted,
        after: Option<Uuid>,
    ) -> Result<Listed> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let sieve = self.sieve(&mut tx, wanted).await?;
        let (walk, counted) = sieve.page(&mut tx, wanted, after).await?;
        let counted = match counted {
            Some(counted) => counted,
            None => narrowed::count(&mut tx, &sieve.by).await?,
        };
        Ok(Listed {
            rows: lists::lines(&mut tx, &walk.ids).await?,
            next: walk.next,
            stopped: walk.stopped,
            count: counted.count,
            at_least: counted.stopped,
        })
    }

    /// What the filters of a list offer, in the municipality in scope or `tenant`.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for roles without lists.
    pub async fn list_choices(&self, actor: &Actor, tenant: Option<TenantId>) -> Result<Choices> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let organisations = match tenant.or(actor.tenant) {
            Some(tenant) => places::organisations(&mut tx, tenant, None).await?,
            None => Vec::new(),
        };
        Ok(Choices {
            organisations,
            periods: periods::all(&mut tx).await?,
            reasons: reference::rejection_reasons(&mut tx).await?,
        })
    }

    /// The first applications of a list, [`COUNTED`] at most, for acts on all of a filter: id and
    /// version. Whether there are more.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for roles without lists.
    pub async fn all_of(&self, actor: &Actor, wanted: &Wanted) -> Result<(Vec<(Uuid, i32)>, bool)> {
        let most = usize::try_from(COUNTED).unwrap_or(PAGE);
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let sieve = self.sieve(&mut tx, wanted).await?;
        let mut marked = Vec::new();
        let mut after = None;
        loop {
            let (walk, _) = sieve.page(&mut tx, wanted, after).await?;
            let rows = lists::lines(&mut tx, &walk.ids).await?;
            marked.extend(rows.iter().map(|line| (line.public_id, line.version)));
            if marked.len() > most || walk.next.is_none() {
                let more = marked.len() > most || walk.next.is_some();
                marked.truncate(most);
                return Ok((marked, more));
            }
            after = walk.next;
        }
    }

    /// All rows of a list, some at a time. Taking them away stays in the audit before the first
    /// is given out (SEC-82).
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for roles without lists.
    pub async fn export_applications(
        &self,
        actor: &Actor,
        wanted: Wanted,
    ) -> Result<impl Stream<Item = Result<Vec<Line>>> + Send + use<>> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        events::audit_deed(&mut tx, Deed::ExportApplications, None).await?;
        tx.commit().await?;
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let sieve = self.sieve(&mut tx, &wanted).await?;
        let begin = Some((tx, None::<Uuid>));
        Ok(stream::try_unfold(
            (begin, sieve, wanted),
            move |(at, sieve, wanted)| async move {
                let Some((mut tx, after)) = at else {
                    return Ok(None);
                };
                let (walk, _) = sieve.page(&mut tx, &wanted, after).await?;
                let rows = lists::lines(&mut tx, &walk.ids).await?;
                let on = walk.next.map(|next| (tx, Some(next)));
                Ok(Some((rows, (on, sieve, wanted))))
            },
        ))
    }

    /// What is wanted, as the database is asked for it.
    async fn sieve(&self, scope: &mut Scope, wanted: &Wanted) -> Result<Sieve> {
        let today = self.today();
        let all = Filter::default();
        let tenant = wanted.tenant.or(scope.tenant());
        let organisation = match (wanted.organisation, tenant) {
            (Some(id), Some(tenant)) => places::organisation(scope, tenant, id)
                .await?
                .map(|organisation| organisation.id),
            _ => None,
        };
        let soon = today + Days::new(ENDING_DAYS + 1);
        let (due_from, due_before) = match wanted.term {
            Some(Term::Overdue) => (all.due_from, today),
            Some(Term::Ending) => (today, soon),
            Some(Term::Pressing) => (all.due_from, soon),
            None => (all.due_from, all.due_before),
        };
        let since = wanted.since.map_or(all.due_from, due_on);
        let until = wanted.until.and_then(|day| due_on(day).succ_opt());
        let by = Filter {
            tenant: wanted.tenant,
            organisation,
            list: wanted.list,
            status: wanted.status,
            implied: wanted.implied(),
            category: wanted.category,
            form: wanted.form,
            without_period: wanted.gap == Some(Gap::Period),
            without_experts: wanted.gap == Some(Gap::Experts),
            due_from: due_from.max(since),
            due_before: due_before.min(until.unwrap_or(all.due_before)),
            took: wanted.took,
            reason: wanted.reason.clone(),
        };
        let found = sought(scope, &wanted.search).await?;
        let found = match wanted.expert {
            Some(expert) => both(found, narrowed::of_expert(scope, expert).await?),
            None => found,
        };
        let period = match wanted.period {
            Some(id) => periods::all(scope)
                .await?
                .into_iter()
                .find(|period| period.public_id == id),
            None => None,
        };
        let found = match period {
            Some(period) => both(found, narrowed::of_period(scope, period.id).await?),
            None => found,
        };
        // The queue is walked in the order of its terms only, in any other it is sorted.
        let found = match by.list {
            Some(list) if wanted.order != Order::Due && by.is_queue(scope) => {
                both(found, narrowed::of_queue(scope, list).await?)
            }
            _ => found,
        };
        Ok(Sieve { by, found })
    }
}

/// A list as the database is asked for it: the filter, and what a narrow part of it found.
struct Sieve {
    by: Filter,
    found: Option<Found>,
}

impl Sieve {
    /// A page, and the count where it is known with it.
    async fn page(
        &self,
        scope: &mut Scope,
        wanted: &Wanted,
        after: Option<Uuid>,
    ) -> Result<(Walk, Option<Counted>)> {
        let (order, down) = (wanted.order, wanted.down);
        if let Some(found) = &self.found {
            let (walk, counted) =
                narrowed::among(scope, found, &self.by, order, down, after).await?;
            return Ok((walk, Some(counted)));
        }
        let after = match after {
            Some(after) => narrowed::place(scope, after).await?,
            None => None,
        };
        Ok((
            narrowed::walk(scope, &self.by, order, down, after).await?,
            None,
        ))
    }
}

fn both(one: Option<Found>, other: Found) -> Option<Found> {
    Some(match one {
        Some(one) => one.and(&other),
        None => other,
    })
}

/// What a search found; `None` where nothing was typed.
pub(crate) async fn sought(scope: &mut Scope, typed: &str) -> Result<Option<Found>> {
    let Some(query) = SearchQuery::parse(typed) else {
        return Ok(None);
    };
    Ok(Some(search::applications(scope, &query).await?))
}
