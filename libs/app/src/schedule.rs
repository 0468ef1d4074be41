//! The schedule: who reads it, and the one act that sets period and experts of an application
//! (R-PER-1, R-PER-2, R-SCH-1…4).

use db::{
    Permit, Tx, applications,
    applications::{Application, lists::Cursor},
    events, letters, municipalities,
    schedule::{self, Assigning},
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    calendar::Span,
    letter::LetterKind,
    life::{Place, Refusal, When, legal},
    role::Role,
    schedule::{PLACES, is_gap, propose},
    words,
};
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result};

pub use db::schedule::{Assigned, Expert, Line, Period};

/// The form's fields of the two places.
pub const EXPERTS: [&str; PLACES] = ["expert1", "expert2"];

/// The acts that change a row of the schedule.
const SETTING: &[Act] = &[Act::Assign, Act::AssignAny, Act::Reschedule];

/// What «График» is narrowed to, as the address has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// One municipality, for operators.
    pub municipality: Option<Uuid>,
    /// One period.
    pub period: Option<Uuid>,
    /// Only rows without a period.
    pub without_period: bool,
    /// Only rows with an empty place.
    pub without_experts: bool,
    /// The row the page follows.
    pub after: Option<Uuid>,
}

/// A page of «График».
#[derive(Clone, Debug)]
pub struct ScheduleList {
    /// The gaps the Centre is asked to fill, for operators; `None` on the pages after them.
    pub gaps: Option<Vec<Line>>,
    /// The rows; for operators those that are no gaps, and `None` while more gaps follow.
    pub rows: Option<Vec<Line>>,
    /// The row the next page goes on from, if there is one.
    pub next: Option<Uuid>,
    /// The periods to narrow by.
    pub periods: Vec<Period>,
}

/// The row of one application, as one person may see and change it now.
#[derive(Clone, Debug)]
pub struct ScheduleView {
    /// The application.
    pub application: Application,
    /// The periods that can be chosen: the open ones.
    pub periods: Vec<Period>,
    /// The period proposed by the end of the term held (R-PER-2), while none is set.
    pub proposed: Option<Period>,
    /// The experts that can be chosen.
    pub experts: Vec<Expert>,
    /// The two places.
    pub places: [Option<Assigned>; PLACES],
    /// Why experts cannot be assigned by this person now; `None` when they can.
    pub no_experts: Option<String>,
    /// Why the period cannot be set by this person now; `None` when it can.
    pub no_period: Option<String>,
}

/// What the form of a row says, as typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan<'a> {
    /// The period's id; empty to leave it as it is.
    pub period: &'a str,
    /// The experts' memberships by place; empty for an empty place.
    pub experts: [&'a str; PLACES],
}

/// What becomes of a place.
enum Seat<'a> {
    Kept(&'a Assigned),
    Given(&'a Expert),
    Empty,
}

impl Seat<'_> {
    const fn account(&self) -> Option<i64> {
        match self {
            Self::Kept(assigned) => Some(assigned.account),
            Self::Given(expert) => Some(expert.account),
            Self::Empty => None,
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Kept(assigned) => Some(&assigned.full_name),
            Self::Given(expert) => Some(&expert.full_name),
            Self::Empty => None,
        }
    }
}

