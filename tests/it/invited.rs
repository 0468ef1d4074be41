//! The link of an invitation (SEC-46, R-ACC-4): looked at as often as one likes, used once, within a
//! day, and dead once it was sent again or revoked.

use app::invitations::Invite;
use reqwest::StatusCode;
use scraper::{Html, Selector};
use tests::{Browser, Page, Person, Town, World};
use uuid::Uuid;

/// Invites an expert: the token of the link.
async fn invite(world: &World, town: &Town, coordinator: &Person, email: &str) -> String {
    let invite = Invite {
        emails: email.to_owned(),
        role: "expert".to_owned(),
        ..Invite::default()
    };
    world.app().invite(coordinator, &invite).await.unwrap();
    world.invitation_token(town).await
}

/// The newest invitation: its id and version.
async fn newest(world: &World, town: &Town) -> (Uuid, i32) {
    let mut sql = world.superuser().await;
    let of = |column: &str| {
        format!(
            "SELECT {column} FROM app.invitation WHERE tenant_id = {} ORDER BY id DESC LIMIT 1",
            town.id
        )
    };
    let id = sql.value(&of("public_id")).await.unwrap();
    (id, sql.value(&of("version")).await.unwrap())
}

async fn shown(browser: &Browser, token: &str) -> StatusCode {
    browser.get(&format!("/invitation/{token}")).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_46_a_link_is_used_once_within_a_day_and_dies_when_it_is_sent_again() {
    let world = World::own().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let guest = site.browser();

    let first = invite(&world, &town, &coordinator, "expert@example.test").await;
    let (id, version) = newest(&world, &town).await;
    for _ in 0..2 {
        assert_eq!(shown(&guest, &first).await, StatusCode::OK);
    }
    let app = world.app();
    app.resend_invitation(&coordinator, id, version)
        .await
        .unwrap();
    let second = world.invitation_token(&town).await;
    assert_eq!(shown(&guest, &first).await, StatusCode::NOT_FOUND);
    assert_eq!(shown(&guest, &second).await, StatusCode::OK);
    // Used by one, it is nobody else's.
    let person = elsewhere.teacher().await.as_person();
    app.accept_invitation(person, &second).await.unwrap();
    assert_eq!(shown(&guest, &second).await, StatusCode::GONE);
    let late = elsewhere.teacher().await.as_person();
    let refused = app.accept_invitation(late, &second).await;
    assert!(
        matches!(refused, Err(app::Error::Illegal(_))),
        "{refused:?}"
    );

    let revoked = invite(&world, &town, &coordinator, "other@example.test").await;
    let (id, version) = newest(&world, &town).await;
    app.revoke_invitation(&coordinator, id, version)
        .await
        .unwrap();
    assert_eq!(shown(&guest, &revoked).await, StatusCode::GONE);
    let refused = app.accept_invitation(late, &revoked).await;
    assert!(
        matches!(refused, Err(app::Error::Illegal(_))),
        "{refused:?}"
    );

    let old = invite(&world, &town, &coordinator, "third@example.test").await;
    let later = world.now() + chrono::Duration::hours(24) + chrono::Duration::minutes(1);
    world.set_now(&later.to_rfc3339());
    assert_eq!(shown(&guest, &old).await, StatusCode::GONE);
    let refused = app.accept_invitation(late, &old).await;
    assert!(
        matches!(refused, Err(app::Error::Illegal(_))),
        "{refused:?}"
    );
}

/// Whoever sent it has left: what is on its way opens nothing until somebody sends it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_46_the_inviters_right_is_asked_again_as_it_is_accepted() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let (coordinator, operator) = (town.coordinator().await, world.operator().await);
    let guest = site.browser();
    let person = world.town().await.teacher().await.as_person();
    let app = world.app();
    let mut sql = world.superuser().await;

    let link = invite(&world, &town, &coordinator, "expert@example.test").await;
    sql.script(&format!(
        "UPDATE app.membership SET ended_at = now() WHERE account_id = {}",
        coordinator.account.0
    ))
    .await;
    let page = guest.get(&format!("/invitation/{link}")).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(
        page.body.contains("уже не может приглашать"),
        "{}",
        page.told()
    );
    let refused = app.accept_invitation(person, &link).await;
    assert!(
        matches!(refused, Err(app::Error::Illegal(_))),
        "{refused:?}"
    );
    // Whoever sends it again answers for it.
    let (id, version) = newest(&world, &town).await;
    app.resend_invitation(&operator, id, version).await.unwrap();
    let link = world.invitation_token(&town).await;
    assert_eq!(shown(&guest, &link).await, StatusCode::OK);
    let block = |status: &str| {
        format!(
            "UPDATE app.account SET status = '{status}' WHERE id = {}",
            operator.account.0
        )
    };
    sql.script(&block("blocked")).await;
    assert_eq!(shown(&guest, &link).await, StatusCode::GONE);
    sql.script(&block("active")).await;
    app.accept_invitation(person, &link).await.unwrap();
}

const LIST: &str = "/municipal/invitations/list";

