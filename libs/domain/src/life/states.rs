//! The states of an application and of what stands beside it, with their codes in the
//! database. What leads from one to another is the table in [`crate::life`].

use serde::{Deserialize, Serialize};

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant,)* }

        impl $name {
            /// Every state.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code kept in the database.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The state of a code; `None` for anything that is not one.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|state| state.code() == code)
            }
        }
    };
}

states! {
    /// The status of an application.
    Status {
        /// Begun, not formed.
        Draft = "draft",
        /// The card is copied, the PDF made.
        Formed = "formed",
        /// Submitted; 30 days run.
        UnderReview = "under_review",
        /// In the regional journal.
        Registered = "registered",
        /// Final: rejected or its registration annulled.
        Rejected = "rejected",
        /// Final: withdrawn by the applicant.
        Withdrawn = "withdrawn",
        /// Final: decided by an order.
        Decided = "decided",
    }
}

impl Status {
    /// Whether nothing can follow but a new application (R-APP-9).
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Rejected | Self::Withdrawn | Self::Decided)
    }

    /// Whether the application has been submitted and others than its teacher see it.
    #[must_use]
    pub const fn is_submitted(self) -> bool {
        !matches!(self, Self::Draft | Self::Formed)
    }
}

states! {
    /// The state of a withdrawal, an object of its own (R-WD-1).
    Withdrawal {
        /// Formed; stops nobody.
        Formed = "formed",
        /// Submitted; freezes the application.
        UnderReview = "under_review",
        /// The application became `withdrawn`.
        Accepted = "accepted",
        /// Declined with a reason.
        Declined = "declined",
        /// Cancelled or taken back by the teacher.
        Cancelled = "cancelled",
        /// Overtaken by a rejection or a decision.
        Lapsed = "lapsed",
    }
}

impl Withdrawal {
    /// Whether it is still in the way of another one.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Formed | Self::UnderReview)
    }
}

states! {
    /// The state of an application's period (R-PER-1).
    PeriodMark {
        /// No period named yet.
        None = "none",
        /// Set, may change.
        Preliminary = "preliminary",
        /// Approved by an order: «ПЕРИОД ЗАКРЫТ».
        Approved = "approved",
    }
}

states! {
    /// Where the conclusion of an application is (R-CON-1).
    Place {
        /// Not uploaded yet.
        None = "none",
        /// With the teacher, to be signed.
        AtTeacher = "at_teacher",
        /// With the municipal coordinator.
        AtMunicipal = "at_municipal",
        /// With the Centre.
        AtCentre = "at_centre",
        /// Returned to the expert.
        AtExpert = "at_expert",
        /// Accepted by the Centre.
        Accepted = "accepted",
    }
}
