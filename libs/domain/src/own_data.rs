//! What a person reads of what is kept about it (SEC-87): the names of tables and columns, and of
//! the codes in them. Codes of the region's own lists are named by whoever reads them.

use crate::{
    audit::Code,
    letter::LetterKind,
    life::{Place, Status, Withdrawal},
    reference::{Category, Decision, Form, Presence, Procedure},
    role::Role,
    words,
};

/// Tables in the order they are read in: first who one is, then what one has asked for.
const TABLES: &[(&str, &str)] = &[
    ("account", "Учётная запись"),
    ("institute_member", "Кабинет в Центре"),
    ("consent", "Согласия"),
    ("identity", "Вход через другие системы"),
    ("second_factor", "Второй фактор"),
    ("passkey", "Ключи доступа"),
    ("membership", "Кабинеты"),
    ("card", "Карточки"),
    ("deletion", "Предложения удалить регистрацию"),
    ("organisation_request", "Запросы организаций"),
    ("transfer", "Переводы в другой муниципалитет"),
    ("application", "Заявления"),
    ("application_flag", "Отметки проверки заявлений"),
    ("application_event", "История заявлений"),
    ("attachment", "Прикреплённые документы"),
    ("file", "Файлы"),
    ("rendition", "Напечатанные документы"),
    ("scan_check", "Проверка сканов"),
    ("document_request", "Запросы документов"),
    ("correction", "Исправления после регистрации"),
    ("withdrawal", "Отзывы заявлений"),
    ("registration", "Журнал регистрации"),
    ("schedule_row", "График"),
    ("assignment", "Назначенные специалисты"),
    ("conclusion", "Итоговые заключения"),
    ("conclusion_file", "Файлы заключений"),
    ("conclusion_signature", "Подписи под заключениями"),
    ("decision", "Решения"),
    ("document_view", "Кто смотрел документы"),
    ("letter", "Письма о заявлениях"),
    ("account_letter", "Письма об учётной записи"),
    ("saved_view", "Сохранённые виды списков"),
];

