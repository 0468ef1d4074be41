//! What people type is shown as text and computed by no spreadsheet (SEC-34): every text of a
//! municipality holds a piece of a page and begins as a formula, and its people look at all their
//! pages and take all their lists away.

use std::collections::BTreeSet;

use domain::role::Role;
use reqwest::StatusCode;
use tests::{Browser, Page, World};

use crate::{
    forms::walk,
    markers::plant,
    pages::{Visitors, with_bytes},
    seed::full,
};

/// As SQL writes it; the second where only Latin letters may stand.
const MARKS: [&str; 2] = [
    "=1+1\"''><img src=x onerror=alert(1)>\u{202e}-",
    "=1+1\"''><svg onload=alert(1)>-",
];

/// What of it a page may show, and what a browser would run.
const SHOWN: &str = "onerror=alert(1)&gt;\u{202e}-";
const RUNS: [&str; 2] = ["<img src=x", "<svg onload"];

/// The columns a page shows texts of.
fn columns(page: &Page) -> BTreeSet<String> {
    let shown = page.body.split(SHOWN).skip(1);
    let name = |rest: &str| rest.split('-').next().unwrap_or_default().to_owned();
    shown.map(name).collect()
}

/// The lists a page offers as CSV, as they come.
async fn lists(browser: &Browser, pages: &[Page]) -> Vec<Page> {
    let links = pages.iter().flat_map(Page::links);
    let files: BTreeSet<String> = links.filter(|link| link.contains("format=csv")).collect();
    let mut taken = Vec::new();
    for path in files {
        taken.push(browser.get(&path).await);
    }
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_34_what_people_type_runs_in_no_page_and_no_spreadsheet() {
    let world = World::own().await;
    let town = full(&world).await;
    with_bytes(&world, &town).await;
    town.town.submitted(&town.town.teacher().await).await;
    let site = world.serve().await;
    // Signed in before their logins are marked, too.
    let visitors = Visitors::of(&site, &world, &town).await;
    let mut sql = world.superuser().await;
    let (planted, _) = plant(&mut sql, town.town.id, MARKS).await;
    assert!(planted.contains("membership.surname"), "{planted:?}");

    let (mut shown, mut asked, mut cells) = (BTreeSet::new(), 0, 0);
    for (role, browser) in &visitors.people {
        let pages = walk(browser, role.map_or("/", Role::home)).await;
        for page in &pages {
            asked += 1;
            for runs in RUNS {
                assert!(!page.body.contains(runs), "{role:?} {}", page.path);
            }
            let inline = page.inline();
            assert!(inline.is_empty(), "{role:?} {} {inline:?}", page.path);
            shown.extend(columns(page));
        }
        for list in lists(browser, &pages).await {
            assert_eq!(list.status, StatusCode::OK, "{}", list.told());
            for cell in list.body.lines().skip(1).flat_map(|line| line.split(';')) {
                let cell = cell.trim_start_matches('"');
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
                cells += usize::from(cell.contains("onerror"));
            }
        }
    }
    println!("SEC-34: {asked} pages with texts of {shown:?}, {cells} cells of lists");
    assert!(shown.len() >= 6 && cells > 4, "{shown:?} {cells}");
}
