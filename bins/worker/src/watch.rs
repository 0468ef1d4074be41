//! Metrics of the work: what was done in what time, what waits, what is late. Kinds and numbers,
//! never whose.

use std::{
    collections::HashSet,
    sync::LazyLock,
    time::{Duration, Instant},
};

use app::App;
use opentelemetry::{
    KeyValue, global,
    metrics::{Gauge, Histogram, Meter},
};
use tokio_util::sync::CancellationToken;

/// How often the figures are read: one cheap query.
const EVERY: Duration = Duration::from_secs(60);

static METER: LazyLock<Meter> = LazyLock::new(|| global::meter("attest"));

static DURATIONS: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    METER
        .f64_histogram("attest.work.duration")
        .with_description("How long pieces of work took, by kind and outcome")
        .with_unit("s")
        .with_boundaries(vec![0.05, 0.25, 1.0, 5.0, 30.0, 120.0, 600.0, 3600.0])
        .build()
});

/// How a piece of work ended.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// Done.
    Done,
    /// Not any more wanted, or whoever asked may no longer.
    Dropped,
    /// Not this time; it is tried again, or given up after the last try.
    NotDone,
}

impl Outcome {
    const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Dropped => "dropped",
            Self::NotDone => "not_done",
        }
    }
}

/// A piece of work under way.
pub struct Watched {
    what: &'static str,
    kind: &'static str,
    begun: Instant,
}

impl Watched {
    /// Begins to watch a piece of work.
    pub fn begin(what: &'static str, kind: &'static str) -> Self {
        Self {
            what,
            kind,
            begun: Instant::now(),
        }
    }

    /// Counts it as ended so.
    pub fn ended(self, outcome: Outcome) {
        let attributes = [
            KeyValue::new("attest.work", self.what),
            KeyValue::new("attest.kind", self.kind),
            KeyValue::new("attest.outcome", outcome.code()),
        ];
        DURATIONS.record(self.begun.elapsed().as_secs_f64(), &attributes);
    }
}

/// The gauges, and which queues they told of the last time.
struct Gauges {
    waiting: Gauge<u64>,
    age: Gauge<u64>,
    lag: Gauge<u64>,
    overdue: Gauge<u64>,
    to_destroy: Gauge<u64>,
    told: HashSet<(String, String)>,
}

impl Gauges {
    fn new() -> Self {
        let gauge = |name, about| METER.u64_gauge(name).with_description(about);
        let seconds = |name, about| gauge(name, about).with_unit("s").build();
        Self {
            waiting: gauge("attest.queue.waiting", "What waits for the worker").build(),
            age: seconds("attest.queue.age", "How long the oldest of it has waited"),
            lag: seconds(
                "attest.queue.lag",
                "How late the first of it is to be begun",
            ),
            overdue: gauge(
                "attest.applications.overdue",
                "Applications under review, the 30 days over",
            )
            .build(),
            to_destroy: gauge(
                "attest.retention.waiting",
                "Cases and accounts to be destroyed that still are there",
            )
            .build(),
            told: HashSet::new(),
        }
    }

    async fn read(&mut self, app: &App) -> app::Result<()> {
        let figures = app.figures_of_work().await?;
        self.overdue.record(number(figures.overdue), &[]);
        self.to_destroy.record(number(figures.to_destroy), &[]);
        // A queue that is empty now is no row: it is told as empty, or it would stay as it was.
        let mut empty = std::mem::take(&mut self.told);
        for queue in figures.queues {
            self.tell(
                &queue.name,
                &queue.kind,
                [queue.waiting, queue.age, queue.lag],
            );
            let named = (queue.name, queue.kind);
            empty.remove(&named);
            self.told.insert(named);
        }
        for (name, kind) in empty {
            self.tell(&name, &kind, [0; 3]);
        }
        Ok(())
    }

    fn tell(&self, name: &str, kind: &str, [waiting, age, lag]: [i64; 3]) {
        let attributes = [
            KeyValue::new("attest.queue", name.to_owned()),
            KeyValue::new("attest.kind", kind.to_owned()),
        ];
        self.waiting.record(number(waiting), &attributes);
        self.age.record(number(age), &attributes);
        self.lag.record(number(lag), &attributes);
    }
}

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// Reads the figures every minute, until the stop.
pub async fn watch(app: &App, stop: CancellationToken) {
    let mut gauges = Gauges::new();
    let reading = async {
        loop {
            if let Err(error) = gauges.read(app).await {
                tracing::warn!(%error, "the figures of the work are not read");
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    stop.run_until_cancelled(reading).await;
}
