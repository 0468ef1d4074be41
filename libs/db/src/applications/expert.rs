//! Applications as the expert's list shows them (R-SCH-4): those of its open assignments.

use domain::life::{PeriodMark, Place, Status};
use uuid::Uuid;

use crate::{applications::known, error::Result, scope::Scope, search::Found};

/// A row of the expert's list.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// The number inside, by which the list is walked.
    pub id: i64,
    /// The id in addresses.
    pub application: Uuid,
    /// ФИО.
    pub name: String,
    /// The post's name.
    pub position: String,
    /// The organisation's name.
    pub organisation: String,
    /// The teacher's phone now.
    pub phone: String,
    /// The teacher's e-mail now.
    pub email: String,
    /// The period's name; empty where none is set.
    pub period: String,
    /// None, preliminary or approved.
    pub mark: PeriodMark,
    /// The application's status.
    pub status: Status,
    /// Where the conclusion is.
    pub place: Place,
}

/// How many applications the expert in hand is assigned to.
///
/// # Errors
/// If the database does not answer.
pub async fn count(scope: &mut Scope) -> Result<i64> {
    Ok(
        sqlx::query_scalar!(r#"SELECT cardinality(app.my_assigned())::bigint AS "count!""#)
            .fetch_one(scope.connection())
            .await?,
    )
}

/// The applications the expert in hand is assigned to, oldest first, after the row `after`,
/// with `found` only these; 51 at most, the last of which only tells that there are more.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn list(scope: &mut Scope, after: i64, found: Option<&Found>) -> Result<Vec<Assigned>> {
    let account = scope.account();
    let rows = sqlx::query!(
        r#"WITH page AS (
             SELECT x.tenant_id, x.application_id FROM app.assignment x
             WHERE x.expert_account_id = $1 AND x.expert_membership_id = app.ctx_membership()
               AND x.closed_at IS NULL AND x.application_id > $2
               AND ($3::bigint[] IS NULL OR x.application_id = ANY ($3))
             ORDER BY x.application_id LIMIT 51)
           SELECT a.id, a.public_id, concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "name!",
             coalesce(p.name, a.position) AS "position!", o.name AS organisation, d.name AS "period?",
             s.mark AS "mark?", a.status, c.place AS "place?", k.phone AS "phone?", k.email AS "email?"
           FROM page x
           JOIN app.application a ON a.tenant_id = x.tenant_id AND a.id = x.application_id
           JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
           LEFT JOIN app.ref_position p ON p.code = a.position
           LEFT JOIN app.schedule_row s ON s.tenant_id = a.tenant_id AND s.application_id = a.id
           LEFT JOIN app.period d ON d.id = s.period_id
           LEFT JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
           LEFT JOIN app.contacts(ARRAY(SELECT application_id FROM page)) k ON k.application_id = a.id
           ORDER BY a.id"#,
        account,
        after,
        found.map(|found| found.ids.as_slice()),
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Assigned {
                id: row.id,
                application: row.public_id,
                name: row.name,
                position: row.position,
                organisation: row.organisation,
                phone: row.phone.unwrap_or_default(),
                email: row.email.unwrap_or_default(),
                period: row.period.unwrap_or_default(),
                mark: row
                    .mark
                    .as_deref()
                    .and_then(PeriodMark::from_code)
                    .unwrap_or(PeriodMark::None),
                status: known(Status::from_code(&row.status), "application.status")?,
                place: row
                    .place
                    .as_deref()
                    .and_then(Place::from_code)
                    .unwrap_or(Place::None),
            })
        })
        .collect()
}
