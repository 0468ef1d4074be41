//! Organisations of a municipality. No personal data; every role may read them.

use std::collections::HashMap;

use domain::{
    act::acts,
    actor::{Actor, TenantId},
    permission::{Relations, of_municipality},
    reference::FounderKind,
    value::Line,
};
use uuid::Uuid;

use crate::{
    error::{Error, Result, touched},
    scope::{Permit, Related, Scope, Tx},
};

/// An organisation as lists show it.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// The municipality it stands in.
    pub tenant: TenantId,
    /// Its name.
    pub municipality: String,
    /// The number inside.
    pub id: i64,
    /// The id in addresses and forms.
    pub public_id: Uuid,
    /// The name.
    pub name: String,
    /// The type's code.
    pub kind: String,
    /// The type's name.
    pub kind_name: String,
    /// Who founded it.
    pub founder: FounderKind,
    /// The version.
    pub version: i32,
}

impl Related for Organisation {
    fn relations(&self, actor: &Actor) -> Relations {
        of_municipality(actor, self.tenant.0)
    }

    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}

/// An organisation to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The id in forms.
    pub public_id: Uuid,
    /// The name.
    pub name: String,
}

/// How many organisations a page holds.
pub const PAGE: usize = 50;

/// A page of organisations by name, and one row more if there is another page: of one
/// municipality, or of all.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn page(
    scope: &mut Scope,
    tenant: Option<TenantId>,
    after: Option<Uuid>,
) -> Result<Vec<Organisation>> {
    let (name, id) = match after {
        Some(after) => sqlx::query!(
            "SELECT name, id FROM app.organisation WHERE public_id = $1",
            after
        )
        .fetch_optional(scope.connection())
        .await?
        .map_or((String::new(), 0), |row| (row.name, row.id)),
        None => (String::new(), 0),
    };
    // Two statements, so that each walks an index of its own.
    let rows = match tenant {
        Some(tenant) => {
            sqlx::query_as!(
                Row,
                r#"SELECT o.tenant_id, m.name AS municipality, o.id, o.public_id, o.name, o.type AS kind,
                     t.name AS kind_name, o.founder_kind, o.version
                   FROM app.organisation o
                   JOIN app.municipality m ON m.id = o.tenant_id
                   JOIN app.ref_organisation_type t ON t.code = o.type
                   WHERE o.tenant_id = $1 AND o.ended_at IS NULL AND o.name > $2 ORDER BY o.name LIMIT 51"#,
                tenant.0,
                name,
            )
            .fetch_all(scope.connection())
            .await?
        }
        None => {
            sqlx::query_as!(
                Row,
                r#"SELECT o.tenant_id, m.name AS municipality, o.id, o.public_id, o.name, o.type AS kind,
                     t.name AS kind_name, o.founder_kind, o.version
                   FROM app.organisation o
                   JOIN app.municipality m ON m.id = o.tenant_id
                   JOIN app.ref_organisation_type t ON t.code = o.type
                   WHERE o.ended_at IS NULL AND (o.name, o.id) > ($1, $2) ORDER BY o.name, o.id LIMIT 51"#,
                name,
                id,
            )
            .fetch_all(scope.connection())
            .await?
        }
    };
    rows.into_iter().map(Organisation::try_from).collect()
}

/// How many active teachers these organisations have; those that are not named have none.
///
/// # Errors
/// If the database does not answer.
pub async fn teachers(scope: &mut Scope, ids: &[i64]) -> Result<HashMap<i64, i64>> {
    let rows = sqlx::query!(
        r#"SELECT o.id, count(*) AS "count!" FROM app.organisation o
           JOIN app.membership x ON x.tenant_id = o.tenant_id AND x.organisation_id = o.id
           WHERE o.id = ANY ($1) AND x.role = 'teacher' AND x.ended_at IS NULL GROUP BY o.id"#,
        ids
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.count)).collect())
}

/// All organisations of a municipality, to choose from.
///
/// # Errors
/// If the database does not answer.
pub async fn choices(scope: &mut Scope, tenant: TenantId) -> Result<Vec<Choice>> {
    Ok(sqlx::query_as!(
        Choice,
        "SELECT public_id, name FROM app.organisation WHERE tenant_id = $1 AND ended_at IS NULL ORDER BY name",
        tenant.0
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Whether a municipality has an organisation of this name.
///
/// # Errors
/// If the database does not answer.
pub async fn is_named(scope: &mut Scope, tenant: TenantId, name: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM app.organisation WHERE tenant_id = $1 AND name = $2
             AND ended_at IS NULL) AS "named!""#,
        tenant.0,
        name,
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The organisation with this id. Every role may read those of every municipality: whoever
/// writes about one asks for a permit.
///
/// # Errors
/// As [`page`].
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<Organisation>> {
    sqlx::query_as!(
        Row,
        r#"SELECT o.tenant_id, m.name AS municipality, o.id, o.public_id, o.name, o.type AS kind,
             t.name AS kind_name, o.founder_kind, o.version
           FROM app.organisation o
           JOIN app.municipality m ON m.id = o.tenant_id
           JOIN app.ref_organisation_type t ON t.code = o.type
           WHERE o.public_id = $1 AND o.ended_at IS NULL"#,
        public_id
    )
    .fetch_optional(scope.connection())
    .await?
    .map(Organisation::try_from)
    .transpose()
}

/// Adds an organisation; returns its number. Without `founder` it takes the one of its type's
/// sector, as it always does when a coordinator adds it (R-ORG-1).
///
/// # Errors
/// [`Error::Constraint`] `organisation_tenant_id_name_key` if the municipality has one of
/// this name.
pub async fn add<R: Related>(
    tx: &mut Tx<acts::AddOrganisation>,
    permit: &Permit<acts::AddOrganisation, R>,
    name: &Line,
    kind: &str,
    founder: Option<FounderKind>,
) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.organisation (tenant_id, public_id, type, founder_kind, name)
         VALUES ($1, $2, $3, $4, $5) RETURNING id",
        permit.tenant().0,
        Uuid::now_v7(),
        kind,
        founder.map(FounderKind::code),
        name.as_str(),
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Gives an organisation another name.
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile, [`Error::Constraint`] as [`add`].
pub async fn rename(
    tx: &mut Tx<acts::AddOrganisation>,
    permit: &Permit<acts::AddOrganisation, Organisation>,
    name: &Line,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.organisation SET name = $4, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.version,
        name.as_str(),
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Sets name, type and founder kind. Applications already submitted keep their route: it was
/// fixed at submission (R-ORG-1, R-ROUTE-1).
///
/// # Errors
/// As [`rename`].
pub async fn classify(
    tx: &mut Tx<acts::ClassifyOrganisation>,
    permit: &Permit<acts::ClassifyOrganisation, Organisation>,
    name: &Line,
    kind: &str,
    founder: FounderKind,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.organisation SET name = $4, type = $5, founder_kind = $6, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        permit.id,
        permit.version,
        name.as_str(),
        kind,
        founder.code(),
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

struct Row {
    tenant_id: i32,
    municipality: String,
    id: i64,
    public_id: Uuid,
    name: String,
    kind: String,
    kind_name: String,
    founder_kind: String,
    version: i32,
}

impl TryFrom<Row> for Organisation {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            tenant: TenantId(row.tenant_id),
            municipality: row.municipality,
            id: row.id,
            public_id: row.public_id,
            name: row.name,
            kind: row.kind,
            kind_name: row.kind_name,
            founder: FounderKind::from_code(&row.founder_kind).ok_or(Error::Corrupt {
                column: "organisation.founder_kind",
            })?,
            version: row.version,
        })
    }
}
