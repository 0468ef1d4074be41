//! The schedule of one municipality in one period with everything that stands in it: what the
//! internal rendition shows and a published one is made of (R-SCH-5).

use chrono::NaiveDate;
use domain::{
    actor::TenantId,
    life::Status,
    reference::{Category, Form},
};
use serde::Deserialize;

use crate::{
    applications::known,
    error::{Error, Result},
    scope::Scope,
};

/// A row of a municipality's schedule.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The registration number.
    pub number: i32,
    /// The date of registration.
    pub on: NaiveDate,
    /// Whether an order has decided: its experts are free since then.
    pub decided: bool,
    /// ФИО.
    pub full_name: String,
    /// The post's name.
    pub position: String,
    /// The organisation's name.
    pub organisation: String,
    /// The category held, in words; empty for none.
    pub held: Option<Category>,
    /// The category asked for.
    pub category: Option<Category>,
    /// The form.
    pub form: Option<Form>,
    /// The experts, by place.
    pub experts: Vec<EntryExpert>,
}

/// An expert of a row, as it was assigned.
#[derive(Clone, Debug, Deserialize)]
pub struct EntryExpert {
    /// The account.
    pub account: i64,
    /// ФИО.
    pub name: String,
    /// The post.
    pub position: String,
    /// The organisation.
    pub organisation: String,
    /// The phone as kept; empty where the scope does not see it. For the internal rendition alone.
    pub phone: String,
}

/// The rows of a municipality in a period in the order of registration: all of them, or those
/// `approved` only. Nothing limits them: a schedule is whole or none.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn entries(
    scope: &mut Scope,
    tenant: TenantId,
    period: i32,
    approved: bool,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        r#"SELECT a.registered_number AS "number!", a.registered_on AS "on!", a.status, a.held_category, a.category,
             a.form, concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
             coalesce(p.name, a.position) AS "position!", o.name AS organisation,
             coalesce((SELECT jsonb_agg(jsonb_build_object('account', x.expert_account_id, 'name', x.expert_name,
                 'position', x.expert_position, 'organisation', x.expert_organisation,
                 'phone', coalesce((SELECT m.phone FROM app.membership m WHERE m.tenant_id = x.expert_tenant_id
                   AND m.id = x.expert_membership_id), '')) ORDER BY x.slot)
               FROM app.assignment x WHERE x.tenant_id = s.tenant_id AND x.application_id = s.application_id
                 AND x.closed_at IS NULL), '[]') AS "experts!"
           FROM app.schedule_row s
           JOIN app.application a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           WHERE s.tenant_id = $1 AND s.period_id = $2 AND (s.mark = 'approved' OR NOT $3)
             AND a.submitted_at IS NOT NULL AND a.registered_number IS NOT NULL
           ORDER BY a.registered_on, a.registered_number, a.id"#,
        tenant.0,
        period,
        approved,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Entry {
                number: row.number,
                on: row.on,
                decided: known(Status::from_code(&row.status), "application.status")?
                    == Status::Decided,
                full_name: row.full_name,
                position: row.position,
                organisation: row.organisation,
                held: Category::from_code(&row.held_category),
                category: row
                    .category
                    .map(|code| known(Category::from_code(&code), "application.category"))
                    .transpose()?,
                form: row
                    .form
                    .map(|code| known(Form::from_code(&code), "application.form"))
                    .transpose()?,
                experts: serde_json::from_value(row.experts).map_err(|_| Error::Corrupt {
                    column: "assignment",
                })?,
            })
        })
        .collect()
}
