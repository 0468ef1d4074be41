//! Who has which applications printed, and who has none.

use super::*;

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
