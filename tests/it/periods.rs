//! Approving periods and what follows (R-PER-1, R-SCH-5): rows left out by name, versions of the
//! schedule, what is published of it, the municipality's own schedule signed.

mod internal;

use std::collections::BTreeSet;

use app::{
    Error,
    periods::{Approved, NewPeriod, Period, Typed},
    publications::{ResultRow, ScheduleRow},
    schedule::Plan,
};
use domain::letter::LetterKind;
use reqwest::StatusCode;
use sha2::{Digest as _, Sha256};
use tests::{Application, Page, Person, Town, World, sql::Refused};
use uuid::Uuid;

const ORDER: Typed<'static> = Typed {
    version: 1,
    number: "№ 90К",
    date: "14.09.2026",
};

/// A municipality with a coordinator and two experts, and the operator of the Centre.
struct Scene {
    world: World,
    town: Town,
    coordinator: Person,
    operator: Person,
    experts: [Person; 2],
    period: Period,
}

impl Scene {
    async fn new() -> Self {
        let world = World::own().await;
        let town = world.town().await;
        let operator = world.operator().await;
        let typed = NewPeriod {
            name: "октябрь-ноябрь 2026".to_owned(),
            starts: "01.10.2026".to_owned(),
            ends: "30.11.2026".to_owned(),
        };
        world.app().create_period(&operator, &typed).await.unwrap();
        let period = world.app().periods(&operator).await.unwrap().remove(0);
        let experts = [town.expert().await, town.expert().await];
        for (expert, surname) in experts.iter().zip(["Экспертова", "Специалистова"])
        {
            let mut sql = world.superuser().await;
            sql.run(&format!(
                "UPDATE app.membership SET surname = '{surname}' WHERE id = {}",
                expert.membership
            ))
            .await
            .unwrap();
        }
        Self {
            coordinator: town.coordinator().await,
            operator,
            experts,
            period,
            town,
            world,
        }
    }

    /// A registered application of a teacher of this surname, put into the period with so many of
    /// the experts.
    async fn row(&self, surname: &str, experts: usize) -> (Person, Application) {
        let teacher = self.town.teacher().await;
        let application = self.town.registered(&teacher, &self.coordinator).await;
        let mut sql = self.world.superuser().await;
        sql.run(&application.update(&format!("surname = '{surname}'")))
            .await
            .unwrap();
        self.set(&self.coordinator, &application, experts)
            .await
            .unwrap();
        (teacher, application)
    }

    /// Saves the row of an application with the first so many experts.
    async fn set(
        &self,
        by: &Person,
        application: &Application,
        experts: usize,
    ) -> app::Result<bool> {
        let mut ids = Vec::new();
        for expert in self.experts.iter().take(experts) {
            ids.push(self.public_id("membership", expert.membership).await);
        }
        let id = |place: usize| ids.get(place).map_or("", String::as_str);
        let period = self.period.public_id.to_string();
        // An approved period stands in the form as text.
        let open = self.state().await == "open";
        let plan = Plan {
            comment: None,
            period: if open { &period } else { "" },
            experts: [id(0), id(1)],
        };
        let version = self.row_version(application).await;
        self.world
            .app()
            .set_schedule(by, application.public_id, version, plan)
            .await
    }

    async fn public_id(&self, table: &str, id: i64) -> String {
        let query = format!("SELECT public_id::text FROM app.{table} WHERE id = {id}");
        self.world.superuser().await.value(&query).await.unwrap()
    }

    async fn row_version(&self, application: &Application) -> i32 {
        let query = format!(
            "SELECT coalesce(max(version), 0) FROM app.schedule_row WHERE application_id = {}",
            application.id
        );
        self.world.superuser().await.value(&query).await.unwrap()
    }

    async fn mark(&self, application: &Application) -> String {
        let query = format!(
            "SELECT mark FROM app.schedule_row WHERE application_id = {}",
            application.id
        );
        self.world.superuser().await.value(&query).await.unwrap()
    }

    async fn state(&self) -> String {
        let query = "SELECT state FROM app.period";
        self.world.superuser().await.value(query).await.unwrap()
    }

