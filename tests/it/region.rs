//! What an administrator keeps of the region: settings that act without a restart and are changed
//! by one editor at a time (SEC-70, SEC-82), lists whose rows are closed and never deleted, and
//! nothing of it taken back by loading the reference data again.

use app::{Error, region_settings::RegionSettings};
use domain::{
    reference::list::{List, Row},
    setting::Setting,
};
use reqwest::StatusCode;
use std::collections::HashMap;
use tests::{Person, World};

async fn settings(world: &World, admin: &Person) -> (RegionSettings, HashMap<String, String>) {
    let kept = world.app().region_settings(admin).await.unwrap();
    let typed = kept
        .values
        .iter()
        .map(|(setting, value)| (setting.code().to_owned(), value.clone()))
        .collect();
    (kept, typed)
}

async fn set(world: &World, admin: &Person, setting: Setting, value: &str) {
    let (kept, mut typed) = settings(world, admin).await;
    typed.insert(setting.code().to_owned(), value.to_owned());
    let saved = world
        .app()
        .save_region_settings(admin, kept.version, &typed);
    assert_eq!(saved.await.unwrap(), 1, "{}", setting.code());
}

async fn edit(world: &World, admin: &Person, code: &str, change: impl FnOnce(&mut Row)) {
    let list = List::Positions;
    let opened = world.app().reference_row(admin, list, code).await.unwrap();
    let mut typed = opened.row.clone();
    change(&mut typed);
    world
        .app()
        .save_reference_row(admin, list, code, opened.version, &typed)
        .await
        .unwrap();
}

#[tokio::test]
async fn sec_82_each_setting_changed_leaves_its_line_and_what_it_was() {
    let world = World::own().await;
    let admin = world.admin().await;
    let (kept, mut typed) = settings(&world, &admin).await;
    let save = async |version, typed: &HashMap<String, String>| {
        let app = world.app();
        app.save_region_settings(&admin, version, typed).await
    };
    assert_eq!(save(kept.version, &typed).await.unwrap(), 0, "nothing new");
    typed.insert("conclusion_day".into(), "20".into());
    typed.insert("routed_regional".into(), "yes".into());
    assert_eq!(save(kept.version, &typed).await.unwrap(), 2);
    let mut sql = world.superuser().await;
    let lines = format!(
        "SELECT concat_ws(' ', c.key, c.former #>> '{{}}', c.present #>> '{{}}') FROM app.audit_event e
         JOIN app.region_change c ON c.id = e.object_id
         WHERE e.act = 'setting.change' AND e.account_id = {} ORDER BY c.id",
        admin.account.0
    );
    assert_eq!(
        sql.list::<String>(&lines).await,
        ["conclusion_day 15 20", "routed_regional no yes"]
    );
    let routed = "SELECT routed_to_operator FROM app.ref_founder_kind WHERE code = 'regional'";
    assert!(sql.value::<bool>(routed).await.unwrap());
    // The second of two editors.
    typed.insert("conclusion_day".into(), "10".into());
    let stale = save(kept.version, &typed).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    typed.insert("conclusion_day".into(), "31".into());
    typed.remove("centre");
    let Err(Error::Invalid(faults)) = save(kept.version, &typed).await else {
        panic!("nonsense was saved");
    };
    let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_ref()).collect();
    assert_eq!(fields, ["centre", "conclusion_day"]);
}

#[tokio::test]
async fn a_setting_acts_in_every_process_without_a_restart() {
    let world = World::own().await;
    let admin = world.admin().await;
    let another = world.another_app(2);
    set(&world, &admin, Setting::TimeZone, "Europe/Moscow").await;
    assert_eq!(world.app().zone().name(), "Europe/Moscow");
    assert_eq!(another.zone().name(), "Asia/Tomsk", "not yet");
    another.reload_zone().await;
    assert_eq!(another.zone().name(), "Europe/Moscow");
    let mut sql = world.superuser().await;
    sql.script("UPDATE app.region_setting SET value = 'Nowhere' WHERE key = 'time_zone'")
        .await;
    another.reload_zone().await;
    assert_eq!(
        another.zone().name(),
        "Europe/Moscow",
        "nonsense changes nothing"
    );
}

#[tokio::test]
async fn sec_47_a_second_factor_may_be_asked_of_everybody() {
    let world = World::own().await;
    let (admin, town) = (world.admin().await, world.town().await);
    let (teacher, operator) = (town.teacher().await, world.operator().await);
    let lacks = async |person: &Person| {
        let asked = world.app().lacks_factor(person.as_person(), person.role);
        asked.await.unwrap()
    };
    for (value, of_teacher, of_operator) in [
        ("institute", false, true),
        ("all", true, true),
        ("off", false, false),
    ] {
        set(&world, &admin, Setting::SecondFactor, value).await;
        assert_eq!(lacks(&teacher).await, of_teacher, "{value}");
        assert_eq!(lacks(&operator).await, of_operator, "{value}");
    }
}

