//! Lists of applications for those who register them: the coordinator's work lists, the
//! operators' queue and register of everything.

use db::{
    applications::lists::{self, Cursor},
    municipalities,
    search::{self, Found},
};
use domain::{act::acts, actor::Actor, routing::WorkList, search::SearchQuery};
use uuid::Uuid;

use crate::{App, Error, Result};

pub use db::{
    applications::lists::{COUNTED, Line, Narrowed, PAGE, Page},
    municipalities::Municipality,
};

/// A page of the operators' queue, with the length of both its lists.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The page of the list asked for.
    pub page: Page<Line>,
    /// How many wait under «Упрощенная форма»; counting stops above [`COUNTED`].
    pub simplified: i64,
    /// How many wait under «Отраслевые».
    pub industry: i64,
}

/// What became of one of many applications: its id, ФИО as far as it is seen, the outcome.
pub type Answered = (Uuid, String, Result<(i32, chrono::NaiveDate)>);

impl App {
    /// A tab of the coordinator's work with applications: what waits for the registrar
    /// (`waiting`) or everything, from behind the row `after` on. What is typed into `search`
    /// leaves only these ФИО and numbers, here and in the other lists.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles without lists.
    pub async fn work_list(
        &self,
        actor: &Actor,
        list: WorkList,
        waiting: bool,
        search: &str,
        after: Option<Uuid>,
    ) -> Result<Page<Line>> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let after = place(&mut tx, after, Cursor::FIRST).await?;
        let found = sought(&mut tx, search).await?;
        Ok(lists::of_municipality(&mut tx, list, waiting, found.as_ref(), after).await?)
    }

    /// The operators' queue, from behind the row `after` on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles without lists.
    pub async fn queue(
        &self,
        actor: &Actor,
        list: WorkList,
        search: &str,
        after: Option<Uuid>,
    ) -> Result<Queue> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let after = place(&mut tx, after, Cursor::FIRST).await?;
        let found = sought(&mut tx, search).await?;
        Ok(Queue {
            page: lists::queue(&mut tx, list, found.as_ref(), after).await?,
            simplified: lists::queue_length(&mut tx, WorkList::Simplified).await?,
            industry: lists::queue_length(&mut tx, WorkList::Industry).await?,
        })
    }

    /// Everything submitted, narrowed, from behind the row `after` on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles without lists.
    pub async fn submitted(
        &self,
        actor: &Actor,
        by: Narrowed,
        search: &str,
        after: Option<Uuid>,
    ) -> Result<Page<Line>> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let after = place(&mut tx, after, Cursor::LAST).await?;
        let found = sought(&mut tx, search).await?;
        Ok(lists::submitted(&mut tx, by, found.as_ref(), after).await?)
    }

    /// The municipalities there are, for an operator's filters.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that do not read them.
    pub async fn municipalities(&self, actor: &Actor) -> Result<Vec<Municipality>> {
        let mut tx = self.db.enter::<acts::ReadMunicipalities>(actor).await?;
        Ok(municipalities::present(&mut tx).await?)
    }

    /// Registers many applications, each in a transaction of its own and each answered for
    /// itself; what is registered already says so, hence it is safe to repeat.
    ///
    /// # Errors
    /// Only when nobody could be answered: the cabinet has ended or a store is away.
    pub async fn register_many(
        &self,
        actor: &Actor,
        marked: &[(Uuid, i32)],
    ) -> Result<Vec<Answered>> {
        let ids: Vec<Uuid> = marked.iter().map(|(id, _)| *id).collect();
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let names = lists::names(&mut tx, &ids).await?;
        drop(tx);
        let mut answers = Vec::with_capacity(marked.len());
        for (id, version) in marked {
            let name = names
                .iter()
                .find(|(named, _)| named == id)
                .map(|(_, name)| name.clone())
                .unwrap_or_default();
            match self.register(actor, *id, *version).await {
                Err(error @ (Error::SignedOut | Error::Unavailable(_) | Error::Internal(_)))
                    if answers.is_empty() =>
                {
                    return Err(error);
                }
                outcome => answers.push((*id, name, outcome)),
            }
        }
        Ok(answers)
    }
}

/// What a search found; `None` where nothing was typed.
pub(crate) async fn sought(scope: &mut db::Scope, typed: &str) -> Result<Option<Found>> {
    let Some(query) = SearchQuery::parse(typed) else {
        return Ok(None);
    };
    Ok(Some(search::applications(scope, &query).await?))
}

/// The place of the row a page follows; the list's beginning without one.
async fn place(scope: &mut db::Scope, after: Option<Uuid>, start: Cursor) -> Result<Cursor> {
    let Some(after) = after else {
        return Ok(start);
    };
    Ok(lists::cursor(scope, after).await?.unwrap_or(start))
}