impl App {
    /// «График»: the municipality's for a coordinator, everyone's for an operator, whose gaps
    /// come first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that read no schedule.
    pub async fn schedule(&self, actor: &Actor, wanted: Wanted) -> Result<ScheduleList> {
        let mut tx = self.db.enter::<acts::ReadSchedule>(actor).await?;
        let periods = schedule::periods(&mut tx).await?;
        let tenant = match wanted.municipality {
            Some(id) => municipalities::present(&mut tx)
                .await?
                .into_iter()
                .find(|municipality| municipality.public_id == id)
                .map(|municipality| domain::actor::TenantId(municipality.id)),
            None => None,
        };
        let by = schedule::Narrowed {
            tenant: tenant.filter(|_| actor.role == Role::Operator),
            period: wanted
                .period
                .and_then(|id| periods.iter().find(|period| period.public_id == id))
                .map(|period| period.id),
            without_period: wanted.without_period,
            without_experts: wanted.without_experts,
            without_gaps: actor.role == Role::Operator,
        };
        let operator = actor.role == Role::Operator;
        let gap = match wanted.after {
            Some(id) if operator => schedule::gap_cursor(&mut tx, id).await?,
            _ => None,
        };
        let after = match wanted.after {
            Some(id) if gap.is_none() => applications::lists::cursor(&mut tx, id).await?,
            _ => None,
        };
        // An operator's pages go through the gaps and then through everything else.
        let gaps = if operator && after.is_none() {
            let from = gap.unwrap_or(schedule::GapCursor::FIRST);
            Some(schedule::gaps(&mut tx, by, from).await?)
        } else {
            None
        };
        let (gaps, more_gaps) = gaps.map_or((None, false), |page| (Some(page.rows), page.more));
        let page = if more_gaps {
            None
        } else {
            Some(schedule::registered(&mut tx, by, after.unwrap_or(Cursor::FIRST)).await?)
        };
        let next = match (&gaps, &page) {
            (Some(gaps), None) => gaps.last().map(|line| line.public_id),
            (_, Some(page)) if page.more => page.rows.last().map(|line| line.public_id),
            _ => None,
        };
        Ok(ScheduleList {
            gaps,
            rows: page.map(|page| page.rows),
            next,
            periods,
        })
    }

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
        let experts = if no_experts.is_none() && tx.could(Act::ListExperts, &row) {
            schedule::experts(&mut tx, &row).await?
        } else {
            Vec::new()
        };
        let mut periods = schedule::periods(&mut tx).await?;
        periods.retain(|period| period.open);
        let proposed = if row.row.period.is_none() && no_period.is_none() {
            self.proposed(&row, &periods)
        } else {
            None
        };
        let mut places = [None, None];
        for assigned in schedule::assigned(&mut tx, &row).await? {
            if let Some(place) = place_of(&assigned).and_then(|index| places.get_mut(index)) {
                *place = Some(assigned);
            }
        }
        Ok(ScheduleView {
            application: row,
            periods,
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

    /// Sets period and experts of an application in one act; says whether anything changed.
    /// A place left empty beside a period is a gap the operators fill (R-SCH-2). `version` is
    /// the row's, 0 while there is none.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`], [`Error::Stale`],
    /// [`Error::Invalid`] for `period`, `expert1`, `expert2`.
    pub async fn set_schedule(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        plan: Plan<'_>,
    ) -> Result<bool> {
        match assigning(actor.role) {
            Act::AssignAny => {
                self.plan::<acts::AssignAny>(actor, application, version, plan)
                    .await
            }
            _ => {
                self.plan::<acts::Assign>(actor, application, version, plan)
                    .await
            }
        }
    }

    async fn plan<A: Assigning>(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        plan: Plan<'_>,
    ) -> Result<bool> {
        let (mut tx, permit) = self.enter_case::<A>(actor, application).await?;
        legal(A::ACT, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(A::ACT, refusal))?;
        if permit.row.version != version {
            return Err(self.stale(&mut tx, &permit, SETTING).await?);
        }
        let periods = schedule::periods(&mut tx).await?;
        let experts = schedule::experts(&mut tx, &permit).await?;
        let assigned = schedule::assigned(&mut tx, &permit).await?;
        let mut faults = Vec::new();
        let no_period = refusal(&tx, actor, Act::SetPeriod, &permit);
        let period = period_of(&permit, plan.period, &periods, no_period, &mut faults);
        let seats = seats(actor, &assigned, &experts, plan.experts, &mut faults);
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }

        let before: Vec<i64> = assigned.iter().map(|assigned| assigned.account).collect();
        let after: Vec<i64> = seats.iter().filter_map(Seat::account).collect();
        let period_changed = period != permit.row.period;
        let moved = write_seats(&mut tx, &permit, &assigned, &seats).await?;
        let gap = is_gap(period.is_some(), after.len());
        if !moved && !period_changed && gap == permit.row.gap_since.is_some() {
            return Ok(false);
        }
        schedule::save_row(&mut tx, &permit, period, gap).await?;

        let come: Vec<i64> = only_in(&after, &before);
        let gone: Vec<i64> = only_in(&before, &after);
        let mut history = Vec::new();
        if period_changed {
            let name = periods.iter().find(|known| Some(known.id) == period);
            history.push(format!(
                "Аттестационный период: {}",
                name.map_or("не определён", |period| &period.name)
            ));
            letters::queue(&mut tx, &permit, LetterKind::PeriodSet, permit.account).await?;
        }
        if !come.is_empty() || !gone.is_empty() {
            let names: Vec<&str> = seats.iter().filter_map(Seat::name).collect();
            history.push(if names.is_empty() {
                "Специалисты: не назначены".to_owned()
            } else {
                format!("Специалисты: {}", names.join(", "))
            });
            letters::queue(
                &mut tx,
                &permit,
                LetterKind::ExpertsAssigned,
                permit.account,
            )
            .await?;
        }
        for account in gone {
            letters::queue(&mut tx, &permit, LetterKind::Unassigned, account).await?;
        }
        for account in come {
            letters::queue(&mut tx, &permit, LetterKind::Assigned, account).await?;
        }
        if !history.is_empty() {
            events::record(&mut tx, &permit, &history.join(". ")).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// The act by which a role assigns experts.
const fn assigning(role: Role) -> Act {
    match role {
        Role::Operator => Act::AssignAny,
        _ => Act::Assign,
    }
}

/// Whether a coordinator may not empty this place: its expert is of another municipality and
/// was assigned by the Centre (R-SCH-2).
#[must_use]
pub fn is_of_centre(actor: &Actor, assigned: &Assigned) -> bool {
    actor.tenant.is_some_and(|tenant| tenant != assigned.tenant)
}

/// Why the act on this row is not possible for the person now, in words; `None` if it is.
fn refusal<A: domain::act::Doing>(
    tx: &Tx<A>,
    actor: &Actor,
    act: Act,
    row: &Application,
) -> Option<String> {
    match legal(act, actor.role, &row.case()) {
        Err(_) if act == Act::SetPeriod && row.place != Place::None => {
            Some("Итоговое заключение уже загружено: период не меняется.".to_owned())
        }
        Err(Refusal::Condition(When::RowOwner)) => Some(format!(
            "Строку графика этого заявления ведёт {}.",
            row.case().row_owner().name().to_lowercase()
        )),
        Err(refusal) => Some(words::refusal(act, refusal)),
        Ok(_) if !tx.could(act, row) => {
            Some("Строку графика этого заявления ведёт оператор.".to_owned())
        }
        Ok(_) => None,
    }
}

/// The period the row is to have, or a fault.
fn period_of(
    row: &Application,
    typed: &str,
    periods: &[Period],
    no_period: Option<String>,
    faults: &mut Vec<FieldFault>,
) -> Option<i32> {
    let now = row.row.period;
    let mut fault = |words: String| {
        faults.push(FieldFault::new("period", words));
        now
    };
    if typed.is_empty() {
        return if now.is_none() || no_period.is_some() {
            now
        } else {
            fault("Выберите аттестационный период".to_owned())
        };
    }
    let chosen = periods
        .iter()
        .find(|period| period.public_id.to_string() == typed);
    match (chosen, no_period) {
        (Some(period), _) if Some(period.id) == now => now,
        (Some(_), Some(words)) => fault(words),
        (Some(period), None) if period.open => Some(period.id),
        (Some(_), None) => fault("Этот период уже утверждён: выберите другой".to_owned()),
        (None, _) => fault("Выберите период из списка".to_owned()),
    }
}

/// What becomes of the two places, with the faults of what was chosen (R-SCH-3).
fn seats<'a>(
    actor: &Actor,
    assigned: &'a [Assigned],
    experts: &'a [Expert],
    typed: [&str; PLACES],
    faults: &mut Vec<FieldFault>,
) -> [Seat<'a>; PLACES] {
    let mut seats = [Seat::Empty, Seat::Empty];
    for (index, seat) in seats.iter_mut().enumerate() {
        let now = assigned.iter().find(|a| place_of(a) == Some(index));
        let typed = typed.get(index).copied().unwrap_or_default();
        let kept = now.filter(|assigned| is_of_centre(actor, assigned));
        *seat = match (kept, typed) {
            (Some(kept), "") => Seat::Kept(kept),
            (Some(kept), _) => {
                faults.push(FieldFault::new(
                    field(index),
                    "Этого специалиста назначил оператор: изменить может только он",
                ));
                Seat::Kept(kept)
            }
            (None, "") => Seat::Empty,
            (None, typed) => {
                let chosen = experts.iter().find(|e| e.public_id.to_string() == typed);
                match (chosen, now) {
                    (Some(expert), Some(now)) if now.membership == expert.membership => {
                        Seat::Kept(now)
                    }
                    (Some(expert), _) => Seat::Given(expert),
                    (None, _) => {
                        faults.push(FieldFault::new(
                            field(index),
                            "Выберите специалиста из списка",
                        ));
                        Seat::Empty
                    }
                }
            }
        };
    }
    let [first, second] = &seats;
    if first.account().is_some() && first.account() == second.account() {
        faults.push(FieldFault::new(
            field(1),
            "Один и тот же человек не может занять оба места: выберите другого специалиста",
        ));
    }
    seats
}

/// Ends and begins assignments so that the places are as `seats` say; whether any did.
async fn write_seats<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    assigned: &[Assigned],
    seats: &[Seat<'_>; PLACES],
) -> Result<bool> {
    let mut moved = false;
    for now in assigned {
        let seat = place_of(now).and_then(|index| seats.get(index));
        if !matches!(seat, Some(Seat::Kept(_))) {
            schedule::close_assignment(tx, permit, now.id).await?;
            moved = true;
        }
    }
    for (index, slot) in (1..).take(PLACES).enumerate() {
        if let Some(Seat::Given(expert)) = seats.get(index) {
            schedule::open_assignment(tx, permit, slot, expert)
                .await
                .map_err(|error| not_accepted(error, index))?;
            moved = true;
        }
    }
    Ok(moved)
}

/// What the database never accepts (R-SCH-3), in words beside the place.
fn not_accepted(error: db::Error, index: usize) -> Error {
    let words = match &error {
        db::Error::Constraint(name) => match name.as_str() {
            "assignment_active_expert" => "Специалист отключён: выберите другого",
            "assignment_expert_once" => "Этот специалист уже назначен: выберите другого",
            "assignment_check" => "Педагог не может быть своим специалистом",
            "assignment_slot" => return Error::Stale,
            _ => return error.into(),
        },
        _ => return error.into(),
    };
    Error::field(field(index), words)
}

fn field(index: usize) -> &'static str {
    EXPERTS.get(index).copied().unwrap_or_default()
}

/// The place of an assignment, counted from 0.
fn place_of(assigned: &Assigned) -> Option<usize> {
    usize::try_from(assigned.slot).ok()?.checked_sub(1)
}

fn only_in(these: &[i64], those: &[i64]) -> Vec<i64> {
    these
        .iter()
        .copied()
        .filter(|account| !those.contains(account))
        .collect()
}
