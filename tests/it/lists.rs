//! Lists of applications: whatever filters and order an address asks for, the pages are what a
//! plain reading of the table gives, and the count is theirs; views kept under a name; the numbers
//! of dashboards lead to as many rows.

mod bulk;
mod queue;
mod taken;

use std::collections::BTreeSet;

use app::{
    lists::{Gap, Order, Term, Wanted},
    saved_views::List,
};
use domain::{
    actor::TenantId,
    life::Status,
    reference::{Category, Form as Attendance},
    routing::WorkList,
};
use futures::TryStreamExt as _;
use reqwest::StatusCode;
use tests::{Browser, Page, Person, Session, Town, World, sql::Refused};
use uuid::Uuid;

const LIST: &str = "/operator/applications";

/// A region of some hundred applications, with schedules and experts; its clock stands in 2026.
async fn region(world: &World) -> Session {
    world.fill(3, 600).await;
    let mut sql = world.superuser().await;
    sql.script(
        "SET session_replication_role = replica;
         UPDATE app.application SET category = (ARRAY['first', 'highest', 'mentor'])[1 + id % 3],
           form = CASE WHEN id % 4 = 0 THEN 'distance' ELSE 'in_person' END;
         UPDATE app.application SET rejection_reasons = CASE WHEN id % 2 = 0 THEN '{}' ELSE '{r1}'::text[] END
           WHERE status = 'rejected'",
    )
    .await;
    sql
}

/// A list walked to its end: the ids in order, and what it says of their number.
async fn walked(world: &World, person: &Person, wanted: &Wanted) -> (Vec<Uuid>, i64) {
    let (mut ids, mut after, mut count) = (Vec::new(), None, 0);
    loop {
        let page = world.app().listed(person, wanted, after).await.unwrap();
        assert!(page.rows.len() <= app::lists::PAGE);
        assert!(!page.at_least && !page.stopped, "600 rows are few");
        ids.extend(page.rows.iter().map(|line| line.public_id));
        count = count.max(page.count);
        match page.next {
            Some(next) => after = Some(next),
            None => return (ids, count),
        }
    }
}

