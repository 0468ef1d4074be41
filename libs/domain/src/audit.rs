//! What the audit tells of (R-AUD-1): codes and the words for them, never a name or free text.
//! Most lines are of an [`Act`]; a [`Deed`] is what no line of the policy asks about: signing
//! in, changing the cabinet, what `ctl` and the processes themselves do.

use crate::act::Act;

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
    /// A password set by its link.
    SetPassword = "account.password" "Новый пароль",
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
    /// A member of the institute added by `ctl`: a role granted.
    AddInstituteMember = "institute.add" "Добавление оператора или администратора",
    /// A municipality added by `ctl`.
    AddMunicipality = "municipality.add" "Добавление муниципалитета",
    /// A municipality's first coordinator invited by `ctl`.
    InviteFirst = "invitation.first" "Приглашение первого координатора",
    /// Reference data or settings changed by `ctl`.
    SyncReference = "reference.sync" "Загрузка справочников",
    /// Another policy in force.
    LoadPolicy = "policy.load" "Загрузка прав доступа",
    /// The audit taken away as a file.
    ExportAudit = "audit.export" "Выгрузка журнала действий",
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
            Self::Act(act) => act_words(act),
            Self::Deed(deed) => deed.words(),
        }
    }
}

const fn act_words(act: Act) -> &'static str {
    match act {
        Act::ReadCard => "Просмотр карточки",
        Act::WriteCard => "Изменение карточки и личных данных",
        Act::ReadApplication => "Просмотр заявления",
        Act::Start => "Начало заявления",
        Act::Edit => "Изменение заявления",
        Act::Form => "Формирование заявления",
        Act::Submit => "Подача заявления",
        Act::ReadDocument => "Просмотр документа",
        Act::Attach => "Прикрепление документа",
        Act::Detach => "Открепление документа",
        Act::ReadContacts => "Просмотр контактов",
        Act::Register => "Регистрация заявления",
        Act::Reject => "Отклонение заявления",
        Act::Vouch => "Отметка «Проверено»",
        Act::Annul => "Аннулирование регистрации",
        Act::Correct => "Исправление после регистрации",
        Act::RequestDocuments => "Запрос документов",
        Act::FormWithdrawal => "Формирование отзыва",
        Act::SubmitWithdrawal => "Подача отзыва",
        Act::CancelWithdrawal => "Отмена отзыва",
        Act::AcceptWithdrawal => "Принятие отзыва",
        Act::DeclineWithdrawal => "Отклонение отзыва",
        Act::SetPeriod => "Определение аттестационного периода",
        Act::Assign => "Назначение специалистов",
        Act::AssignAny => "Назначение специалистов другого муниципалитета",
        Act::ListExperts => "Просмотр списка специалистов",
        Act::ReadConclusion => "Просмотр итогового заключения",
        Act::UploadConclusion => "Загрузка итогового заключения",
        Act::UploadSignedConclusion => "Загрузка подписанного итогового заключения",
        Act::ReplaceConclusion => "Замена итогового заключения",
        Act::NoteRefusal => "Отметка об отказе от подписи",
        Act::SignConclusion => "Подписание итогового заключения",
        Act::PassConclusion => "Передача итогового заключения в Центр",
        Act::ReturnConclusion => "Возврат итогового заключения",
        Act::ReturnToCoordinator => "Возврат итогового заключения координатору",
        Act::AcceptConclusion => "Принятие итогового заключения",
        Act::ReopenConclusion => "Повторное открытие итогового заключения",
        Act::MakeSchedule => "Формирование графика муниципалитета",
        Act::ReadSchedule => "Просмотр графика муниципалитета",
        Act::ReadPeriods => "Просмотр аттестационных периодов",
        Act::ManagePeriods => "Создание аттестационного периода",
        Act::ApprovePeriod => "Утверждение аттестационного периода",
        Act::Reschedule => "Возврат в предварительный график",
        Act::ReadOrders => "Просмотр распоряжений",
        Act::Decide => "Решение по распоряжению",
        Act::Supersede => "Замена решения",
        Act::ReadJournal => "Просмотр журнала регистрации",
        Act::Print => "Печать или выгрузка заявлений",
        Act::ListNotApplied => "Просмотр не подавших заявление",
        Act::NotifyNotApplied => "Письмо не подавшим заявление",
        Act::ListPeople => "Просмотр списка пользователей",
        Act::ResetPerson => "Исправление доступа пользователя",
        Act::InviteStaff => "Приглашение координатора организации или специалиста",
        Act::InviteCoordinator => "Приглашение муниципального координатора",
        Act::InviteOperator => "Приглашение или блокировка оператора",
        Act::EndMembership => "Закрытие кабинета",
        Act::RequestOrganisation => "Запрос организации",
        Act::AddOrganisation => "Добавление или переименование организации",
        Act::ClassifyOrganisation => "Изменение типа и учредителя организации",
        Act::AskTransfer => "Запрос перехода в другой муниципалитет",
        Act::AgreeTransfer => "Согласие на переход",
        Act::ReadTransfers => "Просмотр переходов",
        Act::ReadMunicipalities => "Просмотр муниципалитетов",
        Act::ManageMunicipality => "Изменение муниципалитета",
        Act::ReadReference => "Просмотр справочников",
        Act::ManageReference => "Изменение справочников и настроек",
        Act::ReadHistory => "Просмотр истории заявления",
        Act::ReadViews => "Просмотр журнала обращений к документам",
        Act::ReadAudit => "Просмотр журнала действий",
        Act::ReadDashboard => "Просмотр сводки",
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
