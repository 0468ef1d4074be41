//! People helped back into their accounts (R-ACC-5): by whom, how, and what the helper never sees.

use domain::role::Role;
use reqwest::StatusCode;
use tests::{Browser, Page, Person, World, sql::Refused};
use uuid::Uuid;

const PASSWORD: &str = "Снегирь над рекой 9";

/// The id of a person's cabinet or place, as the lists have it.
async fn cabinet(world: &World, person: &Person) -> Uuid {
    let table = if person.role.is_institute() {
        "institute_member"
    } else {
        "membership"
    };
    let query = format!(
        "SELECT public_id FROM app.{table} WHERE id = {}",
        person.membership
    );
    world.superuser().await.value(&query).await.unwrap()
}

/// Presses a button of the form with this address on this page.
async fn press(browser: &Browser, page: &Page, action: &str, typed: &[(&str, &str)]) -> Page {
    let mut forms = page.forms().into_iter();
    let mut form = forms
        .find(|form| form.action == action)
        .unwrap_or_else(|| panic!("{action} is not on {}", page.told()));
    for (name, value) in typed {
        form.set(name, value);
    }
    browser.send(&form, &[]).await
}

/// Posts to an address the page has no button for.
async fn forged(browser: &Browser, page: &Page, action: &str) -> Page {
    let mut fields = page.forms().into_iter().flat_map(|form| form.fields);
    let token = fields.find(|(name, _)| name == "_csrf").unwrap();
    browser.post(action, &[token]).await
}

/// Letters queued about an account: what of, and to which address they go.
async fn letters(world: &World, person: &Person) -> Vec<String> {
    let query = format!(
        "SELECT l.kind || ' ' || coalesce(t.new_email, a.email) FROM app.account_letter l
         JOIN app.account a ON a.id = l.account_id LEFT JOIN app.account_token t ON t.id = l.token_id
         WHERE l.account_id = {} ORDER BY l.id",
        person.account.0
    );
    world.superuser().await.list(&query).await
}

async fn helped_by(person: &Person, whom: &Person) -> bool {
    let query = format!("SELECT app.helpable('{{{}}}')", whom.account.0);
    !person.sql().await.list::<i64>(&query).await.is_empty()
}

