//! The acts of the state table with their pages: what is sent where.

use domain::{act::Act, role::Role};
use tests::Session;
use uuid::Uuid;

use super::{Visitor, put::Ground};

/// Where an act is done in a role's cabinet.
pub struct PageOf {
    pub act: Act,
    pub role: Role,
    /// The address; `{id}` is the application's.
    path: &'static str,
    /// The field of its file, where it has one.
    file: Option<&'static str>,
    /// Its fields: a name and a value, or in braces what is read from the case.
    fields: &'static [(&'static str, &'static str)],
}

const fn page(
    act: Act,
    role: Role,
    path: &'static str,
    file: Option<&'static str>,
    fields: &'static [(&'static str, &'static str)],
) -> PageOf {
    PageOf {
        act,
        role,
        path,
        file,
        fields,
    }
}

use Act::{
    AcceptConclusion, AcceptWithdrawal, Assign, AssignAny, Attach, CancelWithdrawal,
    DeclineWithdrawal, Detach, Form, FormWithdrawal, NoteRefusal, PassConclusion, Register, Reject,
    ReopenConclusion, ReplaceConclusion, ReturnConclusion, ReturnToCoordinator, SetPeriod,
    SignConclusion, Submit, SubmitWithdrawal, UploadConclusion, UploadSignedConclusion, Vouch,
};
use Role::{Expert, Municipal, Operator, School, Teacher};

const VERSION: (&str, &str) = ("version", "{version}");
const SEEN: [(&str, &str); 2] = [
    ("withdrawal", "{withdrawal}"),
    ("version", "{withdrawal_version}"),
];
const OF_CONCLUSION: (&str, &str) = ("version", "{conclusion_version}");
const REASON: (&str, &str) = ("reason", "Ошибка в отчестве");
const NAMED: (&str, &str) = ("application", "{id}");
const ROW: (&str, &str) = ("version", "{row_version}");
const KIND: [(&str, &str); 2] = [("kind", "results_table"), ("caption", "")];

