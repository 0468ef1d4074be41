//! Reminders of terms (R-APP-7): at 10, 3 and 0 days left who is to register gets one letter a day, of its own
//! applications alone and of none that was decided meanwhile, however many workers there are and whenever
//! they were down.

use std::collections::BTreeSet;

use app::App;
use domain::{letter::LetterKind, role::Role};
use reqwest::StatusCode;
use tests::{Browser, Person, World, sql::Refused};

/// A reminder as its addressee reads it; no body if it had become pointless.
struct Told {
    account: i64,
    body: Option<String>,
}

/// Sends what is queued; the reminders among it.
async fn sent(app: &App) -> Vec<Told> {
    let mut told = Vec::new();
    while let Some(letter) = app.claim_letter().await.unwrap() {
        let mail = app.compose(&letter, "https://a.ru").await.unwrap();
        if letter.kind == LetterKind::TermEnding {
            let body = mail.map(|mail| {
                assert_eq!(mail.subject, "Аттестация: срок истекает");
                mail.body
            });
            let account = letter.account.unwrap();
            told.push(Told { account, body });
        }
        app.letter_sent(&letter).await.unwrap();
    }
    told
}

/// What a worker that comes by at this moment reminds of: the lines with a number, by addressee.
async fn at(world: &World, now: &str) -> Vec<(i64, Vec<String>)> {
    world.set_now(now);
    world.app().remind_of_terms().await.unwrap();
    let told = sent(world.app()).await;
    let lines = |body: String| {
        body.lines()
            .filter_map(|line| line.strip_prefix("— "))
            .map(str::to_owned)
            .collect()
    };
    told.into_iter()
        .map(|one| (one.account, one.body.map(lines).unwrap_or_default()))
        .collect()
}

fn to(person: &Person, lines: &[&str]) -> (i64, Vec<String>) {
    let lines = lines.iter().map(|&line| line.to_owned()).collect();
    (person.account.0, lines)
}

#[tokio::test]
async fn r_app_7_a_term_is_reminded_of_on_three_of_its_days() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    // Submitted on 14.09, till 14.10.
    town.submitted(&town.teacher().await).await;
    let mut told = Vec::new();
    for day in 0_u64..35 {
        let today = world.now().date_naive();
        let now = format!("{today}T05:00:00Z");
        let reminded = at(&world, &now).await;
        if let [(account, lines)] = &reminded[..] {
            assert_eq!(*account, coordinator.account.0);
            told.push((day, lines.join("")));
        } else {
            assert!(reminded.is_empty());
        }
        // Coming by once more, it has nothing to say.
        assert!(at(&world, &format!("{today}T09:00:00Z")).await.is_empty());
        let next = today.succ_opt().unwrap();
        world.set_now(&format!("{next}T03:00:00Z"));
    }
    let expected = [
        (20, "осталось 10 дней: 1 заявление"),
        (27, "осталось 3 дня: 1 заявление"),
        (30, "срок сегодня: 1 заявление"),
    ];
    assert_eq!(told, expected.map(|(day, line)| (day, line.to_owned())));
}

/// A day is the region's.
#[tokio::test]
async fn r_app_7_a_reminder_goes_as_the_day_begins_in_the_region() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    town.submitted(&town.teacher().await).await;
    assert_eq!(at(&world, "2026-10-03T16:59:59Z").await, []);
    assert_eq!(
        at(&world, "2026-10-03T17:00:00Z").await,
        [to(&coordinator, &["осталось 10 дней: 1 заявление"])]
    );
}

