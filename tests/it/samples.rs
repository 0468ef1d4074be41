//! «Бланки и образцы» (01 §1.9): what administrators publish, and nobody else; everybody gets the very
//! bytes, only while they are published and looked through, under a name a browser asks again by.

use app::verify::Depth;
use reqwest::{StatusCode, header};
use tests::{Browser, Login, Page, Person, Site, World, sql::Refused};

const LIST: &str = "/admin/reference/forms";
const TABLE: &[u8] = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n";
const NEWER: &[u8] = b"%PDF-1.7\n1 0 obj << /Type /Catalog /Lang (ru) >> endobj\n%%EOF\n";
const NOTHING: &str = "Пока ничего не опубликовано";

/// An administrator before the list, and somebody without a session.
struct Desk {
    world: World,
    _site: Site,
    admin: Person,
    browser: Browser,
    stranger: Browser,
}

impl Desk {
    async fn new() -> Self {
        let world = World::own().await;
        let site = world.serve().await;
        let admin = world.admin().await;
        let browser = site.browser_of(&admin).await;
        Self {
            stranger: site.browser(),
            world,
            _site: site,
            admin,
            browser,
        }
    }

    /// Fills in the form of an address and sends it, with a file or without.
    async fn save(&self, path: &str, typed: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Page {
        let page = self.browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.told());
        let form = page.filled("Сохранить", typed);
        self.browser.send(&form, &sent(file)).await
    }

    async fn add(&self, title: &str, section: &str, file: Option<(&str, &[u8])>) -> Page {
        let typed = [("Название", title), ("Раздел", section)];
        self.save(&format!("{LIST}/add"), &typed, file).await
    }

    /// The addresses of one page that lie under another.
    async fn under(&self, browser: &Browser, path: &str) -> Vec<String> {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.told());
        let links = page.links().into_iter();
        let below = format!("{path}/");
        links
            .filter(|link| link.starts_with(&below) && !link.ends_with("/add"))
            .collect()
    }

    /// Where everybody finds the only sample.
    async fn public(&self) -> String {
        let found = self.under(&self.stranger, "/forms").await;
        let [one] = found.try_into().unwrap();
        one
    }

    /// Where the administrator edits it.
    async fn editor(&self) -> String {
        let found = self.under(&self.browser, LIST).await;
        let [one] = found.try_into().unwrap();
        one
    }
}

fn sent(file: Option<(&str, &[u8])>) -> Vec<(String, String, Vec<u8>)> {
    file.map(|(name, bytes)| ("file".to_owned(), name.to_owned(), bytes.to_vec()))
        .into_iter()
        .collect()
}

fn saved(page: &Page) {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
}

#[tokio::test]
async fn everybody_gets_what_an_administrator_publishes() {
    let desk = Desk::new().await;
    let empty = desk.stranger.get("/forms").await;
    assert!(empty.body.contains(NOTHING), "{}", empty.told());
    let name = "Таблица «первая».pdf";
    saved(
        &desk
            .add("Таблица результатов", "first", Some((name, TABLE)))
            .await,
    );
    let page = desk.stranger.get("/forms").await;
    assert!(page.body.contains("id=\"first\""), "{}", page.body);
    assert!(!page.body.contains("id=\"highest\"") && !page.body.contains(NOTHING));
    let size = format!("(PDF, {} ", TABLE.len());
    assert!(page.body.contains(&size), "{}", page.body);
    let file = desk.public().await;
    let got = desk.stranger.request(reqwest::Method::GET, &file);
    let got = got.send().await.unwrap();
    assert_eq!(got.status(), StatusCode::OK);
    let header = |name: &str| got.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("cache-control"), "no-cache");
    assert!(
        header("content-disposition")
            .starts_with("attachment; filename*=UTF-8''%D0%A2%D0%B0%D0%B1")
    );
    let tag = header("etag");
    assert_eq!(got.bytes().await.unwrap().as_ref(), TABLE);
    let again = desk.stranger.request(reqwest::Method::GET, &file);
    let again = again.header(header::IF_NONE_MATCH, &tag).send().await;
    assert_eq!(again.unwrap().status(), StatusCode::NOT_MODIFIED);
    // Another file in its place is another answer, and the former bytes are gone.
    let mut sql = desk.world.superuser().await;
    let former: String = sql.value("SELECT s3_key FROM app.sample").await.unwrap();
    let editor = desk.editor().await;
    saved(&desk.save(&editor, &[], Some(("новая.pdf", NEWER))).await);
    let newer = desk.stranger.request(reqwest::Method::GET, &file);
    let newer = newer.header(header::IF_NONE_MATCH, &tag).send().await;
    assert_eq!(newer.unwrap().bytes().await.unwrap().as_ref(), NEWER);
    let object = crate::exports::store().head(&former).await.unwrap();
    assert_eq!(object, None);
    // Withdrawn it is like one that never was, and can be published again.
    let hidden = [("Опубликован для всех", "no"), ("Порядок", "7")];
    saved(&desk.save(&editor, &hidden, None).await);
    let gone = desk.stranger.get(&file).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "{}", gone.told());
    assert!(desk.stranger.get("/forms").await.body.contains(NOTHING));
    let shown = [("Опубликован для всех", "yes"), ("Раздел", "highest")];
    saved(&desk.save(&editor, &shown, None).await);
    let page = desk.stranger.get("/forms").await;
    assert!(page.body.contains("id=\"highest\"") && page.links().contains(&file));
    let list = desk.browser.get(LIST).await;
    for done in [
        "добавлен",
        "заменён файл",
        "снят с публикации",
        "снова опубликован",
    ] {
        assert!(list.body.contains(done), "{done}: {}", list.body);
    }
    // Saved as it stands it is no change.
    saved(&desk.save(&editor, &[], None).await);
    let audited =
        "SELECT count(*) FROM app.audit_event e JOIN app.region_change c ON c.id = e.object_id
        WHERE e.act = 'reference.change' AND c.list = 'sample'";
    assert_eq!(sql.value::<i64>(audited).await, Ok(4));
}

