//! Applications: the case, with all that decides what may happen to it. How it is read and how
//! a registrar moves it stand in `applications/…`, beside the lists for one audience.

pub mod expert;
pub mod lists;
mod moves;
pub mod own;
mod row;
pub mod school;

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    actor::{Actor, TenantId},
    card::Snapshot,
    life::{Case, PeriodMark, Place, Status, Withdrawal},
    permission::{ApplicationFacts, Relations},
    reference::{Category, Form, Procedure},
    routing::Route,
};
use uuid::Uuid;

use crate::scope::Related;

pub(crate) use moves::{lapse_withdrawal, set_status};
pub use moves::{register, reject, remarks, vouch};
pub(crate) use row::known;
pub use row::{find, lock};

/// An application as a case: itself and the states of all that stands beside it.
#[derive(Clone, Debug)]
pub struct Application {
    /// The municipality.
    pub tenant: TenantId,
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The applicant's account.
    pub account: i64,
    /// The applicant's membership.
    pub membership: i64,
    /// The card it is made from.
    pub card: i64,
    /// The organisation it is made for.
    pub organisation: i64,
    /// The organisation's name now.
    pub organisation_name: String,
    /// The municipality's name.
    pub municipality_name: String,
    /// The category asked for, once chosen.
    pub category: Option<Category>,
    /// The procedure asked for.
    pub procedure: Procedure,
    /// The ground of the simplified form, by code.
    pub ground: Option<String>,
    /// The form, once chosen.
    pub form: Option<Form>,
    /// Whether the person comes to the sitting, once chosen.
    pub presence: Option<bool>,
    /// The card as it was formed.
    pub snapshot: Option<Snapshot>,
    /// ФИО in the nominative, as formed; empty before.
    pub surname: String,
    /// The given name.
    pub name: String,
    /// The patronymic; may be empty.
    pub patronymic: String,
    /// The post's name.
    pub position_name: String,
    /// The subject; may be empty.
    pub subject: String,
    /// The category held: «», «first», «highest».
    pub held_category: String,
    /// The status.
    pub status: Status,
    /// The route, from submission on.
    pub route: Option<Route>,
    /// How many times it was formed: each has its own PDF (R-APP-1).
    pub edition: i32,
    /// When it was submitted.
    pub submitted_at: Option<DateTime<Utc>>,
    /// The last day of the 30 (R-APP-7).
    pub due_on: Option<NaiveDate>,
    /// The journal's number.
    pub registered_number: Option<i32>,
    /// The journal's date.
    pub registered_on: Option<NaiveDate>,
    /// The rejection in words, as `domain::words::rejection` made it.
    pub rejection: String,
    /// When the coordinator marked it «Проверено».
    pub vouched_at: Option<DateTime<Utc>>,
    /// The last day documents that were asked for may be added (R-APP-3).
    pub asked_until: Option<NaiveDate>,
    /// The version of the application itself.
    pub version: i32,
    /// The open withdrawal: id, state, version, and who formed it.
    pub withdrawal: Option<OpenWithdrawal>,
    /// Its row in the schedule.
    pub row: ScheduleRow,
    /// Open assignments.
    pub experts: i64,
    /// Whether one of them is the actor's.
    pub assigned: bool,
    /// Where the conclusion is.
    pub place: Place,
    /// The conclusion's version; 0 while there is none.
    pub conclusion_version: i32,
}

/// A withdrawal that is formed or under review.
#[derive(Clone, Debug)]
pub struct OpenWithdrawal {
    /// The number inside.
    pub id: i64,
    /// Formed or under review.
    pub state: Withdrawal,
    /// Who formed it.
    pub by_account: i64,
    /// Its version.
    pub version: i32,
}

/// What the schedule says of an application.
#[derive(Clone, Debug)]
pub struct ScheduleRow {
    /// None, preliminary or approved.
    pub mark: PeriodMark,
    /// The period's id, once set.
    pub period: Option<i32>,
    /// The period's name; empty before.
    pub period_name: String,
    /// The period's first day.
    pub starts: Option<NaiveDate>,
    /// The period's last day.
    pub ends: Option<NaiveDate>,
    /// Since when the Centre is asked to fill an empty place.
    pub gap_since: Option<DateTime<Utc>>,
    /// The row's version; 0 while there is none.
    pub version: i32,
}

impl Application {
    /// The case, as the state table wants it.
    #[must_use]
    pub fn case(&self) -> Case {
        Case {
            status: self.status,
            route: self.route,
            procedure: self.procedure,
            withdrawal: self.withdrawal.as_ref().map(|withdrawal| withdrawal.state),
            period: self.row.mark,
            experts: u8::try_from(self.experts).unwrap_or(2),
            gap: self.row.gap_since.is_some(),
            place: self.place,
        }
    }

    /// «Иванова Мария Сергеевна».
    #[must_use]
    pub fn full_name(&self) -> String {
        [&self.surname, &self.name, &self.patronymic]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl Related for Application {
    fn relations(&self, actor: &Actor) -> Relations {
        ApplicationFacts {
            tenant: self.tenant.0,
            account: self.account,
            organisation: Some(self.organisation),
            route: self.route,
            period_approved: self.row.mark == PeriodMark::Approved,
            assigned: self.assigned,
            author: self
                .withdrawal
                .as_ref()
                .map(|withdrawal| withdrawal.by_account),
        }
        .relations(actor)
    }

    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}
