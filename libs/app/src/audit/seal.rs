//! Sealing (SEC-81): each batch of the audit gets a seal, an HMAC over the digests of its rows
//! and the seal before. The seal's object, with a digest for every row, lies under object lock
//! in a bucket of its own; the database has the chain without the digests. Whoever changes the
//! database cannot make the objects fit, and whoever changes the objects has not got the key.
//!
//! The object is written first, the row of the chain after it: a seal in the database has its
//! object. A worker that dies between the two leaves an object without a row, and the next one
//! takes it up as it is. Which rows make a batch: `migrations/0008_audit.sql`.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use db::audit::seals::{self, Place, Row, Seal};
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use storage::Vault;

use crate::{App, Error, Result};

/// The most rows of one seal.
pub(super) const BATCH: i64 = 1000;

/// How long the vault may take. Less than the database lets a transaction stand idle: the turn
/// of whoever seals must not end while its object is on the way.
const VAULT_PATIENCE: Duration = Duration::from_secs(10);

/// What the keys of an installation's seals begin with.
pub const PREFIX: &str = "audit/";

/// What sealing needs.
pub struct Settings {
    /// Where the vault is: as the documents' store, in a bucket of its own.
    pub store: storage::Settings,
    /// What keys begin with, for a bucket may hold the seals of several databases.
    pub prefix: String,
    /// The secret seals are made with (`ATTEST_SEAL_KEY`), at least 32 bytes.
    pub key: Vec<u8>,
    /// How long objects are locked for.
    pub keep: Duration,
}

/// The vault of seals and the key they are made with. Cheap to clone.
#[derive(Clone)]
pub struct Seals {
    pub(super) vault: Vault,
    pub(super) prefix: Arc<str>,
    key: Arc<[u8]>,
    keep: Duration,
}

impl Seals {
    /// The seals by their settings. Connects nowhere.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            vault: Vault::new(settings.store),
            prefix: settings.prefix.into(),
            key: settings.key.into(),
            keep: settings.keep,
        }
    }

    /// The MAC of a seal: over everything the object has.
    fn mac(&self, sealed: &Sealed) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key)
            .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
        mac.update(b"attest audit seal 1");
        for number in [
            sealed.number,
            sealed.after.0,
            sealed.after.1,
            i64::try_from(sealed.rows.len()).unwrap_or(i64::MAX),
        ] {
            mac.update(&number.to_be_bytes());
        }
        mac.update(&sealed.digest());
        mac.update(sealed.previous.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// Whether a seal was made with our key and is as it was made.
    pub(super) fn is_ours(&self, sealed: &Sealed) -> bool {
        !sealed.rows.is_empty() && sealed.mac == encode(&self.mac(sealed))
    }

    /// The next seal over these rows.
    pub(super) fn seal(&self, end: &End, rows: &[Row]) -> Sealed {
        let mut sealed = Sealed {
            number: end.number + 1,
            after: (end.place.xact, end.place.id),
            rows: rows.iter().map(sealed_row).collect(),
            previous: encode(&end.mac),
            mac: String::new(),
        };
        sealed.mac = encode(&self.mac(&sealed));
        sealed
    }
}

/// A seal as its object has it. All digests are base64.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sealed {
    /// The number, from 1 without holes.
    pub number: i64,
    /// After which row it begins: transaction and number.
    pub after: (i64, i64),
    /// Transaction, number and digest of each row, in the order of sealing.
    pub rows: Vec<(i64, i64, String)>,
    /// The MAC of the seal before.
    pub previous: String,
    /// Its own.
    pub mac: String,
}

impl Sealed {
    /// Its name in the vault: the number, so that they list in order, and something of the MAC,
    /// so that another chain (a database restored from before it) does not collide with it.
    fn name(&self) -> String {
        let mac = self.mac.get(..16).unwrap_or_default();
        format!("{}{mac}", named(self.number))
    }

    /// The digest of the digests.
    fn digest(&self) -> Vec<u8> {
        let mut digest = Sha256::new();
        for (xact, id, row) in &self.rows {
            digest.update(xact.to_be_bytes());
            digest.update(id.to_be_bytes());
            digest.update(row.as_bytes());
        }
        digest.finalize().to_vec()
    }

