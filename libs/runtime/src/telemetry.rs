//! The log of a process, on standard error: results own standard output.
//!
//! No personal data: internal ids, templates of routes, kinds of events (SEC-83, SEC-84). Lines
//! in JSON escape what could forge a line.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _, util::TryInitError};

use crate::config::{LogFilter, LogFormat, Reader, settings};

/// Crates that tell more than anybody reads, or statements with what stands in them.
const QUIET: &str = "aws_sdk_s3=warn,aws_smithy_runtime=warn,casbin=warn,hyper=warn,\
    hyper_util=warn,rustls=warn,sqlx=warn,sqlx::postgres::notice=error,tower_sessions=warn,tower_sessions_core=warn,\
    typst=warn";

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

/// Starts logging. Once in a process, before anything that may log.
///
/// # Errors
/// When logging was started before.
pub fn init(settings: &Settings) -> Result<(), TryInitError> {
    // What stands later wins, so whoever asks for a quiet crate by name hears it.
    let filter = EnvFilter::new(format!("{QUIET},{}", settings.filter.as_str()));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match settings.format {
        LogFormat::Json => log.json().flatten_event(true).finish().try_init()?,
        LogFormat::Compact => log.compact().finish().try_init()?,
    }
    // The message of a panic may quote what a person typed; the place is enough to find it.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panic");
    }));
    Ok(())
}
