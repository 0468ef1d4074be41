//! «Журнал регистрации заявлений» as an operator reads it and takes it away (R-APP-5): every
//! line in its order, on the page, in the workbook and on paper.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use chrono::{Days, NaiveDate};
use reqwest::StatusCode;
use scraper::{Html, Selector};
use tests::{
    Browser, Page, Session, Town, World,
    paper::{bare, file, words},
};

const PATH: &str = "/operator/journal";

const COLUMNS: [&str; 13] = [
    "№",
    "Дата поступления",
    "Дата регистрации",
    "ФИО",
    "Должность",
    "Место работы",
    "Муниципалитет",
    "Имеющаяся категория",
    "Заявленная категория",
    "Форма",
    "Основание",
    "Решение",
    "Кем зарегистрировано",
];

/// A region whose journal has two days and a year's end, both routes, corrections (one of them a
/// year after its entry) and a municipality that was removed.
struct Region {
    world: World,
    town: Town,
    sql: Session,
}

impl Region {
    async fn new() -> Self {
        let world = World::own().await;
        let (town, other) = (world.town().await, world.town().await);
        let coordinator = town.coordinator().await;
        let operator = world.operator().await;
        let mut first = None;
        for number in 0..52 {
            let application = town.registered(&town.teacher().await, &coordinator).await;
            first.get_or_insert(application);
            if number == 30 {
                world.set_now("2026-09-15T03:00:00Z");
            }
        }
        let simplified = town.submitted_by(&town.teacher().await, "simplified").await;
        let version = simplified.version(&town).await;
        let register = world
            .app()
            .register(&operator, simplified.public_id, version);
        register.await.unwrap();
        let elsewhere = other.coordinator().await;
        other.registered(&other.teacher().await, &elsewhere).await;
        let mut sql = world.superuser().await;
        sql.script(&format!(
            "UPDATE app.registration SET person = '', position = '', organisation = '', registered_by = '',
               municipality = 'удалённый муниципалитет' WHERE tenant_id = {};
             UPDATE app.registration SET held_category = 'highest', category = 'mentor', form = 'distance',
               organisation = '=1+1' WHERE line % 5 = 0",
            other.id
        ))
        .await;
        world.set_now("2027-01-11T03:00:00Z");
        let first = first.unwrap();
        let mut session = coordinator.sql().await;
        let withdrawn = session.run(&first.update("status = 'withdrawn'")).await;
        assert_eq!(withdrawn, Ok(1));
        let correct = format!("SELECT app.correct_journal({}, 'withdrawn')", first.id);
        session.rows(&correct).await.unwrap();
        town.registered(&town.teacher().await, &coordinator).await;
        Self { world, town, sql }
    }

    /// The lines as the database has them, in words.
    async fn lines(&mut self, narrowed: &str) -> Vec<Vec<String>> {
        let lines: Vec<Vec<String>> = self
            .sql
            .list(&format!(
                "SELECT ARRAY[coalesce(r.number::text, ''), to_char(r.submitted_on, 'DD.MM.YYYY'),
                   to_char(r.date, 'DD.MM.YYYY'), coalesce(nullif(r.person, ''), 'сведения удалены'), r.position,
                   r.organisation, r.municipality,
                   CASE r.held_category WHEN 'first' THEN 'первая' WHEN 'highest' THEN 'высшая' ELSE '' END,
                   CASE r.category WHEN 'first' THEN 'первая' WHEN 'mentor' THEN 'педагог-наставник' END,
                   CASE r.form WHEN 'distance' THEN 'дистанционная' ELSE 'очная' END, r.ground,
                   CASE WHEN r.kind = 'correction' THEN 'отозвано (запись № ' || e.number || ' от '
                     || to_char(e.date, 'DD.MM.YYYY') || ')' ELSE '' END, r.registered_by]
                 FROM app.registration r LEFT JOIN app.registration e
                   ON e.application_id = r.application_id AND e.kind = 'entry'
                 WHERE {narrowed} ORDER BY r.year, r.line"
            ))
            .await;
        lines
    }
}

/// The cells of the page's table; a dash is nothing.
fn rows(page: &Page) -> Vec<Vec<String>> {
    let html = Html::parse_document(&page.body);
    let (row, cell) = (
        Selector::parse("tbody tr").unwrap(),
        Selector::parse("td").unwrap(),
    );
    html.select(&row)
        .map(|row| {
            let cells = row.select(&cell).map(|cell| {
                let text: String = cell.text().collect();
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if text == "—" { String::new() } else { text }
            });
            cells.collect()
        })
        .collect()
}

/// The rows of all pages, and how many pages there are.
async fn walked(browser: &Browser, path: &str) -> (Vec<Vec<String>>, usize) {
    let (mut all, mut pages, mut next) = (Vec::new(), 0, Some(path.to_owned()));
    while let Some(path) = next {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.told());
        all.extend(rows(&page));
        pages += 1;
        next = page
            .links()
            .into_iter()
            .find(|link| link.contains("after="));
    }
    (all, pages)
}

