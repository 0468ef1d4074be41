//! The functions that look past row-level security for somebody (04 A2): each asks itself who
//! calls, and gives no more than that person may know.

use tests::{Person, Session, World, sql::Refused};

async fn ids(sql: &mut Session, query: &str) -> Vec<i64> {
    let mut ids: Vec<i64> = sql.list(query).await;
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn r_acc_5_logins_of_ones_own_people_only() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let (here, there) = (town.teacher().await, elsewhere.teacher().await);
    let coordinator = town.coordinator().await;
    let (one, other) = (here.account.0, there.account.0);
    let query = format!("SELECT account_id FROM app.people_logins('{{{one},{other}}}')");
    let school = town.school(here.organisation.unwrap()).await;
    let operator = world.operator().await;
    let of_operators = vec![one, other];
    for (person, expected) in [
        (&coordinator, vec![one]),
        (&here, vec![]),
        (&school, vec![]),
        (&operator, of_operators),
    ] {
        let found = ids(&mut person.sql().await, &query).await;
        assert_eq!(found, expected, "{:?}", person.role);
    }
    // By the beginning of a login as well: nothing is told of who is elsewhere.
    let prefix = &there.login[..10];
    let found = format!("SELECT app.search_people('нет', '{prefix}')");
    assert_eq!(ids(&mut coordinator.sql().await, &found).await, [0_i64; 0]);
    let membership = [there.membership];
    assert_eq!(ids(&mut operator.sql().await, &found).await, membership);
    // Operators and administrators are nobody's people.
    let admin = world.admin().await.account.0;
    let institute = format!("SELECT account_id FROM app.people_logins('{{{admin}}}')");
    assert_eq!(ids(&mut operator.sql().await, &institute).await, [0_i64; 0]);
}

#[tokio::test]
async fn contacts_go_with_the_case() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let teacher = town.teacher().await;
    let submitted = town.submitted(&teacher).await.id;
    let draft = town.draft(&town.teacher().await).await.id;
    let foreign = elsewhere.submitted(&elsewhere.teacher().await).await.id;
    let query =
        format!("SELECT application_id FROM app.contacts('{{{submitted},{draft},{foreign}}}')");
    let school = town.school(teacher.organisation.unwrap()).await;
    let other_school = town.school(town.organisation("municipal").await).await;
    for (person, expected) in [
        (&teacher, vec![submitted]),
        (&school, vec![submitted]),
        (&other_school, vec![]),
        (&town.coordinator().await, vec![submitted]),
        (&town.expert().await, vec![]),
        (&world.operator().await, vec![submitted, foreign]),
    ] {
        let found = ids(&mut person.sql().await, &query).await;
        assert_eq!(found, expected, "{:?}", person.role);
    }
}

#[tokio::test]
async fn numbers_are_given_inside_ones_own_municipality() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let teacher = town.teacher().await;
    let application = town.submitted(&teacher).await;
    let number = format!("SELECT app.register_application({})", application.id);
    let school = town.school(teacher.organisation.unwrap()).await;
    let people: [&Person; 5] = [
        &elsewhere.coordinator().await,
        &teacher,
        &school,
        &town.expert().await,
        &world.operator().await,
    ];
    for person in people {
        let refused = person.sql_in(&town).await.probe(&number).await;
        assert_eq!(
            refused,
            Err(Refused(Refused::PRIVILEGE.to_owned())),
            "{:?}",
            person.role
        );
    }
}

#[tokio::test]
async fn recipients_are_of_the_municipality_entered() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    elsewhere.coordinator().await;
    let expert = town.expert().await;
    let teacher = town.teacher().await;
    for person in [&teacher, &expert, &coordinator] {
        let found = ids(&mut person.sql().await, "SELECT app.recipients()").await;
        assert_eq!(found, [coordinator.account.0], "{:?}", person.role);
    }
}