/// What a filter means, as a condition on the table.
fn filters(period: Uuid, organisation: Uuid, expert: Uuid) -> Vec<(&'static str, Wanted, String)> {
    let day = |text| domain::calendar::text::parse(text).unwrap();
    let all = Wanted::default;
    let under_review = "a.status = 'under_review'";
    vec![
        ("all", all(), "true".to_owned()),
        ("a municipality", Wanted { tenant: Some(TenantId(2)), ..all() }, "a.tenant_id = 2".to_owned()),
        ("a status", Wanted { status: Some(Status::Decided), ..all() }, "a.status = 'decided'".to_owned()),
        (
            "a status in a municipality",
            Wanted { tenant: Some(TenantId(1)), status: Some(Status::Registered), ..all() },
            "a.status = 'registered' AND a.tenant_id = 1".to_owned(),
        ),
        (
            "a tab",
            Wanted { list: Some(WorkList::Industry), ..all() },
            "a.route = 'operator' AND a.procedure = 'general'".to_owned(),
        ),
        (
            "the queue",
            Wanted { list: Some(WorkList::Simplified), status: Some(Status::UnderReview), ..all() },
            format!("{under_review} AND a.route = 'operator' AND a.procedure = 'simplified'"),
        ),
        (
            "the queue narrowed",
            Wanted {
                list: Some(WorkList::Industry),
                status: Some(Status::UnderReview),
                form: Some(Attendance::InPerson),
                term: Some(Term::Pressing),
                ..all()
            },
            format!(
                "{under_review} AND a.route = 'operator' AND a.procedure = 'general' AND a.form = 'in_person'
                   AND a.due_on <= '2026-12-11'"
            ),
        ),
        (
            "the queue of a municipality",
            Wanted {
                list: Some(WorkList::Simplified),
                status: Some(Status::UnderReview),
                tenant: Some(TenantId(2)),
                ..all()
            },
            format!("{under_review} AND a.route = 'operator' AND a.procedure = 'simplified' AND a.tenant_id = 2"),
        ),
        ("a category", Wanted { category: Some(Category::Mentor), ..all() }, "a.category = 'mentor'".to_owned()),
        ("a form", Wanted { form: Some(Attendance::Distance), ..all() }, "a.form = 'distance'".to_owned()),
        (
            "overdue",
            Wanted { term: Some(Term::Overdue), ..all() },
            format!("{under_review} AND a.due_on < '2026-12-01'"),
        ),
        (
            "overdue and decided",
            Wanted { term: Some(Term::Overdue), status: Some(Status::Decided), ..all() },
            "false".to_owned(),
        ),
        (
            "ending",
            Wanted { term: Some(Term::Ending), ..all() },
            format!("{under_review} AND a.due_on BETWEEN '2026-12-01' AND '2026-12-11'"),
        ),
        (
            "without a period",
            Wanted { gap: Some(Gap::Period), ..all() },
            "a.status = 'registered' AND a.procedure = 'general' AND NOT EXISTS (SELECT 1 FROM app.schedule_row s
               WHERE s.application_id = a.id AND s.period_id IS NOT NULL)"
                .to_owned(),
        ),
        (
            "without experts",
            Wanted { gap: Some(Gap::Experts), ..all() },
            "a.status = 'registered' AND a.procedure = 'general' AND 2 > (SELECT count(*) FROM app.assignment s
               WHERE s.application_id = a.id AND s.closed_at IS NULL)"
                .to_owned(),
        ),
        (
            "submitted in a month",
            Wanted { since: Some(day("01.03.2025")), until: Some(day("31.03.2025")), ..all() },
            "a.due_on - 30 BETWEEN '2025-03-01' AND '2025-03-31'".to_owned(),
        ),
        (
            "slow",
            Wanted { took: Some(20), ..all() },
            "a.registered_on - (a.due_on - 30) >= 20".to_owned(),
        ),
        (
            "a reason",
            Wanted { reason: Some("r1".to_owned()), ..all() },
            "a.status = 'rejected' AND 'r1' = ANY (a.rejection_reasons)".to_owned(),
        ),
        (
            "no reason of the list",
            Wanted { reason: Some(String::new()), ..all() },
            "a.status = 'rejected' AND a.rejection_reasons = '{}'".to_owned(),
        ),
        (
            "a period",
            Wanted { period: Some(period), ..all() },
            format!(
                "EXISTS (SELECT 1 FROM app.schedule_row s JOIN app.period p ON p.id = s.period_id
                   WHERE s.application_id = a.id AND p.public_id = '{period}')"
            ),
        ),
        (
            "an organisation",
            Wanted { tenant: Some(TenantId(1)), organisation: Some(organisation), ..all() },
            format!(
                "a.organisation_id = (SELECT o.id FROM app.organisation o WHERE o.public_id = '{organisation}')"
            ),
        ),
        (
            "an expert's",
            Wanted { expert: Some(expert), ..all() },
            format!(
                "EXISTS (SELECT 1 FROM app.assignment s JOIN app.membership m ON m.id = s.expert_membership_id
                   WHERE s.application_id = a.id AND s.closed_at IS NULL AND m.public_id = '{expert}')"
            ),
        ),
        (
            "words and a status",
            Wanted { search: "мар".to_owned(), status: Some(Status::Decided), ..all() },
            "a.status = 'decided' AND (a.surname || ' ' || a.name || ' ' || a.patronymic) ~* '(^|[ -])мар'".to_owned(),
        ),
    ]
}

