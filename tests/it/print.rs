//! «Печать заявлений» (01 §1.8): the paper and the archive read back, who may have them, and what
//! stays known of it.

use std::{
    io::{Cursor, Read as _, Write as _},
    process::{Command, Stdio},
    time::Duration,
};

use app::printing::{Format, Wanted};
use calamine::{Data, Reader as _, Xlsx};
use reqwest::{Method, StatusCode};
use tests::{Application, Browser, Page, Person, Session, Town, World};
use uuid::Uuid;
use zip::ZipArchive;

const OPERATOR: &str = "/operator/print";
const MUNICIPAL: &str = "/municipal/print";
const USUAL: &str = "Для аттестационного дела";

/// The smallest picture there is.
const PNG: [u8; 70] = [
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0,
    0, 0, 31, 21, 196, 137, 0, 0, 0, 13, 73, 68, 65, 84, 120, 218, 99, 100, 248, 207, 80, 15, 0, 3,
    134, 1, 128, 90, 52, 125, 107, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];

/// A PDF of these pages, each a word.
fn pdf(pages: &[&str]) -> Vec<u8> {
    let kids: String = (0..pages.len())
        .map(|n| format!("{} 0 R ", 4 + 2 * n))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [ {kids}] /Count {} >>", pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for (n, word) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * n
        ));
        let drawn = format!("BT /F1 12 Tf 72 700 Td ({word}) Tj ET");
        objects.push(format!(
            "<< /Length {} >> stream\n{drawn}\nendstream",
            drawn.len()
        ));
    }
    let mut file = "%PDF-1.7\n".to_owned();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file += &format!("xref\n0 {size}\n0000000000 65535 f \n");
    for place in places {
        file += &format!("{place:010} 00000 n \n");
    }
    file += &format!("trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.into_bytes()
}

/// Gives an application a document that lies in the store: a scan, or one of this kind.
async fn bring(town: &Town, application: &Application, kind: &str, caption: &str, bytes: Vec<u8>) {
    let stream = futures::stream::iter([Ok::<_, std::io::Error>(bytes.into())]);
    let app = town.world().app();
    let received = app.receive("files", town.id, "файл", stream).await.unwrap();
    let edition = if kind == "scan" { "1" } else { "NULL" };
    town.world()
        .superuser()
        .await
        .script(&format!(
            "WITH f AS (INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size,
                 sha256, by_role)
               VALUES ({tenant}, gen_random_uuid(), {id}, '{}', 'файл', '{}', {}, '\\x00', 'teacher') RETURNING id)
             INSERT INTO app.attachment (tenant_id, public_id, application_id, file_id, kind, edition, caption, by_role,
                 by_account, created_at)
               SELECT {tenant}, gen_random_uuid(), {id}, f.id, '{kind}', {edition}, '{caption}', 'teacher',
                 (SELECT account_id FROM app.application WHERE id = {id}), clock_timestamp() FROM f",
            received.key,
            received.content_type,
            received.size,
            tenant = town.id,
            id = application.id,
        ))
        .await;
}

/// Two municipalities of a region: two applications registered in the one, one in the other.
struct Region {
    world: World,
    town: Town,
    coordinator: Person,
    other: Town,
    applications: [Application; 3],
    teacher: Person,
    sql: Session,
}

impl Region {
    async fn new() -> Self {
        let world = World::own().await;
        let (town, other) = (world.town().await, world.town().await);
        let coordinator = town.coordinator().await;
        let teacher = town.teacher().await;
        let first = town.registered(&teacher, &coordinator).await;
        let elsewhere = other.coordinator().await;
        let second = other.registered(&other.teacher().await, &elsewhere).await;
        let third = town.registered(&town.teacher().await, &coordinator).await;
        bring(&town, &first, "scan", "", pdf(&["scan-a", "scan-b"])).await;
        bring(
            &town,
            &first,
            "results_table",
            "подпись",
            b"%PDF-1.7\nbroken".to_vec(),
        )
        .await;
        bring(&town, &first, "results_table", "Подпись", PNG.to_vec()).await;
        bring(
            &town,
            &first,
            "results_table",
            "a/b:\u{202e}c",
            pdf(&["table-a"]),
        )
        .await;
        bring(
            &town,
            &first,
            "results_table",
            "",
            b"PK\x03\x04nothing".to_vec(),
        )
        .await;
        bring(&other, &second, "scan", "", pdf(&["scan-c"])).await;
        let mut sql = world.superuser().await;
        sql.script(&format!(
            "UPDATE app.application SET surname = 'Ёлкина' WHERE id = {}",
            second.id
        ))
        .await;
        Self {
            applications: [first, second, third],
            world,
            town,
            coordinator,
            other,
            teacher,
            sql,
        }
    }

