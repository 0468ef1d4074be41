//! The reviewed permission matrix against the pages there are: a right that names a page has
//! that page, in the cabinet of its role; a page still to come is named by its issue.

use std::{collections::BTreeMap, fs, path::Path};

use domain::{act::Act, role::Role};

use reqwest::StatusCode;
use tests::World;

use crate::{
    dynamic::files,
    pages::{Visitors, object},
    routes::routes,
    seed::full,
};

/// Pages every role shares, outside the cabinets.
const SHARED: [&str; 4] = [
    "/profile",
    "/profile/close",
    "/profile/views",
    "/documents/{id}",
];

/// The cells of the matrix: act, role, relations, page.
fn cells() -> Vec<[String; 4]> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/matrix.csv");
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().skip(1);
    lines
        .map(|line| {
            let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            cells
                .try_into()
                .unwrap_or_else(|_| panic!("not four columns: {line}"))
        })
        .collect()
}

#[test]
fn every_right_has_its_page_or_the_issue_it_comes_with() {
    let addresses: Vec<String> = routes().into_iter().map(|route| route.path).collect();
    let (mut pages, mut later, mut never) = (0, 0, 0);
    let mut faults = Vec::new();
    for cell in cells() {
        let line = cell.join(",");
        let [act, role, relations, page] = cell.each_ref().map(String::as_str);
        let role = Role::from_code(role).unwrap();
        assert!(Act::from_code(act).is_some(), "{act}");
        if relations == "-" {
            assert_eq!(page, "-", "a page for what is never allowed: {line}");
            never += 1;
        } else if let Some(issue) = page.strip_prefix("issue ") {
            assert!(issue.parse::<u32>().is_ok(), "{line}");
            later += 1;
        } else {
            let rest = page.strip_prefix(role.home());
            let own = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if !(own || SHARED.contains(&page)) || !addresses.iter().any(|address| address == page)
            {
                faults.push(line);
            }
            pages += 1;
        }
    }
    println!("SEC-06: {pages} rights with a page, {later} with a later issue, {never} never");
    assert_eq!(pages + later + never, Act::ALL.len() * Role::ALL.len());
    assert!(faults.is_empty(), "no such page: {faults:#?}");
}

/// What a verb asks for is there already: at least one role has a page of it.
#[test]
fn a_right_that_a_verb_asks_for_has_a_page() {
    let mut verbs = Vec::new();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../libs/app/src");
    files(&directory, "rs", &mut verbs);
    let read = |path| fs::read_to_string(path).unwrap();
    let verbs: String = verbs.into_iter().map(read).collect();
    let mut paged = BTreeMap::new();
    for [act, _, relations, page] in cells() {
        let act = Act::from_code(&act).unwrap();
        if relations != "-" {
            *paged.entry(format!("{act:?}")).or_insert(false) |= page.starts_with('/');
        }
    }
    let asked = |act: &str| verbs.contains(&format!("::<acts::{act}>("));
    let faults: Vec<&String> = paged
        .iter()
        .filter(|(act, paged)| !**paged && asked(act))
        .map(|(act, _)| act)
        .collect();
    assert!(paged.keys().filter(|act| asked(act)).count() > 50);
    assert!(faults.is_empty(), "{faults:?}");
}

/// Every cell against what the site does: what a role may is a page of its own that opens for
/// it; what it may never is closed to it on every page where others may.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_06_every_cell_is_what_the_pages_do() {
    let world = World::shared().await;
    let own = full(&world).await;
    let site = world.serve().await;
    let visitors = Visitors::of(&site, &world, &own).await;
    let cells = cells();
    let routes = routes();
    let (mut open, mut closed) = (0, 0);
    let mut faults = Vec::new();
    for [act, role, relations, page] in &cells {
        let role = Role::from_code(role).unwrap();
        let of_role = |(visitor, _): &&(Option<Role>, _)| *visitor == Some(role);
        let (_, browser) = visitors.people.iter().find(of_role).unwrap();
        let never = relations == "-";
        let pages: Vec<&String> = if never {
            let others = cells.iter().filter(|[other, ..]| other == act);
            let pages = others.map(|[.., page]| page);
            pages.filter(|page| *page != "/profile").collect()
        } else {
            vec![page]
        };
        for route in routes.iter().filter(|route| pages.contains(&&route.path)) {
            let path = route.with(&object(&world, &own, route).await);
            let mut answers = Vec::new();
            if route.get {
                answers.push(browser.get(&path).await);
            }
            if route.post && never {
                answers.push(browser.post(&path, &[]).await);
            }
            for answer in answers {
                let refused = answer.status == StatusCode::FORBIDDEN;
                if never != refused || answer.status.is_server_error() {
                    faults.push(format!("{act} {role:?} {relations}: {}", answer.told()));
                }
                if never { closed += 1 } else { open += 1 }
            }
        }
    }
    println!(
        "SEC-06: {} cells: {open} pages open to whom they are for, {closed} closed to others",
        cells.len()
    );
    assert!(open > 80 && closed > 200, "{open} open, {closed} closed");
    assert!(faults.is_empty(), "{faults:#?}");
}
