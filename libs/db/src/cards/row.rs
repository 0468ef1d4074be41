//! Reading the cards of a cabinet, each with the post and the profile it belongs to.

use chrono::NaiveDate;
use uuid::Uuid;

use super::Card;
use crate::{error::Result, scope::Scope};

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
    organisation_type_code: String,
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
            organisation_type_code: row.organisation_type_code,
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
             coalesce(y.code, '') AS "organisation_type_code!",
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
