//! The quarantine (SEC-63): what is brought is given to nobody before the antivirus has seen it, by a
//! real `clamd` that knows the makers' test file; without an answer it waits, and the pages say so.

use reqwest::StatusCode;
use tests::{Browser, Clamd, Page, Person, Session, Site, Town, World, clamd::eicar, sql::Refused};
use uuid::Uuid;

use crate::exports::store;

const FORM: &str = "/teacher/application/documents";
const WAITS: &str = "Проверяется на вирусы";
const REFUSED: &str = "Найден вирус, файл удалён: прикрепите другой";
const UNSCANNED: &str = "Файл не проверялся на вирусы";

/// A region whose worker said that there is an antivirus, and a teacher before its documents.
struct Desk {
    world: World,
    town: Town,
    teacher: Person,
    browser: Browser,
    _site: Site,
    sql: Session,
}

impl Desk {
    async fn new(scanning: bool) -> Self {
        let world = crate::exports::region().await;
        let town = world.town().await;
        let teacher = town.teacher().await;
        town.ready(&teacher).await;
        world.app().declare_virus_check(scanning).await.unwrap();
        let site = world.serve().await;
        let browser = site.browser_of(&teacher).await;
        let sql = world.superuser().await;
        Self {
            world,
            town,
            teacher,
            browser,
            _site: site,
            sql,
        }
    }

