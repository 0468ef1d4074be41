//! Settings: environment variables `ATTEST_*`, read and checked once at start.
//!
//! A process declares what it needs by reading it:
//!
//! ```
//! # use runtime::config::{self, Reader, settings};
//! struct Settings {
//!     listen: std::net::SocketAddr,
//!     base_url: config::BaseUrl,
//! }
//!
//! fn read(r: &mut Reader) -> Option<Settings> {
//!     // First everything is read, then unwrapped: so every mistake is named at once.
//!     let listen = r.get(&settings::LISTEN);
//!     let base_url = r.get(&settings::BASE_URL);
//!     Some(Settings { listen: listen?, base_url: base_url? })
//! }
//!
//! let settings = config::from_env(read);
//! let help = config::table(read);
//! # assert!(settings.is_err() && help.contains("ATTEST_BASE_URL"));
//! ```
//!
//! A secret may also come from a file named by `ATTEST_…_FILE`, as orchestrators hand them over.
//! An empty variable counts as one that is not set. What is wrong is told with the fix, and
//! never with the value of a secret.

mod group;
mod reader;
pub mod settings;
mod value;

pub use group::{Limits, Mail, S3, Seals};
pub use reader::{Mistakes, Reader, Setting, from_env, table};
pub use value::{
    Antivirus, BaseUrl, Collector, DatabaseUrl, Key, LogFilter, LogFormat, Networks, RedisUrl,
    Relay, Secret, Value,
};
