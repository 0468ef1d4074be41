//! Experts in the database (R-SCH-2…4): whom nobody may assign, and what an assignment opens
//! and closes.

use app::{schedule::Plan, withdrawals::Seen};
use domain::role::Role;
use tests::{Application, Login, Person, Session, Town, World, received, sql::Refused};
use uuid::Uuid;

fn assign(application: &Application, applicant: &Person, slot: i32, expert: &Person) -> String {
    format!(
        "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id, \
         expert_membership_id, expert_account_id, expert_name, assigned_by) \
         VALUES ({}, {}, {}, {slot}, {}, {}, {}, 'Эксперт', 1)",
        application.tenant,
        application.id,
        applicant.account.0,
        expert.tenant.unwrap().0,
        expert.membership,
        expert.account.0,
    )
}

async fn refused(sql: &mut Session, statement: &str, code: &str, why: &str) {
    let outcome = sql.probe(statement).await;
    assert_eq!(outcome, Err(Refused(code.to_owned())), "{why}");
}

const UNIQUE: &str = "23505";
const REFERENCE: &str = "23503";

#[tokio::test]
async fn r_sch_3_never_accepted_by_the_database() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let teacher = town.teacher().await;
    let coordinator = town.coordinator().await;
    let application = town.registered(&teacher, &coordinator).await;
    let (first, second) = (town.expert().await, town.expert().await);
    let stranger = elsewhere.expert().await;
    let herself = town.also(&teacher, Role::Expert, None).await;
    let ended = town.expert().await;
    end(&world, &ended).await;
    let mut sql = coordinator.sql().await;

    refused(
        &mut sql,
        &assign(&application, &teacher, 1, &herself),
        Refused::CHECK,
        "the teacher itself",
    )
    .await;
    refused(
        &mut sql,
        &assign(&application, &teacher, 1, &ended),
        Refused::CHECK,
        "an ended membership",
    )
    .await;
    refused(
        &mut sql,
        &assign(&application, &teacher, 1, &coordinator),
        Refused::CHECK,
        "not an expert",
    )
    .await;
    refused(
        &mut sql,
        &assign(&application, &teacher, 3, &first),
        Refused::CHECK,
        "a third place",
    )
    .await;
    refused(
        &mut sql,
        &assign(&application, &teacher, 1, &stranger),
        Refused::CHECK,
        "an expert the coordinator cannot even see",
    )
    .await;
    // The applicant's column is tied to the application: it cannot be misstated to pass.
    refused(
        &mut sql,
        &assign(&application, &second, 1, &herself),
        REFERENCE,
        "a false applicant",
    )
    .await;

    assert_eq!(
        sql.run(&assign(&application, &teacher, 1, &first)).await,
        Ok(1)
    );
    refused(
        &mut sql,
        &assign(&application, &teacher, 2, &first),
        UNIQUE,
        "the same account twice",
    )
    .await;
    refused(
        &mut sql,
        &assign(&application, &teacher, 1, &second),
        UNIQUE,
        "a place taken",
    )
    .await;
    assert_eq!(
        sql.run(&assign(&application, &teacher, 2, &second)).await,
        Ok(1)
    );

    // R-SCH-2: the operator may take anyone, inside the municipality it has entered.
    let application = town.registered(&town.teacher().await, &coordinator).await;
    let applicant: i64 = application.column(&town, "account_id").await;
    let mut sql = world.operator().await.sql_in(&town).await;
    let statement = assign(&application, &teacher, 1, &stranger).replace(
        &format!(", {}, 1, ", teacher.account.0),
        &format!(", {applicant}, 1, "),
    );
    assert_eq!(sql.probe(&statement).await, Ok(1));
    // One person twice is one too many, whatever cabinets it has.
    let elsewhere_too = elsewhere.also(&first, Role::Expert, None).await;
    let of = |slot, expert: &Person| {
        assign(&application, &teacher, slot, expert).replace(
            &format!(", {}, {slot}, ", teacher.account.0),
            &format!(", {applicant}, {slot}, "),
        )
    };
    assert_eq!(sql.run(&of(1, &first)).await, Ok(1));
    let twice = "the same account by two cabinets";
    refused(&mut sql, &of(2, &elsewhere_too), UNIQUE, twice).await;
    sql.set("tenant", &elsewhere.id.to_string()).await;
    refused(&mut sql, &statement, Refused::PRIVILEGE, "not entered").await;
}

async fn end(world: &World, person: &Person) {
    let mut sql = world.superuser().await;
    let ended = sql
        .run(&format!(
            "UPDATE app.membership SET ended_at = now() WHERE id = {}",
            person.membership
        ))
        .await;
    assert_eq!(ended, Ok(1));
}

#[tokio::test]
async fn only_a_coordinator_or_an_operator_assigns() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let application = town.registered(&teacher, &town.coordinator().await).await;
    let expert = town.expert().await;
    let statement = assign(&application, &teacher, 1, &expert);
    let school = town.school(teacher.organisation.unwrap()).await;
    for person in [&teacher, &school, &expert, &world.admin().await] {
        let outcome = person.sql_in(&town).await.probe(&statement).await;
        // A school does not see experts at all: the trigger answers before the policy.
        let told = matches!(&outcome, Err(Refused(code)) if code == Refused::PRIVILEGE || code == Refused::CHECK);
        assert!(told, "{:?}: {outcome:?}", person.role);
    }
    for login in [Login::Worker, Login::Auth, Login::Public] {
        let mut sql = world.login(login).await;
        sql.set("tenant", &town.id.to_string()).await;
        refused(&mut sql, &statement, Refused::PRIVILEGE, "not a person").await;
    }
}

