//! «Поиск»: what it finds, and that it finds nobody else's (SEC-12). How the database goes
//! about it stands in `plans`.

use std::collections::BTreeSet;

use domain::search::{SearchQuery, words};
use sqlx::Row as _;
use tests::{Login, Person, Session, Town, World, sql::Refused};

/// Names, and what people and others type.
const CORPUS: [&str; 16] = [
    "Иванова Мария Сергеевна",
    "ПЁТР Алёхин",
    "Римский-Корсаков Николай",
    "О'Коннор д’Артаньян",
    "и\u{306}ога Иог\u{306}а",
    "Қасымов Әли Ғани-қызы",
    "ОЛЄГ Їжак Ґава Іваненко",
    "Гасан оглы",
    "  12 ",
    "№ 0012/3",
    "'; DROP TABLE app.application; --",
    "а:* | !б & (в <-> г)",
    "\\ \\' '' :A:B* \u{1}\t\n",
    "\u{202e}Иванов\u{200b}а\u{ad}",
    "Ivan K\u{212a}elvin ＡＢ ß ﬁ",
    "%_* . + ? [а-я] {1} $1 $$",
];

#[tokio::test]
async fn the_database_folds_words_as_the_domain_does() {
    let world = World::shared().await;
    let mut texts: Vec<String> = CORPUS.iter().map(|&text| text.to_owned()).collect();
    // Each character of the basic plane between letters; unassigned ones depend on the version.
    texts.extend(('\u{1}'..='\u{fffd}').map(|c| format!("а{c}б{c} {c}Ж")));
    let mut sql = world.superuser().await;
    let folded = sqlx::query(
        "SELECT tsvector_to_array(app.search_words(said)) FROM unnest($1::text[]) said",
    )
    .bind(&texts)
    .fetch_all(sql.connection())
    .await
    .unwrap();
    let mut faults = Vec::new();
    for (text, row) in texts.iter().zip(folded) {
        let theirs: BTreeSet<String> = row.get::<Vec<String>, _>(0).into_iter().collect();
        let ours: BTreeSet<String> = words(text).into_iter().collect();
        if ours != theirs {
            faults.push(format!("{text:?}: {ours:?}, but {theirs:?}"));
        }
    }
    println!("search: {} texts folded alike", texts.len());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test]
async fn whatever_is_typed_reads_as_a_query() {
    let world = World::shared().await;
    let mut sql = world.superuser().await;
    let long = "х".repeat(100);
    for typed in CORPUS.iter().copied().chain([long.as_str()]) {
        let query = SearchQuery::parse(typed).and_then(|query| query.to_tsquery());
        let Some(query) = query else { continue };
        let read: i32 = sqlx::query_scalar("SELECT numnode($1::text::tsquery)")
            .bind(&query)
            .fetch_one(sql.connection())
            .await
            .unwrap();
        assert!(read > 0, "{typed:?}: {query}");
    }
}

/// Names an application and its applicant anew.
async fn rename(world: &World, application: &tests::Application, name: [&str; 3]) {
    let [surname, name, patronymic] = name;
    let set = format!("surname = '{surname}', name = '{name}', patronymic = '{patronymic}'");
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "UPDATE app.application SET {set} WHERE id = {0};
         UPDATE app.membership SET {set} WHERE id = (SELECT membership_id FROM app.application WHERE id = {0})",
        application.id
    ))
    .await;
}

#[tokio::test]
async fn people_are_found_by_words_in_any_order() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let one = town.submitted(&town.teacher().await).await;
    rename(&world, &one, ["Петров-Водкин", "Фёдор", "Ильич"]).await;
    let other = town.submitted(&town.teacher().await).await;
    rename(&world, &other, ["Петрова", "Федора", "Ивановна"]).await;
    let registered = town.registered(&town.teacher().await, &coordinator).await;
    let number: i32 = world
        .superuser()
        .await
        .value(&format!(
            "SELECT registered_number FROM app.application WHERE id = {}",
            registered.id
        ))
        .await
        .unwrap();
    let site = world.serve().await;
    let browser = site.browser_of(&coordinator).await;
    let find = async |typed: &str| {
        let query = reqwest::Url::parse_with_params(
            "http://x/municipal/applications",
            [("state", "all"), ("q", typed)],
        );
        let page = browser
            .get(&query.unwrap().as_str()["http://x".len()..])
            .await;
        assert!(page.body.contains("Поиск"), "{}", page.told());
        let seen = |application: &tests::Application| {
            page.body.contains(&application.public_id.to_string())
        };
        assert_eq!(
            page.body.contains("Ничего не найдено."),
            !(seen(&one) || seen(&other) || seen(&registered)),
            "{typed}"
        );
        (seen(&one), seen(&other), seen(&registered))
    };
    for (typed, found) in [
        ("петров", (true, true, false)),
        ("ФЕДОР петр", (true, true, false)),
        ("петров-водкин", (true, false, false)),
        ("водкин петров", (true, false, false)),
        ("Фёдора", (false, true, false)),
        ("ильич фёд", (true, false, false)),
        ("етров", (false, false, false)),
        ("петров сидор", (false, false, false)),
        (&number.to_string(), (false, false, true)),
        (&format!("№ {number}"), (false, false, true)),
        (&format!("{number}1"), (false, false, false)),
        ("' | !(", (false, false, false)),
        (&"п".repeat(300), (false, false, false)),
        ("", (true, true, true)),
    ] {
        assert_eq!(find(typed).await, found, "{typed}");
    }
    // The tab and what waits still hold.
    let waiting = browser
        .get(&format!("/municipal/applications?q={number}"))
        .await;
    assert!(
        waiting.body.contains("Ничего не найдено."),
        "{}",
        waiting.told()
    );
    let tab = browser
        .get("/municipal/applications?tab=simplified&state=all&q=%D0%BF")
        .await;
    assert!(
        !tab.body.contains(&one.public_id.to_string()),
        "{}",
        tab.told()
    );
    // People, by name and by the beginning of a login.
    let login = format!("/municipal/people?q={}", &coordinator.login[..10]);
    for (path, login, found) in [
        (
            "/municipal/people?q=%D0%B2%D0%BE%D0%B4%D0%BA",
            "Петров-Водкин",
            true,
        ),
        (&login, &coordinator.login, true),
        (&login, "Петров-Водкин", false),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.body.contains(login), found, "{path}: {}", page.told());
    }
}

