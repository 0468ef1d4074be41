//! «Журнал действий» as an administrator uses it, and what `ctl` checks beside the audit.

use app::{audit::Filter, verify::Depth};
use reqwest::StatusCode;
use tests::{Browser, Page, World, world::BEGINNING};

use crate::seed::full;

const PATH: &str = "/admin/audit";

async fn shown(browser: &Browser, page: &Page, typed: &[(&str, &str)]) -> Page {
    let form = page.form("Показать");
    let mut fields = form.fields.clone();
    for (label, value) in typed {
        let (_, name) = form
            .labels
            .iter()
            .find(|(known, _)| known == label)
            .unwrap();
        fields.retain(|(known, _)| known != name);
        fields.push((name.clone(), (*value).to_owned()));
    }
    let query: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    browser
        .get(&format!("{}?{}", form.action, query.join("&")))
        .await
}

/// The words in the cells of the list, row by row.
fn rows(page: &Page) -> usize {
    page.body.matches("<tr").count().saturating_sub(1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_is_filtered_paged_and_taken_away() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    town.registered(&town.teacher().await, &coordinator).await;
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "INSERT INTO app.audit_event (tenant_id, account_id, role, act, outcome)
         SELECT {}, {}, 'municipal', 'people.list', CASE WHEN n % 2 = 0 THEN 'refused' ELSE 'done' END
         FROM generate_series(1, 120) n",
        town.id, coordinator.account.0
    ))
    .await;
    let site = world.serve().await;
    let admin = world.admin().await;
    let browser = site.browser_of(&admin).await;
    let page = browser.get(PATH).await;
    assert_eq!(page.heading(), "Журнал действий");
    assert_eq!(rows(&page), 50);
    assert!(
        page.body.contains("Просмотр списка пользователей")
            && page.body.contains("Печатей пока нет.")
    );
    let next = page
        .links()
        .into_iter()
        .find(|link| link.contains("after="))
        .unwrap();
    assert_eq!(rows(&browser.get(&next).await), 50);

    let account = coordinator.account.0.to_string();
    let of = shown(
        &browser,
        &page,
        &[
            ("Номер учётной записи", &account),
            ("Действие", "people.list"),
            ("Исход", "refused"),
        ],
    )
    .await;
    assert_eq!(rows(&of), 50, "{}", of.told());
    let rest = of
        .links()
        .into_iter()
        .find(|link| link.contains("after="))
        .unwrap();
    assert_eq!(
        rows(&browser.get(&rest).await),
        10,
        "the filter goes on to the next page"
    );
    let none = shown(&browser, &page, &[("Период по", "01.01.2020")]).await;
    assert!(none.body.contains("Записей нет."), "{}", none.told());
    let wrong = shown(
        &browser,
        &page,
        &[
            ("Период с", "31.02.2026"),
            ("Номер учётной записи", "Иванова"),
        ],
    )
    .await;
    assert_eq!(
        (wrong.status, wrong.errors().len()),
        (StatusCode::UNPROCESSABLE_ENTITY, 2)
    );

    let csv = browser
        .get(&format!(
            "{PATH}?format=csv&act=people.list&account={account}"
        ))
        .await;
    assert_eq!(csv.content_type, "text/csv; charset=utf-8");
    let lines: Vec<&str> = csv.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 121);
    assert_eq!(
        lines[0],
        "Время;Муниципалитет;Роль;Кто;Действие;Объект;Исход;Запрос"
    );
    assert!(
        lines[1].contains(&format!(";{};", town.name)) && lines[1].contains(";отказано;"),
        "{}",
        lines[1]
    );
    let xlsx = browser.get(&format!("{PATH}?format=xlsx")).await;
    assert!(xlsx.body.starts_with("PK") && xlsx.content_type.ends_with("spreadsheetml.sheet"));
    let exports: i64 = sql
        .value("SELECT count(*) FROM app.audit_event WHERE act = 'audit.export'")
        .await
        .unwrap();
    assert_eq!(exports, 2);

    world.ensure_vault().await;
    while !world
        .app()
        .seal_audit(std::time::Duration::ZERO)
        .await
        .unwrap()
    {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(browser.get(PATH).await.body.contains("Запечатано до "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_74_exports_above_the_hours_limit_are_refused() {
    let world = World::shared().await;
    let site = world.serve_with_exports(1).await;
    let browser = site.browser_of(&world.admin().await).await;
    let path = format!("{PATH}?format=csv&to=01.01.2020");
    assert_eq!(browser.get(&path).await.status, StatusCode::OK);
    assert_eq!(
        browser.get(&path).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(
        browser.get(PATH).await.status,
        StatusCode::OK,
        "looking is not limited"
    );
}

/// Whatever the list is filtered by, it walks an index in order: nothing is sorted.
#[tokio::test]
async fn the_audit_walks_an_index() {
    let world = World::own().await;
    let mut sql = world.superuser().await;
    sql.script(
        "INSERT INTO app.audit_event (tenant_id, account_id, role, act, outcome)
         SELECT n % 20, n % 300, 'municipal', 'test.act' || chr(97 + n % 20), CASE WHEN n % 50 = 0 THEN 'refused' ELSE 'done' END
         FROM generate_series(1, 20000) n;
         ANALYZE app.audit_event; SET plan_cache_mode = force_generic_plan; SET enable_sort = off; SET enable_seqscan = off",
    )
    .await;
    for lead in [
        "",
        "AND account_id = $3",
        "AND tenant_id = $3",
        "AND act = 'test.acta'",
        "AND outcome = 'refused'",
    ] {
        sql.script(&format!(
            "PREPARE list (timestamptz, bigint, int) AS SELECT * FROM app.audit_event e WHERE (at, id) < ($1, $2)
             AND at >= '1970-01-01' AND ($3::int IS NULL OR tenant_id = $3 OR true) {lead}
             ORDER BY at DESC, id DESC LIMIT 51"
        ))
        .await;
        let plan: Vec<String> = sql.list("EXPLAIN EXECUTE list ('9999-01-01', 1, 7)").await;
        let plan = plan.join("\n");
        assert!(
            plan.contains("Index Scan Backward") && !plan.contains("Sort"),
            "{lead}: {plan}"
        );
        sql.script("DEALLOCATE list").await;
    }
}

#[tokio::test]
async fn r_app_5_the_first_bad_line_of_the_journal_is_named() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    for _ in 0..4 {
        town.registered(&town.teacher().await, &coordinator).await;
    }
    let journal = world.app().verify_journal().await.unwrap();
    assert_eq!((journal.lines, journal.fault), (4, None));
    let year: i32 = BEGINNING[..4].parse().unwrap();
    let mut sql = world.superuser().await;
    sql.script("SET session_replication_role = replica; SET search_path = app; CREATE TEMP TABLE kept AS SELECT * FROM registration").await;
    for (change, line, fault) in [
        (
            "UPDATE registration SET person = 'Другая' WHERE line = 2",
            2,
            "digest",
        ),
        (
            "UPDATE registration SET date = date + 1 WHERE line = 2",
            2,
            "hash",
        ),
        (
            "UPDATE registration SET previous = '\\x00' WHERE line = 3",
            3,
            "chain",
        ),
        ("DELETE FROM registration WHERE line = 2", 3, "hole"),
        ("DELETE FROM registration WHERE line = 4", 4, "end"),
        ("DELETE FROM registration", 4, "end"),
    ] {
        sql.script(change).await;
        let found = world.app().verify_journal().await.unwrap().fault;
        assert_eq!(found, Some((year, line, fault.to_owned())), "{change}");
        sql.script("TRUNCATE registration; INSERT INTO registration OVERRIDING SYSTEM VALUE SELECT * FROM kept").await;
    }
    // A year whose counter is gone would begin at one again.
    sql.script(
        "CREATE TEMP TABLE counted AS SELECT * FROM journal_counter; DELETE FROM journal_counter",
    )
    .await;
    let found = world.app().verify_journal().await.unwrap().fault;
    assert_eq!(found, Some((year, 4, "end".to_owned())));
    sql.script("INSERT INTO journal_counter SELECT * FROM counted")
        .await;
    // A line whose personal data were taken out still holds.
    sql.script(
        "UPDATE registration SET person = '', position = '', organisation = '' WHERE line = 2",
    )
    .await;
    assert_eq!(world.app().verify_journal().await.unwrap().fault, None);
}

#[tokio::test]
async fn a_document_that_is_not_as_received_is_named() {
    let world = World::own().await;
    let town = world.town().await;
    let application = town.draft(&town.teacher().await).await;
    let bytes = b"%PDF-1.7\n%%EOF";
    let stream = futures::stream::iter([Ok::<_, std::io::Error>(bytes.as_slice().into())]);
    let file = world
        .app()
        .receive("files", town.id, "a.pdf", stream)
        .await
        .unwrap();
    let mut sql = world.superuser().await;
    let sha: String = file
        .sha256
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let id: i64 = sql
        .value(&format!(
            "INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, by_role)
             VALUES ({}, gen_random_uuid(), {}, '{}', 'a.pdf', 'application/pdf', {}, '\\x{sha}', 'teacher') RETURNING id",
            town.id, application.id, file.key, file.size
        ))
        .await
        .unwrap();
    let verify = async |depth| {
        let documents = world.app().verify_documents(depth).await.unwrap();
        (documents.checked, documents.fault.map(|(file, _)| file))
    };
    let named = Some(format!("документ {id}"));
    assert_eq!(verify(Depth::Bytes).await, (1, None));
    sql.script("UPDATE app.file SET sha256 = sha256('another')")
        .await;
    assert_eq!(verify(Depth::Sizes).await, (1, None));
    assert_eq!(verify(Depth::Bytes).await, (1, named.clone()));
    sql.script("UPDATE app.file SET size = size + 1").await;
    assert_eq!(verify(Depth::Sizes).await, (1, named.clone()));
    world.app().discard(&[file]).await;
    assert_eq!(verify(Depth::Sizes).await, (1, named.clone()));
}

/// An order's file is looked at like a document, once however many municipalities it decides in.
#[tokio::test]
async fn an_order_that_is_not_as_received_is_named() {
    let world = World::own().await;
    let (town, elsewhere) = (full(&world).await, full(&world).await);
    let pdf = futures::stream::iter([Ok::<_, std::io::Error>("%PDF-1.7\n".into())]);
    let operator = world.operator().await;
    let app = world.app();
    let received = app.receive_order(&operator, "file", "1.pdf", pdf).await;
    let (key, mut sql) = (received.unwrap().key, world.superuser().await);
    sql.script(&format!(
        "SET session_replication_role = replica;
         DELETE FROM app.file;
         UPDATE app.decision SET order_id = (SELECT min(id) FROM app.order);
         UPDATE app.order SET s3_key = '{key}', size = 9, sha256 = sha256(convert_to(E'%PDF-1.7\\n', 'UTF8'));
         SET session_replication_role = origin;"
    ))
    .await;
    let verify = async |depth| {
        let documents = app.verify_documents(depth).await.unwrap();
        (documents.checked, documents.fault.map(|(which, _)| which))
    };
    assert_ne!(town.town.id, elsewhere.town.id);
    assert_eq!(verify(Depth::Bytes).await, (1, None));
    sql.script("UPDATE app.order SET sha256 = sha256('another')")
        .await;
    assert_eq!(verify(Depth::Sizes).await, (1, None));
    let id: i64 = sql.value("SELECT min(id) FROM app.order").await.unwrap();
    let named = Some(format!("распоряжение {id}"));
    assert_eq!(verify(Depth::Bytes).await, (1, named));
}

#[tokio::test]
async fn an_empty_filter_finds_everything() {
    let world = World::own().await;
    let admin = world.admin().await;
    let mut sql = world.superuser().await;
    let total: i64 = sql
        .value("SELECT count(*) FROM app.audit_event")
        .await
        .unwrap();
    let page = world
        .app()
        .audit(&admin, &Filter::default(), None)
        .await
        .unwrap();
    assert_eq!(page.entries.len() as i64, total.min(50));
}