const ORDERS: [(Order, &str); 4] = [
    (Order::Due, "a.due_on, a.id"),
    (Order::Name, "a.surname, a.name, a.patronymic, a.id"),
    (
        Order::Number,
        "coalesce(a.registered_on, '0001-01-01'), coalesce(a.registered_number, 0), a.id",
    ),
    (Order::State, "a.status, a.due_on, a.id"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_filter_in_every_order_is_what_the_table_says() {
    let world = World::own().await;
    world.set_now("2026-12-01T05:00:00Z");
    let mut sql = region(&world).await;
    // Some terms about now.
    sql.script(
        "SET session_replication_role = replica;
         UPDATE app.application SET due_on = date '2026-12-01' + (id % 60)::int - 30 WHERE status = 'under_review'",
    )
    .await;
    let one = async |sql: &mut Session, query: &str| -> Uuid { sql.value(query).await.unwrap() };
    let period = one(&mut sql, "SELECT p.public_id FROM app.period p JOIN app.schedule_row s ON s.period_id = p.id LIMIT 1").await;
    let organisation = one(
        &mut sql,
        "SELECT public_id FROM app.organisation WHERE tenant_id = 1 LIMIT 1",
    )
    .await;
    let expert = one(
        &mut sql,
        "SELECT m.public_id FROM app.membership m JOIN app.assignment s ON s.expert_membership_id = m.id
           WHERE s.closed_at IS NULL LIMIT 1",
    )
    .await;
    let operator = world.operator().await;
    let (mut compared, mut rows) = (0, 0);
    for (name, wanted, condition) in filters(period, organisation, expert) {
        for (order, by) in ORDERS {
            for down in [false, true] {
                let wanted = Wanted {
                    order,
                    down,
                    ..wanted.clone()
                };
                let (ids, count) = walked(&world, &operator, &wanted).await;
                let mut expected: Vec<Uuid> = sql
                    .list(&format!(
                        "SELECT a.public_id FROM app.application a WHERE a.submitted_at IS NOT NULL AND ({condition})
                         ORDER BY {by}"
                    ))
                    .await;
                if down {
                    expected.reverse();
                }
                assert_eq!(ids, expected, "{name} by {order:?}, down: {down}");
                assert_eq!(count, i64::try_from(expected.len()).unwrap(), "{name}");
                compared += 1;
                rows += ids.len();
            }
        }
        let taken: Vec<_> = world
            .app()
            .export_applications(&operator, wanted.clone())
            .await
            .unwrap()
            .try_collect()
            .await
            .unwrap();
        let taken: BTreeSet<Uuid> = taken
            .into_iter()
            .flatten()
            .map(|line| line.public_id)
            .collect();
        let (listed, _) = walked(&world, &operator, &wanted).await;
        assert_eq!(taken, listed.into_iter().collect(), "{name} as a file");
    }
    println!("lists: {compared} combinations of filter and order compared, {rows} rows");
    assert!(compared >= 160 && rows > 5000, "{compared} {rows}");
}

async fn renamed(world: &World, town: &Town, name: &str) -> tests::Application {
    let application = town.submitted(&town.teacher().await).await;
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "UPDATE app.application SET surname = '{name}' WHERE id = {}",
        application.id
    ))
    .await;
    application
}

