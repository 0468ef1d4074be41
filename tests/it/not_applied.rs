//! «Не подали заявление» (R-DEL-1): who is in the list, the notice with its link, and what the link
//! erases: everything the municipality holds of a teacher, and nothing else.

use std::collections::BTreeSet;

use app::accounts::{deletion::State, erasure::Hindrance};
use domain::role::Role;
use reqwest::StatusCode;
use tests::{Person, Session, Town, World};
use uuid::Uuid;

const PAGE: &str = "/municipal/not-applied";
const BUTTON: &str = "Удалить регистрационные данные";

/// The id of a teacher's cabinet in forms.
async fn cabinet(world: &World, person: &Person) -> Uuid {
    let query = format!(
        "SELECT public_id FROM app.membership WHERE id = {}",
        person.membership
    );
    world.superuser().await.value(&query).await.unwrap()
}

/// Offers the person its link; the token, as its letter has it.
async fn offered(world: &World, coordinator: &Person, person: &Person) -> String {
    let id = cabinet(world, person).await;
    let answers = world.app().notify_not_applied(coordinator, &[id]).await;
    let [(_, _, outcome)] = <[_; 1]>::try_from(answers.unwrap()).unwrap();
    outcome.unwrap();
    world.deletion_token(person).await
}

/// Letters of the notice queued to a person.
async fn letters(world: &World, person: &Person) -> i64 {
    let query = format!(
        "SELECT count(*) FROM app.letter WHERE account_id = {} AND kind = 'not_applied'",
        person.account.0
    );
    world.superuser().await.value(&query).await.unwrap()
}

/// The columns in which rows of a municipality say whose they are, from the catalogue.
async fn columns(sql: &mut Session) -> Vec<(String, String)> {
    let found: Vec<String> = sql
        .list(
            "SELECT t || ' ' || a.attname FROM app.tenant_tables() t
             JOIN pg_attribute a ON a.attrelid = ('app.' || quote_ident(t))::regclass
             WHERE a.attname ~ '(account|account_id|membership_id)$' AND NOT a.attisdropped",
        )
        .await;
    found
        .iter()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(table, column)| (table.to_owned(), column.to_owned()))
        .collect()
}

