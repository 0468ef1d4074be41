//! The institute's people: an administrator invites them by letter (R-ACC-3, R-ACC-4), they are let
//! in once, and who is ended is out at the next request (SEC-14).

use app::{Error, accounts::NewAccount, invitations::Invite};
use reqwest::StatusCode;
use tests::{Browser, Page, Person, World, world::PASSWORD};

const PATH: &str = "/admin/operators";
const ADDRESS: &str = "operator@example.test";

async fn invite(browser: &Browser, address: &str, role: &str) -> Page {
    let page = browser.get(PATH).await;
    let typed = [("Адрес электронной почты", address), ("Роль", role)];
    browser.submit(&page, "Пригласить", &typed).await
}

async fn audited(world: &World, account: i64) -> Vec<String> {
    let mut sql = world.superuser().await;
    sql.list(&format!(
        "SELECT concat_ws(' ', act, outcome) FROM app.audit_event WHERE account_id = {account} ORDER BY id"
    ))
    .await
}

/// Registers by the newest invitation into the institute; the person's account.
async fn register(world: &World, login: &str) -> Result<i64, Error> {
    let token = world.institute_token().await;
    let typed = NewAccount {
        login,
        password: PASSWORD,
        confirmation: PASSWORD,
    };
    let entered = world.app().register_account(typed, Some(&token)).await?;
    Ok(entered.account.0)
}

async fn member(world: &World, person: &Person) -> (uuid::Uuid, i32) {
    let of = format!("FROM app.institute_member WHERE id = {}", person.membership);
    let mut sql = world.superuser().await;
    (
        sql.value(&format!("SELECT public_id {of}")).await.unwrap(),
        sql.value(&format!("SELECT version {of}")).await.unwrap(),
    )
}

#[tokio::test]
async fn r_acc_3_an_operator_is_invited_by_letter_and_let_in_once() {
    let world = World::own().await;
    let site = world.serve().await;
    let admin = world.admin().await;
    let browser = site.browser_of(&admin).await;
    let wrong = invite(&browser, "не адрес", "Оператор").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = invite(&browser, ADDRESS, "operator").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.told());
    let page = browser.follow(sent).await;
    assert!(page.body.contains(ADDRESS) && page.body.contains("отправлено"));

    let letter = world.app().claim_letter().await.unwrap().unwrap();
    let mail = world
        .app()
        .compose(&letter, "https://a.test")
        .await
        .unwrap();
    let mail = mail.unwrap();
    let token = world.institute_token().await;
    assert_eq!(mail.to, ADDRESS);
    assert_eq!(mail.subject, "Аттестация: приглашение");
    assert!(mail.body.contains("Роль: Оператор"), "{}", mail.body);
    let link = format!("https://a.test/invitation/{token}");
    assert!(mail.body.contains(&link), "{}", mail.body);

    let shown = site.browser().get(&format!("/invitation/{token}")).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.told());
    assert!(shown.body.contains("Оператор"));
    assert!(!shown.body.contains("Муниципалитет"), "of none");
    let account = register(&world, "novyyoperator").await.unwrap();
    let mut sql = world.superuser().await;
    let role = format!(
        "SELECT role FROM app.institute_member WHERE account_id = {account} AND ended_at IS NULL"
    );
    assert_eq!(sql.list::<String>(&role).await, ["operator"]);
    let again = register(&world, "drugoyoperator").await;
    assert!(matches!(again, Err(Error::Illegal(_))), "used: {again:?}");
    let its = audited(&world, account).await;
    assert!(
        its.contains(&"invitation.accept done".to_owned()),
        "{its:?}"
    );
    assert!(
        audited(&world, admin.account.0)
            .await
            .contains(&"invitation.operator done".to_owned())
    );
    let page = browser.get(PATH).await;
    assert!(page.body.contains("novyyoperator") && page.body.contains("принято"));
}

