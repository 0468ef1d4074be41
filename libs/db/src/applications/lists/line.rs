//! A line of the lists, and how it is read from its row.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{actor::TenantId, life::Status, reference::Category, routing::Route};
use uuid::Uuid;

use crate::{
    applications::known,
    error::{Error, Result},
};

/// An application as lists show it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The municipality.
    pub tenant: TenantId,
    /// The municipality's name.
    pub municipality: String,
    /// The id in addresses.
    pub public_id: Uuid,
    /// ФИО in the nominative.
    pub full_name: String,
    /// The post's name.
    pub position: String,
    /// The organisation's name.
    pub organisation: String,
    /// The category asked for.
    pub category: Option<Category>,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// The last day of the 30 (R-APP-7).
    pub due_on: NaiveDate,
    /// The status.
    pub status: Status,
    /// The route.
    pub route: Route,
    /// The journal's number.
    pub registered_number: Option<i32>,
    /// The journal's date.
    pub registered_on: Option<NaiveDate>,
    /// The version, for acts on many rows at once.
    pub version: i32,
    /// Whether the coordinator marked it «Проверено».
    pub vouched: bool,
    /// Whether a withdrawal under review stops it.
    pub frozen: bool,
    /// Whether its organisation's founder kind is routed to the operator: «отраслевая».
    pub industry: bool,
    /// Whether the applicant coordinates this municipality: «заявитель — координатор».
    pub coordinator: bool,
}

/// The row as it is read.
pub(super) struct Row {
    pub(super) tenant_id: i32,
    pub(super) municipality: String,
    pub(super) public_id: Uuid,
    pub(super) full_name: String,
    pub(super) position: String,
    pub(super) organisation: String,
    pub(super) category: Option<String>,
    pub(super) submitted_at: DateTime<Utc>,
    pub(super) due_on: NaiveDate,
    pub(super) status: String,
    pub(super) route: String,
    pub(super) registered_number: Option<i32>,
    pub(super) registered_on: Option<NaiveDate>,
    pub(super) version: i32,
    pub(super) vouched: bool,
    pub(super) frozen: bool,
    pub(super) industry: bool,
    pub(super) coordinator: bool,
}

impl TryFrom<Row> for Line {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            tenant: TenantId(row.tenant_id),
            municipality: row.municipality,
            public_id: row.public_id,
            full_name: row.full_name,
            position: row.position,
            organisation: row.organisation,
            category: row
                .category
                .map(|code| known(Category::from_code(&code), "application.category"))
                .transpose()?,
            submitted_at: row.submitted_at,
            due_on: row.due_on,
            status: known(Status::from_code(&row.status), "application.status")?,
            route: known(Route::from_code(&row.route), "application.route")?,
            registered_number: row.registered_number,
            registered_on: row.registered_on,
            version: row.version,
            vouched: row.vouched,
            frozen: row.frozen,
            industry: row.industry,
            coordinator: row.coordinator,
        })
    }
}