    async fn approve(&self, typed: Typed<'_>) -> app::Result<Approved> {
        self.world
            .app()
            .approve_period(&self.operator, self.period.public_id, typed)
            .await
    }

    async fn versions(&self) -> Vec<String> {
        let query = "SELECT difference FROM app.schedule_version ORDER BY number";
        self.world.superuser().await.list(query).await
    }

    /// Number and year of an application's registration, as versions name it.
    async fn number(&self, application: &Application) -> String {
        let number: i32 = application.column(&self.town, "registered_number").await;
        format!("№ {number}/2026")
    }

    /// What approving writes, counted.
    async fn written(&self) -> Vec<i64> {
        let mut sql = self.world.superuser().await;
        sql.list(
            "SELECT count(*) FROM app.schedule_version UNION ALL SELECT sum(version)::bigint FROM app.publication
             UNION ALL SELECT count(*) FROM app.application_event UNION ALL SELECT count(*) FROM app.letter
             UNION ALL SELECT sum(version)::bigint FROM app.schedule_row
             UNION ALL SELECT sum(version)::bigint FROM app.period",
        )
        .await
    }
}

fn done(approved: &Approved) -> Vec<usize> {
    let done = approved.done.values();
    done.map(|outcome| *outcome.as_ref().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_per_1_approving_leaves_rows_out_by_name() {
    let scene = Scene::new().await;
    let (ready_teacher, ready) = scene.row("Готовая", 2).await;
    let (_, single) = scene.row("Одинокая", 1).await;
    let (frozen_teacher, frozen) = scene.row("Отзывная", 2).await;
    let mut sql = scene.world.superuser().await;
    sql.script(&format!(
        "SET session_replication_role = replica;
         INSERT INTO app.withdrawal (tenant_id, public_id, application_id, state, reason, by_role, by_account, file_id)
         VALUES ({}, '{}', {}, 'under_review', 'Причина', 'teacher', {}, 1);
         SET session_replication_role = origin;",
        scene.town.id,
        Uuid::now_v7(),
        frozen.id,
        frozen_teacher.account.0
    ))
    .await;

    let site = scene.world.serve().await;
    let browser = site.browser_of(&scene.operator).await;
    let list = browser.get("/operator/periods").await;
    let path = format!("/operator/periods/{}/approve", scene.period.public_id);
    assert!(list.links().contains(&path), "{:?}", list.links());
    let page = browser.get(&path).await;
    assert_eq!(page.heading(), "Утверждение графика");
    assert_eq!(page.status, StatusCode::OK);
    let left = |page: &Page| {
        for words in [
            "Одинокая Мария Сергеевна",
            "нет второго специалиста",
            "Отзывная Мария Сергеевна",
            "рассматривается отзыв",
        ] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        assert!(!page.body.contains("Готовая"), "{}", page.body);
    };
    left(&page);
    assert!(page.body.contains("Можно утвердить строк: 1"));

    // Nonsense is told beside its field, and the period stays open.
    let typed = |number, date| [("Номер распоряжения", number), ("Дата распоряжения", date)];
    let refused = browser
        .submit(&page, "Утвердить", &typed("", "15.09.2026"))
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.errors().len(), 2, "{:?}", refused.errors());
    assert_eq!(scene.state().await, "open");

    let form = browser
        .get(&path)
        .await
        .filled("Утвердить", &typed("№ 90К", "14.09.2026"));
    let approved = browser.send(&form, &[]).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.told());
    assert_eq!(approved.heading(), "График утверждён");
    left(&approved);
    for words in ["Утверждено строк: 1", "Опубликована версия графика № 1"]
    {
        assert!(approved.body.contains(words), "{words}: {}", approved.body);
    }
    assert_eq!(scene.mark(&ready).await, "approved");
    assert_eq!(scene.mark(&single).await, "preliminary");
    assert_eq!(scene.mark(&frozen).await, "preliminary");
    assert_eq!(scene.state().await, "approved");
    let teacher = site.browser_of(&ready_teacher).await.get("/teacher").await;
    let words = "Вам определен аттестационный период (ПЕРИОД ЗАКРЫТ) октябрь-ноябрь 2026";
    assert!(teacher.body.contains(words), "{}", teacher.body);

    // Pressed again on a page shown anew: nothing is done twice.
    let before = scene.written().await;
    let again = browser.send(&form.anew(), &[]).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.told());
    assert!(again.body.contains("Утверждено строк: 0"), "{}", again.body);
    assert_eq!(scene.written().await, before);

    letters(&scene, &ready_teacher).await;
}

