//! «Печать заявлений» (01 §1.8): the paper and the archive read back, who may have them, and what
//! stays known of it.

mod access;
mod keeping;
mod paper;

use std::io::{Cursor, Read as _};

use app::printing::{Format, Wanted};
use calamine::{Data, Reader as _, Xlsx};
use reqwest::{Method, StatusCode};
use tests::{
    Application, Browser, Login, Page, Person, Session, Town, World,
    paper::{made, pages},
    sql::Refused,
};
use uuid::Uuid;
use zip::ZipArchive;

use crate::hostile_files::packed::{Packed, archive};

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
pub fn pdf(pages: &[&str]) -> Vec<u8> {
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
pub async fn bring(
    town: &Town,
    application: &Application,
    kind: &str,
    caption: &str,
    bytes: Vec<u8>,
) {
    let begins: [u8; 4] = *bytes.first_chunk().unwrap();
    let stream = futures::stream::iter([Ok::<_, std::io::Error>(bytes.into())]);
    let app = town.world().app();
    let name = match &begins {
        b"%PDF" => "файл.pdf",
        b"PK\x03\x04" => "файл.zip",
        _ => "файл.png",
    };
    let received = app.receive("files", town.id, name, stream).await.unwrap();
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
            archive(&[Packed::stored("a.pdf", b"%PDF-1.7\n")]),
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
