//! A suspended municipality: its cabinets are closed and say so, others of the same people are
//! not; nobody comes in; what was handed in goes on.

use std::collections::BTreeSet;

use domain::role::Role;
use reqwest::StatusCode;
use tests::World;

const CLOSED: &str = "Кабинет закрыт";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_municipality_closes_its_cabinets_and_no_others() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let teacher = town.teacher().await;
    let school = town.school(teacher.organisation.unwrap()).await;
    let people = [
        teacher,
        school,
        town.coordinator().await,
        town.expert().await,
    ];
    let mut browsers = Vec::new();
    for person in &people {
        browsers.push((person.role, site.browser_of(person).await));
    }
    // Somebody with a cabinet here and one elsewhere, in the one here.
    let both = town.teacher().await;
    elsewhere.also(&both, Role::Expert, None).await;
    both.ready_to_sign_in().await;
    let two = site.browser();
    let choice = two.follow(two.sign_in("/login", &both.login).await).await;
    let here = format!("{}: {}", Role::Teacher.name(), town.name);
    let home = two.follow(two.submit(&choice, &here, &[]).await).await;
    assert_eq!(home.path, "/teacher", "{}", home.told());

    town.suspend().await;
    for (role, browser) in &browsers {
        for path in [role.home(), "/profile", "/cabinet", "/cabinet/choose"] {
            let page = browser.get(path).await;
            let page = browser.follow(page).await;
            assert_eq!(
                page.status,
                StatusCode::FORBIDDEN,
                "{role:?}: {}",
                page.told()
            );
            assert_eq!(page.heading(), CLOSED, "{role:?}: {}", page.told());
            assert!(page.body.contains(&town.name));
        }
    }
    let closed = two.get("/teacher").await;
    assert_eq!(closed.heading(), CLOSED);
    assert!(closed.links().contains(&"/cabinet/choose".to_owned()));
    let other = two.follow(two.get("/cabinet/choose").await).await;
    assert_eq!((other.status, &*other.path), (StatusCode::OK, "/expert"));

    // Signing in anew says the same, after the right password only.
    let guest = site.browser();
    let entered = guest.sign_in("/login", &people[0].login).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.told());
    assert_eq!(guest.follow(entered).await.heading(), CLOSED);

    town.resume().await;
    for (role, browser) in &browsers {
        let page = browser.get(role.home()).await;
        assert_eq!(page.status, StatusCode::OK, "{role:?}: {}", page.told());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_municipality_lets_nobody_in() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let organisation = town.organisation("municipal").await;
    let coordinator = town.coordinator().await;
    let invite = app::invitations::Invite {
        emails: "expert@example.test".to_owned(),
        role: "expert".to_owned(),
        ..app::invitations::Invite::default()
    };
    world.app().invite(&coordinator, &invite).await.unwrap();
    let token = world.invitation_token(&town).await;
    town.suspend().await;

    let guest = site.browser();
    for path in ["login", "register"] {
        let page = guest.get(&format!("/m/{}/{path}", town.slug)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.told());
        assert!(page.body.contains("приостановлена") && page.body.contains(&town.name));
    }
    let invitation = guest.get(&format!("/invitation/{token}")).await;
    assert_eq!(invitation.status, StatusCode::GONE);
    assert!(invitation.body.contains("сейчас не работает"));
    let stranger = world.town().await.teacher().await;
    let accepted = world.app().accept_invitation(stranger.as_person(), &token);
    assert!(matches!(accepted.await, Err(app::Error::Illegal(_))));

    // Its id typed into a profile is refused in words; the list does not offer it.
    let person = stranger.as_person();
    let id = town.public_id().await.to_string();
    let profile = world.app().profile(person, app::profile::Which::Joining);
    let profile = profile.await.unwrap();
    let lists = world.app().profile_lists(&profile, &profile.typed).await;
    let offered: BTreeSet<String> = lists
        .unwrap()
        .municipalities
        .into_iter()
        .map(|m| m.code)
        .collect();
    assert!(!offered.contains(&id));
    let place: uuid::Uuid = world
        .superuser()
        .await
        .value(&format!(
            "SELECT public_id FROM app.organisation WHERE id = {organisation}"
        ))
        .await
        .unwrap();
    stranger.ready_to_sign_in().await;
    let typed = app::profile::Typed {
        municipality: id,
        organisation_type: "obshchee".to_owned(),
        organisation: place.to_string(),
        position: "uchitel".to_owned(),
        ..profile.typed
    };
    let saved = world
        .app()
        .save_profile(person, app::profile::Which::Joining, &typed, true);
    let Err(app::Error::Invalid(faults)) = saved.await else {
        panic!("joined a suspended municipality");
    };
    let fault = faults.iter().find(|fault| fault.field == "municipality");
    assert!(fault.unwrap().words.contains("приостановлен"), "{faults:?}");
    // Nor may the institute invite into it.
    let coordinators = app::invitations::Invite {
        emails: "c@example.test".to_owned(),
        role: "municipal".to_owned(),
        municipality: town.public_id().await.to_string(),
        ..app::invitations::Invite::default()
    };
    let admin = world.admin().await;
    let refused = world.app().invite(&admin, &coordinators).await;
    assert!(
        matches!(refused, Err(app::Error::Invalid(_))),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_municipalitys_applications_are_still_the_operators() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let application = town.submitted_by(&teacher, "simplified").await;
    let term = "due_on::text";
    let due: String = application.column(&town, term).await;
    town.suspend().await;
    let operator = world.operator().await;
    let browser = site.browser_of(&operator).await;
    let id = town.public_id().await;
    let list = browser
        .get(&format!("/operator/applications?municipality={id}"))
        .await;
    assert!(list.body.contains(&application.public_id.to_string()));
    assert_eq!(application.column::<String>(&town, term).await, due);
    let version = application.version(&town).await;
    let registered = world
        .app()
        .register(&operator, application.public_id, version);
    registered.await.unwrap();
    assert_eq!(application.status(&town).await, "registered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_municipalitys_experts_are_away_everywhere() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let (expert, coordinator) = (elsewhere.expert().await, town.coordinator().await);
    let application = town.registered(&town.teacher().await, &coordinator).await;
    let assign = format!(
        "WITH row AS (INSERT INTO app.schedule_row (tenant_id, application_id) VALUES ({0}, {1}))
         INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
           expert_membership_id, expert_account_id, expert_name, assigned_by)
         SELECT {0}, {1}, account_id, 1, {2}, {3}, {4}, 'Эксперт', account_id FROM app.application WHERE id = {1}",
        town.id, application.id, elsewhere.id, expert.membership, expert.account.0
    );
    world.superuser().await.run(&assign).await.unwrap();
    let hers = site.browser_of(&expert).await;
    let case = format!("/expert/applications/{}", application.public_id);
    assert_eq!(hers.get(&case).await.status, StatusCode::OK);
    elsewhere.suspend().await;
    assert_eq!(hers.get(&case).await.heading(), CLOSED);
    // The operators see that nobody looks at the case now; saving takes nobody away unasked.
    let browser = site.browser_of(&world.operator().await).await;
    let path = format!("/operator/schedule/{}", application.public_id);
    let page = browser.get(&path).await;
    assert!(
        page.body.contains("муниципалитет приостановлен"),
        "{}",
        page.told()
    );
    let saved = browser.submit(&page, "Сохранить", &[]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.told());
    let open = application
        .count(&town, "assignment", "closed_at IS NULL")
        .await;
    assert_eq!(open, 1);
    elsewhere.resume().await;
    assert_eq!(hers.get(&case).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_municipalitys_letters_and_papers_still_go() {
    let world = World::own().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    town.applied(&teacher).await;
    town.suspend().await;
    let (mut letters, mut jobs) = (0, 0);
    while let Some(letter) = world.app().claim_letter().await.unwrap() {
        let mail = world.app().compose(&letter, "http://localhost").await;
        letters += i32::from(mail.unwrap().is_some());
        world.app().letter_sent(&letter).await.unwrap();
    }
    while let Some(job) = world.app().claim_job().await.unwrap() {
        let outcome = world.app().gather(&job).await;
        jobs += 1;
        assert!(outcome.is_ok(), "{:?}", outcome.err());
    }
    println!("{letters} letters and {jobs} jobs of a suspended municipality done");
    assert!(letters > 0 && jobs > 0, "{letters}, {jobs}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_municipality_takes_a_confirmation_and_the_version_shown() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let browser = site.browser_of(&world.admin().await).await;
    let path = format!("/admin/municipalities/{}", town.public_id().await);
    let page = browser.get(&path).await;
    let ask = format!("{path}/suspend");
    assert!(page.links().contains(&ask), "{:?}", page.links());
    let sure = browser.get(&ask).await;
    assert_eq!(sure.heading(), "Вы уверены?");
    let status = format!("SELECT status FROM app.municipality WHERE id = {}", town.id);
    let mut sql = world.superuser().await;
    assert_eq!(sql.value::<String>(&status).await.unwrap(), "active");
    let done = browser.submit(&sure, "Да, приостановить", &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let page = browser.follow(done).await;
    assert!(page.body.contains("Муниципалитет приостановлен"));
    let again = sure.form("Да, приостановить").anew();
    let twice = browser.send(&again, &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    browser.submit(&page, "Возобновить", &[]).await;
    assert_eq!(sql.value::<String>(&status).await.unwrap(), "active");
    // The version shown before is no longer the one there is.
    let stale = browser.send(&again.anew(), &[]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
}
