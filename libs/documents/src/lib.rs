//! The papers people sign, as PDF: plain forms in, bytes out.
//!
//! Here belong the forms (what a paper says), their templates (`templates/*.typ`: how it says it),
//! the fonts and the compile core. A form makes a [`Paper`], which prints by the template it is built
//! with or by another that an administrator put in its place. Where the data come from, who may print and where the bytes go
//! does not: the worker gathers a form, prints it and stores the result.
//!
//! Papers that come back signed carry on each page the code of [`domain::paper`], which says which
//! page of which paper it is and where it is signed.
//!
//! Every paper is PDF/A-2a and PDF/UA-1 with embedded fonts, and the same form gives the same
//! bytes, so that a rendition can be told by its digest. Printing is pure computation (tens of
//! milliseconds, seconds for a long journal): async callers run it on a blocking thread.

mod annex;
mod application;
mod coding;
mod conclusion;
mod consent;
mod destruction;
mod dossier;
mod faults;
mod journal;
mod list;
mod paper;
mod press;
#[cfg(test)]
mod reading;
mod samples;
mod withdrawal;
mod words;

pub use annex::{AnnexForm, AnnexGroup, AnnexLine, annex};
pub use application::{
    Applicant, ApplicationForm, AttestationForm, GenitiveName, Held, Procedure, Service,
    application,
};
pub use conclusion::{ConclusionForm, Marked, conclusion};
pub use consent::{ConsentForm, ConsentGiven, consent};
pub use destruction::{DestroyedLine, DestroyedSum, DestructionForm, destruction};
pub use dossier::{
    ContentsForm, ContentsLine, LeftLine, NumbersForm, PaperLine, SeparatorForm, contents, numbers,
    picture, separator,
};
pub use faults::{Fault, Faults};
pub use journal::{COLUMNS, JournalForm, journal};
pub use list::{ListCode, ListColumn, ListForm, list};
pub use paper::{Paper, source};
pub use press::Printed;
pub use samples::{sample, sample_application};
pub use withdrawal::{Registration, WithdrawalForm, withdrawal};

/// Why a paper could not be printed. None of it is the person's doing but [`Error::Picture`]:
/// whatever a person typed prints.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The form does not serialise.
    #[error("данные документа не удалось подготовить: {0}")]
    Data(#[from] serde_json::Error),
    /// A font or a template carried by this crate is broken.
    #[error("повреждена часть программы, нужная для печати: {0}")]
    Asset(&'static str),
    /// The template does not compile with these data, or has lost what scans are read by.
    #[error("документ не удалось сверстать: {0}")]
    Layout(Faults),
    /// The laid out paper does not meet the standards; the engine's words.
    #[error("документ не удалось сохранить в PDF: {0}")]
    Export(String),
    /// A person's file is no picture that can be printed: broken, or too large.
    #[error("изображение повреждено или слишком велико")]
    Picture,
}
