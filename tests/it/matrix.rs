//! The reviewed permission matrix against the pages there are: a right that names a page has
//! that page, in the cabinet of its role; a page still to come is named by its issue.

use std::{fs, path::Path};

use domain::{act::Act, role::Role};

use crate::routes::routes;

/// Pages every role shares, outside the cabinets.
const SHARED: [&str; 4] = [
    "/profile",
    "/profile/close",
    "/profile/views",
    "/documents/{id}",
];

#[test]
fn every_right_has_its_page_or_the_issue_it_comes_with() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/matrix.csv");
    let text = fs::read_to_string(file).unwrap();
    let addresses: Vec<String> = routes().into_iter().map(|route| route.path).collect();
    let (mut pages, mut later, mut never) = (0, 0, 0);
    let mut faults = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [act, role, relations, page] = cells[..] else {
            panic!("not four columns: {line}");
        };
        let role = Role::from_code(role).unwrap();
        assert!(Act::from_code(act).is_some(), "{act}");
        if relations == "-" {
            assert_eq!(page, "-", "a page for what is never allowed: {line}");
            never += 1;
        } else if let Some(issue) = page.strip_prefix("issue ") {
            assert!(issue.parse::<u32>().is_ok(), "{line}");
            later += 1;
        } else {
            let own = SHARED.contains(&page) || page.starts_with(role.home());
            if !own || !addresses.iter().any(|address| address == page) {
                faults.push(line.to_owned());
            }
            pages += 1;
        }
    }
    println!("{pages} rights with a page, {later} with a later issue, {never} never");
    assert_eq!(pages + later + never, Act::ALL.len() * Role::ALL.len());
    assert!(faults.is_empty(), "no such page: {faults:#?}");
}
