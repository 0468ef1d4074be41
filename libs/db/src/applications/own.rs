//! The teacher's own applications: begun, edited, formed, submitted by the person they are of,
//! and what its cabinet shows of them.

use chrono::NaiveDate;
use domain::{
    act::acts,
    card::Snapshot,
    checks::Flag,
    life::Status,
    reference::{Category, Form, Procedure},
};
use uuid::Uuid;

use super::{Application, set_status};
use crate::{
    cards::Card,
    error::{Error, Result, touched},
    scope::{Permit, Scope, Tx},
};

/// What the form of an application asks, answered (02 §2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The category asked for.
    pub category: Category,
    /// On general grounds or simplified.
    pub procedure: Procedure,
    /// The ground's code; given with the simplified procedure only.
    pub ground: Option<String>,
    /// In person or at a distance.
    pub form: Form,
    /// Whether the person comes to the sitting.
    pub presence: bool,
}

impl Application {
    /// The form's answers, once all are given.
    #[must_use]
    pub fn choice(&self) -> Option<Choice> {
        Some(Choice {
            category: self.category?,
            procedure: self.procedure,
            ground: self.ground.clone(),
            form: self.form?,
            presence: self.presence?,
        })
    }
}

/// The two newest applications of a card, the newest first: the one of now, and the final one
/// it follows (R-APP-9).
///
/// # Errors
/// If the database does not answer.
pub async fn newest(scope: &mut Scope, card: &Card) -> Result<Vec<Application>> {
    let ids = sqlx::query_scalar!(
        "SELECT public_id FROM app.application
         WHERE tenant_id = $1 AND account_id = $2 AND card_id = $3 ORDER BY id DESC LIMIT 2",
        card.tenant,
        card.account,
        card.id,
    )
    .fetch_all(scope.connection())
    .await?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(super::find(scope, id).await?);
    }
    Ok(found)
}

/// The own applications that are not final, of every card, oldest first: the order in which
/// they are locked.
///
/// # Errors
/// If the database does not answer.
pub async fn live(scope: &mut Scope) -> Result<Vec<Uuid>> {
    let tenant = scope.tenant().map(|tenant| tenant.0);
    let account = scope.account();
    Ok(sqlx::query_scalar!(
        "SELECT public_id FROM app.application WHERE tenant_id = $1 AND account_id = $2
           AND status IN ('draft', 'formed', 'under_review', 'registered') ORDER BY id",
        tenant,
        account,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Begins an application of a card.
///
/// # Errors
/// [`Error::Constraint`] `application_live` if the card has a live one (R-APP-8).
pub async fn start(
    tx: &mut Tx<acts::Start>,
    permit: &Permit<acts::Start, Card>,
    organisation: i64,
    previous: Option<&Application>,
    choice: &Choice,
) -> Result<Uuid> {
    let public_id = Uuid::now_v7();
    sqlx::query!(
        "INSERT INTO app.application (tenant_id, public_id, card_id, previous_id, account_id, membership_id,
           organisation_id, category, procedure, ground, form, presence)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        permit.tenant,
        public_id,
        permit.id,
        previous.map(|previous| previous.id),
        permit.account,
        permit.membership,
        organisation,
        choice.category.code(),
        choice.procedure.code(),
        choice.ground,
        choice.form.code(),
        choice.presence,
    )
    .execute(tx.connection())
    .await?;
    Ok(public_id)
}

/// Changes the form of an application not yet submitted: it is a draft again (R-APP-1).
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn edit(
    tx: &mut Tx<acts::Edit>,
    permit: &Permit<acts::Edit, Application>,
    choice: &Choice,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.application SET status = 'draft', category = $4, procedure = $5, ground = $6, form = $7,
           presence = $8, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.version,
        choice.category.code(),
        choice.procedure.code(),
        choice.ground,
        choice.form.code(),
        choice.presence,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Returns a formed application to draft, its card having changed (R-APP-1).
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn redraft(
    tx: &mut Tx<acts::WriteCard>,
    permit: &Permit<acts::WriteCard, Application>,
) -> Result<()> {
    set_status(tx, permit, Status::Draft, "").await
}

/// Forms: the card is copied, the next edition begins (R-APP-1). Returns the edition.
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn form(
    tx: &mut Tx<acts::Form>,
    permit: &Permit<acts::Form, Application>,
    organisation: i64,
    snapshot: &Snapshot,
) -> Result<i32> {
    let edition = permit.edition + 1;
    let copied = serde_json::to_value(snapshot).map_err(|_| Error::Corrupt {
        column: "application.snapshot",
    })?;
    let rows = sqlx::query!(
        "UPDATE app.application SET status = 'formed', formed_at = app.ctx_now(), edition = $4, organisation_id = $5,
           snapshot = $6, surname = $7, name = $8, patronymic = $9, position = $10, subject = $11,
           held_category = $12, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.version,
        edition,
        organisation,
        copied,
        snapshot.name.surname(),
        snapshot.name.name(),
        snapshot.name.patronymic().unwrap_or_default(),
        snapshot.position.as_str(),
        snapshot.subject.as_deref().unwrap_or_default(),
        snapshot.held.as_ref().map_or("", |held| held.category.code()),
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)?;
    Ok(edition)
}

/// Submits, with the flags the checks raised; route and term are the database's (R-ROUTE-5).
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn submit(
    tx: &mut Tx<acts::Submit>,
    permit: &Permit<acts::Submit, Application>,
    flags: &[Flag],
) -> Result<()> {
    set_status(tx, permit, Status::UnderReview, "").await?;
    for flag in flags {
        sqlx::query!(
            "INSERT INTO app.application_flag (tenant_id, application_id, code, words) VALUES ($1, $2, $3, $4)",
            permit.tenant.0,
            permit.id,
            flag.code,
            flag.words,
        )
        .execute(tx.connection())
        .await?;
    }
    Ok(())
}

/// When the category was last refused to the person for the post of this card (R-APP-4 g).
///
/// # Errors
/// If the database does not answer.
pub async fn refused_on(
    scope: &mut Scope,
    card: &Card,
    category: Category,
) -> Result<Option<NaiveDate>> {
    Ok(sqlx::query_scalar!(
        "SELECT d.date FROM app.application a
         JOIN app.decision x ON x.tenant_id = a.tenant_id AND x.application_id = a.id
         JOIN app.order d ON d.id = x.order_id
         WHERE a.tenant_id = $1 AND a.account_id = $2 AND a.card_id = $3 AND x.category = $4 AND NOT x.granted
         ORDER BY d.date DESC LIMIT 1",
        card.tenant,
        card.account,
        card.id,
        category.code(),
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// A specialist assigned, as the teacher sees one.
#[derive(Clone, Debug)]
pub struct Expert {
    /// The name.
    pub name: String,
    /// The post.
    pub position: String,
    /// The place of work.
    pub organisation: String,
}

/// The specialists assigned to an application now.
///
/// # Errors
/// If the database does not answer.
pub async fn experts(scope: &mut Scope, application: &Application) -> Result<Vec<Expert>> {
    Ok(sqlx::query_as!(
        Expert,
        "SELECT expert_name AS name, expert_position AS position, expert_organisation AS organisation
         FROM app.assignment WHERE tenant_id = $1 AND application_id = $2 AND closed_at IS NULL ORDER BY slot",
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?)
}
