//! A case as it is looked at: the application with all that stands beside it, and which acts
//! are possible now for whoever looks. Every audience reads it through the same verb; what
//! each sees of it is the policy's and row-level security's answer. What changes a case stands
//! with the noun it changes; here is only the beginning all of that has in common.

use db::{
    Permit, Tx, applications, case_files,
    conclusions::{Signature, form::criteria, signatures},
    decisions, document_requests, events, schedule,
};
use domain::{
    act::{Act, Doing, acts},
    actor::Actor,
    calendar::DaysLeft,
    life::{Status, TABLE, legal},
    remark::Remark,
    role::Role,
    routing::{Route, WorkList},
};
use uuid::Uuid;

use crate::{App, Error, Result, attachments::Criterion};

pub use db::{
    applications::Application,
    case_files::{Contacts, Document},
    decisions::{Holding, Superseded},
    document_requests::DocumentRequest,
    events::Event,
    schedule::Assigned,
};

/// A case, as one person may see it now.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The application and the states beside it.
    pub application: Application,
    /// The ground of the simplified form, in words.
    pub ground: Option<String>,
    /// What the checks before submission found (R-APP-4), and the reading of the scan; the
    /// registrars' only.
    pub flags: Vec<String>,
    /// Its documents.
    pub documents: Vec<Document>,
    /// What documents are to prove for the category asked for.
    pub criteria: Vec<Criterion>,
    /// The teacher's phone and e-mail.
    pub contacts: Option<Contacts>,
    /// Its history, oldest first.
    pub history: Vec<Event>,
    /// The experts assigned, by place.
    pub experts: Vec<Assigned>,
    /// Why the conclusion came back last; empty otherwise.
    pub conclusion_reason: String,
    /// Whose signatures are under the conclusion, or were refused; nothing before there is one.
    pub signatures: Vec<Signature>,
    /// The decision that holds, with its order (R-ORD-1).
    pub decision: Option<Holding>,
    /// The decisions it replaced, the newest first (R-APP-10).
    pub superseded: Vec<Superseded>,
    /// What a rejection points at (R-APP-6).
    pub remarks: Vec<Remark>,
    /// What documents are asked for (R-APP-3).
    pub requests: Vec<DocumentRequest>,
    /// The days left, while it is under review (R-APP-7).
    pub term: Option<DaysLeft>,
    /// The next one of the same work list, by deadline; for registrars.
    pub next: Option<Uuid>,
    possible: Vec<Act>,
}

impl CaseView {
    /// Whether the act is possible now: allowed by the policy and legal by the state table.
    /// The act itself asks again.
    #[must_use]
    pub fn can(&self, act: Act) -> bool {
        self.possible.contains(&act)
    }
}

impl App {
    /// The beginning of every verb that changes a case: the application locked against all
    /// others, the act permitted.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what the person does not see, [`Error::Forbidden`].
    pub(crate) async fn enter_case<A: Doing>(
        &self,
        actor: &Actor,
        application: Uuid,
    ) -> Result<(Tx<A>, Permit<A, Application>)> {
        let mut tx = self.db.enter::<A>(actor).await?;
        let row = applications::lock(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        Ok((tx, permit))
    }

    /// The case of an application.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what the person does not see, [`Error::Forbidden`].
    pub async fn case(&self, actor: &Actor, application: Uuid) -> Result<CaseView> {
        let mut tx = self.db.enter::<acts::ReadApplication>(actor).await?;
        let row = applications::find(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let row = tx.may(row).await?.into_row();
        // Who comes from outside the municipality leaves a line behind (SEC-82).
        if matches!(actor.role, Role::Operator | Role::Expert) {
            events::audit(&mut tx, Some(row.id)).await?;
        }
        let case = row.case();
        let mut possible: Vec<Act> = TABLE.iter().map(|rule| rule.act).collect();
        possible.dedup();
        possible.retain(|act| tx.could(*act, &row) && legal(*act, actor.role, &case).is_ok());
        let mut flags = match actor.role {
            Role::Municipal | Role::Operator => case_files::flags(&mut tx, &row).await?,
            _ => Vec::new(),
        };
        let documents = if tx.could(Act::ReadDocument, &row) {
            case_files::documents(&mut tx, &row).await?
        } else {
            Vec::new()
        };
        if matches!(actor.role, Role::Municipal | Role::Operator) {
            let scan = documents.iter().filter(|document| document.part == "scan");
            let found = scan.filter_map(|document| document.reading.as_ref()?.flag());
            flags.extend(found.map(|flag| flag.words));
        }
        let criteria = match row.category {
            Some(category) => criteria(&mut tx, category).await?,
            None => Vec::new(),
        };
        let contacts = if tx.could(Act::ReadContacts, &row) {
            case_files::contacts(&mut tx, &row).await?
        } else {
            None
        };
        let history = if tx.could(Act::ReadHistory, &row) {
            events::history(&mut tx, &row).await?
        } else {
            Vec::new()
        };
        let decision = if tx.could(Act::ReadOrders, &row) {
            decisions::holding(&mut tx, &row).await?
        } else {
            None
        };
        let superseded = if decision.is_some() {
            decisions::superseded(&mut tx, &row).await?
        } else {
            Vec::new()
        };
        let requests = if row.status.is_final() {
            Vec::new()
        } else {
            document_requests::open(&mut tx, &row, self.today()).await?
        };
        let term = match (row.status, row.submitted_at) {
            (Status::UnderReview, Some(at)) => {
                Some(DaysLeft::on(self.today(), self.zone().date_of(at)))
            }
            _ => None,
        };
        let view = CaseView {
            ground: case_files::ground(&mut tx, &row).await?,
            flags,
            documents,
            criteria,
            contacts,
            history,
            experts: schedule::assigned(&mut tx, &row).await?,
            conclusion_reason: case_files::conclusion_reason(&mut tx, &row).await?,
            signatures: signatures::of(&mut tx, &row).await?,
            decision,
            superseded,
            remarks: applications::remarks(&mut tx, &row).await?,
            requests,
            term,
            next: next(&mut tx, actor.role, &row).await?,
            possible,
            application: row,
        };
        tx.commit().await?;
        Ok(view)
    }
}

/// The next application of the registrar's work list that `row` stands, or stood, in.
async fn next(scope: &mut db::Scope, role: Role, row: &Application) -> Result<Option<Uuid>> {
    let Some(route) = row.route else {
        return Ok(None);
    };
    if role != Role::Municipal && (role, route) != (Role::Operator, Route::Operator) {
        return Ok(None);
    }
    let Some(place) = applications::lists::cursor(scope, row.public_id).await? else {
        return Ok(None);
    };
    let list = WorkList::of(route, row.procedure);
    Ok(applications::lists::next(scope, list, place).await?)
}
