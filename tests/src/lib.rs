//! The harness of the tests: a private stack, databases made from one migrated template,
//! municipalities and people to act in them, raw SQL under the real roles, and a browser that
//! reads pages by meaning. The tests themselves stand in `it/`.
//!
//! A test is a tenant: it makes its own municipality in the database all tests share, so that
//! every test also tests isolation. A test of something regional (journal numbers, periods,
//! settings) asks for a region of its own ([`World::own`]).
//!
//! Accounts, memberships and organisations are made by the superuser, because making them is
//! slow or somebody else's test; everything a person does is done by the verbs of `app` or by
//! the person's own role. Settings come from the environment that `deploy/dev/test` exports.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a harness that cannot go on fails the test that uses it"
)]

pub mod authenticator;
pub mod browser;
pub mod case;
pub mod clamd;
pub mod collector;
mod concluding;
pub mod encrypted;
pub mod issuer;
pub mod paper;
pub mod pooler;
pub mod redis_server;
pub mod server;
pub mod sql;
pub mod stack;
pub mod town;
pub mod wire;
pub mod worker;
pub mod world;

pub use authenticator::Authenticator;
pub use browser::{Browser, Form, Page, Site};
pub use case::{Application, RESULTS, choice, received};
pub use clamd::Clamd;
pub use collector::Collector;
pub use issuer::{Issuer, Sign, Token};
pub use redis_server::RedisServer;
pub use server::Server;
pub use sql::{Login, Session};
pub use town::{Person, Town};
pub use worker::Worker;
pub use world::World;
