//! What can go wrong at the door. Words for people are made above, in `app`.

/// Why a scope could not be entered or a statement did not do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The policy never lets this role do this, or not in this relation (403).
    #[error("not allowed by the policy")]
    Forbidden,
    /// The cabinet has ended meanwhile: membership, account or municipality (SEC-14).
    #[error("the cabinet is closed")]
    Ended,
    /// The cabinet is closed for as long as its municipality is suspended.
    #[error("the municipality is suspended")]
    Suspended {
        /// Its name.
        municipality: String,
    },
    /// The municipality's own requests hold all the connections it may have (503, SEC-105).
    #[error("too many requests of the municipality at once")]
    Busy,
    /// The row changed since it was shown (409).
    #[error("changed meanwhile")]
    Stale,
    /// This process was not given the login of the role it asked for (SEC-92).
    #[error("this process has no login of the role {role}")]
    NoLogin {
        /// The login role.
        role: &'static str,
    },
    /// What belongs to a municipality was asked for outside any: 0 rows would pass for «nothing
    /// to do» (SEC-08).
    #[error("no tenant context")]
    NoTenant,
    /// A constraint of this name refused the row.
    #[error("refused by {0}")]
    Constraint(String),
    /// The database did not answer, or answered with an error nobody expected.
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    /// A value in the database is not one the domain knows.
    #[error("{column} holds an unknown value")]
    Corrupt {
        /// Where it was read.
        column: &'static str,
    },
}

/// What the functions of this crate return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Of two transactions that wait for each other Postgres ends one, and one that waits too long for
/// another ends as well: the other changes the row.
const OVERTAKEN: [&str; 2] = ["40P01", "55P03"];

/// A statement that was ended, at its time limit or by hand.
const CANCELLED: &str = "57014";

/// Classes of what the database says when it cannot serve just now: it lacks memory, disk or
/// connections; it starts, stops or ended the statement, for instance at its time limit.
const NOT_NOW: [&str; 2] = ["53", "57"];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let said = error.as_database_error();
        if let Some(name) = said.and_then(|db| db.constraint()) {
            return Self::Constraint(name.to_owned());
        }
        if said
            .and_then(|db| db.code())
            .is_some_and(|code| OVERTAKEN.contains(&&*code))
        {
            return Self::Stale;
        }
        Self::Database(error)
    }
}

impl Error {
    /// Whether the database does not serve just now, and the same may succeed later.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        match error {
            sqlx::Error::Database(said) => {
                let code = said.code().unwrap_or_default();
                NOT_NOW.iter().any(|class| code.starts_with(class))
            }
            // What is read wrong is a fault of ours.
            sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Encode(_)
            | sqlx::Error::Decode(_) => false,
            _ => true,
        }
    }

    /// Whether the statement took longer than it may: the same takes as long the next time, perhaps.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Database(error)
            if error.as_database_error().and_then(|db| db.code()).as_deref() == Some(CANCELLED))
    }

    /// Whether the database understood and will not have it: the same is refused the next time, too.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Constraint(_) => true,
            Self::Database(sqlx::Error::Database(_)) => !self.is_outage(),
            _ => false,
        }
    }

    /// Whether it is the refusal of the constraint `name`.
    #[must_use]
    pub fn is_constraint(&self, name: &str) -> bool {
        matches!(self, Self::Constraint(constraint) if constraint == name)
    }
}

/// Turns the number of rows an UPDATE touched into [`Error::Stale`] when it touched none.
///
/// # Errors
/// [`Error::Stale`] if `rows` is zero.
pub fn touched(rows: u64) -> Result<()> {
    if rows == 0 { Err(Error::Stale) } else { Ok(()) }
}
