//! What the owner writes: a card added to the profile, and a card filled in together with what
//! of it the profile keeps.

use chrono::NaiveDate;
use domain::{act::acts, name::FullName, reference::Category, value::Phone};
use uuid::Uuid;

use super::{Card, Profile};
use crate::{
    error::{Result, touched},
    scope::{Permit, Tx},
};

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

/// Adds a card to the profile: the first without a post of its own, further ones with one. The
/// forms of the name that the person confirmed on an earlier card come along.
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
        "INSERT INTO app.card (tenant_id, public_id, membership_id, account_id, organisation_id, position,
           surname_gen, name_gen, patronymic_gen, surname_dat, name_dat, patronymic_dat)
         SELECT $1, $2, $3, $4, $5, $6, coalesce(e.surname_gen, ''), coalesce(e.name_gen, ''),
           coalesce(e.patronymic_gen, ''), coalesce(e.surname_dat, ''), coalesce(e.name_dat, ''),
           coalesce(e.patronymic_dat, '')
         FROM (VALUES (1)) one LEFT JOIN LATERAL (SELECT * FROM app.card e
           WHERE e.tenant_id = $1 AND e.membership_id = $3 AND e.account_id = $4
             AND e.surname_gen <> '' AND e.surname_dat <> '' ORDER BY e.id DESC LIMIT 1) e ON true
         RETURNING id",
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
