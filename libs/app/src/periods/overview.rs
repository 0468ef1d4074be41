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
    /// Where the next page of versions begins; `None` on the last.
    pub next: Option<i32>,
    /// The schedules of municipalities, by name.
    pub municipalities: Vec<MunicipalSchedule>,
}

impl App {
    /// A period with what is known of its schedule, its versions from behind `after` on.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn period(
        &self,
        actor: &Actor,
        period: Uuid,
        after: Option<i32>,
    ) -> Result<Overview> {
        let mut tx = self.db.enter::<acts::ApprovePeriod>(actor).await?;
        let period = periods::find(&mut tx, period)
            .await?
            .ok_or(Error::NotFound)?;
        let mut versions = schedule::versions(&mut tx, period.id, after).await?;
        let more = versions.len() > schedule::VERSIONS;
        versions.truncate(schedule::VERSIONS);
        Ok(Overview {
            next: versions
                .last()
                .filter(|_| more)
                .map(|version| version.number),
            versions,
            municipalities: municipal_schedules::of_period(&mut tx, period.id).await?,
            period,
        })
    }
}
