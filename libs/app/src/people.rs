//! The people a coordinator or an operator answers for, and the experts of a municipality.

use db::{events, people, schedule, search};
use domain::{act::acts, actor::Actor, search::SearchQuery};
use uuid::Uuid;

pub use db::{
    people::{Expert, Person},
    schedule::Load,
};

use crate::{App, Listing, Result, schedule::expert_limit};

/// The experts of a municipality and how busy they are.
#[derive(Clone, Debug)]
pub struct MunicipalExperts {
    /// The experts.
    pub list: Listing<Expert>,
    /// Their loads by period.
    pub loads: Vec<Load>,
    /// The region's limit of teachers of one expert in a period (R-SCH-3).
    pub limit: u32,
}

impl App {
    /// The people the actor may see, by surname; with `typed`, those of this ФИО or whose
    /// login begins so.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn people(
        &self,
        actor: &Actor,
        typed: &str,
        after: Option<Uuid>,
    ) -> Result<Listing<Person>> {
        let mut tx = self.db.enter::<acts::ListPeople>(actor).await?;
        // Logins and addresses of a whole region: who looked is known (SEC-82).
        if actor.role.is_institute() {
            events::audit(&mut tx, None).await?;
        }
        let (rows, partial) = match SearchQuery::parse(typed) {
            None => (people::page(&mut tx, after).await?, false),
            Some(query) => {
                let found = search::people(&mut tx, &query).await?;
                let rows = people::among(&mut tx, &found, after).await?;
                (rows, found.partial)
            }
        };
        tx.commit().await?;
        Ok(Listing {
            partial,
            ..Listing::cut(rows, people::PAGE, |row| row.public_id)
        })
    }

    /// The experts of the actor's municipality, by surname, with their loads by period.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn municipal_experts(
        &self,
        actor: &Actor,
        after: Option<Uuid>,
    ) -> Result<MunicipalExperts> {
        let mut tx = self.db.enter::<acts::ListExperts>(actor).await?;
        let rows = people::experts(&mut tx, after).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.public_id).collect();
        Ok(MunicipalExperts {
            loads: schedule::loads(&mut tx, &ids).await?,
            limit: expert_limit(&mut tx).await?,
            list: Listing::cut(rows, people::PAGE, |row| row.public_id),
        })
    }
}