/// The teacher and both experts are told, in words of their own.
async fn letters(scene: &Scene, teacher: &Person) {
    let app = scene.world.app();
    let mut told = Vec::new();
    while let Some(letter) = app.claim_letter().await.unwrap() {
        if letter.kind == LetterKind::PeriodApproved {
            let mail = app.compose(&letter, "https://a.ru").await.unwrap().unwrap();
            assert_eq!(mail.subject, "Аттестация: период закрыт");
            assert!(mail.body.contains("ПЕРИОД ЗАКРЫТ"), "{}", mail.body);
            told.push(letter.account.unwrap());
        }
        app.letter_sent(&letter).await.unwrap();
    }
    let people = scene.experts.iter().chain([teacher]);
    let expected: BTreeSet<i64> = people.map(|person| person.account.0).collect();
    assert_eq!(told.len(), 3);
    assert_eq!(BTreeSet::from_iter(told), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_per_1_an_approved_period_is_closed_for_municipalities() {
    let scene = Scene::new().await;
    let (_, ready) = scene.row("Готовая", 2).await;
    let (_, single) = scene.row("Одинокая", 1).await;
    let late = scene
        .town
        .registered(&scene.town.teacher().await, &scene.coordinator)
        .await;
    let app = scene.world.app();
    let id = scene.period.public_id;
    // Approving is the operators'.
    let refused = app.approve_period(&scene.coordinator, id, ORDER).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    let refused = app.approval(&scene.coordinator, id).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    scene.approve(ORDER).await.unwrap();

    // The form offers the period no more; who names it all the same is told.
    let plan = Plan {
        comment: None,
        period: &id.to_string(),
        experts: ["", ""],
    };
    let refused = app
        .set_schedule(&scene.coordinator, late.public_id, 0, plan)
        .await;
    let Err(Error::Invalid(faults)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        faults[0].words,
        "Этот период уже утверждён: выберите другой"
    );
    // The database refuses it too, and an approved row is not the coordinator's any more.
    let (tenant, period) = (scene.town.id, scene.period.id);
    let mut sql = scene.coordinator.sql().await;
    let added = sql
        .run(&format!(
            "INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark) VALUES ({tenant}, {}, {period}, 'preliminary')",
            late.id
        ))
        .await;
    assert_eq!(added, Err(Refused("23514".to_owned())));
    let mut sql = scene.coordinator.sql().await;
    let moved = sql
        .run(&format!(
            "UPDATE app.schedule_row SET gap_since = NULL WHERE application_id = {}",
            ready.id
        ))
        .await;
    assert_eq!(moved, Ok(0));
    let refused = scene.set(&scene.coordinator, &ready, 1).await;
    assert!(
        matches!(refused, Err(Error::Illegal(_) | Error::Forbidden)),
        "{refused:?}"
    );
    // What was left out stays the coordinator's until it is approved.
    assert!(scene.set(&scene.coordinator, &single, 2).await.unwrap());
    // An operator approves only what is ready, by the database too.
    let mut sql = scene.operator.sql_in(&scene.town).await;
    let bare = scene
        .town
        .registered(&scene.town.teacher().await, &scene.coordinator)
        .await;
    scene
        .world
        .superuser()
        .await
        .script(&format!(
            "INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark) VALUES ({tenant}, {}, {period}, 'preliminary')",
            bare.id
        ))
        .await;
    let approved = sql
        .run(&format!(
            "UPDATE app.schedule_row SET mark = 'approved' WHERE application_id = {}",
            bare.id
        ))
        .await;
    assert_eq!(approved, Err(Refused(Refused::PRIVILEGE.to_owned())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_operators_approve_at_once_and_an_interrupted_run_goes_on() {
    let scene = Scene::new().await;
    for surname in ["Первая", "Вторая", "Третья", "Четвёртая"] {
        scene.row(surname, 2).await;
    }
    let other = scene.world.operator().await;
    let app = scene.world.app();
    let id = scene.period.public_id;
    let (one, two) = tokio::join!(scene.approve(ORDER), app.approve_period(&other, id, ORDER));
    let (one, two) = (one.unwrap(), two.unwrap());
    let all: usize = done(&one).into_iter().chain(done(&two)).sum();
    assert_eq!(all, 4, "each row once");
    assert_eq!(scene.versions().await.len(), 1);
    let mut sql = scene.world.superuser().await;
    let letters: i64 = sql
        .value("SELECT count(*) FROM app.letter WHERE kind = 'period_approved'")
        .await
        .unwrap();
    assert_eq!(letters, 4 * 3, "nobody is told twice");
    // By another order at the same version of the page: somebody was quicker.
    let stale = scene
        .approve(Typed {
            number: "91К",
            ..ORDER
        })
        .await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");

    // Rows approved, the version not yet written: as if the run had ended there.
    sql.script(
        "ALTER TABLE app.schedule_version DISABLE TRIGGER append_only; DELETE FROM app.schedule_version;
         ALTER TABLE app.schedule_version ENABLE TRIGGER append_only; UPDATE app.publication SET told = '{}'",
    )
    .await;
    let resumed = scene.approve(ORDER).await.unwrap();
    assert_eq!((done(&resumed), resumed.version), (vec![], Some(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_per_1_each_change_after_approval_is_a_version() {
    let scene = Scene::new().await;
    let (_, ready) = scene.row("Готовая", 2).await;
    let (_, single) = scene.row("Одинокая", 1).await;
    let town = &scene.town.name;
    let (first, second) = (scene.number(&ready).await, scene.number(&single).await);
    let approved = scene.approve(ORDER).await.unwrap();
    assert_eq!(approved.version, Some(1));
    scene.set(&scene.coordinator, &single, 2).await.unwrap();
    let later = Typed {
        version: 2,
        number: "95К",
        ..ORDER
    };
    let approved = scene.approve(later).await.unwrap();
    assert_eq!((done(&approved), approved.version), (vec![1], Some(2)));
    // The operator changes the experts of an approved row, then moves it back.
    assert!(scene.set(&scene.operator, &single, 1).await.unwrap());
    assert!(!scene.set(&scene.operator, &single, 1).await.unwrap());
    let site = scene.world.serve().await;
    let browser = site.browser_of(&scene.operator).await;
    let row = format!("/operator/schedule/{}", ready.public_id);
    let path = format!("{row}/reschedule");
    let links = browser.get(&row).await.links();
    assert!(links.contains(&path), "{links:?}");
    let page = browser.get(&path).await;
    assert_eq!(page.heading(), "Перенести");
    let refused = browser.submit(&page, "Перенести", &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let moved = browser
        .submit(&refused, "Перенести", &[("Причина", "Болезнь педагога")])
        .await;
    assert_eq!(
        moved.location.as_deref(),
        Some(row.as_str()),
        "{}",
        moved.told()
    );
    assert_eq!(scene.mark(&ready).await, "preliminary");
    let gone = browser.get(&path).await;
    assert_eq!(gone.status, StatusCode::CONFLICT, "{}", gone.told());
    assert_eq!(
        scene.versions().await,
        [
            format!("{town}: добавлены {first}"),
            format!("{town}: добавлены {second}"),
            format!("{town}: изменены {second}"),
            format!("{town}: исключены {first}"),
        ]
    );

    // The page of the period tells them all, with the digest over the parts.
    let page = browser
        .get(&format!("/operator/periods/{}", scene.period.public_id))
        .await;
    assert_eq!(page.heading(), "октябрь-ноябрь 2026");
    let mut sql = scene.world.superuser().await;
    let parts: Vec<Vec<u8>> = sql
        .list("SELECT sha256 FROM app.publication WHERE kind = 'schedule' ORDER BY municipality_id")
        .await;
    let digest = Sha256::digest(parts.concat());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    for words in [hex.as_str(), "исключены", "№ 95К от 14.09.2026"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    // Versions are append-only and without holes.
    let mut sql = scene.operator.sql().await;
    for statement in [
        "UPDATE app.schedule_version SET difference = ''",
        "DELETE FROM app.schedule_version",
    ] {
        assert!(sql.probe(statement).await.is_err(), "{statement}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_5_what_is_published_names_nobody_who_did_not_say_so() {
    let scene = Scene::new().await;
    scene.row("Тайная", 2).await;
    scene.approve(ORDER).await.unwrap();
    let site = scene.world.serve().await;
    let anybody = site.browser();
    let slug = &scene.town.slug;
    let period = scene.period.public_id;
    for address in [
        "/schedules".to_owned(),
        format!("/schedules?period={period}&municipality={slug}"),
        format!("/schedules?municipality={slug}"),
        format!("/schedules?period={period}"),
    ] {
        let page = anybody.get(&address).await;
        assert_eq!(page.heading(), "Графики аттестации");
        for words in [&scene.town.name, "специалист назначен", "учитель", "№ 90К"]
        {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        for name in ["Тайная", "Мария", "Экспертова", "Специалистова"]
        {
            assert!(!page.body.contains(name), "{name}: {}", page.body);
        }
    }
    let elsewhere = scene.world.town().await;
    let other = anybody
        .get(&format!("/schedules?municipality={}", elsewhere.slug))
        .await;
    assert!(other.body.contains("Пока ничего не опубликовано"));
    assert!(!other.body.contains("специалист назначен"));

    // One expert consents, the region says teachers are named: from the next publication on.
    let mut sql = scene.world.superuser().await;
    sql.script(&format!(
        "INSERT INTO app.consent (account_id, kind, text_version)
           SELECT {}, kind, version FROM app.ref_consent_text WHERE kind = 'publication';
         INSERT INTO app.region_setting VALUES ('publish_teachers', 'yes')
           ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value;",
        scene.experts[0].account.0
    ))
    .await;
    let (_, second) = scene.row_after("Явная").await;
    let approved = scene.approve(ORDER).await.unwrap();
    assert_eq!(approved.version, Some(2));
    let page = anybody.get("/schedules").await;
    for words in ["Тайная", "Явная", "Экспертова", "специалист назначен"]
    {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("Специалистова"), "{}", page.body);
    // A version names numbers only.
    let numbers = scene.number(&second).await;
    assert!(scene.versions().await[1].ends_with(&format!("добавлены {numbers}")));
    let rows = scene
        .world
        .app()
        .published::<ScheduleRow>(None, "", None)
        .await
        .unwrap();
    assert_eq!(rows.rows[0].rows.len(), 2);
    let results = scene
        .world
        .app()
        .published::<ResultRow>(None, "", None)
        .await;
    assert!(results.unwrap().rows.is_empty());
}

impl Scene {
    /// A row that comes into the approved period by the superuser's hand, ready to be approved.
    async fn row_after(&self, surname: &str) -> (Person, Application) {
        let teacher = self.town.teacher().await;
        let application = self.town.registered(&teacher, &self.coordinator).await;
        let (tenant, id, account) = (self.town.id, application.id, teacher.account.0);
        let mut script = format!(
            "UPDATE app.application SET surname = '{surname}' WHERE id = {id};
             INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark)
               VALUES ({tenant}, {id}, {}, 'preliminary');",
            self.period.id
        );
        for (slot, expert) in (1..).zip(&self.experts) {
            script += &format!(
                "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
                     expert_membership_id, expert_account_id, expert_name, assigned_by)
                   SELECT {tenant}, {id}, {account}, {slot}, {tenant}, m.id, m.account_id, m.surname, 1
                   FROM app.membership m WHERE m.id = {};",
                expert.membership
            );
        }
        self.world.superuser().await.script(&script).await;
        (teacher, application)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_ord_1_an_order_publishes_its_results() {
    let scene = Scene::new().await;
    let teacher = scene.town.teacher().await;
    let application = scene.town.submitted_by(&teacher, "simplified").await;
    let app = scene.world.app();
    let version = application.version(&scene.town).await;
    app.register(&scene.operator, application.public_id, version)
        .await
        .unwrap();
    let site = scene.world.serve().await;
    let operator = site.browser_of(&scene.operator).await;
    let mut form = operator.get("/operator/orders").await.filled(
        "Записать распоряжение",
        &[
            ("Номер распоряжения", "173К"),
            ("Дата распоряжения", "14.09.2026"),
        ],
    );
    let version = application.version(&scene.town).await;
    let row = format!("decision.{}.{version}", application.public_id);
    form.set(&row, "granted");
    let pdf = b"%PDF-1.7\n".to_vec();
    let file = ("file".to_owned(), "распоряжение.pdf".to_owned(), pdf);
    let recorded = operator.send(&form, &[file]).await;
    assert_eq!(recorded.status, StatusCode::OK, "{}", recorded.told());

    let page = site.browser().get("/results").await;
    assert_eq!(page.heading(), "Итоги аттестации");
    for words in [
        scene.town.name.as_str(),
        "распоряжение от 14 сентября 2026 г. № 173К",
        "учитель",
        "первая",
        "установить",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("Иванова"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_5_a_signed_schedule_is_agreed_until_a_row_changes() {
    let scene = Scene::new().await;
    let (_, row) = scene.row("Готовая", 1).await;
    let site = scene.world.serve().await;
    let browser = site.browser_of(&scene.coordinator).await;
    let list = "/municipal/schedule";
    let says = |page: &Page, words: &str| {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    };
    const PRELIMINARY: &str = "govuk-tag--blue\">предварительный<";
    const AGREED: &str = "govuk-tag--green\">согласован<";
    let page = browser.get(list).await;
    says(&page, PRELIMINARY);
    let file = format!("{list}/periods/{}?format=xlsx", scene.period.public_id);
    assert!(page.links().contains(&file), "{:?}", page.links());
    let sheet = browser.get(&file).await;
    assert_eq!(sheet.status, StatusCode::OK, "{}", sheet.told());
    let csv = browser.get(&file.replace("xlsx", "csv")).await;
    for words in [
        "Готовая Мария Сергеевна",
        "Экспертова",
        "октябрь-ноябрь 2026",
    ] {
        says(&csv, words);
    }

    let attach = async |bytes: &[u8]| {
        let page = browser.get(list).await;
        let form = page.filled("Прикрепить подписанный график", &[]);
        let file = ("scan".to_owned(), "график.pdf".to_owned(), bytes.to_vec());
        browser.send(&form, &[file]).await
    };
    let refused = attach(b"nonsense").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let attached = attach(b"%PDF-1.7\n").await;
    assert_eq!(
        attached.status,
        StatusCode::SEE_OTHER,
        "{}",
        attached.told()
    );
    let page = browser.get(list).await;
    says(&page, AGREED);
    let scan = page
        .links()
        .into_iter()
        .find(|link| link.starts_with("/schedules/signed/"));
    let scan = scan.unwrap();
    let operator = site.browser_of(&scene.operator).await;
    let overview = format!("/operator/periods/{}", scene.period.public_id);
    says(&operator.get(&overview).await, AGREED);
    for reader in [&browser, &operator] {
        let opened = reader.get(&scan).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.told());
        assert_eq!(opened.content_type, "application/pdf");
    }
    let stranger = scene.world.town().await.coordinator().await;
    let opened = site.browser_of(&stranger).await.get(&scan).await;
    assert_eq!(opened.status, StatusCode::NOT_FOUND);

    // A second expert is a change; signed anew it is agreed, and approving changes nothing.
    scene.set(&scene.coordinator, &row, 2).await.unwrap();
    let page = browser.get(list).await;
    says(&page, PRELIMINARY);
    says(&page, "график с тех пор изменён");
    let attached = attach(b"%PDF-1.7\n%2\n").await;
    assert_eq!(
        attached.status,
        StatusCode::SEE_OTHER,
        "{}",
        attached.told()
    );
    scene.approve(ORDER).await.unwrap();
    says(&browser.get(list).await, AGREED);
    // The Centre moves the row back: it is preliminary again.
    let version = scene.row_version(&row).await;
    let app = scene.world.app();
    app.reschedule(&scene.operator, row.public_id, version, "Болезнь")
        .await
        .unwrap();
    says(&browser.get(list).await, PRELIMINARY);
}
