//! The people a coordinator or an operator answers for, and the experts of a municipality.

use db::{events, people};
use domain::{act::acts, actor::Actor, value::Line};
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
        // Logins and addresses of a whole region: who looked is known (SEC-82).
        if actor.role.is_institute() {
            events::audit(&mut tx, None).await?;
        }
        // Nobody has a surname or a login that is not a line of text: nobody is found by it.
        let rows = match Line::parse_optional(search, 100) {
            Ok(None) => people::page(&mut tx, after).await?,
            Ok(Some(search)) => people::found(&mut tx, search.as_str()).await?,
            Err(_) => Vec::new(),
        };
        tx.commit().await?;
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
