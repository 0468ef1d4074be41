//! Decisions replaced by a later order (R-APP-10).

use super::*;

async fn held(sql: &mut Session, teacher: &Person) -> String {
    sql.value(&format!(
        "SELECT concat_ws(' ', nullif(held_category, ''), nullif(held_number, ''), held_date) FROM app.card \
         WHERE account_id = {}",
        teacher.account.0
    ))
    .await
    .unwrap()
}

/// Grants `application` by the order 173К of 14 September, through the page.
async fn grant(browser: &Browser, town: &Town, application: &Application) {
    let mut sent = form(browser, &TYPED).await;
    sent.set(&row(town, application).await, "granted");
    let page = browser.send(&sent, &[pdf()]).await;
    assert!(says(&page, "Записано решений: 1 из 1."), "{}", page.told());
}

/// A later order replaces a decision (R-APP-10): the card follows and is given back, the journal
/// has its line, the former decision stays readable, and nothing is replaced twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_10_a_later_order_supersedes_a_decision() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let teacher = town.teacher().await;
    let application = simplified(&town, &teacher, &operator).await;
    let browser = site.browser_of(&operator).await;
    grant(&browser, &town, &application).await;
    let mut sql = world.superuser().await;
    assert_eq!(held(&mut sql, &teacher).await, "first 173К 2026-09-14");
    let first = order(&mut sql, "173К").await;

    let page = browser.get(&format!("{ORDERS}/{first}")).await;
    let link = format!("{ORDERS}?replaces={first}");
    assert!(page.links().contains(&link), "{:?}", page.links());
    let replacing = async |number: &str, date: &str, chosen: &str| {
        let page = browser.get(&link).await;
        let typed = [("Номер распоряжения", number), ("Дата распоряжения", date)];
        let mut sent = page.filled(RECORD, &typed);
        let version = application.version(&town).await;
        let name = format!("replace.{}.{version}", application.public_id);
        assert!(sent.names.contains(&name), "{:?}", sent.names);
        sent.set(&name, chosen);
        (browser.send(&sent, &[pdf()]).await, sent)
    };
    let (early, _) = replacing("172К", "13.09.2026", "refused").await;
    let words = "Решение заменяет только более позднее распоряжение.";
    assert!(says(&early, words), "{}", early.body);
    assert_eq!(held(&mut sql, &teacher).await, "first 173К 2026-09-14");
    let (same, _) = replacing("173К", "14.09.2026", "refused").await;
    assert!(
        says(&same, "По заявлению уже принято решение."),
        "{}",
        same.body
    );

    let (done, sent) = replacing("174К", "14.09.2026", "refused").await;
    assert!(says(&done, "Записано решений: 1 из 1."), "{}", done.body);
    let now = "Квалификационная категория: в установлении отказано — распоряжение от 14 сентября 2026 г. № 174К";
    assert!(
        says(&done, &format!("Решение заменено. {now}")),
        "{}",
        done.body
    );
    assert_eq!(held(&mut sql, &teacher).await, "", "taken back");
    let journal: Vec<String> = sql
        .list(&format!(
            "SELECT decision FROM app.registration WHERE application_id = {} AND kind = 'correction'",
            application.id
        ))
        .await;
    assert_eq!(journal, ["superseded"]);
    assert_eq!(world.app().verify_journal().await.unwrap().fault, None);
    let before = left(&mut sql).await;
    let again = browser.send(&sent.anew(), &[pdf()]).await;
    assert!(says(&again, "Записано решений: 0 из 1."), "{}", again.body);
    assert_eq!(left(&mut sql).await, before);

    // What the first order published holds no longer: nobody reads it on the open page.
    let published: Vec<String> = sql
        .list("SELECT order_no || ' ' || jsonb_array_length(rows) FROM app.publication WHERE kind = 'results' ORDER BY order_no")
        .await;
    assert_eq!(published, ["173К 0", "174К 1"]);

    // The first decision is readable still, by whoever sees the application.
    let replaced = "заменено распоряжением № 174К от 14 сентября 2026 г.";
    let page = browser.get(&format!("{ORDERS}/{first}")).await;
    assert!(says(&page, replaced), "{}", page.body);
    for person in [
        town.coordinator().await,
        town.school(teacher.organisation.unwrap()).await,
    ] {
        let path = format!(
            "{}/applications/{}",
            person.role.home(),
            application.public_id
        );
        let page = site.browser_of(&person).await.get(&path).await;
        for words in [now, GRANTED, replaced] {
            assert!(says(&page, words), "{words}: {}", page.body);
        }
    }
    let home = site.browser_of(&teacher).await.get("/teacher").await;
    assert!(says(&home, now), "{}", home.body);

    // And granted again, by an order more.
    let second = order(&mut sql, "174К").await;
    let page = browser.get(&format!("{ORDERS}?replaces={second}")).await;
    let typed = [
        ("Номер распоряжения", "175К"),
        ("Дата распоряжения", "14.09.2026"),
    ];
    let mut sent = page.filled(RECORD, &typed);
    let version = application.version(&town).await;
    sent.set(
        &format!("replace.{}.{version}", application.public_id),
        "granted",
    );
    let done = browser.send(&sent, &[pdf()]).await;
    assert!(says(&done, "Записано решений: 1 из 1."), "{}", done.body);
    assert_eq!(held(&mut sql, &teacher).await, "first 175К 2026-09-14");
    let decisions = application.count(&town, "decision", "true").await;
    assert_eq!(
        (decisions, application.status(&town).await.as_str()),
        (3, "decided")
    );
    superseded_letters(&world, &teacher).await;

    // Back to the first order of the same day: it has said its word, and says so.
    let third = order(&mut sql, "175К").await;
    let page = browser.get(&format!("{ORDERS}?replaces={third}")).await;
    let typed = [
        ("Номер распоряжения", "173К"),
        ("Дата распоряжения", "14.09.2026"),
    ];
    let mut sent = page.filled(RECORD, &typed);
    let version = application.version(&town).await;
    sent.set(
        &format!("replace.{}.{version}", application.public_id),
        "refused",
    );
    let back = browser.send(&sent, &[pdf()]).await;
    assert!(
        says(&back, "Решение этого распоряжения уже заменено"),
        "{}",
        back.told()
    );
    assert_eq!(held(&mut sql, &teacher).await, "first 175К 2026-09-14");
}

