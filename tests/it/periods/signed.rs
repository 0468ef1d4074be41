//! The municipality's own schedule, signed by its coordinator (R-SCH-5).

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_5_a_signed_schedule_is_agreed_until_a_row_changes() {
    let scene = Scene::new().await;
    let (_, row) = scene.row("Готовая", 1).await;
    let site = scene.world.serve().await;
    let browser = site.browser_of(&scene.coordinator).await;
    let list = "/municipal/schedule";
    let says = |page: &Page, words: &str| {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    };
    const PRELIMINARY: &str = "govuk-tag--blue\">предварительный<";
    const AGREED: &str = "govuk-tag--green\">согласован<";
    let page = browser.get(list).await;
    says(&page, PRELIMINARY);
    let file = format!("{list}/periods/{}?format=xlsx", scene.period.public_id);
    assert!(page.links().contains(&file), "{:?}", page.links());
    let sheet = browser.get(&file).await;
    assert_eq!(sheet.status, StatusCode::OK, "{}", sheet.told());
    let csv = browser.get(&file.replace("xlsx", "csv")).await;
    for words in [
        "Готовая Мария Сергеевна",
        "Экспертова",
        "октябрь-ноябрь 2026",
    ] {
        says(&csv, words);
    }

    let attach = async |bytes: &[u8]| {
        let page = browser.get(list).await;
        let form = page.filled("Прикрепить подписанный график", &[]);
        let file = ("scan".to_owned(), "график.pdf".to_owned(), bytes.to_vec());
        browser.send(&form, &[file]).await
    };
    let refused = attach(b"nonsense").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let attached = attach(b"%PDF-1.7\n").await;
    assert_eq!(
        attached.status,
        StatusCode::SEE_OTHER,
        "{}",
        attached.told()
    );
    let page = browser.get(list).await;
    says(&page, AGREED);
    let scan = page
        .links()
        .into_iter()
        .find(|link| link.starts_with("/schedules/signed/"));
    let scan = scan.unwrap();
    let operator = site.browser_of(&scene.operator).await;
    let overview = format!("/operator/periods/{}", scene.period.public_id);
    says(&operator.get(&overview).await, AGREED);
    for reader in [&browser, &operator] {
        let opened = reader.get(&scan).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.told());
        assert_eq!(opened.content_type, "application/pdf");
    }
    let stranger = scene.world.town().await.coordinator().await;
    let opened = site.browser_of(&stranger).await.get(&scan).await;
    assert_eq!(opened.status, StatusCode::NOT_FOUND);

    // A second expert is a change; signed anew it is agreed, and approving changes nothing.
    scene.set(&scene.coordinator, &row, 2).await.unwrap();
    let page = browser.get(list).await;
    says(&page, PRELIMINARY);
    says(&page, "график с тех пор изменён");
    let attached = attach(b"%PDF-1.7\n%2\n").await;
    assert_eq!(
        attached.status,
        StatusCode::SEE_OTHER,
        "{}",
        attached.told()
    );
    scene.approve(ORDER).await.unwrap();
    says(&browser.get(list).await, AGREED);
    // The Centre moves the row back: it is preliminary again.
    let version = scene.row_version(&row).await;
    let app = scene.world.app();
    app.reschedule(&scene.operator, row.public_id, version, "Болезнь")
        .await
        .unwrap();
    says(&browser.get(list).await, PRELIMINARY);
}

const LIST: &str = "/municipal/schedule";
const ATTACH: &str = "Прикрепить подписанный график";

fn scan() -> (String, String, Vec<u8>) {
    let name = "график.pdf".to_owned();
    ("scan".to_owned(), name, b"%PDF-1.7\n".to_vec())
}

impl Scene {
    async fn signed_state(&self) -> String {
        self.world
            .superuser()
            .await
            .value("SELECT coalesce(max(state), 'none') FROM app.municipal_schedule")
            .await
            .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_5_the_first_signed_schedule_is_compared_with_its_rows_too() {
    let scene = Scene::new().await;
    let (_, row) = scene.row("Готовая", 1).await;
    let site = scene.world.serve().await;
    let browser = site.browser_of(&scene.coordinator).await;
    let shown = browser.get(LIST).await.filled(ATTACH, &[]);
    // The row gets its second expert between printing and attaching.
    scene.set(&scene.coordinator, &row, 2).await.unwrap();
    let late = browser.send(&shown, &[scan()]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.told());
    assert_eq!(scene.signed_state().await, "none");
    let anew = browser.get(LIST).await.filled(ATTACH, &[]);
    let done = browser.send(&anew, &[scan()]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    assert_eq!(scene.signed_state().await, "agreed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_5_a_correction_makes_a_signed_schedule_preliminary() {
    let scene = Scene::new().await;
    let (_, row) = scene.row("Готовая", 2).await;
    let site = scene.world.serve().await;
    let browser = site.browser_of(&scene.coordinator).await;
    let form = browser.get(LIST).await.filled(ATTACH, &[]);
    browser.send(&form, &[scan()]).await;
    assert_eq!(scene.signed_state().await, "agreed");
    let corrected = scene
        .operator
        .sql_in(&scene.town)
        .await
        .run(&format!(
            "INSERT INTO app.correction (tenant_id, application_id, former, present, reason, by_account)
               VALUES ({}, {}, '{{}}', '{{}}', 'Опечатка', {})",
            scene.town.id, row.id, scene.operator.account.0
        ))
        .await;
    assert_eq!(corrected, Ok(1));
    assert_eq!(scene.signed_state().await, "preliminary");
}
