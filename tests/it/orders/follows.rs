//! What follows from a decision elsewhere: the period that waited for it, its entry in the journal.

use super::*;

/// An approved period is over when nothing of it is left to decide (R-PER-1).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_per_1_the_last_decision_completes_the_period() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let expert = town.expert().await;
    let (one, other) = (
        judged(&town, &town.teacher().await, &expert).await,
        judged(&town, &town.teacher().await, &expert).await,
    );
    let browser = site.browser_of(&operator).await;
    let mut sql = world.superuser().await;
    for (application, state, words) in [
        (&one, "approved", "утверждён"),
        (&other, "completed", "завершён"),
    ] {
        let mut sent = form(&browser, &TYPED).await;
        sent.set(&row(&town, application).await, "granted");
        let page = browser.send(&sent, &[pdf()]).await;
        assert!(says(&page, "Записано решений: 1 из 1."), "{}", page.told());
        let now: String = sql.value("SELECT state FROM app.period").await.unwrap();
        assert_eq!(now, state);
        let page = browser.get("/operator/periods").await;
        assert!(says(&page, words), "{}", page.body);
    }
    let lines: i64 = sql
        .value("SELECT count(*) FROM app.audit_event WHERE act = 'period.complete'")
        .await
        .unwrap();
    assert_eq!(lines, 1);
}

/// The journal says of a decided entry what was decided and by which order (R-APP-5), on the page and
/// on the paper the worker prints of the whole region.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_5_an_entry_of_the_journal_names_its_decision() {
    let world = World::own().await;
    let site = world.serve().await;
    let _worker = world.worker();
    let town = world.town().await;
    let operator = world.operator().await;
    let expert = town.expert().await;
    let application = judged(&town, &town.teacher().await, &expert).await;
    let browser = site.browser_of(&operator).await;
    let mut sent = form(&browser, &TYPED).await;
    sent.set(&row(&town, &application).await, "granted");
    browser.send(&sent, &[pdf()]).await;
    let decided = "установлена, распоряжение от 14.09.2026 № 173К";
    let coordinator = site.browser_of(&town.coordinator().await).await;
    for (reader, path) in [
        (&browser, "/operator/journal"),
        (&coordinator, "/municipal/journal"),
    ] {
        let page = reader.get(path).await;
        assert!(says(&page, decided), "{path}: {}", page.body);
    }
    let paper = paper::file(&browser, "/operator/journal?format=pdf").await;
    let words = paper::words(&paper);
    assert!(words.contains(&paper::bare(decided)), "{words}");
}
