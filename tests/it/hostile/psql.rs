//! Attacks as their files have them, run in psql, and what it printed.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// One attack as its file has it.
pub struct Attack {
    pub file: String,
    pub title: String,
    pub who: String,
    pub expect: Vec<String>,
    pub sql: String,
}

/// The attacks of a file.
pub fn attacks(file: &str) -> Vec<Attack> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("it/hostile/{file}.sql"));
    let text = std::fs::read_to_string(path).unwrap();
    let parts = text.split("-- attack: ").skip(1);
    parts
        .map(|part| {
            let (title, rest) = part.split_once('\n').unwrap();
            let header = |name: &str| {
                let lines = rest.lines().take_while(|line| line.starts_with("-- "));
                lines
                    .filter_map(|line| line.strip_prefix(&format!("-- {name}: ")))
                    .next()
                    .map(str::to_owned)
            };
            let sql: Vec<&str> = rest
                .lines()
                .skip_while(|line| line.starts_with("-- "))
                .collect();
            let expect = header("expect").unwrap_or_else(|| panic!("{file}: {title}: no outcome"));
            Attack {
                file: file.to_owned(),
                title: title.to_owned(),
                who: header("as").unwrap_or_default(),
                expect: expect.split(" or ").map(str::to_owned).collect(),
                sql: sql.join("\n"),
            }
        })
        .collect()
}

/// What psql printed.
#[derive(Debug)]
pub struct Answer {
    codes: Vec<String>,
    lines: Vec<String>,
    pub all: String,
}

impl Answer {
    /// Whether it is what was expected.
    pub fn meets(&self, expected: &str) -> bool {
        let empty = self.lines.iter().all(|line| is_quiet(line));
        match expected {
            "nothing" => self.codes.is_empty() && empty,
            "nothing of theirs" => true,
            code if code.len() == 5 && code.chars().all(|c| c.is_ascii_alphanumeric()) => {
                self.codes.first().is_some_and(|first| first == code) && empty
            }
            line => self.codes.is_empty() && self.lines.iter().any(|printed| printed == line),
        }
    }

    /// The answer without the ids that were asked for.
    pub fn masked(&self, ids: &BTreeMap<String, String>) -> String {
        let mut text = self.all.clone();
        for id in ids.values().filter(|id| id.len() > 8) {
            text = text.replace(id.as_str(), "ID");
        }
        text.retain(|c| !c.is_ascii_digit());
        text
    }
}

fn is_quiet(line: &str) -> bool {
    const TAGS: [&str; 20] = [
        "",
        "f",
        "0",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SET",
        "RESET",
        "DO",
        "LISTEN",
        "NOTIFY",
        "PREPARE",
        "DECLARE CURSOR",
        "UPDATE 0",
        "INSERT 0 0",
        "DELETE 0",
        "MERGE 0",
        "COPY 0",
        "FETCH 0",
        "{}",
    ];
    TAGS.contains(&line)
}

/// Runs one attack in a psql of its own.
pub fn psql(url: &str, context: &str, ids: &BTreeMap<String, String>, sql: &str) -> Answer {
    let mut script = "\\set VERBOSITY verbose\n".to_owned();
    for (name, id) in ids {
        writeln!(script, "\\set {name} {id}").unwrap();
    }
    writeln!(script, "\\o /dev/null\n{context}\n\\o\n{sql}").unwrap();
    let mut child = Command::new("psql")
        .args(["-X", "-A", "-t", "-d", url])
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let codes = errors
        .lines()
        .filter_map(|line| line.split_once("ERROR:  "))
        .map(|(_, error)| error.chars().take(5).collect())
        .collect();
    Answer {
        codes,
        lines: printed.lines().map(str::to_owned).collect(),
        all: format!("{printed}{errors}"),
    }
}
