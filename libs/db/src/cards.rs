//! Cards (карточка педагога), one per post: read and written by their owner alone; everybody
//! else reads the snapshot an application was formed with (01 §1.3).
//!
//! The first card of a membership is the post the profile names: its organisation and position
//! are the membership's, whatever the card once held. Further cards have their own.

use chrono::NaiveDate;
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    name::FullName,
    permission::{Relation, Relations},
    reference::Category,
    value::Phone,
};
use uuid::Uuid;

use crate::{
    error::{Result, touched},
    scope::{Permit, Related, Scope, Tx},
};

/// A card with the profile it belongs to. Text columns are empty while nothing is known.
#[derive(Clone, Debug)]
pub struct Card {
    /// The municipality.
    pub tenant: i32,
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// Whose it is.
    pub account: i64,
    /// The membership it belongs to.
    pub membership: i64,
    /// Whether it is the post the profile names.
    pub first: bool,
    /// The card's version.
    pub version: i32,
    /// The profile's version: ФИО and phone belong to it.
    pub profile_version: i32,
    /// The surname in the nominative.
    pub surname: String,
    /// The given name.
    pub name: String,
    /// The patronymic.
    pub patronymic: String,
    /// The phone as kept.
    pub phone: String,
    /// The municipality's name.
    pub municipality: String,
    /// The organisation.
    pub organisation: Option<i64>,
    /// The organisation's id in forms.
    pub organisation_public: Option<Uuid>,
    /// The organisation's name.
    pub organisation_name: String,
    /// The organisation's type by name.
    pub organisation_type: String,
    /// The position's code.
    pub position: String,
    /// The position's name.
    pub position_name: String,
    /// The subject's code.
    pub subject: String,
    /// The subject's name.
    pub subject_name: String,
    /// Surname, name and patronymic in the genitive, as confirmed.
    pub genitive: [String; 3],
    /// The same in the dative.
    pub dative: [String; 3],
    /// Full years.
    pub age: Option<i32>,
    /// Education.
    pub education: String,
    /// Service in years: in all, pedagogical, in the post.
    pub service: [Option<i32>; 3],
    /// The category held: «», «first», «highest».
    pub held_category: String,
    /// Who issued the order.
    pub held_issuer: String,
    /// The order's date.
    pub held_date: Option<NaiveDate>,
    /// The order's number.
    pub held_number: String,
    /// The end of the term.
    pub held_until: Option<NaiveDate>,
}

impl Related for Card {
    fn relations(&self, actor: &Actor) -> Relations {
        Relations::NONE.when(self.account == actor.account.0, Relation::Own)
    }

    fn tenant(&self) -> TenantId {
        TenantId(self.tenant)
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}

/// The own profile a new card is added to.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The municipality.
    pub tenant: i32,
    /// The membership.
    pub membership: i64,
    /// The account.
    pub account: i64,
}

impl Related for Profile {
    fn relations(&self, actor: &Actor) -> Relations {
        Relations::NONE.when(self.account == actor.account.0, Relation::Own)
    }

    fn tenant(&self) -> TenantId {
        TenantId(self.tenant)
    }
}

/// What the owner writes into a card. What is `None` stays open; forming wants it filled in.
#[derive(Clone, Debug)]
pub struct Filled {
    /// ФИО in the nominative; kept in the profile.
    pub name: FullName,
    /// The phone; kept in the profile, as it is when `None`.
    pub phone: Option<Phone>,
    /// ФИО in the genitive, as confirmed.
    pub genitive: Option<FullName>,
    /// ФИО in the dative, as confirmed.
    pub dative: Option<FullName>,
    /// Organisation and position's code; only of a card that is not the first.
    pub post: Option<(i64, String)>,
    /// The subject's code; may be empty.
    pub subject: String,
    /// Full years.
    pub age: Option<u8>,
    /// Education; may be empty.
    pub education: String,
    /// Service in years: in all, pedagogical, in the post.
    pub service: [Option<u8>; 3],
    /// The category held.
    pub held: Option<Category>,
    /// Who issued the order; may be empty.
    pub held_issuer: String,
    /// The order's date.
    pub held_date: Option<NaiveDate>,
    /// The order's number; may be empty.
    pub held_number: String,
    /// The end of the term.
    pub held_until: Option<NaiveDate>,
}

