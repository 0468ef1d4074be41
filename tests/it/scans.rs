//! Scans of coded papers, read back by the real worker: what is told beside them, to whom, and that
//! it stops nobody (R-APP-2, R-APP-4).

use std::{fs, process::Command, time::Duration};

use app::applications::Choice;
use domain::{calendar::text::in_words, reference::Category};
use reqwest::{Method, StatusCode};
use tests::{Application, Browser, Person, Town, Worker, World, choice, received};
use uuid::Uuid;

const SUBMIT: &str = "/teacher/application/submit";
const WELL: &str = "Скан прочитан: все страницы на месте, подпись есть";
const PATIENCE: Duration = Duration::from_millis(200);

struct Scene {
    world: World,
    town: Town,
    _worker: Worker,
}

/// A teacher with a formed application.
struct Forming {
    teacher: Person,
    browser: Browser,
    card: Uuid,
    application: Application,
}

impl Scene {
    async fn new() -> Self {
        let world = World::own().await;
        let town = world.town().await;
        let worker = world.worker();
        Self {
            world,
            town,
            _worker: worker,
        }
    }

    async fn forming(&self, site: &tests::Site) -> Forming {
        let teacher = self.town.teacher().await;
        let card = self.town.card(&teacher).await;
        let app = self.world.app();
        app.form_application(&teacher, card, 0, &choice())
            .await
            .unwrap();
        let browser = site.browser_of(&teacher).await;
        let found: String = self
            .sql(&format!(
                "SELECT id || ' ' || public_id FROM app.application WHERE account_id = {}",
                teacher.account.0
            ))
            .await;
        let (id, public_id) = found.split_once(' ').unwrap();
        Forming {
            teacher,
            browser,
            card,
            application: Application {
                id: id.parse().unwrap(),
                public_id: public_id.parse().unwrap(),
                tenant: self.town.id,
            },
        }
    }

    async fn sql(&self, select: &str) -> String {
        let mut sql = self.world.superuser().await;
        sql.value(select).await.unwrap()
    }

    /// The newest paper of the application, when the worker has printed it.
    async fn printed(&self, of: &Forming, edition: i32) -> Vec<u8> {
        let select = format!(
            "SELECT coalesce((SELECT f.public_id::text FROM app.rendition r JOIN app.file f ON f.id = r.file_id
               WHERE r.application_id = {} AND r.of_id = {edition}), '')",
            of.application.id
        );
        loop {
            let file = self.sql(&select).await;
            if !file.is_empty() {
                let path = format!("/documents/{file}");
                let answer = of.browser.request(Method::GET, &path).send().await.unwrap();
                assert_eq!(answer.status(), StatusCode::OK);
                return answer.bytes().await.unwrap().to_vec();
            }
            tokio::time::sleep(PATIENCE).await;
        }
    }

    async fn with_results(&self, of: &Forming) {
        let table = [received("таблица.pdf")];
        let app = self.world.app();
        let (teacher, id) = (&of.teacher, of.application.public_id);
        app.attach(teacher, id, &table, tests::RESULTS)
            .await
            .unwrap();
    }

    /// Presses «Подать заявление» with this scan and waits until it is read.
    async fn submit(&self, of: &Forming, scan: Vec<u8>) -> tests::Page {
        let form = of.browser.get(SUBMIT).await.form("Подать заявление");
        let files = [("scan".to_owned(), "скан.pdf".to_owned(), scan)];
        let answer = of.browser.send(&form, &files).await;
        let select = format!(
            "SELECT reading::text FROM app.scan_check WHERE application_id = {} ORDER BY id DESC LIMIT 1",
            of.application.id
        );
        while self.sql(&select).await == "\"open\"" {
            tokio::time::sleep(PATIENCE).await;
        }
        answer
    }
}

/// The paper with a signature on every line its codes tell of.
fn signed(pdf: &[u8]) -> Vec<u8> {
    let folder = std::env::temp_dir().join(format!("attest-signed-{}", Uuid::now_v7()));
    fs::create_dir_all(&folder).unwrap();
    let [paper, ink, whole] = ["paper.pdf", "ink.pdf", "whole.pdf"].map(|name| folder.join(name));
    fs::write(&paper, pdf).unwrap();
    let sheets = ::scans::read(&paper, &folder).unwrap();
    let pages = sheets.iter().map(|sheet| {
        let code = sheet.code.as_ref().unwrap();
        code.lines
            .iter()
            .map(|line| strokes(f64::from(line.down) / 10.0))
            .collect()
    });
    fs::write(&ink, drawn(&pages.collect::<Vec<String>>())).unwrap();
    let status = Command::new("qpdf")
        .arg(&paper)
        .arg("--overlay")
        .arg(&ink)
        .arg("--")
        .arg(&whole)
        .status()
        .unwrap();
    assert!(status.success());
    let whole = fs::read(whole).unwrap();
    fs::remove_dir_all(folder).unwrap();
    whole
}

