//! The list of municipalities as the administrator keeps it, and its writing: a person's in
//! the console, or the host's by `ctl`.

use domain::{
    act::acts,
    actor::{Actor, TenantId},
    municipality::{Slug, Status},
    permission::{Relations, of_municipality},
    value::Line,
};
use uuid::Uuid;

use crate::{
    applications::known,
    error::{Result, touched},
    municipalities::Municipality,
    scope::{Permit, Related, Scope, Tx},
};

/// A municipality as the administrator keeps it. Of its people it tells how many coordinate.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The tenant's number.
    pub id: i32,
    /// The id in addresses and forms.
    pub public_id: Uuid,
    /// The part of `/m/{slug}/login`.
    pub slug: String,
    /// The name.
    pub name: String,
    /// What kind of municipality it is, in words; may be empty.
    pub kind: String,
    /// What anyone may read of its coordinator; may be empty.
    pub contacts: String,
    /// Whether it works.
    pub status: Status,
    /// How many coordinate it.
    pub coordinators: i64,
    /// The version.
    pub version: i32,
}

impl Related for Entry {
    fn relations(&self, actor: &Actor) -> Relations {
        of_municipality(actor, self.id)
    }

    fn tenant(&self) -> TenantId {
        TenantId(self.id)
    }
}

/// What is written of a municipality.
#[derive(Clone, Debug)]
pub struct Details {
    /// The part of addresses.
    pub slug: Slug,
    /// The name.
    pub name: Line,
    /// What kind it is; may be empty.
    pub kind: String,
    /// What anyone may read of its coordinator; may be empty.
    pub contacts: String,
}

/// Which municipality is meant.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// The one of this public id.
    Id(Uuid),
    /// The one of this slug.
    Slug(&'a str),
}

/// How many municipalities a page holds.
pub const PAGE: usize = 50;

macro_rules! entries {
    ($scope:ident, $rest:tt, $($value:expr),* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT m.id AS "id!", m.public_id AS "public_id!", m.slug AS "slug!", m.name AS "name!", m.kind AS "kind!",
                 m.public_contacts AS "contacts!", m.status AS "status!", coalesce(c.coordinators, 0) AS "coordinators!",
                 m.version AS "version!"
               FROM app.municipality m LEFT JOIN app.coordinators() c ON c.tenant_id = m.id "# + $rest,
            $($value),*
        )
        .fetch_all($scope.connection())
        .await?
        .into_iter()
        .map(Entry::try_from)
        .collect::<Result<Vec<Entry>>>()
    };
}

/// A page of the municipalities whose name has `search` in it, by name, and one more if there
/// is another page. Small and capital letters, «е» and «ё» are the same.
///
/// # Errors
/// If the database does not answer or holds a state the domain does not know.
pub async fn page(scope: &mut Scope, search: &str, after: Option<Uuid>) -> Result<Vec<Entry>> {
    entries!(
        scope,
        "WHERE position(replace(lower($1), 'ё', 'е') IN replace(lower(m.name), 'ё', 'е')) > 0
           AND ($2::uuid IS NULL OR (m.name, m.id) >
             (SELECT a.name, a.id FROM app.municipality a WHERE a.public_id = $2))
         ORDER BY m.name, m.id LIMIT 51",
        search,
        after,
    )
}

/// One municipality, whatever its state.
///
/// # Errors
/// As [`page`].
pub async fn one(scope: &mut Scope, which: Which<'_>) -> Result<Option<Entry>> {
    let (id, slug) = match which {
        Which::Id(id) => (Some(id), None),
        Which::Slug(slug) => (None, Some(slug)),
    };
    Ok(
        entries!(scope, "WHERE m.public_id = $1 OR m.slug = $2", id, slug,)?
            .into_iter()
            .next(),
    )
}

/// Whether another municipality, a removed one too, has this slug, and this name.
///
/// # Errors
/// If the database does not answer.
pub async fn taken(
    scope: &mut Scope,
    slug: &str,
    name: &str,
    but: Option<i32>,
) -> Result<(bool, bool)> {
    let row = sqlx::query!(
        r#"SELECT coalesce(bool_or(slug = $1), false) AS "slug!",
             coalesce(bool_or(lower(name) = lower($2)), false) AS "name!"
           FROM app.municipality WHERE id IS DISTINCT FROM $3"#,
        slug,
        name,
        but,
    )
    .fetch_one(scope.connection())
    .await?;
    Ok((row.slug, row.name))
}

/// Adds a municipality. It belongs to nobody yet: that the scope was entered to manage
/// municipalities is the whole permission.
///
/// # Errors
/// [`crate::Error::Constraint`] `municipality_slug_key` or `municipality_name_key` if another
/// took slug or name meanwhile.
pub async fn add(tx: &mut Tx<acts::ManageMunicipality>, details: &Details) -> Result<Municipality> {
    Ok(sqlx::query_as!(
        Municipality,
        r#"INSERT INTO app.municipality (public_id, slug, name, kind, public_contacts) VALUES ($1, $2, $3, $4, $5)
           RETURNING id, public_id, slug, name, public_contacts, status = 'suspended' AS "suspended!""#,
        Uuid::now_v7(),
        details.slug.as_str(),
        details.name.as_str(),
        details.kind,
        details.contacts,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Changes name, slug, kind and contacts.
///
/// # Errors
/// As [`add`]; [`crate::Error::Stale`] if it changed meanwhile.
pub async fn change(
    tx: &mut Tx<acts::ManageMunicipality>,
    permit: &Permit<acts::ManageMunicipality, Entry>,
    details: &Details,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.municipality SET slug = $3, name = $4, kind = $5, public_contacts = $6, version = version + 1
         WHERE id = $1 AND version = $2 AND status <> 'removed'",
        permit.id,
        permit.version,
        details.slug.as_str(),
        details.name.as_str(),
        details.kind,
        details.contacts,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Closes the cabinets of a municipality, or opens them again.
///
/// # Errors
/// [`crate::Error::Stale`] if it changed meanwhile.
pub async fn set_status(
    tx: &mut Tx<acts::ManageMunicipality>,
    permit: &Permit<acts::ManageMunicipality, Entry>,
    status: Status,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.municipality SET status = $3, version = version + 1
         WHERE id = $1 AND version = $2 AND status <> 'removed'",
        permit.id,
        permit.version,
        status.code(),
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

struct Row {
    id: i32,
    public_id: Uuid,
    slug: String,
    name: String,
    kind: String,
    contacts: String,
    status: String,
    coordinators: i64,
    version: i32,
}

impl TryFrom<Row> for Entry {
    type Error = crate::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            public_id: row.public_id,
            slug: row.slug,
            name: row.name,
            kind: row.kind,
            contacts: row.contacts,
            status: known(Status::from_code(&row.status), "municipality.status")?,
            coordinators: row.coordinators,
            version: row.version,
        })
    }
}
