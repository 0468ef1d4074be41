//! What letters about an application say where one sentence is not enough.

use db::work::mail::Case;
use domain::{
    calendar::{dotted, in_words},
    reference::Category,
};

use super::Audience;

pub(super) fn submitted(teacher: bool, case: &Case, whom: &str) -> String {
    let due = case.due_on.map(|due| format!("до {}", in_words(due)));
    if teacher {
        let due = due.map(|due| format!(", {due}")).unwrap_or_default();
        format!(
            "Ваше заявление о проведении аттестации подано и находится на рассмотрении (рассматривается в течение 30 календарных дней{due})."
        )
    } else {
        let due = due.map_or_else(|| ".".to_owned(), |due| format!(" {due}"));
        format!(
            "Подано заявление о проведении аттестации, рассмотрите его{due}\n\nПедагог: {whom}."
        )
    }
}

/// What is asked for, and until when it can be added (R-APP-3).
pub(super) fn requested(case: &Case) -> String {
    let until = case
        .requested_until
        .map(|until| format!(" до {}", dotted(until)))
        .unwrap_or_default();
    format!(
        "К Вашему заявлению о проведении аттестации запрошены документы{until}: {}.\n\nПрикрепите их в личном кабинете.",
        case.requested.trim_end_matches('.')
    )
}

/// The registration annulled with its reason (R-APP-10).
pub(super) fn annulled(teacher: bool, case: &Case, whom: &str) -> String {
    let number = case
        .registered_number
        .zip(case.registered_on)
        .map(|(number, date)| format!(" (№ {number} от {})", in_words(date)))
        .unwrap_or_default();
    let reason = case.rejection.trim_start_matches([':', ' ']);
    if teacher {
        format!(
            "Регистрация Вашего заявления о проведении аттестации{number} аннулирована. Причина: {reason}\n\nВы можете исправить указанное и сформировать заявление заново."
        )
    } else {
        format!(
            "Регистрация заявления о проведении аттестации{number} аннулирована. Причина: {reason}\n\nПедагог: {whom}."
        )
    }
}

/// What whoever holds a conclusion up is reminded of (R-CON-2).
pub(super) fn conclusion_due(audience: Audience, whom: &str) -> String {
    match audience {
        Audience::Teacher => {
            "Напоминаем: итоговое заключение ждёт Вашей подписи. Скачайте его, подпишите и прикрепите скан всех страниц одним файлом."
                .to_owned()
        }
        Audience::School => format!(
            "Напоминаем: итоговое заключение ждёт подписи педагога. Помогите его подписать и прикрепить. Педагог: {whom}."
        ),
        _ => format!("Напоминаем: подготовьте итоговое заключение по аттестации педагога: {whom}."),
    }
}

/// The decision in the words of its order: «Вам установлена …», «… отказано».
pub(super) fn decided(case: &Case) -> String {
    let category = Category::from_code(&case.category);
    let what = match (case.granted, category) {
        (Some(true), Some(category)) => format!("Вам установлена {}", category.full_name()),
        (Some(false), Some(category)) => {
            format!("В установлении {} Вам отказано", category.genitive())
        }
        _ => "По Вашему заявлению о проведении аттестации принято решение".to_owned(),
    };
    let post = match case.position.as_str() {
        "" => String::new(),
        position => format!(" по должности «{position}»"),
    };
    let order = case.order_date.map_or_else(String::new, |date| {
        format!(
            " — распоряжение от {} № {}",
            in_words(date),
            case.order_number
        )
    });
    let replaced = if case.superseding {
        "Принятое ранее решение заменено. "
    } else {
        ""
    };
    format!("{replaced}{what}{post}{order}.")
}

pub(super) fn about(teacher: bool, whom: &str) -> String {
    if teacher {
        String::new()
    } else {
        format!(" по аттестации педагога ({whom})")
    }
}