async fn sees(expert: &Person, application: &Application) -> (i64, i64) {
    let mut sql = expert.sql().await;
    let id = application.id;
    let rows = sql
        .value(&format!(
            "SELECT count(*) FROM app.application WHERE id = {id}"
        ))
        .await
        .unwrap();
    let contacts = sql
        .value(&format!("SELECT count(*) FROM app.contacts('{{{id}}}')"))
        .await
        .unwrap();
    (rows, contacts)
}

#[tokio::test]
async fn r_sch_4_access_begins_and_ends_with_the_assignment() {
    let world = World::shared().await;
    let (town, elsewhere): (Town, Town) = (world.town().await, world.town().await);
    let teacher = town.teacher().await;
    let application = town.registered(&teacher, &town.coordinator().await).await;
    let stranger = elsewhere.expert().await;
    assert_eq!(sees(&stranger, &application).await, (0, 0));
    let mut operator = world.operator().await.sql_in(&town).await;
    let assigned = operator
        .run(&assign(&application, &teacher, 1, &stranger))
        .await;
    assert_eq!(assigned, Ok(1));
    assert_eq!(sees(&stranger, &application).await, (1, 1));
    let closed = operator
        .run(&format!(
            "UPDATE app.assignment SET closed_at = now() WHERE tenant_id = {} AND application_id = {}",
            town.id, application.id
        ))
        .await;
    assert_eq!(closed, Ok(1));
    assert_eq!(sees(&stranger, &application).await, (0, 0));
}

/// Whatever ends the case or the assignment ends what an expert of another municipality sees.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_4_an_expert_from_elsewhere_sees_the_case_no_longer_than_it_has_it() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let (coordinator, operator) = (town.coordinator().await, world.operator().await);
    let app = world.app();
    for ending in ["unassigned", "withdrawn", "ended"] {
        let teacher = town.teacher().await;
        let application = town.registered(&teacher, &coordinator).await;
        let id = application.public_id;
        let expert = elsewhere.expert().await;
        let of_expert = |column: &str| {
            let membership = expert.membership;
            format!("SELECT {column} FROM app.membership WHERE id = {membership}")
        };
        let mut sql = world.superuser().await;
        let membership: Uuid = sql.value(&of_expert("public_id")).await.unwrap();
        let membership_text = membership.to_string();
        let plan = Plan {
            experts: [&membership_text, ""],
            ..Plan::default()
        };
        // Case by case: another of the same municipality stays closed.
        let neighbour = town.registered(&town.teacher().await, &coordinator).await;
        // A coordinator is never offered it, and cannot name it.
        let named = app.set_schedule(&coordinator, id, 0, plan).await;
        assert!(matches!(named, Err(app::Error::Invalid(_))), "{named:?}");
        app.set_schedule(&operator, id, 0, plan).await.unwrap();
        assert_eq!(sees(&expert, &application).await, (1, 1), "{ending}");
        assert_eq!(sees(&expert, &neighbour).await, (0, 0), "{ending}");
        match ending {
            "unassigned" => {
                let nobody = Plan::default();
                app.set_schedule(&operator, id, 1, nobody).await.unwrap();
            }
            "withdrawn" => {
                let version = application.version(&town).await;
                app.form_withdrawal(&teacher, id, version, "болезнью")
                    .await
                    .unwrap();
                let seen = async || {
                    let withdrawing = app.withdrawal(&teacher, id).await.unwrap();
                    let open = withdrawing.open().unwrap();
                    Seen {
                        withdrawal: open.public_id,
                        version: open.version,
                    }
                };
                app.submit_withdrawal(&teacher, id, seen().await, &received("скан.pdf"))
                    .await
                    .unwrap();
                app.accept_withdrawal(&coordinator, id, seen().await)
                    .await
                    .unwrap();
            }
            _ => {
                let version = sql.value(&of_expert("version")).await.unwrap();
                app.end_membership(&operator, membership, version)
                    .await
                    .unwrap();
            }
        }
        assert_eq!(sees(&expert, &application).await, (0, 0), "{ending}");
    }
}

/// An expert looks and uploads the conclusion; it changes nothing of the case by SQL.
#[tokio::test]
async fn an_expert_writes_nothing_but_its_conclusion() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let coordinator = town.coordinator().await;
    let application = town.registered(&teacher, &coordinator).await;
    let expert = town.expert().await;
    let mut sql = coordinator.sql().await;
    assert_eq!(
        sql.run(&assign(&application, &teacher, 1, &expert)).await,
        Ok(1)
    );
    let mut sql = expert.sql().await;
    for statement in [
        application.update("status = 'decided'"),
        application.update("surname = 'x'"),
        "UPDATE app.assignment SET closed_at = now()".to_owned(),
        "UPDATE app.schedule_row SET mark = 'none'".to_owned(),
        "DELETE FROM app.file".to_owned(),
        "SELECT * FROM app.card".to_owned(),
        "SELECT * FROM app.account".to_owned(),
        "SELECT * FROM app.people_logins('{1}')".to_owned(),
        "SELECT app.search_people('a', 'a')".to_owned(),
        "SELECT * FROM app.expert_loads()".to_owned(),
    ] {
        refused(&mut sql, &statement, Refused::PRIVILEGE, &statement).await;
    }
}
