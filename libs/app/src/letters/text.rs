//! What letters say: plain text, in the decks' words where they have some. A name stands in a
//! letter only where its reader works with it, and never in a subject.

mod account;
mod ending;
mod sentences;

use db::work::mail::{Case, Contact};
use domain::{calendar::in_words, letter::LetterKind};

pub(super) use account::{account, deletion, invitation, new_device, transfer};
pub(super) use ending::ending;
use sentences::{about, annulled, conclusion_due, decided, requested, submitted};

/// Who reads a letter about an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    Teacher,
    School,
    Municipal,
    Expert,
    Operator,
}

/// Whom a letter tells to ask.
pub(super) struct Help {
    /// The municipality's coordinator, if one is there to be asked.
    pub(super) contact: Option<Contact>,
    /// Whether no coordinator can be asked but the Centre alone: the municipality has none, or the
    /// reader is the institute's.
    pub(super) centre_alone: bool,
    /// The Centre, in the genitive.
    pub(super) centre: String,
}

/// The whole letter around its body.
pub(super) fn letter(body: &str, help: &Help) -> String {
    let ask = match &help.contact {
        Some(Contact { name, phone }) => {
            let phone = if phone.is_empty() {
                String::new()
            } else {
                format!(", тел. {phone}")
            };
            format!(
                "обратитесь к ответственному за аттестацию в Вашем муниципалитете (муниципальному координатору): {name}{phone}"
            )
        }
        None if help.centre_alone => format!("обратитесь к специалистам {}", help.centre),
        None => format!(
            "обратитесь к муниципальному координатору или к специалистам {}",
            help.centre
        ),
    };
    format!(
        "Добрый день.\n\n{body}\n\nНе отвечайте на это сообщение. Если у Вас есть вопросы, {ask}.\n"
    )
}

/// A letter about an application, with the address of the page it is about.
pub(super) fn case(kind: LetterKind, audience: Audience, case: &Case, base_url: &str) -> String {
    format!(
        "{}\n\nПодробнее:\n{base_url}{}",
        words(kind, audience, case),
        page(kind, audience, case)
    )
}

