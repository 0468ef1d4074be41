//! One provider: its entry in the file, and what its discovery document says, kept for a while.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::role::Role;
use openidconnect::{
    IssuerUrl, JsonWebKeySet,
    core::{CoreJsonWebKeySet, CoreProviderMetadata},
};
use tokio::sync::RwLock;

use crate::{
    client::{Client, Reach},
    file::Entry,
    flow::Fault,
    signer::Signer,
};

/// How long a discovery document is believed.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// A provider of identities.
pub struct Provider {
    pub(crate) entry: Entry,
    pub(crate) client: Client,
    pub(crate) signer: Option<Signer>,
    reach: Reach,
    known: RwLock<Option<Known>>,
}

/// What a provider has said of itself.
#[derive(Clone)]
struct Known {
    metadata: Arc<CoreProviderMetadata>,
    since: Instant,
}

impl Provider {
    pub(crate) fn new(entry: Entry, reach: Reach) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: Client::new(reach)?,
            signer: entry.signer_url.clone().map(Signer::new).transpose()?,
            entry,
            reach,
            known: RwLock::default(),
        })
    }

    /// Its word in addresses.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.entry.slug
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.entry.name
    }

    /// The issuer of its identities.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.entry.issuer
    }

    /// The slug of the municipality whose people alone it lets in, if it is bound to one.
    #[must_use]
    pub fn municipality(&self) -> Option<&str> {
        self.entry.municipality.as_deref()
    }

    /// The roles one of which a person with cabinets must have; empty for any.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.entry.known_roles
    }

    /// What the provider says of itself; asked anew when that is old. Its issuer must be the
    /// configured one to the letter (SEC-51).
    pub(crate) async fn metadata(&self) -> Result<Arc<CoreProviderMetadata>, Fault> {
        if let Some(known) = self.known.read().await.as_ref()
            && known.since.elapsed() < KEPT
        {
            return Ok(Arc::clone(&known.metadata));
        }
        let issuer = IssuerUrl::new(self.entry.issuer.clone()).map_err(Fault::away)?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.client)
            .await
            .map_err(Fault::away)?;
        // The browser is sent there: what the client refuses is refused here, too.
        let door = metadata.authorization_endpoint().url();
        if self.reach == Reach::Public && door.scheme() != "https" {
            return Err(Fault::away(format!("authorization endpoint {door}")));
        }
        Ok(self.keep(metadata).await)
    }

    /// The keys of now, for a token signed by one that was not there before.
    pub(crate) async fn fresh_keys(
        &self,
        metadata: &CoreProviderMetadata,
    ) -> Result<CoreJsonWebKeySet, Fault> {
        let keys = JsonWebKeySet::fetch_async(metadata.jwks_uri(), &self.client)
            .await
            .map_err(Fault::away)?;
        self.keep(metadata.clone().set_jwks(keys.clone())).await;
        Ok(keys)
    }

    async fn keep(&self, metadata: CoreProviderMetadata) -> Arc<CoreProviderMetadata> {
        let metadata = Arc::new(metadata);
        *self.known.write().await = Some(Known {
            metadata: Arc::clone(&metadata),
            since: Instant::now(),
        });
        metadata
    }
}
