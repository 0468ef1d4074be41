//! Files brought piece by piece (SEC-61): only by whom they are, from where they are, judged before
//! and at the first piece; a form takes one once, and nothing of what nobody takes stays.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tests::{Browser, Page, Person, Site, Town, World, wire::Wire};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use uuid::{NoContext, Timestamp, Uuid};

use crate::exports::store;

const FORM: &str = "/teacher/application/documents";
const PIECE: usize = 64 * 1024;

/// A teacher before its documents.
struct Desk {
    world: World,
    town: Town,
    teacher: Person,
    browser: Browser,
    token: String,
    site: Site,
}

impl Desk {
    async fn new() -> Self {
        let world = crate::exports::region().await;
        let site = world.serve().await;
        Self::at(world, site).await
    }

    async fn at(world: World, site: Site) -> Self {
        let town = world.town().await;
        let teacher = town.teacher().await;
        town.ready(&teacher).await;
        let browser = site.browser_of(&teacher).await;
        let token = token(&browser, FORM).await;
        Self {
            world,
            town,
            teacher,
            browser,
            token,
            site,
        }
    }

    async fn begin(&self, field: &str, name: &str, size: usize) -> (StatusCode, Value) {
        let fields = [
            ("_csrf", self.token.clone()),
            ("field", field.to_owned()),
            ("name", name.to_owned()),
            ("size", size.to_string()),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        read(self.browser.post("/uploads", &fields).await)
    }

    async fn piece(&self, id: &str, at: usize, bytes: &[u8]) -> (StatusCode, Value) {
        let path = format!("/uploads/{id}?offset={at}");
        read(self.browser.piece(&path, &self.token, bytes).await)
    }

    async fn ask(&self, id: &str) -> (StatusCode, Value) {
        read(self.browser.get(&format!("/uploads/{id}")).await)
    }

    /// Brings a file whole, in pieces; its id.
    async fn bring(&self, name: &str, bytes: &[u8]) -> String {
        let (status, told) = self.begin("files", name, bytes.len()).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        let id = told["id"].as_str().unwrap().to_owned();
        for (n, piece) in bytes.chunks(PIECE).enumerate() {
            let (status, told) = self.piece(&id, n * PIECE, piece).await;
            assert_eq!(status, StatusCode::OK, "{told}");
            assert_eq!(told["received"], n * PIECE + piece.len());
        }
        id
    }

    /// Sends the form of documents with these ids in place of files.
    async fn submit(&self, kind: &str, ids: &[&str]) -> Page {
        let forms = self.browser.get(FORM).await.forms();
        let mut form = forms
            .into_iter()
            .find(|form| !form.files.is_empty())
            .unwrap();
        form.set("kind", kind);
        for id in ids {
            form.fields
                .push(("files_upload".to_owned(), (*id).to_owned()));
        }
        self.browser.send(&form, &[]).await
    }

    /// The names and digests of what is attached.
    async fn attached(&self) -> Vec<String> {
        let mut sql = self.world.superuser().await;
        sql.list(&format!(
            "SELECT f.name || ' ' || encode(f.sha256, 'hex') FROM app.attachment t
             JOIN app.file f ON f.tenant_id = t.tenant_id AND f.id = t.file_id
             WHERE t.tenant_id = {} AND t.caption = '' AND t.kind <> 'scan' AND t.by_account = {} ORDER BY t.id",
            self.town.id, self.teacher.account.0
        ))
        .await
    }

    async fn rows(&self) -> i64 {
        let mut sql = self.world.superuser().await;
        sql.value("SELECT count(*) FROM app.upload").await.unwrap()
    }

    async fn set(&self, setting: &str, value: &str) {
        let sql = format!(
            "INSERT INTO app.region_setting (key, value) VALUES ('{setting}', '{value}')
             ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        );
        self.world.superuser().await.script(&sql).await;
    }
}

fn read(page: Page) -> (StatusCode, Value) {
    (
        page.status,
        serde_json::from_str(&page.body).unwrap_or_default(),
    )
}

async fn token(browser: &Browser, path: &str) -> String {
    let forms = browser.get(path).await.forms();
    let fields = forms.into_iter().flat_map(|form| form.fields);
    let token = fields.into_iter().find(|(name, _)| name == "_csrf");
    token.unwrap().1
}

/// A PDF of so many bytes, no two pieces of it alike.
fn pdf(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut n = 0_u64;
    while bytes.len() < size {
        bytes.extend_from_slice(format!("% {n}\n").as_bytes());
        n += 1;
    }
    bytes.truncate(size);
    bytes
}

fn described(name: &str, bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name} {hex}")
}

