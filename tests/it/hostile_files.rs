//! Files nobody may bring (SEC-60…SEC-64), each by the form a teacher attaches documents with: the
//! message it is refused with, and that neither the store nor the database has anything of it.

pub mod packed;

use reqwest::StatusCode;
use tests::{Browser, Page, Person, Site, Town, World};

use crate::exports::store;
use packed::{Packed, archive, told_of};

const FORM: &str = "/teacher/application/documents";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n";

const UNACCEPTED: &str = "Принимаются файлы PDF, JPG, PNG, TIFF, DOCX, XLSX, PPTX, MP4 и ZIP";
const SECOND: &str = "В имени файла есть второе расширение: переименуйте файл";
const FOREIGN: &str = "В файле, кроме документа, есть посторонние данные: сохраните его заново";
const PASSWORD: &str = "Файл защищён паролем: снимите защиту и повторите";
const MACROS: &str = "В документе есть макросы: сохраните его без макросов";
const DAMAGED: &str = "Файл повреждён: сохраните его заново";
const PIXELS: &str = "В изображении больше 200 млн точек: уменьшите его";
const MANY: &str = "В архиве больше 2000 файлов: разделите его";
const SWELLS: &str = "Содержимое архива больше 200 МБ: разделите его";
const BOMB: &str = "Архив сжат подозрительно сильно: прикрепите файлы без архива";
const NESTED: &str = "Архив внутри архива не принимается: прикрепите файлы отдельно";
const NAMES: &str = "В архиве есть файл с недопустимым именем: создайте архив заново";

fn not_a(extension: &str) -> String {
    format!("Содержимое не соответствует расширению .{extension}: сохраните файл заново")
}

fn misnamed(found: &str, named: &str) -> String {
    format!("Имя оканчивается на .{named}, а это файл {found}: исправьте имя")
}

/// A document of Office with these parts besides its list of parts.
fn office(content: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let list = format!(
        "<Types><Override PartName=\"/main.xml\" ContentType=\"application/{content}\"/></Types>"
    );
    let mut files = vec![Packed::stored("[Content_Types].xml", list.as_bytes())];
    files.extend(
        parts
            .iter()
            .map(|(name, bytes)| Packed::stored(name, bytes)),
    );
    archive(&files)
}

const WORD: &str = "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const DOCUMENT: (&str, &[u8]) = ("word/document.xml", b"<document/>");

/// A picture's header that tells of this many points a side.
fn png(side: u32) -> Vec<u8> {
    let side = side.to_be_bytes();
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(),
        &side,
        &side,
        &[8, 6, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat()
}

fn jpeg(side: u16) -> Vec<u8> {
    let side = side.to_be_bytes();
    [
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08".as_slice(),
        &side,
        &side,
        b"\x03\x01\x11\0\x02\x11\x01\x03\x11\x01\xff\xd9",
    ]
    .concat()
}

fn tiff(side: u32) -> Vec<u8> {
    let tag = |code: u16| {
        [
            &code.to_le_bytes()[..],
            &[4, 0, 1, 0, 0, 0],
            &side.to_le_bytes(),
        ]
        .concat()
    };
    [
        b"II*\0\x08\0\0\0\x02\0".as_slice(),
        &tag(256),
        &tag(257),
        &[0; 4],
    ]
    .concat()
}

fn with(file: &[u8], tail: &[u8]) -> Vec<u8> {
    [file, tail].concat()
}

fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    archive(&[Packed::stored(name, bytes)])
}

