//! Documents looked at page by page (SEC-63, R-AUD-1): pictures drawn by the real worker, for each who
//! may read the document and for nobody else; and what each document proves, as its table tells it.

use std::time::Duration;

use app::attachments::Said;
use reqwest::{Method, StatusCode, header};
use tests::{Application, Browser, Page, Person, Session, Site, Town, Worker, World, received};
use uuid::Uuid;

const FORM: &str = "/teacher/application/documents";
const PATIENCE: Duration = Duration::from_millis(100);

/// Three sheets, the second of them lies on its side.
const SHEETS: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
     2 0 obj<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3>>endobj\n\
     3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
     4 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate 90>>endobj\n\
     5 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
     trailer<</Root 1 0 R>>\n%%EOF\n";

/// A region without an antivirus, and a teacher whose application can be submitted.
struct Scene {
    world: World,
    town: Town,
    teacher: Person,
    application: Application,
    site: Site,
    browser: Browser,
    sql: Session,
}

impl Scene {
    async fn new() -> Self {
        let world = World::own().await;
        world.app().declare_virus_check(false).await.unwrap();
        let mut sql = world.superuser().await;
        sql.script(
            "INSERT INTO app.ref_criterion (code, category, name, ordinal) VALUES
               ('p35_8', 'first', 'критерий восьмой', 1008), ('p35_9', 'first', 'критерий девятый', 1009),
               ('p36_9', 'highest', 'критерий высшей', 1010) ON CONFLICT DO NOTHING",
        )
        .await;
        let town = world.town().await;
        let teacher = town.teacher().await;
        let application = town.ready(&teacher).await;
        let site = world.serve().await;
        let browser = site.browser_of(&teacher).await;
        Self {
            world,
            town,
            teacher,
            application,
            site,
            browser,
            sql,
        }
    }

    /// Attaches a document by the form: the file's id in addresses.
    async fn bring(&mut self, name: &str, bytes: &[u8], criterion: &str) -> Uuid {
        let page = self.browser.get(FORM).await;
        let mut forms = page.forms().into_iter();
        let mut form = forms.find(|form| !form.files.is_empty()).unwrap();
        form.set("kind", "results_table");
        form.set("criterion", criterion);
        let file = ("files".to_owned(), name.to_owned(), bytes.to_vec());
        let page = self.browser.send(&form, &[file]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
        let id = format!(
            "SELECT public_id FROM app.file WHERE tenant_id = {} AND name = '{name}'",
            self.town.id
        );
        self.sql.value(&id).await.unwrap()
    }

    /// Waits until the worker is done with the pictures of a file; how it ended.
    async fn drawn(&mut self, file: Uuid) -> String {
        let asked = format!(
            "SELECT coalesce((SELECT p.state || coalesce(' ' || p.reason, '') FROM app.preview p
               JOIN app.file f ON f.tenant_id = p.tenant_id AND f.id = p.file_id
               WHERE f.public_id = '{file}'), 'unasked')"
        );
        for _ in 0..600 {
            let state: String = self.sql.value(&asked).await.unwrap();
            if state != "open" {
                return state;
            }
            tokio::time::sleep(PATIENCE).await;
        }
        panic!("{file} is not drawn");
    }

    /// How often the log says that this person opened the file.
    async fn openings(&mut self, file: Uuid, who: &Person) -> i64 {
        let asked = format!(
            "SELECT count(*) FROM app.document_view v JOIN app.file f ON f.tenant_id = v.tenant_id AND f.id = v.file_id
             WHERE f.public_id = '{file}' AND v.account_id = {} AND v.role = '{}'",
            who.account.0,
            who.role.code()
        );
        self.sql.value(&asked).await.unwrap()
    }
}

fn of_page(file: Uuid, page: &str) -> String {
    format!("/documents/{file}/pages/{page}")
}

