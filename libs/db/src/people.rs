//! People with a cabinet in a municipality, as those who answer for them see them: logins and
//! e-mails come through the definer's functions and their limits (R-ACC-5).

use domain::role::Role;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    scope::Scope,
    search::Found,
};

/// A person in one cabinet.
#[derive(Clone, Debug)]
pub struct Person {
    /// The membership's id in addresses.
    pub public_id: Uuid,
    /// The municipality's name.
    pub municipality: String,
    /// «Иванова Мария Сергеевна»; empty until the profile is filled in.
    pub full_name: String,
    /// The role.
    pub role: Role,
    /// The login.
    pub login: String,
    /// The e-mail; empty if there is none.
    pub email: String,
}

/// How many people a page holds.
pub const PAGE: usize = 50;

/// A page of the people the scope sees, by surname, and one row more if there is another.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn page(scope: &mut Scope, after: Option<Uuid>) -> Result<Vec<Person>> {
    let (surname, id) = after_whom(scope, after).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"WITH page AS (
             SELECT m.id, m.tenant_id, m.public_id, m.account_id, m.surname, m.name, m.patronymic, m.role
             FROM app.membership m
             WHERE m.ended_at IS NULL AND (m.surname, m.id) > ($1, $2) ORDER BY m.surname, m.id LIMIT 51)
           SELECT m.public_id AS "public_id!", t.name AS municipality,
             concat_ws(' ', nullif(m.surname, ''), nullif(m.name, ''), nullif(m.patronymic, '')) AS "full_name!",
             m.role AS "role!", coalesce(l.login, '') AS "login!", coalesce(l.email, '') AS "email!"
           FROM page m
           JOIN app.municipality t ON t.id = m.tenant_id
           LEFT JOIN app.people_logins(ARRAY(SELECT account_id FROM page)) l ON l.account_id = m.account_id
           ORDER BY m.surname, m.id"#,
        surname,
        id,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter().map(Person::try_from).collect()
}

/// A page of the people found, by surname, and one row more if there is another.
///
/// # Errors
/// As [`page`].
pub async fn among(scope: &mut Scope, found: &Found, after: Option<Uuid>) -> Result<Vec<Person>> {
    let (surname, id) = after_whom(scope, after).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"WITH page AS (
             SELECT m.id, m.tenant_id, m.public_id, m.account_id, m.surname, m.name, m.patronymic, m.role
             FROM app.membership m
             WHERE m.id = ANY ($3) AND m.ended_at IS NULL AND (m.surname, m.id) > ($1, $2)
             ORDER BY m.surname, m.id LIMIT 51)
           SELECT m.public_id AS "public_id!", t.name AS municipality,
             concat_ws(' ', nullif(m.surname, ''), nullif(m.name, ''), nullif(m.patronymic, '')) AS "full_name!",
             m.role AS "role!", coalesce(l.login, '') AS "login!", coalesce(l.email, '') AS "email!"
           FROM page m
           JOIN app.municipality t ON t.id = m.tenant_id
           LEFT JOIN app.people_logins(ARRAY(SELECT account_id FROM page)) l ON l.account_id = m.account_id
           ORDER BY m.surname, m.id"#,
        surname,
        id,
        &found.ids,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter().map(Person::try_from).collect()
}

/// The person of this membership, if the scope sees it.
///
/// # Errors
/// As [`page`].
pub async fn by_id(scope: &mut Scope, membership: i64) -> Result<Option<Person>> {
    let found = Found {
        ids: vec![membership],
        partial: false,
    };
    Ok(among(scope, &found, None).await?.pop())
}

/// An expert of the municipality.
#[derive(Clone, Debug)]
pub struct Expert {
    /// The membership's id in addresses.
    pub public_id: Uuid,
    /// ФИО; empty until the profile is filled in.
    pub full_name: String,
    /// The post.
    pub position: String,
    /// The place of work.
    pub organisation: String,
    /// The phone as kept, `+7XXXXXXXXXX`.
    pub phone: String,
    /// Open assignments.
    pub load: i64,
}

/// A page of the experts of the municipality, by surname, and one row more if there is
/// another.
///
/// # Errors
/// If the database does not answer.
pub async fn experts(scope: &mut Scope, after: Option<Uuid>) -> Result<Vec<Expert>> {
    let (surname, id) = after_whom(scope, after).await?;
    Ok(sqlx::query_as!(
        Expert,
        r#"SELECT m.public_id,
             concat_ws(' ', nullif(m.surname, ''), nullif(m.name, ''), nullif(m.patronymic, '')) AS "full_name!",
             coalesce(p.name, m.position) AS "position!", coalesce(o.name, '') AS "organisation!", m.phone,
             (SELECT count(*) FROM app.assignment x WHERE x.expert_tenant_id = m.tenant_id
                AND x.expert_membership_id = m.id AND x.closed_at IS NULL) AS "load!"
           FROM app.membership m
           LEFT JOIN app.ref_position p ON p.code = m.position
           LEFT JOIN app.organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
           WHERE m.role = 'expert' AND m.ended_at IS NULL AND (m.surname, m.id) > ($1, $2)
           ORDER BY m.surname, m.id LIMIT 51"#,
        surname,
        id,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Where a page begins: after this membership, or before everybody.
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

struct Row {
    public_id: Uuid,
    municipality: String,
    full_name: String,
    role: String,
    login: String,
    email: String,
}

impl TryFrom<Row> for Person {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            public_id: row.public_id,
            municipality: row.municipality,
            full_name: row.full_name,
            role: Role::from_code(&row.role).ok_or(Error::Corrupt {
                column: "membership.role",
            })?,
            login: row.login,
            email: row.email,
        })
    }
}