#[tokio::test]
async fn samples_stand_in_their_order_and_once_in_a_section() {
    let desk = Desk::new().await;
    for title in ["Вторая", "Первая"] {
        saved(&desk.add(title, "norm", Some(("закон.pdf", TABLE))).await);
    }
    let twice = desk.add("Первая", "norm", Some(("закон.pdf", TABLE))).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = "В этом разделе такое название уже есть".to_owned();
    assert!(twice.errors().contains(&said), "{}", twice.told());
    // The browser sends no file again.
    let anew = "Выберите файл ещё раз: он не сохранён".to_owned();
    assert!(twice.errors().contains(&anew), "{}", twice.told());
    let listed = desk.under(&desk.browser, LIST).await;
    let [second, _] = listed.try_into().unwrap();
    saved(&desk.save(&second, &[("Порядок", "9")], None).await);
    let page = desk.stranger.get("/forms").await;
    let at = |title| page.body.find(title).unwrap();
    assert!(at("Первая") < at("Вторая"), "{}", page.body);
}

#[tokio::test]
async fn a_file_nobody_should_get_is_refused_in_words() {
    let desk = Desk::new().await;
    for (file, words) in [
        (None, "Выберите файл"),
        (
            Some(("virus.exe", TABLE)),
            "virus.exe: Принимаются файлы PDF, JPG, PNG",
        ),
        (
            Some(("таблица.docx", TABLE)),
            "таблица.docx: Имя оканчивается на .docx",
        ),
        (Some(("пусто.pdf", b"".as_slice())), "пусто.pdf: "),
        (
            Some(("все.zip", b"PK\x03\x04".as_slice())),
            "все.zip: Здесь не принимаются архивы и видео",
        ),
    ] {
        let page = desk.add("Таблица", "first", file).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        let told = page.errors();
        assert!(told.iter().any(|told| told.starts_with(words)), "{told:?}");
        let typed = page.filled("Сохранить", &[]).fields;
        assert!(typed.contains(&("title".to_owned(), "Таблица".to_owned())));
    }
    let nonsense = [("Название", ""), ("Порядок", "-1")];
    let page = desk.save(&format!("{LIST}/add"), &nonsense, None).await;
    assert_eq!(page.errors().len(), 4, "{:?}", page.errors());
    let mut sql = desk.world.superuser().await;
    assert_eq!(
        sql.value::<i64>("SELECT count(*) FROM app.sample").await,
        Ok(0)
    );
}

#[tokio::test]
async fn sec_70_of_two_editors_the_second_is_told() {
    let desk = Desk::new().await;
    saved(&desk.add("Таблица", "first", Some(("1.pdf", TABLE))).await);
    let editor = desk.editor().await;
    let page = desk.browser.get(&editor).await;
    saved(&desk.save(&editor, &[("Раздел", "example")], None).await);
    let typed = [("Название", "Таблица новая")];
    let form = page.filled("Сохранить", &typed).anew();
    let late = desk
        .browser
        .send(&form, &sent(Some(("2.pdf", NEWER))))
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.told());
    let stored = "Сейчас сохранено: Образцы документов".to_owned();
    assert!(late.errors().contains(&stored), "{:?}", late.errors());
    let file = desk.public().await;
    assert_eq!(
        desk.stranger.get(&file).await.body.as_bytes(),
        TABLE,
        "overwritten unseen"
    );
    // Sent once more it is a decision.
    let form = late.filled("Сохранить", &[]);
    saved(
        &desk
            .browser
            .send(&form, &sent(Some(("2.pdf", NEWER))))
            .await,
    );
    assert_eq!(desk.stranger.get(&file).await.body.as_bytes(), NEWER);
}