/// Columns that are read, in the order they are read in, with their names; what is not here is a number inside or a digest.
const COLUMNS: &[(&str, &str)] = &[
    ("login", "Имя пользователя"),
    ("email", "Адрес электронной почты"),
    ("email_confirmed_at", "Адрес подтверждён"),
    ("at", "Когда"),
    ("created_at", "Создано"),
    ("actor_name", "Кто"),
    ("by_role", "Кто (роль)"),
    ("act", "Действие"),
    ("words", "Пояснение"),
    ("kind", "Вид"),
    ("number", "Номер"),
    ("line", "Строка журнала"),
    ("date", "Дата"),
    ("surname", "Фамилия"),
    ("name", "Имя"),
    ("patronymic", "Отчество"),
    ("surname_gen", "Фамилия (в родительном падеже)"),
    ("name_gen", "Имя (в родительном падеже)"),
    ("patronymic_gen", "Отчество (в родительном падеже)"),
    ("surname_dat", "Фамилия (в дательном падеже)"),
    ("name_dat", "Имя (в дательном падеже)"),
    ("patronymic_dat", "Отчество (в дательном падеже)"),
    ("person", "ФИО"),
    ("age", "Возраст"),
    ("phone", "Телефон"),
    ("role", "Роль"),
    ("municipality", "Муниципалитет"),
    ("organisation_id", "Место работы"),
    ("organisation", "Организация"),
    ("position", "Должность"),
    ("subject", "Предмет"),
    ("category", "Квалификационная категория"),
    ("procedure", "Порядок прохождения"),
    ("ground", "Основание упрощённой формы"),
    ("form", "Форма аттестации"),
    ("presence", "Заседание"),
    ("status", "Состояние"),
    ("state", "Состояние"),
    ("answer", "Ответ"),
    ("assigned_at", "Назначен"),
    ("caption", "Описание"),
    ("closed_at", "Закрыто"),
    ("code", "Отметка"),
    ("confirmed_at", "Включён"),
    ("content_type", "Вид файла"),
    ("criterion", "Критерий"),
    ("decides", "Кто решает"),
    ("decision", "Решение"),
    ("detached_at", "Откреплён"),
    ("device", "Устройство"),
    ("document", "Документ"),
    ("due_on", "Срок рассмотрения"),
    ("final_on", "Рассмотрение завершено"),
    ("education", "Образование"),
    ("ended_at", "Закрыт"),
    ("expires_at", "Ссылка действует до"),
    ("expert_name", "Специалист"),
    ("expert_organisation", "Место работы специалиста"),
    ("expert_position", "Должность специалиста"),
    ("formed_at", "Сформировано"),
    ("granted", "Категория установлена"),
    ("held_category", "Имеющаяся категория"),
    ("held_date", "Дата распоряжения о категории"),
    ("held_issuer", "Кем установлена категория"),
    ("held_number", "Номер распоряжения о категории"),
    ("held_until", "Категория действует до"),
    ("issuer", "Система"),
    ("list", "Список"),
    ("mark", "Место в графике"),
    ("moved_at", "Передано"),
    ("offered_at", "Письмо отправлено"),
    ("period_id", "Аттестационный период"),
    ("place", "Где находится"),
    ("query", "Отбор"),
    ("reason", "Причина"),
    ("refused", "Педагог отказался подписать"),
    ("registered_number", "Номер регистрации"),
    ("registered_on", "Дата регистрации"),
    ("rejection", "Причина отклонения"),
    ("route", "Кто регистрирует"),
    ("sent_at", "Отправлено"),
    ("service_pedagogical", "Педагогический стаж, лет"),
    ("service_post", "Стаж в должности, лет"),
    ("service_total", "Общий стаж, лет"),
    ("signed", "Подписано"),
    ("size", "Размер, байт"),
    ("submitted_at", "Подано"),
    ("text_version", "Версия текста"),
    ("used_at", "Последний вход"),
    ("what", "Что запрошено"),
    ("who", "Чья подпись"),
];

/// Columns that are not read: numbers inside, digests, and what other columns say in words.
const UNTOLD: &[&str] = &[
    "account_id",
    "active",
    "agreed_from_at",
    "agreed_to_at",
    "applicant_account_id",
    "application_id",
    "by_account",
    "card_id",
    "changed_at",
    "conclusion_id",
    "destroyed_by",
    "done_at",
    "due",
    "edition",
    "experts",
    "expert_account_id",
    "file_id",
    "former",
    "gap_since",
    "goes_on_as",
    "id",
    "invitation_id",
    "membership_id",
    "of_id",
    "order_id",
    "present",
    "previous_id",
    "public_id",
    "reading",
    "rejection_reasons",
    "remarks",
    "set_by",
    "sha256",
    "slot",
    "snapshot",
    "subject_id",
    "submitted_before",
    "submitted_on",
    "supersedes_id",
    "template_version",
    "to_tenant_id",
    "type",
    "until",
    "version",
    "virus_checked",
    "virus_state",
    "virus_tries",
    "vouched_at",
    "year",
];

/// What a table is called, and where it stands among the others.
#[must_use]
pub fn table(name: &str) -> Option<(usize, &'static str)> {
    let at = TABLES.iter().position(|(table, _)| *table == name)?;
    Some((at, TABLES[at].1))
}

/// What is known of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Read under this name, at this place among the others.
    Named(usize, &'static str),
    /// Not read.
    Untold,
}

/// What is known of a column; `None` for one that nobody has thought about.
#[must_use]
pub fn column(name: &str) -> Option<Column> {
    if UNTOLD.contains(&name) {
        return Some(Column::Untold);
    }
    let at = COLUMNS.iter().position(|(column, _)| *column == name)?;
    Some(Column::Named(at, COLUMNS[at].1))
}

