//! The annex of an order: taken as a table, and a typed one compared with what may be decided.

use super::*;

/// The bytes of a file, which a page as text would spoil.
async fn bytes(browser: &Browser, path: &str) -> Vec<u8> {
    let response = browser
        .request(reqwest::Method::GET, path)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.bytes().await.unwrap().to_vec()
}

/// The annex names people in the dative, every decision of the order in its order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_ord_1_the_annex_of_an_order_names_everybody_in_the_dative() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let expert = town.expert().await;
    let granted = judged(&town, &town.teacher().await, &expert).await;
    let refused = judged(&town, &town.teacher().await, &expert).await;
    let browser = site.browser_of(&operator).await;
    let mut sent = form(&browser, &TYPED).await;
    sent.set(&row(&town, &granted).await, "granted");
    sent.set(&row(&town, &refused).await, "refused");
    browser.send(&sent, &[pdf()]).await;
    let mut sql = world.superuser().await;
    let order = order(&mut sql, "173К").await;
    let link = format!("{ORDERS}/{order}?format=xlsx");
    let page = browser.get(&format!("{ORDERS}/{order}")).await;
    assert!(page.links().contains(&link), "{:?}", page.links());
    let rows = sheets::read(&bytes(&browser, &link).await).unwrap();
    let organisations: Vec<String> = sql
        .list(
            "SELECT o.name FROM app.decision d JOIN app.application a ON a.id = d.application_id \
             JOIN app.organisation o ON o.id = a.organisation_id ORDER BY d.id",
        )
        .await;
    let decisions: Vec<bool> = sql
        .list("SELECT granted FROM app.decision ORDER BY id")
        .await;
    assert_eq!(
        rows[0],
        [
            "№",
            "ФИО (в дательном падеже)",
            "Должность",
            "Организация",
            "Категория",
            "Решение"
        ]
    );
    assert_eq!(rows.len(), 3);
    for (number, row) in rows[1..].iter().enumerate() {
        let verdict = if decisions[number] {
            "установить"
        } else {
            "отказать"
        };
        let place = (number + 1).to_string();
        let expected = [
            place.as_str(),
            "Ивановой Марии Сергеевне",
            "учитель",
            &organisations[number],
            "первая",
            verdict,
        ];
        assert_eq!(row, &expected);
    }
}

/// A workbook as somebody types one.
fn book(rows: &[[&str; 4]]) -> (String, String, Vec<u8>) {
    use std::io::Read as _;
    const COLUMNS: [sheets::Column; 4] = [
        sheets::Column::new("Решение", 12),
        sheets::Column::new("ФИО (в дательном падеже)", 40),
        sheets::Column::new("ДОЛЖНОСТЬ", 20),
        sheets::Column::new("Категория", 12),
    ];
    let rows = rows.iter().map(|row| {
        Ok::<_, std::convert::Infallible>(row.iter().map(|&cell| cell.into()).collect())
    });
    let mut bytes = Vec::new();
    let mut file = sheets::write(sheets::Format::Xlsx, &COLUMNS, rows).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    ("file".to_owned(), "приложение.xlsx".to_owned(), bytes)
}

/// A typed annex is compared row by row; what a person resolves and what matched by itself fills
/// in the order's form, and the order is recorded with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_ord_1_a_typed_annex_is_compared_and_fills_in_the_order() {
    const MATCH: &str = "/operator/orders/match";
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let [alone, renamed, stranger] = [
        simplified(&town, &town.teacher().await, &operator).await,
        simplified(&town, &town.teacher().await, &operator).await,
        simplified(&town, &town.teacher().await, &operator).await,
    ];
    let mut sql = world.superuser().await;
    for (application, surname) in [
        (&alone, "Семёнова"),
        (&renamed, "Петрова"),
        (&stranger, "Кузнецова"),
    ] {
        sql.run(&application.update(&format!("surname = '{surname}'")))
            .await
            .unwrap();
    }
    let browser = site.browser_of(&operator).await;
    let home = browser.get(ORDERS).await;
    assert!(
        home.links().contains(&MATCH.to_owned()),
        "{:?}",
        home.links()
    );
    let page = browser.get(MATCH).await;
    assert_eq!(page.heading(), "Сверка с графиком");
    let before = left(&mut sql).await;
    for (file, fault) in [
        (
            ("file".to_owned(), "a.xlsx".to_owned(), b"PK".to_vec()),
            "Файл не читается",
        ),
        (book(&[]), "В таблице нет ни одной строки с ФИО"),
    ] {
        let refused = browser.send(&page.form("Сверить").anew(), &[file]).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            refused.told()
        );
        assert!(
            refused.errors()[0].contains(fault),
            "{:?}",
            refused.errors()
        );
    }
    let annex = book(&[
        [
            "Установить",
            "Семенова  МАРИЯ Сергеевна",
            "Учитель",
            "Первая",
        ],
        ["отказать", "Петрова Мария Сергеевна", "методист", "первая"],
        ["установить", "Никого Нет", "учитель", "первая"],
    ]);
    let compared = browser.send(&page.form("Сверить").anew(), &[annex]).await;
    assert_eq!(compared.status, StatusCode::OK, "{}", compared.told());
    for words in [
        "Сопоставлено строк: 1 из 3. Заявлений, которых нет в файле: 2.",
        "сопоставлено",
        "должность отличается",
        "не найден",
    ] {
        assert!(says(&compared, words), "{words}: {}", compared.body);
    }
    let mut resolved = compared.form("Перейти к распоряжению");
    let version = renamed.version(&town).await;
    // What is not resolved decides nothing; here it is chosen.
    resolved
        .fields
        .retain(|(name, value)| name != "row" || !value.is_empty());
    let chosen = format!("{}.{version}.refused", renamed.public_id);
    resolved.fields.push(("row".to_owned(), chosen));
    let filled = browser.send(&resolved, &[]).await;
    assert_eq!(filled.status, StatusCode::OK, "{}", filled.told());
    let mut sent = filled.filled(RECORD, &TYPED);
    for (application, decision) in [(&alone, "granted"), (&renamed, "refused")] {
        let field = (row(&town, application).await, decision.to_owned());
        assert!(sent.fields.contains(&field), "{:?}", sent.fields);
    }
    assert!(!sent.names.contains(&row(&town, &stranger).await));
    assert_eq!(left(&mut sql).await, before, "nothing is kept on the way");
    // A slip in the order's own fields shows the same rows again.
    sent.set("date", "");
    let page = browser.send(&sent, &[pdf()]).await;
    assert_eq!(
        page.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        page.told()
    );
    let mut sent = page.filled(RECORD, &TYPED);
    assert!(!sent.names.contains(&row(&town, &stranger).await));
    sent.set("date", "14.09.2026");
    let page = browser.send(&sent, &[pdf()]).await;
    assert!(says(&page, "Записано решений: 2 из 2."), "{}", page.told());
    assert_eq!(stranger.status(&town).await, "registered");
}

