//! The roles a person acts in, one per cabinet. Who a role belongs to (account, membership)
//! is [`crate::actor`]; what a role may do is [`crate::permission`].

use serde::{Deserialize, Serialize};

/// What a person is in the cabinet in use (01 §1.1). Two cabinets never add up (R-ACC-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Педагогический работник, аттестуемый.
    Teacher,
    /// Координатор по аттестации в образовательной организации.
    School,
    /// Координатор по аттестации по муниципальному образованию.
    Municipal,
    /// Специалист по аттестации.
    Expert,
    /// Оператор: специалист центра аттестации, вне муниципалитетов.
    Operator,
    /// Администратор института: не видит ни заявлений, ни документов.
    Admin,
}

impl Role {
    /// Every role, in the order of the permission matrix (08 §8.2).
    pub const ALL: [Self; 6] = [
        Self::Teacher,
        Self::School,
        Self::Municipal,
        Self::Expert,
        Self::Operator,
        Self::Admin,
    ];

    /// The code kept in the database, the session and the policy file.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::School => "school",
            Self::Municipal => "municipal",
            Self::Expert => "expert",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// The role of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The role's name as people read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Teacher => "Педагогический работник",
            Self::School => "Координатор по аттестации в ОО",
            Self::Municipal => "Муниципальный координатор",
            Self::Expert => "Специалист по аттестации",
            Self::Operator => "Оператор",
            Self::Admin => "Администратор",
        }
    }

    /// The address of the role's cabinet, which is also its «Главная».
    #[must_use]
    pub const fn home(self) -> &'static str {
        match self {
            Self::Teacher => "/teacher",
            Self::School => "/school",
            Self::Municipal => "/municipal",
            Self::Expert => "/expert",
            Self::Operator => "/operator",
            Self::Admin => "/admin",
        }
    }

    /// Whether the cabinet belongs to the institute and not to a municipality (R-ACC-1).
    #[must_use]
    pub const fn is_institute(self) -> bool {
        matches!(self, Self::Operator | Self::Admin)
    }
}