/// What is brought, under which name, and what is said of it.
fn hostile() -> Vec<(&'static str, Vec<u8>, String)> {
    let said = |words: &str| words.to_owned();
    let inside = |name: &str, words: &str| format!("в архиве «{name}»: {words}");
    let one = Packed::stored("a.pdf", PDF);
    let program = b"MZ\x90\0\x03\0\0\0".as_slice();
    let macros = WORD.replace(".document.main", ".document.macroEnabled.main");
    vec![
        // By name.
        (
            "пустой.pdf",
            Vec::new(),
            said("Выберите файл: он пуст или не выбран"),
        ),
        ("a.exe", program.to_vec(), said(UNACCEPTED)),
        ("диплом.pdf.exe", program.to_vec(), said(UNACCEPTED)),
        ("диплом.pdf.scr", PDF.to_vec(), said(UNACCEPTED)),
        ("a\u{202e}fdp.exe", program.to_vec(), said(UNACCEPTED)),
        (
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec(),
            said(UNACCEPTED),
        ),
        (
            "a.html",
            b"<html><script>alert(1)</script>".to_vec(),
            said(UNACCEPTED),
        ),
        ("a.mht", b"MIME-Version: 1.0\r\n".to_vec(), said(UNACCEPTED)),
        ("a.js", b"alert(1)".to_vec(), said(UNACCEPTED)),
        ("a.docm", office(&macros, &[DOCUMENT]), said(UNACCEPTED)),
        (
            "a.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
            said(UNACCEPTED),
        ),
        (
            "a.gif",
            b"GIF89a/*\0\0*/=1;alert(1)".to_vec(),
            said(UNACCEPTED),
        ),
        ("a.heic", b"\0\0\0\x18ftypheic".to_vec(), said(UNACCEPTED)),
        ("документ", PDF.to_vec(), said(UNACCEPTED)),
        (".pdf", PDF.to_vec(), said(UNACCEPTED)),
        ("a.exe.pdf", PDF.to_vec(), said(SECOND)),
        ("a.html.pdf", PDF.to_vec(), said(SECOND)),
        ("a.php.jpg", jpeg(10), said(SECOND)),
        // By the first bytes.
        (
            "a.pdf",
            b"<!doctype html><script>alert(1)</script>".to_vec(),
            not_a("pdf"),
        ),
        ("a.pdf", program.to_vec(), not_a("pdf")),
        ("a.pdf", with(b"\n", PDF), not_a("pdf")),
        ("a.jpg", b"GIF89a/*\0\0*/=1;alert(1)".to_vec(), not_a("jpg")),
        ("a.jpg", PDF.to_vec(), misnamed("PDF", "jpg")),
        ("a.pdf", png(10), misnamed("PNG", "pdf")),
        ("a.zip", b"Rar!\x1a\x07\x01\0".to_vec(), not_a("zip")),
        ("a.zip", with(program, &zipped("a.pdf", PDF)), not_a("zip")),
        (
            "a.mp4",
            b"\0\0\0\x14ftypqt  \0\0\0\0qt  ".to_vec(),
            not_a("mp4"),
        ),
        // Two files in one.
        (
            "a.pdf",
            b"%PDF-1.7\n<HTML><script>alert(1)</script>".to_vec(),
            said(FOREIGN),
        ),
        (
            "a.jpg",
            with(&jpeg(10)[..20], b"<script>alert(1)</script>"),
            said(FOREIGN),
        ),
        (
            "a.png",
            with(&png(10), b"<?php system($_GET[0]); ?>"),
            said(FOREIGN),
        ),
        (
            "a.pdf",
            with(PDF, &zipped("a.class", b"\xca\xfe\xba\xbe")),
            said(FOREIGN),
        ),
        (
            "a.jpg",
            with(&jpeg(10), &zipped("a.class", b"\xca\xfe\xba\xbe")),
            said(FOREIGN),
        ),
        // Too large to be looked at, or to be taken.
        ("a.png", png(50_000), said(PIXELS)),
        ("a.jpg", jpeg(50_000), said(PIXELS)),
        ("a.tiff", tiff(50_000), said(PIXELS)),
        ("a.png", png(0), said(DAMAGED)),
        ("a.jpg", jpeg(10)[..12].to_vec(), said(DAMAGED)),
        (
            "a.pdf",
            with(PDF, &vec![b' '; 1024 * 1024]),
            said("Файл больше 1 МБ: уменьшите его или разделите"),
        ),
        // Encrypted.
        (
            "a.pdf",
            with(PDF, b"trailer << /Encrypt 5 0 R >>"),
            said(PASSWORD),
        ),
        (
            "a.pdf",
            with(PDF, b"trailer << /#45ncrypt 5 0 R >>"),
            said(PASSWORD),
        ),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
            said(PASSWORD),
        ),
        ("a.zip", archive(&[one.clone().encrypted()]), said(PASSWORD)),
        // Office.
        ("a.docx", zipped("a.pdf", PDF), not_a("docx")),
        ("a.xlsx", office(WORD, &[DOCUMENT]), not_a("xlsx")),
        ("a.docx", office("xml", &[DOCUMENT]), not_a("docx")),
        (
            "a.docx",
            office(WORD, &[DOCUMENT, ("word/vbaProject.bin", b"\0")]),
            said(MACROS),
        ),
        ("a.docx", office(&macros, &[DOCUMENT]), said(MACROS)),
        (
            "a.docx",
            office(WORD, &[DOCUMENT, ("word/embeddings/a.exe", program)]),
            said(NESTED),
        ),
        // Archives.
        ("a.zip", archive(&[]), said("В архиве нет файлов")),
        ("a.zip", zipped("папка/", b""), said("В архиве нет файлов")),
        (
            "a.zip",
            zipped("__MACOSX/a.pdf", PDF),
            said("В архиве нет файлов"),
        ),
        (
            "a.zip",
            archive(&vec![Packed::stored("a.pdf", b"1"); 2001]),
            said(MANY),
        ),
        ("a.zip", told_of(u16::MAX), said(MANY)),
        (
            "a.zip",
            archive(&[one.clone().told(3_000_000_000, 30_000_001)]),
            said(SWELLS),
        ),
        (
            "a.zip",
            archive(&[one.clone().told(u32::MAX - 1, 9)]),
            said(BOMB),
        ),
        (
            "a.zip",
            archive(&[one.clone().told(90_000_000, 1_000_000)]),
            said(BOMB),
        ),
        (
            "a.zip",
            archive(&[one.clone(), Packed::stored("b.pdf", PDF).at(0)]),
            said(BOMB),
        ),
        ("a.zip", zipped("../a.pdf", PDF), said(NAMES)),
        ("a.zip", zipped("a/../../b.pdf", PDF), said(NAMES)),
        ("a.zip", zipped("/etc/cron.d/a.pdf", PDF), said(NAMES)),
        ("a.zip", zipped("..\\a.pdf", PDF), said(NAMES)),
        ("a.zip", zipped("C:\\a.pdf", PDF), said(NAMES)),
        ("a.zip", archive(&[one.clone().link()]), said(NAMES)),
        (
            "a.zip",
            archive(&[one.clone().by_method(99)]),
            said(DAMAGED),
        ),
        ("a.zip", zipped("a.pdf", PDF)[..40].to_vec(), said(DAMAGED)),
        (
            "a.zip",
            zipped("внутри.zip", &zipped("a.pdf", PDF)),
            inside("внутри.zip", NESTED),
        ),
        (
            "a.zip",
            zipped("внутри.rar", b"Rar!\x1a\x07"),
            inside("внутри.rar", NESTED),
        ),
        (
            "a.zip",
            archive(&[one.clone(), Packed::stored("b.exe", program)]),
            inside("b.exe", UNACCEPTED),
        ),
        (
            "a.zip",
            archive(&[one, Packed::stored("b.pdf", program)]),
            inside("b.pdf", &not_a("pdf")),
        ),
        (
            "a.zip",
            zipped("a.docx", &office(&macros, &[DOCUMENT])),
            inside("a.docx", MACROS),
        ),
    ]
}

