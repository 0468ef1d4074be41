//! The verbs: one function is one use case is one transaction. A verb enters the scope of
//! whoever acts, loads rows, asks the policy for a permit and the state table whether the act
//! is legal now, writes through `db`, leaves history, audit, letters and jobs in the same
//! transaction, and commits. No SQL, no HTML, no HTTP here, and no rule: rules are `domain`'s.
//!
//! One module per noun, named as its table.

pub mod access;
pub mod accounts;
pub mod applications;
pub mod assigned;
pub mod attachments;
pub mod audit;
mod brought;
pub mod bulk;
pub mod cards;
pub mod case;
pub mod conclusions;
pub mod corrections;
pub mod dashboard;
pub mod document_requests;
pub mod error;
pub mod exports;
pub mod figures;
pub mod files;
pub mod handovers;
pub mod institute;
pub mod invitations;
pub mod journal;
pub mod letters;
pub mod links;
pub mod listing;
pub mod lists;
pub mod memberships;
pub mod municipal_schedules;
pub mod municipalities;
pub mod municipality_filter;
pub mod not_applied;
pub mod orders;
pub mod organisation_requests;
pub mod organisations;
pub mod orphans;
pub mod passwords;
pub mod people;
pub mod periods;
pub mod places;
pub mod policy;
pub mod previews;
pub mod print;
pub mod printing;
pub mod printouts;
pub mod profile;
pub mod publications;
pub mod quarantine;
pub mod reference;
pub mod region_settings;
pub mod rejection;
pub mod removal;
pub mod retention;
pub mod review;
pub mod samples;
pub mod saved_views;

pub mod scans;
pub mod schedule;
pub mod school;
#[cfg(feature = "seed")]
pub mod seed;
pub mod start;
pub mod templates;
pub mod transfers;
pub mod unpacking;
pub mod uploads;
pub mod verify;
pub mod views;
pub mod wake;
pub mod watch;
pub mod withdrawals;

use std::sync::Arc;

use arc_swap::ArcSwap;
use db::Database;
use domain::calendar::Zone;
use storage::Store;

pub use db::Urls;
pub use error::{Error, FieldFault, Result};
pub use links::LinkKey;
pub use listing::Listing;
pub use start::Settings;
pub use storage::Settings as StoreSettings;

/// The application, as the server, the worker and `ctl` hold it. Cheap to clone.
#[derive(Clone)]
pub struct App {
    db: Database,
    store: Store,
    links: Arc<LinkKey>,
    passwords: passwords::Passwords,
    rights: Arc<policy::Source>,
    zone: Arc<ArcSwap<Zone>>,
    upload_limit: u64,
    seals: Option<audit::seal::Seals>,
}

/// What an [`App`] is made of.
pub struct Parts {
    /// The database.
    pub db: Database,
    /// The store of documents.
    pub store: Store,
    /// The key one-time links are derived with.
    pub links: LinkKey,
    /// The region's time zone.
    pub zone: Zone,
    /// The largest file accepted, in bytes.
    pub upload_limit: u64,
    /// What the audit is sealed with; the worker and `ctl` only.
    pub seals: Option<audit::seal::Seals>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            rights: Arc::new(policy::Source::built_in(parts.db.now())),
            db: parts.db,
            store: parts.store,
            links: Arc::new(parts.links),
            passwords: passwords::Passwords::default(),
            zone: Arc::new(ArcSwap::from_pointee(parts.zone)),
            upload_limit: parts.upload_limit,
            seals: parts.seals,
        }
    }

    /// The region's time zone: terms and dates are counted in it.
    #[must_use]
    pub fn zone(&self) -> Zone {
        **self.zone.load()
    }

    /// The day it is in the region.
    #[must_use]
    pub fn today(&self) -> chrono::NaiveDate {
        self.zone().today(self.db.now())
    }

    /// Whether a role may ever do an act: what a menu asks.
    #[must_use]
    pub fn ever(&self, role: domain::role::Role, act: domain::act::Act) -> bool {
        self.db.policy().ever(role, act)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn check_database(&self) -> Result<()> {
        Ok(self.db.check().await?)
    }

    /// Whether the store of documents answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn check_store(&self) -> Result<()> {
        Ok(self.store.check().await?)
    }
}