fn words(kind: LetterKind, audience: Audience, case: &Case) -> String {
    let whom = format!("{}, {}, {}", case.name, case.position, case.organisation);
    let teacher = audience == Audience::Teacher;
    match kind {
        LetterKind::Submitted => submitted(teacher, case, &whom),
        LetterKind::Registered => match (case.registered_number, case.registered_on) {
            (Some(number), Some(date)) => format!(
                "Ваше заявление о проведении аттестации зарегистрировано. № {number} от {}",
                in_words(date)
            ),
            _ => "Ваше заявление о проведении аттестации зарегистрировано.".to_owned(),
        },
        LetterKind::Rejected => format!(
            "Ваше заявление о проведении аттестации отклонено{}.\n\nВы можете исправить указанное и сформировать заявление заново.",
            case.rejection
        ),
        LetterKind::DocumentsRequested => requested(case),
        LetterKind::Annulled => annulled(teacher, case, &whom),
        LetterKind::Corrected => {
            "Данные Вашего заявления о проведении аттестации (ФИО или должность) исправлены. Проверьте их в личном кабинете; если Вы с исправлением не согласны, сообщите об этом."
                .to_owned()
        }
        LetterKind::PeriodApproved if teacher => format!(
            "Вам определен аттестационный период (ПЕРИОД ЗАКРЫТ): {}.",
            case.period
        ),
        LetterKind::PeriodApproved => format!(
            "Аттестационный период педагога утверждён (ПЕРИОД ЗАКРЫТ): {}. Педагог: {whom}.",
            case.period
        ),
        LetterKind::PeriodSet if !teacher => {
            format!("Аттестационный период педагога снова предварительный и может измениться. Педагог: {whom}.")
        }
        LetterKind::PeriodSet if case.period.is_empty() => {
            "Определённый Вам ранее аттестационный период изменён. О новом периоде Вам сообщат дополнительно."
                .to_owned()
        }
        LetterKind::PeriodSet => format!(
            "Вам определен аттестационный период (предварительный, может меняться): {}.",
            case.period
        ),
        LetterKind::ExpertsAssigned if case.experts.is_empty() => {
            "Состав специалистов, назначенных для Вашей аттестации, изменён. О новых специалистах Вам сообщат дополнительно."
                .to_owned()
        }
        LetterKind::ExpertsAssigned => format!(
            "Для Вашей аттестации назначены специалисты:\n{}",
            case.experts
                .iter()
                .map(|expert| format!("— {expert}"))
                .collect::<Vec<_>>()
                .join("\n")
        ),
        LetterKind::Assigned if case.period.is_empty() => {
            format!("Вы назначены специалистом по аттестации педагога: {whom}.")
        }
        LetterKind::Assigned => format!(
            "Вы назначены специалистом по аттестации педагога: {whom}.\nАттестационный период: {}.",
            case.period
        ),
        LetterKind::Unassigned => format!(
            "Ваше назначение специалистом по аттестации педагога снято: {}. Заявление и документы Вам больше не доступны.",
            case.name
        ),
        LetterKind::ConclusionReceived if teacher => {
            "Получено итоговое заключение. Скачайте его, подпишите и прикрепите скан всех страниц одним файлом."
                .to_owned()
        }
        LetterKind::ConclusionReceived => {
            format!("Получено итоговое заключение по аттестации педагога: {whom}.")
        }
        LetterKind::ConclusionReturned => format!(
            "Итоговое заключение{} возвращено. Причина: {}",
            about(teacher, &whom),
            case.conclusion_reason
        ),
        LetterKind::ConclusionAccepted => {
            format!("Итоговое заключение{} принято.", about(teacher, &whom))
        }
        LetterKind::ConclusionDue => conclusion_due(audience, &whom),
        LetterKind::ConclusionMissing => format!(
            "Центр не получил итоговое заключение, названное в реестре передачи. Педагог: {whom}."
        ),
        LetterKind::Decided => decided(case),
        LetterKind::WithdrawalFormed => {
            "Координатор Вашей образовательной организации сформировал отзыв Вашего заявления о проведении аттестации. Если Вы с этим не согласны, отмените отзыв в личном кабинете."
                .to_owned()
        }
        LetterKind::WithdrawalSubmitted if teacher => {
            "Заявление на отзыв Вашего заявления о проведении аттестации находится на рассмотрении. Если Вы с этим не согласны, отмените отзыв в личном кабинете."
                .to_owned()
        }
        LetterKind::WithdrawalSubmitted => {
            format!("Подано заявление на отзыв, рассмотрите его. Педагог: {whom}.")
        }
        LetterKind::WithdrawalCancelled => {
            format!("Отзыв отменён, рассматривать его не нужно. Педагог: {whom}.")
        }
        LetterKind::WithdrawalAccepted if teacher => {
            "Отзыв зарегистрирован. Ваше заявление о проведении аттестации отозвано.".to_owned()
        }
        LetterKind::WithdrawalAccepted => {
            format!("Заявление о проведении аттестации отозвано. Педагог: {whom}.")
        }
        LetterKind::FileRefused => format!(
            "В файле, который Вы прикрепили{}, найден вирус: файл удалён. Проверьте Ваш компьютер и прикрепите другой файл.",
            if teacher { String::new() } else { format!(" (педагог: {whom})") }
        ),
        LetterKind::WithdrawalDeclined => format!(
            "Отзыв Вашего заявления о проведении аттестации отклонён. Причина: {}",
            case.withdrawal_answer
        ),
        LetterKind::Invitation
        | LetterKind::Registration
        | LetterKind::PasswordReset
        | LetterKind::EmailChanged
        | LetterKind::IdentityLinked
        | LetterKind::IdentityUnlinked
        | LetterKind::FactorChanged
        | LetterKind::FactorReset
        | LetterKind::NewDevice
        | LetterKind::PasskeyAdded
        | LetterKind::PasskeyRemoved
        | LetterKind::TransferAsked
        | LetterKind::TransferDone
        | LetterKind::TransferDeclined
        | LetterKind::TermEnding
        | LetterKind::NotApplied => String::new(),
    }
}