struct Row {
    tenant_id: i32,
    id: i64,
    public_id: Uuid,
    account_id: i64,
    membership_id: i64,
    first: bool,
    version: i32,
    profile_version: i32,
    surname: String,
    name: String,
    patronymic: String,
    phone: String,
    municipality: String,
    organisation_id: Option<i64>,
    organisation_public: Option<Uuid>,
    organisation_name: String,
    organisation_type: String,
    position: String,
    position_name: String,
    subject: String,
    subject_name: String,
    surname_gen: String,
    name_gen: String,
    patronymic_gen: String,
    surname_dat: String,
    name_dat: String,
    patronymic_dat: String,
    age: Option<i32>,
    education: String,
    service_total: Option<i32>,
    service_pedagogical: Option<i32>,
    service_post: Option<i32>,
    held_category: String,
    held_issuer: String,
    held_date: Option<NaiveDate>,
    held_number: String,
    held_until: Option<NaiveDate>,
}

impl From<Row> for Card {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            public_id: row.public_id,
            account: row.account_id,
            membership: row.membership_id,
            first: row.first,
            version: row.version,
            profile_version: row.profile_version,
            surname: row.surname,
            name: row.name,
            patronymic: row.patronymic,
            phone: row.phone,
            municipality: row.municipality,
            organisation: row.organisation_id,
            organisation_public: row.organisation_public,
            organisation_name: row.organisation_name,
            organisation_type: row.organisation_type,
            position: row.position,
            position_name: row.position_name,
            subject: row.subject,
            subject_name: row.subject_name,
            genitive: [row.surname_gen, row.name_gen, row.patronymic_gen],
            dative: [row.surname_dat, row.name_dat, row.patronymic_dat],
            age: row.age,
            education: row.education,
            service: [row.service_total, row.service_pedagogical, row.service_post],
            held_category: row.held_category,
            held_issuer: row.held_issuer,
            held_date: row.held_date,
            held_number: row.held_number,
            held_until: row.held_until,
        }
    }
}

/// The cards of the cabinet in use, in the order they were added.
///
/// # Errors
/// If the database does not answer.
pub async fn own(scope: &mut Scope) -> Result<Vec<Card>> {
    let membership = scope.who().map_or(0, |actor| actor.membership);
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.tenant_id, c.id, c.public_id, c.account_id, c.membership_id, f.first AS "first!", c.version,
             m.version AS profile_version, m.surname, m.name, m.patronymic, m.phone, t.name AS municipality,
             o.id AS "organisation_id?", o.public_id AS "organisation_public?",
             coalesce(o.name, '') AS "organisation_name!", coalesce(y.name, '') AS "organisation_type!",
             w.position AS "position!", coalesce(p.name, w.position) AS "position_name!",
             c.subject, coalesce(s.name, c.subject) AS "subject_name!",
             c.surname_gen, c.name_gen, c.patronymic_gen, c.surname_dat, c.name_dat, c.patronymic_dat,
             c.age, c.education, c.service_total, c.service_pedagogical, c.service_post,
             c.held_category, c.held_issuer, c.held_date, c.held_number, c.held_until
           FROM app.card c
           JOIN app.membership m ON m.tenant_id = c.tenant_id AND m.id = c.membership_id
           JOIN app.municipality t ON t.id = c.tenant_id
           CROSS JOIN LATERAL (SELECT NOT EXISTS (SELECT 1 FROM app.card e
             WHERE e.tenant_id = c.tenant_id AND e.account_id = c.account_id AND e.id < c.id
               AND e.membership_id = c.membership_id) AS first) f
           CROSS JOIN LATERAL (SELECT CASE WHEN f.first THEN m.position ELSE c.position END AS position,
             CASE WHEN f.first THEN m.organisation_id ELSE c.organisation_id END AS organisation_id) w
           LEFT JOIN app.organisation o ON o.tenant_id = c.tenant_id AND o.id = w.organisation_id
           LEFT JOIN app.ref_organisation_type y ON y.code = o.type
           LEFT JOIN app.ref_position p ON p.code = w.position
           LEFT JOIN app.ref_subject s ON s.code = c.subject
           WHERE c.account_id = $1 AND c.membership_id = $2 ORDER BY c.id"#,
        scope.account(),
        membership,
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(Card::from).collect())
}

