//! A form sent many times is done once (SEC-71): twenty parallel posts change exactly what one
//! post of its twin in another municipality changes, and all lead to the same place.

mod ready;
mod renewed;

use std::{collections::BTreeMap, time::Duration};

use app::periods::NewPeriod;
use futures::future::join_all;
use redis::AsyncCommands as _;
use reqwest::StatusCode;
use tests::{Form, Session, Town, World, stack::STACK};
use uuid::Uuid;

use ready::{ACTS, Ready, adding, page_of, pdf, ready};

/// How many rows every table of the region has.
async fn rows(sql: &mut Session) -> BTreeMap<String, i64> {
    let tables: Vec<String> = sql
        .list(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'app'::regnamespace \
             AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1",
        )
        .await;
    let mut rows = BTreeMap::new();
    for table in tables {
        let count = format!("SELECT count(*) FROM app.{table}");
        rows.insert(table, sql.value(&count).await.unwrap());
    }
    rows
}

/// The tables that have grown, and by how much.
fn grown(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    after
        .iter()
        .map(|(table, rows)| (table.clone(), rows - before[table]))
        .filter(|(_, more)| *more != 0)
        .collect()
}

async fn opened_period(world: &World) {
    let typed = NewPeriod {
        name: "февраль-март 2027".to_owned(),
        starts: "01.02.2027".to_owned(),
        ends: "31.03.2027".to_owned(),
    };
    let operator = world.operator().await;
    world.app().create_period(&operator, &typed).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_twenty_posts_are_one() {
    let world = World::own().await;
    let site = world.serve().await;
    opened_period(&world).await;
    // The year's journal is begun, so that twins find the region alike.
    let first = world.town().await;
    first
        .registered(&first.teacher().await, &first.coordinator().await)
        .await;
    let mut sql = world.superuser().await;
    let (mut sent, mut busy) = (0, 0);
    for act in ACTS {
        let (one, many) = (
            ready(&world, &site, act).await,
            ready(&world, &site, act).await,
        );
        let before = rows(&mut sql).await;
        let page = one.send().await;
        assert_eq!(
            page.status,
            StatusCode::SEE_OTHER,
            "{act}: {} {}",
            page.told(),
            page.body
        );
        let between = rows(&mut sql).await;
        let pages = join_all((0..20).map(|_| many.send())).await;
        let after = rows(&mut sql).await;
        let effect = grown(&before, &between);
        assert!(!effect.is_empty(), "{act} does nothing");
        assert_eq!(grown(&between, &after), effect, "{act}");
        let mut places: Vec<&str> = Vec::new();
        for page in &pages {
            match page.status {
                StatusCode::SEE_OTHER => places.extend(page.location.as_deref()),
                StatusCode::CONFLICT => busy += 1,
                _ => panic!("{act}: {}", page.told()),
            }
        }
        sent += pages.len();
        assert!(
            places.len() > 15,
            "{act}: only {} were led on",
            places.len()
        );
        places.dedup();
        assert_eq!(places.len(), 1, "{act}: {places:?}");
        // Whoever pressed twice reads the same page as who pressed once.
        let shown = many.browser.get(places[0]).await;
        assert_eq!(shown.status, StatusCode::OK, "{act}: {}", shown.told());
    }
    println!(
        "SEC-71: {sent} posts of {} forms, {busy} told to wait",
        ACTS.len()
    );
}

/// A repeat of a form with files stores nothing: what is received is counted (SEC-74), and
/// only the first one's file was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_a_repeat_stores_no_file() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let application = town.ready(&teacher).await;
    let (browser, page) = page_of(&site, &teacher, "/teacher/application/documents").await;
    let forms = page.forms();
    let form = forms.into_iter().find(|form| !form.files.is_empty());
    let mut form = form.unwrap();
    form.set("kind", "results_table");
    let mut ready = Ready {
        files: vec![pdf("files")],
        ..Ready::of(browser, form)
    };
    let before = application.count(&town, "file", "true").await;
    let pages = join_all((0..20).map(|_| ready.send())).await;
    let led = pages
        .iter()
        .filter(|page| page.status == StatusCode::SEE_OTHER);
    assert!(led.count() > 15);
    assert_eq!(application.count(&town, "file", "true").await, before + 1);
    let client = redis::Client::open(STACK.redis.reveal()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let key = format!("rl:upload:{}", teacher.account.0);
    assert_eq!(
        redis.get::<_, i64>(&key).await.unwrap(),
        1,
        "files received"
    );
    // Another file under the same number is another form, and is told so, not lost unseen.
    ready.files[0].2.extend_from_slice(b"%%EOF\n");
    let other = ready.send().await;
    assert_eq!(
        other.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        other.told()
    );
    assert_eq!(
        redis.get::<_, i64>(&key).await.unwrap(),
        1,
        "files received"
    );
}

async fn organisations(world: &World, town: &Town) -> i64 {
    let count = format!(
        "SELECT count(*) FROM app.organisation WHERE tenant_id = {}",
        town.id
    );
    world.superuser().await.value(&count).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_a_number_is_of_one_form_of_one_person() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (here, there) = (world.town().await, world.town().await);
    let mut ready = adding(&site, &here.coordinator().await).await;
    let mut other = adding(&site, &there.coordinator().await).await;
    let number = |form: &Form| {
        let field = form.fields.iter().find(|(name, _)| name == "_once");
        field.unwrap().1.clone()
    };
    other.form.set("_once", &number(&ready.form));
    assert_eq!(ready.send().await.status, StatusCode::SEE_OTHER);
    assert_eq!(other.send().await.status, StatusCode::SEE_OTHER);
    assert_eq!(organisations(&world, &here).await, 1);
    assert_eq!(organisations(&world, &there).await, 1, "another person's");
    // The same number on another address is another form, too.
    let (browser, page) = (
        ready.browser.clone(),
        ready.browser.get("/municipal/invitations").await,
    );
    let typed = [
        ("Адрес электронной почты", "once@example.test"),
        ("Роль", "expert"),
    ];
    let mut invite = page.filled("Пригласить", &typed);
    invite.set("_once", &number(&ready.form));
    let invited = browser.send(&invite, &[]).await;
    assert_eq!(invited.status, StatusCode::SEE_OTHER, "{}", invited.told());
    // And what says something else is not a repeat.
    ready.form.set("name", "Совсем другая школа");
    let refused = ready.send().await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.told()
    );
    assert!(
        refused.body.contains("уже отправлена с другими данными"),
        "{}",
        refused.body
    );
    assert_eq!(organisations(&world, &here).await, 1);
}