/// The ФИО of a list's rows, in the order of the page.
fn order_of(page: &Page, names: &[&str]) -> Vec<String> {
    let mut found: Vec<(usize, String)> = names
        .iter()
        .filter_map(|name| Some((page.body.find(&format!(">{name} "))?, (*name).to_owned())))
        .collect();
    found.sort();
    found.into_iter().map(|(_, name)| name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_sort_and_tell_the_direction() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    for name in ["Борисова", "Васильева", "Антонова"] {
        renamed(&world, &town, name).await;
    }
    let site = world.serve().await;
    let browser = site.browser_of(&coordinator).await;
    let names = ["Антонова", "Борисова", "Васильева"];
    let first = browser.get("/municipal/applications").await;
    assert_eq!(
        order_of(&first, &names),
        ["Борисова", "Васильева", "Антонова"],
        "by the term"
    );
    assert!(first.body.contains("Найдено: 3."), "{}", first.told());
    let up = first
        .links()
        .into_iter()
        .find(|link| link.contains("sort=name"))
        .unwrap();
    let page = browser.get(&up).await;
    assert_eq!(order_of(&page, &names), names);
    assert!(page.body.contains("aria-sort=\"ascending\""));
    let down = page
        .links()
        .into_iter()
        .find(|link| link.contains("sort=-name"))
        .unwrap();
    let page = browser.get(&down).await;
    assert_eq!(
        order_of(&page, &names),
        ["Васильева", "Борисова", "Антонова"]
    );
    assert!(page.body.contains("aria-sort=\"descending\""));
    // The sum of the days left stands in the row (R-APP-7).
    assert!(
        page.body.contains("осталось 30 дней") && page.body.contains("подано "),
        "{}",
        page.told()
    );
    // As a file, all of the filter.
    let csv = browser
        .get("/municipal/applications?format=csv&sort=name")
        .await;
    assert_eq!(csv.status, StatusCode::OK);
    assert_eq!(csv.body.lines().count(), 4, "{}", csv.body);
    assert_eq!(order_of_lines(&csv.body), names);
}

fn order_of_lines(csv: &str) -> Vec<String> {
    csv.lines()
        .skip(1)
        .filter_map(|line| line.split([' ', ';']).next())
        .map(str::to_owned)
        .collect()
}

async fn save(browser: &Browser, from: &str, name: &str) -> Page {
    let page = browser.get(from).await;
    browser
        .submit(&page, "Сохранить вид", &[("Название", name)])
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_is_kept_by_its_person_in_its_cabinet() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (operator, other) = (world.operator().await, world.operator().await);
    let browser = site.browser_of(&operator).await;
    let from =
        format!("{LIST}?state=registered&sort=-name&q=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0");
    let kept = format!("{LIST}?state=registered&sort=-name");
    let saved = save(&browser, &from, "Зарегистрированные").await;
    assert_eq!(
        saved.location.as_deref(),
        Some(kept.as_str()),
        "{}",
        saved.told()
    );
    let list = browser.get(LIST).await;
    let link = format!("href=\"{}\"", kept.replace('&', "&amp;"));
    assert!(
        list.body.contains("Зарегистрированные") && list.body.contains(&link),
        "{}",
        list.body
    );

    let twice = save(&browser, &kept, " Зарегистрированные ").await;
    assert_eq!(
        twice.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        twice.told()
    );
    assert!(
        twice
            .errors()
            .iter()
            .any(|error| error.contains("уже есть")),
        "{}",
        twice.told()
    );
    assert_eq!(
        twice
            .form("Сохранить вид")
            .fields
            .iter()
            .find(|(name, _)| name == "query")
            .unwrap()
            .1,
        "state=registered&sort=-name"
    );
    let unnamed = save(&browser, &kept, " ").await;
    assert_eq!(
        unnamed.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        unnamed.told()
    );

    // Nobody else sees or deletes it, the same person in another cabinet neither.
    let town = world.town().await;
    let coordinator = town
        .also(&operator, domain::role::Role::Municipal, None)
        .await;
    let neighbour = site.browser_of(&other).await;
    let page = neighbour.get(LIST).await;
    assert!(
        !page.body.contains("Зарегистрированные</a>"),
        "{}",
        page.told()
    );
    let mut elsewhere = coordinator.sql().await;
    assert_eq!(
        elsewhere
            .value::<i64>("SELECT count(*) FROM app.saved_view")
            .await,
        Ok(0)
    );
    let mut sql = other.sql().await;
    assert_eq!(
        sql.value::<i64>("SELECT count(*) FROM app.saved_view")
            .await,
        Ok(0)
    );
    let stolen = format!(
        "INSERT INTO app.saved_view (public_id, account_id, role, membership_id, list, query, name)
           VALUES (gen_random_uuid(), {}, 'operator', {}, 'applications', '', 'чужой')",
        operator.account.0, operator.membership
    );
    assert_eq!(
        sql.run(&stolen).await,
        Err(Refused(Refused::PRIVILEGE.to_owned()))
    );
    let form = list.form("Удалить вид");
    let mut foreign = neighbour.get("/operator/queue").await.forms().remove(0);
    if let Some(form) = neighbour
        .get(LIST)
        .await
        .forms()
        .into_iter()
        .find(|form| form.post)
    {
        foreign = form;
    }
    let token: Vec<(String, String)> = foreign
        .fields
        .into_iter()
        .filter(|(name, _)| name == "_csrf")
        .collect();
    let refused = neighbour.post(&form.action, &token).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.told());

    let gone = browser.send(&form, &[]).await;
    assert_eq!(gone.location.as_deref(), Some(LIST), "{}", gone.told());
    assert!(!browser.get(LIST).await.body.contains("Сохранённые виды"));
    let again = browser.send(&form.anew(), &[]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);

    for n in 0..20 {
        world
            .app()
            .save_view(&operator, List::Applications, &format!("вид {n}"), "")
            .await
            .unwrap();
    }
    let full = world
        .app()
        .save_view(&operator, List::Applications, "ещё один", "")
        .await;
    assert!(matches!(full, Err(app::Error::Invalid(_))), "{full:?}");
}

