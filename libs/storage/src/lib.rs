//! The bytes of documents in S3: attachments that people upload and renditions that the
//! worker prints; and, in a bucket of their own, objects that nobody may take away.
//!
//! The only crate that sees `aws-sdk-s3`. Here belongs moving bytes in and out by a key that
//! the caller made (`t/{tenant}/{yyyy}/{uuid}`, SEC-64). Who may read an object, what it is
//! called and whether its kind is allowed are decided before this crate is asked: it knows no
//! tenants, no names of files and no kinds of documents.
//!
//! Nobody gets an address of the store: objects go through the server, so the bucket stays
//! closed to the outside (SEC-65, SEC-67).

mod object;
mod ranges;
mod upload;
mod vault;

use std::{fmt, time::Duration};

use aws_sdk_s3::{
    Client,
    config::{
        BehaviorVersion, Credentials, Region, RequestChecksumCalculation,
        ResponseChecksumValidation, timeout::TimeoutConfig,
    },
    error::SdkError,
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

pub use object::{Head, Object};
pub use ranges::Ranges;
pub use upload::{PutError, Stored};
pub use vault::{Vault, Version};

/// Where the bucket is and who we are there. `Debug` hides the secret key.
#[derive(Clone)]
pub struct Settings {
    /// Address of the service, e.g. `https://s3.example.ru`.
    pub endpoint: String,
    /// Region that takes part in the signature; most private services accept any.
    pub region: String,
    /// The bucket with all documents of this installation.
    pub bucket: String,
    /// Public half of the key.
    pub access_key: String,
    /// Secret half of the key; never printed.
    pub secret_key: String,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("bucket", &self.bucket)
            .field("access_key", &self.access_key)
            .finish_non_exhaustive()
    }
}

/// The store did not answer, refused us, or broke off. The cause is for the log: people read
/// only the message itself (SEC-85).
#[derive(Debug, thiserror::Error)]
#[error("хранилище документов недоступно ({operation})")]
pub struct Error {
    operation: &'static str,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl Error {
    fn new(
        operation: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            operation,
            source: source.into(),
        }
    }
}

/// One bucket. Cheap to clone: the clones share connections.
#[derive(Clone)]
pub struct Store {
    client: Client,
    bucket: String,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// A store by its settings. Connects nowhere: ask [`Store::check`] whether it is there.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        // The default client brings aws-lc; two providers of cryptography beside each other
        // make rustls panic in the parts that let it choose.
        let http = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(Duration::from_secs(20))
            .operation_timeout(Duration::from_secs(45))
            .build();
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(settings.region))
            .endpoint_url(settings.endpoint)
            .force_path_style(true)
            .credentials_provider(Credentials::new(
                settings.access_key,
                settings.secret_key,
                None,
                None,
                "settings",
            ))
            .timeout_config(timeouts)
            // The signature covers the SHA-256 of every body already; checksums in trailers
            // are what other makers' stores do not understand.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .http_client(http)
            .build();
        Self {
            client: Client::from_conf(config),
            bucket: settings.bucket,
        }
    }

    /// Whether the bucket answers, for readiness.
    ///
    /// # Errors
    /// [`Error`] when it does not exist, is closed to us, or is silent for 3 seconds.
    pub async fn check(&self) -> Result<(), Error> {
        let head = self.client.head_bucket().bucket(&self.bucket).send();
        tokio::time::timeout(Duration::from_secs(3), head)
            .await
            .map_err(|late| Error::new("check", late))?
            .map_err(|failed| Error::new("check", failed))?;
        Ok(())
    }

    /// Makes the bucket if it is missing. For development and tests: in production whoever
    /// runs the store makes it, closed to the public, and with a lifecycle rule that drops
    /// unfinished multipart uploads after a day (SEC-67).
    ///
    /// # Errors
    /// [`Error`] when the store cannot be reached or does not let us.
    pub async fn ensure_bucket(&self) -> Result<(), Error> {
        if self.check().await.is_ok() {
            return Ok(());
        }
        let made = self
            .client
            .create_bucket()
            .bucket(&self.bucket)
            .send()
            .await;
        match made.map_err(SdkError::into_service_error) {
            Ok(_) => Ok(()),
            Err(e) if e.is_bucket_already_owned_by_you() || e.is_bucket_already_exists() => Ok(()),
            Err(e) => Err(Error::new("ensure_bucket", e)),
        }
    }
}