/// The ids a query gives a session.
async fn ids(sql: &mut Session, query: &str) -> BTreeSet<i64> {
    sql.list::<i64>(query).await.into_iter().collect()
}

/// A municipality with an application of each kind, its people and a draft.
async fn filled(world: &World) -> (Town, Vec<Person>) {
    let town = world.town().await;
    let teacher = town.teacher().await;
    let coordinator = town.coordinator().await;
    let expert = town.expert().await;
    let registered = town.registered(&teacher, &coordinator).await;
    let waiting = town.submitted(&town.teacher().await).await;
    let draft = town.draft(&town.teacher().await).await;
    for application in [&registered, &waiting, &draft] {
        rename(world, application, ["Маркерова", "Мария", "Сергеевна"]).await;
    }
    let school = town.school(teacher.organisation.unwrap()).await;
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
             expert_membership_id, expert_account_id, expert_name, assigned_by)
         VALUES ({0}, {1}, {2}, 1, {0}, {3}, {4}, 'Эксперт', {5})",
        town.id, registered.id, teacher.account.0, expert.membership, expert.account.0, coordinator.account.0
    ))
    .await;
    (town, vec![coordinator, school, expert, teacher])
}

/// An organisation named, its applications are found; nobody's elsewhere, and no number's.
#[tokio::test]
async fn applications_are_found_by_their_organisation() {
    let world = World::own().await;
    let (town, other) = (world.town().await, world.town().await);
    let mut sql = world.superuser().await;
    let mut found = Vec::new();
    for (town, name) in [
        (&town, "Гимназия № 77 имени Ёлкина"),
        (&town, "Лицей № 5"),
        (&other, "Гимназия № 77"),
    ] {
        let organisation = town.organisation("municipal").await;
        sql.script(&format!(
            "UPDATE app.organisation SET name = '{name}' WHERE id = {organisation}"
        ))
        .await;
        found.push(town.submitted(&town.teacher_of(organisation).await).await);
    }
    let site = world.serve().await;
    let coordinator = site.browser_of(&town.coordinator().await).await;
    let operator = site.browser_of(&world.operator().await).await;
    for (browser, path, typed, expected) in [
        (
            &coordinator,
            "/municipal/applications",
            "гимназия 77",
            [true, false, false],
        ),
        (
            &coordinator,
            "/municipal/applications",
            "ЕЛКИН гимн",
            [true, false, false],
        ),
        (
            &coordinator,
            "/municipal/applications",
            "лицей",
            [false, true, false],
        ),
        (
            &coordinator,
            "/municipal/applications",
            "77",
            [false, false, false],
        ),
        (
            &operator,
            "/operator/applications",
            "гимназия 77",
            [true, false, true],
        ),
        (
            &operator,
            "/operator/applications",
            "77",
            [false, false, false],
        ),
    ] {
        let query = reqwest::Url::parse_with_params("http://x", [("q", typed)]).unwrap();
        let page = browser
            .get(&format!("{path}?{}", query.query().unwrap()))
            .await;
        let seen = [0, 1, 2].map(|n: usize| page.body.contains(&found[n].public_id.to_string()));
        assert_eq!(seen, expected, "{typed} at {path}: {}", page.told());
    }
}

const EVERYTHING: &str = "SELECT app.search_applications('!нет', '!нет')";
const EVERYBODY: &str = "SELECT app.search_people('!нет', '')";

