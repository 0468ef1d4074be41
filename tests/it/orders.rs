//! Orders with decisions (R-ORD-1), as operators record them and those concerned read them: many
//! applications in one go, each answered for itself, safe to repeat.

mod annex;
mod follows;
mod held;
mod superseding;

use domain::{letter::LetterKind, role::Role};
use reqwest::StatusCode;
use tests::{Application, Browser, Form, Page, Person, Session, Town, World, paper, sql::Refused};
use uuid::Uuid;

const ORDERS: &str = "/operator/orders";
const RECORD: &str = "Записать распоряжение";
const GRANTED: &str =
    "Квалификационная категория установлена — распоряжение от 14 сентября 2026 г. № 173К";
const REFUSED: &str = "Квалификационная категория: в установлении отказано — распоряжение от 14 сентября 2026 г. № 173К";

fn pdf() -> (String, String, Vec<u8>) {
    let bytes = b"%PDF-1.7\n".to_vec();
    ("file".to_owned(), "распоряжение.pdf".to_owned(), bytes)
}

/// A registered application on general grounds with its period approved, its conclusion accepted
/// and an expert: what an order can decide.
async fn judged(town: &Town, teacher: &Person, expert: &Person) -> Application {
    let application = town.applied(teacher).await;
    let coordinator = town.coordinator().await;
    let version = application.version(town).await;
    let app = town.world().app();
    app.register(&coordinator, application.public_id, version)
        .await
        .unwrap();
    let (tenant, id, account) = (town.id, application.id, teacher.account.0);
    town.world()
        .superuser()
        .await
        .script(&format!(
            "INSERT INTO app.period (public_id, name, starts, ends, state)
               VALUES ('{}', 'октябрь-ноябрь 2026', '2026-10-01', '2026-11-30', 'approved') ON CONFLICT DO NOTHING;
             INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark)
               SELECT {tenant}, {id}, max(id), 'approved' FROM app.period;
             INSERT INTO app.conclusion (tenant_id, application_id, place) VALUES ({tenant}, {id}, 'accepted');
             INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
                 expert_membership_id, expert_account_id, expert_name, assigned_by)
               VALUES ({tenant}, {id}, {account}, 1, {tenant}, {}, {}, 'Эксперт', 1);",
            Uuid::now_v7(),
            expert.membership,
            expert.account.0,
        ))
        .await;
    application
}

/// A simplified application, registered by the operator.
async fn simplified(town: &Town, teacher: &Person, operator: &Person) -> Application {
    let application = town.submitted_by(teacher, "simplified").await;
    let version = application.version(town).await;
    let app = town.world().app();
    app.register(operator, application.public_id, version)
        .await
        .unwrap();
    application
}

/// The name of the list «Решение» in an application's row.
async fn row(town: &Town, application: &Application) -> String {
    let version = application.version(town).await;
    format!("decision.{}.{version}", application.public_id)
}

async fn form(browser: &Browser, typed: &[(&str, &str)]) -> Form {
    let page = browser.get(ORDERS).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    assert_eq!(page.heading(), "Распоряжения");
    page.filled(RECORD, typed)
}

const TYPED: [(&str, &str); 2] = [
    ("Номер распоряжения", "№ 173К"),
    ("Дата распоряжения", "14.09.2026"),
];

fn says(page: &Page, words: &str) -> bool {
    page.body.replace("&quot;", "\"").contains(words)
}

