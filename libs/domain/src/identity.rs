//! Who a person is at an identity provider: issuer and subject, nothing else (SEC-52). How it is
//! proved stands with the providers, whose account it is with the accounts.

use serde::{Deserialize, Serialize};

/// A proved identity. Not an address: addresses change hands, this does not.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The provider, as its tokens name it.
    pub issuer: String,
    /// The person there.
    pub subject: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({})", self.issuer)
    }
}
