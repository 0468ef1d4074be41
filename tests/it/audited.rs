//! Everything the audit must hold (SEC-82), left in the transaction of what was done: through
//! verbs and pages as people use them, and over the source, so that no verb is forgotten.

use std::{fs, path::Path};

use app::{
    Error,
    accounts::NewAccount,
    audit::Filter,
    invitations::Invite,
    lists::Wanted,
    municipalities::{By, Typed},
};
use domain::{actor::Actor, role::Role};
use futures::TryStreamExt as _;
use reqwest::StatusCode;
use tests::{Browser, Page, Person, World, world::PASSWORD};

use crate::{pages::with_bytes, seed::full};

/// What the audit has of an account since the line `after`: code, outcome, object.
async fn lines(world: &World, account: i64, after: i64) -> Vec<String> {
    let mut sql = world.superuser().await;
    sql.list(&format!(
        "SELECT concat_ws(' ', act, outcome) FROM app.audit_event WHERE account_id = {account} AND id > {after} ORDER BY id"
    ))
    .await
}

async fn last(world: &World) -> i64 {
    let mut sql = world.superuser().await;
    sql.value("SELECT coalesce(max(id), 0) FROM app.audit_event")
        .await
        .unwrap()
}

/// Lines of nobody: what `ctl` did.
async fn system(world: &World, after: i64) -> Vec<String> {
    let mut sql = world.superuser().await;
    sql.list(&format!(
        "SELECT act FROM app.audit_event WHERE account_id IS NULL AND id > {after} ORDER BY id"
    ))
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_82_the_way_in_and_out_is_audited() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let expert = town.also(&teacher, Role::Expert, None).await;
    let site = world.serve().await;
    teacher.ready_to_sign_in().await;
    let after = last(&world).await;
    let browser = site.browser();
    for password in ["не тот пароль", PASSWORD] {
        let login = browser.get("/login").await;
        let typed = [
            ("Имя пользователя", teacher.login.as_str()),
            ("Пароль", password),
        ];
        browser.submit(&login, "Войти", &typed).await;
    }
    let choice = browser.get("/cabinet/choose").await;
    for role in [Role::Expert, Role::Teacher] {
        let button = choice
            .forms()
            .into_iter()
            .flat_map(|form| form.buttons)
            .find(|button| button.starts_with(role.name()))
            .unwrap_or_else(|| panic!("{role:?}: {}", choice.told()));
        let opened = browser
            .submit(&choice_of(&browser).await, &button, &[])
            .await;
        assert_eq!(
            opened.location.as_deref(),
            Some(role.home()),
            "{}",
            opened.told()
        );
    }
    let other = browser.get("/municipal/people").await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    let home = browser.get("/teacher").await;
    browser.submit(&home, "Выйти", &[]).await;
    let mut seen = lines(&world, teacher.account.0, after).await;
    // The first look at the teacher's home makes its card.
    seen.retain(|line| line != "card.write done");
    assert_eq!(
        seen,
        [
            "account.sign_in refused",
            "account.sign_in done",
            "account.new_device done",
            "cabinet.switch done",
            "cabinet.switch done",
            "cabinet.other refused",
            "account.sign_out done",
        ]
    );
    let mut sql = world.superuser().await;
    let cabinets: Vec<i64> = sql
        .list(&format!(
            "SELECT object_id FROM app.audit_event WHERE account_id = {} AND id > {after} AND act = 'cabinet.switch' \
             AND tenant_id = {} AND request_id IS NOT NULL ORDER BY id",
            teacher.account.0, town.id
        ))
        .await;
    assert_eq!(cabinets, [expert.membership, teacher.membership]);
}

async fn choice_of(browser: &Browser) -> Page {
    browser.get("/cabinet/choose").await
}

#[tokio::test]
async fn sec_82_accounts_and_roles_are_audited() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let teacher = town.teacher().await;
    let after = last(&world).await;
    let invite = Invite {
        emails: "expert@example.test".to_owned(),
        role: "expert".to_owned(),
        ..Invite::default()
    };
    world.app().invite(&coordinator, &invite).await.unwrap();
    assert_eq!(
        lines(&world, coordinator.account.0, after).await,
        ["invitation.staff done"]
    );
    let token = world.invitation_token(&town).await;
    world
        .app()
        .accept_invitation(teacher.as_person(), &token)
        .await
        .unwrap();
    world.app().forget_password(&teacher.login).await.unwrap();
    let link = world.password_token(&teacher).await;
    world
        .app()
        .reset_password(&link, PASSWORD, PASSWORD)
        .await
        .unwrap();
    assert_eq!(
        lines(&world, teacher.account.0, after).await,
        [
            "invitation.accept done",
            "account.forgot done",
            "account.password done"
        ]
    );
    let login = format!("new{}", coordinator.login);
    let typed = NewAccount {
        login: &login[..login.len().min(20)],
        password: PASSWORD,
        confirmation: PASSWORD,
    };
    let entered = world.app().register_account(typed, None).await.unwrap();
    assert_eq!(
        lines(&world, entered.account.0, after).await,
        ["account.register done"]
    );
}