/// Asked for everything, the search gives each what row-level security lets it read and has
/// been submitted, whatever it claims to be.
#[tokio::test]
async fn sec_12_the_search_finds_what_its_caller_reads() {
    let world = World::own().await;
    let (own, people) = filled(&world).await;
    let (foreign, others) = filled(&world).await;
    let operator = world.operator().await;
    let mut compared = 0;
    for person in people.iter().chain(&others).chain([&operator]) {
        let mut sql = person.sql().await;
        let mut seen = ids(
            &mut sql,
            "SELECT id FROM app.application WHERE submitted_at IS NOT NULL",
        )
        .await;
        let mut known = BTreeSet::new();
        match person.role.code() {
            // A teacher's own list is its home page.
            "teacher" => seen.clear(),
            "municipal" | "operator" => {
                known = ids(&mut sql, "SELECT id FROM app.membership").await
            }
            _ => {}
        }
        let found = ids(&mut sql, EVERYTHING).await;
        assert_eq!(found, seen, "{:?}", person.role);
        assert_eq!(
            found.is_empty(),
            person.role.code() == "teacher",
            "{:?}",
            person.role
        );
        if person.role.code() == "expert" {
            assert_eq!(
                sql.run(EVERYBODY).await,
                Err(Refused(Refused::PRIVILEGE.to_owned()))
            );
        } else {
            assert_eq!(ids(&mut sql, EVERYBODY).await, known, "{:?}", person.role);
        }
        compared += 1;
    }
    // Another's organisation, account or role claimed inside the own login and municipality.
    let [coordinator, school, expert, teacher] = &others[..] else {
        panic!("{others:?}", others = others.len())
    };
    for (person, key, value) in [
        (
            &people[1],
            "organisation",
            school.organisation.unwrap().to_string(),
        ),
        (&people[2], "account", expert.account.0.to_string()),
        (&people[2], "membership", expert.membership.to_string()),
        (&people[2], "tenant", foreign.id.to_string()),
        (&people[2], "role", "operator".to_owned()),
        (&people[0], "role", "operator".to_owned()),
        (&people[0], "account", coordinator.account.0.to_string()),
        (&people[3], "account", teacher.account.0.to_string()),
        (&people[0], "tenant", String::new()),
    ] {
        let mut sql = person.sql().await;
        let before = ids(&mut sql, EVERYTHING).await;
        sql.set(key, &value).await;
        let after = ids(&mut sql, EVERYTHING).await;
        assert!(
            after.is_subset(&before),
            "{:?} with another's {key}",
            person.role
        );
        compared += 1;
    }
    for login in [Login::Worker, Login::Admin, Login::Auth, Login::Public] {
        let mut sql = world.login(login).await;
        sql.set("tenant", &own.id.to_string()).await;
        sql.set("role", "municipal").await;
        for query in [EVERYTHING, EVERYBODY] {
            assert_eq!(
                sql.run(query).await,
                Err(Refused(Refused::PRIVILEGE.to_owned())),
                "{login:?}"
            );
            compared += 1;
        }
    }
    println!("SEC-12: {compared} searches for everything compared with what may be read");
}

/// The pages: a marker of another municipality is on none, whatever is typed.
#[tokio::test]
async fn sec_12_search_pages_never_show_anothers() {
    let world = World::shared().await;
    let (_, people) = filled(&world).await;
    let elsewhere = world.town().await;
    let school = elsewhere
        .school(elsewhere.organisation("municipal").await)
        .await;
    let outsiders = [
        elsewhere.coordinator().await,
        school,
        elsewhere.expert().await,
    ];
    let site = world.serve().await;
    let pages = |person: &Person| match person.role.code() {
        "municipal" => vec![
            "/municipal/applications?state=all&q=",
            "/municipal/people?q=",
        ],
        "school" => vec!["/school/applications?state=registered&q="],
        _ => vec!["/expert?q="],
    };
    let mut asked = 0;
    // «маркер», «мария маркерова», «а»
    let typed = [
        "%D0%BC%D0%B0%D1%80%D0%BA%D0%B5%D1%80",
        "%D0%BC%D0%B0%D1%80%D0%B8%D1%8F+%D0%BC%D0%B0%D1%80%D0%BA%D0%B5%D1%80",
        "%D0%BC",
        "%27+%7C+%21%D0%B0",
        "",
    ];
    for person in &outsiders {
        let browser = site.browser_of(person).await;
        for path in pages(person) {
            for typed in typed {
                let page = browser.get(&format!("{path}{typed}")).await;
                assert_eq!(page.status, 200, "{path}");
                assert!(
                    !page.body.contains("Маркерова"),
                    "{:?} {path}{typed}",
                    person.role
                );
                asked += 1;
            }
        }
    }
    // It is not that nobody finds it.
    for person in &people[..3] {
        let browser = site.browser_of(person).await;
        for path in pages(person) {
            let page = browser.get(&format!("{path}{}", typed[1])).await;
            assert!(
                page.body.contains("Маркерова"),
                "{:?} {path}: {}",
                person.role,
                page.told()
            );
        }
    }
    let browser = site.browser_of(&world.operator().await).await;
    for path in ["/operator/applications?q=", "/operator/people?q="] {
        let page = browser.get(&format!("{path}{}", typed[0])).await;
        assert!(page.body.contains("Маркерова"), "{path}: {}", page.told());
    }
    println!("SEC-12: {asked} pages searched from outside");
}
