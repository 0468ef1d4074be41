//! Who acts: the answer to "who is this?" (03 §3.2), made from a session and handed down.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::role::Role;

/// A municipality's number inside the database: the tenant (R-ACC-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantId(pub i32);

/// An account's number inside the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub i64);

/// A person in the cabinet in use. Ids only: no name, no address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account signed in.
    pub account: AccountId,
    /// The account's epoch when the cabinet was opened; a higher one in the database ends it
    /// (password reset, block: SEC-23).
    pub epoch: i32,
    /// The role of the cabinet in use.
    pub role: Role,
    /// The membership (or, for the institute's roles, the institute member) in use.
    pub membership: i64,
    /// The municipality of the cabinet; for operators the one a verb has entered.
    pub tenant: Option<TenantId>,
    /// The organisation of the cabinet, where the role has one.
    pub organisation: Option<i64>,
    /// The request this is done for, so that audit and log lines can be joined.
    pub request: Uuid,
}
