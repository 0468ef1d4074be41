//! The life of a municipality in the administrator's console: added with its first
//! coordinator's invitation, changed, found; what is wrong is said beside its field.

use reqwest::StatusCode;
use tests::{Browser, Page, Site, World};
use uuid::Uuid;

const LIST: &str = "/admin/municipalities";
const NEW: &str = "/admin/municipalities/new";

/// Letters only: a name and a slug nobody else has.
fn unique(prefix: &str) -> String {
    let random = Uuid::new_v4().simple().to_string();
    let letters = random.bytes().map(|b| char::from(b'a' + b % 26));
    format!("{prefix}{}", letters.take(12).collect::<String>())
}

async fn administrator(world: &World, site: &Site) -> Browser {
    site.browser_of(&world.admin().await).await
}

async fn add(browser: &Browser, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(NEW).await;
    browser.submit(&page, "Добавить", fields).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_municipality_comes_with_its_coordinator() {
    let world = World::shared().await;
    let site = world.serve().await;
    let browser = administrator(&world, &site).await;
    let slug = unique("m-");
    let name = format!("Район {slug}");
    let added = add(
        &browser,
        &[
            ("Название", &name),
            ("Контакты для публикации", "Петрова, 8 3822 00-00-00"),
            ("E-mail координатора", "first@example.test"),
        ],
    )
    .await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.told());
    let page = browser.follow(added).await;
    assert_eq!(page.heading(), name);
    // The slug came of the name.
    let slug = format!("rayon-{slug}");
    assert!(page.body.contains(&format!("/m/{slug}/login")), "{slug}");
    assert!(page.body.contains("first@example.test"));
    let town = world.town_called(&slug).await;
    let found = format!("{LIST}?search={}", &slug[6..]);
    assert!(browser.get(&found).await.body.contains("без координатора"));
    let letters = format!(
        "SELECT count(*) FROM app.letter WHERE tenant_id = {} AND kind = 'invitation'",
        town.id
    );
    let mut sql = world.superuser().await;
    assert_eq!(sql.value::<i64>(&letters).await, Ok(1));

    let token = world.invitation_token(&town).await;
    let invited = world.town().await.teacher().await;
    let accepted = world.app().accept_invitation(invited.as_person(), &token);
    accepted.await.unwrap();
    let list = browser.get(&found).await;
    assert!(!list.body.contains("без координатора"), "{}", list.told());
    // Whoever invited sees who came, and nothing else of the person.
    let page = browser.get(&page.path).await;
    assert!(page.body.contains(&invited.login) && page.body.contains("принято"));
    assert!(!page.body.contains("Иванова"));
    let acts = format!(
        "SELECT act FROM app.audit_event WHERE tenant_id = {} AND role = 'admin' ORDER BY id",
        town.id
    );
    let acts: Vec<String> = sql.list(&acts).await;
    assert_eq!(acts, ["municipality.add", "invitation.first"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_stand_beside_their_fields() {
    let world = World::shared().await;
    let site = world.serve().await;
    let browser = administrator(&world, &site).await;
    let other = world.town().await;
    let shouted = other.name.to_uppercase();
    for (fields, faults) in [
        (vec![], 1),
        (
            vec![
                ("Название", shouted.as_str()),
                ("Краткое имя в адресе", &other.slug),
            ],
            2,
        ),
        (vec![("Название", "Удаленный муниципалитет 7")], 1),
        (vec![("Название", "№ 5")], 1),
        (
            vec![
                ("Название", ""),
                ("Краткое имя в адресе", "два слова"),
                ("E-mail координатора", "никто"),
            ],
            3,
        ),
    ] {
        let page = add(&browser, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert_eq!(page.errors().len(), faults, "{fields:?}: {}", page.told());
        for (_, typed) in fields {
            assert!(page.body.contains(typed), "{typed} is lost");
        }
    }
    // The name of a removed one stays taken, too.
    let removed = world.town().await;
    let remove = format!(
        "UPDATE app.municipality SET status = 'removed' WHERE id = {}",
        removed.id
    );
    world.superuser().await.run(&remove).await.unwrap();
    let page = add(&browser, &[("Название", &removed.name)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_slug_ends_the_old_addresses() {
    let world = World::shared().await;
    let site = world.serve().await;
    let browser = administrator(&world, &site).await;
    let town = world.town().await;
    let path = format!("{LIST}/{}", town.public_id().await);
    let before = browser.get(&path).await;
    let (name, slug) = (format!("{} новый", town.name), unique("n"));
    let typed = [
        ("Название", name.as_str()),
        ("Краткое имя в адресе", &slug),
        ("Контакты для публикации", "Сидоров"),
    ];
    let saved = browser.submit(&before, "Сохранить", &typed).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.told());
    let door = site.browser();
    let gone = door.get(&format!("/m/{}/login", town.slug)).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let open = door.get(&format!("/m/{slug}/login")).await;
    assert!(open.body.contains(&name) && open.body.contains("Сидоров"));
    // The form shown before is stale now.
    let form = before.filled("Сохранить", &typed).anew();
    let stale = browser.send(&form, &[]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_invites_coordinators_and_nobody_else() {
    let world = World::shared().await;
    let site = world.serve().await;
    let browser = administrator(&world, &site).await;
    let town = world.town().await;
    town.coordinator().await;
    let path = format!("{LIST}/{}", town.public_id().await);
    let page = browser.get(&path).await;
    let typed = [("E-mail координатора", "second@example.test")];
    let invited = browser.submit(&page, "Пригласить", &typed).await;
    assert_eq!(invited.status, StatusCode::SEE_OTHER, "{}", invited.told());
    let first = world.invitation_token(&town).await;
    let page = browser.follow(invited).await;
    let again = browser.submit(&page, "Отправить повторно", &[]).await;
    let page = browser.follow(again).await;
    let second = world.invitation_token(&town).await;
    assert_ne!(first, second);
    let guest = site.browser();
    let old = guest.get(&format!("/invitation/{first}")).await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
    browser.submit(&page, "Отозвать", &[]).await;
    let revoked = guest.get(&format!("/invitation/{second}")).await;
    assert_eq!(revoked.status, StatusCode::GONE);
    assert!(browser.get(&path).await.body.contains("отозвано"));
    // Experts and school coordinators are the municipality's own matter (R-ACC-3).
    let staff = app::invitations::Invite {
        emails: "expert@example.test".to_owned(),
        role: "expert".to_owned(),
        municipality: town.public_id().await.to_string(),
        organisation: String::new(),
    };
    let admin = world.admin().await;
    let refused = world.app().invite(&admin, &staff).await;
    assert!(matches!(refused, Err(app::Error::Forbidden)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_see_each_municipality_with_its_numbers() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let application = town.submitted(&teacher).await;
    town.expert().await;
    let browser = site.browser_of(&world.operator().await).await;
    let page = browser.get("/operator/municipalities").await;
    let id = town.public_id().await;
    let list = format!("/operator/applications?municipality={id}");
    let links = page.links();
    assert!(links.contains(&list), "{links:?}");
    assert!(links.contains(&format!("{list}&state=under_review")));
    assert!(!links.contains(&format!("{list}&state=registered")));
    assert!(page.body.contains("без координатора"));
    let listed = browser.get(&format!("{list}&state=under_review")).await;
    assert!(listed.body.contains(&application.public_id.to_string()));
    // One that is suspended stays among them, and says so.
    town.suspend().await;
    let page = browser.get("/operator/municipalities").await;
    assert!(page.body.contains("приостановлен") && page.links().contains(&list));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_very_many_municipalities_one_is_named() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let submitted = town.submitted(&town.teacher().await).await;
    let registered = town.registered(&town.teacher().await, &coordinator).await;
    let (submitted, registered) = (
        submitted.public_id.to_string(),
        registered.public_id.to_string(),
    );
    let mut sql = world.superuser().await;
    let name: String = sql
        .value("UPDATE app.municipality SET name = 'Ёлкин округ' WHERE id = (SELECT max(id) FROM app.municipality) RETURNING name")
        .await
        .unwrap();
    sql.script(
        "INSERT INTO app.municipality (public_id, slug, name)
         SELECT gen_random_uuid(), 'many-' || n, 'Многий район ' || n FROM generate_series(1, 201) n",
    )
    .await;
    let browser = site.browser_of(&world.operator().await).await;
    let id = town.public_id().await;
    let field = |value: &str| format!(r#"name="municipality" type="text" value="{value}""#);
    for (list, case) in [
        ("/operator/applications", &submitted),
        ("/operator/journal", &registered),
        ("/operator/schedule", &registered),
        ("/operator/print", &registered),
        ("/operator/orders", &registered),
        ("/operator/conclusions", &registered),
    ] {
        let page = async |typed: &str| {
            browser
                .get(&format!("{list}?state=all&municipality={typed}"))
                .await
        };
        let all = page("").await;
        assert!(all.body.contains(r#"name="municipality""#), "{list}");
        assert!(!all.body.contains("Многий район 1<"), "{list}");
        for typed in [id.to_string(), name.clone(), "елкин".to_owned()] {
            let found = page(&typed).await;
            assert!(
                found.errors().is_empty(),
                "{list}, {typed}: {}",
                found.told()
            );
            assert!(found.body.contains(&field(&name)), "{list}, {typed}");
        }
        let several = page("многий район").await;
        assert!(
            several
                .body
                .contains("Введите название точнее, подходят: Многий район 1, "),
            "{list}"
        );
        assert!(
            !several.body.contains(case),
            "{list}: nothing is narrowed to"
        );
        let exact = page("многий район 2").await;
        assert!(exact.body.contains(&field("Многий район 2")), "{list}");
        let none = page("Нигде").await;
        assert!(none.body.contains("Такого муниципалитета нет"), "{list}");
        assert!(!none.body.contains(case), "{list}");
    }
    for (list, case) in [
        ("/operator/applications", &submitted),
        ("/operator/schedule", &registered),
    ] {
        for typed in ["", "Ёлкин"] {
            let page = browser.get(&format!("{list}?municipality={typed}")).await;
            assert!(page.body.contains(case), "{list}, {typed}");
        }
    }
}

#[tokio::test]
async fn the_host_does_what_the_console_does() {
    use app::municipalities::{By, Typed, Which};
    let world = World::shared().await;
    let slug = unique("h");
    let typed = Typed {
        name: format!("Округ {slug}"),
        slug: slug.clone(),
        kind: "муниципальный округ".to_owned(),
        email: "first@example.test".to_owned(),
        ..Typed::default()
    };
    let app = world.app();
    let added = app.add_municipality(By::Host, &typed).await.unwrap();
    let link = added.link.unwrap();
    assert!(link.starts_with("/invitation/"), "{link}");
    // Named again it is found, and a coordinator is invited with a new link.
    let again = app.add_municipality(By::Host, &typed).await.unwrap();
    assert_eq!(again.public_id, added.public_id);
    assert_ne!(again.link.unwrap(), link);
    let entry = app.municipality_entry(By::Host, Which::Slug(&slug)).await;
    let entry = entry.unwrap();
    assert_eq!(entry.kind, "муниципальный округ");
    let suspended = app.suspend_municipality(By::Host, added.public_id, entry.version);
    suspended.await.unwrap();
    let twice = app
        .suspend_municipality(By::Host, added.public_id, entry.version + 1)
        .await;
    assert!(matches!(twice, Err(app::Error::Illegal(_))), "{twice:?}");
    let nobodys = format!(
        "SELECT act FROM app.audit_event WHERE tenant_id = {} AND account_id IS NULL AND role = '' ORDER BY id",
        entry.id
    );
    let acts: Vec<String> = world.superuser().await.list(&nobodys).await;
    assert_eq!(
        acts,
        [
            "municipality.add",
            "invitation.first",
            "invitation.first",
            "municipality.suspend"
        ]
    );
}
