//! «Кто смотрел мои документы» (R-AUD-1): every opening leaves a line, and the teacher alone
//! reads it.

use tests::{Person, World, sql::Refused};
use uuid::Uuid;

use crate::{pages::with_bytes, seed::full};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_aud_1_the_teacher_alone_reads_who_opened_its_documents() {
    let world = World::shared().await;
    let town = full(&world).await;
    with_bytes(&world, &town).await;
    let tenant = town.town.id;
    let mut superuser = world.superuser().await;
    let file: Uuid = superuser
        .value(&format!(
            "SELECT public_id FROM app.file WHERE tenant_id = {tenant} ORDER BY id LIMIT 1"
        ))
        .await
        .unwrap();
    let operator = world.operator().await;
    let people = [
        &town.teacher,
        &town.school,
        &town.coordinator,
        &town.expert,
        &operator,
    ];
    for person in people {
        world.app().open_file(person, file).await.unwrap();
    }
    let site = world.serve().await;
    let browser = site.browser_of(&town.teacher).await;
    let profile = browser.get("/profile").await;
    assert!(
        profile.links().contains(&"/profile/views".to_owned()),
        "{}",
        profile.told()
    );
    let views = world.app().views(&town.teacher, None).await.unwrap();
    // The seed has one more of the coordinator; the teacher's own is nobody's business.
    let roles: Vec<&str> = views.rows.iter().map(|view| view.role.code()).collect();
    assert_eq!(
        roles,
        ["operator", "expert", "municipal", "school", "municipal"]
    );
    let page = browser.get("/profile/views").await;
    assert_eq!(page.heading(), "Кто смотрел мои документы");
    for words in [
        "Центр аттестации",
        &town.town.name,
        "Оператор",
        "Специалист по аттестации",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.told());
    }
    assert!(!page.body.contains("Центров"), "no names of people");

    let query = format!("SELECT id FROM app.document_view WHERE tenant_id = {tenant}");
    let count =
        async |person: &Person| person.sql().await.rows(&query).await.map(|rows| rows.len());
    let refused = Err(Refused(Refused::PRIVILEGE.to_owned()));
    assert_eq!(count(&town.teacher).await, Ok(6));
    assert_eq!(count(&town.town.teacher().await).await, Ok(0));
    assert_eq!(count(&town.school).await, Ok(0));
    assert_eq!(count(&town.coordinator).await, Ok(0));
    assert_eq!(count(&town.expert).await, refused);
    assert_eq!(
        operator
            .sql_in(&town.town)
            .await
            .rows(&query)
            .await
            .map(|rows| rows.len()),
        refused
    );
    for person in &people[1..] {
        let told = world.app().views(person, None).await;
        assert!(
            matches!(told, Err(app::Error::Forbidden)),
            "{:?}",
            person.role
        );
    }
    // A line is signed by whoever writes it and tells whose documents they are.
    let school = town.school.account.0;
    for (account, role, subject) in [
        (town.teacher.account.0, "municipal", town.teacher.account.0),
        (
            town.coordinator.account.0,
            "operator",
            town.teacher.account.0,
        ),
    ] {
        let line = format!(
            "INSERT INTO app.document_view (tenant_id, application_id, file_id, subject_id, account_id, role) \
             SELECT tenant_id, application_id, id, {subject}, {account}, '{role}' FROM app.file \
             WHERE public_id = '{file}'"
        );
        assert_eq!(
            town.coordinator.sql().await.probe(&line).await,
            Err(Refused(Refused::PRIVILEGE.to_owned()))
        );
    }
    let misstated = format!(
        "INSERT INTO app.document_view (tenant_id, application_id, file_id, subject_id, account_id, role) \
         SELECT tenant_id, application_id, id, {school}, {}, 'municipal' FROM app.file WHERE public_id = '{file}'",
        town.coordinator.account.0
    );
    let outcome = town.coordinator.sql().await.probe(&misstated).await;
    assert_eq!(outcome, Err(Refused("23503".to_owned())), "another subject");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_go_on_by_key() {
    let world = World::shared().await;
    let town = full(&world).await;
    let tenant = town.town.id;
    world
        .superuser()
        .await
        .script(&format!(
            "INSERT INTO app.document_view (tenant_id, application_id, file_id, subject_id, account_id, role) \
             SELECT v.tenant_id, v.application_id, v.file_id, v.subject_id, v.account_id, 'school' \
             FROM app.document_view v, generate_series(1, 100) WHERE v.tenant_id = {tenant}"
        ))
        .await;
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = world.app().views(&town.teacher, before).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.id));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 101);
    assert!(
        seen.is_sorted_by(|one, other| one > other),
        "newest first, none twice"
    );
}
