//! «Не подали заявление» (R-DEL-1): the teachers of a municipality who never submitted there, and
//! what they are offered: a one-time link that deletes their data. The link in hand is the auth
//! role's ([`crate::accounts::deletion`]).

use chrono::{DateTime, Utc};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    letter::LetterKind,
    permission::{MembershipFacts, Relations},
    role::Role,
};
use uuid::Uuid;

use crate::{
    error::Result,
    scope::{Permit, Related, Scope, Tx},
    search::Found,
};

/// How many people a page holds.
pub const PAGE: usize = 50;

/// A teacher who never submitted an application to the municipality.
#[derive(Clone, Debug)]
pub struct NotApplied {
    /// The municipality.
    pub tenant_id: i32,
    /// The number of the cabinet.
    pub id: i64,
    /// Its id in addresses.
    pub public_id: Uuid,
    /// The person.
    pub account_id: i64,
    /// ФИО.
    pub full_name: String,
    /// The place of work; empty until one is named.
    pub organisation: String,
    /// The e-mail; empty if there is none.
    pub email: String,
    /// Since when there is the cabinet.
    pub registered_at: DateTime<Utc>,
    /// When a notice was sent last.
    pub offered_at: Option<DateTime<Utc>>,
    /// Until when its link can be used.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it still can.
    pub alive: bool,
}

impl Related for NotApplied {
    fn relations(&self, actor: &Actor) -> Relations {
        MembershipFacts {
            tenant: Some(self.tenant_id),
            account: self.account_id,
            role: Role::Teacher,
        }
        .relations(actor)
    }

