//! Why a verb did not do what was asked, with words for whoever asked.

use std::borrow::Cow;

use domain::{act::Act, life::Refusal, words};

/// What verbs return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A field of a form that cannot be taken as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's name in the form; empty when it concerns the form as a whole.
    pub field: Cow<'static, str>,
    /// What is wrong and how to put it right.
    pub words: String,
}

impl FieldFault {
    /// A fault of one field.
    pub fn new(field: impl Into<Cow<'static, str>>, words: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            words: words.into(),
        }
    }
}

/// Why a verb did nothing. Nothing is half done: its transaction is rolled back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The cabinet or the session has ended: sign in again (303).
    #[error("кабинет закрыт")]
    SignedOut,
    /// The cabinet is closed as long as its municipality is suspended, with its name (403).
    #[error("муниципалитет приостановлен")]
    Suspended(String),
    /// The policy says no (403).
    #[error("нет доступа")]
    Forbidden,
    /// There is no such row for this person (404).
    #[error("не найдено")]
    NotFound,
    /// The row changed since it was shown (409).
    #[error("Данные изменились, пока страница была открыта. Проверьте их и повторите.")]
    Stale,
    /// Not legal now, and why (409).
    #[error("{0}")]
    Illegal(String),
    /// What was typed cannot be taken (422).
    #[error("исправьте ошибки")]
    Invalid(Vec<FieldFault>),
    /// Too many tries (429).
    #[error("Слишком много попыток. Попробуйте через {minutes} мин.")]
    TooMany {
        /// How long to wait.
        minutes: u64,
    },
    /// The municipality asks more at once than it may (503, SEC-105).
    #[error("слишком много запросов муниципалитета сразу")]
    Busy,
    /// A store does not answer (503).
    #[error("служба временно недоступна")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault of ours (500).
    #[error("внутренняя ошибка")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Whether a store did not answer. Then nobody knows what became of a commit: the object of a file
    /// stays, lest a row that is there after all names nothing (SEC-103).
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// One field that cannot be taken as typed.
    pub fn field(field: &'static str, words: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldFault::new(field, words)])
    }

    /// The refusal of the state table, in words.
    #[must_use]
    pub fn refused(act: Act, refusal: Refusal) -> Self {
        Self::Illegal(words::refusal(act, refusal))
    }
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Forbidden => Self::Forbidden,
            db::Error::Ended => Self::SignedOut,
            _ if error.is_constraint(db::accounts::CLOSED) => Self::SignedOut,
            db::Error::Suspended { municipality } => Self::Suspended(municipality),
            db::Error::Stale => Self::Stale,
            db::Error::Busy => Self::Busy,
            _ if error.is_outage() => Self::Unavailable(Box::new(error)),
            _ => Self::Internal(Box::new(error)),
        }
    }
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