/// A form that could not be taken is mended and sent again from the same page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_a_refused_form_is_free_again() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let mut ready = adding(&site, &town.coordinator().await).await;
    ready.form.set("name", "");
    assert_eq!(ready.send().await.status, StatusCode::UNPROCESSABLE_ENTITY);
    ready.form.set("name", "Школа на горе");
    assert_eq!(ready.send().await.status, StatusCode::SEE_OTHER);
    assert_eq!(organisations(&world, &town).await, 1);
}

/// A browser pressed twice drops its first request and shows the answer to the second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_the_second_press_shows_what_the_first_did() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let rounds = 10;
    for round in 0..rounds {
        let ready = adding(&site, &coordinator).await;
        let dropped = Duration::from_millis(2 * round);
        let _ = tokio::time::timeout(dropped, ready.send()).await;
        let page = ready.send().await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
        let shown = ready.browser.follow(page).await;
        assert!(
            shown.body.contains("Организация добавлена"),
            "{}",
            shown.told()
        );
    }
    let done = organisations(&world, &town).await;
    assert_eq!(done, i64::try_from(rounds).unwrap());
}

/// Registering signs in under a new session: every repeat has one, though the browser keeps
/// only the last answer's cookie.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_registering_twice_is_one_account_signed_in() {
    let world = World::shared().await;
    let site = world.serve().await;
    let browser = site.browser();
    let login = format!("o{}", &Uuid::new_v4().simple().to_string()[..20]);
    let typed = [
        ("Имя пользователя", login.as_str()),
        ("Пароль", tests::world::PASSWORD),
        ("Подтверждение пароля", tests::world::PASSWORD),
    ];
    let page = browser.get("/register").await;
    let form = page.filled("Зарегистрироваться", &typed);
    let pages = join_all((0..20).map(|_| browser.send(&form, &[]))).await;
    for page in &pages {
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
        assert_eq!(page.location.as_deref(), Some("/cabinet"));
    }
    let accounts: i64 = world
        .superuser()
        .await
        .value(&format!(
            "SELECT count(*) FROM app.account WHERE login = '{login}'"
        ))
        .await
        .unwrap();
    assert_eq!(accounts, 1);
    let home = browser.get("/cabinet").await;
    let location = home.location.as_deref().unwrap_or_default();
    assert!(!location.starts_with("/login"), "{}", home.told());
}

/// What lies in Redis for repeats tells nobody where and what: keys and digests are hashes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_redis_knows_no_number_and_no_password() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let ready = adding(&site, &town.coordinator().await).await;
    assert_eq!(ready.send().await.status, StatusCode::SEE_OTHER);
    let client = redis::Client::open(STACK.redis.reveal()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = redis.keys("once:*").await.unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        let hash = key.trim_start_matches("once:");
        assert!(
            hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit()),
            "{key}"
        );
        let left: i64 = redis.ttl(&key).await.unwrap();
        assert!(left <= 15 * 60, "{key} lives for {left} s");
    }
}
