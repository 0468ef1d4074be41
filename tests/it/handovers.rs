//! The end of a month (R-CON-2): what is missing and with whom it lies, everybody reminded once a
//! day, registers of what was handed over to the Centre and what the Centre says of them.

mod reminding;

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use domain::{conclusion::Signer, letter::LetterKind};
use reqwest::{Method, StatusCode};
use tests::{Application, Browser, Page, Person, Town, World, received};
use uuid::Uuid;

const MONTH: &str = "/municipal/conclusions/month";
const REMIND: &str = "Напомнить всем";
const MAKE: &str = "Сформировать реестр передачи";
const CONFIRM: &str = "Подтвердить получение";

fn says(page: &Page, words: &str) -> bool {
    page.body.contains(words)
}

/// A municipality with both experts and its coordinator.
struct Scene {
    world: World,
    town: Town,
    coordinator: Person,
    experts: [Person; 2],
}

impl Scene {
    async fn new() -> Self {
        let world = World::own().await;
        let town = world.town().await;
        Self {
            coordinator: town.coordinator().await,
            experts: [town.expert().await, town.expert().await],
            town,
            world,
        }
    }

    async fn case(&self, surname: &str) -> (Person, Application) {
        let teacher = self.town.teacher().await;
        let [one, two] = &self.experts;
        let application = self.town.concludable(&teacher, [one, two]).await;
        let named = format!(
            "UPDATE app.application SET surname = '{surname}' WHERE id = {}",
            application.id
        );
        self.world.superuser().await.run(&named).await.unwrap();
        (teacher, application)
    }

    async fn version(&self, application: &Application) -> i32 {
        let query = format!(
            "SELECT coalesce((SELECT version FROM app.conclusion WHERE application_id = {}), 0)",
            application.id
        );
        self.world.superuser().await.value(&query).await.unwrap()
    }

    async fn uploaded(&self, surname: &str) -> (Person, Application) {
        let (teacher, application) = self.case(surname).await;
        let id = application.public_id;
        self.world
            .app()
            .upload_conclusion(&self.experts[0], id, 0, &[], received("заключение.pdf"))
            .await
            .unwrap();
        (teacher, application)
    }

    async fn signed(&self, surname: &str) -> Application {
        let (teacher, application) = self.uploaded(surname).await;
        let version = self.version(&application).await;
        let id = application.public_id;
        self.world
            .app()
            .sign_conclusion(&teacher, id, version, received("скан.pdf"))
            .await
            .unwrap();
        application
    }

    async fn pass(&self, application: &Application) -> Vec<Signer> {
        let version = self.version(application).await;
        let id = application.public_id;
        let app = self.world.app();
        app.pass_conclusion(&self.coordinator, id, version)
            .await
            .unwrap()
    }

    async fn letters(&self, kind: LetterKind) -> i64 {
        let query = format!(
            "SELECT count(*) FROM app.letter WHERE kind = '{}'",
            kind.code()
        );
        self.world.superuser().await.value(&query).await.unwrap()
    }
}

