//! The proposal for a period (R-SCH-2, R-SCH-3): whom the rows with an empty place could be given
//! to, and the accepting of chosen ones, each through the verb that saves a row. How experts are
//! shared out is [`domain::proposal`]'s.

use db::{
    Tx,
    applications::lists,
    schedule::{self, AT_ONCE, Expert, Period, Vacancy},
};
use domain::{
    act::{Act, acts},
    actor::{Actor, TenantId},
    proposal::{self, Place, words},
    role::Role,
    schedule::PLACES,
};
use uuid::Uuid;

use super::{Plan, ScheduleView, assigning, expert_limit, is_of_centre, pairs, why_not};
use crate::{App, Error, Result};

/// A row of the proposal.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The row as it is.
    pub vacancy: Vacancy,
    /// The experts proposed, by place.
    pub experts: [Option<Expert>; PLACES],
    /// Why these, or why a place stays empty.
    pub why: Vec<String>,
    /// Whether this person may not change the row now: then `why` says it.
    pub refused: bool,
}

impl Proposed {
    /// Whether there is anything to accept.
    #[must_use]
    pub fn fills(&self) -> bool {
        self.experts.iter().any(Option::is_some)
    }

    /// Whether no place stays empty when it is accepted.
    #[must_use]
    pub fn completes(&self) -> bool {
        let taken = |(expert, held): (&Option<_>, &Option<_>)| expert.is_some() || held.is_some();
        self.experts.iter().zip(&self.vacancy.held).all(taken)
    }
}

/// A proposal for the rows of a period.
#[derive(Clone, Debug)]
pub struct PeriodProposal {
    /// The periods to choose from.
    pub periods: Vec<Period>,
    /// The one it is for; `None` while none is chosen.
    pub period: Option<Period>,
    /// The rows with an empty place: those that can be filled first.
    pub rows: Vec<Proposed>,
    /// Whether there are more rows than one proposal is made for.
    pub more: bool,
}

/// A row as it was proposed and is to be accepted.
#[derive(Clone, Copy, Debug)]
pub struct AsProposed<'a> {
    /// The application.
    pub application: Uuid,
    /// The version of its row.
    pub version: i32,
    /// The experts' memberships by place.
    pub experts: [&'a str; PLACES],
}

/// What became of one of many rows: its id, ФИО as far as it is seen, the outcome.
pub type Answered = (Uuid, String, Result<bool>);

impl App {
    /// Experts for all rows of a period that have an empty place, of the coordinator's
    /// municipality or the one an operator names. The same seed proposes the same.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that plan nothing.
    pub async fn propose_experts(
        &self,
        actor: &Actor,
        named: Option<TenantId>,
        period: Option<Uuid>,
        seed: u64,
    ) -> Result<PeriodProposal> {
        let mut tx = self.db.enter::<acts::ReadSchedule>(actor).await?;
        let periods = schedule::periods(&mut tx).await?;
        let period = periods
            .iter()
            .find(|known| Some(known.public_id) == period)
            .cloned();
        let tenant = actor.tenant.or(named);
        let (rows, more) = match (tenant, &period) {
            (Some(tenant), Some(period)) => {
                let mut vacancies = schedule::vacancies(&mut tx, tenant, period.id).await?;
                let more = vacancies.len() > AT_ONCE;
                vacancies.truncate(AT_ONCE);
                let rows = proposed(&mut tx, actor, vacancies, period.id, seed).await?;
                (rows, more)
            }
            _ => (Vec::new(), false),
        };
        Ok(PeriodProposal {
            periods,
            period,
            rows,
            more,
        })
    }

