//! A collector of traces and metrics of one test: `rotel`, as it would stand beside the processes,
//! which passes on what it is told to whoever reads it here. Killed when dropped; it can be killed
//! and started again before.

use std::{
    io::Read as _,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, LazyLock, Mutex},
};

use axum::{Router, body::Bytes, routing};
use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value,
};
use prost::Message as _;
use runtime::config::{self, Setting};

static ROTEL: Setting = Setting::new(
    "ATTEST_ROTEL",
    "сборщик телеметрии для тестов",
    "/usr/local/bin/rotel",
);

static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    config::from_env(|r| r.get(&ROTEL))
        .unwrap_or_else(|mistakes| panic!("run deploy/dev/test, it installs it:\n{mistakes}"))
});

/// What was told, batch by batch.
type Batches = Arc<Mutex<Vec<Bytes>>>;

/// A running collector.
pub struct Collector {
    child: Child,
    port: u16,
    passed_on: SocketAddr,
    traces: Batches,
    metrics: Batches,
}

/// A span as the collector was told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Starts one on a free port, and waits until it listens.
    ///
    /// # Panics
    /// If `rotel` is not there.
    pub async fn start() -> Self {
        let (traces, metrics) = (Batches::default(), Batches::default());
        let keep = |batches: &Batches| {
            let batches = Arc::clone(batches);
            routing::post(async move |batch: Bytes| {
                // It packs whatever it is told to.
                let mut plain = Vec::new();
                GzDecoder::new(&batch[..]).read_to_end(&mut plain).unwrap();
                batches.lock().unwrap().push(Bytes::from(plain));
            })
        };
        let reader = Router::new()
            .route("/v1/traces", keep(&traces))
            .route("/v1/metrics", keep(&metrics));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let passed_on = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, reader).await.unwrap() });
        let port = free_port();
        let child = run(port, passed_on).await;
        Self {
            child,
            port,
            passed_on,
            traces,
            metrics,
        }
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
    pub async fn start_again(&mut self) {
        self.child = run(self.port, self.passed_on).await;
    }

    /// Every text in the traces it was told of, and what stands between.
    #[must_use]
    pub fn traces(&self) -> String {
        words(&self.traces).concat()
    }

    /// As [`Collector::traces`], in the metrics, batch by batch.
    #[must_use]
    pub fn metrics(&self) -> Vec<String> {
        words(&self.metrics)
    }

    /// The spans it was told of.
    #[must_use]
    pub fn spans(&self) -> Vec<Told> {
        let batches = self.traces.lock().unwrap().clone();
        let read = |batch| ExportTraceServiceRequest::decode(batch).unwrap();
        let of_processes = batches
            .into_iter()
            .flat_map(|batch| read(batch).resource_spans);
        of_processes
            .flat_map(|process| {
                let attributes = process.resource.map(|of| of.attributes);
                let service = attributes
                    .into_iter()
                    .flatten()
                    .find(|attribute| attribute.key == "service.name")
                    .and_then(|attribute| attribute.value?.value);
                let service = match service {
                    Some(Value::StringValue(name)) => name,
                    other => panic!("a process without a name: {other:?}"),
                };
                let spans = process
                    .scope_spans
                    .into_iter()
                    .flat_map(|scope| scope.spans);
                spans.map(move |span| Told {
                    service: service.clone(),
                    trace: hex(&span.trace_id),
                    id: hex(&span.span_id),
                    parent: hex(&span.parent_span_id),
                    name: span.name,
                })
            })
            .collect()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn run(port: u16, passed_on: SocketAddr) -> Child {
    let child = Command::new(&*PROGRAM)
        .arg("start")
        .args(["--otlp-grpc-endpoint", &format!("127.0.0.1:{port}")])
        .args([
            "--otlp-http-endpoint",
            &format!("127.0.0.1:{}", free_port()),
        ])
        .args(["--exporter", "otlp", "--otlp-exporter-protocol", "http"])
        .args(["--otlp-exporter-endpoint", &format!("http://{passed_on}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", PROGRAM.display()));
    while tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .is_err()
    {
        tokio::task::yield_now().await;
    }
    child
}

fn words(batches: &Batches) -> Vec<String> {
    let batches = batches.lock().unwrap();
    let read = |batch: &Bytes| String::from_utf8_lossy(batch).into_owned();
    batches.iter().map(read).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A port nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    taken.local_addr().unwrap().port()
}
