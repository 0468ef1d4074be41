//! The secret of a second factor as it lies in the database: sealed for its account, so that a copy
//! of the database makes nobody's codes, and a secret put at another account opens nothing.

use domain::actor::AccountId;
use rand::Rng as _;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::links::LinkKey;

/// Seals a secret: a random nonce, then what it sealed.
pub(super) fn seal(key: &LinkKey, account: AccountId, secret: &[u8]) -> Option<Vec<u8>> {
    let nonce: [u8; NONCE_LEN] = rand::rng().random();
    let mut sealed = secret.to_vec();
    let whose = Aad::from(account.0.to_be_bytes());
    key_of(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), whose, &mut sealed)
        .ok()?;
    Some([&nonce, sealed.as_slice()].concat())
}

/// The secret again; `None` if it was sealed by another key, for another account, or changed.
pub(super) fn open(key: &LinkKey, account: AccountId, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut sealed = sealed.to_vec();
    let whose = Aad::from(account.0.to_be_bytes());
    let secret = key_of(key)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), whose, &mut sealed)
        .ok()?;
    Some(secret.to_vec())
}

fn key_of(key: &LinkKey) -> Option<LessSafeKey> {
    let bytes = key.derived(b"second factor at rest");
    Some(LessSafeKey::new(
        UnboundKey::new(&CHACHA20_POLY1305, &bytes).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_47_a_secret_opens_for_its_account_and_key_alone() {
        let key = LinkKey::new(vec![7; 32]);
        let sealed = seal(&key, AccountId(1), b"a secret of twenty b").unwrap();
        assert!(!sealed.windows(8).any(|part| part == b"a secret"));
        let open = |key: &LinkKey, id| open(key, AccountId(id), &sealed);
        assert_eq!(open(&key, 1).as_deref(), Some(&b"a secret of twenty b"[..]));
        assert_eq!(open(&key, 2), None);
        assert_eq!(open(&LinkKey::new(vec![8; 32]), 1), None);
        assert_ne!(
            seal(&key, AccountId(1), b"a secret of twenty b").unwrap(),
            sealed
        );
    }
}
