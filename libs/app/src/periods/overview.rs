//! A period as the Centre looks at it: the versions of its schedule, and how far each municipality
//! is with its own (R-SCH-5).

use db::{municipal_schedules, periods, publications::schedule};
use domain::{act::acts, actor::Actor};
use uuid::Uuid;

use super::Period;
use crate::{App, Error, Result, municipal_schedules::MunicipalSchedule, publications::Version};

/// A period with what is known of its schedule.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The period.
    pub period: Period,
    /// The versions of the regional schedule, the latest first.
    pub versions: Vec<Version>,
    /// The schedules of municipalities, by name.
    pub municipalities: Vec<MunicipalSchedule>,
}

impl App {
    /// A period with what is known of its schedule.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn period(&self, actor: &Actor, period: Uuid) -> Result<Overview> {
        let mut tx = self.db.enter::<acts::ApprovePeriod>(actor).await?;
        let period = periods::find(&mut tx, period)
            .await?
            .ok_or(Error::NotFound)?;
        Ok(Overview {
            versions: schedule::versions(&mut tx, period.id).await?,
            municipalities: municipal_schedules::of_period(&mut tx, period.id).await?,
            period,
        })
    }
}