/// A workbook's rows as they would be read, its header first.
fn workbook(bytes: Vec<u8>) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Float(number) => number.to_string(),
        Data::DateTime(serial) => {
            let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
            let day = epoch + Days::new(serial.as_f64() as u64);
            day.format("%d.%m.%Y").to_string()
        }
        other => panic!("no such cell: {other:?}"),
    };
    let mut rows: Vec<Vec<String>> = sheet
        .rows()
        .map(|row| row.iter().map(text).collect())
        .collect();
    for row in &mut rows {
        row.resize(COLUMNS.len(), String::new());
    }
    rows
}

/// Asserts that a paper has these rows, all and in order, under its head on every sheet.
fn assert_printed(pdf: &[u8], made: &str, rows: &[Vec<String>]) {
    let mut text = words(pdf);
    let formed = bare(&format!("Сформирован {made}"));
    let sheets = text.matches(&formed).count();
    assert_eq!(text.matches(&bare(&COLUMNS.concat())).count(), sheets);
    text = text.replace(&bare(&COLUMNS.concat()), "");
    for sheet in 1..=sheets {
        let foot = format!("лист{sheet}{formed}");
        assert_eq!(text.matches(&foot).count(), 1, "{foot}");
        text = text.replace(&foot, "");
    }
    let all = format!("Всего записей: {}, листов: {sheets}.", rows.len());
    let expected = format!("{}{}", bare(&rows.concat().concat()), bare(&all));
    assert!(
        text.ends_with(expected.as_str()),
        "{text}\nis not\n{expected}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_5_the_journal_is_read_and_taken_away_whole() {
    let mut region = Region::new().await;
    let all = region.lines("true").await;
    assert_eq!(all.len(), 56, "{all:#?}");
    let site = region.world.serve().await;
    let _worker = region.world.worker();
    let operator = region.world.operator().await;
    let browser = site.browser_of(&operator).await;

    let page = browser.get(PATH).await;
    assert_eq!(page.heading(), "Журнал регистрации заявлений");
    assert!(page.body.contains("Записей: 56"), "{}", page.told());
    for column in COLUMNS {
        assert!(page.body.contains(&format!(">{column}</th>")), "{column}");
    }
    assert_eq!(walked(&browser, PATH).await, (all.clone(), 2));
    let opened = page.links();
    let opened = opened
        .iter()
        .find(|link| link.starts_with("/operator/applications/"));
    assert_eq!(browser.get(opened.unwrap()).await.status, StatusCode::OK);
    // The municipality that is gone leaves blank lines: they open nothing.
    let blank: Vec<_> = all
        .iter()
        .filter(|line| line[3] == "сведения удалены")
        .collect();
    assert_eq!(blank.len(), 1);
    let corrections: Vec<_> = all.iter().filter(|line| line[0].is_empty()).collect();
    assert_eq!(corrections.len(), 1);
    assert_eq!(corrections[0][11], "отозвано (запись № 1 от 14.09.2026)");

    let book = workbook(file(&browser, &format!("{PATH}?format=xlsx")).await);
    assert_eq!(book[0], COLUMNS);
    assert_eq!(book[1..], all);
    let pdf = file(&browser, &format!("{PATH}?format=pdf")).await;
    assert_printed(&pdf, "11.01.2027", &all);
    assert!(words(&pdf).contains("завсёвремя,всемуниципалитеты"));

    // Narrowed by the form, its buttons ask for the same.
    let id = region.town.public_id().await.to_string();
    let mut form = page.filled(
        "Скачать журнал (PDF)",
        &[
            ("Период с", "15 сентября 2026"),
            ("Период по", "31.12.2026"),
            ("Муниципалитет", &id),
        ],
    );
    for button in ["Показать", "Скачать журнал (PDF)", "Скачать журнал (XLSX)"]
    {
        assert!(form.buttons.contains(&button.to_owned()), "{button}");
    }
    let asked = |form: &tests::Form| {
        let url = reqwest::Url::parse_with_params("http://localhost", &form.fields).unwrap();
        format!("{}?{}", form.action, url.query().unwrap())
    };
    let narrowed = format!(
        "r.date BETWEEN '2026-09-15' AND '2026-12-31' AND r.tenant_id = {}",
        region.town.id
    );
    let some = region.lines(&narrowed).await;
    assert_eq!(some.len(), 22);
    assert_eq!(walked(&browser, &asked(&form)).await, (some.clone(), 1));
    form.set("format", "xlsx");
    assert_eq!(workbook(file(&browser, &asked(&form)).await)[1..], some);
    form.set("format", "pdf");
    let pdf = file(&browser, &asked(&form)).await;
    assert_printed(&pdf, "11.01.2027", &some);
    let headline = format!("с 15.09.2026 по 31.12.2026, {}", region.town.name);
    assert!(words(&pdf).contains(&bare(&headline)));

    // What is asked goes on to the next page.
    let from = region
        .lines("r.date >= '2026-09-14' AND r.date <= '2026-12-31'")
        .await;
    let path = format!("{PATH}?from=14.09.2026&to=31.12.2026");
    assert_eq!(walked(&browser, &path).await, (from, 2));
    let none = browser.get(&format!("{PATH}?to=01.01.2020")).await;
    assert!(none.body.contains("Записей нет."), "{}", none.told());

    let read = |act: &str, account: i64| {
        format!(
            "SELECT count(*) FROM app.audit_event WHERE act = '{act}' AND account_id = {account}"
        )
    };
    let account = operator.account.0;
    let looks: i64 = region
        .sql
        .value(&read("journal.read", account))
        .await
        .unwrap();
    let files: i64 = region
        .sql
        .value(&read("journal.export", account))
        .await
        .unwrap();
    assert_eq!((looks, files), (7, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_5_nonsense_days_are_answered_in_words() {
    let world = World::shared().await;
    let site = world.serve().await;
    let browser = site.browser_of(&world.operator().await).await;
    for (query, words) in [
        ("from=31.02.2026", "Такого дня нет в календаре"),
        (
            "to=%D0%B2%D1%87%D0%B5%D1%80%D0%B0",
            "Введите дату в виде дд.мм.гггг, например 02.12.2026",
        ),
        ("from=1.1.0001", "Год должен быть от 1950 до 2099"),
        (
            "from=02.10.2026&to=01.10.2026",
            "Конец периода раньше его начала",
        ),
        // «щука»: what no municipality of a test is called, chosen from a list or typed.
        (
            "municipality=%D1%89%D1%83%D0%BA%D0%B0",
            "Такого муниципалитета нет",
        ),
    ] {
        for format in ["", "pdf", "xlsx"] {
            let page = browser
                .get(&format!("{PATH}?{query}&format={format}"))
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
            assert_eq!(page.errors(), [words], "{}", page.told());
            assert!(
                page.body.matches(words).count() > 1,
                "beside the field as well: {query}"
            );
        }
    }
    for query in [
        "after=nonsense",
        "after=9999-99-99.1",
        "after=%2B262142-12-31.1",
        "from=01.01.1950&to=31.12.2099",
    ] {
        let page = browser.get(&format!("{PATH}?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_5_a_journal_of_many_parts_is_one_paper_and_one_workbook() {
    let mut region = Region::new().await;
    region
        .sql
        .script(
            "INSERT INTO app.registration (tenant_id, year, line, kind, number, date, application_id, submitted_on,
               person, position, organisation, municipality, held_category, category, form, ground, decision,
               registered_by, salt, digest, previous, hash)
             SELECT tenant_id, 2028, n, 'entry', n, date '2028-01-10' + n / 100, n + 1000000, date '2028-01-09',
               person || ' ' || n, position, organisation, municipality, held_category, category, form, ground,
               decision, registered_by, salt, digest, previous, hash
             FROM app.registration, generate_series(1, 900) n WHERE line = 1 AND year = 2026",
        )
        .await;
    let all = region.lines("r.year = 2028").await;
    let site = region.world.serve().await;
    let browser = site.browser_of(&region.world.operator().await).await;
    let path = format!("{PATH}?from=01.01.2028");
    let worker = region.world.worker();
    let pdf = file(&browser, &format!("{path}&format=pdf")).await;
    let made = region.world.now().format("%d.%m.%Y").to_string();
    assert_printed(&pdf, &made, &all);
    assert!(
        worker.log().contains("a printout is made"),
        "{}",
        worker.log()
    );
    let book = workbook(file(&browser, &format!("{path}&format=xlsx")).await);
    assert_eq!(book[1..], all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_5_the_journals_page_is_the_operators_alone() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let others = [
        town.school(teacher.organisation.unwrap()).await,
        teacher,
        town.coordinator().await,
        town.expert().await,
        world.admin().await,
    ];
    let site = world.serve().await;
    for person in others {
        let browser = site.browser_of(&person).await;
        for format in ["", "?format=xlsx", "?format=pdf"] {
            let page = browser.get(&format!("{PATH}{format}")).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.told());
        }
    }
    let stranger = site.browser().get(PATH).await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_74_journals_above_the_hours_limit_are_refused() {
    let world = World::shared().await;
    let site = world.serve_with_exports(1).await;
    let browser = site.browser_of(&world.operator().await).await;
    let path = |format: &str| format!("{PATH}?to=01.01.2020&format={format}");
    assert_eq!(
        browser.get(&path("pdf")).await.status,
        StatusCode::SEE_OTHER
    );
    for format in ["pdf", "xlsx"] {
        let page = browser.get(&path(format)).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    }
    let looking = browser.get(&path("")).await;
    assert_eq!(looking.status, StatusCode::OK, "looking is not limited");
}
