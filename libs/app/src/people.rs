//! The people a coordinator or an operator answers for, and the experts of a municipality.

use db::people;
use domain::{act::acts, actor::Actor};
use uuid::Uuid;

pub use db::people::{Expert, Person};

use crate::{App, Listing, Result};

impl App {
    /// The people the actor may see, by surname; with `search`, the first whose surname or
    /// login begins so.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn people(
        &self,
        actor: &Actor,
        search: &str,
        after: Option<Uuid>,
    ) -> Result<Listing<Person>> {
        let mut tx = self.db.enter::<acts::ListPeople>(actor).await?;
        let search = search.trim();
        let rows = if search.is_empty() {
            people::page(&mut tx, after).await?
        } else {
            people::found(&mut tx, search).await?
        };
        Ok(Listing::cut(rows, people::PAGE, |row| row.public_id))
    }

    /// The experts of the actor's municipality, by surname.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn municipal_experts(
        &self,
        actor: &Actor,
        after: Option<Uuid>,
    ) -> Result<Listing<Expert>> {
        let mut tx = self.db.enter::<acts::ListExperts>(actor).await?;
        let rows = people::experts(&mut tx, after).await?;
        Ok(Listing::cut(rows, people::PAGE, |row| row.public_id))
    }
}
