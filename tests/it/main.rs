//! Verbs, database and isolation, without a browser: one binary, one module per promise.
//! Every test makes its own municipality, most of them in one shared database.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod access;
mod audit;
mod audited;
mod budgets;
mod cabinets;
mod cards;
mod conclusions;
mod context;
mod corrections;
mod devices;
mod doors;
mod dynamic;
mod edges;
mod editors;
mod encrypted;
mod ends;
mod escaped;
mod experts;
mod exports;
mod factor;
mod forms;
mod functions;
mod gaps;
mod handovers;
mod hostile;
mod hostile_files;
mod hosts;
mod house;
mod institute;
mod invited;
mod isolation;
mod journal;
mod kill;
mod leaving;
mod lint;
mod lists;
mod markers;
mod matrix;
mod moves;
mod municipality;
mod not_applied;
mod once;
mod orders;
mod own_data;
mod pages;
mod passkeys;
mod periods;
mod plans;
mod pool;
mod pooler;
mod print;
mod proposals;
mod providers;
mod quarantine;
mod races;
mod reach;
mod region;
mod register;
mod rejections;
mod reminders;
mod retention;
mod reuse;
mod rights;
mod route;
mod routes;
mod scans;
mod seals;
mod search;
mod seed;
mod sessions;
mod smuggled;
mod states;
mod suspended;
mod telemetry;
mod templates;
mod together;
mod trail;
mod uploads;
mod viewer;
mod views;
