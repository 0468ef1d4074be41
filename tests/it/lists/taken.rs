//! Every list gives all rows of its filter as a file, and that it was taken stays in the audit.

use reqwest::StatusCode;
use tests::World;

use super::region;
use crate::seed::full;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lists_of_the_centre_are_taken_away_whole() {
    let world = World::own().await;
    let mut sql = region(&world).await;
    let site = world.serve().await;
    let operator = world.operator().await;
    let browser = site.browser_of(&operator).await;
    let mut rows = Vec::new();
    for (path, of, deed) in [
        (
            "/operator/conclusions?state=all",
            "app.conclusion",
            "conclusion.export",
        ),
        (
            "/operator/withdrawals?state=all",
            "app.withdrawal",
            "withdrawal.export",
        ),
        (
            "/operator/schedule?",
            "app.application WHERE status = 'registered' AND procedure = 'general'",
            "schedule.export",
        ),
        (
            "/operator/print?",
            "app.application WHERE registered_on IS NOT NULL",
            "application.export",
        ),
        ("/operator/orders?", "app.order", "order.export"),
    ] {
        let page = browser.get(path.trim_end_matches('?')).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.told());
        for words in ["Выгрузить XLSX", "Выгрузить CSV"] {
            assert!(page.body.contains(words), "{path}: {}", page.told());
        }
        let csv = browser.get(&format!("{path}&format=csv")).await;
        assert_eq!(csv.status, StatusCode::OK, "{path}: {}", csv.told());
        let expected: i64 = sql
            .value(&format!("SELECT count(*) FROM {of}"))
            .await
            .unwrap();
        let lines = csv.body.lines().count() - 1;
        assert_eq!(i64::try_from(lines).unwrap(), expected, "{path}");
        let xlsx = browser.get(&format!("{path}&format=xlsx")).await;
        assert_eq!(xlsx.status, StatusCode::OK, "{path}");
        assert!(
            xlsx.content_type.contains("spreadsheetml"),
            "{}",
            xlsx.content_type
        );
        let audited: i64 = sql
            .value(&format!(
                "SELECT count(*) FROM app.audit_event WHERE act = '{deed}' AND outcome = 'done'"
            ))
            .await
            .unwrap();
        assert_eq!(audited, 2, "{deed}");
        rows.push(lines);
    }
    assert!(
        rows.iter().filter(|rows| **rows > 50).count() >= 2,
        "{rows:?}"
    );
    // The link leaves the marks behind, and says so.
    let print = browser.get("/operator/print").await;
    assert!(print.body.contains("снимает отметки"), "{}", print.told());
    println!("lists: {rows:?} rows taken away as files");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_takes_away_its_own_and_nobody_elses() {
    let world = World::shared().await;
    let (own, other) = (full(&world).await, full(&world).await);
    let site = world.serve().await;
    let browser = site.browser_of(&own.coordinator).await;
    for path in [
        "/municipal/conclusions?state=all",
        "/municipal/withdrawals?state=all",
        "/municipal/schedule?",
        "/municipal/print?",
    ] {
        let csv = browser.get(&format!("{path}&format=csv")).await;
        assert_eq!(csv.status, StatusCode::OK, "{path}: {}", csv.told());
        let of = |town: &tests::Town| csv.body.contains(&town.name);
        assert!(of(&own.town), "{path}: {}", csv.body);
        assert!(!of(&other.town), "{path}: {}", csv.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_number_of_a_municipality_leads_to_its_rows() {
    let world = World::own().await;
    let mut sql = region(&world).await;
    sql.script(
        "SET session_replication_role = replica;
         UPDATE app.conclusion SET place = 'at_municipal' WHERE id % 2 = 0",
    )
    .await;
    let site = world.serve().await;
    let browser = site.browser_of(&world.operator().await).await;
    let page = browser.get("/operator/municipalities").await;
    for words in ["Без периода", "Без экспертов", "Заключения к 15 числу"]
    {
        assert!(page.body.contains(words), "{words}: {}", page.told());
    }
    let mut compared = 0;
    for part in page.body.split("<a class=\"govuk-link\" href=\"").skip(1) {
        let (href, rest) = part.split_once("\">").unwrap();
        let number: Option<i64> = rest.split('<').next().unwrap().parse().ok();
        let Some(number) = number else { continue };
        let href = href.replace("&amp;", "&");
        let list = browser.get(&href).await;
        if href.starts_with("/operator/conclusions") {
            let csv = browser.get(&format!("{href}&format=csv")).await;
            let lines = i64::try_from(csv.body.lines().count() - 1).unwrap();
            assert_eq!(lines, number, "{href}");
        } else {
            let found = format!("Найдено: {number}.");
            assert!(list.body.contains(&found), "{href}: {}", list.told());
        }
        compared += 1;
    }
    println!("municipalities: {compared} numbers compared with the rows they lead to");
    assert!(compared >= 12, "{compared}");
}
