//! Page-coded paper: every page of a paper that goes out to be signed carries a code, and the scan
//! that comes back is read by it. Here stand what the code says ([`PageCode`]), where code, corner
//! squares and signature lines are on a sheet ([`layout`]), and what is told of a scan
//! ([`verdict`]). Printing and reading pictures are above.

mod code;
pub mod layout;
pub mod verdict;

pub use code::{MOST_LINES, PageCode, SignatureLine, Unreadable};

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize, de};
use uuid::Uuid;

/// Letters and digits nobody confuses: no I, L, O, U.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Which kind of paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// The application for attestation (R-APP-1).
    Application,
    /// The application for withdrawal (R-WD-1).
    Withdrawal,
    /// The final conclusion (R-CON-1).
    Conclusion,
    /// A municipality's schedule of a period (R-SCH-5).
    Schedule,
}

impl Document {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Application,
        Self::Withdrawal,
        Self::Conclusion,
        Self::Schedule,
    ];

    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Withdrawal => "withdrawal",
            Self::Conclusion => "conclusion",
            Self::Schedule => "schedule",
        }
    }

    /// The kind of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The sign in a page's code.
    const fn sign(self) -> u8 {
        match self {
            Self::Application => b'A',
            Self::Withdrawal => b'W',
            Self::Conclusion => b'C',
            Self::Schedule => b'S',
        }
    }

    /// The paper in a word, as a sentence begins or goes on with it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Application => "заявление",
            Self::Withdrawal => "отзыв заявления",
            Self::Conclusion => "итоговое заключение",
            Self::Schedule => "график",
        }
    }

    /// What is told of a scan of it nothing was found on.
    #[must_use]
    pub const fn well_scanned(self) -> &'static str {
        match self {
            Self::Application | Self::Withdrawal | Self::Schedule => {
                "Скан прочитан: все страницы на месте, подпись есть"
            }
            Self::Conclusion => "Скан прочитан: все страницы на месте, нужные подписи есть",
        }
    }

    /// Who signs it, in the order of the signature lines' numbers.
    #[must_use]
    pub const fn signers(self) -> &'static [&'static str] {
        match self {
            Self::Application | Self::Withdrawal => &["заявитель"],
            Self::Conclusion => &["специалист 1", "специалист 2", "педагог"],
            Self::Schedule => &["муниципальный координатор"],
        }
    }
}

/// A paper's short public id: 40 bits, told as «7K3M-92QF».
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShortId(u64);

impl ShortId {
    const SIGNS: usize = 8;
    const BITS: u32 = 40;

    /// Of the random part of an id.
    #[must_use]
    pub const fn of(id: Uuid) -> Self {
        let [.., a, b, c, d, e] = *id.as_bytes();
        Self(u64::from_be_bytes([0, 0, 0, a, b, c, d, e]))
    }

    /// Of a municipality and a period, for what has no id of its own: a schedule.
    #[must_use]
    pub fn of_schedule(municipality: i32, period: i32) -> Self {
        let [a, b] = [municipality, period].map(|part| u64::from(part.unsigned_abs()));
        Self((a << 20 | b & 0xf_ffff) & ((1 << Self::BITS) - 1))
    }
}

impl fmt::Display for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signs = code::signs(self.0, Self::SIGNS);
        let (left, right) = signs.split_at(Self::SIGNS / 2);
        write!(f, "{left}-{right}")
    }
}

impl Serialize for ShortId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ShortId {
    fn deserialize<D: de::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let told = String::deserialize(from)?;
        let signs = told.replace('-', "");
        let number = (signs.len() == Self::SIGNS)
            .then(|| code::number_of(signs.as_bytes()))
            .and_then(Result::ok);
        number
            .map(Self)
            .ok_or_else(|| de::Error::custom("not a short id"))
    }
}

/// The edition of a schedule: the day it was printed, in days. A schedule is no older than its
/// rows if it was printed on the day of their last change or later.
#[must_use]
pub fn schedule_edition(printed: NaiveDate) -> u32 {
    let beginning = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default();
    u32::try_from((printed - beginning).num_days()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
