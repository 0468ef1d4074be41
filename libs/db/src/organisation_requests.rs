//! «Моей организации нет в списке»: what teachers ask the municipal coordinator for (R-ORG-2).

use chrono::{DateTime, Utc};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    permission::{Relations, of_municipality},
};
use uuid::Uuid;

use crate::{
    error::{Result, touched},
    scope::{Permit, Related, Scope, Tx},
};

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The municipality.
    pub tenant: i32,
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The teacher's ФИО.
    pub person: String,
    /// The organisation's name as typed.
    pub name: String,
    /// The type's code.
    pub kind: String,
    /// The type's name.
    pub kind_name: String,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// Whether it still waits for an answer.
    pub open: bool,
    /// The version.
    pub version: i32,
}

impl Related for Request {
    fn relations(&self, actor: &Actor) -> Relations {
        of_municipality(actor, self.tenant)
    }

    fn tenant(&self) -> TenantId {
        TenantId(self.tenant)
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}

/// The oldest open requests of the municipality: as many as are settled at a sitting.
///
/// # Errors
/// If the database does not answer.
pub async fn open(scope: &mut Scope) -> Result<Vec<Request>> {
    Ok(sqlx::query_as!(
        Request,
        r#"SELECT r.tenant_id AS tenant, r.id, r.public_id,
             concat_ws(' ', m.surname, m.name, nullif(m.patronymic, '')) AS "person!",
             r.name, r.type AS kind, t.name AS kind_name, r.created_at,
             r.state = 'open' AS "open!", r.version
           FROM app.organisation_request r
           JOIN app.membership m ON m.tenant_id = r.tenant_id AND m.id = r.membership_id
           JOIN app.ref_organisation_type t ON t.code = r.type
           WHERE r.state = 'open' ORDER BY r.id LIMIT 50"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The request with this id, if the scope sees it.
///
/// # Errors
/// If the database does not answer.
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<Request>> {
    Ok(sqlx::query_as!(
        Request,
        r#"SELECT r.tenant_id AS tenant, r.id, r.public_id,
             concat_ws(' ', m.surname, m.name, nullif(m.patronymic, '')) AS "person!",
             r.name, r.type AS kind, t.name AS kind_name, r.created_at,
             r.state = 'open' AS "open!", r.version
           FROM app.organisation_request r
           JOIN app.membership m ON m.tenant_id = r.tenant_id AND m.id = r.membership_id
           JOIN app.ref_organisation_type t ON t.code = r.type
           WHERE r.public_id = $1"#,
        public_id
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Settles a request with an organisation: it becomes the teacher's place of work and that of
/// its cards.
///
/// # Errors
/// [`crate::Error::Stale`] if it was settled meanwhile.
pub async fn settle(
    tx: &mut Tx<acts::AddOrganisation>,
    permit: &Permit<acts::AddOrganisation, Request>,
    organisation: i64,
) -> Result<()> {
    // The definer looks for the request while it is open, so it goes first.
    sqlx::query!("SELECT app.place_teacher($1, $2)", permit.id, organisation)
        .execute(tx.connection())
        .await?;
    close(tx, permit, "added", Some(organisation), "").await
}

/// Declines a request with an answer for the teacher.
///
/// # Errors
/// [`crate::Error::Stale`] if it was settled meanwhile.
pub async fn decline(
    tx: &mut Tx<acts::AddOrganisation>,
    permit: &Permit<acts::AddOrganisation, Request>,
    answer: &str,
) -> Result<()> {
    close(tx, permit, "declined", None, answer).await
}

async fn close(
    tx: &mut Tx<acts::AddOrganisation>,
    permit: &Permit<acts::AddOrganisation, Request>,
    state: &str,
    organisation: Option<i64>,
    answer: &str,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.organisation_request SET state = $4, organisation_id = $5, answer = $6, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND state = 'open'",
        permit.tenant,
        permit.id,
        permit.version,
        state,
        organisation,
        answer,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}
