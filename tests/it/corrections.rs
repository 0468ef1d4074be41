//! What is put right and asked for after registration: documents (R-APP-3), a registration
//! annulled, data corrected (R-APP-10); each by its page, with its letter and its trace.

use domain::calendar::text;
use domain::{letter::LetterKind, role::Role};
use reqwest::StatusCode;
use tests::{Application, Browser, Page, Person, Town, World};
use uuid::Uuid;

const ASK: &str = "Запросить документы";
const ANNUL: &str = "Аннулировать регистрацию";
const CORRECT: &str = "Исправить данные";

fn says(page: &Page, words: &str) -> bool {
    page.body.replace("&quot;", "\"").contains(words)
}

/// The letters of these kinds, by the account they go to, each once.
async fn letters(world: &World, kinds: &[LetterKind]) -> Vec<(i64, LetterKind, String)> {
    let app = world.app();
    let mut told = Vec::new();
    while let Some(letter) = app.claim_letter().await.unwrap() {
        if kinds.contains(&letter.kind) {
            let mail = app.compose(&letter, "https://a.ru").await.unwrap().unwrap();
            assert!(mail.subject.ends_with(letter.kind.subject()));
            told.push((letter.account.unwrap(), letter.kind, mail.body));
        }
        app.letter_sent(&letter).await.unwrap();
    }
    told
}

/// An application registered by the coordinator, formed and signed as people do it.
async fn registered(town: &Town, teacher: &Person) -> Application {
    let application = town.applied(teacher).await;
    let version = application.version(town).await;
    let app = town.world().app();
    let coordinator = town.coordinator().await;
    app.register(&coordinator, application.public_id, version)
        .await
        .unwrap();
    application
}

async fn assigned(town: &Town, application: &Application, teacher: &Person, expert: &Person) {
    town.world()
        .superuser()
        .await
        .script(&format!(
            "INSERT INTO app.period (public_id, name, starts, ends)
               VALUES ('{}', 'октябрь-ноябрь 2026', '2026-10-01', '2026-11-30') ON CONFLICT DO NOTHING;
             INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark)
               SELECT {tenant}, {id}, max(id), 'preliminary' FROM app.period;
             INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
                 expert_membership_id, expert_account_id, expert_name, assigned_by)
               VALUES ({tenant}, {id}, {}, 1, {tenant}, {}, {}, 'Эксперт', 1);",
            Uuid::now_v7(),
            teacher.account.0,
            expert.membership,
            expert.account.0,
            tenant = town.id,
            id = application.id,
        ))
        .await;
}

/// A day as text has it.
fn long(typed: &str) -> String {
    text::in_words(text::parse(typed).unwrap())
}

