//! How far a person reaches, by the addresses of pages: drafts are the teacher's alone, the
//! operator's route is the operator's (SEC-10), an expert sees what it is assigned to for as
//! long as it is (SEC-11).

use domain::role::Role;
use reqwest::StatusCode;
use tests::{Application, Browser, Page, Town, World};
use uuid::Uuid;

async fn press(
    browser: &Browser,
    town: &Town,
    application: &Application,
    home: &str,
    act: &str,
) -> Page {
    let page = browser.get(home).await;
    let token = page
        .forms()
        .into_iter()
        .flat_map(|form| form.fields)
        .find(|(name, _)| name == "_csrf");
    let fields = [
        token.unwrap(),
        (
            "version".to_owned(),
            application.version(town).await.to_string(),
        ),
    ];
    browser
        .post(
            &format!("{home}/applications/{}/{act}", application.public_id),
            &fields,
        )
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_10_drafts_and_the_operators_route() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = site.browser_of(&world.operator().await).await;
    let coordinator = site.browser_of(&town.coordinator().await).await;
    // A draft is like one that never was: to the operator, and to the coordinator.
    let draft = town.draft(&town.teacher().await).await;
    for (browser, role) in [(&operator, Role::Operator), (&coordinator, Role::Municipal)] {
        let address = |id: Uuid| format!("{}/applications/{id}", role.home());
        let nobody = Uuid::now_v7();
        let (there, not) = (
            browser.get(&address(draft.public_id)).await,
            browser.get(&address(nobody)).await,
        );
        assert_eq!(there.status, StatusCode::NOT_FOUND, "{}", there.told());
        let same = there.body.replace(&draft.public_id.to_string(), "ID");
        assert_eq!(
            same,
            not.body.replace(&nobody.to_string(), "ID"),
            "{role:?}"
        );
        let pressed = press(browser, &town, &draft, role.home(), "register").await;
        assert_eq!(pressed.status, StatusCode::NOT_FOUND, "{}", pressed.told());
        assert_eq!(draft.status(&town).await, "draft");
    }
    // R-ROUTE-1, R-ROUTE-3: simplified, of an industry's organisation, of a coordinator itself.
    let industry = town.organisation("industry").await;
    let itself = town.teacher().await;
    town.also(&itself, Role::Municipal, None).await;
    for application in [
        town.submitted_by(&town.teacher().await, "simplified").await,
        town.submitted(&town.teacher_of(industry).await).await,
        town.submitted(&itself).await,
    ] {
        let refused = press(&coordinator, &town, &application, "/municipal", "register").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.told());
        assert_eq!(application.status(&town).await, "under_review");
        let done = press(&operator, &town, &application, "/operator", "register").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
        assert_eq!(application.status(&town).await, "registered");
    }
    // And the other way round: the coordinator's is not the operator's (R-ROUTE-2).
    let municipal = town.submitted(&town.teacher().await).await;
    let refused = press(&operator, &town, &municipal, "/operator", "register").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.told());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_11_an_expert_sees_for_as_long_as_it_is_assigned() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let (teacher, coordinator) = (town.teacher().await, town.coordinator().await);
    let application = town.registered(&teacher, &coordinator).await;
    let mut superuser = world.superuser().await;
    let pdf = futures::stream::iter([Ok::<_, std::io::Error>("%PDF-1.7\n".into())]);
    let received = world
        .app()
        .receive("files", town.id, "документ.pdf", pdf)
        .await
        .unwrap();
    let document = Uuid::now_v7();
    superuser
        .script(&format!(
            "INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, by_role) \
             VALUES ({}, '{document}', {}, '{}', 'документ.pdf', 'application/pdf', {}, '\\x00', 'teacher')",
            town.id, application.id, received.key, received.size
        ))
        .await;
    // Of the own municipality and of another one (R-SCH-2).
    for expert in [town.expert().await, elsewhere.expert().await] {
        let browser = site.browser_of(&expert).await;
        let pages = [
            format!("/expert/applications/{}", application.public_id),
            format!("/documents/{document}"),
        ];
        let statuses = async || {
            let mut all = Vec::new();
            for page in &pages {
                all.push(browser.get(page).await.status);
            }
            all
        };
        let none = [StatusCode::NOT_FOUND; 2];
        assert_eq!(statuses().await, none, "unassigned");
        superuser
            .script(&format!(
                "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id, \
                 expert_membership_id, expert_account_id, expert_name, assigned_by) VALUES ({}, {}, {}, 1, {}, {}, {}, 'Эксперт', 1)",
                town.id,
                application.id,
                teacher.account.0,
                expert.tenant.unwrap().0,
                expert.membership,
                expert.account.0
            ))
            .await;
        assert_eq!(statuses().await, [StatusCode::OK; 2], "assigned");
        superuser
            .script(&format!(
                "UPDATE app.assignment SET closed_at = now() WHERE application_id = {}",
                application.id
            ))
            .await;
        assert_eq!(statuses().await, none, "unassigned again");
    }
}
