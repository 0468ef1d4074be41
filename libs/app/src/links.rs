//! One-time links: derived, never stored (R-LET-1, SEC-45). The database has only the hash
//! of the token; the worker derives the same token again when it writes the letter.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// What a link is for: part of what its token is derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// An invitation (R-ACC-4).
    Invitation,
    /// Setting a password anew (R-ACC-5).
    Password,
    /// Confirming an e-mail address.
    Email,
    /// Deleting what a municipality holds of a teacher who never submitted (R-DEL-1).
    Deletion,
}

impl LinkKind {
    const fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Password => "password",
            Self::Email => "email",
            Self::Deletion => "deletion",
        }
    }

    /// The address of the link, from the site's root.
    #[must_use]
    pub fn path(self, token: &str) -> String {
        match self {
            Self::Invitation => format!("/invitation/{token}"),
            Self::Password => format!("/password/reset/{token}"),
            Self::Email => format!("/email/confirm/{token}"),
            Self::Deletion => format!("/registration/delete/{token}"),
        }
    }
}

/// The secret one-time links are derived with (`ATTEST_LINK_KEY`).
pub struct LinkKey(Vec<u8>);

impl LinkKey {
    /// The key of these bytes, at least 32.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The token of a link: 256 bits (SEC-45).
    #[must_use]
    pub fn token(&self, kind: LinkKind, id: Uuid, nonce: Uuid) -> String {
        let mut mac = self.mac();
        mac.update(kind.code().as_bytes());
        mac.update(id.as_bytes());
        mac.update(nonce.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// What proves, for the hour counted from 1970, that the opening of a file by somebody is in the
    /// log already (R-AUD-1).
    #[must_use]
    pub fn opening(&self, file: Uuid, account: i64, role: &str, hour: i64) -> String {
        let mut mac = self.mac();
        mac.update(b"opening");
        mac.update(file.as_bytes());
        mac.update(&account.to_be_bytes());
        mac.update(&hour.to_be_bytes());
        mac.update(role.as_bytes());
        URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..24])
    }

    /// What a browser is given when somebody signs in by it: with it, and the number it was given,
    /// it is known for this login from then on (SEC-43).
    #[must_use]
    pub fn device(&self, browser: &str, login: &str) -> String {
        let mut mac = self.mac();
        mac.update(b"device");
        mac.update(&(browser.len() as u64).to_be_bytes());
        mac.update(browser.as_bytes());
        mac.update(login.trim().to_lowercase().as_bytes());
        URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..16])
    }

    /// A key for another use, which tells nothing of this one.
    pub(crate) fn derived(&self, purpose: &[u8]) -> [u8; 32] {
        let mut mac = self.mac();
        mac.update(b"derived key\0");
        mac.update(purpose);
        mac.finalize().into_bytes().into()
    }

    fn mac(&self) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.0)
            .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()))
    }

    /// The token of a link of an account: its id is random and never used again, so it is its
    /// own nonce.
    #[must_use]
    pub fn account_token(&self, kind: LinkKind, id: Uuid) -> String {
        self.token(kind, id, id)
    }
}

/// The hash of a token, as the database keeps it.
#[must_use]
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