    fn tenant(&self) -> TenantId {
        TenantId(self.tenant_id)
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}

/// A page of those who never submitted, by surname, and one row more if there is another.
///
/// # Errors
/// If the database does not answer.
pub async fn page(scope: &mut Scope, after: Option<Uuid>) -> Result<Vec<NotApplied>> {
    let (surname, id) = after_whom(scope, after).await?;
    Ok(sqlx::query_as!(
        NotApplied,
        r#"WITH page AS (
             SELECT m.* FROM app.membership m
             WHERE m.role = 'teacher' AND m.ended_at IS NULL AND (m.surname, m.id) > ($1, $2)
               AND NOT EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = m.tenant_id
                 AND a.account_id = m.account_id AND a.submitted_at IS NOT NULL) AND NOT m.submitted_before
             ORDER BY m.surname, m.id LIMIT 51)
           SELECT m.tenant_id AS "tenant_id!", m.id AS "id!", m.public_id AS "public_id!", m.account_id AS "account_id!",
             concat_ws(' ', nullif(m.surname, ''), nullif(m.name, ''), nullif(m.patronymic, '')) AS "full_name!",
             coalesce(o.name, '') AS "organisation!", coalesce(l.email, '') AS "email!",
             m.created_at AS "registered_at!", d.offered_at AS "offered_at?", d.expires_at AS "expires_at?",
             coalesce(d.expires_at > app.ctx_now(), false) AS "alive!"
           FROM page m
           LEFT JOIN app.organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
           LEFT JOIN app.deletion d ON d.tenant_id = m.tenant_id AND d.membership_id = m.id AND d.done_at IS NULL
           LEFT JOIN app.people_logins(ARRAY(SELECT account_id FROM page)) l ON l.account_id = m.account_id
           ORDER BY m.surname, m.id"#,
        surname,
        id,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A page of those of the people found who never submitted, by surname, and one row more if there
/// is another.
///
/// # Errors
/// As [`page`].
pub async fn among(
    scope: &mut Scope,
    found: &Found,
    after: Option<Uuid>,
) -> Result<Vec<NotApplied>> {
    let (surname, id) = after_whom(scope, after).await?;
    Ok(sqlx::query_as!(
        NotApplied,
        r#"WITH page AS (
             SELECT m.* FROM app.membership m
             WHERE m.id = ANY ($3) AND m.role = 'teacher' AND m.ended_at IS NULL AND (m.surname, m.id) > ($1, $2)
               AND NOT EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = m.tenant_id
                 AND a.account_id = m.account_id AND a.submitted_at IS NOT NULL) AND NOT m.submitted_before
             ORDER BY m.surname, m.id LIMIT 51)
           SELECT m.tenant_id AS "tenant_id!", m.id AS "id!", m.public_id AS "public_id!", m.account_id AS "account_id!",
             concat_ws(' ', nullif(m.surname, ''), nullif(m.name, ''), nullif(m.patronymic, '')) AS "full_name!",
             coalesce(o.name, '') AS "organisation!", coalesce(l.email, '') AS "email!",
             m.created_at AS "registered_at!", d.offered_at AS "offered_at?", d.expires_at AS "expires_at?",
             coalesce(d.expires_at > app.ctx_now(), false) AS "alive!"
           FROM page m
           LEFT JOIN app.organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
           LEFT JOIN app.deletion d ON d.tenant_id = m.tenant_id AND d.membership_id = m.id AND d.done_at IS NULL
           LEFT JOIN app.people_logins(ARRAY(SELECT account_id FROM page)) l ON l.account_id = m.account_id
           ORDER BY m.surname, m.id"#,
        surname,
        id,
        &found.ids,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The teacher of this cabinet, if the scope sees it and it never submitted.
///
/// # Errors
/// As [`page`].
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<NotApplied>> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM app.membership WHERE public_id = $1",
        public_id
    )
    .fetch_optional(scope.connection())
    .await?;
    let found = Found {
        ids: id.into_iter().collect(),
        partial: false,
    };
    Ok(among(scope, &found, None).await?.pop())
}

/// A one-time link in the making: its token is derived above and never kept.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The id the token is derived from.
    pub public_id: Uuid,
    /// What makes the token new each time it is sent.
    pub nonce: Uuid,
    /// SHA-256 of the token.
    pub sha256: [u8; 32],
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// The id the link of this teacher is derived from, if one was offered before.
///
/// # Errors
/// If the database does not answer.
pub async fn offered(
    tx: &mut Tx<acts::NotifyNotApplied>,
    permit: &Permit<acts::NotifyNotApplied, NotApplied>,
) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT public_id FROM app.deletion WHERE tenant_id = $1 AND membership_id = $2 AND done_at IS NULL",
        permit.tenant_id,
        permit.id,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Offers the link and queues its letter; `false` while an earlier one can still be used: of parallel
/// presses one offers, nobody gets a second link.
///
/// # Errors
/// If the database does not answer.
pub async fn offer(
    tx: &mut Tx<acts::NotifyNotApplied>,
    permit: &Permit<acts::NotifyNotApplied, NotApplied>,
    link: &Link,
) -> Result<bool> {
    let rows = sqlx::query!(
        "INSERT INTO app.deletion (tenant_id, public_id, membership_id, account_id, nonce, token_sha256, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, membership_id) WHERE done_at IS NULL DO UPDATE
           SET nonce = excluded.nonce, token_sha256 = excluded.token_sha256, offered_at = app.ctx_now(),
             expires_at = excluded.expires_at
           WHERE deletion.expires_at <= app.ctx_now()",
        permit.tenant_id,
        link.public_id,
        permit.id,
        permit.account_id,
        link.nonce,
        link.sha256.as_slice(),
        link.expires_at,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if rows == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "INSERT INTO app.letter (tenant_id, public_id, account_id, kind) VALUES ($1, $2, $3, $4)",
        permit.tenant_id,
        Uuid::now_v7(),
        permit.account_id,
        LetterKind::NotApplied.code(),
    )
    .execute(tx.connection())
    .await?;
    Ok(true)
}

/// Where a page begins: after this cabinet, or before everybody.
async fn after_whom(scope: &mut Scope, after: Option<Uuid>) -> Result<(String, i64)> {
    let Some(after) = after else {
        return Ok((String::new(), 0));
    };
    Ok(sqlx::query!(
        "SELECT surname, id FROM app.membership WHERE public_id = $1",
        after
    )
    .fetch_optional(scope.connection())
    .await?
    .map_or((String::new(), 0), |row| (row.surname, row.id)))
}