#[tokio::test]
async fn r_app_7_who_was_down_reminds_of_all_that_was_crossed_once() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    for day in [14, 17, 20, 26] {
        world.set_now(&format!("2026-09-{day}T05:00:00Z"));
        town.submitted(&town.teacher().await).await;
    }
    // Down since before the first of them had 10 days left.
    assert_eq!(
        at(&world, "2026-10-16T05:00:00Z").await,
        [to(
            &coordinator,
            &[
                "просрочено: 1 заявление",
                "остался 1 день: 1 заявление",
                "осталось 4 дня: 1 заявление",
                "осталось 10 дней: 1 заявление",
            ]
        )]
    );
    assert_eq!(
        at(&world, "2026-10-17T05:00:00Z").await,
        [to(
            &coordinator,
            &["срок сегодня: 1 заявление", "осталось 3 дня: 1 заявление"]
        )]
    );
    assert_eq!(at(&world, "2026-10-18T05:00:00Z").await, []);
    // A letter the relay took late counts the days as they are by then.
    world.set_now("2026-10-20T05:00:00Z");
    world.app().remind_of_terms().await.unwrap();
    world.set_now("2026-10-21T05:00:00Z");
    let late = sent(world.app()).await;
    let [
        Told {
            body: Some(body), ..
        },
    ] = &late[..]
    else {
        panic!("{} letters", late.len());
    };
    assert!(body.contains("просрочено: 1 заявление"), "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_7_two_workers_remind_once() {
    let world = World::own().await;
    let mut addressees = BTreeSet::new();
    for _ in 0..12 {
        let town = world.town().await;
        for _ in 0..2 {
            addressees.insert(town.coordinator().await.account.0);
        }
        town.submitted(&town.teacher().await).await;
        let teacher = town.teacher().await;
        town.submitted_by(&teacher, "simplified").await;
    }
    for _ in 0..2 {
        addressees.insert(world.operator().await.account.0);
    }
    world.set_now("2026-10-04T05:00:00Z");
    // One that was killed before its commit: nothing of it is there.
    let mut killed = world.db().enter_worker(None).await.unwrap();
    let places = db::work::reminders::remind(&mut killed).await.unwrap();
    assert_eq!(places, 13);
    drop(killed);
    let second = world.another_app(4);
    let (mine, others) = tokio::join!(
        async { tokio::join!(world.app().remind_of_terms(), world.app().remind_of_terms()) },
        async { tokio::join!(second.remind_of_terms(), second.remind_of_terms()) }
    );
    for done in [mine.0, mine.1, others.0, others.1] {
        done.unwrap();
    }
    let told = sent(world.app()).await;
    assert_eq!(told.len(), addressees.len());
    assert_eq!(
        told.iter().map(|one| one.account).collect::<BTreeSet<_>>(),
        addressees
    );
    // The key alone would do.
    let mut sql = world.superuser().await;
    assert_eq!(
        sql.value::<i64>("SELECT count(*) FROM app.reminder").await,
        Ok(13)
    );
    let again = sql
        .run("INSERT INTO app.reminder (municipality_id, day) SELECT municipality_id, day FROM app.reminder")
        .await;
    assert_eq!(again, Err(Refused("23505".to_owned())));
    let again = sql
        .run("INSERT INTO app.reminder (day) VALUES ('2026-10-04')")
        .await;
    assert_eq!(again, Err(Refused("23505".to_owned())));
}