async fn page(browser: &Browser, path: &str) -> Page {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    page
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_con_2_a_month_tells_what_is_missing_and_reminds_each_once_a_day() {
    let scene = Scene::new().await;
    let site = scene.world.serve().await;
    let (unwritten, first) = scene.case("Авдеева").await;
    let (unsigned, _) = scene.uploaded("Белова").await;
    scene.town.school(unsigned.organisation.unwrap()).await;
    scene.signed("Власова").await;
    let passed = scene.signed("Громова").await;
    assert_eq!(
        scene.pass(&passed).await,
        [Signer::Expert1, Signer::Expert2]
    );

    let browser = site.browser_of(&scene.coordinator).await;
    let shown = page(&browser, MONTH).await;
    assert_eq!(shown.heading(), "Закрытие месяца");
    for words in [
        "К 15 сентября 2026 г. передать в Центр: <strong>3</strong>",
        "Передано за месяц: <strong>1</strong>",
        "у специалистов: Эксперт 1, Эксперт 2",
        "у педагога",
        "<strong>у Вас</strong>",
    ] {
        assert!(says(&shown, words), "{words}: {}", shown.body);
    }
    assert!(!says(&shown, "Громова"), "{}", shown.body);
    // Before its period began nothing was due.
    let before = page(&browser, &format!("{MONTH}?month=2026-08")).await;
    assert!(
        says(&before, "передать в Центр: <strong>0</strong>"),
        "{}",
        before.body
    );

    // Two experts of the one, the teacher and the school coordinator of the other.
    let form = shown.form(REMIND);
    let done = browser.send(&form, &[]).await;
    assert_eq!(done.heading(), "Результат напоминания", "{}", done.told());
    assert!(says(&done, "Писем отправлено: 4."), "{}", done.body);
    assert_eq!(scene.letters(LetterKind::ConclusionDue).await, 4);
    let again = browser.send(&form.clone().anew(), &[]).await;
    assert!(
        says(&again, "Писем отправлено: 0.") && says(&again, "Эксперт 1, Эксперт 2"),
        "{}",
        again.body
    );
    assert_eq!(scene.letters(LetterKind::ConclusionDue).await, 4);
    scene.world.set_now("2026-09-16T05:00:00Z");
    let browser = site.browser_of(&scene.coordinator).await;
    let late = page(&browser, MONTH).await;
    // The next term, which the list of conclusions names too: nothing has passed.
    let due = "15 октября 2026 г.";
    for path in [MONTH, "/municipal/conclusions"] {
        let told = page(&browser, path).await;
        assert!(
            says(&told, due) && !says(&told, "срок прошёл"),
            "{path}: {}",
            told.body
        );
    }
    let next_day = browser.submit(&late, REMIND, &[]).await;
    assert!(says(&next_day, "Писем отправлено: 4."), "{}", next_day.body);

    // What they read leads each to where it can be done.
    let app = scene.world.app();
    let mut told = Vec::new();
    while let Some(letter) = app.claim_letter().await.unwrap() {
        if letter.kind == LetterKind::ConclusionDue {
            let mail = app.compose(&letter, "https://a.ru").await.unwrap().unwrap();
            assert_eq!(mail.subject, "Аттестация: срок истекает");
            told.push((letter.account.unwrap(), mail.body));
        }
        app.letter_sent(&letter).await.unwrap();
    }
    let of = |account: i64, words: &str| {
        told.iter()
            .filter(|(to, body)| *to == account && body.contains(words))
            .count()
    };
    assert_eq!(of(unsigned.account.0, "https://a.ru/teacher/conclusion"), 2);
    assert_eq!(
        of(
            scene.experts[0].account.0,
            &format!("/expert/applications/{}", first.public_id)
        ),
        2
    );
    assert_eq!(of(unwritten.account.0, ""), 0);
}

/// The rows of a workbook, the header first.
async fn workbook(browser: &Browser, path: &str) -> Vec<Vec<String>> {
    let answer = browser
        .request(Method::GET, &format!("{path}?format=xlsx"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let bytes = answer.bytes().await.unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let cell = |cell: &Data| match cell {
        Data::Float(number) => format!("{number:.0}"),
        other => other.to_string(),
    };
    sheet
        .rows()
        .map(|row| row.iter().map(cell).collect())
        .collect()
}

/// Answers a confirmation form: what came, and of what did not the note.
async fn confirm(browser: &Browser, path: &str, missing: &[(Uuid, &str)]) -> Page {
    let mut form = page(browser, path).await.form(CONFIRM);
    for (application, note) in missing {
        form.set(&format!("received.{application}"), "no");
        form.set(&format!("note.{application}"), note);
    }
    browser.send(&form, &[]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_con_2_a_register_names_what_was_passed_and_the_centre_confirms_it() {
    let scene = Scene::new().await;
    let site = scene.world.serve().await;
    let later = scene.signed("Яковлева").await;
    let sooner = scene.signed("Авдеева").await;
    let third = scene.signed("Мирная").await;
    for application in [&later, &sooner] {
        scene.pass(application).await;
    }
    let browser = site.browser_of(&scene.coordinator).await;
    let form = page(&browser, MONTH).await.form(MAKE);
    let made = browser.send(&form, &[]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.told());
    let path = made.location.clone().unwrap();
    let shown = page(&browser, &path).await;
    assert_eq!(shown.heading(), "Реестр передачи № 1");
    // Nothing is left to be named: a second press makes no second register.
    let again = browser.send(&form.clone().anew(), &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.told());

    let organisations: Vec<String> = scene
        .world
        .superuser()
        .await
        .list(&format!(
            "SELECT o.name FROM app.application a JOIN app.organisation o ON o.id = a.organisation_id
             WHERE a.id IN ({}, {}) ORDER BY a.surname",
            sooner.id, later.id
        ))
        .await;
    let row = |n: usize, surname: &str, received: &str, note: &str| {
        [
            &n.to_string(),
            &format!("{surname} Мария Сергеевна"),
            "учитель",
            &organisations[n - 1],
            "первая",
            "сентябрь-октябрь 2026",
            received,
            note,
        ]
        .map(str::to_owned)
        .to_vec()
    };
    let book = workbook(&browser, &path).await;
    assert_eq!(
        book[0],
        [
            "№",
            "ФИО",
            "Должность",
            "Место работы",
            "Заявленная категория",
            "Период",
            "Получено Центром",
            "Примечание"
        ]
    );
    assert_eq!(
        book[1..],
        [row(1, "Авдеева", "", ""), row(2, "Яковлева", "", "")]
    );

    // The Centre: what is missing has to be said in words; what is confirmed stays so.
    let operator = scene.world.operator().await;
    let centre = site.browser_of(&operator).await;
    let list = page(&centre, "/operator/registers?state=waiting").await;
    assert!(
        says(&list, "Реестр передачи № 1") && says(&list, &scene.town.name),
        "{}",
        list.body
    );
    let there = path.replace("/municipal/", "/operator/");
    let refused = confirm(&centre, &there, &[(later.public_id, "")]).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.told()
    );
    assert!(
        refused.errors()[0].contains("напишите, чего не хватает"),
        "{:?}",
        refused.errors()
    );
    // The fault stands in its row, the summary leads there.
    let field = format!("note.{}", later.public_id);
    for words in [
        format!("href=\"#{field}\""),
        format!("id=\"{field}-error\""),
    ] {
        assert!(says(&refused, &words), "{words}: {}", refused.body);
    }
    let stale = page(&centre, &there).await.form(CONFIRM);
    let done = confirm(&centre, &there, &[(later.public_id, "нет второго листа")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let twice = centre.send(&stale, &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.told());
    let list = page(&centre, "/operator/registers?state=waiting").await;
    assert!(!says(&list, "Реестр передачи № 1"), "{}", list.body);

    // The coordinator is told, and the missing one goes into the next register.
    assert_eq!(
        scene.letters(LetterKind::ConclusionMissing).await,
        4,
        "every coordinator"
    );
    let told = page(&browser, &path).await;
    for words in ["не получено", "нет второго листа", "Подтверждено Центром"]
    {
        assert!(says(&told, words), "{words}: {}", told.body);
    }
    assert_eq!(
        workbook(&browser, &path).await[1..],
        [
            row(1, "Авдеева", "получено", ""),
            row(2, "Яковлева", "не получено", "нет второго листа")
        ]
    );
    scene.pass(&third).await;
    let made = browser
        .submit(&page(&browser, MONTH).await, MAKE, &[])
        .await;
    let second = made.location.clone().unwrap();
    assert_eq!(
        page(&browser, &second).await.heading(),
        "Реестр передачи № 2"
    );
    let names: Vec<String> = workbook(&browser, &second).await[1..]
        .iter()
        .map(|row| row[1].clone())
        .collect();
    assert_eq!(
        names,
        ["Мирная Мария Сергеевна", "Яковлева Мария Сергеевна"]
    );
    // Another municipality counts for itself and sees none of these.
    let elsewhere = scene.world.town().await;
    let stranger = site.browser_of(&elsewhere.coordinator().await).await;
    assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
}

/// Two at once make one register.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_con_2_two_presses_at_once_make_one_register() {
    let scene = Scene::new().await;
    for surname in ["Авдеева", "Белова"] {
        let application = scene.signed(surname).await;
        scene.pass(&application).await;
    }
    let app = scene.world.app();
    let made =
        futures::future::join_all((0..6).map(|_| app.make_handover(&scene.coordinator, None)))
            .await;
    assert_eq!(
        made.iter().filter(|made| made.is_ok()).count(),
        1,
        "{made:?}"
    );
    let named: i64 = scene
        .world
        .superuser()
        .await
        .value("SELECT count(*) FROM app.handover_row")
        .await
        .unwrap();
    assert_eq!(named, 2);
}
