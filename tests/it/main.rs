//! Verbs, database and isolation, without a browser: one binary, one module per promise.
//! Every test makes its own municipality, most of them in one shared database.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod audit;
mod audited;
mod cabinets;
mod doors;
mod ends;
mod editors;
mod experts;
mod exports;
mod forms;
mod hosts;
mod house;
mod isolation;
mod journal;
mod kill;
mod leaving;
mod lint;
mod markers;
mod matrix;
mod municipality;
mod moves;
mod once;
mod pages;
mod plans;
mod pool;
mod races;
mod rights;
mod route;
mod routes;
mod seals;
mod search;
mod seed;
mod suspended;
mod trail;
mod together;
mod views;
mod smuggled;