/// A hand's strokes above a line of an application so many millimetres down the sheet.
fn strokes(down: f64) -> String {
    let mut drawn = "1.3 w 0 0 0.4 RG ".to_owned();
    for step in 0..18_u32 {
        let right = 142.0 + 2.0 * f64::from(step);
        let high = if step % 2 == 0 { 1.0 } else { 7.0 };
        let [x, y] = [right, 297.0 - down + high].map(|mm| mm * 72.0 / 25.4);
        let how = if step == 0 { "m" } else { "l" };
        drawn += &format!("{x:.2} {y:.2} {how} ");
    }
    drawn + "S"
}

/// A PDF of A4 pages with this drawn on each.
fn drawn(pages: &[String]) -> Vec<u8> {
    let kids: String = (0..pages.len())
        .map(|n| format!("{} 0 R ", 3 + 2 * n))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [ {kids}] /Count {} >>", pages.len()),
    ];
    for (n, page) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.28 841.89] /Contents {} 0 R /Resources << >> >>",
            4 + 2 * n
        ));
        objects.push(format!(
            "<< /Length {} >> stream\n{page}\nendstream",
            page.len()
        ));
    }
    let mut file = "%PDF-1.7\n".to_owned();
    let mut places = Vec::new();
    for (n, object) in (1..).zip(&objects) {
        places.push(file.len());
        file += &format!("{n} 0 obj\n{object}\nendobj\n");
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file += &format!("xref\n0 {size}\n0000000000 65535 f \n");
    for place in places {
        file += &format!("{place:010} 00000 n \n");
    }
    file += &format!("trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_2_a_scan_is_read_and_what_is_told_of_it_stops_nobody() {
    let scene = Scene::new().await;
    let site = scene.world.serve().await;
    let coordinator = scene.town.coordinator().await;
    let desk = site.browser_of(&coordinator).await;
    let documents = "/teacher/application/documents";

    let well = scene.forming(&site).await;
    scene.with_results(&well).await;
    let paper = scene.printed(&well, 1).await;
    let answer = scene.submit(&well, signed(&paper)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.told());
    let told = well.browser.get(documents).await;
    assert!(told.body.contains(WELL), "{}", told.body);
    let case = format!("/municipal/applications/{}", well.application.public_id);
    let seen = desk.get(&case).await;
    assert!(seen.body.contains(WELL), "{}", seen.body);
    assert!(!seen.body.contains("Скан: "), "{}", seen.body);

    let unsigned = scene.forming(&site).await;
    scene.with_results(&unsigned).await;
    let paper = scene.printed(&unsigned, 1).await;
    let answer = scene.submit(&unsigned, paper).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.told());
    let told = unsigned.browser.get(documents).await;
    assert!(told.body.contains("нет подписи."), "{}", told.body);
    let case = format!("/municipal/applications/{}", unsigned.application.public_id);
    let seen = desk.get(&case).await;
    assert!(seen.body.contains("Скан: На странице"), "{}", seen.body);
    let version = unsigned.application.version(&scene.town).await;
    let app = scene.world.app();
    app.register(&coordinator, unsigned.application.public_id, version)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_2_a_scan_of_an_older_edition_or_of_another_paper_is_told_by_name() {
    let scene = Scene::new().await;
    let site = scene.world.serve().await;
    let own = scene.forming(&site).await;
    let old = signed(&scene.printed(&own, 1).await);
    let version = own.application.version(&scene.town).await;
    let changed = Choice {
        category: Category::Highest,
        ..choice()
    };
    let app = scene.world.app();
    app.form_application(&own.teacher, own.card, version, &changed)
        .await
        .unwrap();
    scene.printed(&own, 2).await;

    // Without a document of results it is not submitted, and the scan stays.
    let answer = scene.submit(&own, old).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = own.browser.get(SUBMIT).await;
    let words = format!(
        "Это старая редакция: заявление сформировано заново {}",
        in_words(app.today())
    );
    assert!(told.body.contains(&words), "{words}: {}", told.body);

    let other = scene.forming(&site).await;
    let strange = signed(&scene.printed(&other, 1).await);
    scene.submit(&own, strange).await;
    let told = own.browser.get(SUBMIT).await;
    assert!(
        told.body.contains("нужно: другое заявление"),
        "{}",
        told.body
    );

    // Not a scan at all: a damaged file is told of, too.
    scene.submit(&own, b"%PDF-1.7\nno more".to_vec()).await;
    let told = own.browser.get(SUBMIT).await;
    assert!(told.body.contains("он повреждён"), "{}", told.body);
}
