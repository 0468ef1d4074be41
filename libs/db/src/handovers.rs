//! Registers of handing over (реестры передачи): which conclusions a municipality passed to the
//! Centre, and whether they came (R-CON-2). What is passed is moved by [`crate::conclusions`]; a
//! register moves nothing.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use domain::{
    act::{Doing, acts},
    actor::{Actor, TenantId},
    permission::{ApplicationFacts, Relations},
    reference::Category,
    routing::Route,
};
use uuid::Uuid;

use crate::{
    applications::known,
    error::{Result, touched},
    scope::{Permit, Related, Scope, Tx},
};

/// Registers of a page.
pub const PAGE: usize = 50;

/// A register.
#[derive(Clone, Debug)]
pub struct Handover {
    /// The municipality.
    pub tenant: TenantId,
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The municipality's name when it was made.
    pub municipality: String,
    /// Its number within municipality and year.
    pub number: i32,
    /// The first day of the month it is about.
    pub month: NaiveDate,
    /// The day it was made.
    pub made_on: NaiveDate,
    /// Who made it.
    pub made_by: String,
    /// When the Centre confirmed it.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who confirmed it; empty before.
    pub confirmed_by: String,
    /// How many conclusions it names.
    pub rows: i64,
    /// How many of them the Centre did not get.
    pub missing: i64,
    /// Its version.
    pub version: i32,
}

impl Related for Handover {
    fn relations(&self, actor: &Actor) -> Relations {
        as_each(self.tenant, actor)
    }

    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}

/// To the policy a register is what each conclusion in it is: submitted, of route municipal.
fn as_each(tenant: TenantId, actor: &Actor) -> Relations {
    ApplicationFacts {
        tenant: tenant.0,
        account: 0,
        organisation: None,
        route: Some(Route::Municipal),
        period_approved: false,
        assigned: false,
        author: None,
    }
    .relations(actor)
}

struct Row {
    tenant_id: i32,
    id: i64,
    public_id: Uuid,
    municipality: String,
    number: i32,
    month: NaiveDate,
    made_on: NaiveDate,
    made_by: String,
    confirmed_at: Option<DateTime<Utc>>,
    confirmed_by: String,
    rows: i64,
    missing: i64,
    version: i32,
}

impl From<Row> for Handover {
    fn from(row: Row) -> Self {
        Self {
            tenant: TenantId(row.tenant_id),
            id: row.id,
            public_id: row.public_id,
            municipality: row.municipality,
            number: row.number,
            month: row.month,
            made_on: row.made_on,
            made_by: row.made_by,
            confirmed_at: row.confirmed_at,
            confirmed_by: row.confirmed_by,
            rows: row.rows,
            missing: row.missing,
            version: row.version,
        }
    }
}

/// A page of the registers the scope sees, the newest first, and one more if there is another
/// page; from behind the register `after` on. `waiting`: only those not confirmed yet.
///
/// # Errors
/// If the database does not answer.
pub async fn page(scope: &mut Scope, waiting: bool, after: Option<Uuid>) -> Result<Vec<Handover>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT h.tenant_id, h.id, h.public_id, h.municipality, h.number, h.month, h.made_on, h.made_by,
             h.confirmed_at, h.confirmed_by, h.version,
             (SELECT count(*) FROM app.handover_row r WHERE r.tenant_id = h.tenant_id AND r.handover_id = h.id) AS "rows!",
             (SELECT count(*) FROM app.handover_row r WHERE r.tenant_id = h.tenant_id AND r.handover_id = h.id
                AND NOT r.received) AS "missing!"
           FROM app.handover h
           WHERE ($1::uuid IS NULL OR h.id < (SELECT x.id FROM app.handover x WHERE x.public_id = $1))
             AND (NOT $2 OR h.confirmed_at IS NULL)
           ORDER BY h.id DESC LIMIT 51"#,
        after,
        waiting,
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(Handover::from).collect())
}

/// The register with this public id, if the scope sees it.
///
/// # Errors
/// If the database does not answer.
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<Handover>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT h.tenant_id, h.id, h.public_id, h.municipality, h.number, h.month, h.made_on, h.made_by,
             h.confirmed_at, h.confirmed_by, h.version,
             (SELECT count(*) FROM app.handover_row r WHERE r.tenant_id = h.tenant_id AND r.handover_id = h.id) AS "rows!",
             (SELECT count(*) FROM app.handover_row r WHERE r.tenant_id = h.tenant_id AND r.handover_id = h.id
                AND NOT r.received) AS "missing!"
           FROM app.handover h WHERE h.public_id = $1"#,
        public_id,
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(row.map(Handover::from))
}

/// A conclusion a register names. Of a case that went to another municipality nothing is known
/// here but that it was named.
#[derive(Clone, Debug)]
pub struct Named {
    /// The application's id in addresses.
    pub application: Uuid,
    /// ФИО.
    pub name: String,
    /// The post's name.
    pub position: String,
    /// The organisation's name.
    pub organisation: String,
    /// The category asked for.
    pub category: Option<Category>,
    /// The period's name.
    pub period: String,
    /// Whether the Centre got it; nothing before it confirms.
    pub received: Option<bool>,
    /// The Centre's words.
    pub note: String,
}

