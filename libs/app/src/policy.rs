//! The policy as people who run an installation see it: the matrix (`ctl policy …`, the
//! administrator's page), what another file would change, and the file taken anew while the
//! process runs. Who may do what is asked at the door of `db`, not here.

use std::{path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use authz::Loaded;
use chrono::{DateTime, Utc};
use db::{
    Database,
    events::{Outcome, audit_policy},
};
use domain::{act::acts, actor::Actor, permission::Policy};
use tokio::sync::OnceCell;

use crate::{App, Error, Result};

pub use authz::{compiled, differences, from_file, matrix};

/// What this process knows of the policy it decides by.
#[derive(Clone, Debug)]
pub struct InForce {
    /// SHA-256 of the policy's text, in hexadecimal.
    pub version: String,
    /// Since when this process decides by it.
    pub since: DateTime<Utc>,
    /// Why the installation's file, as it is now, was not taken; `None` while it is in force.
    pub refused: Option<String>,
    /// The version of the file that was refused; empty if it could not even be read.
    refused_version: String,
}

impl InForce {
    fn new(version: String, since: DateTime<Utc>) -> Self {
        Self {
            version,
            since,
            refused: None,
            refused_version: String::new(),
        }
    }

    /// The version as people compare it: its first 12 digits.
    #[must_use]
    pub fn short(&self) -> &str {
        self.version.get(..12).unwrap_or(&self.version)
    }

    /// Whether it is the policy that ships with the product.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.version == authz::version(authz::POLICY)
    }
}

/// The installation's file, if it has one, and what came of reading it.
pub(crate) struct Source {
    file: Option<PathBuf>,
    in_force: ArcSwap<InForce>,
}

impl Source {
    /// The policy that ships with the product.
    pub(crate) fn built_in(now: DateTime<Utc>) -> Self {
        Self::read(None, authz::version(authz::POLICY), now)
    }

    /// A policy that was loaded from `file` as this version.
    pub(crate) fn read(file: Option<PathBuf>, version: String, now: DateTime<Utc>) -> Self {
        Self {
            file,
            in_force: ArcSwap::from_pointee(InForce::new(version, now)),
        }
    }
}

/// What came of looking at the file again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reload {
    /// There is no file, or nothing new in it.
    Unchanged,
    /// Another policy is in force.
    Swapped,
    /// The file is no policy: the old one stays in force.
    Refused,
}

/// The matrix as the administrator's page shows it.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// The policy in force.
    pub policy: Arc<Policy>,
    /// What is known of it.
    pub in_force: InForce,
    /// The one that ships with the product, where another is in force.
    pub built_in: Option<Policy>,
}

static BUILT_IN: OnceCell<Policy> = OnceCell::const_new();

impl App {
    /// The same application deciding by the policy in `file` from the next
    /// [`App::reload_policy`] on.
    #[must_use]
    pub fn with_policy_file(mut self, file: PathBuf) -> Self {
        let version = self.policy_in_force().version.clone();
        self.rights = Arc::new(Source::read(Some(file), version, self.db.now()));
        self
    }

    /// What is known of the policy in force.
    #[must_use]
    pub fn policy_in_force(&self) -> Arc<InForce> {
        self.rights.in_force.load_full()
    }

    /// Looks at the installation's policy file again. Another content is read, checked and
    /// compiled aside; only then it is put in force, whole, with a line of the audit. Whatever
    /// is wrong with it is logged once and shown by readiness, and the old policy stays. Called
    /// by one caller at a time: at SIGHUP and every few seconds, since a file that is a mounted
    /// `ConfigMap` changes without a signal.
    pub async fn reload_policy(&self) -> Reload {
        let Some(file) = &self.rights.file else {
            return Reload::Unchanged;
        };
        let known = self.policy_in_force();
        let (version, loaded) = match authz::text_of(file).await {
            Ok(text) => {
                let version = authz::version(&text);
                if version == known.version {
                    self.file_is_fine_again(&known);
                    return Reload::Unchanged;
                }
                if known.refused.is_some() && version == known.refused_version {
                    return Reload::Unchanged;
                }
                (version, authz::parse(&text).await)
            }
            Err(unreadable) => (String::new(), Err(unreadable)),
        };
        match loaded {
            Ok(loaded) => self.put_in_force(loaded).await,
            Err(error) => self.refuse(&known, version, &error).await,
        }
    }

    /// The matrix in force, for the administrator.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn policy_matrix(&self, actor: &Actor) -> Result<Matrix> {
        self.db.enter::<acts::ReadReference>(actor).await?;
        let in_force = (*self.policy_in_force()).clone();
        let built_in = if in_force.is_built_in() {
            None
        } else {
            Some(built_in().await?.clone())
        };
        Ok(Matrix {
            policy: self.db.policy(),
            in_force,
            built_in,
        })
    }

    // The audit first: a change that could not be recorded is tried again at the next look.
    async fn put_in_force(&self, loaded: Loaded) -> Reload {
        if let Err(error) = audit(&self.db, Outcome::Done).await {
            tracing::error!(%error, "the policy is not changed: the audit does not answer");
            return Reload::Unchanged;
        }
        self.db.swap_policy(loaded.policy);
        tracing::info!(version = loaded.version, "policy loaded");
        let in_force = InForce::new(loaded.version, self.db.now());
        self.rights.in_force.store(Arc::new(in_force));
        Reload::Swapped
    }

    async fn refuse(&self, known: &InForce, version: String, why: &authz::Error) -> Reload {
        let words = why.to_string();
        if known.refused.as_ref() == Some(&words) && known.refused_version == version {
            return Reload::Unchanged;
        }
        tracing::error!(
            error = words,
            in_force = known.version,
            "policy file refused"
        );
        if let Err(error) = audit(&self.db, Outcome::Refused).await {
            tracing::error!(%error, "the refused policy file is not in the audit");
        }
        self.rights.in_force.store(Arc::new(InForce {
            refused: Some(words),
            refused_version: version,
            ..known.clone()
        }));
        Reload::Refused
    }

    fn file_is_fine_again(&self, known: &InForce) {
        if known.refused.is_some() {
            tracing::info!(version = known.version, "policy file is the one in force");
            let in_force = InForce::new(known.version.clone(), known.since);
            self.rights.in_force.store(Arc::new(in_force));
        }
    }
}

/// The policy that ships with the product, compiled once where it is compared with.
async fn built_in() -> Result<&'static Policy> {
    BUILT_IN
        .get_or_try_init(|| async { Ok(compiled().await?.policy) })
        .await
        .map_err(|error: authz::Error| Error::Internal(Box::new(error)))
}

/// By the narrowest login this process has: of the server's the auth role's, which adds to the
/// audit and reads none of it; the worker has its own alone.
async fn audit(db: &Database, outcome: Outcome) -> db::Result<()> {
    match db.enter_auth().await {
        Ok(mut tx) => {
            audit_policy(&mut tx, outcome).await?;
            tx.commit().await
        }
        Err(db::Error::NoLogin { .. }) => {
            let mut tx = db.enter_worker(None).await?;
            audit_policy(&mut tx, outcome).await?;
            tx.commit().await
        }
        Err(error) => Err(error),
    }
}
