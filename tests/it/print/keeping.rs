//! The desk keeps what is marked; a printout that fails is given up, one that is made goes after a
//! day, and nothing a stranger uploaded holds the worker up.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_what_is_marked_survives_the_next_page_and_faults_keep_it() {
    let region = Region::new().await;
    let site = region.world.serve().await;
    let operator = region.world.operator().await;
    let browser = site.browser_of(&operator).await;
    let none = press(&browser, OPERATOR, "Напечатать отмеченные", &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(none.errors(), ["Отметьте хотя бы одно заявление."]);
    let id = region.applications[1].public_id.to_string();
    let mut form = browser.get(OPERATOR).await.form("Напечатать отмеченные");
    form.set("reason", " ");
    form.set("application", &id);
    let wrong = browser.send(&form, &[]).await;
    assert_eq!(wrong.errors(), ["Напишите, для чего печатаются заявления"]);
    let kept = wrong.form("Напечатать отмеченные").fields;
    assert!(
        kept.contains(&("application".to_owned(), id.clone())),
        "{kept:?}"
    );
    // Narrowed to another day, it is carried along unseen.
    let path = format!("{OPERATOR}?to=01.01.2020");
    let mut form = browser.get(OPERATOR).await.form("Напечатать отмеченные");
    form.action = format!("{OPERATOR}?q=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0");
    form.set("application", &id);
    form.set("format", "next");
    let next = browser.send(&form, &[]).await;
    assert_eq!(next.status, StatusCode::OK, "{}", next.told());
    assert!(
        next.body.contains("Отмечено на других страницах: 1"),
        "{}",
        next.body
    );
    let kept = next.form("Напечатать отмеченные").fields;
    assert!(
        kept.contains(&("application".to_owned(), id.clone())),
        "{kept:?}"
    );
    let empty = browser.get(&path).await;
    assert!(
        empty.body.contains("Зарегистрированных заявлений нет."),
        "{}",
        empty.body
    );
    let app = region.world.app();
    let many: Vec<Uuid> = (0..501).map(|_| Uuid::now_v7()).collect();
    let refused = app
        .print_applications(&operator, Wanted::Marked(&many), Format::Pdf, USUAL)
        .await;
    assert!(
        matches!(refused, Err(app::Error::Invalid(_))),
        "{refused:?}"
    );
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_what_took_a_worker_down_thrice_is_given_up() {
    let mut region = Region::new().await;
    let app = region.world.app();
    let operator = region.world.operator().await;
    let id = app
        .print_journal(&operator, app::journal::Filter::default())
        .await
        .unwrap();
    for _ in 0..3 {
        // Claimed, and the process dies: the lease runs out.
        assert!(app.claim_printout().await.unwrap().is_some());
        region
            .sql
            .script("UPDATE app.printout SET run_after = now() - interval '1 second'")
            .await;
    }
    assert!(app.claim_printout().await.unwrap().is_none());
    let given_up = app.printout(&operator, id).await.unwrap();
    assert_eq!(given_up.state, app::printouts::State::Failed);
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_a_printout_is_gone_after_a_day() {
    let mut region = Region::new().await;
    let app = region.world.app();
    let operator = region.world.operator().await;
    let id = app
        .print_journal(&operator, app::journal::Filter::default())
        .await
        .unwrap();
    app.clear_printouts().await.unwrap();
    assert!(app.printout(&operator, id).await.is_ok());
    region
        .sql
        .script("UPDATE app.printout SET created_at = created_at - interval '25 hours'")
        .await;
    app.clear_printouts().await.unwrap();
    let gone = app.printout(&operator, id).await;
    assert!(matches!(gone, Err(app::Error::NotFound)), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_a_lease_is_kept_while_it_is_worked_on_and_lost_to_another_attempt() {
    let mut region = Region::new().await;
    let app = region.world.app();
    let operator = region.world.operator().await;
    app.print_journal(&operator, app::journal::Filter::default())
        .await
        .unwrap();
    let first = app.claim_printout().await.unwrap().unwrap();
    // Nearly out of time: the heartbeat gives it its five minutes again.
    region
        .sql
        .script("UPDATE app.printout SET run_after = now() + interval '1 second'")
        .await;
    app.hold_printout(&first).await.unwrap();
    let kept: bool = region
        .sql
        .value("SELECT run_after > now() + interval '4 minutes' FROM app.printout")
        .await
        .unwrap();
    assert!(kept);
    assert!(app.claim_printout().await.unwrap().is_none());
    // Out of time all the same: another has it, and the first is told at its next beat.
    region
        .sql
        .script("UPDATE app.printout SET run_after = now() - interval '1 second'")
        .await;
    let second = app.claim_printout().await.unwrap().unwrap();
    let lost = app.hold_printout(&first).await;
    assert!(matches!(lost, Err(app::Error::Stale)), "{lost:?}");
    let lost = app.printout_progress(&first, 1, 2).await;
    assert!(matches!(lost, Err(app::Error::Stale)), "{lost:?}");
    app.hold_printout(&second).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_a_document_of_too_many_pages_is_named_and_stops_nothing() {
    let region = Region::new().await;
    let (town, third) = (&region.town, &region.applications[2]);
    bring(town, third, "scan", "", pdf(&["long"; 501])).await;
    bring(town, third, "results_table", "", pdf(&["short"])).await;
    let site = region.world.serve().await;
    let _worker = region.world.worker();
    let browser = site.browser_of(&region.coordinator).await;
    let marked = third.public_id.to_string();
    let fields = [("application", marked.as_str())];
    let pressed = press(&browser, MUNICIPAL, "Напечатать отмеченные", &fields).await;
    let pages = pages(&made(&browser, &pressed, "Скачать (PDF)").await);
    let words = pages.concat();
    assert!(words.contains("в нём слишком много страниц"), "{words}");
    assert!(
        words.contains("short") && !words.contains("long"),
        "{words}"
    );
}