async fn superseded_letters(world: &World, teacher: &Person) {
    let app = world.app();
    let mut told = Vec::new();
    while let Some(letter) = app.claim_letter().await.unwrap() {
        if letter.kind == LetterKind::Decided && letter.account == Some(teacher.account.0) {
            told.push(
                app.compose(&letter, "https://a.ru")
                    .await
                    .unwrap()
                    .unwrap()
                    .body,
            );
        }
        app.letter_sent(&letter).await.unwrap();
    }
    assert_eq!(told.len(), 3);
    let words =
        "Принятое ранее решение заменено. Вам установлена первая квалификационная категория";
    assert!(told[2].contains(words), "{}", told[2]);
}

/// After its teacher has moved, a superseded decision reaches the card that goes on, not the ended
/// copy that stays behind the application.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_10_superseding_after_a_move_reaches_the_live_card() {
    let world = World::own().await;
    let site = world.serve().await;
    let (town, to) = (world.town().await, world.town().await);
    let operator = world.operator().await;
    let teacher = town.teacher().await;
    let application = simplified(&town, &teacher, &operator).await;
    let browser = site.browser_of(&operator).await;
    grant(&browser, &town, &application).await;
    let mut sql = world.superuser().await;
    let merging = db::transfers::Merging {
        from: town.slug.clone(),
        into: to.slug.clone(),
        same_names: false,
    };
    let merged = db::transfers::merge(&world.migrator_url(), &merging).await;
    assert!(matches!(merged, Ok(None)), "{merged:?}");
    let first = order(&mut sql, "173К").await;
    let page = browser.get(&format!("{ORDERS}?replaces={first}")).await;
    let typed = [
        ("Номер распоряжения", "174К"),
        ("Дата распоряжения", "14.09.2026"),
    ];
    let mut sent = page.filled(RECORD, &typed);
    let version = application.version(&town).await;
    sent.set(
        &format!("replace.{}.{version}", application.public_id),
        "granted",
    );
    let done = browser.send(&sent, &[pdf()]).await;
    assert!(says(&done, "Записано решений: 1 из 1."), "{}", done.body);
    let cards: Vec<String> = sql
        .list(&format!(
            "SELECT held_number || ' ' || (goes_on_as IS NULL) FROM app.card WHERE account_id = {} ORDER BY id",
            teacher.account.0
        ))
        .await;
    assert_eq!(
        cards,
        ["174К true", " false"],
        "the live card, and its copy"
    );
}

/// What the card came to hold otherwise stays: typed by its owner, or by a later application.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_10_superseding_leaves_what_others_wrote_on_the_card() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let teacher = town.teacher().await;
    let application = simplified(&town, &teacher, &operator).await;
    let browser = site.browser_of(&operator).await;
    grant(&browser, &town, &application).await;
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "UPDATE app.card SET held_category = 'highest', held_number = '9К' WHERE account_id = {}",
        teacher.account.0
    ))
    .await;
    let first = order(&mut sql, "173К").await;
    let page = browser.get(&format!("{ORDERS}?replaces={first}")).await;
    let typed = [
        ("Номер распоряжения", "174К"),
        ("Дата распоряжения", "14.09.2026"),
    ];
    let mut sent = page.filled(RECORD, &typed);
    let version = application.version(&town).await;
    sent.set(
        &format!("replace.{}.{version}", application.public_id),
        "refused",
    );
    let done = browser.send(&sent, &[pdf()]).await;
    assert!(says(&done, "Записано решений: 1 из 1."), "{}", done.body);
    assert_eq!(held(&mut sql, &teacher).await, "highest 9К 2026-09-14");
}