/// The own profile, if the cabinet in use is a teacher's; locked, so that two tabs do not add
/// the same first card twice.
///
/// # Errors
/// If the database does not answer.
pub async fn profile(scope: &mut Scope) -> Result<Option<Profile>> {
    let membership = scope.who().map_or(0, |actor| actor.membership);
    Ok(sqlx::query_as!(
        Profile,
        "SELECT tenant_id AS tenant, id AS membership, account_id AS account FROM app.membership
         WHERE account_id = $1 AND id = $2 AND role = 'teacher' FOR UPDATE",
        scope.account(),
        membership,
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Adds a card to the profile: the first without a post of its own, further ones with one.
///
/// # Errors
/// If the database does not answer.
pub async fn add(
    tx: &mut Tx<acts::WriteCard>,
    permit: &Permit<acts::WriteCard, Profile>,
    post: Option<(i64, &str)>,
) -> Result<(i64, Uuid)> {
    let public_id = Uuid::now_v7();
    let id = sqlx::query_scalar!(
        "INSERT INTO app.card (tenant_id, public_id, membership_id, account_id, organisation_id, position)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        permit.tenant,
        public_id,
        permit.membership,
        permit.account,
        post.map(|(organisation, _)| organisation),
        post.map_or("", |(_, position)| position),
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((id, public_id))
}

/// Writes what the owner filled in, into the card and into the profile.
///
/// # Errors
/// [`crate::Error::Stale`] if card or profile changed meanwhile.
pub async fn fill(
    tx: &mut Tx<acts::WriteCard>,
    permit: &Permit<acts::WriteCard, Card>,
    filled: &Filled,
) -> Result<()> {
    let [surname_gen, name_gen, patronymic_gen] = parts(filled.genitive.as_ref());
    let [surname_dat, name_dat, patronymic_dat] = parts(filled.dative.as_ref());
    let [total, pedagogical, in_post] = filled.service.map(|years| years.map(i32::from));
    let rows = sqlx::query!(
        "UPDATE app.card SET surname_gen = $4, name_gen = $5, patronymic_gen = $6, surname_dat = $7, name_dat = $8,
           patronymic_dat = $9, organisation_id = coalesce($10, organisation_id), position = coalesce($11, position),
           subject = $12, age = $13, education = $14, service_total = $15, service_pedagogical = $16,
           service_post = $17, held_category = $18, held_issuer = $19, held_date = $20, held_number = $21,
           held_until = $22, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant,
        permit.id,
        permit.version,
        surname_gen,
        name_gen,
        patronymic_gen,
        surname_dat,
        name_dat,
        patronymic_dat,
        filled.post.as_ref().map(|(organisation, _)| *organisation),
        filled.post.as_ref().map(|(_, position)| position.as_str()),
        filled.subject,
        filled.age.map(i32::from),
        filled.education,
        total,
        pedagogical,
        in_post,
        filled.held.map_or("", Category::code),
        filled.held_issuer,
        filled.held_date,
        filled.held_number,
        filled.held_until,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)?;
    let rows = sqlx::query!(
        "UPDATE app.membership SET surname = $4, name = $5, patronymic = $6, phone = coalesce($7, phone),
           version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant,
        permit.membership,
        permit.profile_version,
        filled.name.surname(),
        filled.name.name(),
        filled.name.patronymic().unwrap_or_default(),
        filled.phone.as_ref().map(Phone::as_str),
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)?;
    let former = [&permit.surname, &permit.name, &permit.patronymic];
    if former.map(String::as_str) != parts(Some(&filled.name)) {
        // What was confirmed on the other cards was of the former name.
        sqlx::query!(
            "UPDATE app.card SET surname_gen = '', name_gen = '', patronymic_gen = '', surname_dat = '',
               name_dat = '', patronymic_dat = '', version = version + 1
             WHERE tenant_id = $1 AND membership_id = $2 AND id <> $3",
            permit.tenant,
            permit.membership,
            permit.id,
        )
        .execute(tx.connection())
        .await?;
    }
    Ok(())
}

fn parts(name: Option<&FullName>) -> [&str; 3] {
    name.map_or([""; 3], |name| {
        [
            name.surname(),
            name.name(),
            name.patronymic().unwrap_or_default(),
        ]
    })
}

/// An organisation a further post can be in.
#[derive(Clone, Debug)]
pub struct Workplace {
    /// The number inside.
    pub id: i64,
    /// The id in forms.
    pub public_id: Uuid,
    /// The name.
    pub name: String,
}

/// The organisations of the municipality of the context, by name.
///
/// # Errors
/// If the database does not answer.
pub async fn workplaces(scope: &mut Scope) -> Result<Vec<Workplace>> {
    let tenant = scope.tenant().map(|tenant| tenant.0);
    Ok(sqlx::query_as!(
        Workplace,
        "SELECT id, public_id, name FROM app.organisation WHERE tenant_id = $1 AND ended_at IS NULL ORDER BY name",
        tenant
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The e-mail of the account in the context; empty while it has none.
///
/// # Errors
/// If the database does not answer.
pub async fn email(scope: &mut Scope) -> Result<String> {
    Ok(
        sqlx::query_scalar!(r#"SELECT email AS "email!" FROM app.my_account()"#)
            .fetch_optional(scope.connection())
            .await?
            .unwrap_or_default(),
    )
}