#[tokio::test]
async fn sec_63_what_waits_for_the_antivirus_is_not_published_yet() {
    let desk = Desk::new().await;
    let app = desk.world.app();
    app.declare_virus_check(true).await.unwrap();
    saved(&desk.add("Таблица", "first", Some(("1.pdf", TABLE))).await);
    let editor = desk.editor().await;
    let list = desk.browser.get(LIST).await;
    assert!(
        list.body.contains("Проверяется на вирусы"),
        "{}",
        list.told()
    );
    assert!(desk.stranger.get("/forms").await.body.contains(NOTHING));
    let waiting = app.claim_quarantined().await.unwrap().unwrap();
    app.quarantine_later(&waiting).await.unwrap();
    app.quarantine_clean(&waiting, true).await.unwrap();
    let file = desk.public().await;
    assert_eq!(desk.stranger.get(&file).await.body.as_bytes(), TABLE);
    saved(&desk.save(&editor, &[], Some(("2.pdf", NEWER))).await);
    let gone = desk.stranger.get(&file).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "{}", gone.told());
    let waiting = app.claim_quarantined().await.unwrap().unwrap();
    app.quarantine_refused(&waiting).await.unwrap();
    let list = desk.browser.get(LIST).await;
    assert!(list.body.contains("Найден вирус"), "{}", list.told());
    let gone = desk.stranger.get(&file).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "{}", gone.told());
}

#[tokio::test]
async fn the_application_leads_to_the_tables_of_its_categories() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let site = world.serve().await;
    let browser = site.browser_of(&teacher).await;
    let page = browser.get("/teacher/application").await;
    for link in ["/forms#first", "/forms#highest"] {
        assert!(page.links().contains(&link.to_owned()), "{}", page.body);
    }
}

#[tokio::test]
async fn only_administrators_write_and_the_public_reads_what_is_published() {
    let desk = Desk::new().await;
    let (world, admin) = (&desk.world, &desk.admin);
    let operator = world.operator().await;
    let mut sql = admin.sql().await;
    let add = |title: &str, published: &str| {
        format!(
            "INSERT INTO app.sample (public_id, section, title, ordinal, published_at, s3_key, file_name, content_type,
               size, sha256)
             VALUES (gen_random_uuid(), 'first', '{title}', 1, {published}, 'r/x', 'x.pdf', 'application/pdf', 1, '\\x00')"
        )
    };
    assert_eq!(sql.run(&add("published", "now()")).await, Ok(1));
    assert_eq!(sql.run(&add("withdrawn", "NULL")).await, Ok(1));
    let denied = Err(Refused(Refused::PRIVILEGE.to_owned()));
    for forbidden in [
        "UPDATE app.sample SET virus_state = 'clean'",
        "UPDATE app.sample SET public_id = gen_random_uuid()",
        "DELETE FROM app.sample",
    ] {
        assert_eq!(sql.run(forbidden).await, denied, "{forbidden}");
    }
    let mut superuser = world.superuser().await;
    superuser
        .script("UPDATE app.sample SET virus_state = 'clean'")
        .await;
    superuser
        .script(
            "INSERT INTO app.sample (public_id, section, title, ordinal, published_at, s3_key, file_name, content_type,
               size, sha256)
             VALUES (gen_random_uuid(), 'norm', 'waits', 1, now(), 'r/y', 'y.pdf', 'application/pdf', 1, '\\x00')",
        )
        .await;
    superuser
        .script("UPDATE app.sample SET virus_state = 'quarantined' WHERE title = 'waits'")
        .await;
    let mut public = world.login(Login::Public).await;
    let seen: Vec<String> = public.list("SELECT title FROM app.sample").await;
    assert_eq!(seen, ["published"]);
    let write = "UPDATE app.sample SET title = 'x'";
    assert_eq!(public.run(write).await, denied);
    for mut other in [
        operator.sql().await,
        world.login(Login::Tenant).await,
        world.login(Login::Expert).await,
        world.login(Login::Auth).await,
    ] {
        for statement in ["SELECT title FROM app.sample", write] {
            let login = other.login;
            assert_eq!(other.run(statement).await, denied, "{login:?} {statement}");
        }
    }
}

#[tokio::test]
async fn a_sample_that_is_not_as_received_is_named() {
    let desk = Desk::new().await;
    saved(&desk.add("Таблица", "first", Some(("1.pdf", TABLE))).await);
    let mut sql = desk.world.superuser().await;
    let id: i64 = sql.value("SELECT id FROM app.sample").await.unwrap();
    let verify = async || {
        let app = desk.world.app();
        let documents = app.verify_documents(Depth::Bytes).await.unwrap();
        (documents.checked, documents.fault.map(|(which, _)| which))
    };
    assert_eq!(verify().await, (1, None));
    sql.script("UPDATE app.sample SET sha256 = sha256('another')")
        .await;
    assert_eq!(verify().await, (1, Some(format!("образец {id}"))));
}
