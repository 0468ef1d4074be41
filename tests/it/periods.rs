//! Approving periods and what follows (R-PER-1, R-SCH-5): rows left out by name, periods closed and
//! completed, what is published of them, the municipality's own schedule signed.

mod completed;
mod published;
mod signed;

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