#[tokio::test]
async fn r_acc_4_a_withdrawn_or_renewed_invitation_into_the_institute_opens_nothing() {
    let world = World::own().await;
    let site = world.serve().await;
    let browser = site.browser_of(&world.admin().await).await;
    let page = invite(&browser, ADDRESS, "admin").await;
    let page = browser.follow(page).await;
    let first = world.institute_token().await;
    let sent = browser.submit(&page, "Отправить повторно", &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.told());
    let second = world.institute_token().await;
    let old = site.browser().get(&format!("/invitation/{first}")).await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
    // The page of before the renewal is an old editor's.
    let form = page.form("Отозвать").anew();
    let stale = browser.send(&form, &[]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.told());
    let page = browser.get(PATH).await;
    browser.submit(&page, "Отозвать", &[]).await;
    let gone = site.browser().get(&format!("/invitation/{second}")).await;
    assert_eq!(gone.status, StatusCode::GONE);
    let refused = register(&world, "otozvannyy").await;
    assert!(matches!(refused, Err(Error::Illegal(_))), "{refused:?}");
    let mut sql = world.superuser().await;
    let accounts = "SELECT count(*) FROM app.account WHERE login = 'otozvannyy'";
    assert_eq!(sql.value::<i64>(accounts).await.unwrap(), 0);
}

#[tokio::test]
async fn r_acc_3_only_an_administrator_invites_into_the_institute() {
    let world = World::own().await;
    let operator = world.operator().await;
    let typed = Invite {
        emails: ADDRESS.into(),
        role: "operator".into(),
        ..Invite::default()
    };
    let refused = world.app().invite_into_institute(&operator, &typed).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    let admin = world.admin().await;
    let typed = Invite {
        role: "municipal".into(),
        ..typed
    };
    let refused = world.app().invite_into_institute(&admin, &typed).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}

#[tokio::test]
async fn sec_14_an_operator_whose_place_ended_is_out_at_the_next_request() {
    let world = World::own().await;
    let site = world.serve().await;
    let operator = world.operator().await;
    let its = site.browser_of(&operator).await;
    assert_eq!(its.get("/operator").await.status, StatusCode::OK);
    let admin = world.admin().await;
    let (id, version) = member(&world, &operator).await;
    world
        .app()
        .end_institute_member(&admin, id, version)
        .await
        .unwrap();
    assert_eq!(its.get("/operator").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let world = World::own().await;
    let mut sql = world.superuser().await;
    sql.script("UPDATE app.institute_member SET ended_at = now() WHERE ended_at IS NULL")
        .await;
    let (one, other) = (world.admin().await, world.admin().await);
    let (own, of_own) = member(&world, &one).await;
    let ended = world.app().end_institute_member(&one, own, of_own).await;
    assert!(
        matches!(ended, Err(Error::Illegal(_))),
        "its own: {ended:?}"
    );
    // Both at once: whichever comes second, one is left.
    let (his, of_his) = member(&world, &other).await;
    let another = world.another_app(4);
    let (left, right) = tokio::join!(
        world.app().end_institute_member(&one, his, of_his),
        another.end_institute_member(&other, own, of_own),
    );
    assert!(left.is_ok() != right.is_ok(), "{left:?} {right:?}");
    let admins =
        "SELECT count(*) FROM app.institute_member WHERE role = 'admin' AND ended_at IS NULL";
    assert_eq!(sql.value::<i64>(admins).await.unwrap(), 1);
}

#[tokio::test]
async fn the_database_leaves_an_administrator_whoever_asks() {
    let world = World::own().await;
    let admin = world.admin().await;
    let mut superuser = world.superuser().await;
    superuser
        .script(&format!(
            "UPDATE app.institute_member SET ended_at = now() WHERE ended_at IS NULL AND id <> {}",
            admin.membership
        ))
        .await;
    let end = format!(
        "UPDATE app.institute_member SET ended_at = now() WHERE id = {}",
        admin.membership
    );
    let mut own = admin.sql().await;
    assert_eq!(own.run(&end).await.unwrap_err().0, "42501", "its own");
    // As the host, who is no person.
    let mut host = world.login(tests::Login::Admin).await;
    assert_eq!(host.run(&end).await.unwrap_err().0, "23514", "the last");
}

#[tokio::test]
async fn sec_14_an_ended_administrator_comes_in_by_no_invitation_of_its_own() {
    let world = World::own().await;
    let site = world.serve().await;
    let (admin, leaving) = (world.admin().await, world.admin().await);
    let browser = site.browser_of(&leaving).await;
    let sent = invite(&browser, ADDRESS, "admin").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.told());
    let (id, version) = member(&world, &leaving).await;
    world
        .app()
        .end_institute_member(&admin, id, version)
        .await
        .unwrap();
    let again = register(&world, "zapasnoy").await;
    assert!(matches!(again, Err(Error::Illegal(_))), "{again:?}");
    let mut sql = world.superuser().await;
    let open = "SELECT count(*) FROM app.institute_invitation WHERE state <> 'revoked'";
    assert_eq!(sql.value::<i64>(open).await.unwrap(), 0);
}
