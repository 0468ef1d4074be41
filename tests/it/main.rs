//! Verbs, database and isolation, without a browser: one binary, one module per promise.
//! Every test makes its own municipality, most of them in one shared database.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod audit;
mod context;
mod doors;
mod dynamic;
mod experts;
mod forms;
mod functions;
mod hostile;
mod house;
mod isolation;
mod journal;
mod kill;
mod lint;
mod matrix;
mod pages;
mod pool;
mod races;
mod reach;
mod reuse;
mod route;
mod routes;
mod seed;
mod states;