/// The places in all municipalities that still name the person.
async fn traces(world: &World, person: &Person) -> Vec<String> {
    let mut sql = world.superuser().await;
    let columns = columns(&mut sql).await;
    assert!(columns.len() > 20, "the catalogue was not read");
    let mut found = Vec::new();
    for (table, column) in columns {
        let id = match column.ends_with("membership_id") {
            true => person.membership,
            false => person.account.0,
        };
        let query = format!("SELECT count(*) FROM app.{table} WHERE {column} = {id}");
        if sql.value::<i64>(&query).await.unwrap() > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

/// How many rows each table of a municipality has.
async fn counts(world: &World, town: &Town) -> Vec<String> {
    let mut sql = world.superuser().await;
    let tables: Vec<String> = sql.list("SELECT app.tenant_tables()").await;
    let mut counts = Vec::new();
    for table in tables {
        let query = format!(
            "SELECT '{table} ' || count(*) FROM app.{table} WHERE tenant_id = {}",
            town.id
        );
        counts.push(sql.value(&query).await.unwrap());
    }
    counts
}

async fn acts(world: &World, town: &Town) -> Vec<String> {
    world
        .superuser()
        .await
        .list(&format!(
            "SELECT act || ' ' || object_id FROM app.audit_event WHERE tenant_id = {}
             AND act LIKE 'registration.%' ORDER BY id",
            town.id
        ))
        .await
}

#[tokio::test]
async fn r_del_1_the_list_is_of_those_who_never_submitted() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let (idle, begun, submitted) = (
        town.teacher().await,
        town.teacher().await,
        town.teacher().await,
    );
    town.draft(&begun).await;
    town.submitted(&submitted).await;
    elsewhere.teacher().await;
    let app = world.app();
    let list = app.not_applied(&coordinator, "", None).await.unwrap();
    let found: Vec<i64> = list.rows.iter().map(|row| row.account_id).collect();
    assert_eq!(found, [idle.account.0, begun.account.0]);
    let searched = app.not_applied(&coordinator, &begun.login, None).await;
    let found: Vec<i64> = searched
        .unwrap()
        .rows
        .iter()
        .map(|row| row.account_id)
        .collect();
    assert_eq!(found, [begun.account.0]);
    let refused = app.not_applied(&idle, "", None).await;
    assert!(matches!(refused, Err(app::Error::Forbidden)));
    // The number on the home page is that of the list.
    let counts = app.municipal_counts(&coordinator).await.unwrap();
    assert_eq!(counts.not_applied, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_del_1_each_is_answered_for_itself_and_nobody_gets_two_links() {
    let world = World::own().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let (first, second, foreign) = (
        town.teacher().await,
        town.teacher().await,
        elsewhere.teacher().await,
    );
    let site = world.serve().await;
    let browser = site.browser_of(&coordinator).await;
    let page = browser.get(PAGE).await;
    let none = browser.send(&page.form("Отправить уведомление"), &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut form = page.form("Отправить уведомление").anew();
    for person in [&first, &foreign] {
        let id = cabinet(&world, person).await.to_string();
        form.fields.push(("person".to_owned(), id));
    }
    let answer = browser.send(&form, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.told());
    assert!(answer.body.contains("Отправлено уведомлений: 1 из 2."));
    assert_eq!(letters(&world, &first).await, 1);
    assert_eq!(letters(&world, &foreign).await, 0);
    let token = world.deletion_token(&first).await;
    assert!(!answer.body.contains(&token));
    // Both at once, thrice: the link that lives stays, the other gets one.
    let both = [
        cabinet(&world, &first).await,
        cabinet(&world, &second).await,
    ];
    for _ in 0..3 {
        world
            .app()
            .notify_not_applied(&coordinator, &both)
            .await
            .unwrap();
    }
    assert_eq!(letters(&world, &first).await, 1);
    assert_eq!(letters(&world, &second).await, 1);
    assert_eq!(world.deletion_token(&first).await, token);
    let again = world.app().notify_not_applied(&coordinator, &both).await;
    let words = again.unwrap()[0].2.as_ref().unwrap_err().to_string();
    assert!(
        words.starts_with("Уведомление уже отправлено, ссылка в нём действует до "),
        "{words}"
    );
    // After its days a new one is sent, and only that one works.
    let later = world.now() + chrono::Duration::days(15);
    world.set_now(&later.to_rfc3339());
    let dead = world.app().deletion_link(&token).await.unwrap();
    assert_eq!(dead.state, State::Expired);
    let fresh = offered(&world, &coordinator, &first).await;
    assert_ne!(fresh, token);
    let replaced = world.app().deletion_link(&token).await;
    assert!(matches!(replaced, Err(app::Error::NotFound)));
    let open = world.app().deletion_link(&fresh).await.unwrap();
    assert_eq!(open.state, State::Open);
    // Who has submitted is not asked any more.
    town.submitted(&second).await;
    let answers = world
        .app()
        .notify_not_applied(&coordinator, &both[1..])
        .await;
    assert!(matches!(answers.unwrap()[0].2, Err(app::Error::NotFound)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_del_1_the_link_erases_everything_of_the_person() {
    let world = World::shared().await;
    let town = world.town().await;
    let (coordinator, neighbour) = (town.coordinator().await, town.teacher().await);
    town.draft(&neighbour).await;
    // The place of work is not the person's.
    let place = town.organisation("municipal").await;
    let before = counts(&world, &town).await;
    let empty = traces(&world, &neighbour).await;
    assert!(
        empty.contains(&"card.membership_id".to_owned()),
        "{empty:?}"
    );

    // A person with everything one can have before submitting.
    let leaver = town.teacher_of(place).await;
    let ready = town.ready(&leaver).await;
    let key: String = {
        let mut sql = world.superuser().await;
        let query = format!(
            "SELECT s3_key FROM app.file WHERE application_id = {} ORDER BY id LIMIT 1",
            ready.id
        );
        let key: String = sql.value(&query).await.unwrap();
        sql.script(&format!(
            "INSERT INTO app.transfer (tenant_id, public_id, to_tenant_id, kind, subject_id, account_id, name, reason, asked_by)
               SELECT {0}, gen_random_uuid(), min(id), 'teacher', {1}, {2}, 'Иванова Мария', 'Переезд', {2}
               FROM app.municipality WHERE id <> {0};
             INSERT INTO app.organisation_request (tenant_id, public_id, membership_id, account_id, type, name)
               VALUES ({0}, gen_random_uuid(), {1}, {2}, 'obshchee', 'Новая школа');
             INSERT INTO app.preview (tenant_id, application_id, file_id, folder)
               SELECT tenant_id, application_id, id, 't/{0}/preview/' || gen_random_uuid() FROM app.file f
               WHERE f.application_id = {3} AND NOT EXISTS (SELECT FROM app.preview p WHERE p.file_id = f.id) LIMIT 1;
             INSERT INTO app.upload (public_id, account_id, name, size) VALUES (gen_random_uuid(), {2}, 'скан.pdf', 1)",
            town.id, leaver.membership, leaver.account.0, ready.id
        ))
        .await;
        key
    };
    let token = offered(&world, &coordinator, &leaver).await;
    let site = world.serve().await;
    let own = site.browser_of(&leaver).await;
    let browser = site.browser();
    let path = format!("/registration/delete/{token}");

    // Looking erases nothing, however often a scanner of letters looks.
    let full = counts(&world, &town).await;
    let shown = browser.get(&path).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.told());
    assert_eq!(shown.heading(), "Удаление регистрации");
    for words in [
        leaver.login.as_str(),
        "1 неподанное заявление",
        "Учётная запись",
    ] {
        assert!(shown.body.contains(words), "{words}: {}", shown.told());
    }
    let referrer = ("referrer-policy".to_owned(), "no-referrer".to_owned());
    assert!(shown.headers.contains(&referrer), "{:?}", shown.headers);
    browser.get(&path).await;
    assert_eq!(counts(&world, &town).await, full);

    let done = browser.submit(&shown, BUTTON, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let told = browser.follow(done).await;
    assert!(told.body.contains("Регистрационные данные удалены"));
    assert!(told.body.contains("уже удалены"), "{}", told.told());
    assert_eq!(traces(&world, &leaver).await, Vec::<String>::new());
    // What is left is the row that tells it was done, without whose it was.
    let mut after = counts(&world, &town).await;
    let stone = |line: &String| line.starts_with("deletion ");
    assert!(after.iter().any(|line| line == "deletion 1"));
    after.retain(|line| !stone(line));
    // The coordinator has been told of the transfer that was asked for.
    let told = |line: &String| line.replace("letter 0", "letter 1");
    let mut expected: Vec<String> = before.iter().map(told).collect();
    expected.retain(|line| !stone(line));
    assert_eq!(after, expected, "of the others nothing is gone");
    let mut sql = world.superuser().await;
    let account = format!(
        "SELECT count(*) FROM app.account WHERE id = {}",
        leaver.account.0
    );
    assert_eq!(sql.value::<i64>(&account).await, Ok(0));
    let deleted = format!("registration.delete {}", leaver.membership);
    assert_eq!(acts(&world, &town).await, [deleted]);
    let erased = format!(
        "SELECT count(*) FROM app.audit_event WHERE act = 'account.erase' AND object_id = {}",
        leaver.account.0
    );
    assert_eq!(sql.value::<i64>(&erased).await, Ok(1));
    // The session is over, nobody signs in, and the link says that it is done.
    let next = own.get("/teacher").await;
    assert_eq!(next.status, StatusCode::SEE_OTHER, "{}", next.told());
    let refused = site.browser().sign_in("/login", &leaver.login).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = world.app().delete_registration(&token).await.unwrap();
    assert_eq!(again.state, State::Done);
    assert_eq!(acts(&world, &town).await.len(), 1);
    // The worker deletes the objects.
    let orphans = format!("SELECT count(*) FROM app.orphan WHERE key = '{key}'");
    assert_eq!(sql.value::<i64>(&orphans).await, Ok(1));
    world.app().clear_orphans().await.unwrap();
    assert_eq!(sql.value::<i64>(&orphans).await, Ok(0));
}

#[tokio::test]
async fn r_del_1_other_cabinets_stay() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let here = town.teacher().await;
    let school = town.also(&here, Role::School, here.organisation).await;
    let place = elsewhere.organisation("municipal").await;
    let there = elsewhere.also(&here, Role::Teacher, Some(place)).await;
    elsewhere.card(&there).await;
    town.card(&here).await;
    let token = offered(&world, &coordinator, &here).await;
    let offer = world.app().deletion_link(&token).await.unwrap();
    assert!(!offer.account_too);
    let deleted = world.app().delete_registration(&token).await.unwrap();
    assert_eq!((deleted.state, deleted.account_too), (State::Open, false));
    let mut sql = world.superuser().await;
    let left: Vec<i64> = sql
        .list(&format!(
            "SELECT id FROM app.membership WHERE account_id = {} ORDER BY id",
            here.account.0
        ))
        .await;
    assert_eq!(left, [school.membership, there.membership]);
    let cards: Vec<i32> = sql
        .list(&format!(
            "SELECT tenant_id FROM app.card WHERE account_id = {}",
            here.account.0
        ))
        .await;
    assert_eq!(cards, [elsewhere.id]);
    // The other cabinets work on, this one is closed.
    let app = world.app();
    app.ensure_open(&school).await.unwrap();
    app.ensure_open(&there).await.unwrap();
    assert!(matches!(
        app.ensure_open(&here).await,
        Err(app::Error::SignedOut)
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_del_1_what_was_submitted_meanwhile_is_not_erased() {
    let world = World::shared().await;
    let town = world.town().await;
    let (coordinator, teacher) = (town.coordinator().await, town.teacher().await);
    let token = offered(&world, &coordinator, &teacher).await;
    let site = world.serve().await;
    let browser = site.browser();
    let path = format!("/registration/delete/{token}");
    let shown = browser.get(&path).await;
    let application = town.submitted(&teacher).await;
    let pressed = browser.submit(&shown, BUTTON, &[]).await;
    assert_eq!(pressed.status, StatusCode::CONFLICT, "{}", pressed.told());
    assert!(pressed.body.contains("Вы подали заявление"));
    assert_eq!(application.status(&town).await, "under_review");
    assert_eq!(acts(&world, &town).await, Vec::<String>::new());
    let unknown = browser.get("/registration/delete/nobodys").await;
    assert_eq!(unknown.status, StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r_del_1_pressed_by_many_at_once_it_is_done_once() {
    let world = World::shared().await;
    let town = world.town().await;
    let (coordinator, teacher) = (town.coordinator().await, town.teacher().await);
    town.draft(&teacher).await;
    let token = offered(&world, &coordinator, &teacher).await;
    let presses = (0..8).map(|_| {
        let (app, token) = (world.app().clone(), token.clone());
        tokio::spawn(async move { app.delete_registration(&token).await.unwrap().state })
    });
    let mut done = 0;
    for press in futures::future::join_all(presses).await {
        match press.unwrap() {
            State::Open => done += 1,
            state => assert_eq!(state, State::Done),
        }
    }
    assert_eq!(done, 1);
    assert_eq!(acts(&world, &town).await.len(), 1);
}

/// Who withdraws its consent and never submitted is erased in every municipality (R-CONS-1).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_cons_1_who_never_submitted_is_erased_everywhere() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let teacher = town.teacher().await;
    town.ready(&teacher).await;
    // Signed in before there is a second cabinet to choose from.
    let site = world.serve().await;
    let browser = site.browser_of(&teacher).await;
    let place = elsewhere.organisation("municipal").await;
    let there = elsewhere.also(&teacher, Role::Teacher, Some(place)).await;
    elsewhere.card(&there).await;
    let page = browser.get("/profile/consent").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    let done = browser
        .submit(&page, "Отозвать согласие и удалить данные", &[])
        .await;
    assert_eq!(done.location.as_deref(), Some("/login"), "{}", done.told());
    assert_eq!(traces(&world, &teacher).await, Vec::<String>::new());
    assert_eq!(traces(&world, &there).await, Vec::<String>::new());
    let mut sql = world.superuser().await;
    let told: Vec<String> = sql
        .list(&format!(
            "SELECT act FROM app.audit_event WHERE act = 'registration.delete' AND object_id IN ({}, {})
             OR act = 'account.erase' AND object_id = {2} OR act = 'account.consent_withdraw' AND account_id = {2}
             ORDER BY act",
            teacher.membership, there.membership, teacher.account.0
        ))
        .await;
    assert_eq!(
        told,
        [
            "account.consent_withdraw",
            "account.erase",
            "registration.delete",
            "registration.delete"
        ]
    );
    let next = browser.get("/teacher").await;
    assert_eq!(next.status, StatusCode::SEE_OTHER, "{}", next.told());
}

/// Whoever has a live application, or works here, is not erased.
#[tokio::test]
async fn r_cons_1_what_hinders_is_told_and_nothing_is_done() {
    let world = World::shared().await;
    let town = world.town().await;
    let live = town.teacher().await;
    town.submitted(&live).await;
    for (person, why) in [
        (&live, Hindrance::Live),
        (&town.expert().await, Hindrance::Staff),
        (&town.coordinator().await, Hindrance::Staff),
        (&world.admin().await, Hindrance::Staff),
    ] {
        let own = app::accounts::Person {
            account: person.account,
            epoch: person.epoch,
            request: Uuid::now_v7(),
        };
        let before = traces(&world, person).await;
        let app = world.app();
        let told = app.consent_withdrawal(own).await.unwrap();
        assert_eq!(told.hindrance, Some(why));
        let told = app.withdraw_consent(own).await.unwrap();
        assert_eq!(told.hindrance, Some(why));
        assert_eq!(traces(&world, person).await, before);
        app.ensure_open(person).await.unwrap();
    }
}

/// Every table of a municipality goes with its person by the catalogue, or is one of these: a new
/// table that is neither would be forgotten.
#[tokio::test]
async fn r_del_1_no_table_is_forgotten() {
    // By name in migrations/0027: letters, transfers, the membership itself. The others are about no
    // teacher, or about nobody before something was submitted.
    const NAMED: [&str; 9] = [
        "handover",
        "handover_row",
        "invitation",
        "membership",
        "municipal_schedule",
        "municipality_export",
        "organisation",
        "registration",
        "transfer",
    ];
    let world = World::shared().await;
    let mut sql = world.superuser().await;
    let all: Vec<String> = sql.list("SELECT app.tenant_tables()").await;
    let by_catalogue: BTreeSet<String> = sql
        .list::<String>("SELECT app.of_applications() UNION SELECT t FROM app.of_memberships()")
        .await
        .into_iter()
        .collect();
    assert!(
        all.len() > 25 && by_catalogue.len() > 20,
        "{by_catalogue:?}"
    );
    let forgotten: Vec<&String> = all
        .iter()
        .filter(|table| !by_catalogue.contains(*table) && !NAMED.contains(&table.as_str()))
        .collect();
    assert!(forgotten.is_empty(), "who erases these? {forgotten:?}");
    let twice: Vec<&&str> = NAMED
        .iter()
        .filter(|table| by_catalogue.contains(**table))
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[tokio::test]
async fn r_del_1_who_was_transferred_with_a_final_application_has_submitted() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let teacher = town.teacher().await;
    let token = offered(&world, &coordinator, &teacher).await;
    let id = cabinet(&world, &teacher).await;
    let come = format!(
        "SET session_replication_role = replica;
         UPDATE app.membership SET submitted_before = true WHERE id = {}",
        teacher.membership
    );
    world.superuser().await.script(&come).await;
    let list = world.app().not_applied(&coordinator, "", None).await;
    assert!(list.unwrap().rows.is_empty());
    let again = world.app().notify_not_applied(&coordinator, &[id]).await;
    assert!(again.is_err() || again.unwrap().iter().all(|(.., done)| done.is_err()));
    let site = world.serve().await;
    let page = format!("/registration/delete/{token}");
    let shown = site.browser().get(&page).await;
    assert_eq!(shown.status, StatusCode::CONFLICT, "{}", shown.told());
    assert!(!shown.body.contains(BUTTON));
}