/// A teacher before its form, and what there is of its documents.
struct Desk {
    town: Town,
    teacher: Person,
    browser: Browser,
    _site: Site,
}

impl Desk {
    async fn of(world: &World) -> Self {
        let town = world.town().await;
        let teacher = town.teacher().await;
        town.ready(&teacher).await;
        let site = world.serve().await;
        let browser = site.browser_of(&teacher).await;
        Self {
            town,
            teacher,
            browser,
            _site: site,
        }
    }

    async fn bring(&self, name: &str, bytes: Vec<u8>) -> Page {
        let forms = self.browser.get(FORM).await.forms();
        let mut form = forms
            .into_iter()
            .find(|form| !form.files.is_empty())
            .unwrap();
        form.set("kind", "results_table");
        let file = ("files".to_owned(), name.to_owned(), bytes);
        self.browser.send(&form, &[file]).await
    }

    /// The keys in the store, and how many rows there are.
    async fn kept(&self) -> (Vec<String>, i64) {
        let keys = store()
            .keys(&format!("t/{}/", self.town.id), "")
            .await
            .unwrap();
        let mut sql = self.town.world().superuser().await;
        let rows = format!(
            "SELECT count(*) FROM app.file WHERE tenant_id = {}",
            self.town.id
        );
        (keys, sql.value(&rows).await.unwrap())
    }

