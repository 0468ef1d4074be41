//! Registered applications in the journal's order, as they are chosen to be printed. Printing
//! them is [`crate::work::papers`]'s.

use chrono::NaiveDate;
use domain::life::Status;
use uuid::Uuid;

use crate::{
    applications::known,
    error::{Error, Result},
    journal::{Filter, Place},
    scope::Scope,
    search::Found,
};

/// An application as the page of printing shows it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The id in addresses.
    pub public_id: Uuid,
    /// Its entry's day and number: the numbers of a year grow as its lines do.
    pub place: Place,
    /// ФИО.
    pub full_name: String,
    /// The post's name.
    pub position: String,
    /// The organisation's name.
    pub organisation: String,
    /// The municipality's name.
    pub municipality: String,
    /// The status.
    pub status: Status,
}

macro_rules! entries {
    ($scope:expr, $tail:tt $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT a.public_id, a.registered_on AS "date!", a.registered_number AS "number!",
                 concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) AS "full_name!",
                 coalesce((SELECT p.name FROM app.ref_position p WHERE p.code = a.position), a.position) AS "position!",
                 (SELECT o.name FROM app.organisation o WHERE o.tenant_id = a.tenant_id AND o.id = a.organisation_id)
                   AS "organisation!",
                 (SELECT m.name FROM app.municipality m WHERE m.id = a.tenant_id) AS "municipality!", a.status
               FROM app.application a "# + $tail
            $(, $argument)*
        )
        .fetch_all($scope.connection())
        .await?
    };
}

/// At most `most` applications of a filter in the journal's order, from its beginning or from
/// behind `after`; with `found`, only these.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn page(
    scope: &mut Scope,
    filter: Filter,
    found: Option<&Found>,
    after: Option<Place>,
    most: i64,
) -> Result<Vec<Line>> {
    let (begin, end) = (filter.begin(after), filter.end());
    let rows = match (found, filter.tenant) {
        (Some(found), tenant) => entries!(
            scope,
            "WHERE a.id = ANY ($5) AND a.registered_on IS NOT NULL AND ($6::int IS NULL OR a.tenant_id = $6)
               AND (a.registered_on, a.registered_number) > ($1, $2) AND a.registered_on <= $3
             ORDER BY a.registered_on, a.registered_number LIMIT $4",
            begin.date,
            begin.line,
            end,
            most,
            &found.ids,
            tenant.map(|tenant| tenant.0),
        ),
        (None, Some(tenant)) => entries!(
            scope,
            "WHERE a.registered_on IS NOT NULL AND a.tenant_id = $5
               AND (a.registered_on, a.registered_number) > ($1, $2) AND a.registered_on <= $3
             ORDER BY a.registered_on, a.registered_number LIMIT $4",
            begin.date,
            begin.line,
            end,
            most,
            tenant.0,
        ),
        (None, None) => entries!(
            scope,
            "WHERE a.registered_on IS NOT NULL AND (a.registered_on, a.registered_number) > ($1, $2)
               AND a.registered_on <= $3
             ORDER BY a.registered_on, a.registered_number LIMIT $4",
            begin.date,
            begin.line,
            end,
            most,
        ),
    };
    rows.into_iter().map(Line::try_from).collect()
}

struct Row {
    public_id: Uuid,
    date: NaiveDate,
    number: i32,
    full_name: String,
    position: String,
    organisation: String,
    municipality: String,
    status: String,
}

impl TryFrom<Row> for Line {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            public_id: row.public_id,
            place: Place {
                date: row.date,
                line: row.number,
            },
            full_name: row.full_name,
            position: row.position,
            organisation: row.organisation,
            municipality: row.municipality,
            status: known(Status::from_code(&row.status), "application.status")?,
        })
    }
}
