//! The history of a case and the audit, written in the transaction of the change (R-AUD-1).

use std::borrow::Borrow;

use chrono::{DateTime, Utc};
use domain::{
    act::{Act, Doing},
    actor::{Actor, TenantId},
    audit::{Code, Deed},
    role::Role,
};
use uuid::Uuid;

use crate::{
    applications::Application,
    error::{Error, Result},
    scope::{AuthTx, OwnTx, Permit, Scope, Tx},
};

/// A line of a case's history.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// The role of whoever acted; «worker» for the system itself.
    pub role: String,
    /// Whoever acted, by name.
    pub actor_name: String,
    /// What happened, in words.
    pub words: String,
}

/// The history of an application, oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn history(scope: &mut Scope, application: &Application) -> Result<Vec<Event>> {
    Ok(sqlx::query_as!(
        Event,
        "SELECT at, role, actor_name, words FROM app.application_event
         WHERE tenant_id = $1 AND application_id = $2 ORDER BY id",
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The last line of an application's history about one of `acts`: who was quicker, and when.
///
/// # Errors
/// If the database does not answer.
pub async fn last_of(
    scope: &mut Scope,
    application: &Application,
    acts: &[Act],
) -> Result<Option<Event>> {
    let codes: Vec<String> = acts.iter().map(|act| act.code().to_owned()).collect();
    Ok(sqlx::query_as!(
        Event,
        "SELECT at, role, actor_name, words FROM app.application_event
         WHERE tenant_id = $1 AND application_id = $2 AND act = ANY ($3) ORDER BY id DESC LIMIT 1",
        application.tenant.0,
        application.id,
        &codes,
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Records what was done to an application: a line of its history, in words, and the audit,
/// in codes. `R` is the application, or a row that stands with it.
///
/// # Errors
/// If the database does not answer.
pub async fn record<A: Doing, R: Borrow<Application>>(
    tx: &mut Tx<A>,
    permit: &Permit<A, R>,
    words: &str,
) -> Result<()> {
    let actor = tx.actor()?.clone();
    let application: &Application = (**permit).borrow();
    let (tenant, id) = (application.tenant, application.id);
    sqlx::query!(
        "INSERT INTO app.application_event (tenant_id, application_id, account_id, role, actor_name, act, words)
         VALUES ($1, $2, $3, $4, app.acting_name(), $5, $6)",
        tenant.0,
        id,
        actor.account.0,
        actor.role.code(),
        A::ACT.code(),
        words,
    )
    .execute(tx.connection())
    .await?;
    audit(tx, Some(id)).await
}

/// Records in the audit that the act of this scope was done to the object `id`.
///
/// # Errors
/// If the database does not answer.
pub async fn audit<A: Doing>(tx: &mut Tx<A>, id: Option<i64>) -> Result<()> {
    let line = Line {
        object: id,
        ..Line::here(tx, Code::Act(A::ACT))
    };
    write(tx, line).await
}

/// Records what exactly was done under an act that covers several deeds, to the object `id`.
///
/// # Errors
/// If the database does not answer.
pub async fn audit_deed<A: Doing>(tx: &mut Tx<A>, deed: Deed, id: Option<i64>) -> Result<()> {
    let line = Line {
        object: id,
        ..Line::here(tx, Code::Deed(deed))
    };
    write(tx, line).await
}

/// Records a deed of a person over what is its own in the cabinet of this scope.
///
/// # Errors
/// If the database does not answer.
pub async fn audit_own(tx: &mut OwnTx, deed: Deed) -> Result<()> {
    let actor = tx.who().ok_or(Error::Ended)?;
    let line = Line {
        object: Some(actor.membership),
        ..Line::of(actor, Code::Deed(deed))
    };
    write(tx, line).await
}

/// Records a deed of the person whose cabinet `actor` describes: signing out, changing to
/// it, asking for what it does not show. The scope is about the person's account.
///
/// # Errors
/// If the database does not answer.
pub async fn audit_person(
    tx: &mut AuthTx,
    actor: &Actor,
    deed: Deed,
    outcome: Outcome,
) -> Result<()> {
    let line = Line {
        object: Some(actor.membership),
        outcome,
        ..Line::of(actor, Code::Deed(deed))
    };
    write(tx, line).await
}

/// Records a deed about an account itself: sign-in, registration, a password set.
///
/// # Errors
/// If the database does not answer.
pub async fn audit_account(
    tx: &mut AuthTx,
    account: Option<i64>,
    deed: Deed,
    outcome: Outcome,
) -> Result<()> {
    let line = Line {
        account,
        role: "auth",
        object: account,
        outcome,
        ..Line::new(Code::Deed(deed))
    };
    write(tx, line).await
}

/// Records that the account the scope is about was let into a municipality, or into the institute,
/// by the invitation `id`: a role granted.
///
/// # Errors
/// If the database does not answer.
pub async fn audit_accepted(
    tx: &mut AuthTx,
    account: Option<i64>,
    tenant: Option<TenantId>,
    id: i64,
) -> Result<()> {
    let line = Line {
        account,
        tenant,
        role: "auth",
        object: Some(id),
        ..Line::new(Code::Deed(Deed::AcceptInvitation))
    };
    write(tx, line).await
}

/// Records a deed of no person: of `ctl`, or of a process itself.
///
/// # Errors
/// If the database does not answer.
pub async fn audit_system(
    scope: &mut Scope,
    deed: Deed,
    tenant: Option<TenantId>,
    object: Option<i64>,
) -> Result<()> {
    let line = Line {
        tenant,
        object,
        ..Line::new(Code::Deed(deed))
    };
    write(scope, line).await
}

/// Records that another policy was put in force by this process, or refused. No person did it:
/// the file was changed by whoever runs the installation. `scope` is the auth role's or the
/// worker's, whichever login the process has; both may add to the audit and read none of it.
///
/// # Errors
/// If the database does not answer.
pub async fn audit_policy(scope: &mut Scope, outcome: Outcome) -> Result<()> {
    let line = Line {
        outcome,
        ..Line::new(Code::Deed(Deed::LoadPolicy))
    };
    write(scope, line).await
}

/// Whether what was tried was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was.
    Done,
    /// It was refused.
    Refused,
}

impl Outcome {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Done, Self::Refused];

    /// The code kept in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// The outcome of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// A line of the audit to be written.
pub(crate) struct Line {
    pub(crate) tenant: Option<TenantId>,
    pub(crate) account: Option<i64>,
    pub(crate) membership: Option<i64>,
    pub(crate) role: &'static str,
    pub(crate) code: Code,
    pub(crate) object: Option<i64>,
    pub(crate) outcome: Outcome,
    pub(crate) request: Option<Uuid>,
}

impl Line {
    pub(crate) const fn new(code: Code) -> Self {
        Self {
            tenant: None,
            account: None,
            membership: None,
            role: "",
            code,
            object: None,
            outcome: Outcome::Done,
            request: None,
        }
    }

    pub(crate) const fn of(actor: &Actor, code: Code) -> Self {
        Self {
            tenant: actor.tenant,
            account: Some(actor.account.0),
            membership: Some(actor.membership),
            role: actor.role.code(),
            request: Some(actor.request),
            ..Self::new(code)
        }
    }

    /// In the municipality the scope stands in, by its person or, without one, by the host.
    pub(crate) fn here(scope: &Scope, code: Code) -> Self {
        let line = scope.who().map(|actor| Self::of(actor, code));
        Self {
            tenant: scope.tenant(),
            ..line.unwrap_or_else(|| Self::new(code))
        }
    }

    /// A teacher's new cabinet, made by the teacher in the municipality the scope stands in.
    pub(crate) const fn joined(scope: &Scope, account: i64, membership: i64) -> Self {
        Self {
            tenant: scope.tenant(),
            account: Some(account),
            membership: Some(membership),
            role: Role::Teacher.code(),
            object: Some(membership),
            ..Self::new(Code::Deed(Deed::Join))
        }
    }
}

/// Writes a line: the one statement there is for it. Row-level security holds that nobody
/// signs for another.
pub(crate) async fn write(scope: &mut Scope, line: Line) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.audit_event (tenant_id, account_id, membership_id, role, act, object_id, outcome, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        line.tenant.map(|tenant| tenant.0),
        line.account,
        line.membership,
        line.role,
        line.code.code(),
        line.object,
        line.outcome.code(),
        line.request,
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
