//! The cabinets of an account: its memberships in active municipalities and its places in the
//! institute (R-ACC-1), each with the profile as used there.

use domain::{actor::TenantId, role::Role};
use uuid::Uuid;

use crate::{applications::known, error::Result, scope::AuthTx};

/// A cabinet.
#[derive(Clone, Debug)]
pub struct Cabinet {
    /// The membership or the institute member.
    pub id: i64,
    /// The id in forms.
    pub public_id: Uuid,
    /// The role.
    pub role: Role,
    /// The municipality; `None` for the institute's.
    pub tenant: Option<TenantId>,
    /// The municipality's id in forms.
    pub municipality_public_id: Option<Uuid>,
    /// The municipality's name; empty for the institute's.
    pub municipality: String,
    /// The organisation, where the person has one.
    pub organisation: Option<i64>,
    /// The organisation's id in forms.
    pub organisation_public_id: Option<Uuid>,
    /// The organisation's name; may be empty.
    pub organisation_name: String,
    /// The organisation's type, by code; may be empty.
    pub organisation_type: String,
    /// The organisation's type, by name; may be empty.
    pub organisation_type_name: String,
    /// The surname; empty until the profile is filled in.
    pub surname: String,
    /// The given name.
    pub name: String,
    /// The patronymic; may be empty.
    pub patronymic: String,
    /// The telephone.
    pub phone: String,
    /// The post, by code; may be empty.
    pub position: String,
    /// The post's name; may be empty.
    pub position_name: String,
    /// The version of the row.
    pub version: i32,
}

/// The cabinets of the account the scope is about that have not ended.
///
/// # Errors
/// If the database does not answer or holds a role the domain does not know.
pub async fn list(tx: &mut AuthTx) -> Result<Vec<Cabinet>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT m.id, m.public_id, m.role, m.tenant_id AS "tenant_id?", t.public_id AS "municipality_public_id?",
             t.name AS municipality, m.organisation_id,
             o.public_id AS "organisation_public_id?", coalesce(o.name, '') AS "organisation_name!",
             coalesce(o.type, '') AS "organisation_type!", coalesce(k.name, '') AS "organisation_type_name!",
             m.surname, m.name, m.patronymic, m.phone, m.position, coalesce(p.name, m.position) AS "position_name!",
             m.version
           FROM app.membership m JOIN app.municipality t ON t.id = m.tenant_id AND t.status = 'active'
             LEFT JOIN app.organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
             LEFT JOIN app.ref_organisation_type k ON k.code = o.type
             LEFT JOIN app.ref_position p ON p.code = m.position
           WHERE m.account_id = (SELECT app.ctx_account()) AND m.ended_at IS NULL ORDER BY m.id"#
    )
    .fetch_all(tx.connection())
    .await?;
    let institute = sqlx::query_as!(
        Row,
        r#"SELECT id, public_id, role, NULL::int AS "tenant_id?", NULL::uuid AS "municipality_public_id?", '' AS "municipality!",
             NULL::bigint AS "organisation_id?", NULL::uuid AS "organisation_public_id?", '' AS "organisation_name!",
             '' AS "organisation_type!", '' AS "organisation_type_name!", surname, name, patronymic, phone, position,
             position AS position_name, version
           FROM app.institute_member
           WHERE account_id = (SELECT app.ctx_account()) AND ended_at IS NULL ORDER BY id"#
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .chain(institute)
        .map(Cabinet::try_from)
        .collect()
}

/// A municipality whose suspension closes a cabinet of the account.
#[derive(Clone, Debug)]
pub struct Suspended {
    /// The municipality.
    pub tenant: TenantId,
    /// Its name.
    pub municipality: String,
}

/// The suspended municipalities in which the account the scope is about has a cabinet.
///
/// # Errors
/// If the database does not answer.
pub async fn suspended(tx: &mut AuthTx) -> Result<Vec<Suspended>> {
    let rows = sqlx::query!(
        "SELECT t.id, t.name FROM app.municipality t WHERE t.status = 'suspended'
           AND EXISTS (SELECT 1 FROM app.membership m WHERE m.tenant_id = t.id
             AND m.account_id = (SELECT app.ctx_account()) AND m.ended_at IS NULL)
         ORDER BY t.name"
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Suspended {
            tenant: TenantId(row.id),
            municipality: row.name,
        })
        .collect())
}

struct Row {
    id: i64,
    public_id: Uuid,
    role: String,
    tenant_id: Option<i32>,
    municipality_public_id: Option<Uuid>,
    municipality: String,
    organisation_id: Option<i64>,
    organisation_public_id: Option<Uuid>,
    organisation_name: String,
    organisation_type: String,
    organisation_type_name: String,
    surname: String,
    name: String,
    patronymic: String,
    phone: String,
    position: String,
    position_name: String,
    version: i32,
}

impl TryFrom<Row> for Cabinet {
    type Error = crate::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            public_id: row.public_id,
            role: known(Role::from_code(&row.role), "membership.role")?,
            tenant: row.tenant_id.map(TenantId),
            municipality_public_id: row.municipality_public_id,
            municipality: row.municipality,
            organisation: row.organisation_id,
            organisation_public_id: row.organisation_public_id,
            organisation_name: row.organisation_name,
            organisation_type: row.organisation_type,
            organisation_type_name: row.organisation_type_name,
            surname: row.surname,
            name: row.name,
            patronymic: row.patronymic,
            phone: row.phone,
            position: row.position,
            position_name: row.position_name,
            version: row.version,
        })
    }
}
