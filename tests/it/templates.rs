//! Templates of papers: changed by the administrator without a release, tried before they come into
//! force; and a template as a stranger's program, which reaches nothing and always ends.

use reqwest::StatusCode;
use tests::{
    Browser, Page, World,
    paper::{file, pages},
};

const LIST: &str = "/admin/templates";

/// The source the form of a kind begins with, once the worker has written it down.
async fn source(browser: &Browser, kind: &str) -> String {
    for _ in 0..300 {
        let page = browser.get(&format!("{LIST}/{kind}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.told());
        if page.body.contains("Сохранить новую версию") {
            let form = page.form("Сохранить новую версию");
            let field = form.fields.iter().find(|(name, _)| name == "source");
            return field.unwrap().1.clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("the worker has written no template down");
}

/// Saves a version; the page it leads to.
async fn save(browser: &Browser, kind: &str, source: &str) -> Page {
    let page = browser.get(&format!("{LIST}/{kind}")).await;
    let mut form = page.form("Сохранить новую версию");
    form.set("source", source);
    form.set("note", "Проверка");
    let sent = browser.send(&form, &[]).await;
    browser.follow(sent).await
}

/// Tries the version of this page; the page again when that is done.
async fn tried(browser: &Browser, page: &Page) -> Page {
    let mut answer = browser.submit(page, "Посмотреть на образце", &[]).await;
    for _ in 0..600 {
        if answer.heading() != "Документ готовится…" && answer.location.is_none()
        {
            break;
        }
        let path = answer.location.clone().unwrap_or(answer.path.clone());
        if path.ends_with("/file") {
            let sample = file(browser, &path).await;
            assert!(sample.starts_with(b"%PDF"));
            break;
        }
        if answer.location.is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        answer = browser.get(&path).await;
    }
    browser.get(&page.path).await
}

fn says(page: &Page, words: &str) -> bool {
    page.body.contains(words)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_is_changed_tried_and_put_in_force_and_old_papers_keep_theirs() {
    let world = World::own().await;
    let _worker = world.worker();
    let site = world.serve().await;
    let town = world.town().await;
    let admin = site.browser_of(&world.admin().await).await;
    let teacher = town.teacher().await;
    let browser = site.browser_of(&teacher).await;
    let built_in = source(&admin, "consent").await;
    let before = file(&browser, "/consent/print").await;
    assert!(pages(&before)[0].contains("Субъект персональных данных: Иванова Мария"));

    let changed = built_in.replace("Субъект персональных данных", "Гражданин");
    let page = save(&admin, "consent", &changed).await;
    assert_eq!(page.heading(), "Версия 1");
    assert!(!says(&page, "Ввести в действие"), "nobody has tried it");
    let page = tried(&admin, &page).await;
    assert!(says(&page, "образец напечатан"), "{}", page.body);
    // Still the old one for everybody.
    let sent = admin.submit(&page, "Ввести в действие", &[]).await;
    let listed = admin.follow(sent).await;
    assert!(says(&listed, "действует"), "{}", listed.body);
    assert!(says(&admin.get(LIST).await, "версия 1"));

    let after = file(&browser, "/consent/print").await;
    assert!(pages(&after)[0].contains("Гражданин: Иванова Мария"));
    let mut sql = world.superuser().await;
    let by: Vec<i32> = sql
        .list("SELECT template_version FROM app.printout WHERE kind = 'consent' ORDER BY id")
        .await;
    assert_eq!(by, [0, 1]);
    let audited: Vec<String> = sql
        .list("SELECT act FROM app.audit_event WHERE act LIKE 'template.%' ORDER BY id")
        .await;
    assert_eq!(audited, ["template.save", "template.try", "template.use"]);

    // The second of two editors is told, and overwrites nothing.
    let stale = {
        let page = admin.get(&format!("{LIST}/consent")).await;
        let mut form = page.form("Сохранить новую версию");
        form.set("version", "0");
        form.set("note", "Опоздал");
        admin.send(&form, &[]).await
    };
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.told());
    // What was typed stays, beside the version of now (SEC-70).
    let form = stale.form("Сохранить новую версию");
    let value = |name: &str| form.fields.iter().find(|(known, _)| known == name).unwrap();
    assert_eq!(value("note").1, "Опоздал");
    assert_eq!(value("version").1, "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_says_by_which_template_it_was_printed_and_a_broken_one_gives_way() {
    let world = World::own().await;
    let _worker = world.worker();
    let site = world.serve().await;
    let admin = site.browser_of(&world.admin().await).await;
    let built_in = source(&admin, "application").await;
    // On the sample it prints; of a person without a subject it does not.
    let changed = built_in.replace(
        "= Заявление",
        "#assert(form.applicant.subject != none)\n= Заявление",
    );
    let page = save(&admin, "application", &changed).await;
    let page = tried(&admin, &page).await;
    assert!(says(&page, "образец напечатан"), "{}", page.body);
    admin.submit(&page, "Ввести в действие", &[]).await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    town.ready(&teacher).await;
    let mut sql = world.superuser().await;
    for _ in 0..600 {
        let printed: Vec<i32> = sql
            .list("SELECT template_version FROM app.rendition WHERE kind = 'application'")
            .await;
        if let [by] = printed[..] {
            let subject: bool = sql
                .value("SELECT bool_or(snapshot ->> 'subject' IS NOT NULL) FROM app.application")
                .await
                .unwrap();
            assert_eq!(by, i32::from(subject), "the built-in one takes over");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("the application is not printed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_template_ends_with_words_and_takes_nothing_along() {
    let world = World::own().await;
    let worker = world.worker();
    let site = world.serve().await;
    let admin = site.browser_of(&world.admin().await).await;
    let endless = "слишком долго или занимает слишком много памяти";
    let alone = "шаблону доступны только style.typ";
    let built_in = source(&admin, "withdrawal").await;
    for (template, words) in [
        ("#read(\"/etc/passwd\")".to_owned(), alone),
        ("#image(\"/proc/self/environ\")".to_owned(), alone),
        ("#import \"@preview/a:0.1.0\": *".to_owned(), alone),
        ("#let f() = f()\n#f()".to_owned(), "Строка"),
        ("#while true {}".to_owned(), "цикл не кончается"),
        ("#for _ in range(9999999999) {}".to_owned(), endless),
        (
            "#let a = \"я\" * 100000000\n#let b = range(60).map(_ => a + a)\n#b.join()".to_owned(),
            endless,
        ),
        (built_in.replace("#show: coded", ""), "не читается код"),
        (
            format!("{built_in}\n#set page(background: none)\n#pagebreak()\nЕщё"),
            "не читается код",
        ),
        (
            built_in.replace("#signed(form.date)", ""),
            "строка для подписи «заявитель»",
        ),
        (
            format!("{built_in}\n#for _ in range(100) [#pagebreak() Страница]"),
            "Листов больше",
        ),
        (format!("{built_in}\n#form.nothing"), "Строка"),
    ] {
        let page = save(&admin, "withdrawal", &template).await;
        let page = tried(&admin, &page).await;
        assert!(says(&page, "с ошибками"), "{template}: {}", page.told());
        assert!(says(&page, words), "{template}: {}", page.body);
        assert!(!says(&page, "Ввести в действие"), "{template}");
    }
    // The worker is the same process and prints on.
    let page = save(&admin, "withdrawal", &built_in).await;
    let page = tried(&admin, &page).await;
    assert!(says(&page, "образец напечатан"), "{}", page.body);
    let mut sql = world.superuser().await;
    let used: i64 = sql
        .value("SELECT count(*) FROM app.template_use")
        .await
        .unwrap();
    assert_eq!(used, 0);
    drop(worker);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_106_a_removed_municipality_has_its_act() {
    let world = World::own().await;
    let _worker = world.worker();
    let site = world.serve().await;
    let town = world.town().await;
    let admin = site.browser_of(&world.admin().await).await;
    let path = format!(
        "/admin/municipalities/{}/destruction",
        town.public_id().await
    );
    let early = admin.get(&path).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.told());
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "INSERT INTO app.removal (municipality_id, export_id, name, counts)
           VALUES ({0}, gen_random_uuid(), 'Шегарский район', '{{\"tables\": {{\"application\": 17}}, \"accounts\": 5}}');
         UPDATE app.municipality SET status = 'removed', slug = 'removed-{0}' WHERE id = {0}",
        town.id
    ))
    .await;
    let act = pages(&file(&admin, &path).await).join(" ");
    for words in [
        &format!("Акт об уничтожении персональных данных № {}", town.id),
        "Шегарский район",
        "Заявления о проведении аттестации 17",
        "Учётные записи людей муниципалитета 5",
    ] {
        assert!(act.contains(words), "{words} in {act}");
    }
}
