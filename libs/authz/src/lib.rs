//! «May this role do this, in this relation?»: casbin behind a table (03 §3.2). Here the
//! policy file is checked, asked through casbin once for every question there can be, and
//! handed out as [`domain::permission::Policy`]; nothing asks casbin afterwards (SEC C1: an
//! answer of casbin takes a millisecond in a development build, one of the table none).
//!
//! Not here: who stands in which relation to a row (`domain::permission`), which rows exist
//! (`db`), what is legal now (`domain::life`). No person, no tenant, no id ever enters casbin.

mod compile;
mod matrix;
mod rules;

use std::path::{Path, PathBuf};

use domain::permission::Policy;
use sha2::{Digest, Sha256};

pub use matrix::{differences, matrix};
pub use rules::Fault;

/// The policy that ships with the product: `policies/policy.csv`.
pub const POLICY: &str = include_str!("../../../policies/policy.csv");

/// The fewest rules a policy may have: below that the file is empty or cut off, and an empty
/// policy is what makes casbin answer «yes» to empty questions (SEC C1, 1).
pub const FEWEST: usize = 100;

/// A policy that was read, checked and compiled.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The table every decision is taken from.
    pub policy: Policy,
    /// The [`version`] of the policy's text: tells two instances' policies apart.
    pub version: String,
}

/// Why a policy was refused. Nothing is loaded then and the process must not start: a person
/// who runs it reads these words.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file given as an override could not be read.
    #[error("права доступа: файл {} не прочитан: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is not a rule.
    #[error("права доступа, строка {line}: {fault}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        fault: Fault,
    },
    /// Fewer rules than [`FEWEST`].
    #[error(
        "права доступа: правил {found}, нужно не меньше {}: файл пуст или обрезан",
        FEWEST
    )]
    TooFew {
        /// How many there are.
        found: usize,
    },
    /// Casbin could not answer.
    #[error("права доступа: casbin: {0}")]
    Casbin(#[from] casbin::Error),
}

/// The policy that ships with the product.
///
/// # Errors
/// As [`parse`]; a test holds that it does not.
pub async fn compiled() -> Result<Loaded, Error> {
    parse(POLICY).await
}

/// The policy in a file of the operators of this installation, instead of ours.
///
/// # Errors
/// If the file cannot be read, and as [`parse`].
pub async fn from_file(path: &Path) -> Result<Loaded, Error> {
    parse(&text_of(path).await?).await
}

/// The text of a policy file, before it is judged.
///
/// # Errors
/// If the file cannot be read.
pub async fn text_of(path: &Path) -> Result<String, Error> {
    tokio::fs::read_to_string(path)
        .await
        .map_err(|source| Error::Unreadable {
            path: path.to_owned(),
            source,
        })
}

/// The version of a policy with this text: its SHA-256 in hexadecimal.
#[must_use]
pub fn version(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

/// The policy written in `text`: lines `p, role, act, relation`, comments from `#`.
///
/// # Errors
/// If any line is not a rule made of known codes, stands twice, if there are fewer rules than
/// [`FEWEST`], or if casbin cannot answer. There is no partly loaded policy.
pub async fn parse(text: &str) -> Result<Loaded, Error> {
    let rules = rules::read(text)?;
    if rules.len() < FEWEST {
        return Err(Error::TooFew { found: rules.len() });
    }
    let policy = compile::table(&rules).await?;
    Ok(Loaded {
        policy,
        version: version(text),
    })
}