/// Every page of an act of the state table.
pub const PAGES: &[PageOf] = &[
    page(
        Form,
        Teacher,
        "/teacher/application/form",
        None,
        &[
            ("card", "{card}"),
            VERSION,
            ("category", "first"),
            ("procedure", "general"),
            ("form", "in_person"),
            ("presence", "absent"),
        ],
    ),
    page(
        Attach,
        Teacher,
        "/teacher/application/documents",
        Some("files"),
        &[("card", "{card}"), KIND[0], KIND[1]],
    ),
    page(
        Detach,
        Teacher,
        "/teacher/application/documents/detach",
        None,
        &[("card", "{card}"), ("attachment", "{attachment}")],
    ),
    page(
        Submit,
        Teacher,
        "/teacher/application/submit",
        Some("scan"),
        &[("card", "{card}"), VERSION],
    ),
    page(
        FormWithdrawal,
        Teacher,
        "/teacher/withdrawal/form",
        None,
        &[NAMED, VERSION, REASON],
    ),
    page(
        SubmitWithdrawal,
        Teacher,
        "/teacher/withdrawal/submit",
        Some("scan"),
        &[NAMED, SEEN[0], SEEN[1]],
    ),
    page(
        CancelWithdrawal,
        Teacher,
        "/teacher/withdrawal/cancel",
        None,
        &[NAMED, SEEN[0], SEEN[1]],
    ),
    page(
        SignConclusion,
        Teacher,
        "/teacher/conclusion?application={id}",
        Some("scan"),
        &[OF_CONCLUSION],
    ),
    page(
        Attach,
        School,
        "/school/documents/{id}",
        Some("files"),
        &KIND,
    ),
    page(
        Detach,
        School,
        "/school/documents/{id}/detach",
        None,
        &[("attachment", "{attachment}")],
    ),
    page(
        SignConclusion,
        School,
        "/school/documents/{id}/conclusion",
        Some("scan"),
        &[OF_CONCLUSION],
    ),
    page(
        FormWithdrawal,
        School,
        "/school/withdrawals/{id}/form",
        None,
        &[VERSION, REASON],
    ),
    page(
        SubmitWithdrawal,
        School,
        "/school/withdrawals/{id}/submit",
        Some("scan"),
        &SEEN,
    ),
    page(
        CancelWithdrawal,
        School,
        "/school/withdrawals/{id}/cancel",
        None,
        &SEEN,
    ),
    page(
        Register,
        Municipal,
        "/municipal/applications/{id}/register",
        None,
        &[VERSION],
    ),
    page(
        Vouch,
        Municipal,
        "/municipal/applications/{id}/vouch",
        None,
        &[VERSION],
    ),
    page(
        Reject,
        Municipal,
        "/municipal/applications/{id}/reject",
        None,
        &[
            VERSION,
            ("reason", "{rejection}"),
            ("comment", "Не читается"),
        ],
    ),
    page(
        SetPeriod,
        Municipal,
        "/municipal/schedule/{id}",
        None,
        &[ROW, ("period", "{other_period}"), ("expert1", "{expert}")],
    ),
    page(
        Assign,
        Municipal,
        "/municipal/schedule/{id}",
        None,
        &[
            ROW,
            ("period", "{period}"),
            ("expert1", "{expert}"),
            ("expert2", "{second_expert}"),
        ],
    ),
    page(
        PassConclusion,
        Municipal,
        "/municipal/conclusions/{id}/pass",
        None,
        &[OF_CONCLUSION],
    ),
    page(
        ReturnConclusion,
        Municipal,
        "/municipal/conclusions/{id}/return",
        None,
        &[OF_CONCLUSION, ("to", "expert"), REASON],
    ),
    page(
        AcceptWithdrawal,
        Municipal,
        "/municipal/withdrawals/{id}/accept",
        None,
        &SEEN,
    ),
    page(
        DeclineWithdrawal,
        Municipal,
        "/municipal/withdrawals/{id}/decline",
        None,
        &[SEEN[0], SEEN[1], REASON],
    ),
    page(
        Register,
        Operator,
        "/operator/applications/{id}/register",
        None,
        &[VERSION],
    ),
    page(
        Reject,
        Operator,
        "/operator/applications/{id}/reject",
        None,
        &[
            VERSION,
            ("reason", "{rejection}"),
            ("comment", "Не читается"),
        ],
    ),
    page(
        SetPeriod,
        Operator,
        "/operator/schedule/{id}",
        None,
        &[ROW, ("period", "{other_period}"), ("expert1", "{expert}")],
    ),
    page(
        AssignAny,
        Operator,
        "/operator/schedule/{id}",
        None,
        &[
            ROW,
            ("period", "{period}"),
            ("expert1", "{expert}"),
            ("expert2", "{second_expert}"),
        ],
    ),
    page(
        AcceptWithdrawal,
        Operator,
        "/operator/withdrawals/{id}/accept",
        None,
        &SEEN,
    ),
    page(
        DeclineWithdrawal,
        Operator,
        "/operator/withdrawals/{id}/decline",
        None,
        &[SEEN[0], SEEN[1], REASON],
    ),
    page(
        AcceptConclusion,
        Operator,
        "/operator/conclusions/{id}/accept",
        None,
        &[OF_CONCLUSION],
    ),
    page(
        ReopenConclusion,
        Operator,
        "/operator/conclusions/{id}/reopen",
        None,
        &[OF_CONCLUSION],
    ),
    page(
        ReturnConclusion,
        Operator,
        "/operator/conclusions/{id}/return",
        None,
        &[OF_CONCLUSION, ("to", "expert"), REASON],
    ),
    page(
        ReturnToCoordinator,
        Operator,
        "/operator/conclusions/{id}/return",
        None,
        &[OF_CONCLUSION, REASON],
    ),
    page(
        UploadConclusion,
        Expert,
        "/expert/applications/{id}/conclusion",
        Some("conclusion"),
        &[OF_CONCLUSION],
    ),
    page(
        UploadSignedConclusion,
        Expert,
        "/expert/applications/{id}/conclusion",
        Some("conclusion"),
        &[OF_CONCLUSION, ("signed", "yes")],
    ),
    page(
        ReplaceConclusion,
        Expert,
        "/expert/applications/{id}/replacement",
        Some("conclusion"),
        &[OF_CONCLUSION],
    ),
    page(
        NoteRefusal,
        Expert,
        "/expert/applications/{id}/refusal",
        None,
        &[OF_CONCLUSION, REASON],
    ),
];

/// Why an act has no page here.
pub const ELSEWHERE: &[(&str, &[Act])] = &[
    (
        "done by the form of Act::Form, which is legal where it is",
        &[Act::Edit],
    ),
    (
        "its pages come with a later issue",
        &[
            Act::Annul,
            Act::Correct,
            Act::RequestDocuments,
            Act::ApprovePeriod,
            Act::Reschedule,
            Act::Decide,
            Act::Supersede,
            Act::MakeSchedule,
            Act::NotifyNotApplied,
            Act::Print,
        ],
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
    for (name, value) in page.fields {
        let value = match *value {
            "{id}" => ground.application.public_id.to_string(),
            "{card}" => ground.card.to_string(),
            "{rejection}" => ground.rejection.clone(),
            "{expert}" => ground.expert_id.clone(),
            "{second_expert}" => ground.second_expert.clone(),
            "{period}" => ground.periods[0].clone(),
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
