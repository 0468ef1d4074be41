//! The letters there are (R-LET-1, 02 §2.9): kinds and subjects. Bodies are composed above,
//! when a letter is sent. No subject carries personal data.

macro_rules! letters {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $subject:literal;)*) => {
        /// What a letter tells.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum LetterKind { $($(#[$doc])* $name,)* }

        impl LetterKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code kept in the outbox.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The kind of a code; `None` for anything that is not one.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.code() == code)
            }

            /// The subject, after «Аттестация: ».
            #[must_use]
            pub const fn subject(self) -> &'static str {
                match self { $(Self::$name => $subject,)* }
            }
        }
    };
}

letters! {
    /// An invitation with its link (R-ACC-4).
    Invitation = "invitation", "приглашение";
    /// The account was made; the link confirms the address.
    Registration = "registration", "регистрация";
    /// A link for setting the password (R-ACC-5).
    PasswordReset = "password_reset", "сброс пароля";
    /// The password or the address was changed.
    EmailChanged = "email_changed", "адрес изменён";
    /// An identity at a provider was linked to the account (SEC-53).
    IdentityLinked = "identity_linked", "добавлен вход через другую систему";
    /// An identity was unlinked.
    IdentityUnlinked = "identity_unlinked", "отключён вход через другую систему";
    /// The second factor was turned on or off (SEC-48).
    FactorChanged = "factor_changed", "изменён второй фактор";
    /// A lost second factor was taken off by who answers for the person (R-ACC-5).
    FactorReset = "factor_reset", "сброшен второй фактор";
    /// A passkey was added to the account (SEC-48).
    PasskeyAdded = "passkey_added", "добавлен ключ доступа";
    /// A passkey was removed.
    PasskeyRemoved = "passkey_removed", "удалён ключ доступа";
    /// Somebody came in from a browser that was not known for the account.
    NewDevice = "new_device", "новый вход";
    /// To the teacher and the registrar.
    Submitted = "submitted", "заявление подано";
    /// To the teacher.
    Registered = "registered", "заявление зарегистрировано";
    /// To the teacher, with the reason.
    Rejected = "rejected", "заявление отклонено";
    /// To the teacher: what is asked for and until when (R-APP-3).
    DocumentsRequested = "documents_requested", "запрошены документы";
    /// To the teacher and, on their route, the coordinators (R-APP-10).
    Annulled = "annulled", "регистрация аннулирована";
    /// To the teacher: ФИО or the post (R-APP-10).
    Corrected = "corrected", "данные исправлены";
    /// To the teacher: a period was set or changed.
    PeriodSet = "period_set", "назначен период";
    /// To the teacher and the experts: the period was approved by an order (R-PER-1).
    PeriodApproved = "period_approved", "период закрыт";
    /// To the teacher: experts were assigned or changed.
    ExpertsAssigned = "experts_assigned", "назначены специалисты";
    /// To the expert.
    Assigned = "assigned", "вас назначили специалистом";
    /// To the expert whose assignment ended.
    Unassigned = "unassigned", "назначение снято";
    /// To the teacher (and the second expert).
    ConclusionReceived = "conclusion_received", "получено итоговое заключение";
    /// To whom it was returned.
    ConclusionReturned = "conclusion_returned", "заключение возвращено";
    /// To the teacher and the experts.
    ConclusionAccepted = "conclusion_accepted", "заключение принято";
    /// To who is to register: applications whose 30 days end (R-APP-7).
    TermEnding = "term_ending", "срок истекает";
    /// To whoever holds a conclusion up, at the coordinator's wish (R-CON-2).
    ConclusionDue = "conclusion_due", "срок истекает";
    /// To the coordinators: the Centre did not get what a register names.
    ConclusionMissing = "conclusion_missing", "заключение не получено";
    /// To the teacher: an order decided about the application (R-ORD-1).
    Decided = "decided", "распоряжение";
    /// To the teacher, if the school coordinator formed it.
    WithdrawalFormed = "withdrawal_formed", "отзыв сформирован";
    /// To the registrar, and to the teacher if the school coordinator did it.
    WithdrawalSubmitted = "withdrawal_submitted", "отзыв на рассмотрении";
    /// To the registrar, if it was under review.
    WithdrawalCancelled = "withdrawal_cancelled", "отзыв отменён";
    /// To the teacher and the experts.
    WithdrawalAccepted = "withdrawal_accepted", "отзыв зарегистрирован";
    /// To the teacher.
    WithdrawalDeclined = "withdrawal_declined", "отзыв отклонён";
    /// To whoever brought a file in which a virus was found (SEC-63).
    FileRefused = "file_refused", "файл не принят";
    /// To a teacher who never submitted: the link that deletes its data (R-DEL-1).
    NotApplied = "not_applied", "регистрация не завершена";
    /// To the coordinators of both municipalities (R-ACC-7).
    TransferAsked = "transfer_asked", "запрошен перевод";
    /// To the coordinators of both municipalities and whoever moved.
    TransferDone = "transfer_done", "перевод согласован";
    /// To the coordinators of both municipalities and the teacher.
    TransferDeclined = "transfer_declined", "перевод отклонён";
}