    async fn names(&self) -> Vec<String> {
        let mut sql = self.town.world().superuser().await;
        sql.list(&format!(
            "SELECT f.name FROM app.attachment t JOIN app.file f ON f.tenant_id = t.tenant_id AND f.id = t.file_id
             WHERE t.tenant_id = {} AND t.caption = '' AND t.kind <> 'scan' AND t.by_account = {} ORDER BY t.id",
            self.town.id, self.teacher.account.0
        ))
        .await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_60_hostile_files_are_refused_in_words_and_nothing_of_them_stays() {
    let world = crate::exports::region().await;
    let desk = Desk::of(&world).await;
    let before = desk.kept().await;
    let files = hostile();
    assert!(files.len() >= 40, "{}", files.len());
    let mut wrong = Vec::new();
    for (name, bytes, words) in &files {
        let page = desk.bring(name, bytes.clone()).await;
        let told = page.errors();
        let shown = name.rsplit('/').next().unwrap_or_default();
        if page.status != StatusCode::UNPROCESSABLE_ENTITY
            || !told.iter().any(|error| error.ends_with(words.as_str()))
        {
            wrong.push(format!("{shown}: {words} ≠ {}", page.told()));
        }
        let after = desk.kept().await;
        if after != before {
            wrong.push(format!("{shown}: {words}: {} kept", after.0.len()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    println!("SEC-60: {} hostile files refused", files.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_62_an_archive_is_attached_file_by_file_with_its_names() {
    let world = crate::exports::region().await;
    let desk = Desk::of(&world).await;
    // As Windows packs it, and as everybody else does.
    let diploma = [0x84, 0xA8, 0xAF, 0xAB, 0xAE, 0xAC, b'.', b'p', b'd', b'f'];
    let bytes = archive(&[
        Packed::stored("Сканы/", b""),
        Packed::stored(diploma, PDF),
        Packed::stored("Сканы/Грамота.png", &png(10)),
        Packed::stored("Сканы/Thumbs.db", b"\0"),
        Packed::stored("Таблица.docx", &office(WORD, &[DOCUMENT])),
    ]);
    let page = desk.bring("документы.zip", bytes).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
    assert_eq!(
        desk.names().await,
        ["Диплом.pdf", "Грамота.png", "Таблица.docx"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_60_every_kind_is_taken_and_a_video_by_the_distance_form_only() {
    let world = crate::exports::region().await;
    let desk = Desk::of(&world).await;
    let sheet = "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    let slides = "vnd.openxmlformats-officedocument.presentationml.presentation.main+xml";
    let video = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2".to_vec();
    for (name, bytes) in [
        ("a.PDF", PDF.to_vec()),
        ("a.jpeg", jpeg(100)),
        ("a.png", png(100)),
        ("a.tif", tiff(100)),
        ("a.docx", office(WORD, &[DOCUMENT])),
        ("a.xlsx", office(sheet, &[("xl/workbook.xml", b"<w/>")])),
        (
            "a.pptx",
            office(slides, &[("ppt/presentation.xml", b"<p/>")]),
        ),
    ] {
        let page = desk.bring(name, bytes).await;
        assert_eq!(
            page.status,
            StatusCode::SEE_OTHER,
            "{name}: {}",
            page.told()
        );
    }
    let before = desk.kept().await;
    let page = desk.bring("урок.mp4", video.clone()).await;
    let told = page.errors();
    assert!(
        told[0].contains("Видео прикрепляют только к заявлению с дистанционной формой"),
        "{told:?}"
    );
    assert_eq!(desk.kept().await, before);
    let distance = format!(
        "UPDATE app.application SET form = 'distance' WHERE tenant_id = {}",
        desk.town.id
    );
    world.superuser().await.script(&distance).await;
    let page = desk.bring("урок.mp4", video).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_61_the_region_says_how_large_a_file_may_be() {
    let world = crate::exports::region().await;
    let desk = Desk::of(&world).await;
    let setting = "INSERT INTO app.region_setting (key, value) VALUES ('document_mb', '0')
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    world.superuser().await.script(setting).await;
    let page = desk.bring("a.pdf", PDF.to_vec()).await;
    assert!(
        page.errors()[0].contains("Файл больше 0 МБ"),
        "{}",
        page.told()
    );
}

/// A PDF that brings scripts along is taken, and its readers are told (SEC-62).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_62_scripts_in_a_pdf_are_told_of() {
    let world = crate::exports::region().await;
    let desk = Desk::of(&world).await;
    for tail in [
        "/S /JavaScript /JS (app.alert(1))",
        "/S /Launch",
        "/Type /EmbeddedFile",
    ] {
        let page = desk.bring("a.pdf", with(PDF, tail.as_bytes())).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
    }
    let page = desk.browser.get(FORM).await;
    let told = page
        .body
        .matches("В файле есть сценарии или вложения")
        .count();
    assert_eq!(told, 3, "{}", page.body);
}