async fn pieces(id: &str) -> usize {
    let keys = store().keys(&format!("upload/{id}/"), "").await;
    keys.unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_61_a_file_brought_in_pieces_is_the_file_and_is_taken_once() {
    let desk = Desk::new().await;
    let bytes = pdf(3 * PIECE + 1000);
    let id = desk.bring("диплом.pdf", &bytes).await;
    assert_eq!(pieces(&id).await, 4);
    // A form that is not done gives it back.
    let page = desk.submit("", &[&id]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(desk.ask(&id).await.1["taken"], false);
    let other = desk.bring("справка.pdf", &pdf(100)).await;
    let page = desk.submit("results_table", &[&id, &other]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
    let attached = [
        described("диплом.pdf", &bytes),
        described("справка.pdf", &pdf(100)),
    ];
    assert_eq!(desk.attached().await, attached);
    assert_eq!(desk.ask(&id).await.1["taken"], true);
    let page = desk.submit("results_table", &[&id]).await;
    assert!(
        page.errors()[0].contains("уже отправлен"),
        "{}",
        page.told()
    );
    assert_eq!(desk.attached().await, attached);
    let (status, told) = desk.piece(&id, bytes.len(), b"more").await;
    assert_eq!(status, StatusCode::CONFLICT, "{told}");
    // Its pieces are cleared away, what was attached is not.
    desk.world.set_now("2026-09-14T06:00:00Z");
    desk.world.app().clear_uploads().await.unwrap();
    assert_eq!((pieces(&id).await, desk.rows().await), (0, 0));
    assert_eq!(desk.attached().await, attached);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_61_a_file_goes_on_where_it_is_and_nowhere_else() {
    let desk = Desk::new().await;
    let bytes = pdf(2 * PIECE + 10);
    let (_, told) = desk.begin("files", "a.pdf", bytes.len()).await;
    let id = told["id"].as_str().unwrap();
    let (status, told) = desk.piece(id, PIECE, &bytes[PIECE..]).await;
    assert_eq!(
        (status, &told["received"]),
        (StatusCode::CONFLICT, &0.into())
    );
    for (status, expected) in [
        (StatusCode::OK, PIECE),
        // The answer was lost, and it is sent again.
        (StatusCode::CONFLICT, PIECE),
    ] {
        let (answered, told) = desk.piece(id, 0, &bytes[..PIECE]).await;
        assert_eq!((answered, &told["received"]), (status, &expected.into()));
    }
    // Dust, more than was told of, and nothing.
    for piece in [
        bytes[PIECE..PIECE + 9].to_vec(),
        vec![0; PIECE + 11],
        vec![],
    ] {
        let (status, _) = desk.piece(id, PIECE, &piece).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(pieces(id).await, 1);
    // Not whole yet: no form has it.
    let page = desk.submit("results_table", &[id]).await;
    assert!(page.errors()[0].contains("не полностью"), "{}", page.told());
    // Two tries of the same piece at once: one is kept.
    let rest = &bytes[PIECE..];
    let (one, two) = tokio::join!(desk.piece(id, PIECE, rest), desk.piece(id, PIECE, rest));
    let mut statuses = [one.0, two.0];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    let page = desk.submit("results_table", &[id]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
    assert_eq!(desk.attached().await, [described("a.pdf", &bytes)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_61_what_came_of_a_piece_before_the_line_broke_is_kept() {
    let desk = Desk::new().await;
    let bytes = pdf(5 * PIECE);
    let (_, told) = desk.begin("files", "a.pdf", bytes.len()).await;
    let id = told["id"].as_str().unwrap();
    // Another session of the same person, as its cookie.
    let browser = desk.site.browser();
    let mut page = browser.sign_in("/login", &desk.teacher.login).await;
    let mut cookie = String::new();
    loop {
        let set = page.headers.iter().find(|(name, _)| name == "set-cookie");
        if let Some((_, value)) = set {
            cookie = value.split(';').next().unwrap().to_owned();
        }
        let Some(location) = page.location.clone() else {
            break;
        };
        page = browser.get(&location).await;
    }
    let token = token(&browser, FORM).await;
    let head = format!(
        "POST /uploads/{id}?offset=0 HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\nx-csrf-token: {token}\r\n\
         content-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
        bytes.len()
    );
    let mut line = TcpStream::connect(("127.0.0.1", desk.site.port()))
        .await
        .unwrap();
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&bytes[..3 * PIECE]).await.unwrap();
    line.flush().await.unwrap();
    drop(line);
    for _ in 0..200 {
        if desk.ask(id).await.1["received"] == 3 * PIECE {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (status, told) = desk.piece(id, 3 * PIECE, &bytes[3 * PIECE..]).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let page = desk.submit("results_table", &[id]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
    assert_eq!(desk.attached().await, [described("a.pdf", &bytes)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_61_a_file_on_its_way_is_its_accounts_alone() {
    let desk = Desk::new().await;
    let id = desk.bring("a.pdf", &pdf(100)).await;
    let colleague = desk.town.teacher().await;
    desk.town.ready(&colleague).await;
    let browser = desk.site.browser_of(&colleague).await;
    let theirs = Desk {
        world: desk.world.clone(),
        town: desk.town.clone(),
        token: token(&browser, FORM).await,
        teacher: colleague,
        browser,
        site: desk.world.serve().await,
    };
    assert_eq!(theirs.ask(&id).await.0, StatusCode::NOT_FOUND);
    let (status, told) = theirs.piece(&id, 0, &pdf(100)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(told["words"].is_string(), "{told}");
    let cancel = format!("/uploads/{id}/cancel");
    let fields = [("_csrf".to_owned(), theirs.token.clone())];
    let page = theirs.browser.post(&cancel, &fields).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let page = theirs.submit("results_table", &[&id]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(theirs.attached().await.is_empty());
    // Nor by another site's page, nor without the token, nor by nobody.
    let bare = desk
        .browser
        .request(Method::POST, &format!("/uploads/{id}?offset=0"));
    assert_eq!(bare.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let foreign = desk
        .browser
        .request(Method::POST, &format!("/uploads/{id}?offset=0"))
        .header("x-csrf-token", &desk.token)
        .header("sec-fetch-site", "cross-site");
    assert_eq!(
        foreign.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    let nobody = desk.site.browser().get(&format!("/uploads/{id}")).await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
    // Its own cancels it, and nothing of it stays.
    let fields = [("_csrf".to_owned(), desk.token.clone())];
    let page = desk.browser.post(&cancel, &fields).await;
    assert_eq!(page.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.ask(&id).await.0, StatusCode::NOT_FOUND);
    desk.world.app().clear_uploads().await.unwrap();
    assert_eq!((pieces(&id).await, desk.rows().await), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_60_a_file_nobody_may_bring_is_refused_at_once() {
    let desk = Desk::new().await;
    for (field, name, size, words) in [
        ("files", "a.exe", 100, "Принимаются файлы PDF"),
        ("files", "a.exe.pdf", 100, "второе расширение"),
        ("files", "a.pdf", 0, "пуст"),
        ("files", "a.pdf", 2 * 1024 * 1024, "Файл больше 1 МБ"),
        ("scan", "a.zip", 100, "не принимаются архивы"),
    ] {
        let (status, told) = desk.begin(field, name, size).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        let said = told["words"].as_str().unwrap();
        assert!(said.contains(words), "{name}: {said}");
    }
    assert_eq!(desk.rows().await, 0);
    for (name, bytes, words) in [
        ("a.pdf", b"MZ\x90\0\x03".to_vec(), "не соответствует"),
        ("a.jpg", pdf(100), "а это файл PDF"),
        (
            "a.pdf",
            b"%PDF-1.7\n<html><script>".to_vec(),
            "посторонние данные",
        ),
    ] {
        let (_, told) = desk.begin("files", name, bytes.len()).await;
        let id = told["id"].as_str().unwrap();
        let (status, told) = desk.piece(id, 0, &bytes).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        let said = told["words"].as_str().unwrap();
        assert!(said.contains(words), "{name}: {said}");
        assert_eq!(pieces(id).await, 0, "{name}");
        assert_eq!(desk.ask(id).await.0, StatusCode::NOT_FOUND, "{name}");
    }
    // What only the whole file tells is told by the form, as of a file sent with it.
    let mut two = pdf(100);
    two.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0\0\0\0\0\0\0\0\0\0\0");
    let id = desk.bring("два.pdf", &two).await;
    let page = desk.submit("results_table", &[&id]).await;
    assert!(
        page.errors()[0].contains("два.pdf: В файле, кроме документа"),
        "{}",
        page.told()
    );
    assert!(desk.attached().await.is_empty());
    assert_eq!(desk.ask(&id).await.1["taken"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_61_files_of_an_account_and_bytes_of_a_day_are_capped() {
    let desk = Desk::new().await;
    for _ in 0..50 {
        let (status, told) = desk.begin("files", "a.pdf", 1000).await;
        assert_eq!(status, StatusCode::OK, "{told}");
    }
    let (status, told) = desk.begin("files", "a.pdf", 1000).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(told["words"].as_str().unwrap().contains("уже 50"), "{told}");
    // A municipality's day, whichever way its files come.
    desk.set("day_mb", "1").await;
    let colleague = Desk::at(desk.world.clone(), desk.world.serve().await).await;
    let (_, told) = colleague.begin("files", "a.pdf", 700 * 1024).await;
    let begun = told["id"].as_str().unwrap().to_owned();
    let (status, told) = colleague.begin("files", "a.pdf", 700 * 1024).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        told["words"].as_str().unwrap().contains("за сутки"),
        "{told}"
    );
    let page = plain(&colleague, pdf(700 * 1024)).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(colleague.attached().await.is_empty());
    let kept = store().keys(&format!("t/{}/", colleague.town.id), "").await;
    assert_eq!(kept.unwrap(), Vec::<String>::new());
    // What is cancelled is not counted.
    let cancel = format!("/uploads/{begun}/cancel");
    let fields = [("_csrf".to_owned(), colleague.token.clone())];
    colleague.browser.post(&cancel, &fields).await;
    let page = plain(&colleague, pdf(700 * 1024)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
}

/// Attaches a file that comes with its form, as without a script.
async fn plain(desk: &Desk, bytes: Vec<u8>) -> Page {
    let forms = desk.browser.get(FORM).await.forms();
    let mut form = forms
        .into_iter()
        .find(|form| !form.files.is_empty())
        .unwrap();
    form.set("kind", "results_table");
    let file = ("files".to_owned(), "a.pdf".to_owned(), bytes);
    desk.browser.send(&form, &[file]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_61_what_nobody_takes_expires() {
    let desk = Desk::new().await;
    let id = desk.bring("a.pdf", &pdf(100)).await;
    // Of an account that is gone no row is left: only the age of the piece tells.
    let now = Uuid::now_v7().get_timestamp().unwrap().to_unix().0;
    let old = Uuid::new_v7(Timestamp::from_unix(NoContext, now - 4 * 24 * 3600, 0));
    let orphan = format!("upload/{old}/{}", Uuid::new_v4());
    store()
        .put_bytes(&orphan, "application/octet-stream", "a".into())
        .await
        .unwrap();
    desk.world.app().clear_uploads().await.unwrap();
    assert_eq!(store().head(&orphan).await.unwrap(), None);
    assert_eq!((pieces(&id).await, desk.rows().await), (1, 1));
    let expired = "UPDATE app.upload SET expires_at = app.ctx_now() - interval '1 year'";
    desk.world.superuser().await.script(expired).await;
    assert_eq!(desk.ask(&id).await.0, StatusCode::NOT_FOUND);
    let page = desk.submit("results_table", &[&id]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    desk.world.app().clear_uploads().await.unwrap();
    assert_eq!((pieces(&id).await, desk.rows().await), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_61_a_store_that_fails_in_the_middle_is_told_of_and_the_file_goes_on() {
    let world = crate::exports::region().await;
    let wire = Wire::to_the_store().await;
    let site = Site::of(world.app_storing_at(&wire.endpoint)).await;
    let desk = Desk::at(world, site).await;
    let bytes = pdf(2 * PIECE);
    let (_, told) = desk.begin("files", "a.pdf", bytes.len()).await;
    let id = told["id"].as_str().unwrap();
    let (status, _) = desk.piece(id, 0, &bytes[..PIECE]).await;
    assert_eq!(status, StatusCode::OK);
    wire.cut();
    let (status, told) = desk.piece(id, PIECE, &bytes[PIECE..]).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(told["words"].is_string(), "{told}");
    assert_eq!(desk.ask(id).await.1["received"], PIECE);
    wire.mend();
    let (status, told) = desk.piece(id, PIECE, &bytes[PIECE..]).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    // And when a form takes it.
    wire.cut();
    let page = desk.submit("results_table", &[id]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    wire.mend();
    let page = desk.submit("results_table", &[id]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
    assert_eq!(desk.attached().await, [described("a.pdf", &bytes)]);
}