/// Each number of a dashboard's table leads to as many rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_of_a_dashboard_lead_to_their_rows() {
    let world = World::own().await;
    world.set_now("2026-06-15T05:00:00Z");
    let mut sql = region(&world).await;
    sql.script("INSERT INTO app.ref_rejection_reason (code, name, instrumental, ordinal) VALUES ('r1', 'Первая причина', 'первой причиной', 901)")
        .await;
    let site = world.serve().await;
    let browser = site.browser_of(&world.operator().await).await;
    let home = browser.get("/operator").await;
    assert_eq!(home.status, StatusCode::OK, "{}", home.told());
    assert!(home.body.contains("role=\"img\"") && home.body.contains("Первая причина"));
    let mut compared = 0;
    for (label, number, href) in numbers(&home.body) {
        let page = browser.get(&href).await;
        let found = format!("Найдено: {number}.");
        // Median and percentile are days, not rows.
        if !label.contains("не дольше") {
            assert!(
                page.body.contains(&found),
                "{label} {number} {href}: {}",
                page.told()
            );
            compared += 1;
        } else {
            assert_eq!(page.status, StatusCode::OK);
        }
    }
    println!("dashboards: {compared} numbers compared with the rows they lead to");
    assert!(compared > 20, "{compared}");
}

/// The links of the charts' tables: «label: number» and where it leads.
fn numbers(body: &str) -> Vec<(String, i64, String)> {
    let mut found = Vec::new();
    for part in body.split("<a class=\"govuk-link\" href=\"").skip(1) {
        let (href, rest) = part.split_once('"').unwrap();
        let Some(rest) = rest.strip_prefix(" aria-label=\"") else {
            continue;
        };
        let (label, _) = rest.split_once('"').unwrap();
        let Some((label, number)) = label.rsplit_once(": ") else {
            continue;
        };
        if let Ok(number) = number.parse() {
            found.push((label.to_owned(), number, href.replace("&amp;", "&")));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_counts_the_installation_and_no_application() {
    let world = World::own().await;
    let admin = world.admin().await;
    let before = world.app().admin_counts(&admin).await.unwrap();
    let town = world.town().await;
    town.coordinator().await;
    world.town().await;
    world.operator().await;
    let counts = world.app().admin_counts(&admin).await.unwrap();
    assert_eq!(counts.municipalities, before.municipalities + 2);
    assert_eq!(counts.without_coordinator, before.without_coordinator + 1);
    assert_eq!(
        (counts.operators, counts.admins, counts.suspended),
        (1, 1, 0)
    );
}
