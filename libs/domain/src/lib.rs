//! The rules of attestation: roles and acts, the life of an application, routing, the
//! schedule, checks, dates, names. Pure: no I/O, no async, no SQL, no HTML. Whatever a
//! regulation says stands here and nowhere else; whoever stores, shows or sends it asks.

pub mod act;
pub mod actor;
pub mod annex;
pub mod audit;
pub mod calendar;
pub mod card;
pub mod checks;
pub mod conclusion;
pub mod correction;
pub mod declension;
pub mod identity;
pub mod invitation;
pub mod labels;
pub mod letter;
pub mod life;
pub mod municipality;
pub mod name;
pub mod own_data;
pub mod paper;
pub mod permission;
pub mod proposal;
pub mod reference;
pub mod remark;
pub mod retention;
pub mod role;
pub mod routing;
pub mod sample;
pub mod schedule;
pub mod search;
pub mod setting;
pub mod template;
pub mod value;
pub mod words;
