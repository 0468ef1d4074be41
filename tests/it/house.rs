//! The house rules that no compiler holds: which crate may import which, which one speaks to which
//! store (03 §3.1), and who may write markup that nobody escapes (SEC-34).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::routes::sources;

/// Every arrow there may be. A crate that is not here may not exist.
const ARROWS: [(&str, &[&str]); 19] = [
    (
        "server",
        &["web", "app", "authz", "db", "domain", "runtime", "storage"],
    ),
    (
        "worker",
        &[
            "app",
            "authz",
            "db",
            "documents",
            "domain",
            "pages",
            "runtime",
            "scans",
            "sheets",
            "storage",
            "trace",
        ],
    ),
    (
        "ctl",
        // `web` for what it keeps in Redis of a municipality that is removed.
        &["app", "authz", "db", "domain", "runtime", "storage", "web"],
    ),
    (
        "web",
        &["app", "domain", "identity", "sheets", "trace", "ui"],
    ),
    ("app", &["authz", "db", "domain", "intake", "storage"]),
    ("db", &["domain", "trace"]),
    ("authz", &["domain"]),
    ("documents", &["domain"]),
    ("scans", &["domain", "pages"]),
    ("sheets", &["domain"]),
    ("domain", &[]),
    ("identity", &["domain"]),
    ("intake", &[]),
    ("pages", &[]),
    ("storage", &[]),
    ("ui", &[]),
    ("runtime", &[]),
    ("trace", &[]),
    (
        "tests",
        &[
            "app", "authz", "db", "domain", "runtime", "sheets", "storage", "web",
        ],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The crates of the workspace with those of ours they import when built.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let name = package["name"].as_str().unwrap().to_owned();
            let ours = package["dependencies"].as_array().unwrap().iter();
            let ours = ours
                .filter(|dependency| dependency["path"].is_string() && dependency["kind"].is_null())
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned());
            (name, ours.collect())
        })
        .collect()
}

fn wrong_arrows(imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let allowed = |from: &str| ARROWS.iter().find(|(name, _)| *name == from);
    imports
        .iter()
        .flat_map(|(from, to)| to.iter().map(move |to| (from, to)))
        .filter(|(from, to)| allowed(from).is_none_or(|(_, tos)| !tos.contains(&to.as_str())))
        .map(|(from, to)| format!("{from} → {to}"))
        .collect()
}

#[test]
fn arrows_go_one_way() {
    let imports = imports();
    assert!(imports["app"].contains("db"), "the metadata was not read");
    assert_eq!(wrong_arrows(&imports), Vec::<String>::new());
    let strangers: Vec<_> = imports
        .keys()
        .filter(|name| ARROWS.iter().all(|(known, _)| known != name))
        .collect();
    assert_eq!(strangers, Vec::<&String>::new());
}

#[test]
fn a_wrong_arrow_is_seen() {
    let imports = BTreeMap::from([("web".to_owned(), BTreeSet::from(["db".to_owned()]))]);
    assert_eq!(wrong_arrows(&imports), ["web → db"]);
}

/// SQL lives in `db`, S3 in `storage` (03 §3.1).
#[test]
fn stores_are_seen_by_one_crate_each() {
    for (dependency, only) in [
        ("sqlx", "db"),
        ("aws-sdk-s3", "storage"),
        ("casbin", "authz"),
        ("openidconnect", "identity"),
        ("reqwest", "identity"),
        ("webauthn_rp", "app"),
    ] {
        for group in ["libs", "bins"] {
            for entry in fs::read_dir(root().join(group)).unwrap() {
                let manifest = entry.unwrap().path().join("Cargo.toml");
                let text = fs::read_to_string(&manifest).unwrap();
                let uses = text.lines().any(|line| line.starts_with(dependency));
                let owner = manifest.parent().unwrap().ends_with(only);
                assert_eq!(uses, owner, "{dependency} in {}", manifest.display());
            }
        }
    }
}

/// What maud puts into a page as it is: a text said to be markup, and a `Render` of one's own that
/// writes into the page itself.
const UNESCAPED: [&str; 2] = ["PreEscaped", "render_to"];

/// The modules that may. A new one stands here with its reason.
const MAY_WRITE_MARKUP: [&str; 0] = [];

fn is_unescaped(source: &str) -> bool {
    UNESCAPED.iter().any(|word| source.contains(word))
}

#[test]
fn sec_34_nothing_is_put_into_a_page_unescaped() {
    let root = root();
    let mut files = Vec::new();
    for group in ["libs", "bins"] {
        for entry in fs::read_dir(root.join(group)).unwrap() {
            sources(&entry.unwrap().path().join("src"), &mut files);
        }
    }
    let mut found: Vec<String> = files
        .iter()
        .filter(|file| is_unescaped(&fs::read_to_string(file).unwrap()))
        .map(|file| file.strip_prefix(&root).unwrap().display().to_string())
        .collect();
    found.sort();
    assert_eq!(found, MAY_WRITE_MARKUP);
    println!("SEC-34: {} sources write no markup themselves", files.len());
    assert!(files.len() > 300, "{}", files.len());
}

#[test]
fn sec_34_markup_nobody_escapes_is_seen() {
    assert!(is_unescaped("html! { p { (maud::PreEscaped(name)) } }"));
    assert!(is_unescaped("fn render_to(&self, page: &mut String) {}"));
    assert!(!is_unescaped("html! { p { (name) } }"));
}
