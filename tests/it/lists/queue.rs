//! The operators' queue is a list like the others: narrowed, sorted, kept under a name, taken away.

use reqwest::StatusCode;
use tests::World;

use super::{order_of, order_of_lines, save};

const QUEUE: &str = "/operator/queue";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_is_narrowed_sorted_kept_and_taken_away() {
    let world = World::own().await;
    let (town, other) = (world.town().await, world.town().await);
    let mut sql = world.superuser().await;
    for (town, name, category) in [
        (&town, "Борисова", "first"),
        (&other, "Антонова", "highest"),
        (&town, "Васильева", "highest"),
    ] {
        let teacher = town.teacher().await;
        let application = town.submitted_by(&teacher, "simplified").await;
        sql.script(&format!(
            "UPDATE app.application SET surname = '{name}', category = '{category}' WHERE id = {}",
            application.id
        ))
        .await;
    }
    // What only a coordinator registers is in nobody's queue.
    town.submitted(&town.teacher().await).await;
    let site = world.serve().await;
    let operator = world.operator().await;
    let browser = site.browser_of(&operator).await;
    let names = ["Антонова", "Борисова", "Васильева"];

    let first = browser.get(QUEUE).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.told());
    assert!(first.body.contains("Найдено: 3."), "{}", first.told());
    assert_eq!(
        order_of(&first, &names),
        ["Борисова", "Антонова", "Васильева"],
        "the oldest term first"
    );
    let sorted = browser.get(&format!("{QUEUE}?sort=-name")).await;
    assert_eq!(
        order_of(&sorted, &names),
        ["Васильева", "Борисова", "Антонова"]
    );
    let of_town = format!("{QUEUE}?municipality={}", town.public_id().await);
    let narrowed = browser.get(&of_town).await;
    assert_eq!(order_of(&narrowed, &names), ["Борисова", "Васильева"]);
    // The tabs tell of all that waits, whatever the filter leaves.
    assert!(
        narrowed.body.contains("упрощенная форма — 3"),
        "{}",
        narrowed.told()
    );
    let both = browser.get(&format!("{of_town}&category=highest")).await;
    assert_eq!(order_of(&both, &names), ["Васильева"]);
    let industry = browser.get(&format!("{QUEUE}?tab=industry")).await;
    assert!(industry.body.contains("Найдено: 0."), "{}", industry.told());
    // No address brings anything else into the queue.
    let forced = browser.get(&format!("{QUEUE}?state=all&gap=period")).await;
    assert!(forced.body.contains("Найдено: 3."), "{}", forced.told());

    let csv = browser
        .get(&format!("{of_town}&sort=name&format=csv"))
        .await;
    assert_eq!(csv.status, StatusCode::OK);
    assert_eq!(order_of_lines(&csv.body), ["Борисова", "Васильева"]);

    let kept = format!("{QUEUE}?category=highest&sort=name");
    let saved = save(&browser, &kept, "Высшая").await;
    assert_eq!(
        saved.location.as_deref(),
        Some(kept.as_str()),
        "{}",
        saved.told()
    );
    // The same name may stand in another list: a view is one list's.
    let elsewhere = browser.get("/operator/applications").await;
    assert!(
        !elsewhere.body.contains("Высшая</a>"),
        "{}",
        elsewhere.told()
    );
    let same = save(
        &browser,
        "/operator/applications?category=highest",
        "Высшая",
    )
    .await;
    assert_eq!(same.status, StatusCode::SEE_OTHER, "{}", same.told());
    let shown = browser.get(QUEUE).await;
    let gone = browser.send(&shown.form("Удалить вид"), &[]).await;
    assert_eq!(gone.location.as_deref(), Some(QUEUE), "{}", gone.told());
    assert!(
        browser
            .get("/operator/applications")
            .await
            .body
            .contains("Высшая</a>")
    );
}
