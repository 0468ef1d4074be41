//! A bucket whose objects nobody takes away: each is written once and locked by the store
//! itself until its day (S3 object lock in compliance mode), also against the key that wrote
//! it. What lies there and what it proves is the caller's business.

use std::{collections::BTreeMap, fmt, time::SystemTime};

use aws_sdk_s3::{
    error::SdkError,
    operation::put_object::PutObjectError,
    primitives::ByteStream,
    types::{ObjectLockMode, ObjectVersion},
};
use bytes::Bytes;

use crate::{Error, Settings, Store};

/// A bucket under object lock. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Store);

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.0.bucket).finish()
    }
}

/// One version of an object of a vault. A key has one; whoever writes to it again or deletes
/// it only adds another beside it, so the first one is the one to believe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The key.
    pub key: String,
    /// The version's own name.
    pub id: String,
}

impl Vault {
    /// The vault in the bucket of these settings. Connects nowhere.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Store::new(settings))
    }

    /// Makes the bucket with object lock if it is missing. For development and tests: in
    /// production whoever runs the store makes it, and gives our key no right to bypass locks.
    ///
    /// # Errors
    /// [`Error`] when the store cannot be reached or does not let us.
    pub async fn ensure(&self) -> Result<(), Error> {
        if self.0.check().await.is_ok() {
            return Ok(());
        }
        let made = self
            .0
            .client
            .create_bucket()
            .bucket(&self.0.bucket)
            .object_lock_enabled_for_bucket(true)
            .send()
            .await;
        match made.map_err(SdkError::into_service_error) {
            Ok(_) => Ok(()),
            Err(e) if e.is_bucket_already_owned_by_you() || e.is_bucket_already_exists() => Ok(()),
            Err(e) => Err(Error::new("vault", e)),
        }
    }

    /// Writes an object and locks it until `until`; `false` if there is one under the key.
    ///
    /// # Errors
    /// [`Error`] when the store does not answer, does not let us or cannot lock: an object
    /// that can be deleted is not left behind as if it were kept.
    pub async fn put(&self, key: &str, body: Bytes, until: SystemTime) -> Result<bool, Error> {
        let put = self
            .0
            .client
            .put_object()
            .bucket(&self.0.bucket)
            .key(key)
            .content_type("application/json")
            .if_none_match("*")
            .object_lock_mode(ObjectLockMode::Compliance)
            .object_lock_retain_until_date(until.into())
            .body(ByteStream::from(body))
            .send()
            .await;
        match put.map_err(SdkError::into_service_error) {
            Ok(_) => Ok(true),
            Err(e) if is_taken(&e) => Ok(false),
            Err(e) => Err(Error::new("vault", e)),
        }
    }

    /// The object of this version, whole; `None` if there is none.
    ///
    /// # Errors
    /// [`Error`] when the store does not answer or does not let us.
    pub async fn get(&self, version: &Version) -> Result<Option<Bytes>, Error> {
        let got = self
            .0
            .client
            .get_object()
            .bucket(&self.0.bucket)
            .key(&version.key)
            .version_id(&version.id)
            .send()
            .await;
        match got.map_err(SdkError::into_service_error) {
            Ok(found) => {
                let body = found.body.collect().await;
                Ok(Some(body.map_err(|e| Error::new("vault", e))?.into_bytes()))
            }
            Err(e) if e.is_no_such_key() => Ok(None),
            Err(e) => Err(Error::new("vault", e)),
        }
    }

    /// The first version of each object whose key begins with `prefix`, by key: also of those
    /// somebody has deleted or written over since.
    ///
    /// # Errors
    /// [`Error`] when the store does not answer or does not let us.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Version>, Error> {
        let mut found = BTreeMap::new();
        let (mut key_marker, mut version_marker) = (None, None);
        loop {
            let page = self
                .0
                .client
                .list_object_versions()
                .bucket(&self.0.bucket)
                .prefix(prefix)
                .set_key_marker(key_marker)
                .set_version_id_marker(version_marker)
                .send()
                .await
                .map_err(|e| Error::new("vault", e))?;
            // A store lists the newest version of a key first: the last one named stays.
            found.extend(page.versions().iter().filter_map(named));
            if page.is_truncated() != Some(true) {
                break;
            }
            key_marker = page.next_key_marker;
            version_marker = page.next_version_id_marker;
        }
        let versions = found.into_iter();
        Ok(versions.map(|(key, id)| Version { key, id }).collect())
    }
}

fn named(version: &ObjectVersion) -> Option<(String, String)> {
    Some((version.key()?.to_owned(), version.version_id()?.to_owned()))
}

/// Whether the store refused because there is an object under the key.
fn is_taken(error: &PutObjectError) -> bool {
    matches!(
        error.meta().code(),
        Some("PreconditionFailed" | "ConditionalRequestConflict")
    )
}
