//! What a letter is composed of, read in the scope of its municipality when it is sent: the
//! address and the facts as they are then (R-LET-1).

use chrono::{DateTime, NaiveDate, Utc};
use domain::{invitation::CENTRE, role::Role};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    scope::WorkerTx,
};

/// An account as a letter needs it.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// The address; none if the account has none yet.
    pub email: Option<String>,
    /// The login.
    pub login: String,
}

/// The account a letter goes to.
///
/// # Errors
/// If the database does not answer.
pub async fn addressee(tx: &mut WorkerTx, account: i64) -> Result<Addressee> {
    Ok(sqlx::query_as!(
        Addressee,
        "SELECT email, login FROM app.account WHERE id = $1",
        account
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The device a letter about an account tells of, in words.
///
/// # Errors
/// If the database does not answer, or the letter tells of none.
pub async fn device(tx: &mut WorkerTx, letter: i64) -> Result<String> {
    Ok(sqlx::query_scalar!(
        r#"SELECT device AS "device!" FROM app.account_letter WHERE id = $1"#,
        letter
    )
    .fetch_one(tx.connection())
    .await?)
}

/// A one-time link of an account.
#[derive(Clone, Debug)]
pub struct Link {
    /// What its token is derived from.
    pub public_id: Uuid,
    /// Whether it sets a password; else it confirms an address.
    pub password: bool,
    /// The address it confirms, where it changes one.
    pub new_email: Option<String>,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
}

/// The link a letter carries.
///
/// # Errors
/// If the database does not answer.
pub async fn link(tx: &mut WorkerTx, token: i64) -> Result<Link> {
    Ok(sqlx::query_as!(
        Link,
        r#"SELECT public_id, kind = 'password' AS "password!", new_email, expires_at
           FROM app.account_token WHERE id = $1"#,
        token
    )
    .fetch_one(tx.connection())
    .await?)
}

/// An invitation as its letter needs it.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The address invited.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Into which organisation; empty where the role has none.
    pub organisation: String,
    /// Into which municipality, or into the institute.
    pub place: String,
    /// The id and the nonce its token is derived from.
    pub public_id: Uuid,
    /// Changed whenever it is sent again.
    pub nonce: Uuid,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
    /// Who invites; none if the host did.
    pub invited_by: Option<i64>,
}

/// The invitation a letter carries; none if it is no longer open.
///
/// # Errors
/// If the database does not answer.
pub async fn invitation(tx: &mut WorkerTx, id: i64) -> Result<Option<Invitation>> {
    let row = sqlx::query!(
        r#"SELECT i.email, i.role, coalesce(o.name, '') AS "organisation!", m.name AS municipality,
             i.public_id, i.nonce, i.expires_at, i.invited_by
           FROM app.invitation i
           JOIN app.municipality m ON m.id = i.tenant_id
           LEFT JOIN app.organisation o ON o.tenant_id = i.tenant_id AND o.id = i.organisation_id
           WHERE i.tenant_id = app.ctx_tenant() AND i.id = $1 AND i.state = 'sent'"#,
        id
    )
    .fetch_optional(tx.inside()?)
    .await?;
    row.map(|row| {
        Ok(Invitation {
            email: row.email,
            role: Role::from_code(&row.role).ok_or(Error::Corrupt {
                column: "invitation.role",
            })?,
            organisation: row.organisation,
            place: row.municipality,
            public_id: row.public_id,
            nonce: row.nonce,
            expires_at: row.expires_at,
            invited_by: row.invited_by,
        })
    })
    .transpose()
}

/// A link that deletes what the municipality of the letter holds of its addressee (R-DEL-1).
#[derive(Clone, Debug)]
pub struct Deletion {
    /// The municipality's name.
    pub municipality: String,
    /// The id and the nonce its token is derived from.
    pub public_id: Uuid,
    /// Changed whenever it is sent again.
    pub nonce: Uuid,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
}

/// The link a notice carries; none if it was used, or its person submitted meanwhile.
///
/// # Errors
/// If the database does not answer.
pub async fn deletion(tx: &mut WorkerTx, account: i64) -> Result<Option<Deletion>> {
    Ok(sqlx::query_as!(
        Deletion,
        "SELECT m.name AS municipality, d.public_id, d.nonce, d.expires_at
         FROM app.deletion d JOIN app.municipality m ON m.id = d.tenant_id
         WHERE d.tenant_id = app.ctx_tenant() AND d.account_id = $1 AND d.done_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = d.tenant_id
             AND a.account_id = d.account_id AND a.submitted_at IS NOT NULL)",
        account
    )
    .fetch_optional(tx.inside()?)
    .await?)
}

/// The invitation into the institute a letter carries; none if it is no longer open.
///
/// # Errors
/// If the database does not answer.
pub async fn institute_invitation(tx: &mut WorkerTx, id: i64) -> Result<Option<Invitation>> {
    let row = sqlx::query!(
        "SELECT email, role, public_id, nonce, expires_at, invited_by
         FROM app.institute_invitation WHERE id = $1 AND state = 'sent'",
        id
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Invitation {
            email: row.email,
            role: Role::from_code(&row.role).ok_or(Error::Corrupt {
                column: "institute_invitation.role",
            })?,
            organisation: String::new(),
            place: CENTRE.to_owned(),
            public_id: row.public_id,
            nonce: row.nonce,
            expires_at: row.expires_at,
            invited_by: Some(row.invited_by),
        })
    })
    .transpose()
}

/// Whom a letter tells to ask: a coordinator of the municipality.
#[derive(Clone, Debug)]
pub struct Contact {
    /// ФИО.
    pub name: String,
    /// The phone; may be empty.
    pub phone: String,
}