#[tokio::test]
async fn sec_82_what_the_institute_does_by_ctl_is_audited() {
    let world = World::own().await;
    let app = world.app();
    let after = last(&world).await;
    app.sync_reference(&[]).await.unwrap();
    assert_eq!(system(&world, after).await, [""; 0], "nothing changed");
    let mut sql = world.superuser().await;
    sql.script("UPDATE app.ref_position SET name = name || ' '")
        .await;
    app.sync_reference(&[]).await.unwrap();
    let place = Typed {
        name: "Заречный".into(),
        slug: "zarechny".into(),
        email: "k@example.test".into(),
        ..Typed::default()
    };
    app.add_municipality(By::Host, &place).await.unwrap();
    app.add_institute_member(Role::Admin, "admin1", "a@example.test", None)
        .await
        .unwrap();
    assert_eq!(
        system(&world, after).await,
        [
            "reference.sync",
            "municipality.add",
            "invitation.first",
            "institute.add"
        ]
    );
}

#[tokio::test]
async fn sec_82_looking_from_outside_and_taking_away_is_audited() {
    let world = World::shared().await;
    let own = full(&world).await;
    let mut sql = world.superuser().await;
    let of = format!("WHERE tenant_id = {}", own.town.id);
    let application = sql
        .value(&format!("SELECT public_id FROM app.application {of}"))
        .await
        .unwrap();
    let file = sql
        .value(&format!(
            "SELECT public_id FROM app.file {of} AND s3_key LIKE '%/seed'"
        ))
        .await
        .unwrap();
    with_bytes(&world, &own).await;
    let operator = world.operator().await;
    let admin = world.admin().await;
    let after = last(&world).await;
    for person in [&operator, &own.expert, &own.coordinator] {
        world.app().case(person, application).await.unwrap();
    }
    for person in [
        &operator,
        &own.expert,
        &own.coordinator,
        &own.teacher,
        &own.school,
    ] {
        world.app().open_file(person, file).await.unwrap();
    }
    world.app().people(&operator, "", None).await.unwrap();
    for person in [&operator, &own.expert] {
        let mut seen = lines(&world, person.account.0, after).await;
        seen.retain(|line| line != "people.list done");
        assert_eq!(seen, ["application.read done", "document.read done"]);
    }
    for person in [&own.coordinator, &own.teacher, &own.school] {
        assert_eq!(
            lines(&world, person.account.0, after).await,
            ["document.read done"]
        );
    }
    assert!(
        lines(&world, operator.account.0, after)
            .await
            .contains(&"people.list done".to_owned())
    );
    let rows = world
        .app()
        .export_audit(&admin, Filter::default())
        .await
        .unwrap();
    let batches: Vec<_> = rows.try_collect().await.unwrap();
    assert!(batches.iter().map(Vec::len).sum::<usize>() > 10);
    assert_eq!(
        lines(&world, admin.account.0, after).await,
        ["audit.export done"]
    );
    let taken = world
        .app()
        .export_applications(&own.coordinator, Wanted::default())
        .await;
    drop(taken.unwrap());
    assert!(
        lines(&world, own.coordinator.account.0, after)
            .await
            .contains(&"application.export done".to_owned())
    );
    let tenants: Vec<i32> = sql
        .list(&format!(
            "SELECT DISTINCT tenant_id FROM app.audit_event WHERE id > {after} AND account_id = {} AND object_id IS NOT NULL",
            operator.account.0
        ))
        .await;
    assert_eq!(tenants, [own.town.id], "whose data were looked at is known");
}