#[tokio::test]
async fn r_app_7_who_is_to_register_is_told_of_its_own() {
    let world = World::own().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let (one, another) = (town.coordinator().await, elsewhere.coordinator().await);
    let operator = world.operator().await;
    world.admin().await;
    town.expert().await;
    let teacher = town.teacher().await;
    let school = teacher.organisation.unwrap();
    town.school(school).await;
    town.submitted(&teacher).await;
    town.submitted(&town.teacher_of(school).await).await;
    elsewhere.submitted(&elsewhere.teacher().await).await;
    let simplified = elsewhere.teacher().await;
    elsewhere.submitted_by(&simplified, "simplified").await;
    let industry = town.organisation("industry").await;
    town.submitted(&town.teacher_of(industry).await).await;
    // Nobody to be told, and nobody who could come in.
    let (empty, closed) = (world.town().await, world.town().await);
    empty.submitted(&empty.teacher().await).await;
    let suspended = closed.coordinator().await;
    closed.submitted(&closed.teacher().await).await;
    closed.suspend().await;

    let mut told = at(&world, "2026-10-04T05:00:00Z").await;
    told.sort();
    let ten = |n: &str| format!("осталось 10 дней: {n}");
    let (alone, both) = (ten("1 заявление"), ten("2 заявления"));
    let mut expected = [
        to(&one, &[&both]),
        to(&another, &[&alone]),
        to(&operator, &[&alone, &alone]),
    ];
    expected.sort();
    assert_eq!(told, expected);

    // As soon as there is somebody, that one is told.
    let appointed = empty.coordinator().await;
    closed.resume().await;
    let mut told = at(&world, "2026-10-05T05:00:00Z").await;
    told.sort();
    let nine = "осталось 9 дней: 1 заявление";
    let mut expected = [to(&appointed, &[nine]), to(&suspended, &[nine])];
    expected.sort();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn r_app_7_nothing_is_told_of_what_was_decided_meanwhile() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let left = town.coordinator().await;
    let mut cases = Vec::new();
    for _ in 0..3 {
        cases.push(town.submitted(&town.teacher().await).await);
    }
    world.set_now("2026-10-04T05:00:00Z");
    world.app().remind_of_terms().await.unwrap();
    // Between the queue and the relay: one is registered, and one coordinator is so no more.
    let version = cases[0].version(&town).await;
    let app = world.app();
    app.register(&coordinator, cases[0].public_id, version)
        .await
        .unwrap();
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "UPDATE app.membership SET ended_at = now() WHERE id = {}",
        left.membership
    ))
    .await;
    let told = sent(app).await;
    assert_eq!(told.len(), 2);
    for one in &told {
        if one.account == left.account.0 {
            assert_eq!(one.body, None);
        } else {
            let body = one.body.as_ref().unwrap();
            assert!(body.contains("осталось 10 дней: 2 заявления"), "{body}");
        }
    }
    // Nothing is left of three, nor would a letter be queued of it.
    world.set_now("2026-10-11T05:00:00Z");
    app.remind_of_terms().await.unwrap();
    for (case, status) in cases[1..].iter().zip(["rejected", "withdrawn"]) {
        sql.script(&format!(
            "SET session_replication_role = replica; {}; SET session_replication_role = origin",
            case.update(&format!("status = '{status}'"))
        ))
        .await;
    }
    let told = sent(app).await;
    let [pointless] = &told[..] else { panic!() };
    assert_eq!(
        (pointless.account, &pointless.body),
        (coordinator.account.0, &None)
    );
    assert_eq!(at(&world, "2026-10-14T05:00:00Z").await, []);
}

async fn opens(browser: &Browser, body: &str, link: &str) {
    assert!(body.contains(&format!("\nhttps://a.ru{link}\n")), "{body}");
    let page = browser.get(link).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    assert!(page.body.contains("Иванова"), "{}", page.told());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_let_1_a_reminder_leads_to_the_list_and_stands_among_ones_letters() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let (coordinator, operator) = (town.coordinator().await, world.operator().await);
    town.submitted(&town.teacher().await).await;
    let industry = town.organisation("industry").await;
    town.submitted(&town.teacher_of(industry).await).await;
    let simplified = town.teacher().await;
    town.submitted_by(&simplified, "simplified").await;
    world.set_now("2026-10-04T05:00:00Z");
    world.app().remind_of_terms().await.unwrap();
    let told = sent(world.app()).await;
    assert_eq!(told.len(), 2);
    for (person, links) in [
        (&coordinator, &["/municipal/applications?term=pressing"][..]),
        (
            &operator,
            &[
                "/operator/queue?tab=simplified&term=pressing",
                "/operator/queue?tab=industry&term=pressing",
            ],
        ),
    ] {
        let browser = site.browser_of(person).await;
        let letter = told.iter().find(|one| one.account == person.account.0);
        let body = letter.unwrap().body.as_ref().unwrap();
        for link in links {
            opens(&browser, body, link).await;
        }
        // Numbers alone: a name stands where it is worked with.
        assert!(!body.contains("Иванова Мария Сергеевна, "), "{body}");
        let own = browser.get("/profile/letters").await;
        assert!(own.body.contains("срок истекает"), "{}", own.told());
        if person.role == Role::Municipal {
            let home = browser.get("/municipal").await;
            assert!(home.body.contains("Срок истекает"), "{}", home.told());
        }
    }
}
