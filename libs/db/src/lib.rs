//! The one door to the data, and the only crate that speaks SQL. A caller enters a scope
//! ([`Database::enter`]: may this role ever do this?), loads rows under row-level security,
//! asks [`Tx::may`] of a row and gets a [`Permit`], without which nothing is written.
//! No rule of attestation stands here, and no pool leaves: what runs, runs in a scope.
//!
//! One module per noun, named as its table.

pub mod access;
pub mod accounts;
pub mod applications;
pub mod attachments;
pub mod audit;
pub mod cards;
pub mod case_files;
pub mod catalogue;
pub mod conclusions;
pub mod corrections;
pub mod dashboard;
pub mod decisions;
pub mod document_requests;
pub mod error;
pub mod events;
pub mod exports;
pub mod figures;
pub mod files;
pub mod handovers;
pub mod invitations;
pub mod jobs;
pub mod journal;
pub mod letters;
pub mod memberships;
pub mod migrate;
pub mod municipal_schedules;
pub mod municipalities;
pub mod not_applied;
pub mod orders;
pub mod organisation_requests;
pub mod organisations;
pub mod people;
pub mod periods;
pub mod places;
pub mod previews;
pub mod printing;
pub mod printouts;
pub mod publications;
pub mod reference;
pub mod region_changes;
pub mod region_settings;
pub mod removal;
pub mod renditions;
pub mod retention;
pub mod samples;
pub mod saved_views;
pub mod scan_checks;
pub mod schedule;
pub mod scope;
pub mod search;
#[cfg(feature = "seed")]
pub mod seed;
pub mod templates;
pub mod transfers;
pub mod uploads;
pub mod views;
pub mod withdrawals;
pub mod work;

pub use error::{Error, Result};
pub use scope::{
    AuthTx, CtlTx, Database, JoinTx, Now, OwnTx, Permit, PublicTx, Related, Scope, Tx, Urls,
    WorkerTx,
};