/// The address of the picture a page shows.
fn picture(page: &Page) -> String {
    let from = page
        .body
        .find("<img src=\"")
        .unwrap_or_else(|| panic!("no picture: {}", page.body));
    let rest = &page.body[from + "<img src=\"".len()..];
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

async fn status(browser: &Browser, path: &str) -> StatusCode {
    browser
        .request(Method::GET, path)
        .send()
        .await
        .unwrap()
        .status()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewer_a_document_is_looked_at_page_by_page_and_logged_once() {
    let mut scene = Scene::new().await;
    let file = scene.bring("Итоги.pdf", SHEETS.as_bytes(), "p35_8").await;
    let base = format!("{FORM}?document={file}");
    // Before the worker has drawn anything nothing is seen, and nothing is logged.
    let page = scene.browser.get(&base).await;
    assert!(
        page.body.contains("Готовим страницы документа…"),
        "{}",
        page.body
    );
    let browser = &scene.browser;
    assert_eq!(
        status(browser, &of_page(file, "1")).await,
        StatusCode::NOT_FOUND
    );
    let teacher = scene.teacher.clone();
    assert_eq!(scene.openings(file, &teacher).await, 0);
    let _worker: Worker = scene.world.worker();
    assert_eq!(scene.drawn(file).await, "done");
    let page = scene.browser.get(&base).await;
    assert!(
        page.body.contains("alt=\"Итоги.pdf, страница 1 из 3\""),
        "{}",
        page.body
    );
    // Every step without a script: the next page by its link, then the one before.
    let link = |page: &Page, number: u32| {
        let wanted = format!("page={number}&");
        let links = page.links().into_iter();
        links
            .map(|link| link.replace("&amp;", "&"))
            .find(|link| link.contains(&wanted))
    };
    assert_eq!(link(&page, 0), None);
    let second = link(&page, 2).unwrap();
    let page = scene.browser.get(second.split('#').next().unwrap()).await;
    assert!(
        page.body.contains("alt=\"Итоги.pdf, страница 2 из 3\""),
        "{}",
        page.body
    );
    assert!(link(&page, 1).is_some() && link(&page, 3).is_some());
    let answer = scene
        .browser
        .request(Method::GET, &picture(&page))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let header = |name: header::HeaderName| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header(header::CONTENT_TYPE), "image/jpeg");
    assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(
        header(header::CONTENT_SECURITY_POLICY),
        "sandbox; default-src 'none'"
    );
    assert_eq!(header(header::CACHE_CONTROL), "no-store");
    assert!(answer.bytes().await.unwrap().starts_with(&[0xff, 0xd8]));
    // One opening of the document, however many pages were turned.
    assert_eq!(scene.openings(file, &teacher).await, 1);
    // Past the viewer, or with what was given out for another file, each is one.
    let other = scene.bring("Другие.pdf", SHEETS.as_bytes(), "").await;
    assert_eq!(scene.drawn(other).await, "done");
    let opened = picture(&page);
    let opened = opened.split_once('?').unwrap().1;
    for (times, query) in [(1, ""), (2, opened)] {
        let address = format!("{}?{query}", of_page(other, "1"));
        assert_eq!(status(&scene.browser, &address).await, StatusCode::OK);
        assert_eq!(scene.openings(other, &teacher).await, times);
    }
    for nowhere in ["0", "4", "-1", "x"] {
        let told = status(&scene.browser, &of_page(file, nowhere)).await;
        assert_eq!(told, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewer_what_cannot_be_shown_says_so() {
    let mut scene = Scene::new().await;
    let _worker = scene.world.worker();
    let broken = scene
        .bring("Ломаный.pdf", b"%PDF-1.7 nothing\n%%EOF\n", "")
        .await;
    assert_eq!(scene.drawn(broken).await, "unshown broken");
    let page = scene
        .browser
        .get(&format!("{FORM}?document={broken}"))
        .await;
    assert!(
        page.body.contains("Показать нельзя: файл повреждён"),
        "{}",
        page.body
    );
    assert_eq!(
        status(&scene.browser, &of_page(broken, "1")).await,
        StatusCode::NOT_FOUND
    );
    // A document that is none of these is not there, whosever it is.
    let strange = scene
        .browser
        .get(&format!("{FORM}?document={}", Uuid::now_v7()))
        .await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
    // One that came before there were pictures is asked for when it is first looked at.
    let file = scene.bring("Старый.pdf", SHEETS.as_bytes(), "").await;
    assert_eq!(scene.drawn(file).await, "done");
    scene.sql.script("DELETE FROM app.preview").await;
    let page = scene.browser.get(&format!("{FORM}?document={file}")).await;
    assert!(
        page.body.contains("Готовим страницы документа…"),
        "{}",
        page.body
    );
    assert_eq!(scene.drawn(file).await, "done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewer_pages_are_for_those_who_may_read_the_document() {
    let mut scene = Scene::new().await;
    let worker = scene.world.worker();
    let file = scene.bring("Итоги.pdf", SHEETS.as_bytes(), "p35_8").await;
    assert_eq!(scene.drawn(file).await, "done");
    let id = scene.application.public_id;
    let version = scene.application.version(&scene.town).await;
    let app = scene.world.app();
    app.submit(&scene.teacher, id, version).await.unwrap();
    let coordinator = scene.town.coordinator().await;
    let school = scene.town.school(scene.teacher.organisation.unwrap()).await;
    let operator = scene.world.operator().await;
    let expert = scene.town.expert().await;
    scene
        .sql
        .script(&format!(
            "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
               expert_membership_id, expert_account_id, expert_name, assigned_by)
             SELECT tenant_id, id, account_id, 1, tenant_id, {}, {account}, 'Эксперт', {account}
             FROM app.application WHERE id = {}",
            expert.membership,
            scene.application.id,
            account = expert.account.0,
        ))
        .await;
    let readers = [
        (&coordinator, format!("/municipal/applications/{id}")),
        (&coordinator, format!("/municipal/applications/{id}/reject")),
        (&school, format!("/school/applications/{id}")),
        (&operator, format!("/operator/applications/{id}")),
        (&expert, format!("/expert/applications/{id}")),
    ];
    for (reader, path) in readers {
        let browser = scene.site.browser_of(reader).await;
        let page = browser.get(&format!("{path}?document={file}&page=3")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.told());
        let alt = "alt=\"Итоги.pdf, страница 3 из 3\"";
        assert!(page.body.contains(alt), "{path}: {}", page.body);
        assert_eq!(
            status(&browser, &picture(&page)).await,
            StatusCode::OK,
            "{path}"
        );
        assert!(scene.openings(file, reader).await >= 1, "{path}");
    }
    let elsewhere = scene.world.town().await;
    let strangers = [
        (elsewhere.coordinator().await, StatusCode::NOT_FOUND),
        (elsewhere.teacher().await, StatusCode::NOT_FOUND),
        (scene.town.teacher().await, StatusCode::NOT_FOUND),
        (scene.town.expert().await, StatusCode::NOT_FOUND),
        (scene.world.admin().await, StatusCode::FORBIDDEN),
    ];
    for (stranger, told) in strangers {
        let browser = scene.site.browser_of(&stranger).await;
        let role = stranger.role.code();
        assert_eq!(status(&browser, &of_page(file, "1")).await, told, "{role}");
        assert_eq!(scene.openings(file, &stranger).await, 0, "{role}");
    }
    // What waits or was refused is shown to nobody, drawn before or not (SEC-63); a worker would look
    // at what waits.
    drop(worker);
    let browser = scene.site.browser_of(&coordinator).await;
    for (state, words) in [
        ("quarantined", "Файл проверяется на вирусы"),
        ("refused", "В файле найден вирус"),
    ] {
        scene
            .sql
            .script(&format!(
                "UPDATE app.file SET virus_state = '{state}' WHERE public_id = '{file}'"
            ))
            .await;
        let told = status(&browser, &of_page(file, "1")).await;
        assert_eq!(told, StatusCode::CONFLICT, "{state}");
        let path = format!("/municipal/applications/{id}?document={file}");
        let page = browser.get(&path).await;
        assert!(
            page.body.contains(words) && !page.body.contains("<img"),
            "{}",
            page.body
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_stands_under_the_criterion_it_proves() {
    let mut scene = Scene::new().await;
    scene.bring("Итоги.pdf", SHEETS.as_bytes(), "p35_8").await;
    let page = scene.browser.get(FORM).await;
    for words in [
        "п. 35.8. Критерий восьмой",
        "п. 35.9. Критерий девятый",
        "Не относится к критерию",
        "Пока нет документов по критериям:",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("п. 36.9"), "{}", page.body);
    let group = |page: &Page, title: &str| {
        let from = page.body.find(&format!("app-group\">{title}")).unwrap();
        let group = &page.body[from..];
        group.split("</tbody>").next().unwrap().to_owned()
    };
    assert!(group(&page, "п. 35.8").contains("Итоги.pdf"));
    assert!(group(&page, "п. 35.9").contains("Документов нет"));
    // Said anew by who attached it: the document moves.
    let said = |criterion| Said {
        kind: "results_table",
        caption: "Итоги ВПР",
        criterion,
    };
    let attachment = format!(
        "SELECT t.public_id FROM app.attachment t JOIN app.file f ON f.tenant_id = t.tenant_id AND f.id = t.file_id
         WHERE t.tenant_id = {} AND f.name = 'Итоги.pdf'",
        scene.town.id
    );
    let attachment: Uuid = scene.sql.value(&attachment).await.unwrap();
    let forms = page.forms();
    let mut form = forms
        .into_iter()
        .find(|form| {
            form.action.ends_with("/describe")
                && form
                    .fields
                    .iter()
                    .any(|(_, value)| *value == attachment.to_string())
        })
        .unwrap();
    form.set("criterion", "p35_9");
    form.set("caption", "Итоги ВПР");
    let done = scene.browser.send(&form, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let page = scene.browser.get(FORM).await;
    assert!(
        group(&page, "п. 35.9").contains("Итоги ВПР"),
        "{}",
        page.body
    );
    assert!(!group(&page, "п. 35.8").contains("Итоги.pdf"));
    // Another category's criterion is none of this application's.
    let app = scene.world.app();
    let (teacher, id) = (&scene.teacher, scene.application.public_id);
    let refused = app.describe(teacher, id, attachment, said("p36_9")).await;
    assert!(
        matches!(refused, Err(app::Error::Invalid(_))),
        "{refused:?}"
    );
    // Nobody says it for somebody else, and from submission on nobody at all.
    let version = scene.application.version(&scene.town).await;
    app.submit(teacher, id, version).await.unwrap();
    let school = scene.town.school(teacher.organisation.unwrap()).await;
    for who in [teacher, &school] {
        let refused = app.describe(who, id, attachment, said("")).await;
        assert!(
            matches!(refused, Err(app::Error::Illegal(_))),
            "{refused:?}"
        );
    }
    // The school coordinator's own come after it: they are its to describe, and stand in the table.
    app.attach(&school, id, &[received("Справка.pdf")], said("p35_8"))
        .await
        .unwrap();
    let browser = scene.site.browser_of(&school).await;
    let page = browser.get(&format!("/school/applications/{id}")).await;
    assert!(
        group(&page, "п. 35.8").contains("Справка.pdf"),
        "{}",
        page.body
    );
    let mut forms = browser.get("/school/documents").await.forms().into_iter();
    let mut form = forms
        .find(|form| form.action.ends_with("/describe"))
        .unwrap();
    form.set("criterion", "");
    let done = browser.send(&form, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let page = browser.get(&format!("/school/applications/{id}")).await;
    assert!(
        group(&page, "Не относится").contains("Справка.pdf"),
        "{}",
        page.body
    );
}