/// The words of a code of the program's own; `None` where a value is no such code.
#[must_use]
pub fn value(table: &str, column: &str, code: &str) -> Option<&'static str> {
    match (table, column) {
        (_, "category" | "held_category") => Category::from_code(code).map(Category::name),
        (_, "procedure") => Procedure::from_code(code).map(Procedure::name),
        ("application" | "registration", "form") => Form::from_code(code).map(Form::name),
        ("application", "presence") => Presence::from_code(code).map(Presence::name),
        (_, "role" | "by_role" | "decides") => Role::from_code(code).map(Role::name),
        ("application", "status") => Status::from_code(code).map(words::status_name),
        ("application", "route") => match code {
            "municipal" => Some("муниципальный координатор"),
            "operator" => Some("Центр"),
            _ => None,
        },
        ("application_event", "act") => Code::from_code(code).map(Code::words),
        ("withdrawal", "state") => Withdrawal::from_code(code).map(words::withdrawal_name),
        ("conclusion", "place") => Place::from_code(code).map(words::place_name),
        ("letter" | "account_letter", "kind") => {
            LetterKind::from_code(code).map(LetterKind::subject)
        }
        ("letter" | "account_letter", "state") => match code {
            "queued" => Some("отправляется"),
            "sent" => Some("отправлено"),
            "failed" => Some("не отправлено"),
            _ => None,
        },
        ("consent", "kind") => match code {
            "personal_data" => Some("обработка персональных данных"),
            "publication" => Some("публикация в графиках"),
            _ => None,
        },
        (_, "mark") => match code {
            "none" => Some("не определено"),
            "preliminary" => Some("предварительный график"),
            "approved" => Some("утверждено"),
            _ => None,
        },
        ("conclusion_signature", "who") => match code {
            "expert1" => Some("первый специалист"),
            "expert2" => Some("второй специалист"),
            "teacher" => Some("педагогический работник"),
            _ => None,
        },
        ("conclusion_file", "signed") => match code {
            "none" => Some("без подписей"),
            "teacher" => Some("педагогическим работником"),
            "all" => Some("всеми"),
            _ => None,
        },
        ("rendition", "kind") | (_, "document") => match code {
            "application" => Some("заявление"),
            "withdrawal" => Some("заявление на отзыв"),
            "conclusion" => Some("итоговое заключение"),
            _ => None,
        },
        ("registration", "kind") => match code {
            "entry" => Some("регистрация"),
            "correction" => Some("исправление"),
            _ => None,
        },
        ("registration", "decision") => Decision::from_code(code).map(Decision::name),
        ("organisation_request" | "transfer", "state") => match code {
            "open" | "asked" => Some("рассматривается"),
            "added" => Some("организация добавлена"),
            "done" => Some("выполнен"),
            "declined" => Some("отклонён"),
            "cancelled" => Some("отменён"),
            _ => None,
        },
        ("transfer", "kind") => match code {
            "teacher" => Some("педагогический работник"),
            "organisation" => Some("организация"),
            _ => None,
        },
        ("attachment", "kind") if code == "scan" => Some("Заявление"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_column_is_read_or_is_not() {
        let named: HashSet<_> = COLUMNS.iter().map(|(column, _)| *column).collect();
        assert_eq!(named.len(), COLUMNS.len());
        let twice: Vec<_> = UNTOLD.iter().filter(|name| named.contains(*name)).collect();
        assert!(twice.is_empty(), "{twice:?}");
        assert!(matches!(
            column("surname"),
            Some(Column::Named(_, "Фамилия"))
        ));
        assert_eq!(column("id"), Some(Column::Untold));
        assert_eq!(column("something new"), None);
    }

    #[test]
    fn codes_are_read_as_words() {
        assert_eq!(value("application", "status", "draft"), Some("не подано"));
        assert_eq!(value("card", "held_category", "first"), Some("первая"));
        assert_eq!(value("card", "held_category", ""), None);
        assert_eq!(value("membership", "surname", "first"), None);
    }
}
