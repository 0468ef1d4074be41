//! What is published of a period: versions, names, results, and what changes them (R-SCH-5, R-ORD-1).

use super::*;

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
        "установлена",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    // A result, not what is to be done.
    assert!(!page.body.contains("установить"), "{}", page.body);
    assert!(!page.body.contains("Иванова"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_5_an_expert_whose_cabinet_ends_leaves_the_published_schedule() {
    let scene = Scene::new().await;
    let (_, row) = scene.row("Готовая", 2).await;
    let mut sql = scene.world.superuser().await;
    for expert in &scene.experts {
        sql.script(&format!(
            "INSERT INTO app.consent (account_id, kind, text_version)
               SELECT {}, kind, version FROM app.ref_consent_text WHERE kind = 'publication'",
            expert.account.0
        ))
        .await;
    }
    scene.approve(ORDER).await.unwrap();
    let site = scene.world.serve().await;
    let anybody = site.browser();
    let page = anybody.get("/schedules").await;
    assert!(page.body.contains("Экспертова"), "{}", page.body);
    // The coordinator ends the cabinet of the one, the other closes its own.
    let app = scene.world.app();
    let [one, other] = &scene.experts;
    for (by, expert) in [(&scene.coordinator, one), (other, other)] {
        let id = scene.public_id("membership", expert.membership).await;
        let version: i32 = sql
            .value(&format!(
                "SELECT version FROM app.membership WHERE id = {}",
                expert.membership
            ))
            .await
            .unwrap();
        let ended = if by.account == expert.account {
            app.close_own(by, version).await
        } else {
            app.end_membership(by, id.parse().unwrap(), version).await
        };
        assert!(ended.is_ok(), "{ended:?}");
    }
    let page = anybody.get("/schedules").await;
    for name in ["Экспертова", "Специалистова"] {
        assert!(!page.body.contains(name), "{name}: {}", page.body);
    }
    let (town, number) = (&scene.town.name, scene.number(&row).await);
    let changed = format!("{town}: изменены {number}");
    assert_eq!(scene.versions().await[1..], [changed.clone(), changed]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_per_1_what_is_published_of_a_row_goes_with_a_merge() {
    let scene = Scene::new().await;
    let (_, stays) = scene.row("Решённая", 2).await;
    let (_, goes) = scene.row("Живая", 2).await;
    scene.approve(ORDER).await.unwrap();
    let mut sql = scene.world.superuser().await;
    sql.script(&format!(
        "SET session_replication_role = replica; UPDATE app.application SET status = 'decided' WHERE id = {};
         SET session_replication_role = origin;",
        stays.id
    ))
    .await;
    let heir = scene.world.town().await;
    let merging = db::transfers::Merging {
        from: scene.town.slug.clone(),
        into: heir.slug.clone(),
        same_names: false,
    };
    let merged = db::transfers::merge(&scene.world.migrator_url(), &merging).await;
    assert!(matches!(merged, Ok(None)), "{merged:?}");
    let parts = "SELECT m.name || ': ' || (SELECT string_agg(l, ', ') FROM jsonb_object_keys(p.lines) l) || ' ' \
         || jsonb_array_length(p.rows) FROM app.publication p JOIN app.municipality m ON m.id = p.municipality_id \
         WHERE p.kind = 'schedule' ORDER BY m.id";
    let number = async |application: &Application, town: &Town| -> i32 {
        application.column(town, "registered_number").await
    };
    let expected = [
        format!(
            "{}: {}/2026 1",
            scene.town.name,
            number(&stays, &scene.town).await
        ),
        format!("{}: {}/2026 1", heir.name, number(&goes, &heir).await),
    ];
    assert_eq!(sql.list::<String>(parts).await, expected);
    let page = scene.world.serve().await.browser().get("/schedules").await;
    for name in [&scene.town.name, &heir.name] {
        assert!(page.body.contains(name), "{name}: {}", page.body);
    }
    // The digest of a part is the one the heir's next publication takes: nothing changes by it.
    let digests =
        "SELECT sha256 FROM app.publication WHERE kind = 'schedule' ORDER BY municipality_id";
    let before: Vec<Vec<u8>> = sql.list(digests).await;
    let version = scene.row_version(&goes).await;
    let app = scene.world.app();
    app.reschedule(&scene.operator, goes.public_id, version, "Болезнь")
        .await
        .unwrap();
    let after: Vec<Vec<u8>> = sql.list(digests).await;
    assert_eq!((&before[0], after.len()), (&after[0], 2));
    let told = scene.versions().await;
    let words = [format!(
        "{}: исключены № {}/2026",
        scene.town.name,
        number(&goes, &heir).await
    )];
    assert!(
        words.iter().all(|words| told[1].contains(words)),
        "{told:?}"
    );
    let kept = sha2::Sha256::digest(
        sql.value::<String>(
            "SELECT string_agg(l.key || ' ' || l.value || E'\\n', '' ORDER BY l.key) FROM app.publication p, \
               jsonb_each_text(p.lines) l WHERE p.kind = 'schedule' AND p.rows <> '[]'",
        )
        .await
        .unwrap(),
    );
    assert_eq!(before[0], kept.to_vec());
}
