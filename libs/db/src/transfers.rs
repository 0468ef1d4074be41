//! Transfers between municipalities (R-ACC-7): requests, and the functions of the database that
//! alone write them and move what they are about. How a merge moves everything is in `merge`.

mod merge;

use chrono::{DateTime, Utc};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    permission::{Relation, Relations, of_municipality},
    role::Role,
};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    memberships::Membership,
    organisations::Organisation,
    scope::{OwnTx, Permit, Related, Scope, Tx},
};

pub use merge::{Merging, THESE, merge};

/// The constraint that keeps one open request for a person or an organisation.
pub const OPEN: &str = "transfer_open";
/// What refuses a move while something is under review or registered.
pub const SUBMITTED: &str = "move_while_submitted";
/// What refuses a move of what is there no more.
pub const NOTHING: &str = "move_of_nothing";
/// One of the two municipalities is suspended.
pub const SUSPENDED: &str = "move_of_suspended";
/// What refuses a move with an application but without an organisation.
pub const NO_ORGANISATION: &str = "move_without_organisation";

/// How many requests a list shows, newest first.
pub const LIST: i64 = 100;

/// A request, as somebody of one of its two municipalities sees it, or an operator.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The municipality it leaves.
    pub from: i32,
    /// Its name.
    pub from_name: String,
    /// The municipality it goes to.
    pub to: i32,
    /// Its name.
    pub to_name: String,
    /// Whether a teacher is moved; else an organisation.
    pub teacher: bool,
    /// The membership or the organisation.
    pub subject: i64,
    /// The teacher's account.
    pub account: Option<i64>,
    /// Who asked, by account.
    pub asked_by: i64,
    /// ФИО, or the organisation's name, as it was when asked.
    pub name: String,
    /// The teacher's post then.
    pub position: String,
    /// The teacher's place of work then.
    pub organisation: String,
    /// Why.
    pub reason: String,
    /// Why it was declined.
    pub answer: String,
    /// Whether the municipality it leaves has agreed.
    pub agreed_from: bool,
    /// Whether the municipality it goes to has agreed.
    pub agreed_to: bool,
    /// `asked`, `done`, `declined`, `cancelled`.
    pub state: String,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// The version.
    pub version: i32,
    /// The side the reader stands on; the one it leaves, for who stands on none.
    pub side: i32,
}

impl Transfer {
    /// Whether it still waits for an agreement.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == "asked"
    }

    /// Whether the reader's side is the one it goes to.
    #[must_use]
    pub const fn incoming(&self) -> bool {
        self.side == self.to
    }

    /// Whether `actor` may take it back: the side it leaves, or the teacher who asked.
    #[must_use]
    pub fn may_cancel(&self, actor: &Actor) -> bool {
        !self.incoming()
            && match actor.role {
                Role::Municipal => true,
                Role::Teacher => self.asked_by == actor.account.0,
                _ => false,
            }
    }

    /// Whether the reader's side has agreed.
    #[must_use]
    pub const fn agreed_here(&self) -> bool {
        if self.incoming() {
            self.agreed_to
        } else {
            self.agreed_from
        }
    }
}

impl Related for Transfer {
    fn relations(&self, actor: &Actor) -> Relations {
        let own = self.account == Some(actor.account.0);
        of_municipality(actor, self.side).when(own, Relation::Own)
    }

    // It belongs to both: whoever acts stays on its own side.
    fn tenant(&self) -> TenantId {
        TenantId(self.side)
    }
}

