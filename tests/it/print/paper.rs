//! The paper and the archive read back, and what stays known of them.

use super::*;

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
    assert!(names[1].starts_with(&format!("{folder}/02 ")) && names[1].ends_with(" — подпись.pdf"));
    assert!(names[2].starts_with(&format!("{folder}/03 ")) && names[2].ends_with(" — Подпись.png"));
    assert!(names[3].ends_with(" — a b c.pdf"), "{names:#?}");
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
        assert_eq!(row[7], Data::Float(bytes.len() as f64));
        assert_eq!(row[8].to_string(), sha256(&bytes));
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

/// The worker writes down whose documents it opened for somebody only while it makes what that person
/// asked for, and only of the applications that were asked for (R-AUD-1).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_aud_1_the_worker_opens_only_what_was_asked_for() {
    let mut region = Region::new().await;
    let coordinator = region.coordinator.clone();
    let [asked, foreign, other] = region.applications;
    let app = region.world.app();
    let ids = [asked.public_id];
    app.print_applications(&coordinator, Wanted::Marked(&ids), Format::Pdf, USUAL)
        .await
        .unwrap();
    bring(&region.town, &other, "scan", "", pdf(&["scan-d"])).await;
    let line = |application: &Application, role: &str| {
        format!(
            "INSERT INTO app.document_view (tenant_id, application_id, file_id, subject_id, account_id, role)
             SELECT f.tenant_id, f.application_id, f.id, a.account_id, {}, '{role}' FROM app.file f
             JOIN app.application a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
             WHERE f.application_id = {} ORDER BY f.id LIMIT 1",
            coordinator.account.0, application.id
        )
    };
    let mut worker = region.world.login(Login::Worker).await;
    worker.set("tenant", &region.town.id.to_string()).await;
    let refused = Err(Refused(Refused::PRIVILEGE.to_owned()));
    // Queued is not being made.
    assert_eq!(worker.run(&line(&asked, "municipal")).await, refused);
    region
        .sql
        .script("UPDATE app.printout SET state = 'running'")
        .await;
    assert_eq!(worker.run(&line(&asked, "municipal")).await, Ok(1));
    assert_eq!(worker.run(&line(&asked, "operator")).await, refused);
    assert_eq!(worker.run(&line(&other, "municipal")).await, refused);
    worker.set("tenant", &region.other.id.to_string()).await;
    assert_eq!(worker.run(&line(&foreign, "municipal")).await, refused);
    // What it was for is the case's history to tell: the audit has ids and codes.
    let told: i64 = region
        .sql
        .value(&format!(
            "SELECT count(*) FROM app.audit_event e WHERE e::text LIKE '%{USUAL}%'"
        ))
        .await
        .unwrap();
    assert_eq!(told, 0);
}