/// What a register names, in its order.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn rows(scope: &mut Scope, handover: &Handover) -> Result<Vec<Named>> {
    let rows = sqlx::query!(
        r#"SELECT r.application, r.received, r.note,
             coalesce(concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')), '') AS "name!",
             coalesce(p.name, a.position, '') AS "position!", coalesce(o.name, '') AS "organisation!",
             a.category AS "category?", coalesce(d.name, '') AS "period!"
           FROM app.handover_row r
           LEFT JOIN app.application a ON a.public_id = r.application
           LEFT JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           LEFT JOIN app.period d ON d.id = s.period_id
           WHERE r.tenant_id = $1 AND r.handover_id = $2 ORDER BY r.id"#,
        handover.tenant.0,
        handover.id,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let category = row
                .category
                .map(|code| known(Category::from_code(&code), "application.category"));
            Ok(Named {
                application: row.application,
                name: row.name,
                position: row.position,
                organisation: row.organisation,
                category: category.transpose()?,
                period: row.period,
                received: row.received,
                note: row.note,
            })
        })
        .collect()
}

/// A municipality that hands over, before there is a register to ask the policy about.
#[derive(Clone, Copy, Debug)]
pub struct Giver(pub TenantId);

impl Related for Giver {
    fn relations(&self, actor: &Actor) -> Relations {
        as_each(self.0, actor)
    }

    fn tenant(&self) -> TenantId {
        self.0
    }
}

/// Keeps everybody else of the municipality from making a register until this transaction ends:
/// what one names no other names, and numbers have no holes.
///
/// # Errors
/// If the database does not answer.
pub async fn lock<A: Doing>(tx: &mut Tx<A>, permit: &Permit<A, Giver>) -> Result<()> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('handover ' || $1::text, 0))",
        permit.0.0.to_string()
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(())
}

/// Makes a register that names `applications` in this order; returns its number inside and its
/// public id.
///
/// # Errors
/// If the database does not answer, or one of them is not with the Centre.
pub async fn add(
    tx: &mut Tx<acts::PassConclusion>,
    permit: &Permit<acts::PassConclusion, Giver>,
    month: NaiveDate,
    today: NaiveDate,
    applications: &[Uuid],
) -> Result<(i64, Uuid)> {
    let public_id = Uuid::now_v7();
    let id = sqlx::query_scalar!(
        "INSERT INTO app.handover (tenant_id, public_id, municipality, year, number, month, made_on, made_by)
         SELECT m.id, $2, m.name, $3, coalesce((SELECT max(h.number) FROM app.handover h
             WHERE h.tenant_id = m.id AND h.year = $3), 0) + 1, $4, $5, app.acting_name()
         FROM app.municipality m WHERE m.id = $1 RETURNING id",
        permit.0.0,
        public_id,
        today.year(),
        month,
        today,
    )
    .fetch_one(tx.connection())
    .await?;
    sqlx::query!(
        "INSERT INTO app.handover_row (tenant_id, handover_id, application)
         SELECT $1, $2, x.application FROM unnest($3::uuid[]) WITH ORDINALITY x(application, place) ORDER BY x.place",
        permit.0.0,
        id,
        applications,
    )
    .execute(tx.connection())
    .await?;
    Ok((id, public_id))
}

/// What the Centre says of a conclusion that a register names.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The application.
    pub application: Uuid,
    /// Whether it came.
    pub received: bool,
    /// What is to be said of it; may be empty.
    pub note: String,
}

/// Confirms a register with what came of each row, once and for all.
///
/// # Errors
/// [`crate::Error::Stale`] if it was confirmed meanwhile.
pub async fn confirm(
    tx: &mut Tx<acts::AcceptConclusion>,
    permit: &Permit<acts::AcceptConclusion, Handover>,
    receipts: &[Receipt],
) -> Result<()> {
    let applications: Vec<Uuid> = receipts.iter().map(|receipt| receipt.application).collect();
    let received: Vec<bool> = receipts.iter().map(|receipt| receipt.received).collect();
    let notes: Vec<String> = receipts
        .iter()
        .map(|receipt| receipt.note.clone())
        .collect();
    // The rows first: those of a register that is confirmed cannot be written any more.
    sqlx::query!(
        "UPDATE app.handover_row r SET received = x.received, note = x.note
         FROM unnest($3::uuid[], $4::bool[], $5::text[]) x(application, received, note)
         WHERE r.tenant_id = $1 AND r.handover_id = $2 AND r.application = x.application",
        permit.tenant.0,
        permit.id,
        &applications,
        &received,
        &notes,
    )
    .execute(tx.connection())
    .await?;
    let rows = sqlx::query!(
        "UPDATE app.handover SET confirmed_at = app.ctx_now(), confirmed_by = coalesce(nullif(app.acting_name(), ''), 'оператор'),
           version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND confirmed_at IS NULL",
        permit.tenant.0,
        permit.id,
        permit.version,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}
