//! Teachers and experts as the proposal knows them, so that what a proposal weighs and what the
//! list of one row tells are the same.

use db::{
    applications::Application,
    schedule::{Expert, Vacancy},
};
use domain::proposal::{self, Candidate, Note, Row};

/// How many teachers the expert has, as it was counted.
pub(super) fn load(expert: &Expert) -> u32 {
    u32::try_from(expert.load).unwrap_or(u32::MAX)
}

pub(super) fn candidate(expert: &Expert) -> Candidate {
    Candidate {
        key: expert.membership,
        account: expert.account,
        tenant: expert.tenant.0,
        organisation: expert.organisation,
        position: expert.position.clone(),
        subject: expert.subject.clone(),
        ended: false,
        load: load(expert),
    }
}

pub(super) fn row(vacancy: &Vacancy) -> Row {
    let account = |held: &Option<db::schedule::Held>| held.as_ref().map(|held| held.account);
    Row {
        key: vacancy.application,
        applicant: vacancy.account,
        tenant: vacancy.tenant.0,
        organisation: vacancy.organisation,
        position: vacancy.position.clone(),
        subject: vacancy.subject.clone(),
        held: vacancy.held.each_ref().map(account),
    }
}

/// What is told of an expert for an application.
pub(super) fn notes(application: &Application, expert: &Expert, above_limit: bool) -> Vec<Note> {
    let row = Row {
        key: application.id,
        applicant: application.account,
        tenant: application.tenant.0,
        organisation: application.organisation,
        position: application.position_name.clone(),
        subject: application.subject.clone(),
        held: [None, None],
    };
    proposal::notes(&row, &candidate(expert), above_limit)
}