/// Refused at the door: by the role alone, and in the relation to the row. One connection has
/// to do, for a pool may have no other.
#[tokio::test]
async fn sec_82_a_refusal_is_audited_and_changes_nothing() {
    let world = World::own_with_connections(1).await;
    let town = world.town().await;
    let industry = town.teacher_of(town.organisation("industry").await).await;
    let application = town.submitted(&industry).await;
    let coordinator = town.coordinator().await;
    let version = application.version(&town).await;
    for (person, object) in [(&industry, None), (&coordinator, Some(application.id))] {
        let after = last(&world).await;
        let refused = world
            .app()
            .register(person, application.public_id, version)
            .await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
        assert_eq!(
            lines(&world, person.account.0, after).await,
            ["application.register refused"]
        );
        let mut sql = world.superuser().await;
        let found: Option<i64> = sql
            .value(&format!(
                "SELECT object_id FROM app.audit_event WHERE id > {after} AND tenant_id = {}",
                town.id
            ))
            .await
            .unwrap();
        assert_eq!(found, object);
    }
    assert_eq!(application.status(&town).await, "under_review");
    // The connection goes back as it came: nobody's.
    let people: [&Person; 2] = [&coordinator, &industry];
    for person in people {
        let actor: &Actor = person;
        assert!(
            world
                .app()
                .register(actor, application.public_id, version)
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn sec_82_what_changes_a_status_is_audited_with_it() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let application = town.submitted(&town.teacher().await).await;
    let after = last(&world).await;
    let version = application.version(&town).await;
    world
        .app()
        .register(&coordinator, application.public_id, version)
        .await
        .unwrap();
    assert_eq!(
        lines(&world, coordinator.account.0, after).await,
        ["application.register done"]
    );
}

/// Jobs and letters: whoever asked for one left the line, how far the worker is with it is no
/// deed of anybody's.
const WORKERS: &str = "the worker's: audited when it was asked for";

/// Files on their way: nobody has them before a form takes them, which leaves its line.
const ON_ITS_WAY: &str = "the form that takes the file leaves the line";

/// What ends in `commit` without a line of the audit, and why that is right.
const SILENT: [(&str, &str); 52] = [
    ("accept_invitation", "the function it calls leaves the line"),
    ("begin_export", WORKERS),
    ("begin_upload", ON_ITS_WAY),
    ("cancel_upload", ON_ITS_WAY),
    ("claim_export", WORKERS),
    ("claim_job", WORKERS),
    ("claim_letter", WORKERS),
    ("claim_preview", WORKERS),
    ("claim_printout", WORKERS),
    ("claim_quarantined", WORKERS),
    ("claim_scan", WORKERS),
    ("clear_orphans", WORKERS),
    ("clear_printouts", WORKERS),
    ("clear_uploads", WORKERS),
    ("compose", WORKERS),
    ("continue_upload", ON_ITS_WAY),
    (
        "declare_templates",
        "what the release has, told at every start",
    ),
    (
        "declare_virus_check",
        "what the installation has, told at every start",
    ),
    (
        "delete_registration",
        "the function it calls leaves the lines",
    ),
    ("destroy_due", "the function it calls leaves the lines"),
    ("export_later", WORKERS),
    ("fetch_scan", WORKERS),
    ("finish_export", WORKERS),
    ("gather", WORKERS),
    ("give_back", ON_ITS_WAY),
    ("hold_printout", WORKERS),
    ("job_later", WORKERS),
    ("keep", WORKERS),
    ("keep_act", WORKERS),
    ("keep_printout", WORKERS),
    ("keep_scan_read", WORKERS),
    ("letter_not_sent", WORKERS),
    ("letter_sent", WORKERS),
    ("papers_read", WORKERS),
    ("preview_done", WORKERS),
    ("preview_later", WORKERS),
    ("preview_unshown", WORKERS),
    ("printout_failed", WORKERS),
    ("printout_later", WORKERS),
    ("printout_progress", WORKERS),
    (
        "publish_part",
        "follows from the end of a cabinet, which left its line",
    ),
    ("quarantine_clean", WORKERS),
    ("quarantine_later", WORKERS),
    (
        "quarantine_refused",
        "the function it calls leaves the line",
    ),
    ("remind_of_terms", "tells of a day, which is nobody's deed"),
    ("scan_later", WORKERS),
    ("seal_audit", "seals the lines"),
    ("take_upload", ON_ITS_WAY),
    ("template_tried", WORKERS),
    ("write_accounts", WORKERS),
    ("write_document", WORKERS),
    ("write_table", WORKERS),
];

/// Every function of the verbs that commits leaves a line, itself or through what it calls.
#[test]
fn sec_82_no_verb_writes_without_a_line() {
    let mut sources = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../libs/app/src"),
        &mut sources,
    );
    let mut silent = Vec::new();
    let mut committing = 0;
    for source in &sources {
        for (name, body) in functions(source) {
            if !body.contains(".commit()") {
                continue;
            }
            committing += 1;
            let told = [
                "events::",
                "audit_account(",
                "audit_person(",
                "audit_policy(",
                "exports::start_by_ctl(",
                "institute::add(",
                "memberships::join(",
            ];
            if !told.iter().any(|way| body.contains(way)) {
                silent.push(name);
            }
        }
    }
    silent.sort();
    let allowed: Vec<&str> = SILENT.iter().map(|(name, _)| *name).collect();
    println!(
        "SEC-82: {committing} functions commit, {} of them silently",
        silent.len()
    );
    assert!(committing > 50, "the sources were not found");
    assert_eq!(silent, allowed);
}

#[test]
fn a_silent_verb_is_seen() {
    let source = "impl App {\n    pub async fn a(&self) {\n        tx.commit()\n    }\n    async fn b() {\n    }\n}\n";
    let found: Vec<_> = functions(source)
        .into_iter()
        .filter(|(_, body)| body.contains(".commit()"))
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "a");
}

/// The functions of a source with all up to the next one.
fn functions(source: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in source.lines() {
        let words = line.trim_start();
        let begins = [
            "pub async fn ",
            "pub(crate) async fn ",
            "pub(super) async fn ",
            "async fn ",
            "pub fn ",
            "pub(super) fn ",
            "fn ",
        ];
        if let Some(rest) = begins.iter().find_map(|begin| words.strip_prefix(begin)) {
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            found.push((name.to_owned(), String::new()));
        }
        if let Some((_, body)) = found.last_mut() {
            body.push_str(line);
            body.push('\n');
        }
    }
    found
}

fn collect(directory: &Path, into: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        // The demonstration region is made through the verbs.
        if path.is_dir() && !path.ends_with("seed") {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("seed.rs")
        {
            into.push(fs::read_to_string(path).unwrap());
        }
    }
}
