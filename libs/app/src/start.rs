//! How a process comes to hold an [`App`]: from its settings, with the policy compiled and the
//! region's time zone read. Where the settings come from is the process's business.

use std::{path::PathBuf, sync::Arc};

use db::{Database, Urls, scope::Now};
use domain::calendar::Zone;
use storage::Store;

use crate::{
    App, Error, LinkKey, Parts, Result,
    audit::seal::{self, Seals},
    policy::Source,
};

/// What a process was told about its parts.
pub struct Settings {
    /// The logins this process has.
    pub databases: Urls,
    /// Most connections on each login.
    pub pool: u32,
    /// The clock.
    pub now: Now,
    /// Where documents lie.
    pub store: storage::Settings,
    /// The secret one-time links are derived with, at least 32 bytes.
    pub link_key: Vec<u8>,
    /// The largest file accepted, in bytes.
    pub upload_limit: u64,
    /// A policy in place of ours, if the installation has its own.
    pub policy_file: Option<PathBuf>,
    /// What the audit is sealed with; the worker and `ctl` only.
    pub seals: Option<seal::Settings>,
}

impl App {
    /// Opens the parts. The store is not asked whether it is there: readiness tells.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the database does not answer, [`Error::Internal`] if the
    /// policy is refused or the region's time zone is not one.
    pub async fn open(settings: Settings) -> Result<Self> {
        let policy = match &settings.policy_file {
            Some(file) => authz::from_file(file).await,
            None => authz::compiled().await,
        }
        .map_err(|refused| Error::Internal(Box::new(refused)))?;
        tracing::info!(version = policy.version, "policy loaded");
        let db = Database::new(
            &settings.databases,
            settings.pool,
            policy.policy,
            settings.now,
        )?;
        let zone = zone(&db.region_setting("time_zone").await?)?;
        let rights = Source::read(settings.policy_file, policy.version, db.now());
        Ok(Self {
            rights: Arc::new(rights),
            ..Self::new(Parts {
                db,
                store: Store::new(settings.store),
                links: LinkKey::new(settings.link_key),
                zone,
                upload_limit: settings.upload_limit,
                seals: settings.seals.map(Seals::new),
            })
        })
    }
}

/// Until the region's settings are loaded the zone is the one `app.region_today()` takes.
fn zone(name: &str) -> Result<Zone> {
    if name.is_empty() {
        return Ok(Zone::default());
    }
    Zone::from_name(name).ok_or_else(|| {
        let words = format!("часового пояса «{name}» нет: исправьте настройку time_zone");
        Error::Internal(words.into())
    })
}