    /// The seal as the database has it; `None` if it is no seal at all.
    pub(super) fn row(&self) -> Option<Seal> {
        let &(xact, id, _) = self.rows.last()?;
        Some(Seal {
            number: self.number,
            after: Place {
                xact: self.after.0,
                id: self.after.1,
            },
            last: Place { xact, id },
            rows: i32::try_from(self.rows.len()).ok()?,
            digest: self.digest(),
            previous: URL_SAFE_NO_PAD.decode(&self.previous).ok()?,
            mac: URL_SAFE_NO_PAD.decode(&self.mac).ok()?,
        })
    }

    /// Whether it goes on from this end of the chain.
    pub(super) fn follows(&self, end: &End) -> bool {
        self.number == end.number + 1
            && self.after == (end.place.xact, end.place.id)
            && self.previous == encode(&end.mac)
    }
}

/// What the names of all objects of a number begin with.
fn named(number: i64) -> String {
    format!("{number:012}-")
}

/// Where the chain ends.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub number: i64,
    pub place: Place,
    pub mac: Vec<u8>,
}

impl End {
    /// The end of a chain with nothing in it.
    pub(super) fn none() -> Self {
        Self {
            number: 0,
            place: Place { xact: 0, id: 0 },
            mac: vec![0; 32],
        }
    }
}

impl From<Seal> for End {
    fn from(seal: Seal) -> Self {
        Self {
            number: seal.number,
            place: seal.last,
            mac: seal.mac,
        }
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A row as an object names it.
pub(super) fn sealed_row(row: &Row) -> (i64, i64, String) {
    (row.xact, row.id, encode(&digest(row)))
}

/// The digest of a row: every column, each with its length before it, so that no two rows
/// make the same bytes.
fn digest(row: &Row) -> [u8; 32] {
    let number = |number: Option<i64>| number.map(|number| number.to_be_bytes().to_vec());
    let fields = [
        number(Some(row.xact)),
        number(Some(row.id)),
        // What Postgres keeps of a moment.
        number(Some(row.at.timestamp_micros())),
        number(row.tenant_id.map(i64::from)),
        number(row.account_id),
        number(row.membership_id),
        Some(row.role.as_bytes().to_vec()),
        Some(row.act.as_bytes().to_vec()),
        number(row.object_id),
        Some(row.outcome.as_bytes().to_vec()),
        row.request_id.map(|id| id.as_bytes().to_vec()),
    ];
    let mut digest = Sha256::new();
    for field in fields {
        match field {
            None => digest.update(u32::MAX.to_be_bytes()),
            Some(bytes) => {
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX - 1);
                digest.update(length.to_be_bytes());
                digest.update(bytes);
            }
        }
    }
    digest.finalize().into()
}

impl App {
    /// Seals the next batch of the audit, if one is due: a full one at once, a smaller one
    /// when its oldest row has waited for `patience`. Of several workers one does it. Says
    /// whether it did.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the database or the vault does not answer: nothing is lost,
    /// the next try goes on.
    pub async fn seal_audit(&self, patience: Duration) -> Result<bool> {
        let seals = self.seals()?;
        let mut tx = self.db.enter_worker(None).await?;
        if !seals::lock(&mut tx).await? {
            return Ok(false);
        }
        let end = seals::last(&mut tx)
            .await?
            .map_or_else(End::none, End::from);
        let rows = seals::waiting(&mut tx, end.place, BATCH).await?;
        let Some(oldest) = rows.first() else {
            return Ok(false);
        };
        let now = seals::clock(&mut tx).await?;
        let waited = (now - oldest.at).to_std().unwrap_or_default();
        if i64::try_from(rows.len()) != Ok(BATCH) && waited < patience {
            return Ok(false);
        }
        let sealed = tokio::time::timeout(VAULT_PATIENCE, seals.object(&end, &rows, now))
            .await
            .map_err(|late| Error::Internal(late.into()))??;
        let through = rows.iter().take(sealed.rows.len()).map(|row| row.at).max();
        if let (Some(seal), Some(through)) = (sealed.row(), through) {
            seals::add(&mut tx, &seal, through).await?;
        }
        tx.commit().await?;
        tracing::info!(
            number = sealed.number,
            rows = sealed.rows.len(),
            "audit sealed"
        );
        Ok(true)
    }

