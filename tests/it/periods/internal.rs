//! The internal rendition of the schedule (R-SCH-5): the Centre's of all municipalities, experts'
//! phones for those who may see them, and a row the period was approved without.

use reqwest::{Method, StatusCode};
use tests::{Page, Person, World};

use super::{ORDER, Scene};

const PHONE: &str = "+7 (913) 821-00-00";

fn says(page: &Page, words: &str) -> bool {
    page.body.contains(words)
}

async fn phone(world: &World, person: &Person) {
    let set = format!(
        "UPDATE app.membership SET phone = '+79138210000' WHERE id = {}",
        person.membership
    );
    world.superuser().await.run(&set).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_5_the_centre_takes_the_regional_schedule_away() {
    let scene = Scene::new().await;
    scene.row("Готовая", 1).await;
    phone(&scene.world, &scene.experts[0]).await;
    // A municipality without rows adds nothing.
    scene.world.town().await;
    let site = scene.world.serve().await;
    let browser = site.browser_of(&scene.operator).await;
    let path = format!("/operator/periods/{}", scene.period.public_id);
    let page = browser.get(&path).await;
    for format in ["pdf", "xlsx"] {
        let link = format!("{path}?format={format}");
        assert!(page.links().contains(&link), "{:?}", page.links());
    }
    let csv = browser.get(&format!("{path}?format=csv")).await;
    assert_eq!(csv.body.lines().count(), 2, "{}", csv.body);
    for words in [
        "Готовая Мария Сергеевна",
        &scene.town.name,
        "Экспертова",
        PHONE,
        "октябрь-ноябрь 2026",
    ] {
        assert!(says(&csv, words), "{words}: {}", csv.body);
    }
    let xlsx = browser.get(&format!("{path}?format=xlsx")).await;
    assert_eq!(xlsx.status, StatusCode::OK, "{}", xlsx.told());

    let worker = scene.world.worker();
    let asked = browser.get(&format!("{path}?format=pdf")).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.told());
    let printout = asked.location.unwrap();
    let file = format!("{}/file", printout.trim_end_matches("/file"));
    let bytes = loop {
        let answer = browser.request(Method::GET, &file).send().await.unwrap();
        if answer.status() == StatusCode::OK {
            break answer.bytes().await.unwrap();
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    assert!(bytes.starts_with(b"%PDF"));
    drop(worker);
    // It is no coordinator's.
    let coordinator = site.browser_of(&scene.coordinator).await;
    let refused = coordinator.get(&format!("{path}?format=csv")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_5_phones_of_experts_stand_in_the_internal_schedule() {
    let scene = Scene::new().await;
    let (_, row) = scene.row("Готовая", 1).await;
    phone(&scene.world, &scene.experts[0]).await;
    let site = scene.world.serve().await;
    let coordinator = site.browser_of(&scene.coordinator).await;
    let operator = site.browser_of(&scene.operator).await;
    let words = format!("тел. {PHONE}");
    let own = format!(
        "/municipal/schedule/periods/{}?format=csv",
        scene.period.public_id
    );
    for (browser, path) in [
        (&coordinator, "/municipal/schedule"),
        (&coordinator, "/municipal/schedule?format=csv"),
        (&coordinator, own.as_str()),
        (&operator, "/operator/schedule"),
        (&operator, "/operator/schedule?format=csv"),
    ] {
        let page = browser.get(path).await;
        assert!(says(&page, &words), "{path}: {}", page.body);
    }

    // An expert of another municipality: the Centre has the phone, the coordinator the name.
    let elsewhere = scene.world.town().await;
    let guest = elsewhere.expert().await;
    let set = format!(
        "UPDATE app.membership SET surname = 'Гостева', phone = '+79138210055' WHERE id = {}",
        guest.membership
    );
    scene.world.superuser().await.run(&set).await.unwrap();
    let experts = [
        scene
            .public_id("membership", scene.experts[0].membership)
            .await,
        scene.public_id("membership", guest.membership).await,
    ];
    let plan = app::schedule::Plan {
        comment: None,
        period: &scene.period.public_id.to_string(),
        experts: [&experts[0], &experts[1]],
    };
    let version = scene.row_version(&row).await;
    scene
        .world
        .app()
        .set_schedule(&scene.operator, row.public_id, version, plan)
        .await
        .unwrap();
    let page = operator.get("/operator/schedule").await;
    assert!(says(&page, "821-00-55"), "{}", page.body);
    for path in ["/municipal/schedule", own.as_str()] {
        let page = coordinator.get(path).await;
        assert!(
            says(&page, "Гостева") && !says(&page, "821-00-55"),
            "{path}: {}",
            page.body
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_per_1_a_row_left_out_says_of_which_period() {
    let scene = Scene::new().await;
    scene.row("Готовая", 2).await;
    let (_, row) = scene.row("Неполная", 1).await;
    scene.approve(ORDER).await.unwrap();
    let site = scene.world.serve().await;
    let left_out = "Не вошло в график периода «октябрь-ноябрь 2026»";
    for (person, home) in [
        (&scene.coordinator, "/municipal"),
        (&scene.operator, "/operator"),
    ] {
        let browser = site.browser_of(person).await;
        for path in [
            format!("{home}/schedule"),
            format!("{home}/schedule?format=csv"),
            format!("{home}/schedule/{}", row.public_id),
        ] {
            let page = browser.get(&path).await;
            assert!(says(&page, left_out), "{path}: {}", page.body);
            assert!(!says(&page, "Не выбран"), "{path}: {}", page.body);
        }
    }
}
