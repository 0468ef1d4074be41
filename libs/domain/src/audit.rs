//! What the audit tells of (R-AUD-1): codes and the words for them, never a name or free text.
//! Most lines are of an [`Act`]; a [`Deed`] is what no line of the policy asks about: signing
//! in, changing the cabinet, what `ctl` and the processes themselves do.

use crate::{act::Act, labels};

macro_rules! deeds {
    ($($(#[$doc:meta])* $name:ident = $code:literal $words:literal,)*) => {
        /// Something done that is no act of the policy.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Deed { $($(#[$doc])* $name,)* }

        impl Deed {
            /// Every deed.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code, as the audit keeps it.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

deeds! {
    /// Signing in; refused as well.
    SignIn = "account.sign_in" "Вход",
    /// Signing out.
    SignOut = "account.sign_out" "Выход",
    /// A new account.
    RegisterAccount = "account.register" "Регистрация учётной записи",
    /// The consent that opens cabinets (R-ACC-6).
    Consent = "account.consent" "Согласие на обработку данных",
    /// An address typed, to be confirmed.
    TypeEmail = "account.email_typed" "Изменение адреса электронной почты",
    /// An address confirmed by its link.
    ConfirmEmail = "account.email" "Подтверждение адреса электронной почты",
    /// A link for a new password asked for.
    ForgetPassword = "account.forgot" "Запрос ссылки для нового пароля",
    /// A reset begun for somebody by who answers for it (R-ACC-5).
    StartReset = "people.reset_started" "Ссылка для нового пароля пользователю",
    /// An address corrected for somebody, to be confirmed (R-ACC-5).
    CorrectEmail = "people.email_corrected" "Исправление адреса пользователя",
    /// A lost second factor taken off somebody by who answers for it (R-ACC-5), or by `ctl`.
    ResetFactor = "people.factor_reset" "Сброс второго фактора пользователя",
    /// A password set by its link.
    SetPassword = "account.password" "Новый пароль",
    /// The person proved anew to be itself, before changing how it signs in; refused as well.
    ProveOneself = "account.prove" "Повторное подтверждение личности",
    /// An identity at a provider linked to the account.
    LinkIdentity = "account.link" "Привязка входа через другую систему",
    /// An identity unlinked.
    UnlinkIdentity = "account.unlink" "Отвязка входа через другую систему",
    /// A password changed by its owner, who knows the old one; refused as well.
    ChangePassword = "account.password_change" "Смена пароля",
    /// Every session of the account ended by its owner.
    EndSessions = "account.end_sessions" "Завершение всех сеансов",
    /// A secret of a second factor made, not in use yet.
    BeginFactor = "account.factor_begin" "Начало включения второго фактора",
    /// The second factor turned on.
    TurnFactorOn = "account.factor_on" "Включение второго фактора",
    /// The second factor turned off.
    TurnFactorOff = "account.factor_off" "Выключение второго фактора",
    /// A code of the second factor typed at sign-in; refused as well.
    TypeCode = "account.code" "Код подтверждения",
    /// A passkey added to the account.
    AddPasskey = "account.passkey_add" "Добавление ключа доступа",
    /// A passkey removed from the account.
    RemovePasskey = "account.passkey_remove" "Удаление ключа доступа",
    /// A passkey whose counter did not grow: it may have been copied; always refused.
    RegressPasskey = "account.passkey_regress" "Ключ доступа с прежним счётчиком",
    /// A sign-in from a browser that was not known for the account.
    ComeFromNewDevice = "account.new_device" "Вход с нового устройства",
    /// An invitation accepted: a role granted.
    AcceptInvitation = "invitation.accept" "Принятие приглашения",
    /// A teacher's cabinet in one more municipality.
    Join = "membership.join" "Новый кабинет педагогического работника",
    /// The own profile of a cabinet changed; a teacher's is an act on its card.
    SaveProfile = "profile.save" "Изменение личных данных",
    /// Another cabinet put in use.
    SwitchCabinet = "cabinet.switch" "Вход в кабинет",
    /// A page of another role asked for.
    OtherCabinet = "cabinet.other" "Обращение к странице другой роли",
    /// What a municipality held of a teacher who never submitted, erased by it (R-DEL-1).
    DeleteRegistration = "registration.delete" "Удаление данных не подавшего заявление",
    /// The consent withdrawn: everything of its person is erased but the cases that are kept (R-CONS-1).
    WithdrawConsent = "account.consent_withdraw" "Отзыв согласия на обработку данных",
    /// A case destroyed whose term of keeping was over (SEC-87).
    DestroyCase = "case.destroy" "Уничтожение дела по истечении срока хранения",
    /// An act of destroyed data opened by an administrator.
    OpenDestructionAct = "destruction.open" "Скачивание акта об уничтожении данных",
    /// An account erased, with all that belonged to it.
    EraseAccount = "account.erase" "Удаление учётной записи",
    /// A member of the institute added by `ctl`: a role granted.
    AddInstituteMember = "institute.add" "Добавление оператора или администратора",
    /// A municipality added.
    AddMunicipality = "municipality.add" "Добавление муниципалитета",
    /// A municipality's first coordinator invited, as it was added.
    InviteFirst = "invitation.first" "Приглашение первого координатора",
    /// Name, slug, kind or contacts of a municipality changed.
    ChangeMunicipality = "municipality.change" "Изменение данных муниципалитета",
    /// A municipality suspended.
    SuspendMunicipality = "municipality.suspend" "Приостановка муниципалитета",
    /// A suspended municipality resumed.
    ResumeMunicipality = "municipality.resume" "Возобновление муниципалитета",
    /// An export of everything of a municipality asked for.
    ExportMunicipality = "municipality.export" "Выгрузка муниципалитета",
    /// A municipality removed after its export, by `ctl`.
    RemoveMunicipality = "municipality.remove" "Удаление муниципалитета",
    /// A municipality merged into another one, by `ctl`.
    MergeMunicipality = "municipality.merge" "Объединение муниципалитетов",
    /// Reference data or settings changed by `ctl`.
    SyncReference = "reference.sync" "Загрузка справочников",
    /// A setting of the region changed.
    ChangeSetting = "setting.change" "Изменение настройки региона",
    /// A row of the reference data added, changed, closed or opened again.
    ChangeReference = "reference.change" "Изменение справочника",
    /// Another policy put in force, or refused.
    LoadPolicy = "policy.reload" "Загрузка прав доступа",
    /// A list of applications taken away as a file.
    ExportApplications = "application.export" "Выгрузка списка заявлений",
    /// A list of conclusions taken away as a file.
    ExportConclusions = "conclusion.export" "Выгрузка списка заключений",
    /// A list of withdrawals taken away as a file.
    ExportWithdrawals = "withdrawal.export" "Выгрузка списка отзывов",
    /// A schedule or a list of its rows taken away as a file.
    ExportSchedule = "schedule.export" "Выгрузка графика",
    /// The list of orders taken away as a file.
    ExportOrders = "order.export" "Выгрузка списка распоряжений",
    /// The filters of a list kept under a name.
    SaveView = "view.save" "Сохранение вида списка",
    /// A kept view of a list deleted.
    DeleteView = "view.delete" "Удаление вида списка",
    /// An order recorded, before anything is decided by it (R-ORD-1).
    RecordOrder = "order.record" "Запись распоряжения",
    /// A period completed: nothing of it is left to decide (R-PER-1).
    CompletePeriod = "period.complete" "Завершение аттестационного периода",
    /// What an order decided published for everyone (R-ORD-1).
    PublishResults = "results.publish" "Публикация итогов",
    /// A register of conclusions handed over to the Centre made (R-CON-2).
    RecordHandover = "handover.record" "Формирование реестра передачи",
    /// A register confirmed by the Centre, row by row.
    ConfirmHandover = "handover.confirm" "Подтверждение реестра передачи",
    /// Those who hold a conclusion up reminded of it (R-CON-2).
    RemindConclusion = "conclusion.remind" "Напоминание о заключении",
    /// The conclusion filled in on screen saved as a draft.
    DraftConclusion = "conclusion.draft" "Черновик заключения",
    /// A virus found in a file that somebody brought: its bytes are gone (SEC-63).
    RefuseFile = "file.refuse" "Вирус в загруженном файле",
    /// The audit taken away as a file.
    ExportAudit = "audit.export" "Выгрузка журнала действий",
    /// A version of a paper's template made.
    SaveTemplate = "template.save" "Новая версия шаблона документа",
    /// A sample printed by a version of a template.
    TryTemplate = "template.try" "Проверка шаблона на образце",
    /// A version of a template put in force.
    UseTemplate = "template.use" "Ввод шаблона в действие",
    /// The annex of an order printed.
    PrintAnnex = "order.annex" "Печать приложения к распоряжению",
    /// The own consents printed.
    PrintConsent = "account.consent_print" "Печать своего согласия",
    /// Everything kept about the person packed for it (SEC-87).
    PackOwnData = "account.own_data" "Выгрузка своих данных",
    /// The act of a removed municipality's destroyed data printed.
    PrintDestruction = "municipality.destruction" "Печать акта об уничтожении данных",
    /// The registration journal taken away as a file.
    ExportJournal = "journal.export" "Выгрузка журнала регистрации",
}

/// What a line of the audit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// An act of the policy.
    Act(Act),
    /// Anything else.
    Deed(Deed),
}

impl Code {
    /// Every code there may be, acts first.
    pub fn all() -> impl Iterator<Item = Self> {
        let acts = Act::ALL.iter().copied().map(Self::Act);
        acts.chain(Deed::ALL.iter().copied().map(Self::Deed))
    }

    /// The meaning of a code; `None` for one that no version of ours writes.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|known| known.code() == code)
    }

    /// The code, as the audit keeps it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Act(act) => act.code(),
            Self::Deed(deed) => deed.code(),
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Act(act) => labels::act(act),
            Self::Deed(deed) => deed.words(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_and_words_are_unique_and_come_back() {
        let codes: HashSet<_> = Code::all().map(Code::code).collect();
        let words: HashSet<_> = Code::all().map(Code::words).collect();
        assert_eq!(codes.len(), Code::all().count());
        assert_eq!(words.len(), codes.len(), "two codes read alike");
        assert!(Code::all().all(|code| Code::from_code(code.code()) == Some(code)));
        // The shape the column accepts.
        let fits = |code: &str| code.bytes().all(|b| matches!(b, b'a'..=b'z' | b'_' | b'.'));
        assert!(codes.iter().all(|code| fits(code) && code.len() <= 60));
    }
}
