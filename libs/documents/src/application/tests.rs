//! The printed application, read back: what it says, and what it says only when it is so.

use super::*;
use crate::reading;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn form() -> ApplicationForm {
    ApplicationForm {
        issuer_lines: vec![
            "В аттестационную комиссию".into(),
            "Департамента общего образования".into(),
            "Томской области".into(),
        ],
        applicant: Applicant {
            name: GenitiveName {
                surname: "Королёвой".into(),
                name: "Алёны".into(),
                patronymic: Some("Петровны".into()),
            },
            position: "учитель".into(),
            subject: Some("математика".into()),
            organisation: "МАОУ «СОШ № 1» с. Александровское".into(),
            municipality: "Александровский район".into(),
        },
        year: 2021,
        category_phrase: "на первую квалификационную категорию".into(),
        held: Some(Held {
            category: "первую".into(),
            issuer: "Департамента общего образования Томской области".into(),
            date: day(2016, 2, 29),
            number: "173К".into(),
            until: None,
        }),
        attestation_form: AttestationForm::InPerson,
        procedure: Procedure::General,
        presence: false,
        education: None,
        age: 41,
        service: Service {
            total: 21,
            pedagogical: 20,
            post: 12,
        },
        results: vec![
            "таблицы с результатами профессиональной деятельности".into(),
            "достижения обучающихся (диплом, грамота, протокол)".into(),
        ],
        date: day(2020, 12, 2),
        phone: "+7 913 000-00-00".into(),
        email: "koroleva@example.ru".into(),
        code: reading::short_id(),
        version: 2,
    }
}

fn printed(form: &ApplicationForm) -> String {
    reading::text(&application(form).unwrap().print().unwrap().pdf)
}

#[test]
fn the_paper_says_what_the_form_says() {
    let text = printed(&form());
    for words in [
        "В аттестационную комиссию Департамента общего образования Томской области",
        "от Королёвой Алёны Петровны",
        "Должность: учитель (математика)",
        "Место работы: МАОУ «СОШ № 1» с. Александровское, Александровский район",
        "Заявление Прошу аттестовать меня в 2021 году на первую квалификационную категорию \
         по должности учитель.",
        "В настоящее время имею первую квалификационную категорию, распоряжение Департамента \
         общего образования Томской области от 29.02.2016 № 173К.",
        "Прошу провести аттестацию в очной форме.",
        "Аттестацию на заседании аттестационной комиссии прошу провести без моего присутствия.",
        "Возраст: 41 год.",
        "Стаж работы: общий — 21 год, педагогический — 20 лет, в занимаемой должности — 12 лет.",
        "1. таблицы с результатами профессиональной деятельности",
        "Телефон: +7 913 000-00-00 Электронная почта: koroleva@example.ru",
        "2 декабря 2020 г.",
        "(подпись)",
        "Заявление 27ZZ-0001, версия 2",
    ] {
        assert!(text.contains(words), "«{words}» is missing in: {text}");
    }
    assert!(!text.contains("упрощенной"), "{text}");
}

#[test]
fn the_other_answers_change_the_words() {
    let text = printed(&ApplicationForm {
        held: None,
        attestation_form: AttestationForm::Distance,
        procedure: Procedure::Simplified {
            ground: "Победитель конкурса.".into(),
        },
        presence: true,
        education: Some("высшее, ТГПУ, 2001.".into()),
        results: Vec::new(),
        category_phrase: "на квалификационную категорию «педагог-методист»".into(),
        ..form()
    });
    for words in [
        "на квалификационную категорию «педагог-методист» по должности",
        "Квалификационной категории не имею.",
        "Прошу провести аттестацию по упрощенной форме. Основание: Победитель конкурса. Прошу",
        "в дистанционной форме.",
        "прошу провести в моем присутствии.",
        "Образование: высшее, ТГПУ, 2001. Стаж",
    ] {
        assert!(text.contains(words), "«{words}» is missing in: {text}");
    }
    assert!(!text.contains("подтверждаю документами"), "{text}");
}

