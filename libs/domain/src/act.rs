//! The acts: everything a person can do or look at, named once. The permission matrix
//! (08 §8.2) says which role may do which in what relation, [`crate::life`] when it is legal.

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// One act, as the policy file, the audit and the state table name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Act { $($(#[$doc])* $name,)* }

        impl Act {
            /// Every act, in the order of the matrix.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code `object.verb` of the policy file and the audit.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The act of a code; `None` for anything that is not one.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|act| act.code() == code)
            }
        }

        /// The acts as types, so that a permit for one cannot be handed in for another.
        pub mod acts {
            use super::{Act, Doing};
            $($(#[$doc])* #[derive(Clone, Copy, Debug)] pub struct $name;
              impl Doing for $name { const ACT: Act = Act::$name; })*
        }
    };
}

/// A type that stands for an act: `Tx<Register>` and `Permit<Register, _>` are checked by
/// the compiler to be about the same act.
pub trait Doing: Send + Sync + 'static {
    /// The act it stands for.
    const ACT: Act;
}

acts! {
    /// Read the own card (карточка педагога).
    ReadCard = "card.read",
    /// Fill in the card; name municipality and organisation (R-ACC-7).
    WriteCard = "card.write",
    /// List and read applications.
    ReadApplication = "application.read",
    /// Begin an application, also after a final one (R-APP-9).
    Start = "application.start",
    /// Change the form of an application not yet submitted.
    Edit = "application.edit",
    /// Form the application: the card is copied, the PDF made (R-APP-1).
    Form = "application.form",
    /// Submit the signed scan (R-APP-2).
    Submit = "application.submit",
    /// Open a document; every reading is logged (R-AUD-1).
    ReadDocument = "document.read",
    /// Attach a document (R-APP-3).
    Attach = "document.attach",
    /// Detach a document (R-APP-3).
    Detach = "document.detach",
    /// See the teacher's phone and e-mail.
    ReadContacts = "contacts.read",
    /// Register an application (R-ROUTE-2, R-ROUTE-3, R-APP-5).
    Register = "application.register",
    /// Reject an application with a reason (R-APP-6).
    Reject = "application.reject",
    /// Mark an operator-route application «Проверено» (R-ROUTE-3).
    Vouch = "application.vouch",
    /// Annul a registration (R-APP-10).
    Annul = "application.annul",
    /// Correct names or post after registration (R-APP-10).
    Correct = "application.correct",
    /// Ask the teacher for documents (R-APP-3).
    RequestDocuments = "application.request_documents",
    /// Form a withdrawal (R-WD-1).
    FormWithdrawal = "withdrawal.form",
    /// Submit the signed withdrawal.
    SubmitWithdrawal = "withdrawal.submit",
    /// Cancel a withdrawal or take it back.
    CancelWithdrawal = "withdrawal.cancel",
    /// Accept a withdrawal.
    AcceptWithdrawal = "withdrawal.accept",
    /// Decline a withdrawal with a reason.
    DeclineWithdrawal = "withdrawal.decline",
    /// Set or change the period of an application (R-PER-1).
    SetPeriod = "schedule.set_period",
    /// Assign or unassign experts of the own municipality (R-SCH-2).
    Assign = "schedule.assign",
    /// Assign an expert of any municipality.
    AssignAny = "schedule.assign_any",
    /// See the list experts are picked from.
    ListExperts = "experts.list",
    /// Read a conclusion.
    ReadConclusion = "conclusion.read",
    /// Upload a conclusion (R-CON-1).
    UploadConclusion = "conclusion.upload",
    /// Upload a conclusion already signed on paper by all three (R-CON-1).
    UploadSignedConclusion = "conclusion.upload_signed",
    /// Replace a conclusion the teacher has not signed yet.
    ReplaceConclusion = "conclusion.replace",
    /// Record that the teacher refused to sign.
    NoteRefusal = "conclusion.note_refusal",
    /// Upload the conclusion signed by the teacher.
    SignConclusion = "conclusion.sign",
    /// Pass a conclusion on to the Centre (R-CON-2).
    PassConclusion = "conclusion.pass",
    /// Return a conclusion to the expert or the teacher (R-CON-2, R-CON-3).
    ReturnConclusion = "conclusion.return",
    /// Return a conclusion from the Centre to the coordinator (R-CON-3).
    ReturnToCoordinator = "conclusion.return_to_coordinator",
    /// Accept a conclusion (R-CON-3).
    AcceptConclusion = "conclusion.accept",
    /// Reopen an accepted conclusion.
    ReopenConclusion = "conclusion.reopen",
    /// Make the municipal schedule and attach its signed scan (R-SCH-5).
    MakeSchedule = "municipal_schedule.make",
    /// Read the schedules of municipalities.
    ReadSchedule = "municipal_schedule.read",
    /// Read the periods.
    ReadPeriods = "period.read",
    /// Create periods.
    ManagePeriods = "period.manage",
    /// Approve a period (R-PER-1).
    ApprovePeriod = "period.approve",
    /// Move an approved row back to preliminary.
    Reschedule = "schedule.reschedule",
    /// Read orders (распоряжения).
    ReadOrders = "order.read",
    /// Decide applications by an order (R-ORD-1).
    Decide = "order.decide",
    /// Supersede a decision by a later order (R-APP-10).
    Supersede = "order.supersede",
    /// Read the registration journal.
    ReadJournal = "journal.read",
    /// Print many applications, or take all documents as an archive.
    Print = "application.print",
    /// See who registered and never applied (R-DEL-1).
    ListNotApplied = "not_applied.list",
    /// Send them the letter with the link for deleting (R-DEL-1).
    NotifyNotApplied = "not_applied.notify",
    /// List people with login and e-mail.
    ListPeople = "people.list",
    /// Correct an e-mail, start a password reset (R-ACC-5).
    ResetPerson = "people.reset",
    /// Invite a school coordinator or an expert (R-ACC-3).
    InviteStaff = "invitation.staff",
    /// Invite a municipal coordinator (R-ACC-3).
    InviteCoordinator = "invitation.coordinator",
    /// Invite or block an operator (R-ACC-3).
    InviteOperator = "invitation.operator",
    /// End a membership.
    EndMembership = "membership.end",
    /// Ask for an organisation that is not in the list (R-ORG-2).
    RequestOrganisation = "organisation.request",
    /// Add or rename an organisation.
    AddOrganisation = "organisation.add",
    /// Set an organisation's type and founder kind (R-ORG-1).
    ClassifyOrganisation = "organisation.classify",
    /// Ask for a transfer to another municipality.
    AskTransfer = "transfer.ask",
    /// Agree to a transfer.
    AgreeTransfer = "transfer.agree",
    /// See the transfers.
    ReadTransfers = "transfer.read",
    /// See the list of municipalities.
    ReadMunicipalities = "municipality.read",
    /// Create, rename, suspend a municipality, start its export.
    ManageMunicipality = "municipality.manage",
    /// Read reference data, settings and the policy page.
    ReadReference = "reference.read",
    /// Change reference data and settings.
    ManageReference = "reference.manage",
    /// Read the history of a case.
    ReadHistory = "history.read",
    /// See who opened the own documents (R-AUD-1).
    ReadViews = "views.read",
    /// Read the audit.
    ReadAudit = "audit.read",
    /// See dashboards.
    ReadDashboard = "dashboard.read",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_come_back() {
        let codes: HashSet<_> = Act::ALL.iter().map(|act| act.code()).collect();
        assert_eq!(codes.len(), Act::ALL.len());
        assert!(
            Act::ALL
                .iter()
                .all(|act| Act::from_code(act.code()) == Some(*act))
        );
        assert_eq!(Act::from_code("nothing"), None);
    }
}
