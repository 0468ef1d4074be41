//! The names of things the code knows by codes: acts and relations, as people read them. Every
//! match is exhaustive, so nothing new goes without a name. A role's name stands with the role.

use crate::{act::Act, permission::Relation};

/// What is done, as a person reads it.
#[must_use]
pub const fn act(act: Act) -> &'static str {
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
        Act::AskTransfer => "Запрос перевода в другой муниципалитет",
        Act::AgreeTransfer => "Согласие на перевод",
        Act::ReadTransfers => "Просмотр переводов",
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

/// The relation in which an act is allowed: whose rows.
#[must_use]
pub const fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Own => "своё",
        Relation::Authored => "внесённое им самим",
        Relation::OwnOrganisation => "своя организация",
        Relation::OwnMunicipality => "свой муниципалитет",
        Relation::MunicipalRoute => "свой муниципалитет, регистрирует муниципалитет",
        Relation::MunicipalRouteOpen => {
            "свой муниципалитет, регистрирует муниципалитет, период не утверждён"
        }
        Relation::OperatorRouteHere => "свой муниципалитет, регистрирует оператор",
        Relation::StaffHere => "координаторы в ОО и специалисты своего муниципалитета",
        Relation::Assigned => "назначенные ему",
        Relation::Submitted => "поданные, любой муниципалитет",
        Relation::SubmittedByAnother => "поданные другим человеком",
        Relation::SubmittedApproved => "поданные другим человеком, период утверждён",
        Relation::OperatorRoute => "поданные другим человеком, регистрирует оператор",
        Relation::BelowInstitute => "пользователи муниципалитетов",
        Relation::Institute => "операторы и администраторы",
        Relation::Any => "без ограничений",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_things_have_one_name() {
        let acts: HashSet<_> = Act::ALL.iter().map(|known| act(*known)).collect();
        let relations: HashSet<_> = Relation::ALL.iter().map(|known| relation(*known)).collect();
        assert_eq!(acts.len(), Act::ALL.len());
        assert_eq!(relations.len(), Relation::ALL.len());
    }
}
