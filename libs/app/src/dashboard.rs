//! What a cabinet's first page counts, and municipalities at a glance.

use chrono::Days;
use db::dashboard;
use domain::{
    act::acts,
    actor::Actor,
    calendar::{REMINDERS, first_of_month},
};
use uuid::Uuid;

pub use db::dashboard::{Glance, MunicipalCounts, OperatorCounts};

use crate::{App, Result, conclusions::month::last_of, listing::Listing};

/// From so many days before its end on a term is «срок истекает»: who is to register is reminded
/// then for the first time (R-APP-7).
pub(crate) const ENDING_DAYS: u64 = REMINDERS[0].unsigned_abs();

impl App {
    /// What waits for the coordinator of the actor's municipality.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn municipal_counts(&self, actor: &Actor) -> Result<MunicipalCounts> {
        let mut tx = self.db.enter::<acts::ReadDashboard>(actor).await?;
        let today = self.zone().today(tx.now());
        let soon = today + Days::new(ENDING_DAYS);
        let until = last_of(first_of_month(today));
        Ok(dashboard::municipal(&mut tx, soon, until).await?)
    }

    /// What waits for the operators, and the first municipalities at a glance.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn operator_counts(
        &self,
        actor: &Actor,
    ) -> Result<(OperatorCounts, Listing<Glance>)> {
        let mut tx = self.db.enter::<acts::ReadDashboard>(actor).await?;
        let today = self.zone().today(tx.now());
        let counts = dashboard::operator(&mut tx).await?;
        let first = dashboard::municipalities(&mut tx, today, None).await?;
        Ok((counts, page(first)))
    }

    /// A page of the municipalities at a glance (01 §1.8), from behind `after` on.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn municipalities_at_a_glance(
        &self,
        actor: &Actor,
        after: Option<Uuid>,
    ) -> Result<Listing<Glance>> {
        let mut tx = self.db.enter::<acts::ReadMunicipalities>(actor).await?;
        let today = self.zone().today(tx.now());
        Ok(page(
            dashboard::municipalities(&mut tx, today, after).await?,
        ))
    }
}

fn page(rows: Vec<Glance>) -> Listing<Glance> {
    Listing::cut(rows, crate::lists::PAGE, |row| row.public_id)
}