/// The auth role may add the membership the invitation in hand names, and no other.
#[tokio::test]
async fn an_invitation_opens_only_what_it_names() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let (invited, another) = (elsewhere.teacher().await, elsewhere.teacher().await);
    let invite = app::invitations::Invite {
        emails: "expert@example.test".to_owned(),
        role: "expert".to_owned(),
        ..app::invitations::Invite::default()
    };
    world.app().invite(&coordinator, &invite).await.unwrap();
    let token = world.invitation_token(&town).await;
    let hash: String = app::links::hash(&token)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let join = |tenant: i32, account: i64, role: &str| {
        format!(
            "INSERT INTO app.membership (tenant_id, public_id, account_id, role) \
             VALUES ({tenant}, gen_random_uuid(), {account}, '{role}')"
        )
    };
    let refused = Err(Refused(Refused::PRIVILEGE.to_owned()));
    let mut sql = world.login(tests::Login::Auth).await;
    sql.set("account", &invited.account.0.to_string()).await;
    let (account, other) = (invited.account.0, another.account.0);
    assert_eq!(
        sql.probe(&join(town.id, account, "expert")).await,
        refused,
        "without the token"
    );
    sql.set("token", &hash).await;
    for (statement, why) in [
        (join(elsewhere.id, account, "expert"), "elsewhere"),
        (join(town.id, account, "municipal"), "a role above"),
        (join(town.id, account, "teacher"), "another role"),
        (join(town.id, other, "expert"), "another's account"),
    ] {
        assert_eq!(sql.probe(&statement).await, refused, "{why}");
    }
    world
        .app()
        .accept_invitation(invited.as_person(), &token)
        .await
        .unwrap();
    sql.set("account", &other.to_string()).await;
    let again = sql.probe(&join(town.id, other, "expert")).await;
    assert_eq!(again, refused, "a link that was used");
}

/// An administrator sees no people: how many coordinate, and the login of who does (R-ACC-4).
#[tokio::test]
async fn administrators_know_of_coordinators_only() {
    let world = World::shared().await;
    let town = world.town().await;
    let (teacher, expert) = (town.teacher().await, town.expert().await);
    let coordinator = town.coordinator().await;
    let count = format!(
        "SELECT coalesce(sum(coordinators), 0)::bigint FROM app.coordinators() WHERE tenant_id = {}",
        town.id
    );
    let mut sql = world.admin().await.sql().await;
    assert_eq!(sql.value::<i64>(&count).await, Ok(1));
    let accounts = [&teacher, &expert, &coordinator].map(|person| person.account.0.to_string());
    let logins = format!(
        "SELECT account_id FROM app.people_logins('{{{}}}')",
        accounts.join(",")
    );
    assert_eq!(ids(&mut sql, &logins).await, [coordinator.account.0]);
    let refused = Err(Refused(Refused::PRIVILEGE.to_owned()));
    for person in [&teacher, &expert, &coordinator, &world.operator().await] {
        let probed = person.sql().await.probe(&count).await;
        assert_eq!(probed, refused, "{:?}", person.role);
    }
}

#[tokio::test]
async fn operators_alone_ask_who_may_be_named_in_public() {
    let world = World::shared().await;
    let town = world.town().await;
    let (open, shy) = (town.expert().await, town.expert().await);
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "INSERT INTO app.consent (account_id, kind, text_version, withdrawn_at)
           SELECT a, kind, version, CASE WHEN a = {1} THEN now() END
           FROM app.ref_consent_text, unnest(ARRAY[{0}, {1}]) a WHERE kind = 'publication'",
        open.account.0, shy.account.0
    ))
    .await;
    let query = format!(
        "SELECT app.may_publish('{{{},{}}}')",
        open.account.0, shy.account.0
    );
    let operator = world.operator().await;
    let named = ids(&mut operator.sql().await, &query).await;
    assert_eq!(named, [open.account.0], "a consent withdrawn is none");
    for person in [&town.coordinator().await, &open] {
        let refused = person.sql().await.probe(&query).await;
        assert_eq!(
            refused,
            Err(Refused(Refused::PRIVILEGE.to_owned())),
            "{:?}",
            person.role
        );
    }
}