#[tokio::test]
async fn a_row_closed_is_chosen_no_more_and_never_deleted() {
    let world = World::own().await;
    let site = world.serve().await;
    let admin = world.admin().await;
    let browser = site.browser_of(&admin).await;
    let page = browser.get("/admin/reference/positions/tyutor").await;
    assert_eq!(page.heading(), "тьютор", "{}", page.told());
    let typed = [("Название", "тьютор (наставник)"), ("Используется", "yes")];
    let saved = browser.submit(&page, "Сохранить", &typed).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.told());
    let list = browser.follow(saved).await;
    assert!(
        list.body.contains("больше не используется"),
        "{}",
        list.told()
    );
    // The page as it was is an old editor's now.
    let form = page.filled("Сохранить", &typed).anew();
    let stale = browser.send(&form, &[]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.told());
    let mut sql = world.superuser().await;
    let changes = "SELECT count(*) FROM app.region_change WHERE key = 'tyutor'";
    assert_eq!(sql.value::<i64>(changes).await.unwrap(), 1);
    let kept = "SELECT name FROM app.ref_position WHERE code = 'tyutor' AND retired_at IS NOT NULL";
    assert_eq!(
        sql.value::<String>(kept).await.unwrap(),
        "тьютор (наставник)"
    );
    let audited = "SELECT count(*) FROM app.audit_event WHERE act = 'reference.change'";
    assert_eq!(sql.value::<i64>(audited).await.unwrap(), 1);
}

#[tokio::test]
async fn loading_the_reference_data_takes_back_nothing_an_administrator_did() {
    let world = World::own().await;
    let admin = world.admin().await;
    edit(&world, &admin, "uchitel", |row| {
        row.insert("name".into(), "учитель школы".into());
    })
    .await;
    edit(&world, &admin, "logoped", |row| {
        row.insert("retired".into(), "yes".into());
    })
    .await;
    edit(&world, &admin, "", |row| {
        row.insert("name".into(), "наставник региона".into());
        row.insert("attestable".into(), "yes".into());
        row.insert("alias".into(), String::new());
    })
    .await;
    set(&world, &admin, Setting::RoutedPrivate, "yes").await;
    set(&world, &admin, Setting::ExpertLimit, "7").await;
    let mut sql = world.superuser().await;
    // What nobody edited follows the files.
    sql.script("UPDATE app.ref_position SET name = 'x' WHERE code = 'metodist'")
        .await;
    let changed = world.app().sync_reference(&[]).await.unwrap();
    assert_eq!(changed, 1, "what only the files say");
    let rows = "SELECT concat_ws(' ', name, retired_at IS NULL) FROM app.ref_position
        WHERE code IN ('uchitel', 'logoped', 'metodist') OR code LIKE 'own\\_%' ORDER BY name";
    assert_eq!(
        sql.list::<String>(rows).await,
        [
            "логопед f",
            "методист t",
            "наставник региона t",
            "учитель школы t"
        ]
    );
    let (kept, _) = settings(&world, &admin).await;
    assert_eq!(kept.values[&Setting::RoutedPrivate], "yes");
    assert_eq!(kept.values[&Setting::ExpertLimit], "7");
}

#[tokio::test]
async fn a_row_is_added_once_and_a_name_stands_once_in_a_list() {
    let world = World::own().await;
    let admin = world.admin().await;
    let add = async || {
        let list = List::Subjects;
        let opened = world.app().reference_row(&admin, list, "").await.unwrap();
        let mut typed = opened.row.clone();
        typed.insert("name".into(), "робототехника".into());
        let app = world.app();
        app.save_reference_row(&admin, list, "", opened.version, &typed)
            .await
    };
    add().await.unwrap();
    let twice = add().await;
    assert!(matches!(twice, Err(Error::Invalid(_))), "{twice:?}");
}

#[tokio::test]
async fn an_operator_reads_the_lists_and_keeps_none() {
    let world = World::own().await;
    let site = world.serve().await;
    let browser = site.browser_of(&world.operator().await).await;
    let page = browser.get("/operator/reference/positions").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    assert!(
        page.body.contains("учитель-дефектолог")
            && page
                .forms()
                .iter()
                .all(|form| !form.post || form.action == "/logout")
    );
    let other = browser.get("/admin/reference/positions").await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    let unknown = browser.get("/operator/reference/founder_kinds").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn ctl_is_held_to_what_the_page_is() {
    let world = World::own().await;
    let mut sql = world.superuser().await;
    sql.script("DELETE FROM app.region_setting").await;
    for (key, value) in [
        ("conclusion_day", "31"),
        ("time_zone", "Томск"),
        ("virus_check", "no"),
        ("routed_private", "yes"),
    ] {
        let first = [(key.to_owned(), value.to_owned())];
        let refused = world.app().sync_reference(&first).await;
        assert!(
            matches!(refused, Err(Error::Illegal(_))),
            "{key}: {refused:?}"
        );
    }
}