#[test]
fn a_lapsed_category_was_held_and_a_running_one_is() {
    let mut form = form();
    let mut held_until = |until| {
        form.held.as_mut().unwrap().until = Some(until);
        printed(&form)
    };
    let last_day = held_until(day(2020, 12, 2));
    assert!(last_day.contains("В настоящее время имею"), "{last_day}");
    assert!(
        last_day.contains("№ 173К, действует до 02.12.2020."),
        "{last_day}"
    );
    let lapsed = held_until(day(2020, 12, 1));
    assert!(lapsed.contains("Ранее имел(а) первую"), "{lapsed}");
    assert!(
        lapsed.contains("№ 173К, действовала до 01.12.2020."),
        "{lapsed}"
    );
}

#[test]
fn an_ordinary_application_is_one_page_of_embedded_pt_fonts() {
    let pdf = application(&form()).unwrap().print().unwrap().pdf;
    assert_eq!(reading::pages_within_margins(&pdf), 1);
    let fonts = reading::fonts(&pdf);
    assert!(
        fonts.contains("PTSerif-Regular") && fonts.contains("PTSans-Regular"),
        "{fonts}"
    );
    let told = String::from_utf8_lossy(&pdf);
    assert!(
        told.contains("pdfuaid:part") && told.contains("pdfaid:conformance"),
        "standards"
    );
}

#[test]
fn long_answers_wrap_within_the_margins() {
    let mut form = form();
    form.applicant.name.surname = "Константинопольской-Преображенско-Воскресенской".into();
    form.applicant.name.name = "Щ".repeat(80);
    form.applicant.organisation = "Муниципальное автономное общеобразовательное учреждение \
        «Средняя общеобразовательная школа с углублённым изучением отдельных предметов имени \
        дважды Героя Советского Союза» городского округа Стрежевой"
        .into();
    form.procedure = Procedure::Simplified {
        ground: "очень длинное основание ".repeat(12),
    };
    form.education = Some("Ы".repeat(200));
    form.results = vec![
        "достижения обучающихся (диплом, грамота, протокол) ".repeat(3);
        7
    ];
    form.email = format!("{}@example.ru", "w".repeat(90));
    let pdf = application(&form).unwrap().print().unwrap().pdf;
    assert_eq!(reading::pages_within_margins(&pdf), 2);
    assert!(reading::text(&pdf).contains("Лист 2 из 2"));
}

#[test]
fn what_a_person_typed_is_never_markup() {
    let typed = r#"-- #panic("x") $a_b$ *ж* _к_ @ref \ <lab> [x] = `c` ~ "к" 'к' // конец"#;
    let mut form = form();
    form.applicant.organisation = typed.into();
    form.education = Some(typed.into());
    form.results = vec![typed.into()];
    form.held.as_mut().unwrap().number = typed.into();
    // Without blanks, for a line may end anywhere in it.
    let solid = |text: &str| text.split_whitespace().collect::<String>();
    let text = solid(&printed(&form));
    assert_eq!(text.matches(&solid(typed)).count(), 4, "{text}");
}

#[test]
fn letters_the_fonts_lack_do_not_stop_the_paper() {
    let mut form = form();
    form.applicant.organisation = "Школа 😀 «Ми\u{306}р\u{200d}»\u{7}\tӘҗең\u{ad}ка".into();
    let text = printed(&form);
    assert!(text.contains("Школа ? «Мйр» Әҗеңка"), "{text}");
}

#[test]
fn the_same_form_gives_the_same_bytes_and_another_version_others() {
    let once = application(&form()).unwrap().print().unwrap().pdf;
    assert_eq!(once, application(&form()).unwrap().print().unwrap().pdf);
    assert_ne!(
        once,
        application(&ApplicationForm {
            version: 3,
            ..form()
        })
        .unwrap()
        .print()
        .unwrap()
        .pdf
    );
}
