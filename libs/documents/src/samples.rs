//! Sample data: a paper of each kind as a person would get it, with nobody's data, to look at a
//! template by. What a template does only for some data it does for these: long names, a second
//! page, words that are no words.

use chrono::NaiveDate;
use domain::paper::{ShortId, schedule_edition};
use domain::template::TemplateKind;

use crate::{
    AnnexForm, AnnexGroup, AnnexLine, Applicant, ApplicationForm, AttestationForm, ConclusionForm,
    ConsentForm, ConsentGiven, DestroyedLine, DestroyedSum, DestructionForm, Error, GenitiveName,
    Held, JournalForm, ListCode, ListColumn, ListForm, Marked, Paper, Procedure, Registration,
    Service, WithdrawalForm, annex, application, conclusion, consent, destruction, journal, list,
    withdrawal,
};

const ORGANISATION: &str =
    "МАОУ «Средняя общеобразовательная школа № 1 имени А. С. Пушкина» с. Образцово";
const MUNICIPALITY: &str = "Образцовый район";

const LIST: [ListColumn; 5] = [
    ListColumn::new("№ п/п", 12),
    ListColumn::new("ФИО", 60),
    ListColumn::new("Должность", 55),
    ListColumn::new("Место работы", 90),
    ListColumn::new("Категория", 60),
];

/// A sample of a kind; `letterhead` is to whom it is addressed, line by line.
///
/// # Errors
/// If a form does not serialise.
pub fn sample(kind: TemplateKind, letterhead: &[String]) -> Result<Paper, Error> {
    match kind {
        TemplateKind::Application => application(&sample_application(letterhead)),
        TemplateKind::Withdrawal => withdrawal(&sample_withdrawal(letterhead)),
        TemplateKind::Conclusion => conclusion(&sample_conclusion()),
        TemplateKind::Schedule => list(kind, &sample_list("График аттестации", true)),
        TemplateKind::Handover => list(kind, &sample_list("Реестр передачи № 12", false)),
        TemplateKind::Journal => journal(&sample_journal()),
        TemplateKind::Annex => annex(&sample_annex()),
        TemplateKind::Consent => consent(&sample_consent()),
        TemplateKind::Destruction => destruction(&sample_destruction()),
    }
}

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 2).unwrap_or_default()
}

fn code() -> ShortId {
    ShortId::of_schedule(4095, 4095)
}

fn applicant() -> Applicant {
    Applicant {
        name: GenitiveName {
            surname: "Образцовой".to_owned(),
            name: "Марии".to_owned(),
            patronymic: Some("Петровны".to_owned()),
        },
        position: "учитель".to_owned(),
        subject: Some("математика".to_owned()),
        organisation: ORGANISATION.to_owned(),
        municipality: MUNICIPALITY.to_owned(),
    }
}

/// The sample of an application: by the simplified form, with everything it may say.
#[must_use]
pub fn sample_application(letterhead: &[String]) -> ApplicationForm {
    ApplicationForm {
        issuer_lines: letterhead.to_vec(),
        applicant: applicant(),
        year: 2026,
        category_phrase: "на высшую квалификационную категорию".to_owned(),
        held: Some(Held {
            category: "первую".to_owned(),
            issuer: "Департамента общего образования".to_owned(),
            date: NaiveDate::from_ymd_opt(2021, 12, 15).unwrap_or_default(),
            number: "173К".to_owned(),
            until: NaiveDate::from_ymd_opt(2026, 12, 15),
        }),
        attestation_form: AttestationForm::InPerson,
        procedure: Procedure::Simplified {
            ground: "победитель конкурса профессионального мастерства".to_owned(),
        },
        presence: false,
        education: None,
        age: 41,
        service: Service {
            total: 21,
            pedagogical: 20,
            post: 12,
        },
        results: [
            "таблицы с результатами профессиональной деятельности",
            "достижения обучающихся (диплом, грамота, протокол)",
        ]
        .map(str::to_owned)
        .into(),
        date: date(),
        phone: "+7 900 000-00-00".to_owned(),
        email: "obrazec@example.ru".to_owned(),
        code: code(),
        version: 1,
    }
}

fn sample_withdrawal(letterhead: &[String]) -> WithdrawalForm {
    WithdrawalForm {
        issuer_lines: letterhead.to_vec(),
        applicant: applicant(),
        coordinator: None,
        category_phrase: "на высшую квалификационную категорию".to_owned(),
        registration: Some(Registration {
            number: "45".to_owned(),
            date: date(),
        }),
        reason: Some("переездом в другой регион".to_owned()),
        date: date(),
        code: code(),
        version: 1,
    }
}

