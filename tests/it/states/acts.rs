//! The acts of the state table with their pages (`pages.csv`): what is sent where.

use std::sync::LazyLock;

use domain::{act::Act, role::Role};
use tests::Session;
use uuid::Uuid;

use super::{put::Ground, visitors::Visitor};

/// Where an act is done in a role's cabinet.
pub struct PageOf {
    pub act: Act,
    pub role: Role,
    /// The address; `{id}` is the application's.
    path: &'static str,
    /// The field of its file, where it has one.
    file: Option<&'static str>,
    /// Its fields: a name and a value, or in braces what is read from the case.
    fields: Vec<(&'static str, &'static str)>,
}

/// Every page of an act of the state table.
pub static PAGES: LazyLock<Vec<PageOf>> = LazyLock::new(|| {
    let lines = include_str!("pages.csv").lines().skip(1);
    lines
        .map(|line| read(line).unwrap_or_else(|| panic!("no page: {line}")))
        .collect()
});

fn read(line: &'static str) -> Option<PageOf> {
    let cells: Vec<&str> = line.split(';').collect();
    let [act, role, path, file, fields] = cells[..] else {
        return None;
    };
    Some(PageOf {
        act: Act::from_code(act)?,
        role: Role::from_code(role)?,
        path,
        file: Some(file).filter(|file| !file.is_empty()),
        fields: fields
            .split('&')
            .map(|field| field.split_once('='))
            .collect::<Option<_>>()?,
    })
}

/// Why an act has no page here.
pub const ELSEWHERE: &[(&str, &[Act])] = &[
    (
        "done by the form of Act::Form, which is legal where it is",
        &[Act::Edit],
    ),
    (
        "of people without one: tests/it/not_applied.rs",
        &[Act::NotifyNotApplied],
    ),
    (
        "done to many at once, each answered for itself: tests/it/orders.rs",
        &[Act::Decide, Act::Supersede],
    ),
    (
        "done to many at once, what is left out is named: tests/it/periods.rs",
        &[Act::ApprovePeriod],
    ),
    (
        "of many at once, whatever their state: tests/it/print.rs",
        &[Act::Print],
    ),
    (
        "reading: no state forbids it",
        &[
            Act::ReadCard,
            Act::ReadApplication,
            Act::ReadDocument,
            Act::ReadContacts,
            Act::ListExperts,
            Act::ReadConclusion,
            Act::ReadSchedule,
            Act::ReadPeriods,
            Act::ReadOrders,
            Act::ReadJournal,
            Act::ListNotApplied,
            Act::ListPeople,
            Act::ReadTransfers,
            Act::ReadMunicipalities,
            Act::ReadReference,
            Act::ReadHistory,
            Act::ReadViews,
            Act::ReadAudit,
            Act::ReadDashboard,
        ],
    ),
    (
        "not about an application that is there",
        &[
            Act::WriteCard,
            Act::Start,
            Act::ManagePeriods,
            Act::MakeSchedule,
            Act::ResetPerson,
            Act::InviteStaff,
            Act::InviteCoordinator,
            Act::InviteOperator,
            Act::EndMembership,
            Act::RequestOrganisation,
            Act::AddOrganisation,
            Act::ClassifyOrganisation,
            Act::AskTransfer,
            Act::AgreeTransfer,
            Act::ManageMunicipality,
            Act::ManageReference,
        ],
    ),
];

/// The reason why an act has no page here; `None` if it has one, or should.
pub fn without_page(act: Act) -> Option<&'static str> {
    let elsewhere = ELSEWHERE.iter().find(|(_, acts)| acts.contains(&act));
    elsewhere.map(|(reason, _)| *reason)
}

/// The page of an act in a role's own cabinet.
pub fn page_of(act: Act, role: Role) -> Option<&'static PageOf> {
    PAGES
        .iter()
        .find(|page| page.act == act && page.role == role)
}

/// A form ready to be sent.
pub struct Sent {
    pub path: String,
    pub fields: Vec<(String, String)>,
    pub file: Option<&'static str>,
}

/// The form of an act as this visitor sends it, with the versions of now; in another's cabinet
/// if its own has no page of the act.
pub async fn sent(ground: &Ground, sql: &mut Session, visitor: &Visitor, act: Act) -> Option<Sent> {
    let role = visitor.person.role;
    let page = page_of(act, role).or_else(|| PAGES.iter().find(|page| page.act == act))?;
    let mut fields = Vec::new();
    for (name, value) in &page.fields {
        let value = match *value {
            "{id}" => ground.application.public_id.to_string(),
            "{card}" => ground.card.to_string(),
            "{rejection}" => ground.rejection.clone(),
            "{expert}" => ground.expert_id.clone(),
            "{second_expert}" => ground.second_expert.clone(),
            "{period}" => ground.period(sql).await,
            "{other_period}" => ground.periods[1].clone(),
            "{attachment}" if role == Role::School => ground.school_attachment.to_string(),
            "{attachment}" => ground.attachment.to_string(),
            "{version}" => ground.number(sql, "SELECT version::bigint FROM app.application WHERE id = $").await,
            "{row_version}" => ground.number(sql, "SELECT version::bigint FROM app.schedule_row WHERE application_id = $").await,
            "{conclusion_version}" => ground.number(sql, "SELECT version::bigint FROM app.conclusion WHERE application_id = $").await,
            "{withdrawal_version}" => ground.number(sql, "SELECT version::bigint FROM app.withdrawal WHERE application_id = $ ORDER BY id DESC LIMIT 1").await,
            "{withdrawal}" => ground.withdrawal(sql).await.unwrap_or_else(Uuid::nil).to_string(),
            known => known.to_owned(),
        };
        fields.push(((*name).to_owned(), value));
    }
    Some(Sent {
        path: page
            .path
            .replace("{id}", &ground.application.public_id.to_string()),
        fields,
        file: page.file,
    })
}
