//! What every process of ours needs whatever it does: settings, the clock, logs, health,
//! stopping on a signal and exit codes.
//!
//! It knows nothing of applications, people or tables, imports none of our crates and is the
//! only place that looks at the environment and at the machine's clock. Cryptography needs no
//! set-up here: `ring` is the only provider in the build, so rustls takes it by itself.

mod clock;
pub mod config;
pub mod hangup;
pub mod health;
mod program;
pub mod shutdown;
pub mod telemetry;

pub use clock::{Clock, Hand};
pub use program::run;