#[tokio::test]
async fn r_acc_5_each_helps_only_whom_it_answers_for() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let (operator, admin) = (world.operator().await, world.admin().await);
    let [coordinator, colleague] = [town.coordinator().await, town.coordinator().await];
    let teacher = town.teacher().await;
    let school = town.school(teacher.organisation.unwrap()).await;
    let expert = town.expert().await;
    let both = town.teacher().await;
    elsewhere.also(&both, Role::Expert, None).await;
    let returned = town.teacher().await;
    let former = elsewhere.also(&returned, Role::Teacher, None).await;
    world
        .superuser()
        .await
        .script(&format!(
            "UPDATE app.membership SET ended_at = now() WHERE id = {}",
            former.membership
        ))
        .await;
    let stranger = elsewhere.teacher().await;
    for (whom, by_coordinator, by_operator, by_admin, who) in [
        (&teacher, true, true, false, "a teacher"),
        (&school, true, true, false, "a school coordinator"),
        (&expert, true, true, false, "an expert"),
        (&returned, true, true, false, "of here alone by now"),
        (&both, false, true, false, "of another municipality, too"),
        (&stranger, false, true, false, "of another municipality"),
        (&colleague, false, true, false, "another coordinator"),
        (&coordinator, false, true, false, "oneself"),
        (&operator, false, false, true, "an operator"),
        (&admin, false, false, false, "an administrator"),
    ] {
        assert_eq!(helped_by(&coordinator, whom).await, by_coordinator, "{who}");
        assert_eq!(helped_by(&operator, whom).await, by_operator, "{who}");
        assert_eq!(helped_by(&admin, whom).await, by_admin, "{who}");
        assert!(!helped_by(&teacher, whom).await, "{who}");
        assert!(!helped_by(&school, whom).await, "{who}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_5_a_reset_reaches_the_person_alone() {
    let world = World::shared().await;
    let town = world.town().await;
    let (teacher, coordinator) = (town.teacher().await, town.coordinator().await);
    let site = world.serve().await;
    let browser = site.browser_of(&coordinator).await;
    let action = format!(
        "/municipal/people/{}/reset",
        cabinet(&world, &teacher).await
    );
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let list = browser.get("/municipal/people").await;
        let done = press(&browser, &list, &action, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
        let token = world.password_token(&teacher).await;
        assert!(!done.body.contains(&token) && !browser.follow(done).await.body.contains(&token));
        tokens.push(token);
    }
    let address = format!("{}@example.test", teacher.login);
    let letter = format!("password_reset {address}");
    assert_eq!(letters(&world, &teacher).await, [letter.clone(), letter]);
    // The newer link ended the older one, and sets a password.
    let app = world.app();
    let dead = app.reset_password(&tokens[0], PASSWORD, PASSWORD).await;
    assert!(matches!(dead, Err(app::Error::NotFound)));
    app.reset_password(&tokens[1], PASSWORD, PASSWORD)
        .await
        .unwrap();
    let told: Vec<String> = world
        .superuser()
        .await
        .list(&format!(
            "SELECT act FROM app.audit_event WHERE account_id = {} AND object_id = {} ORDER BY id",
            coordinator.account.0, teacher.membership
        ))
        .await;
    assert_eq!(told, ["people.reset_started", "people.reset_started"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_5_after_a_correction_a_coordinator_waits_a_day() {
    let world = World::own().await;
    world.set_now("2026-12-02T10:00:00+07:00");
    let town = world.town().await;
    let (teacher, coordinator) = (town.teacher().await, town.coordinator().await);
    let operator = world.operator().await;
    let site = world.serve().await;
    let browser = site.browser_of(&coordinator).await;
    let id = cabinet(&world, &teacher).await;
    let (correct, reset) = (
        format!("/municipal/people/{id}/email"),
        format!("/municipal/people/{id}/reset"),
    );
    let page = browser.get(&correct).await;
    assert_eq!(page.heading(), "Исправление e-mail");
    let refused = press(&browser, &page, &correct, &[("email", "нет адреса")]).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.told()
    );
    assert!(
        refused.body.contains("нет адреса"),
        "what was typed is kept"
    );
    let done = press(&browser, &page, &correct, &[("email", "new@example.test")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let old = format!("{}@example.test", teacher.login);
    let told = [
        "email_changed new@example.test".to_owned(),
        format!("email_changed {old}"),
    ];
    assert_eq!(letters(&world, &teacher).await, told);
    let email = format!(
        "SELECT email FROM app.account WHERE id = {}",
        teacher.account.0
    );
    let mut sql = world.superuser().await;
    assert_eq!(
        sql.value::<String>(&email).await.unwrap(),
        old,
        "until the link is opened"
    );
    let list = browser.get("/municipal/people").await;
    let refused = press(&browser, &list, &reset, &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.told());
    assert!(
        refused
            .body
            .contains("Сброс возможен после 03.12.2026 10:00"),
        "{}",
        refused.body
    );
    // The address takes effect later, and the day begins anew.
    world.set_now("2026-12-03T09:00:00+07:00");
    sql.script(&format!(
        "UPDATE app.account_token SET used_at = '2026-12-03 09:00:00+07' WHERE account_id = {}",
        teacher.account.0
    ))
    .await;
    world.set_now("2026-12-04T08:59:00+07:00");
    let refused = world.app().start_reset(&coordinator, id).await;
    assert!(matches!(refused, Err(app::Error::Illegal(_))));
    world.app().start_reset(&operator, id).await.unwrap();
    world.set_now("2026-12-04T09:00:01+07:00");
    world.app().start_reset(&coordinator, id).await.unwrap();
}

/// Else a coordinator would take an account over by a correction to an address of its own and «Забыли
/// пароль?».
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_5_a_corrected_address_gets_no_link_for_a_day_whoever_asks() {
    let world = World::own().await;
    world.set_now("2026-12-02T10:00:00+07:00");
    let town = world.town().await;
    let (teacher, coordinator) = (town.teacher().await, town.coordinator().await);
    let id = cabinet(&world, &teacher).await;
    let app = world.app();
    app.correct_email(&coordinator, id, "new@example.test")
        .await
        .unwrap();
    let mut sql = world.superuser().await;
    let links = format!(
        "SELECT count(*) FROM app.account_letter WHERE kind = 'password_reset' AND account_id = {}",
        teacher.account.0
    );
    app.forget_password(&teacher.login).await.unwrap();
    assert_eq!(
        sql.value::<i64>(&links).await.unwrap(),
        1,
        "to the former address"
    );
    let token = world.email_token(&teacher).await;
    app.confirm_email(&token).await.unwrap();
    for (now, count) in [
        ("2026-12-02T10:00:01+07:00", 1),
        ("2026-12-03T09:59:59+07:00", 1),
        ("2026-12-03T10:00:01+07:00", 2),
    ] {
        world.set_now(now);
        app.forget_password(&teacher.login).await.unwrap();
        assert_eq!(sql.value::<i64>(&links).await.unwrap(), count, "{now}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_5_whom_one_does_not_answer_for_is_not_helped() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let both = town.teacher().await;
    elsewhere.also(&both, Role::Expert, None).await;
    let stranger = elsewhere.teacher().await;
    let silent = town.teacher().await;
    world
        .superuser()
        .await
        .script(&format!(
            "UPDATE app.account SET email = NULL WHERE id = {}",
            silent.account.0
        ))
        .await;
    let site = world.serve().await;
    let browser = site.browser_of(&coordinator).await;
    let list = browser.get("/municipal/people").await;
    assert!(
        list.body.contains("Обратитесь к оператору"),
        "{}",
        list.told()
    );
    for (whom, status, words) in [
        (&both, StatusCode::CONFLICT, "Обратитесь к оператору"),
        (&stranger, StatusCode::NOT_FOUND, "не найдена"),
        (&silent, StatusCode::CONFLICT, "сначала исправьте e-mail"),
    ] {
        let action = format!("/municipal/people/{}/reset", cabinet(&world, whom).await);
        let answer = forged(&browser, &list, &action).await;
        assert_eq!(answer.status, status, "{}", answer.told());
        assert!(answer.body.contains(words), "{}", answer.body);
        assert!(letters(&world, whom).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_5_a_lost_second_factor_is_taken_off_by_who_answers_for_the_person() {
    let world = World::own().await;
    let town = world.town().await;
    let (teacher, coordinator) = (town.teacher().await, town.coordinator().await);
    let (operator, colleague) = (world.operator().await, world.operator().await);
    let (admin, locked_out) = (world.admin().await, world.admin().await);
    let mut sql = world.superuser().await;
    for person in [&teacher, &colleague, &locked_out] {
        sql.script(&format!(
            "INSERT INTO app.second_factor (account_id, sealed, confirmed_at) VALUES ({0}, 'x', now());
             INSERT INTO app.passkey (public_id, account_id, name, credential, sha256, transports, key, state)
               SELECT gen_random_uuid(), {0}, 'Телефон', c, sha256(c), 0, '', '' FROM (SELECT decode(repeat('{0:08x}', 4), 'hex') AS c) k;
             UPDATE app.account SET email = login || '@example.test' WHERE id = {0}",
            person.account.0
        ))
        .await;
    }
    // Asked of the database once more.
    for (by, whom, refused) in [
        (&coordinator, &teacher, "42501"),
        (&operator, &locked_out, "23514"),
        (&operator, &colleague, "23514"),
        (&admin, &teacher, "23514"),
        (&admin, &locked_out, "23514"),
    ] {
        let reset = format!("SELECT app.reset_factor({})", whom.account.0);
        let answer = by.sql().await.run(&reset).await;
        assert_eq!(answer, Err(Refused(refused.to_owned())), "{:?}", by.role);
    }
    let site = world.serve().await;
    for (by, whom, list) in [
        (&operator, &teacher, "/operator/people"),
        (&admin, &colleague, "/admin/operators"),
    ] {
        let browser = site.browser_of(by).await;
        let page = browser.get(list).await;
        let action = format!("{list}/{}/factor", cabinet(&world, whom).await);
        let done = press(&browser, &page, &action, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
        let left: (i64, i32) = (
            sql.value(&format!(
                "SELECT (SELECT count(*) FROM app.second_factor WHERE account_id = {0})
                   + (SELECT count(*) FROM app.passkey WHERE account_id = {0})",
                whom.account.0
            ))
            .await
            .unwrap(),
            sql.value(&format!(
                "SELECT epoch FROM app.account WHERE id = {}",
                whom.account.0
            ))
            .await
            .unwrap(),
        );
        assert_eq!(left, (0, 2), "gone, and every session with it");
        let told = format!("factor_reset {}@example.test", whom.login);
        assert_eq!(letters(&world, whom).await, [told]);
        let again = press(&browser, &browser.get(list).await, &action, &[]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.told());
    }
    let lines: i64 = sql
        .value("SELECT count(*) FROM app.audit_event WHERE act = 'people.factor_reset' AND outcome = 'done'")
        .await
        .unwrap();
    assert_eq!(lines, 2);
    // An administrator is helped by the host's hand alone, and by its role.
    let app = world.app();
    let stranger = app.reset_member_factor(Role::Admin, &teacher.login).await;
    assert!(matches!(stranger, Err(app::Error::Invalid(_))));
    app.reset_member_factor(Role::Admin, &locked_out.login)
        .await
        .unwrap();
    let left: i64 = sql.value("SELECT count(*) FROM app.passkey").await.unwrap();
    assert_eq!(left, 0, "what was lost with it may be in other hands");
    let told = format!("factor_reset {}@example.test", locked_out.login);
    assert_eq!(letters(&world, &locked_out).await, [told]);
    let none = app
        .reset_member_factor(Role::Admin, &locked_out.login)
        .await;
    assert!(matches!(none, Err(app::Error::Illegal(_))));
}