/// What deciding leaves behind, counted over the region.
async fn left(sql: &mut Session) -> Vec<i64> {
    sql.list(
        "SELECT count(*) FROM app.order UNION ALL SELECT count(*) FROM app.decision
         UNION ALL SELECT count(*) FROM app.application_event UNION ALL SELECT count(*) FROM app.letter
         UNION ALL SELECT sum(version)::bigint FROM app.application
         UNION ALL SELECT sum(version)::bigint FROM app.card",
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_ord_1_an_order_decides_many_and_answers_each() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let expert = town.expert().await;
    let [first, second, third] = [
        town.teacher().await,
        town.teacher().await,
        town.teacher().await,
    ];
    let granted = judged(&town, &first, &expert).await;
    let refused = simplified(&town, &second, &operator).await;
    let waiting = town.registered(&third, &town.coordinator().await).await;
    let browser = site.browser_of(&operator).await;

    let mut sent = form(&browser, &TYPED).await;
    let (one, two) = (row(&town, &granted).await, row(&town, &refused).await);
    let three = row(&town, &waiting).await;
    for (name, offered) in [(&one, true), (&two, true), (&three, false)] {
        assert_eq!(
            sent.names.contains(name),
            offered,
            "{name}: {:?}",
            sent.names
        );
    }
    let list = browser.get(ORDERS).await;
    assert!(says(&list, "Ивановой Марии Сергеевне"), "the dative");
    sent.set(&one, "granted");
    sent.set(&two, "refused");
    sent.set(&three, "granted");
    let done = browser.send(&sent, &[pdf()]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.told());
    assert_eq!(done.heading(), "Результат записи распоряжения");
    for words in [
        GRANTED,
        REFUSED,
        "Записано решений: 2 из 3.",
        "Итоговое заключение ещё не принято или период не утверждён.",
    ] {
        assert!(says(&done, words), "{words}: {}", done.body);
    }
    assert_eq!(granted.status(&town).await, "decided");
    assert_eq!(refused.status(&town).await, "decided");
    assert_eq!(waiting.status(&town).await, "registered");
    assert_eq!(
        granted
            .count(&town, "assignment", "closed_at IS NULL")
            .await,
        0
    );
    let mut sql = world.superuser().await;
    let held: Vec<String> = sql
        .list(&format!(
            "SELECT concat_ws(' ', nullif(held_category, ''), nullif(held_number, ''), held_date) FROM app.card \
             WHERE account_id IN ({}, {}) ORDER BY account_id",
            first.account.0, second.account.0
        ))
        .await;
    assert_eq!(held, ["first 173К 2026-09-14", ""], "R-APP-10");

    // Pressed again on a page shown anew, without the file: everybody is answered, nothing changes.
    let before = left(&mut sql).await;
    let again = browser.send(&sent.clone().anew(), &[]).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.told());
    for words in [
        "Записано решений: 0 из 3.",
        &format!("По заявлению уже принято решение. {GRANTED}."),
        &format!("По заявлению уже принято решение. {REFUSED}."),
    ] {
        assert!(says(&again, words), "{words}: {}", again.body);
    }
    assert_eq!(left(&mut sql).await, before);
    // With another file the first one stays.
    let mut other = pdf();
    other.2 = b"%PDF-1.7\nanother\n".to_vec();
    let again = browser.send(&sent.clone().anew(), &[other]).await;
    assert!(says(&again, "оставлен прежний файл"), "{}", again.told());
    assert_eq!(left(&mut sql).await, before);

    letters(&world, &first, &second, &expert).await;
    readers(
        &world,
        &town,
        &[(&first, GRANTED), (&second, REFUSED)],
        &granted,
        &third,
    )
    .await;
}

/// The teachers read the decision in their letters, the expert that it is over.
async fn letters(world: &World, first: &Person, second: &Person, expert: &Person) {
    let app = world.app();
    let mut told = Vec::new();
    while let Some(letter) = app.claim_letter().await.unwrap() {
        if matches!(letter.kind, LetterKind::Decided | LetterKind::Unassigned) {
            let mail = app.compose(&letter, "https://a.ru").await.unwrap().unwrap();
            told.push((letter.account.unwrap(), mail.subject, mail.body));
        }
        app.letter_sent(&letter).await.unwrap();
    }
    let order = "по должности «учитель» — распоряжение от 14 сентября 2026 г. № 173К.";
    for (person, subject, words) in [
        (
            first,
            "распоряжение",
            format!("Вам установлена первая квалификационная категория {order}"),
        ),
        (
            second,
            "распоряжение",
            format!("В установлении первой квалификационной категории Вам отказано {order}"),
        ),
        (expert, "назначение снято", "Ваше назначение".to_owned()),
    ] {
        let got: Vec<_> = told
            .iter()
            .filter(|(account, ..)| *account == person.account.0)
            .collect();
        assert_eq!(got.len(), 1, "{told:#?}");
        assert_eq!(got[0].1, format!("Аттестация: {subject}"));
        let body = got[0].2.to_lowercase();
        assert!(body.contains(&words.to_lowercase()), "{words}: {body}");
    }
}