/// A workbook of people to invite, as somebody types one: address, organisation, role.
fn people(rows: &[[&str; 3]]) -> (String, String, Vec<u8>) {
    use std::io::Read as _;
    const COLUMNS: [sheets::Column; 3] = [
        sheets::Column::new("E-mail", 30),
        sheets::Column::new("Место работы (организация)", 40),
        sheets::Column::new("РОЛЬ", 30),
    ];
    let rows = rows.iter().map(|row| {
        Ok::<_, std::convert::Infallible>(row.iter().map(|&cell| cell.into()).collect())
    });
    let mut bytes = Vec::new();
    let mut file = sheets::write(sheets::Format::Xlsx, &COLUMNS, rows).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    ("file".to_owned(), "список.xlsx".to_owned(), bytes)
}

/// What became of each row, in its last cell.
fn report(page: &Page) -> Vec<String> {
    let cell = Selector::parse("tbody tr td:last-child").unwrap();
    let page = Html::parse_document(&page.body);
    let words = |cell: scraper::ElementRef<'_>| cell.text().collect::<Vec<_>>().join("");
    page.select(&cell).map(words).collect()
}

/// A new organisation: its name.
async fn school(world: &World, town: &Town) -> String {
    let id = town.organisation("municipal").await;
    let name = format!("SELECT name FROM app.organisation WHERE id = {id}");
    world.superuser().await.value(&name).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_4_a_list_is_invited_row_by_row_and_nobody_twice() {
    let world = World::own().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let browser = site.browser_of(&town.coordinator().await).await;
    let (own, foreign) = (
        school(&world, &town).await,
        school(&world, &elsewhere).await,
    );
    let page = browser.get("/municipal/invitations").await;
    assert!(
        page.links().contains(&LIST.to_owned()),
        "{:?}",
        page.links()
    );
    let list = people(&[
        ["one@example.test", "", "Специалист по аттестации"],
        [
            "two@example.test",
            &own.to_uppercase(),
            "координатор по  аттестации в ОО",
        ],
        ["three@example.test", "", "Координатор по аттестации в ОО"],
        ["four@example.test", &foreign, "Специалист по аттестации"],
        ["five@example.test", "", "Муниципальный координатор"],
        ["six@example.test", "", "Директор"],
        ["не адрес", "", "Специалист по аттестации"],
        ["ONE@example.test", "", "Специалист по аттестации"],
        [
            "a@example.test, b@example.test",
            "",
            "Специалист по аттестации",
        ],
    ]);
    let send = async || {
        let form = browser.get(LIST).await.form("Пригласить");
        browser.send(&form, std::slice::from_ref(&list)).await
    };
    let first = send().await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.told());
    let said = report(&first);
    let expected = [
        "приглашение отправлено",
        "приглашение отправлено",
        "Выберите организацию",
        "в справочнике муниципалитета нет",
        "приглашают не здесь",
        "Роли «Директор» нет",
        "Проверьте адрес электронной почты: не, адрес",
        "уже есть в списке выше",
        "В строке нужен один адрес",
    ];
    assert_eq!(said.len(), expected.len(), "{said:?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.contains(expected), "{said} is not {expected}");
    }
    assert!(first.body.contains("Отправлено приглашений: 2"));
    let mut sql = world.superuser().await;
    let letters = "SELECT count(*) FROM app.letter WHERE kind = 'invitation'";
    assert_eq!(sql.value::<i64>(letters).await.unwrap(), 2);
    // Brought again, or pressed twice, it writes to nobody and no link dies.
    let again = report(&send().await);
    assert!(
        again[..2].iter().all(|said| said.contains("уже приглашён")),
        "{again:?}"
    );
    assert_eq!(sql.value::<i64>(letters).await.unwrap(), 2);
    let invited: Vec<String> = sql
        .list("SELECT email FROM app.invitation ORDER BY id")
        .await;
    assert_eq!(invited, ["one@example.test", "two@example.test"]);
    // What is no list at all.
    let form = browser.get(LIST).await.form("Пригласить");
    let nonsense = (
        "file".to_owned(),
        "список.xlsx".to_owned(),
        b"nonsense".to_vec(),
    );
    let refused = browser.send(&form, &[nonsense]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.errors()[0].starts_with("Файл не читается"),
        "{:?}",
        refused.errors()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_4_the_sample_of_a_list_is_a_list() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    for (person, list, columns) in [
        (town.coordinator().await, LIST, 3),
        (
            world.operator().await,
            "/operator/people/invitations/list",
            4,
        ),
    ] {
        let browser = site.browser_of(&person).await;
        let path = format!("{list}?format=xlsx");
        assert!(browser.get(list).await.links().contains(&path), "{list}");
        let sample = browser
            .request(reqwest::Method::GET, &path)
            .send()
            .await
            .unwrap();
        let bytes = sample.bytes().await.unwrap().to_vec();
        let rows = sheets::read(&bytes).unwrap();
        assert_eq!(rows[0].len(), columns);
        let form = browser.get(list).await.form("Пригласить");
        let file = ("file".to_owned(), "образец.xlsx".to_owned(), bytes);
        let page = browser.send(&form, &[file]).await;
        assert_eq!(report(&page).len(), rows.len() - 1, "{}", page.told());
    }
}
