//! A collector of traces and metrics of one test: `rotel`, which tells what came in words. Killed
//! when dropped; another may be started in its place.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
};

use runtime::config::{self, Setting};

use crate::world::unique;

static ROTEL: Setting = Setting::new(
    "ATTEST_ROTEL",
    "сборщик телеметрии для тестов",
    "/usr/local/bin/rotel",
);

static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    config::from_env(|r| r.get(&ROTEL))
        .unwrap_or_else(|mistakes| panic!("run deploy/dev/test, it installs it:\n{mistakes}"))
});

/// A running collector.
pub struct Collector {
    child: Child,
    port: u16,
    told: PathBuf,
}

/// A span as the collector was told of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Which process it is of.
    pub service: String,
    /// The number of its trace.
    pub trace: String,
    /// Its number in it.
    pub id: String,
    /// The number of the span around it; empty for the first one.
    pub parent: String,
    /// Its name.
    pub name: String,
}

impl Collector {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// If `rotel` is not there.
    #[must_use]
    pub fn start() -> Self {
        let told = std::env::temp_dir().join(unique("attest-collector-"));
        let port = free_port();
        let child = run(port, &told);
        Self { child, port, told }
    }

    /// Where it takes what is told.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Kills it, as by a power cut.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it anew where it was.
    pub fn start_again(&mut self) {
        self.child = run(self.port, &self.told);
    }

    /// Everything it was told, in its words.
    #[must_use]
    pub fn words(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.told).unwrap()).into_owned()
    }

    /// The spans it was told of.
    #[must_use]
    pub fn spans(&self) -> Vec<Told> {
        let mut spans = Vec::new();
        let mut service = String::new();
        for line in self.words().lines() {
            let line = line.trim();
            if let Some(of) = line.strip_prefix("-> service.name: Str(") {
                of.trim_end_matches(')').clone_into(&mut service);
            }
            if line.starts_with("Span #") {
                spans.push(Told {
                    service: service.clone(),
                    ..Told::default()
                });
            }
            let Some((name, value)) = line.split_once(" : ").or(line.split_once(": ")) else {
                continue;
            };
            let Some(span) = spans.last_mut() else {
                continue;
            };
            let field = match name.trim() {
                "Trace ID" => &mut span.trace,
                "ID" => &mut span.id,
                "Parent ID" => &mut span.parent,
                "Name" => &mut span.name,
                _ => continue,
            };
            // Metrics have names, too: the first one of a span is its own.
            if field.is_empty() {
                value.trim().clone_into(field);
            }
        }
        spans
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // What it was told stays for whoever looks why a test failed.
        if !std::thread::panicking() {
            let _ = fs::remove_file(&self.told);
        }
    }
}

fn run(port: u16, told: &Path) -> Child {
    let out = fs::File::options()
        .create(true)
        .append(true)
        .open(told)
        .unwrap();
    Command::new(&*PROGRAM)
        .arg("start")
        .args(["--otlp-grpc-endpoint", &format!("127.0.0.1:{port}")])
        .args([
            "--otlp-http-endpoint",
            &format!("127.0.0.1:{}", free_port()),
        ])
        .args([
            "--exporter",
            "blackhole",
            "--debug-log-verbosity",
            "detailed",
        ])
        .args(["--debug-log", "traces", "--debug-log", "metrics"])
        .env("NO_COLOR", "1")
        .stdout(out.try_clone().unwrap())
        .stderr(Stdio::from(out))
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", PROGRAM.display()))
}

/// A port nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    taken.local_addr().unwrap().port()
}