    /// «Принять отмеченные»: saves rows as they were proposed, each in a transaction of its own
    /// and each answered for itself; `true` where it changed the row, `false` where the row is
    /// so already, hence it is safe to repeat.
    ///
    /// # Errors
    /// Only when nobody could be answered: the cabinet has ended or a store is away.
    pub async fn accept_proposed(
        &self,
        actor: &Actor,
        period: &str,
        marked: &[AsProposed<'_>],
    ) -> Result<Vec<Answered>> {
        let ids: Vec<Uuid> = marked.iter().map(|row| row.application).collect();
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let names = lists::names(&mut tx, &ids).await?;
        drop(tx);
        let mut answers = Vec::with_capacity(marked.len());
        for row in marked {
            let name = names
                .iter()
                .find(|(named, _)| *named == row.application)
                .map(|(_, name)| name.clone())
                .unwrap_or_default();
            match self.accept_row(actor, period, row).await {
                Err(error @ (Error::SignedOut | Error::Unavailable(_) | Error::Internal(_)))
                    if answers.is_empty() =>
                {
                    return Err(error);
                }
                outcome => answers.push((row.application, name, outcome)),
            }
        }
        Ok(answers)
    }

    async fn accept_row(&self, actor: &Actor, period: &str, row: &AsProposed<'_>) -> Result<bool> {
        let plan = Plan {
            period,
            experts: row.experts,
            comment: None,
        };
        match self
            .set_schedule(actor, row.application, row.version, plan)
            .await
        {
            Err(late @ (Error::Stale | Error::Illegal(_))) => {
                let view = self.schedule_row(actor, row.application).await?;
                if is_so(actor, &view, row) {
                    Ok(false)
                } else {
                    Err(late)
                }
            }
            // Beside no field here: the answer is a line of its own.
            Err(Error::Invalid(faults)) => {
                let words: Vec<String> = faults.into_iter().map(|fault| fault.words).collect();
                Err(Error::Illegal(words.join(". ")))
            }
            outcome => outcome,
        }
    }
}

/// Whether the row's places are taken as they were proposed.
fn is_so(actor: &Actor, view: &ScheduleView, row: &AsProposed<'_>) -> bool {
    view.places
        .iter()
        .zip(row.experts)
        .all(|(place, asked)| match place {
            None => asked.is_empty(),
            Some(assigned) if asked.is_empty() => is_of_centre(actor, assigned),
            Some(assigned) => view.experts.iter().any(|expert| {
                expert.membership == assigned.membership && expert.public_id.to_string() == asked
            }),
        })
}

/// The rows with what is proposed for them. Those the person may not change now take no part in
/// the sharing out.
async fn proposed(
    tx: &mut Tx<acts::ReadSchedule>,
    actor: &Actor,
    vacancies: Vec<Vacancy>,
    period: i32,
    seed: u64,
) -> Result<Vec<Proposed>> {
    let experts = schedule::roster(tx, period).await?;
    let limit = expert_limit(tx).await?;
    let region = actor.role == Role::Operator;
    let act = assigning(actor.role);
    let mut open = Vec::new();
    let mut refused = Vec::new();
    for vacancy in vacancies {
        let may = tx.could(act, &vacancy) && tx.could(Act::ListExperts, &vacancy);
        match why_not(actor.role, act, &vacancy.case, may) {
            None => open.push(vacancy),
            Some(words) => refused.push(Proposed {
                vacancy,
                experts: [None, None],
                why: vec![words],
                refused: true,
            }),
        }
    }
    let rows: Vec<proposal::Row> = open.iter().map(pairs::row).collect();
    let candidates: Vec<proposal::Candidate> = experts.iter().map(pairs::candidate).collect();
    let proposals = proposal::propose(&rows, &candidates, limit, seed);
    let mut all: Vec<Proposed> = open
        .into_iter()
        .filter_map(|vacancy| {
            let row = vacancy.application;
            let of_row = proposals.iter().find(|proposal| proposal.row == row)?;
            let expert = |place: &Place| match place {
                Place::Given(choice) => experts
                    .iter()
                    .find(|known| known.membership == choice.expert)
                    .cloned(),
                _ => None,
            };
            Some(Proposed {
                experts: of_row.places.each_ref().map(expert),
                why: words::explained(of_row, limit, region),
                vacancy,
                refused: false,
            })
        })
        .collect();
    // A stable order: those to be filled first, as they were planned.
    all.sort_by_key(|row| !row.fills());
    all.extend(refused);
    Ok(all)
}