/// The coordinator to ask: `preferred` if it is one, else any other than `except`.
///
/// # Errors
/// If the database does not answer.
pub async fn coordinator(
    tx: &mut WorkerTx,
    preferred: i64,
    except: i64,
) -> Result<Option<Contact>> {
    Ok(sqlx::query_as!(
        Contact,
        r#"SELECT concat_ws(' ', surname, name, nullif(patronymic, '')) AS "name!", phone
           FROM app.membership
           WHERE tenant_id = app.ctx_tenant() AND role = 'municipal' AND ended_at IS NULL
             AND surname <> '' AND account_id <> $2
           ORDER BY account_id <> $1, id LIMIT 1"#,
        preferred,
        except
    )
    .fetch_optional(tx.inside()?)
    .await?)
}

/// Whether the account coordinates the municipality of the letter.
///
/// # Errors
/// If the database does not answer.
pub async fn coordinates(tx: &mut WorkerTx, account: i64) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM app.membership WHERE tenant_id = app.ctx_tenant() AND role = 'municipal'
             AND account_id = $1 AND ended_at IS NULL) AS "coordinates!""#,
        account
    )
    .fetch_one(tx.connection())
    .await?)
}

/// What letters about an application tell of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The id in addresses.
    pub public_id: Uuid,
    /// The applicant's account.
    pub applicant: i64,
    /// The applicant's ФИО.
    pub name: String,
    /// The post's name.
    pub position: String,
    /// The organisation's name.
    pub organisation: String,
    /// The last day of the 30.
    pub due_on: Option<NaiveDate>,
    /// The journal's number.
    pub registered_number: Option<i32>,
    /// The journal's date.
    pub registered_on: Option<NaiveDate>,
    /// The rejection in words.
    pub rejection: String,
    /// The period's name; empty before one is set.
    pub period: String,
    /// Why the conclusion was returned last.
    pub conclusion_reason: String,
    /// Why the withdrawal was declined last.
    pub withdrawal_answer: String,
    /// Whether the category was granted, once it was decided.
    pub granted: Option<bool>,
    /// The category decided about, by code; empty before.
    pub category: String,
    /// Whether that decision superseded another (R-APP-10).
    pub superseding: bool,
    /// What documents were asked for last; empty if none were.
    pub requested: String,
    /// The last day of adding them.
    pub requested_until: Option<NaiveDate>,
    /// The number of the order that decided; empty before.
    pub order_number: String,
    /// The date of that order.
    pub order_date: Option<NaiveDate>,
    /// The experts assigned, each with post and organisation.
    pub experts: Vec<String>,
    /// The roles the letter's addressee has in the municipality.
    pub roles: Vec<String>,
    /// Whether the addressee is, or was, an expert of this application.
    pub expert: bool,
}

/// The application a letter to `account` is about.
///
/// # Errors
/// If the database does not answer.
pub async fn case(tx: &mut WorkerTx, application: i64, account: i64) -> Result<Case> {
    Ok(sqlx::query_as!(
        Case,
        r#"SELECT a.public_id, a.account_id AS applicant,
             concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "name!",
             coalesce(p.name, '') AS "position!", o.name AS organisation,
             a.due_on, a.registered_number, a.registered_on, a.rejection,
             coalesce((SELECT per.name FROM app.schedule_row s JOIN app.period per ON per.id = s.period_id
               WHERE s.tenant_id = a.tenant_id AND s.application_id = a.id), '') AS "period!",
             coalesce((SELECT c.reason FROM app.conclusion c
               WHERE c.tenant_id = a.tenant_id AND c.application_id = a.id), '') AS "conclusion_reason!",
             coalesce((SELECT w.answer FROM app.withdrawal w
               WHERE w.tenant_id = a.tenant_id AND w.application_id = a.id
               ORDER BY w.id DESC LIMIT 1), '') AS "withdrawal_answer!",
             d.granted AS "granted?", coalesce(d.category, '') AS "category!",
             d.supersedes_id IS NOT NULL AS "superseding!",
             coalesce(q.what, '') AS "requested!", q.until AS "requested_until?",
             coalesce(r.number, '') AS "order_number!", r.date AS "order_date?",
             ARRAY(SELECT concat_ws(', ', s.expert_name, nullif(s.expert_position, ''), nullif(s.expert_organisation, ''))
               FROM app.assignment s WHERE s.tenant_id = a.tenant_id AND s.application_id = a.id
                 AND s.closed_at IS NULL ORDER BY s.slot) AS "experts!",
             ARRAY(SELECT m.role FROM app.membership m WHERE m.tenant_id = a.tenant_id
               AND m.account_id = $2 AND m.ended_at IS NULL) AS "roles!",
             EXISTS (SELECT 1 FROM app.assignment s WHERE s.tenant_id = a.tenant_id
               AND s.application_id = a.id AND s.expert_account_id = $2) AS "expert!"
           FROM app.application a
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN LATERAL (SELECT x.granted, x.category, x.order_id, x.supersedes_id
             FROM app.decision x
             WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id ORDER BY x.id DESC LIMIT 1) d ON true
           LEFT JOIN app.order r ON r.id = d.order_id
           LEFT JOIN LATERAL (SELECT x.what, x.until FROM app.document_request x
             WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id ORDER BY x.id DESC LIMIT 1) q ON true
           WHERE a.tenant_id = app.ctx_tenant() AND a.id = $1"#,
        application,
        account
    )
    .fetch_one(tx.inside()?)
    .await?)
}