    async fn views(&mut self, person: &Person) -> Vec<i64> {
        let account = person.account.0;
        self.sql
            .list(&format!(
                "SELECT application_id FROM app.document_view WHERE account_id = {account} ORDER BY application_id, id"
            ))
            .await
    }
}

/// Presses a button of the page of printing; the printout's page it leads to.
async fn press(browser: &Browser, path: &str, button: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(path).await;
    let mut form = page.form(button);
    let format = if button.contains("ZIP") { "zip" } else { "pdf" };
    form.set("format", format);
    for (name, value) in fields {
        form.set(name, value);
    }
    browser.send(&form, &[]).await
}

/// The file of a printout, once it is there.
async fn made(browser: &Browser, pressed: &Page, label: &str) -> Vec<u8> {
    assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.told());
    let path = pressed.location.clone().unwrap();
    // A quick worker's file is led to at once.
    let path = path.trim_end_matches("/file").to_owned();
    loop {
        let page = browser.get(&path).await;
        match page.heading().as_str() {
            "Документ готов" => {
                assert!(page.body.contains(label), "{}", page.body);
                break;
            }
            "Документ готовится…" => {
                tokio::time::sleep(Duration::from_millis(200)).await
            }
            _ => panic!("{}", page.told()),
        }
    }
    let file = browser.request(Method::GET, &format!("{path}/file"));
    let answer = file.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.bytes().await.unwrap().to_vec()
}

