//! Transfers as people meet them: pages and letters.

use reqwest::StatusCode;
use tests::World;
use uuid::Uuid;

use super::{
    agree, ask, public_id, tenant_of, town_id,
    transfer::{Two, two},
};

/// The pages: asked from the list of people, declined with a reason, asked again, agreed to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_7_transfer_by_the_pages() {
    let world = World::shared().await;
    let two = two(&world).await;
    let site = world.serve().await;
    let giving = site.browser_of(&two.giving).await;
    let taking = site.browser_of(&two.taking).await;
    let link = format!(
        "/municipal/transfers/new?person={}",
        public_id(&world, "membership", two.teacher.membership).await
    );
    let people = giving.get("/municipal/people").await;
    assert!(people.links().contains(&link), "{:?}", people.links());
    for round in 0..2 {
        let page = giving.get(&link).await;
        assert_eq!(page.heading(), "Запросить перевод");
        let faulty = giving.submit(&page, "Запросить перевод", &[]).await;
        assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(faulty.errors().len(), 2, "{:?}", faulty.errors());
        let asked = giving
            .submit(
                &page,
                "Запросить перевод",
                &[
                    (
                        "Муниципалитет, в который переводят",
                        &town_id(&two.to).await,
                    ),
                    ("Причина", "Переезд"),
                ],
            )
            .await;
        assert_eq!(
            asked.location.as_deref(),
            Some("/municipal/transfers"),
            "{}",
            asked.told()
        );
        let list = taking.get("/municipal/transfers").await;
        assert_eq!(list.heading(), "Переводы");
        let one = list
            .links()
            .into_iter()
            .find(|link| {
                let id = link.strip_prefix("/municipal/transfers/");
                id.is_some_and(|id| Uuid::parse_str(id).is_ok())
            })
            .unwrap();
        let page = taking.get(&one).await;
        assert!(
            page.body.contains("Иванова Мария Сергеевна"),
            "{}",
            page.told()
        );
        if round == 0 {
            let why = [("Причина отказа", "Нет места")];
            let declined = taking.submit(&page, "Отклонить", &why).await;
            assert_eq!(
                declined.status,
                StatusCode::SEE_OTHER,
                "{}",
                declined.told()
            );
        } else {
            let faulty = taking.submit(&page, "Согласовать", &[]).await;
            assert_eq!(
                faulty.errors(),
                ["Выберите организацию"],
                "{}",
                faulty.told()
            );
            let place = two.place().await;
            let chosen = [("Место работы в Вашем муниципалитете", place.as_str())];
            let agreed = taking.submit(&page, "Согласовать", &chosen).await;
            assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.told());
        }
    }
    assert_eq!(
        tenant_of(&world, "membership", two.teacher.membership).await,
        two.to.id
    );
    let operator = site.browser_of(&world.operator().await).await;
    let seen = operator.get("/operator/transfers").await;
    assert_eq!(seen.heading(), "Переводы");
    assert!(seen.body.contains(&two.to.name), "{}", seen.told());
}

/// A teacher who submitted before asks on its own page, takes it back, asks again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_7_a_teacher_asks_for_its_transfer() {
    let world = World::shared().await;
    let Two {
        from,
        to,
        giving,
        teacher,
        ..
    } = two(&world).await;
    let last = from.submitted(&teacher).await;
    let site = world.serve().await;
    let browser = site.browser_of(&teacher).await;
    let profile = browser.get("/profile").await;
    assert!(profile.body.contains("Перевод в другой муниципалитет"));
    let page = browser.get("/profile/transfer").await;
    let town = town_id(&to).await;
    let typed = [
        ("Муниципалитет, в который переводят", town.as_str()),
        ("Причина", "Переезд"),
    ];
    let held = browser.submit(&page, "Запросить перевод", &typed).await;
    assert_eq!(held.status, StatusCode::CONFLICT, "{}", held.told());
    let rejected = last.update("status = 'rejected', rejection = 'по причине'");
    assert_eq!(giving.sql().await.run(&rejected).await, Ok(1));
    for button in ["Отозвать", "Запросить перевод"] {
        let form = page.filled("Запросить перевод", &typed).anew();
        let asked = browser.send(&form, &[]).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.told());
        let shown = browser.follow(asked).await;
        assert!(
            shown.body.contains("ждёт обоих муниципалитетов"),
            "{}",
            shown.told()
        );
        if button == "Отозвать" {
            let back = browser.submit(&shown, button, &[]).await;
            assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.told());
            let shown = browser.follow(back).await;
            assert!(shown.body.contains("отозвано"), "{}", shown.told());
        }
    }
    let profile = browser.get("/profile").await;
    assert!(profile.body.contains("ждёт обоих муниципалитетов"));
}

/// Both coordinators and the teacher are told, each where it stands, with its own page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfer_letters_are_composed() {
    let world = World::own().await;
    let two = two(&world).await;
    let id = ask(&two.giving, &two.to, two.what().await).await.unwrap();
    assert!(
        agree(&two.taking, id, &two.place().await, &world)
            .await
            .unwrap()
    );
    let mut told = Vec::new();
    while let Some(letter) = world.app().claim_letter().await.unwrap() {
        let mail = world
            .app()
            .compose(&letter, "https://a.ru")
            .await
            .unwrap()
            .unwrap();
        world.app().letter_sent(&letter).await.unwrap();
        let page = mail
            .body
            .lines()
            .find(|line| line.starts_with("https://a.ru"));
        told.push((mail.to, mail.subject, page.unwrap_or_default().to_owned()));
    }
    told.sort();
    let to = |login: &str| format!("{login}@example.test");
    let (done, list) = (
        "Аттестация: перевод согласован",
        "https://a.ru/municipal/transfers",
    );
    let mut expected = vec![
        (to(&two.giving.login), done.to_owned(), list.to_owned()),
        (
            to(&two.taking.login),
            "Аттестация: запрошен перевод".to_owned(),
            list.to_owned(),
        ),
        (
            to(&two.teacher.login),
            done.to_owned(),
            "https://a.ru/profile".to_owned(),
        ),
    ];
    expected.sort();
    assert_eq!(told, expected);
}
