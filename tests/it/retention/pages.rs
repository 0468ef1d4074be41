//! The pages of keeping and destroying: what `/profile/consent` says in each state, and the
//! administrator's page with its acts.

use std::time::Duration;

use reqwest::StatusCode;
use tests::{
    Browser, Page, World,
    paper::{self, bare, file},
};

use super::{OVER, close, destroy, run::copies};
use crate::seed::full;

const CONSENT: &str = "/profile/consent";
const BUTTON: &str = "Отозвать согласие и удалить данные";
const ADMIN: &str = "/admin/retention";

fn says(page: &Page, words: &str) -> bool {
    page.body.contains(words)
}

/// The addresses of the acts on the administrator's page once so many are printed, the newest first.
async fn acts(admin: &Browser, n: usize) -> Vec<String> {
    for _ in 0..300 {
        let page = admin.get(ADMIN).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.told());
        let links = page.links();
        let acts: Vec<String> = links
            .into_iter()
            .filter(|link| link.ends_with("/act"))
            .collect();
        if acts.len() == n {
            return acts;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the worker prints no acts");
}

/// The text of an act, without what a line break may change.
async fn read(admin: &Browser, act: &str) -> String {
    paper::words(&file(admin, act).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_cons_1_the_page_says_what_is_kept_until_when_and_erases_the_rest() {
    let world = World::own().await;
    let own = full(&world).await;
    let site = world.serve().await;
    let (browser, coordinator) = (
        site.browser_of(&own.teacher).await,
        site.browser_of(&own.coordinator).await,
    );
    let mut sql = world.superuser().await;

    let live = browser.get(CONSENT).await;
    assert!(says(&live, "Сначала отзовите заявление"), "{}", live.told());
    assert!(
        live.links()
            .iter()
            .any(|link| link == "/teacher/withdrawal")
    );
    assert!(!says(&live, BUTTON));

    close(&mut sql, &own, "2026-09-14").await;
    let page = browser.get(CONSENT).await;
    let (number, id): (i32, uuid::Uuid) = {
        let of = format!("FROM app.application WHERE tenant_id = {}", own.town.id);
        let number = sql.value(&format!("SELECT registered_number {of}")).await;
        let id = sql.value(&format!("SELECT public_id {of}")).await;
        (number.unwrap(), id.unwrap())
    };
    for words in [
        "Что хранится и до какого дня",
        "хранится до 31.12.2031",
        &format!("№ {number} от "),
        own.town.name.as_str(),
        "5 лет",
        "Войти в систему Вы больше не сможете",
    ] {
        assert!(says(&page, words), "«{words}»: {}", page.body);
    }
    let done = browser.submit(&page, BUTTON, &[]).await;
    assert_eq!(done.location.as_deref(), Some("/login"), "{}", done.told());
    let login = browser.follow(done).await;
    assert!(says(&login, "хранятся до 31.12.2031"), "{}", login.body);
    let again = site.browser().sign_in("/login", &own.teacher.login).await;
    assert_ne!(again.status, StatusCode::SEE_OTHER);
    // Whoever works with applications finds it as before.
    let kept = coordinator
        .get(&format!("/municipal/applications/{id}"))
        .await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.told());
    assert!(says(&kept, "Иванов"), "{}", kept.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_cons_1_of_many_presses_one_withdraws() {
    let world = World::own().await;
    let own = full(&world).await;
    let mut sql = world.superuser().await;
    close(&mut sql, &own, "2026-09-14").await;
    own.teacher.ready_to_sign_in().await;
    let apps: Vec<_> = (0..4).map(|_| world.another_app(2)).collect();
    let presses = apps
        .iter()
        .map(|app| app.withdraw_consent(own.teacher.as_person()));
    let done = futures::future::join_all(presses).await;
    assert_eq!(
        done.iter().filter(|done| done.is_ok()).count(),
        1,
        "{done:?}"
    );
    let acts: i64 = sql
        .value("SELECT count(*) FROM app.destruction_act")
        .await
        .unwrap();
    assert_eq!(acts, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_87_the_administrator_reads_terms_and_acts() {
    let world = World::own().await;
    let own = full(&world).await;
    let mut sql = world.superuser().await;
    close(&mut sql, &own, "2026-09-14").await;
    copies(&mut sql, &own, 3).await;
    own.teacher.ready_to_sign_in().await;
    let told = world.app().withdraw_consent(own.teacher.as_person()).await;
    assert_eq!(told.unwrap().kept.len(), 4);
    let site = world.serve().await;
    let admin = site.browser_of(&world.admin().await).await;
    let page = admin.get(ADMIN).await;
    for words in [
        "5 лет",
        "завершённые по 31.12.2020 включительно",
        "готовится",
        "отзыв согласия",
    ] {
        assert!(says(&page, words), "«{words}»: {}", page.body);
    }
    assert!(
        page.told().contains("Хранение и уничтожение"),
        "{}",
        page.told()
    );
    assert_eq!(destroy(&world).await, 1);
    let worker = world.worker();
    let [run, request] = acts(&admin, 2).await.try_into().unwrap();
    let registered: (i32, String) = {
        let of = format!("FROM app.application WHERE tenant_id = {}", own.town.id);
        let number = sql.value(&format!("SELECT registered_number {of}")).await;
        let id: uuid::Uuid = sql.value(&format!("SELECT public_id {of}")).await.unwrap();
        (number.unwrap(), id.to_string())
    };
    let subject: uuid::Uuid = sql
        .value("SELECT public_id FROM app.account WHERE withdrawn_at IS NOT NULL")
        .await
        .unwrap();
    let text = read(&admin, &request).await;
    for words in [
        "Акт об уничтожении персональных данных № 1/2026",
        "Причина: субъект персональных данных отозвал согласие",
        "Информационная система: «Аттестация»",
        "Учётные записи, кроме хранимых дел 1",
        "Выгрузка из журнала регистрации событий",
        &format!("учётная запись {subject}"),
        "(подпись)",
    ] {
        assert!(text.contains(&bare(words)), "«{words}»: {text}");
    }
    assert!(
        !text.contains(&own.teacher.login) && !text.contains("Иванов"),
        "{text}"
    );
    let text = read(&admin, &run).await;
    for words in [
        "№ 2/2026",
        "Дела о проведении аттестации 3",
        "истёк срок хранения",
        own.town.name.as_str(),
    ] {
        assert!(text.contains(&bare(words)), "«{words}»: {text}");
    }
    assert!(!text.contains(&registered.1), "that one is kept");
    drop(worker);

    // The term of the last one is over, and with it the account goes.
    world.set_now("2031-06-01T00:00:00Z");
    let admin = site.browser_of(&world.admin().await).await;
    let page = admin.get(ADMIN).await;
    assert!(
        says(&page, "завершённые по 31.12.2025 включительно"),
        "{}",
        page.body
    );
    world.set_now(OVER);
    assert_eq!(destroy(&world).await, 2, "the cases, then the account");
    let worker = world.worker();
    let admin = site.browser_of(&world.admin().await).await;
    let last = acts(&admin, 3).await.remove(0);
    let text = read(&admin, &last).await;
    for words in [
        "№ 1/2032",
        &format!(
            "заявление {}, запись журнала регистрации № {}/2026",
            registered.1, registered.0
        ),
        &format!("учётная запись {subject}"),
    ] {
        assert!(text.contains(&bare(words)), "«{words}»: {text}");
    }
    drop(worker);
    let page = admin.get(ADMIN).await;
    let years: Vec<&str> = page.body.split("Уничтоженные дела по годам").collect();
    assert!(years.last().unwrap().contains("2019"), "{}", page.body);
    let read: i64 = sql
        .value("SELECT count(*) FROM app.audit_event WHERE act = 'destruction.open'")
        .await
        .unwrap();
    assert_eq!(read, 3);

    // Nobody else's.
    let coordinator = site.browser_of(&own.coordinator).await;
    assert_eq!(coordinator.get(&last).await.status, StatusCode::FORBIDDEN);
}