fn sample_conclusion() -> ConclusionForm {
    let marked = |criterion: &str, words: &str| Marked {
        criterion: criterion.to_owned(),
        mark: "подтверждён".to_owned(),
        words: words.to_owned(),
    };
    ConclusionForm {
        teacher: "Образцова Мария Петровна".to_owned(),
        position: "учитель".to_owned(),
        subject: Some("математика".to_owned()),
        organisation: ORGANISATION.to_owned(),
        municipality: MUNICIPALITY.to_owned(),
        category: "высшая квалификационная категория".to_owned(),
        period: "октябрь-ноябрь 2026".to_owned(),
        marks: vec![
            marked(
                "достижение обучающимися положительной динамики результатов",
                "Средний балл вырос за три года",
            ),
            marked("личный вклад в повышение качества образования", ""),
        ],
        verdict: "соответствует".to_owned(),
        recommendations: Some("Обобщить опыт работы".to_owned()),
        experts: [Some("Пробная Анна Львовна, методист".to_owned()), None],
        date: date(),
        code: code(),
        version: 1,
    }
}

fn sample_list(title: &str, coded: bool) -> ListForm {
    let line = |number: usize| {
        [
            number.to_string().as_str(),
            "Образцова Мария Петровна",
            "учитель",
            ORGANISATION,
            "высшая",
        ]
        .map(str::to_owned)
        .into()
    };
    ListForm {
        title: title.to_owned(),
        about: format!("{MUNICIPALITY}, октябрь-ноябрь 2026"),
        made: date(),
        columns: &LIST,
        lines: (1..=30).map(line).collect(),
        signed_by: &["Муниципальный координатор"],
        code: coded.then(|| ListCode {
            id: code(),
            edition: schedule_edition(date()),
        }),
    }
}

fn sample_journal() -> JournalForm {
    let line = |number: usize| {
        [
            number.to_string().as_str(),
            "01.12.2026",
            "02.12.2026",
            "Образцова Мария Петровна",
            "учитель",
            ORGANISATION,
            MUNICIPALITY,
            "первая",
            "высшая",
            "очная",
            "",
            "",
            "Пробная Анна Львовна",
        ]
        .map(str::to_owned)
    };
    JournalForm {
        title: "Журнал регистрации заявлений".to_owned(),
        narrowed: "с 01.12.2026 по 31.12.2026".to_owned(),
        made: date(),
        columns: [
            "№",
            "Дата поступления",
            "Дата регистрации",
            "ФИО",
            "Должность",
            "Место работы",
            "Муниципалитет",
            "Имеющаяся категория",
            "Заявленная категория",
            "Форма",
            "Основание",
            "Решение",
            "Кем зарегистрировано",
        ],
        lines: (1..=30).map(line).collect(),
        sheets_before: 0,
        ends_with: Some(30),
    }
}

fn sample_annex() -> AnnexForm {
    let line = || AnnexLine {
        name: "Образцовой Марии Петровне".to_owned(),
        position: "учитель".to_owned(),
        organisation: ORGANISATION.to_owned(),
        municipality: MUNICIPALITY.to_owned(),
    };
    let group = |decision: &str, lines: usize| AnnexGroup {
        decision: decision.to_owned(),
        lines: std::iter::repeat_with(line).take(lines).collect(),
    };
    AnnexForm {
        number: "173К".to_owned(),
        date: date(),
        groups: vec![
            group("Установить первую квалификационную категорию:", 3),
            group("Установить высшую квалификационную категорию:", 20),
            group(
                "Отказать в установлении высшей квалификационной категории:",
                1,
            ),
        ],
    }
}

fn sample_consent() -> ConsentForm {
    let body = "Согласие на обработку персональных данных\n\nЯ даю согласие оператору на обработку \
                моих персональных данных.\n\nСрок действия: до достижения цели обработки.";
    ConsentForm {
        person: "Образцова Мария Петровна".to_owned(),
        texts: vec![ConsentGiven::of(body, 1, date())],
        made: date(),
    }
}

fn sample_destruction() -> DestructionForm {
    DestructionForm {
        number: "1".to_owned(),
        operator: "Департамент общего образования".to_owned(),
        whose: format!(
            "лица, персональные данные которых обрабатывались в связи с аттестацией в муниципалитете \
             «{MUNICIPALITY}»"
        ),
        reason: "истёк срок хранения, цель обработки достигнута".to_owned(),
        removed: "2 декабря 2026 г., 14:05".to_owned(),
        sums: [
            ("Заявления", 120),
            ("Учётные записи", 98),
            ("Документы", 1450),
        ]
        .map(|(what, count)| DestroyedSum {
            what: what.to_owned(),
            count,
        })
        .into(),
        kept: vec!["Строки журнала регистрации остаются без персональных данных.".to_owned()],
        log: vec![DestroyedLine {
            subject: "заявление 01930000-0000-7000-8000-000000000001, запись № 12/2020".to_owned(),
            categories: "ФИО, должность, место работы; заявление и приложенные документы"
                .to_owned(),
            at: "02.12.2026, 14:05".to_owned(),
        }],
        date: date(),
    }
}
