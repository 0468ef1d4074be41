//! The policy while the process runs: another file is taken whole or not at all, and what it
//! takes away is gone with the next request.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use app::{App, Error, policy::Reload};
use domain::{
    act::{Act, acts},
    permission::Policy,
};
use reqwest::StatusCode;
use tests::{Site, World};
use uuid::Uuid;

const ENDING: &str = "p, municipal, membership.end, staff_here";

/// A directory of this test, removed with it.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("attest-policy-{}", Uuid::now_v7()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("policy.csv")
    }

    fn write(&self, text: &str) {
        // Aside and renamed, as whoever writes it carefully does.
        let aside = self.0.join("aside");
        fs::write(&aside, text).unwrap();
        fs::rename(&aside, self.file()).unwrap();
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Our policy without a line.
fn without(line: &str) -> String {
    let text = authz::POLICY.replace(&format!("{line}\n"), "");
    assert_ne!(text, authz::POLICY, "no such line: {line}");
    text
}

fn reading(world: &World, file: &Path) -> App {
    world.app().clone().with_policy_file(file.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_right_is_refused_on_the_very_next_request_and_its_button_vanishes() {
    let world = World::shared().await;
    let town = world.town().await;
    let (coordinator, expert) = (town.coordinator().await, town.expert().await);
    let directory = Directory::new();
    directory.write(authz::POLICY);
    let app = reading(&world, &directory.file());
    let site = Site::of(app.clone()).await;
    let browser = site.browser_of(&coordinator).await;
    let path = "/municipal/experts";
    let open = browser.get(path).await;
    let form = open.form("Отключить");

    directory.write(&without(ENDING));
    assert_eq!(app.reload_policy().await, Reload::Swapped);
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("Отключить"), "{}", page.told());
    let refused = browser.post(&form.action, &form.fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.told());

    directory.write(authz::POLICY);
    assert_eq!(app.reload_policy().await, Reload::Swapped);
    let done = browser.post(&form.action, &form.fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let ended = app.ensure_open(&expert).await;
    assert!(matches!(ended, Err(Error::SignedOut)), "{ended:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_file_leaves_the_old_policy_in_force() {
    let world = World::own().await;
    let coordinator = world.town().await.coordinator().await;
    let directory = Directory::new();
    let app = reading(&world, &directory.file());
    let before = app.policy_in_force().version.clone();
    let broken = authz::POLICY.replace(ENDING, &format!("{ENDING}, deny"));
    let line = broken
        .lines()
        .position(|line| line.ends_with("deny"))
        .unwrap()
        + 1;
    for (text, told) in [
        (broken.as_str(), format!("строка {line}")),
        ("", "правил 0".to_owned()),
        (
            "p, municipal, membership.end, staff_here",
            "правил 1".to_owned(),
        ),
        ("<html>", "строка 1".to_owned()),
    ] {
        directory.write(text);
        assert_eq!(app.reload_policy().await, Reload::Refused, "{text:.30}");
        // Seen once: a file nobody mends does not fill the log.
        assert_eq!(app.reload_policy().await, Reload::Unchanged);
        let in_force = app.policy_in_force();
        assert_eq!(in_force.version, before);
        let refused = in_force.refused.clone().unwrap_or_default();
        assert!(refused.contains(&told), "{refused}");
        app.endable(&coordinator, &[]).await.unwrap();
        assert!(
            world
                .db()
                .policy()
                .ever(coordinator.role, Act::EndMembership)
        );
    }
    fs::remove_file(directory.file()).unwrap();
    assert_eq!(app.reload_policy().await, Reload::Refused, "no file");

    directory.write(&without(ENDING));
    assert_eq!(app.reload_policy().await, Reload::Swapped);
    let in_force = app.policy_in_force();
    assert_ne!(in_force.version, before);
    assert!(in_force.refused.is_none());
    assert!(
        !world
            .db()
            .policy()
            .ever(coordinator.role, Act::EndMembership)
    );

    let mut sql = world.superuser().await;
    let audited: Vec<String> = sql
        .list("SELECT outcome FROM app.audit_event WHERE act = 'policy.reload' ORDER BY id")
        .await;
    assert_eq!(
        audited,
        [
            "refused", "refused", "refused", "refused", "refused", "done"
        ]
    );
}

#[tokio::test]
async fn a_configmap_is_swapped_by_its_link() {
    let world = World::shared().await;
    let directory = Directory::new();
    let mount = |name: &str, text: &str| {
        fs::create_dir(directory.0.join(name)).unwrap();
        fs::write(directory.0.join(name).join("policy.csv"), text).unwrap();
        symlink(name, directory.0.join("..data_tmp")).unwrap();
        fs::rename(directory.0.join("..data_tmp"), directory.0.join("..data")).unwrap();
    };
    mount("..one", authz::POLICY);
    symlink("..data/policy.csv", directory.file()).unwrap();
    let app = reading(&world, &directory.file());
    assert_eq!(
        app.reload_policy().await,
        Reload::Unchanged,
        "the same content"
    );
    mount("..two", &without(ENDING));
    assert_eq!(app.reload_policy().await, Reload::Swapped);
    assert_eq!(
        app.policy_in_force().version,
        authz::version(&without(ENDING))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_under_way_have_one_policy_or_the_other() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let expert = town.expert().await;
    let mut tx = world
        .db()
        .enter::<acts::EndMembership>(&coordinator)
        .await
        .unwrap();
    let ids: Vec<Uuid> = world
        .superuser()
        .await
        .list(&format!(
            "SELECT public_id FROM app.membership WHERE id = {}",
            expert.membership
        ))
        .await;
    let cabinet = db::memberships::ending::among(&mut tx, &ids)
        .await
        .unwrap()
        .remove(0);

    let directory = Directory::new();
    let app = reading(&world, &directory.file());
    let asking = |app: App| {
        let (coordinator, ids) = (coordinator.actor.clone(), ids.clone());
        tokio::spawn(async move {
            let (mut allowed, mut refused) = (0_u32, 0_u32);
            while allowed == 0 || refused == 0 || allowed + refused < 200 {
                match app.endable(&coordinator, &ids).await {
                    Ok(found) if found.len() == 1 => allowed += 1,
                    Ok(found) if found.is_empty() => refused += 1,
                    Err(Error::Forbidden) => refused += 1,
                    other => panic!("neither policy: {other:?}"),
                }
            }
            (allowed, refused)
        })
    };
    let asked = [
        asking(app.clone()),
        asking(app.clone()),
        asking(app.clone()),
    ];
    let mut swaps = 0;
    while asked.iter().any(|asking| !asking.is_finished()) {
        let text = if swaps % 2 == 0 {
            without(ENDING)
        } else {
            authz::POLICY.to_owned()
        };
        directory.write(&text);
        assert_eq!(app.reload_policy().await, Reload::Swapped);
        swaps += 1;
    }
    for asking in asked {
        let (allowed, refused) = asking.await.unwrap();
        println!("policy swapped {swaps} times: {allowed} requests allowed, {refused} refused");
    }
    // What was entered before all that still has the policy it was entered with.
    world.db().swap_policy(Policy::default());
    assert!(tx.could(Act::EndMembership, &cabinet));
    let entered = world.db().enter::<acts::EndMembership>(&coordinator).await;
    assert!(matches!(entered.map(drop), Err(db::Error::Forbidden)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_administrators_page_shows_the_matrix_in_force() {
    let world = World::shared().await;
    let directory = Directory::new();
    let app = reading(&world, &directory.file());
    let site = Site::of(app.clone()).await;
    let browser = site.browser_of(&world.admin().await).await;
    let ours = browser.get("/admin/policy").await;
    assert_eq!(ours.heading(), "Права доступа");
    assert!(ours.body.contains("встроенные") && !ours.body.contains("Отличия"));
    for act in Act::ALL {
        assert!(ours.body.contains(domain::labels::act(*act)), "{act:?}");
    }
    let only = browser.get("/admin/policy?role=admin").await;
    assert!(
        !only.body.contains(domain::labels::act(Act::Register)),
        "not the admin's"
    );

    directory.write(&without(ENDING));
    app.reload_policy().await;
    let theirs = browser.get("/admin/policy").await;
    assert!(
        theirs.body.contains("Отличия от встроенных прав"),
        "{}",
        theirs.told()
    );
    assert!(theirs.body.contains(app.policy_in_force().short()));
    directory.write("");
    app.reload_policy().await;
    let refused = browser.get("/admin/policy").await;
    assert!(refused.body.contains("не принят"), "{}", refused.told());
}