/// Whom the decision concerns reads it and opens the order; others do not.
async fn readers(
    world: &World,
    town: &Town,
    decided: &[(&Person, &str)],
    granted: &Application,
    stranger: &Person,
) {
    let site = world.serve().await;
    let mut sql = world.superuser().await;
    let order: Uuid = sql.value("SELECT public_id FROM app.order").await.unwrap();
    let file = format!("/orders/{order}");
    for (teacher, words) in decided {
        let browser = site.browser_of(teacher).await;
        let home = browser.get("/teacher").await;
        assert!(says(&home, words), "{words}: {}", home.body);
        assert!(home.links().contains(&file), "{:?}", home.links());
        let opened = browser.get(&file).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.told());
        assert_eq!(opened.content_type, "application/pdf");
    }
    let school = town.school(decided[0].0.organisation.unwrap()).await;
    for person in [school, town.coordinator().await, world.operator().await] {
        let browser = site.browser_of(&person).await;
        let path = format!("{}/applications/{}", person.role.home(), granted.public_id);
        let page = browser.get(&path).await;
        assert!(says(&page, GRANTED), "{:?}: {}", person.role, page.told());
        assert_eq!(
            browser.get(&file).await.status,
            StatusCode::OK,
            "{:?}",
            person.role
        );
        if person.role == Role::Operator {
            let page = browser.get(&format!("{ORDERS}/{order}")).await;
            assert_eq!(page.heading(), "Распоряжение № 173К от 14 сентября 2026 г.");
            assert!(
                says(&page, "отказано") && says(&page, &town.name),
                "{}",
                page.body
            );
        }
    }
    let elsewhere = world.town().await;
    let strangers = [
        stranger.clone(),
        town.expert().await,
        elsewhere.coordinator().await,
    ];
    for person in strangers {
        let page = site.browser_of(&person).await.get(&file).await;
        assert_eq!(
            page.status,
            StatusCode::NOT_FOUND,
            "{:?} {}",
            person.role,
            page.told()
        );
    }
    let admin = site.browser_of(&world.admin().await).await;
    assert_eq!(admin.get(&file).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_ord_1_nonsense_is_told_beside_its_field_and_nothing_is_recorded() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let application = simplified(&town, &town.teacher().await, &operator).await;
    let browser = site.browser_of(&operator).await;
    let chosen = row(&town, &application).await;
    let typed = |number, date| [("Номер распоряжения", number), ("Дата распоряжения", date)];
    let scan = (
        "file".to_owned(),
        "скан.png".to_owned(),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0".to_vec(),
    );
    let mut sql = world.superuser().await;
    let before = left(&mut sql).await;
    for (number, date, file, decides, fault) in [
        ("", "14.09.2026", pdf(), true, "Заполните это поле"),
        (
            "!!!",
            "14.09.2026",
            pdf(),
            true,
            "Введите номер с цифрами, например 173К",
        ),
        ("173К", "31.02.2026", pdf(), true, ""),
        (
            "173К",
            "15.09.2026",
            pdf(),
            true,
            "Дата распоряжения не может быть в будущем",
        ),
        (
            "173К",
            "14.09.2016",
            pdf(),
            true,
            "Дата слишком давняя: не раньше 14 сентября 2021 г.",
        ),
        (
            "173К",
            "14.09.2026",
            scan,
            true,
            "Распоряжение – это файл PDF",
        ),
        (
            "173К",
            "14.09.2026",
            pdf(),
            false,
            "Выберите решение хотя бы для одного заявления",
        ),
    ] {
        let mut sent = form(&browser, &typed(number, date)).await;
        if decides {
            sent.set(&chosen, "granted");
        }
        let page = browser.send(&sent, &[file]).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            page.told()
        );
        let errors = page.errors();
        assert!(
            errors.len() == 1 && errors[0].contains(fault),
            "{fault}: {errors:?}"
        );
        // What was typed and chosen stands there still.
        let kept = page.form(RECORD);
        let value = |name: &str| {
            let field = kept.fields.iter().find(|(known, _)| known == name);
            field.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        assert_eq!(
            (value("number"), value("date")),
            (number.to_owned(), date.to_owned())
        );
        assert_eq!(value(&chosen), if decides { "granted" } else { "" });
    }
    let mut sent = form(&browser, &TYPED).await;
    sent.set(&chosen, "granted");
    let page = browser.send(&sent, &[]).await;
    assert_eq!(
        page.errors(),
        ["Выберите файл распоряжения"],
        "{}",
        page.told()
    );
    assert_eq!(left(&mut sql).await, before);
    // Proposed for all of them by the address, without a script.
    let page = browser.get(&format!("{ORDERS}?all=refused")).await;
    let proposed = page.form(RECORD).fields;
    assert!(
        proposed.contains(&(chosen, "refused".to_owned())),
        "{proposed:?}"
    );
}