async fn ask(
    browser: &Browser,
    person: &Person,
    application: &Application,
    typed: [&str; 2],
) -> Page {
    let path = format!(
        "{}/applications/{}",
        person.role.home(),
        application.public_id
    );
    let way = format!("{path}/request-documents");
    let links = browser.get(&path).await.links();
    assert!(links.contains(&way), "{links:?}");
    let page = browser.get(&way).await;
    let [what, until] = typed;
    browser
        .submit(
            &page,
            ASK,
            &[("Какие документы нужны", what), ("Срок", until)],
        )
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_3_documents_are_asked_for_and_adding_is_open_till_then() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let (teacher, expert) = (town.teacher().await, town.expert().await);
    let application = registered(&town, &teacher).await;
    assigned(&town, &application, &teacher, &expert).await;
    let mut sql = world.superuser().await;
    // In person adding ends with the conclusion.
    sql.script(&format!(
        "INSERT INTO app.conclusion (tenant_id, application_id, place) VALUES ({}, {}, 'at_teacher')",
        town.id, application.id
    ))
    .await;
    let mine = site.browser_of(&teacher).await;
    let documents = "/teacher/application/documents";
    assert!(says(
        &mine.get(documents).await,
        "итоговое заключение уже загружено"
    ));
    let status = (
        application.status(&town).await,
        application.version(&town).await,
    );

    let coordinator = town.coordinator().await;
    let askers = [
        (&coordinator, "Справка с места работы", "10.10.2026"),
        (&expert, "Копия диплома", "20.09.2026"),
        (&world.operator().await, "Таблица результатов", "14.09.2026"),
    ];
    for (person, what, until) in askers {
        let browser = site.browser_of(person).await;
        let asked = ask(&browser, person, &application, [what, until]).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.told());
        let shown = browser.follow(asked).await;
        assert!(
            says(
                &shown,
                &format!("Запрошены документы до {}: {what}", long(until))
            ),
            "{}",
            shown.body
        );
        // The same again while it is open is the one there is.
        let again = ask(&browser, person, &application, [what, until]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.told());
    }
    assert_eq!(
        application.count(&town, "document_request", "true").await,
        3
    );
    let now = (
        application.status(&town).await,
        application.version(&town).await,
    );
    assert_eq!(now, status, "no state changes");

    let school = town.school(teacher.organisation.unwrap()).await;
    let theirs = site.browser_of(&school).await;
    let of_school = format!("/school/applications/{}", application.public_id);
    for page in [
        mine.get("/teacher").await,
        mine.get("/teacher/application").await,
        mine.get(documents).await,
        theirs.get(&of_school).await,
    ] {
        for (_, what, until) in askers {
            let words = format!("Запрошены документы до {}: {what}", long(until));
            assert!(says(&page, &words), "{words}: {}", page.body);
        }
    }
    assert!(says(
        &theirs.get("/school/documents").await,
        "Документы запрошены до 10.10.2026"
    ));
    let added = async |name: &str| {
        let file = tests::received(name);
        let app = world.app();
        app.attach(&teacher, application.public_id, &[file], tests::RESULTS)
            .await
    };
    assert!(added("справка.pdf").await.is_ok());
    world.set_now("2026-10-11T03:00:00Z");
    let late = added("поздно.pdf").await;
    assert!(matches!(late, Err(app::Error::Illegal(_))), "{late:?}");
    // The history keeps it; where documents are added nobody waits for them any more.
    assert!(!says(&mine.get(documents).await, "Запрошены документы до"));

    let told = letters(&world, &[LetterKind::DocumentsRequested]).await;
    let to: Vec<i64> = told.iter().map(|(account, ..)| *account).collect();
    assert_eq!(to, [teacher.account.0; 3]);
    assert!(
        told[0].2.contains("запрошены документы до"),
        "{}",
        told[0].2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_3_what_cannot_be_asked_for_says_why() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let application = town.submitted(&town.teacher().await).await;
    let browser = site.browser_of(&coordinator).await;
    for (typed, faults) in [
        (["", ""], 2),
        (["Справка", "13.09.2026"], 1),
        (["Справка", "15.09.2027"], 1),
    ] {
        let page = ask(&browser, &coordinator, &application, typed).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            page.told()
        );
        assert_eq!(page.errors().len(), faults, "{:?}", page.errors());
        let kept = page.form(ASK).fields;
        assert!(
            kept.contains(&("what".to_owned(), typed[0].to_owned())),
            "{kept:?}"
        );
    }
    let elsewhere = world.town().await;
    let simplified = town.submitted_by(&town.teacher().await, "simplified").await;
    for (person, application, status) in [
        (
            elsewhere.coordinator().await,
            &application,
            StatusCode::NOT_FOUND,
        ),
        (town.expert().await, &application, StatusCode::NOT_FOUND),
        // On route operator it is the operator who asks.
        (coordinator.clone(), &simplified, StatusCode::FORBIDDEN),
    ] {
        let browser = site.browser_of(&person).await;
        let token = crate::pages::token(&browser, person.role.home()).await;
        let fields = [
            ("_csrf", token.as_str()),
            ("what", "Справка"),
            ("until", "10.10.2026"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let home = person.role.home();
        let path = format!(
            "{home}/applications/{}/request-documents",
            application.public_id
        );
        let page = browser.post(&path, &fields).await;
        assert_eq!(page.status, status, "{:?}: {}", person.role, page.told());
    }
    assert_eq!(
        application.count(&town, "document_request", "true").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_10_a_registration_is_annulled() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let (teacher, expert) = (town.teacher().await, town.expert().await);
    let application = registered(&town, &teacher).await;
    assigned(&town, &application, &teacher, &expert).await;
    let operator = world.operator().await;
    let browser = site.browser_of(&operator).await;
    let path = format!("/operator/applications/{}", application.public_id);
    let page = browser.get(&path).await;
    let link = format!("{path}/annul");
    assert!(page.links().contains(&link), "{:?}", page.links());
    let page = browser.get(&link).await;
    assert_eq!(page.heading(), ANNUL);
    let empty = browser.submit(&page, ANNUL, &[]).await;
    assert_eq!(
        empty.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        empty.told()
    );
    let typed = [("Причина", "Зарегистрировано по ошибке")];
    let form = empty.filled(ANNUL, &typed);
    let done = browser.send(&form, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    assert_eq!(application.status(&town).await, "rejected");
    let hanging = [
        ("assignment", "closed_at IS NULL"),
        ("schedule_row", "mark <> 'none'"),
    ];
    for (table, condition) in hanging {
        assert_eq!(
            application.count(&town, table, condition).await,
            0,
            "{table}"
        );
    }
    let line = application
        .count(
            &town,
            "registration",
            "kind = 'correction' AND decision = 'rejected'",
        )
        .await;
    assert_eq!(line, 1);
    assert_eq!(world.app().verify_journal().await.unwrap().fault, None);
    let again = browser.send(&form.anew(), &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.told());

    let home = site.browser_of(&teacher).await.get("/teacher").await;
    let words = "Заявление о проведении аттестации отклонено: Зарегистрировано по ошибке.";
    assert!(says(&home, words), "{}", home.body);
    let told = letters(&world, &[LetterKind::Annulled, LetterKind::Unassigned]).await;
    let to = |person: &Person, kind| {
        let is =
            |letter: &&(i64, LetterKind, String)| letter.0 == person.account.0 && letter.1 == kind;
        told.iter().filter(is).count()
    };
    assert_eq!(to(&teacher, LetterKind::Annulled), 1, "{told:#?}");
    assert_eq!(to(&expert, LetterKind::Unassigned), 1);
    let annulled = told
        .iter()
        .filter(|letter| letter.1 == LetterKind::Annulled);
    let annulled: Vec<_> = annulled.collect();
    assert_eq!(annulled.len(), 2, "the teacher and the coordinator");
    assert!(
        annulled
            .iter()
            .all(|letter| letter.2.contains("Зарегистрировано по ошибке"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_10_what_is_approved_or_another_roles_is_not_annulled() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let (teacher, expert) = (town.teacher().await, town.expert().await);
    let application = registered(&town, &teacher).await;
    assigned(&town, &application, &teacher, &expert).await;
    let mut sql = world.superuser().await;
    sql.script("UPDATE app.schedule_row SET mark = 'approved'")
        .await;
    for (person, status) in [
        (world.operator().await, StatusCode::CONFLICT),
        (town.coordinator().await, StatusCode::FORBIDDEN),
        (world.admin().await, StatusCode::FORBIDDEN),
    ] {
        let browser = site.browser_of(&person).await;
        for act in ["annul", "correct"] {
            let path = format!("/operator/applications/{}/{act}", application.public_id);
            let page = browser.get(&path).await;
            if act == "annul" || person.role != Role::Operator {
                assert_eq!(
                    page.status,
                    status,
                    "{:?} {act}: {}",
                    person.role,
                    page.told()
                );
            }
        }
    }
    assert_eq!(application.status(&town).await, "registered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_10_data_are_corrected_and_both_are_kept() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let application = registered(&town, &teacher).await;
    let browser = site.browser_of(&world.operator().await).await;
    let path = format!("/operator/applications/{}/correct", application.public_id);
    let page = browser.get(&path).await;
    assert_eq!(page.heading(), CORRECT);
    let unchanged = browser
        .submit(&page, CORRECT, &[("Причина", "Опечатка")])
        .await;
    assert_eq!(
        unchanged.errors(),
        ["Вы ничего не изменили"],
        "{}",
        unchanged.told()
    );
    let typed = [
        ("Фамилия", "Сидорова"),
        ("Фамилия (в родительном падеже)", "Сидоровой"),
        ("Фамилия (в дательном падеже)", "Сидоровой"),
        ("Причина", "Смена фамилии"),
    ];
    let form = browser.get(&path).await.filled(CORRECT, &typed);
    let late = form.clone().anew();
    let done = browser.send(&form, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let shown = browser.follow(done).await;
    assert_eq!(shown.heading(), "Заявление Сидорова Мария Сергеевна");
    let words = "Данные исправлены: ФИО, ФИО в родительном падеже, ФИО в дательном падеже. Основание: Смена фамилии";
    assert!(says(&shown, words), "{}", shown.body);

    let mut sql = world.superuser().await;
    let kept: String = sql
        .value(
            "SELECT concat_ws(' ', former #>> '{name,surname}', present #>> '{name,surname}', reason) \
             FROM app.correction",
        )
        .await
        .unwrap();
    assert_eq!(kept, "Иванова Сидорова Смена фамилии");
    let journal: Vec<String> = sql
        .list("SELECT person FROM app.registration ORDER BY line")
        .await;
    assert_eq!(
        journal,
        ["Иванова Мария Сергеевна", "Сидорова Мария Сергеевна"]
    );
    let numbers: Vec<i32> = sql
        .list("SELECT number FROM app.registration WHERE number IS NOT NULL")
        .await;
    assert_eq!(numbers.len(), 1, "without a new number");
    assert_eq!(world.app().verify_journal().await.unwrap().fault, None);
    // The other editor is told, with what is stored now (SEC-70).
    let conflict = browser.send(&late, &[]).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT, "{}", conflict.told());
    let told = letters(&world, &[LetterKind::Corrected]).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, teacher.account.0);
}
