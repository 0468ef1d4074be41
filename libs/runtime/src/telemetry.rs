//! The log of a process, on standard error: results own standard output. A process that serves
//! keeps traces besides, and sends them and its metrics to a collector where there is one
//! ([`export`]).
//!
//! No personal data: internal ids, templates of routes, kinds of events (SEC-83, SEC-84). Lines
//! in JSON escape what could forge a line.

mod export;

use std::io::{self, IsTerminal as _};

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer,
    fmt::MakeWriter,
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::{SubscriberInitExt as _, TryInitError},
};

use crate::config::{Collector, LogFilter, LogFormat, Reader, settings};

pub use export::Exports;

/// Crates that tell more than anybody reads, or statements with what stands in them.
const QUIET: &str = "aws_sdk_s3=warn,aws_smithy_runtime=warn,casbin=warn,hyper=warn,\
    h2=warn,hyper_util=warn,opentelemetry=warn,opentelemetry_sdk=warn,rustls=warn,sqlx=warn,sqlx::postgres::notice=error,tower_sessions=warn,tower_sessions_core=warn,\
    tonic=warn,tower=warn,typst=warn";

/// How and how much to log.
#[derive(Debug, Clone)]
pub struct Settings {
    filter: LogFilter,
    format: LogFormat,
}

impl Settings {
    /// Reads `ATTEST_LOG` and `ATTEST_LOG_FORMAT`.
    pub fn read(r: &mut Reader) -> Option<Self> {
        let filter = r.get(&settings::LOG);
        let format = r.get(&settings::LOG_FORMAT);
        Some(Self {
            filter: filter?,
            format: format?,
        })
    }
}

/// Why a process could not begin to tell of itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Logging was started before.
    #[error("журнал уже ведётся")]
    Twice(#[from] TryInitError),
    /// The collector cannot be sent to.
    #[error("сборщику телеметрии не отправить: {0}")]
    Collector(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// Starts the log of a program that is run and done. Once in a process, before anything that may
/// log.
///
/// # Errors
/// When logging was started before.
pub fn init(settings: &Settings) -> Result<(), Error> {
    tracing_subscriber::registry()
        .with(filter(settings))
        .with(lines(settings.format, io::stderr))
        .try_init()?;
    keep_panics_short();
    Ok(())
}

/// Starts the log of a process that serves, and its traces: log lines are joined by their
/// numbers even where no collector is told of them. In the runtime of the process, as `service`.
///
/// # Errors
/// When logging was started before, or the collector's address is none.
pub fn serve(
    settings: &Settings,
    collector: Option<&Collector>,
    service: &'static str,
) -> Result<Exports, Error> {
    let exports = Exports::begin(collector, service)?;
    tracing_subscriber::registry()
        .with(filter(settings))
        .with(lines(settings.format, io::stderr))
        .with(exports.spans())
        .try_init()?;
    keep_panics_short();
    Ok(exports)
}

// One filter for lines and traces. With one for each, a line is lost now and then: what a library
// asks whether it may tell, and then does not tell, is held against the next line of the thread
// (tracing-subscriber 0.3). Our spans are of the level of errors, so that all of a trace is kept
// however little is logged.
fn filter(settings: &Settings) -> EnvFilter {
    // What stands later wins, so whoever asks for a quiet crate by name hears it.
    EnvFilter::new(format!("{QUIET},{}", settings.filter.as_str()))
}

fn lines<S, W>(format: LogFormat, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(io::stderr().is_terminal());
    match format {
        // The list holds the current span, too.
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .boxed(),
        LogFormat::Compact => lines.compact().boxed(),
    }
}

/// The message of a panic may quote what a person typed; the place is enough to find it.
fn keep_panics_short() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panic");
    }));
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn sec_84_what_looks_like_a_line_is_escaped_into_its_own() {
        let forged = "x\r\n{\"level\":\"ERROR\"}\n\u{1b}[2K\0";
        let written = Written::default();
        let writer = written.clone();
        let format = lines(LogFormat::Json, move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(format), || {
            let span = tracing::error_span!("request", named = forged);
            span.in_scope(|| tracing::warn!(error = %forged, "{forged}"));
        });
        let line = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let line = line.strip_suffix('\n').unwrap();
        assert!(!line.contains(char::is_control), "{line:?}");
        // In the message, in a field of it and in one of the span.
        for part in [r#"\r\n{\"level\":"#, r"\u001b[2K", r"\u0000"] {
            assert_eq!(line.matches(part).count(), 3, "{part}: {line}");
        }
    }
}