    /// Attaches a PDF with these words in it: the file's id in addresses.
    async fn bring(&mut self, name: &str, words: &str) -> Uuid {
        let page = self.browser.get(FORM).await;
        let forms = page.forms();
        let mut form = forms
            .into_iter()
            .find(|form| !form.files.is_empty())
            .unwrap();
        form.set("kind", "results_table");
        let bytes = format!("%PDF-1.7\n{words}\n%%EOF\n").into_bytes();
        let file = ("files".to_owned(), name.to_owned(), bytes);
        let page = self.browser.send(&form, &[file]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
        let id = format!(
            "SELECT public_id FROM app.file WHERE tenant_id = {} AND name = '{name}'",
            self.town.id
        );
        self.sql.value(&id).await.unwrap()
    }

    async fn column(&mut self, file: Uuid, column: &str) -> String {
        let asked = format!("SELECT ({column})::text FROM app.file WHERE public_id = '{file}'");
        self.sql.value(&asked).await.unwrap()
    }

    /// Waits until the worker has put the file into this state.
    async fn becomes(&mut self, file: Uuid, state: &str) {
        for _ in 0..600 {
            if self.column(file, "virus_state").await == state {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("{file} is {}", self.column(file, "virus_state").await);
    }

    async fn open(&self, file: Uuid) -> Page {
        self.browser.get(&format!("/documents/{file}")).await
    }

    async fn is_withheld(&self, file: Uuid, words: &str) {
        let page = self.open(file).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.told());
        assert!(
            page.body.contains(words) && !page.body.contains("%PDF"),
            "{}",
            page.body
        );
        let list = self.browser.get(FORM).await;
        assert!(
            !list.links().contains(&format!("/documents/{file}")),
            "{}",
            list.body
        );
    }

    async fn says(&self, words: &str) -> bool {
        self.browser.get(FORM).await.body.contains(words)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_63_eicar_is_refused_from_end_to_end() {
    let mut desk = Desk::new(true).await;
    let infected = desk.bring("вирус.pdf", &eicar()).await;
    let honest = desk.bring("диплом.pdf", "диплом").await;
    for file in [infected, honest] {
        desk.is_withheld(file, "Файл проверяется на вирусы").await;
    }
    assert!(desk.says(WAITS).await);
    let key = desk.column(infected, "s3_key").await;
    let clamd = Clamd::up();
    let _worker = desk.world.worker_checking(&clamd.address());
    desk.becomes(honest, "clean").await;
    desk.becomes(infected, "refused").await;
    let page = desk.open(honest).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    desk.is_withheld(infected, "В файле найден вирус").await;
    assert!(desk.says(REFUSED).await && !desk.says(WAITS).await);
    // Its bytes are gone; whoever brought it, the history of the case and the audit know.
    for _ in 0..100 {
        if store().head(&key).await.unwrap().is_none() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(store().head(&key).await.unwrap(), None);
    let told: Vec<String> = desk
        .sql
        .list(&format!(
            "SELECT 'letter' FROM app.letter WHERE tenant_id = {0} AND account_id = {1} AND kind = 'file_refused'
             UNION ALL SELECT words FROM app.application_event WHERE tenant_id = {0} AND act = 'file.refuse'
             UNION ALL SELECT 'audit' FROM app.audit_event WHERE tenant_id = {0} AND act = 'file.refuse'",
            desk.town.id, desk.teacher.account.0
        ))
        .await;
    assert_eq!(
        told,
        [
            "letter",
            "В файле «вирус.pdf» найден вирус: файл удалён",
            "audit"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_63_without_an_answer_of_the_antivirus_files_wait() {
    let mut desk = Desk::new(true).await;
    let mut clamd = Clamd::down();
    let _worker = desk.world.worker_checking(&clamd.address());
    let file = desk.bring("диплом.pdf", "диплом").await;
    for _ in 0..600 {
        if desk.column(file, "virus_tries").await != "0"
            && desk.column(file, "virus_after > now()").await == "true"
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(desk.column(file, "virus_state").await, "quarantined");
    desk.is_withheld(file, "Файл проверяется на вирусы").await;
    assert!(desk.says(WAITS).await);
    clamd.start();
    let now = "UPDATE app.file SET virus_after = now() WHERE virus_state = 'quarantined'";
    desk.sql.script(now).await;
    desk.becomes(file, "clean").await;
    assert_eq!(desk.open(file).await.status, StatusCode::OK);
    assert!(!desk.says(WAITS).await);
}

/// Submission counts what waits (the scan and the document of results do here) and not what was
/// refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_63_what_waits_counts_for_submission() {
    let mut desk = Desk::new(true).await;
    let submit = "/teacher/application/submit";
    let set = async |sql: &mut Session, state: &str| {
        sql.script(&format!(
            "UPDATE app.file SET virus_state = '{state}' WHERE tenant_id = {}",
            desk.town.id
        ))
        .await;
    };
    set(&mut desk.sql, "refused").await;
    let form = desk.browser.get(submit).await.form("Подать заявление");
    let refused = desk.browser.send(&form, &[]).await;
    assert_eq!(refused.errors().len(), 2, "{}", refused.told());
    set(&mut desk.sql, "quarantined").await;
    let form = desk.browser.get(submit).await.form("Подать заявление");
    let done = desk.browser.send(&form, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_63_without_an_antivirus_the_page_says_that_nobody_looked() {
    let mut desk = Desk::new(false).await;
    let file = desk.bring("диплом.pdf", "диплом").await;
    assert_eq!(desk.open(file).await.status, StatusCode::OK);
    assert!(desk.says(UNSCANNED).await && !desk.says(WAITS).await);
    // What waited when the antivirus was taken away comes out, and says so too.
    let back = "UPDATE app.file SET virus_state = 'quarantined'";
    desk.sql.script(back).await;
    let _worker = desk.world.worker();
    desk.becomes(file, "clean").await;
    assert_eq!(desk.column(file, "virus_checked").await, "false");
}

/// Until a worker has said that there is no antivirus, nothing is given out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_63_files_wait_until_the_worker_has_said_which() {
    let mut desk = Desk::new(false).await;
    desk.sql
        .script("DELETE FROM app.region_setting WHERE key = 'virus_check'")
        .await;
    let file = desk.bring("диплом.pdf", "диплом").await;
    desk.is_withheld(file, "Файл проверяется на вирусы").await;
}

/// Nobody but the worker moves a file out of quarantine, and it moves nothing back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_63_the_state_is_the_workers() {
    let mut desk = Desk::new(true).await;
    let file = desk.bring("диплом.pdf", "диплом").await;
    let change = format!("UPDATE app.file SET virus_state = 'clean' WHERE public_id = '{file}'");
    let mut teacher = desk.teacher.sql().await;
    assert_eq!(
        teacher.run(&change).await.unwrap_err().0,
        Refused::PRIVILEGE
    );
    let clean = format!(
        "INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, by_role, virus_state)
         SELECT tenant_id, gen_random_uuid(), application_id, 't/x', 'a.pdf', content_type, 1, sha256, by_role, 'clean'
         FROM app.file WHERE public_id = '{file}'"
    );
    assert_eq!(teacher.run(&clean).await.unwrap_err().0, Refused::PRIVILEGE);
}
