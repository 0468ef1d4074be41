//! Identity providers (OpenID Connect, SEC-50…54): which there are, how a sign-in with one begins
//! and what its answer proves. Who the proved person is among our accounts, the session and the
//! pages stand elsewhere; so does everything about passwords.

mod client;
mod file;
mod flow;
mod provider;
mod signer;

use std::{fmt, sync::Arc};

pub use client::Reach;
pub use flow::{Answer, Attempt, Fault};
pub use provider::Provider;

/// The providers of the installation, in the order of their file. Cheap to clone.
#[derive(Clone, Default)]
pub struct Providers(Arc<[Provider]>);

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(Provider::slug))
            .finish()
    }
}

impl Providers {
    /// Reads the list from its JSON text. Providers themselves are asked when first needed: one
    /// that is down stops nobody who has a password.
    ///
    /// # Errors
    /// Everything that is wrong with it, in Russian, a line each.
    pub fn read(text: &str, reach: Reach) -> Result<Self, Vec<String>> {
        let entries = file::read(text, reach)?;
        let providers = entries.into_iter().map(|entry| Provider::new(entry, reach));
        let providers: Result<Vec<_>, _> = providers.collect();
        match providers {
            Ok(providers) => Ok(Self(providers.into())),
            Err(error) => Err(vec![format!("клиент HTTPS не создан: {error}")]),
        }
    }

    /// The provider of this slug.
    #[must_use]
    pub fn find(&self, slug: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.slug() == slug)
    }

    /// The name of the provider whose identities have this issuer; of one that is no longer in
    /// the file, the issuer itself.
    #[must_use]
    pub fn name_of<'a>(&'a self, issuer: &'a str) -> &'a str {
        let known = self.0.iter().find(|provider| provider.issuer() == issuer);
        known.map_or(issuer, Provider::name)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }
}