/// What changed meanwhile, is frozen or is not the operator's to decide is answered in words; a
/// withdrawal that was only formed lapses (R-WD-1).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_ord_1_what_cannot_be_decided_says_why() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let (teacher, busy) = (town.teacher().await, town.teacher().await);
    let formed = simplified(&town, &teacher, &operator).await;
    let frozen = simplified(&town, &busy, &operator).await;
    let stale = simplified(&town, &town.teacher().await, &operator).await;
    let mut sql = world.superuser().await;
    for (application, person, state) in [
        (formed, &teacher, "formed"),
        (frozen, &busy, "under_review"),
    ] {
        sql.script(&format!(
            "SET session_replication_role = replica;
             INSERT INTO app.withdrawal (tenant_id, public_id, application_id, state, reason, by_role, by_account, file_id)
             VALUES ({}, '{}', {}, '{state}', 'Причина', 'teacher', {}, 1);
             SET session_replication_role = origin;",
            town.id,
            Uuid::now_v7(),
            application.id,
            person.account.0
        ))
        .await;
    }
    let browser = site.browser_of(&operator).await;
    let mut sent = form(&browser, &TYPED).await;
    assert!(
        !sent.names.contains(&row(&town, &frozen).await),
        "offered while frozen"
    );
    sent.set(&row(&town, &formed).await, "granted");
    sent.set(&row(&town, &frozen).await, "granted");
    sent.set(&row(&town, &stale).await, "granted");
    sent.set(&format!("decision.{}.1", Uuid::now_v7()), "granted");
    sql.run(&stale.update("vouched_at = now()")).await.unwrap();
    let page = browser.send(&sent, &[pdf()]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    for words in [
        "Записано решений: 1 из 4.",
        "Сначала рассмотрите отзыв",
        "Данные изменились",
        "Заявление не найдено.",
    ] {
        assert!(says(&page, words), "{words}: {}", page.body);
    }
    assert_eq!(
        formed.count(&town, "withdrawal", "state = 'lapsed'").await,
        1
    );
    assert_eq!(frozen.status(&town).await, "registered");
}

/// The order of this number, by its id in addresses.
async fn order(sql: &mut Session, number: &str) -> Uuid {
    sql.value(&format!(
        "SELECT public_id FROM app.order WHERE number = '{number}'"
    ))
    .await
    .unwrap()
}
