//! The addresses there are, read from the sources of `web`: a route that is added is covered,
//! or the suites that walk this list fail.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// One address with what it answers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub path: String,
    pub get: bool,
    pub post: bool,
}

impl Route {
    /// The address with `id` for the object it is about; of templates and lists a known one.
    pub fn with(&self, id: &str) -> String {
        self.path
            .replace("{id}", id)
            .replace("{kind}", "application")
            .replace("{version}", "1")
            .replace("{list}", "positions")
            .replace("{code}", "uchitel")
            .replace("{sample}", "00000000-0000-0000-0000-000000000000")
    }

    /// The first part of the address: whose pages it belongs to.
    pub fn section(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }
}

/// Every route of the pages, but those of development.
pub fn routes() -> Vec<Route> {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../libs/web/src"),
        &mut files,
    );
    let mut found: Vec<Route> = files
        .iter()
        .flat_map(|file| read(&fs::read_to_string(file).unwrap()))
        .filter(|route| !route.path.starts_with("/dev/"))
        .collect();
    found.sort();
    found
}

/// The Rust sources under a directory.
pub fn sources(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

fn read(source: &str) -> Vec<Route> {
    let calls = source.split(".route(").skip(1);
    calls
        .map(|call| {
            let path = literal(source, call.trim_start());
            let mut depth = 1;
            let end = call.char_indices().find_map(|(at, c)| {
                depth += match c {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                (depth == 0).then_some(at)
            });
            let handlers = &call[..end.unwrap()];
            Route {
                path,
                get: handlers.contains("get("),
                post: handlers.contains("post("),
            }
        })
        .collect()
}

/// The address a call begins with: as it stands, or by the name of a constant of the file.
fn literal(source: &str, call: &str) -> String {
    let quoted = |text: &str| text.split('"').nth(1).map(str::to_owned);
    if call.starts_with('"') {
        return quoted(call).unwrap();
    }
    let name: String = call
        .chars()
        .take_while(|c| c.is_ascii_uppercase() || *c == '_')
        .collect();
    let named = source.split_once(&format!("const {name}: &str ="));
    named
        .and_then(|(_, value)| quoted(value))
        .unwrap_or_else(|| panic!("no address in {:?}", &call[..call.len().min(60)]))
}

#[test]
fn routes_are_read_from_the_source() {
    let source = "const B: &str = \"/b\";\nRouter::new().route(B, post(b)).route(\"/a\", get(a::get))\n.route(\n    \"/a/{id}\",\n    get(a::get).post(f(a::post)),\n)";
    let found = read(source);
    let a = Route {
        path: "/a".to_owned(),
        get: true,
        post: false,
    };
    let id = Route {
        path: "/a/{id}".to_owned(),
        get: true,
        post: true,
    };
    let b = Route {
        path: "/b".to_owned(),
        get: false,
        post: true,
    };
    assert_eq!(found, [b, a, id]);
    assert!(routes().len() > 60, "{:?}", routes());
}