/// The requests the scope sees, newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(scope: &mut Scope) -> Result<Vec<Transfer>> {
    let side = scope.tenant().map(|tenant| tenant.0);
    Ok(sqlx::query_as!(
        Transfer,
        r#"SELECT t.id, t.public_id, t.tenant_id AS "from", f.name AS from_name, t.to_tenant_id AS "to",
             i.name AS to_name, t.kind = 'teacher' AS "teacher!", t.subject_id AS subject,
             t.account_id AS account, t.asked_by, t.name,
             coalesce(p.name, t.position) AS "position!", t.organisation, t.reason, t.answer,
             t.agreed_from_by IS NOT NULL AS "agreed_from!", t.agreed_to_by IS NOT NULL AS "agreed_to!",
             t.state, t.created_at, t.version, coalesce($2, t.tenant_id) AS "side!"
           FROM app.transfer t JOIN app.municipality f ON f.id = t.tenant_id
           JOIN app.municipality i ON i.id = t.to_tenant_id LEFT JOIN app.ref_position p ON p.code = t.position
           ORDER BY t.state = 'asked' DESC, t.created_at DESC, t.id DESC LIMIT $1"#,
        LIST,
        side,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The request with this id, if the scope sees it.
///
/// # Errors
/// If the database does not answer.
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<Transfer>> {
    let side = scope.tenant().map(|tenant| tenant.0);
    Ok(sqlx::query_as!(
        Transfer,
        r#"SELECT t.id, t.public_id, t.tenant_id AS "from", f.name AS from_name, t.to_tenant_id AS "to",
             i.name AS to_name, t.kind = 'teacher' AS "teacher!", t.subject_id AS subject,
             t.account_id AS account, t.asked_by, t.name,
             coalesce(p.name, t.position) AS "position!", t.organisation, t.reason, t.answer,
             t.agreed_from_by IS NOT NULL AS "agreed_from!", t.agreed_to_by IS NOT NULL AS "agreed_to!",
             t.state, t.created_at, t.version, coalesce($2, t.tenant_id) AS "side!"
           FROM app.transfer t JOIN app.municipality f ON f.id = t.tenant_id
           JOIN app.municipality i ON i.id = t.to_tenant_id LEFT JOIN app.ref_position p ON p.code = t.position
           WHERE t.public_id = $1"#,
        public_id,
        side,
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// The newest request about the teacher's own cabinet in the context.
///
/// # Errors
/// If the database does not answer.
pub async fn own(tx: &mut OwnTx) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT public_id FROM app.transfer WHERE kind = 'teacher' AND subject_id = (SELECT app.ctx_membership())
           AND account_id = (SELECT app.ctx_account()) ORDER BY created_at DESC, id DESC LIMIT 1"
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// The teacher with this cabinet in the municipality of the scope, to be asked about.
///
/// # Errors
/// If the database does not answer.
pub async fn teacher(scope: &mut Scope, public_id: Uuid) -> Result<Option<Membership>> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM app.membership WHERE tenant_id = (SELECT app.ctx_tenant()) AND public_id = $1
           AND role = 'teacher' AND ended_at IS NULL",
        public_id
    )
    .fetch_optional(scope.connection())
    .await?;
    match id {
        Some(id) => crate::memberships::find(scope, id).await,
        None => Ok(None),
    }
}

/// Who in the municipality of the scope has something under review or registered, so that it
/// cannot move: the teacher of this membership, or everybody of this organisation.
///
/// # Errors
/// If the database does not answer.
pub async fn held(scope: &mut Scope, teacher: bool, subject: i64) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"SELECT DISTINCT concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "name!"
           FROM app.application a
           WHERE a.tenant_id = (SELECT app.ctx_tenant()) AND a.status IN ('under_review', 'registered')
             AND ((a.membership_id = $1 AND $2) OR (NOT $2 AND (a.organisation_id = $1 OR a.membership_id IN (
               SELECT m.id FROM app.membership m WHERE m.tenant_id = a.tenant_id AND m.organisation_id = $1))))
           ORDER BY 1"#,
        subject,
        teacher,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What a request is about.
#[derive(Debug)]
pub enum Subject {
    /// A teacher.
    Teacher(Permit<acts::AskTransfer, Membership>),
    /// An organisation with all its teachers.
    Organisation(Permit<acts::AskTransfer, Organisation>),
}

/// Asks for a transfer; returns the number of the request.
///
/// # Errors
/// The constraint [`OPEN`] if one is asked for already.
pub async fn ask(
    tx: &mut Tx<acts::AskTransfer>,
    subject: &Subject,
    to: i32,
    reason: &str,
) -> Result<i64> {
    let (kind, id) = match subject {
        Subject::Teacher(permit) => ("teacher", permit.id),
        Subject::Organisation(permit) => ("organisation", permit.id),
    };
    Ok(sqlx::query_scalar!(
        r#"SELECT app.ask_transfer($1, $2, $3, $4, $5) AS "id!""#,
        Uuid::now_v7(),
        kind,
        id,
        to,
        reason,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The agreement of the actor's side; the second one moves. Whether it did.
///
/// # Errors
/// [`Error::Stale`] if the request changed meanwhile; the constraints [`SUBMITTED`],
/// [`NOTHING`], [`SUSPENDED`] and those of what would then stand twice in the municipality.
pub async fn agree(
    tx: &mut Tx<acts::AgreeTransfer>,
    permit: &Permit<acts::AgreeTransfer, Transfer>,
    organisation: Option<i64>,
) -> Result<bool> {
    sqlx::query_scalar!(
        "SELECT app.agree_transfer($1, $2, $3, $4)",
        permit.from,
        permit.id,
        permit.version,
        organisation,
    )
    .fetch_one(tx.connection())
    .await?
    .ok_or(Error::Stale)
}

/// Declines a request, with the reason.
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn decline(
    tx: &mut Tx<acts::AgreeTransfer>,
    permit: &Permit<acts::AgreeTransfer, Transfer>,
    answer: &str,
) -> Result<()> {
    close(tx, permit, "declined", answer).await
}

/// Takes back a request of the own side.
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn cancel(
    tx: &mut Tx<acts::AskTransfer>,
    permit: &Permit<acts::AskTransfer, Transfer>,
) -> Result<()> {
    close(tx, permit, "cancelled", "").await
}

async fn close(scope: &mut Scope, row: &Transfer, state: &str, answer: &str) -> Result<()> {
    let closed = sqlx::query_scalar!(
        r#"SELECT app.close_transfer($1, $2, $3, $4, $5) AS "closed!""#,
        row.from,
        row.id,
        row.version,
        state,
        answer,
    )
    .fetch_one(scope.connection())
    .await?;
    if closed { Ok(()) } else { Err(Error::Stale) }
}

/// Moves the teacher in the context, who never submitted anything, to another municipality, and
/// the scope with it.
///
/// # Errors
/// The constraints [`NO_ORGANISATION`] and of a cabinet it already has there.
pub async fn move_own(
    tx: &mut Tx<acts::WriteCard>,
    _: &Permit<acts::WriteCard, Membership>,
    to: TenantId,
    organisation: Option<i64>,
) -> Result<()> {
    sqlx::query!("SELECT app.move_own($1, $2)", to.0, organisation)
        .execute(tx.connection())
        .await?;
    tx.enter_tenant(to).await
}