/// The words of each page.
fn pages(pdf: &[u8]) -> Vec<String> {
    let mut child = Command::new("pdftotext")
        .args(["-raw", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let pdf = pdf.to_vec();
    let writing = std::thread::spawn(move || stdin.write_all(&pdf).unwrap());
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut pages: Vec<String> = text
        .split('\u{c}')
        .map(|page| page.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(pages.pop().unwrap(), "", "after the last page");
    pages
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_applications_are_one_paper_whose_page_map_is_right() {
    let mut region = Region::new().await;
    let site = region.world.serve().await;
    let _worker = region.world.worker();
    let operator = region.world.operator().await;
    let browser = site.browser_of(&operator).await;
    let page = browser.get(OPERATOR).await;
    assert_eq!(page.heading(), "Печать заявлений");
    assert!(
        page.body.contains(&format!("value=\"{USUAL}\"")),
        "{}",
        page.body
    );
    let pressed = press(
        &browser,
        OPERATOR,
        "Напечатать отмеченные",
        &[("which", "all")],
    )
    .await;
    let pages = pages(&made(&browser, &pressed, "Скачать (PDF)").await);
    assert_eq!(pages.len(), 1 + (1 + 4) + (1 + 1) + 1, "{pages:#?}");
    // The contents, in the journal's order.
    let contents = &pages[0];
    assert!(contents.contains(USUAL), "{contents}");
    for line in [
        "1 14.09.2026 Иванова Мария Сергеевна 2",
        "2 14.09.2026 Ёлкина Мария Сергеевна 7",
        "3 14.09.2026 Иванова Мария Сергеевна 9",
    ] {
        assert!(contents.contains(line), "{line} in {contents}");
    }
    // A separator with its documents' pages, and why some have none.
    let separator = &pages[1];
    for part in [
        "№ 1 от 14.09.2026",
        "Заявление 3–4",
        "он повреждён или защищён паролем",
        "Подпись 5",
        "такие файлы открываются только на компьютере",
        region.town.name.as_str(),
    ] {
        assert!(separator.contains(part), "{part} in {separator}");
    }
    assert!(pages[2].contains("scan-a") && pages[3].contains("scan-b"));
    assert!(pages[5].contains("table-a") && pages[7].contains("scan-c"));
    assert!(pages[6].contains(&region.other.name));
    assert!(pages[8].contains("Документов нет."), "{}", pages[8]);
    // Every page behind the contents has its numbers.
    let of = [(1, 5), (2, 2), (3, 1)];
    let mut whole = 1;
    for (number, count) in of {
        for page in 1..=count {
            whole += 1;
            let numbers = format!("№ {number} · стр. {page} из {count} · {whole}");
            assert!(
                pages[whole - 1].ends_with(&numbers),
                "{numbers} in {}",
                pages[whole - 1]
            );
        }
    }
    // Known to the teacher: every file that was opened, and what for.
    let [first, second, third] = region.applications.map(|application| application.id);
    assert_eq!(
        region.views(&operator).await,
        [first, first, first, first, second]
    );
    let words: Vec<String> = region
        .sql
        .list(&format!(
            "SELECT words FROM app.application_event WHERE act = 'application.print' AND application_id = {third}"
        ))
        .await;
    assert_eq!(
        words,
        [format!(
            "Заявление напечатано с документами. Для чего: {USUAL}"
        )]
    );
    let audited: Vec<i64> = region
        .sql
        .list(&format!(
            "SELECT object_id FROM app.audit_event WHERE act = 'application.print' AND account_id = {} ORDER BY id",
            operator.account.0
        ))
        .await;
    assert_eq!(audited, [first, second, third]);
    let below = browser.get(OPERATOR).await;
    assert!(
        below.body.contains(&format!("Заявления: 3. {USUAL}")),
        "{}",
        below.body
    );
    assert!(
        below
            .links()
            .contains(&format!("{}/file", pressed.location.unwrap()))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_an_archive_has_every_document_once_and_its_list() {
    let mut region = Region::new().await;
    let site = region.world.serve().await;
    let _worker = region.world.worker();
    let browser = site.browser_of(&region.coordinator).await;
    let marked = region.applications[0].public_id.to_string();
    let fields = [("application", marked.as_str())];
    let pressed = press(&browser, MUNICIPAL, "Собрать архив (ZIP)", &fields).await;
    let bytes = made(&browser, &pressed, "Скачать (ZIP)").await;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    let folder = "0001 Иванова Мария Сергеевна";
    assert_eq!(names.len(), 6, "{names:#?}");
    assert_eq!(names[0], format!("{folder}/01 Заявление.pdf"));
    assert!(names[1].starts_with(&format!("{folder}/02 ")) && names[1].ends_with(" – подпись.pdf"));
    assert!(names[2].starts_with(&format!("{folder}/03 ")) && names[2].ends_with(" – Подпись.png"));
    assert!(names[3].ends_with(" – a b c.pdf"), "{names:#?}");
    assert!(names[4].starts_with(&format!("{folder}/05 ")) && names[4].ends_with(".zip"));
    assert_eq!(names[5], "Опись.xlsx");
    let mut scan = Vec::new();
    archive
        .by_name(&names[0])
        .unwrap()
        .read_to_end(&mut scan)
        .unwrap();
    assert_eq!(scan, pdf(&["scan-a", "scan-b"]));
    let mut list = Vec::new();
    archive
        .by_name("Опись.xlsx")
        .unwrap()
        .read_to_end(&mut list)
        .unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(list)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<&[Data]> = sheet.rows().skip(1).collect();
    assert_eq!(rows.len(), 5);
    for (row, name) in rows.iter().zip(&names) {
        assert_eq!(row[0], Data::Float(1.0));
        assert_eq!(format!("{}/{}", row[2], row[3]), *name);
        let mut bytes = Vec::new();
        archive
            .by_name(name)
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        assert_eq!(row[6], Data::Float(bytes.len() as f64));
        assert_eq!(row[7].to_string(), sha256(&bytes));
    }
    let coordinator = region.coordinator.clone();
    assert_eq!(
        region.views(&coordinator).await,
        [region.applications[0].id; 5]
    );
    // Its teacher reads who had them.
    let teacher = site.browser_of(&region.teacher).await;
    let views = teacher.get("/profile/views").await;
    assert!(views.body.contains(&region.town.name), "{}", views.body);
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_a_coordinator_has_its_own_municipalitys_and_no_others() {
    let mut region = Region::new().await;
    let site = region.world.serve().await;
    let browser = site.browser_of(&region.coordinator).await;
    let page = browser.get(MUNICIPAL).await;
    assert!(
        !page.body.contains("Ёлкина") && !page.body.contains("Муниципалитет</"),
        "{}",
        page.body
    );
    let foreign = region.applications[1].public_id.to_string();
    let fields = [("application", foreign.as_str())];
    let refused = press(&browser, MUNICIPAL, "Напечатать отмеченные", &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.told());
    let asked: i64 = region
        .sql
        .value("SELECT count(*) FROM app.printout")
        .await
        .unwrap();
    assert_eq!(asked, 0);
    // What stands in the row by somebody else's hand the worker does not print.
    let (own, foreign) = (&region.applications[2], &region.applications[1]);
    let id = Uuid::now_v7();
    region
        .sql
        .script(&format!(
            "INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
             VALUES ('{id}', {tenant}, {}, {}, 'municipal', 'applications', '{{\"kind\": \"applications\",
               \"of\": [[{}, \"{}\"], [{tenant}, \"{}\"]], \"format\": \"pdf\", \"reason\": \"Проба\"}}')",
            region.coordinator.account.0,
            region.coordinator.membership,
            region.other.id,
            foreign.public_id,
            own.public_id,
            tenant = region.town.id,
        ))
        .await;
    let _worker = region.world.worker();
    let pressed = Page {
        status: StatusCode::SEE_OTHER,
        location: Some(format!("/printouts/{id}")),
        ..page
    };
    let pages = pages(&made(&browser, &pressed, "Скачать (PDF)").await);
    assert_eq!(pages.len(), 2, "{pages:#?}");
    assert!(
        pages[0].contains("Заявление: заявление другого муниципалитета"),
        "{}",
        pages[0]
    );
    assert!(!pages.concat().contains("Ёлкина") && !pages.concat().contains("scan-c"));
    let coordinator = region.coordinator.clone();
    assert!(region.views(&coordinator).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_an_expert_takes_all_documents_of_one_assigned() {
    let mut region = Region::new().await;
    let site = region.world.serve().await;
    let _worker = region.world.worker();
    let expert = region.town.expert().await;
    let (assigned, other) = (region.applications[0], region.applications[2]);
    region
        .sql
        .script(&format!(
            "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
               expert_membership_id, expert_account_id, expert_name, assigned_by)
             SELECT tenant_id, id, account_id, 1, tenant_id, {}, {account}, 'Эксперт', {account}
             FROM app.application WHERE id = {}",
            expert.membership,
            assigned.id,
            account = expert.account.0,
        ))
        .await;
    let browser = site.browser_of(&expert).await;
    let page = browser
        .get(&format!("/expert/applications/{}", assigned.public_id))
        .await;
    let mut form = page.form("Скачать все документы (ZIP)");
    let pressed = browser.send(&form, &[]).await;
    let bytes = made(&browser, &pressed, "Скачать (ZIP)").await;
    assert_eq!(ZipArchive::new(Cursor::new(bytes)).unwrap().len(), 6);
    assert_eq!(region.views(&expert).await, [assigned.id; 5]);
    form.action = format!("/expert/applications/{}/archive", other.public_id);
    let refused = browser.send(&form.anew(), &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.told());
    // Another person's printout is nobody's business, and an assignment that ended takes its
    // documents along (R-SCH-4).
    let printout = pressed.location.unwrap();
    let printout = printout.trim_end_matches("/file");
    let theirs = site.browser_of(&region.coordinator).await;
    assert_eq!(theirs.get(printout).await.status, StatusCode::NOT_FOUND);
    region
        .sql
        .script("UPDATE app.assignment SET closed_at = now()")
        .await;
    let late = browser.get(&format!("{printout}/file")).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND, "{}", late.told());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_what_is_marked_survives_the_next_page_and_faults_keep_it() {
    let region = Region::new().await;
    let site = region.world.serve().await;
    let operator = region.world.operator().await;
    let browser = site.browser_of(&operator).await;
    let none = press(&browser, OPERATOR, "Напечатать отмеченные", &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(none.errors(), ["Отметьте хотя бы одно заявление."]);
    let id = region.applications[1].public_id.to_string();
    let mut form = browser.get(OPERATOR).await.form("Напечатать отмеченные");
    form.set("reason", " ");
    form.set("application", &id);
    let wrong = browser.send(&form, &[]).await;
    assert_eq!(wrong.errors(), ["Напишите, для чего печатаются заявления"]);
    let kept = wrong.form("Напечатать отмеченные").fields;
    assert!(
        kept.contains(&("application".to_owned(), id.clone())),
        "{kept:?}"
    );
    // Narrowed to another day, it is carried along unseen.
    let path = format!("{OPERATOR}?to=01.01.2020");
    let mut form = browser.get(OPERATOR).await.form("Напечатать отмеченные");
    form.action = format!("{OPERATOR}?q=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0");
    form.set("application", &id);
    form.set("format", "next");
    let next = browser.send(&form, &[]).await;
    assert_eq!(next.status, StatusCode::OK, "{}", next.told());
    assert!(
        next.body.contains("Отмечено на других страницах: 1"),
        "{}",
        next.body
    );
    let kept = next.form("Напечатать отмеченные").fields;
    assert!(
        kept.contains(&("application".to_owned(), id.clone())),
        "{kept:?}"
    );
    let empty = browser.get(&path).await;
    assert!(
        empty.body.contains("Зарегистрированных заявлений нет."),
        "{}",
        empty.body
    );
    let app = region.world.app();
    let many: Vec<Uuid> = (0..501).map(|_| Uuid::now_v7()).collect();
    let refused = app
        .print_applications(&operator, Wanted::Marked(&many), Format::Pdf, USUAL)
        .await;
    assert!(
        matches!(refused, Err(app::Error::Invalid(_))),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_is_for_coordinators_and_operators_alone() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let school = town.school(teacher.organisation.unwrap()).await;
    let people = [school, teacher, town.expert().await, world.admin().await];
    let site = world.serve().await;
    for person in people {
        let browser = site.browser_of(&person).await;
        for path in [OPERATOR, MUNICIPAL, "/municipal/journal"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.told());
        }
        let refused = world
            .app()
            .print_applications(
                &person,
                Wanted::Marked(&[Uuid::now_v7()]),
                Format::Zip,
                USUAL,
            )
            .await;
        let expert = person.role == domain::role::Role::Expert;
        match refused {
            Err(app::Error::NotFound) if expert => {}
            Err(app::Error::Forbidden) if !expert => {}
            other => panic!("{:?}: {other:?}", person.role),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_5_a_coordinators_journal_is_its_municipalitys() {
    let region = Region::new().await;
    let site = region.world.serve().await;
    let _worker = region.world.worker();
    let browser = site.browser_of(&region.coordinator).await;
    let other = region.other.public_id().await;
    let path = format!("/municipal/journal?municipality={other}");
    let page = browser.get(&path).await;
    assert_eq!(page.heading(), "Журнал регистрации заявлений");
    assert!(page.body.contains("Записей: 2"), "{}", page.body);
    assert!(!page.body.contains(&region.other.name), "{}", page.body);
    let opened = page.links().into_iter();
    let opened = opened
        .filter(|link| link.starts_with("/municipal/applications/"))
        .count();
    assert_eq!(opened, 2);
    let xlsx = browser.request(Method::GET, &format!("{path}&format=xlsx"));
    let book = xlsx.send().await.unwrap().bytes().await.unwrap().to_vec();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book)).unwrap();
    assert_eq!(
        book.worksheet_range_at(0).unwrap().unwrap().rows().count(),
        3
    );
    let paper = browser.get(&format!("{path}&format=pdf")).await;
    let location = paper.location.clone().unwrap().replace("/file", "");
    let paper = Page {
        location: Some(location),
        ..paper
    };
    let pages = pages(&made(&browser, &paper, "Скачать (PDF)").await);
    assert!(pages[0].contains("Всего записей: 2"), "{pages:?}");
    assert!(!pages[0].contains(&region.other.name), "{pages:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_what_took_a_worker_down_thrice_is_given_up() {
    let mut region = Region::new().await;
    let app = region.world.app();
    let operator = region.world.operator().await;
    let id = app
        .print_journal(&operator, app::journal::Filter::default())
        .await
        .unwrap();
    for _ in 0..3 {
        // Claimed, and the process dies: the lease runs out.
        assert!(app.claim_printout().await.unwrap().is_some());
        region
            .sql
            .script("UPDATE app.printout SET run_after = now() - interval '1 second'")
            .await;
    }
    assert!(app.claim_printout().await.unwrap().is_none());
    let given_up = app.printout(&operator, id).await.unwrap();
    assert_eq!(given_up.state, app::printouts::State::Failed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn print_a_printout_is_gone_after_a_day() {
    let mut region = Region::new().await;
    let app = region.world.app();
    let operator = region.world.operator().await;
    let id = app
        .print_journal(&operator, app::journal::Filter::default())
        .await
        .unwrap();
    app.clear_printouts().await.unwrap();
    assert!(app.printout(&operator, id).await.is_ok());
    region
        .sql
        .script("UPDATE app.printout SET created_at = created_at - interval '25 hours'")
        .await;
    app.clear_printouts().await.unwrap();
    let gone = app.printout(&operator, id).await;
    assert!(matches!(gone, Err(app::Error::NotFound)), "{gone:?}");
}