/// Five hundred rows, as an order of the region has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_ord_1_five_hundred_rows_are_compared() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let application = simplified(&town, &town.teacher().await, &operator).await;
    let browser = site.browser_of(&operator).await;
    let mut sql = world.superuser().await;
    // Copies of one registered application, each with a surname and a card of its own.
    sql.script(&format!(
        "SET session_replication_role = replica;
         INSERT INTO app.card (tenant_id, public_id, membership_id, account_id, organisation_id)
           SELECT c.tenant_id, gen_random_uuid(), c.membership_id, c.account_id, c.organisation_id
           FROM app.card c, generate_series(1, 499);
         INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id,
             category, procedure, ground, form, presence, surname, name, patronymic, position, status, route,
             submitted_at, due_on)
           SELECT a.tenant_id, gen_random_uuid(), c.id, a.account_id, a.membership_id, a.organisation_id, a.category,
             a.procedure, a.ground, a.form, a.presence,
             'Фамилия' || translate(c.id::text, '0123456789', 'абвгдежзик'), a.name, a.patronymic, a.position,
             a.status, a.route, a.submitted_at, a.due_on
           FROM app.application a, app.card c WHERE a.id = {0} AND c.id <> a.card_id;
         SET session_replication_role = origin;",
        application.id
    ))
    .await;
    let names: Vec<String> = sql
        .list("SELECT concat_ws(' ', surname, name, patronymic) FROM app.application ORDER BY id")
        .await;
    assert_eq!(names.len(), 500);
    let rows: Vec<[&str; 4]> = names
        .iter()
        .map(|name| ["установить", name.as_str(), "учитель", "первая"])
        .collect();
    let page = browser.get("/operator/orders/match").await;
    let compared = browser.send(&page.form("Сверить"), &[book(&rows)]).await;
    assert!(
        says(&compared, "Сопоставлено строк: 500 из 500."),
        "{}",
        compared.told()
    );
    let filled = browser
        .send(&compared.form("Перейти к распоряжению"), &[])
        .await;
    let sent = filled.form(RECORD);
    let granted = sent
        .fields
        .iter()
        .filter(|(_, value)| value == "granted")
        .count();
    assert_eq!(granted, 500);
}

/// As a paper: people in the dative under what was decided about them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_ord_1_the_annex_of_an_order_is_a_paper_too() {
    let world = World::own().await;
    let _worker = world.worker();
    let site = world.serve().await;
    let town = world.town().await;
    let expert = town.expert().await;
    let granted = judged(&town, &town.teacher().await, &expert).await;
    let refused = judged(&town, &town.teacher().await, &expert).await;
    let browser = site.browser_of(&world.operator().await).await;
    let mut sent = form(&browser, &TYPED).await;
    sent.set(&row(&town, &granted).await, "granted");
    sent.set(&row(&town, &refused).await, "refused");
    browser.send(&sent, &[pdf()]).await;
    let order = order(&mut world.superuser().await, "173К").await;
    let page = browser.get(&format!("{ORDERS}/{order}")).await;
    let link = format!("{ORDERS}/{order}?format=pdf");
    assert!(page.links().contains(&link), "{:?}", page.links());
    let annex = paper::pages(&paper::file(&browser, &link).await).join(" ");
    let at = |words: &str| {
        annex
            .find(words)
            .unwrap_or_else(|| panic!("{words} in {annex}"))
    };
    assert!(annex.contains("№ 173К"), "{annex}");
    let first = at("Установить первую квалификационную категорию:");
    let second = at("Отказать в установлении первой квалификационной категории:");
    assert!(first < second);
    assert_eq!(
        annex.matches("Ивановой Марии Сергеевне").count(),
        2,
        "{annex}"
    );
    assert!(annex.contains(&town.name), "{annex}");
}
