//! The row of one application as one person may see and change it now (R-PER-2, R-SCH-1).
//! Changing it is in [`super::plan`].

use db::{applications, schedule};
use domain::proposal::Note;
use domain::{
    act::{Act, acts},
    actor::Actor,
    calendar::Span,
    life::PeriodMark,
    schedule::{PLACES, propose},
};
use uuid::Uuid;

use super::{
    Assigned, Expert, Period, Request, assigning, expert_limit, pairs, refusal, seats::place_of,
};
use crate::{App, Error, Result};

use db::applications::Application;

/// The row of one application, as one person may see and change it now.
#[derive(Clone, Debug)]
pub struct ScheduleView {
    /// The application.
    pub application: Application,
    /// The periods that can be chosen: the open ones.
    pub periods: Vec<Period>,
    /// Whether its period was approved without it: it stays in it until another is chosen.
    pub left_out: bool,
    /// The period proposed by the end of the term held (R-PER-2), while none is set.
    pub proposed: Option<Period>,
    /// The experts that can be chosen, with their loads in [`Self::counted`].
    pub experts: Vec<Expert>,
    /// The period their loads are counted in: the row's, or the one proposed; `None` where they
    /// are counted over all.
    pub counted: Option<Period>,
    /// The region's limit of teachers of one expert in a period (R-SCH-3).
    pub limit: u32,
    /// The requests to the Centre for an expert, oldest first.
    pub requests: Vec<Request>,
    /// The two places.
    pub places: [Option<Assigned>; PLACES],
    /// Why experts cannot be assigned by this person now; `None` when they can.
    pub no_experts: Option<String>,
    /// Why the period cannot be set by this person now; `None` when it can.
    pub no_period: Option<String>,
}

impl ScheduleView {
    /// What is told of an expert for this row (R-SCH-3).
    #[must_use]
    pub fn notes(&self, expert: &Expert) -> Vec<Note> {
        let here = self.application.row.period.is_some()
            && self
                .places
                .iter()
                .flatten()
                .any(|assigned| assigned.membership == expert.membership);
        // The row itself is in the load of who has it already.
        let load = pairs::load(expert) + u32::from(!here);
        let above = self.counted.is_some() && load > self.limit;
        pairs::notes(&self.application, expert, above)
    }

    /// The request the Centre has not answered yet.
    #[must_use]
    pub fn open_request(&self) -> Option<&Request> {
        self.requests.iter().rfind(|request| request.is_open())
    }
}

impl App {
    /// The row of one application.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn schedule_row(&self, actor: &Actor, application: Uuid) -> Result<ScheduleView> {
        let mut tx = self.db.enter::<acts::ReadSchedule>(actor).await?;
        let row = applications::find(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let row = tx.may(row).await?.into_row();
        let act = assigning(actor.role);
        let no_experts = refusal(&tx, actor, act, &row);
        let no_period = refusal(&tx, actor, Act::SetPeriod, &row);
        let mut periods = schedule::periods(&mut tx).await?;
        let now = periods
            .iter()
            .find(|period| Some(period.id) == row.row.period)
            .cloned();
        let left_out = row.row.mark == PeriodMark::Preliminary
            && now.as_ref().is_some_and(|period| !period.open);
        periods.retain(|period| period.open);
        let proposed = if row.row.period.is_none() && no_period.is_none() {
            self.proposed(&row, &periods)
        } else {
            None
        };
        let counted = now.or_else(|| proposed.clone());
        let experts = if no_experts.is_none() && tx.could(Act::ListExperts, &row) {
            let period = counted.as_ref().map(|period| period.id);
            schedule::experts(&mut tx, &row, period).await?
        } else {
            Vec::new()
        };
        let mut places = [None, None];
        for assigned in schedule::assigned(&mut tx, &row).await? {
            if let Some(place) = place_of(&assigned).and_then(|index| places.get_mut(index)) {
                *place = Some(assigned);
            }
        }
        Ok(ScheduleView {
            counted,
            limit: expert_limit(&mut tx).await?,
            requests: schedule::requests(&mut tx, &row).await?,
            application: row,
            periods,
            left_out,
            proposed,
            experts,
            places,
            no_experts,
            no_period,
        })
    }

    fn proposed(&self, row: &Application, periods: &[Period]) -> Option<Period> {
        let spans: Vec<Span> = periods
            .iter()
            .filter_map(|period| Span::new(period.starts, period.ends))
            .collect();
        let held_until = row
            .snapshot
            .as_ref()
            .and_then(|snapshot| snapshot.held.as_ref()?.until);
        let index = propose(&spans, held_until, self.today())?;
        periods.get(index).cloned()
    }
}