    pub(super) fn seals(&self) -> Result<&Seals> {
        let seals = self.seals.as_ref();
        seals.ok_or_else(|| Error::Internal("this process has no key of seals".into()))
    }
}

impl Seals {
    /// The next seal with its object: the one a worker left over, or a new one.
    async fn object(&self, end: &End, rows: &[Row], now: DateTime<Utc>) -> Result<Sealed> {
        if let Some(sealed) = self.left_over(end, rows).await? {
            return Ok(sealed);
        }
        let sealed = self.seal(end, rows);
        let body = serde_json::to_vec(&sealed).map_err(|e| Error::Internal(e.into()))?;
        let until = (now + self.keep).into();
        let key = format!("{}{}", self.prefix, sealed.name());
        if !self.vault.put(&key, Bytes::from(body), until).await? {
            return Err(Error::Internal("another object under a seal's key".into()));
        }
        Ok(sealed)
    }

    /// The object of a seal that has no row yet and covers these very rows: its worker died
    /// before it wrote the row. Of several the longest, for that is the one the check believes.
    /// One that does not fit is left for the check to tell of.
    async fn left_over(&self, end: &End, rows: &[Row]) -> Result<Option<Sealed>> {
        let rows: Vec<_> = rows.iter().map(sealed_row).collect();
        let mut longest: Option<Sealed> = None;
        let named = format!("{}{}", self.prefix, named(end.number + 1));
        for version in self.vault.list(&named).await? {
            let Some(object) = self.vault.get(&version).await? else {
                continue;
            };
            let Ok(sealed) = serde_json::from_slice::<Sealed>(&object) else {
                continue;
            };
            let fits =
                self.is_ours(&sealed) && sealed.follows(end) && rows.starts_with(&sealed.rows);
            let longer = longest
                .as_ref()
                .is_none_or(|other| other.rows.len() < sealed.rows.len());
            if fits && longer {
                longest = Some(sealed);
            }
        }
        Ok(longest)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::DateTime;

    use super::*;

    pub(in crate::audit) fn seals(key: u8) -> Seals {
        Seals::new(Settings {
            store: storage::Settings {
                endpoint: "http://127.0.0.1:1".to_owned(),
                region: String::new(),
                bucket: String::new(),
                access_key: String::new(),
                secret_key: String::new(),
            },
            prefix: String::new(),
            key: vec![key; 32],
            keep: Duration::ZERO,
        })
    }

    pub(in crate::audit) fn row(id: i64) -> Row {
        Row {
            xact: 7,
            id,
            at: DateTime::UNIX_EPOCH,
            tenant_id: None,
            account_id: Some(1),
            membership_id: None,
            role: "admin".to_owned(),
            act: "audit.read".to_owned(),
            object_id: None,
            outcome: "done".to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn another_key_or_a_change_does_not_pass() {
        let sealed = seals(1).seal(&End::none(), &[row(1), row(2)]);
        assert!(seals(1).is_ours(&sealed));
        assert!(!seals(2).is_ours(&sealed));
        let mut fewer = sealed.clone();
        fewer.rows.pop();
        let mut swapped = sealed.clone();
        swapped.rows.swap(0, 1);
        let mut renumbered = sealed.clone();
        renumbered.number = 2;
        for changed in [fewer, swapped, renumbered] {
            assert!(!seals(1).is_ours(&changed));
        }
    }

    #[test]
    fn columns_do_not_run_into_each_other() {
        let (mut one, mut other) = (row(1), row(1));
        (one.role, one.act) = ("ab".to_owned(), "c".to_owned());
        (other.role, other.act) = ("a".to_owned(), "bc".to_owned());
        assert_ne!(digest(&one), digest(&other));
        let (mut one, mut other) = (row(1), row(1));
        (one.tenant_id, one.account_id) = (Some(1), None);
        (other.tenant_id, other.account_id) = (None, Some(1));
        assert_ne!(digest(&one), digest(&other));
    }
}