fn page(kind: LetterKind, audience: Audience, case: &Case) -> String {
    let conclusion = matches!(
        kind,
        LetterKind::ConclusionReceived
            | LetterKind::ConclusionReturned
            | LetterKind::ConclusionAccepted
            | LetterKind::ConclusionDue
            | LetterKind::ConclusionMissing
    );
    let withdrawal = matches!(
        kind,
        LetterKind::WithdrawalFormed
            | LetterKind::WithdrawalSubmitted
            | LetterKind::WithdrawalCancelled
            | LetterKind::WithdrawalDeclined
    );
    let id = case.public_id;
    match audience {
        Audience::Teacher if conclusion => "/teacher/conclusion".to_owned(),
        Audience::Teacher if withdrawal => "/teacher/withdrawal".to_owned(),
        Audience::Teacher
            if matches!(
                kind,
                LetterKind::DocumentsRequested | LetterKind::FileRefused
            ) =>
        {
            "/teacher/application/documents".to_owned()
        }
        Audience::Teacher => "/teacher".to_owned(),
        Audience::School if conclusion || kind == LetterKind::FileRefused => {
            "/school/documents".to_owned()
        }
        Audience::School if withdrawal => "/school/withdrawals".to_owned(),
        Audience::School => "/school".to_owned(),
        // Who is no longer assigned cannot open the application.
        Audience::Expert
            if matches!(
                kind,
                LetterKind::Unassigned | LetterKind::WithdrawalAccepted
            ) =>
        {
            "/expert".to_owned()
        }
        Audience::Expert => format!("/expert/applications/{id}"),
        Audience::Municipal if kind == LetterKind::ConclusionMissing => {
            "/municipal/registers".to_owned()
        }
        Audience::Municipal if conclusion => "/municipal/conclusions".to_owned(),
        Audience::Municipal if withdrawal => "/municipal/withdrawals".to_owned(),
        Audience::Municipal => format!("/municipal/applications/{id}"),
        Audience::Operator if conclusion => "/operator/conclusions".to_owned(),
        Audience::Operator if withdrawal => "/operator/withdrawals".to_owned(),
        Audience::Operator => format!("/operator/applications/{id}"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use uuid::Uuid;

    use super::*;

    const ALL: [Audience; 5] = [
        Audience::Teacher,
        Audience::School,
        Audience::Municipal,
        Audience::Expert,
        Audience::Operator,
    ];

    fn some() -> Case {
        Case {
            public_id: Uuid::nil(),
            applicant: 1,
            name: "Иванова Мария Петровна".into(),
            position: "учитель".into(),
            organisation: "МАОУ СОШ № 5".into(),
            due_on: NaiveDate::from_ymd_opt(2027, 1, 1),
            registered_number: Some(45),
            registered_on: NaiveDate::from_ymd_opt(2026, 12, 3),
            rejection: " в связи с ошибкой в ФИО".into(),
            period: "октябрь-ноябрь 2026".into(),
            conclusion_reason: "нет подписи".into(),
            withdrawal_answer: "нет подписи".into(),
            granted: Some(true),
            category: "first".into(),
            superseding: false,
            requested: "справка с места работы".into(),
            requested_until: NaiveDate::from_ymd_opt(2026, 12, 10),
            order_number: "173К".into(),
            order_date: NaiveDate::from_ymd_opt(2026, 12, 30),
            experts: vec!["Петрова Анна, методист".into()],
            roles: vec![],
            expert: false,
        }
    }

    #[test]
    fn every_letter_of_a_case_says_something_and_leads_somewhere() {
        let account = [
            LetterKind::Invitation,
            LetterKind::Registration,
            LetterKind::PasswordReset,
            LetterKind::EmailChanged,
            LetterKind::IdentityLinked,
            LetterKind::IdentityUnlinked,
            LetterKind::FactorChanged,
            LetterKind::FactorReset,
            LetterKind::NewDevice,
            LetterKind::PasskeyAdded,
            LetterKind::PasskeyRemoved,
            LetterKind::TransferAsked,
            LetterKind::TransferDone,
            LetterKind::TransferDeclined,
            LetterKind::TermEnding,
            LetterKind::NotApplied,
        ];
        for kind in LetterKind::ALL
            .iter()
            .filter(|kind| !account.contains(kind))
        {
            for audience in ALL {
                let text = case(*kind, audience, &some(), "https://a.ru");
                assert!(text.contains("https://a.ru/"), "{kind:?}");
                assert!(!text.starts_with('\n'), "{kind:?} to {audience:?}");
            }
        }
    }

    #[test]
    fn a_teacher_reads_number_and_reason() {
        let said = |kind| words(kind, Audience::Teacher, &some());
        assert!(
            said(LetterKind::Registered).ends_with("зарегистрировано. № 45 от 3 декабря 2026 г.")
        );
        assert!(said(LetterKind::Rejected).contains("отклонено в связи с ошибкой в ФИО."));
    }

    #[test]
    fn r_ord_1_a_teacher_reads_the_decision_and_its_order() {
        let order = " по должности «учитель» — распоряжение от 30 декабря 2026 г. № 173К.";
        let said = |granted, category: &str| {
            let case = Case {
                granted: Some(granted),
                category: category.into(),
                ..some()
            };
            words(LetterKind::Decided, Audience::Teacher, &case)
        };
        assert_eq!(
            said(true, "first"),
            format!("Вам установлена первая квалификационная категория{order}")
        );
        assert_eq!(
            said(false, "highest"),
            format!("В установлении высшей квалификационной категории Вам отказано{order}")
        );
        let case = Case {
            superseding: true,
            ..some()
        };
        assert_eq!(
            words(LetterKind::Decided, Audience::Teacher, &case),
            format!(
                "Принятое ранее решение заменено. Вам установлена первая квалификационная категория{order}"
            )
        );
    }

    #[test]
    fn r_app_3_a_teacher_reads_what_is_asked_for_and_until_when() {
        let said = words(LetterKind::DocumentsRequested, Audience::Teacher, &some());
        assert!(said.contains("запрошены документы до 10.12.2026: справка с места работы."));
    }

    #[test]
    fn r_app_10_an_annulment_tells_number_and_reason() {
        let case = Case {
            rejection: ": не та форма".into(),
            ..some()
        };
        let said = |audience| words(LetterKind::Annulled, audience, &case);
        for audience in [Audience::Teacher, Audience::Municipal] {
            let said = said(audience);
            assert!(
                said.contains("(№ 45 от 3 декабря 2026 г.) аннулирована. Причина: не та форма"),
                "{said}"
            );
        }
        assert!(!said(Audience::Teacher).contains("Иванова"));
        assert!(said(Audience::Municipal).contains("Иванова"));
    }
}
