//! The one source of «now». Zones and periods belong to the domain.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
#[cfg(debug_assertions)]
use std::{fs, io, path::PathBuf};

#[cfg(debug_assertions)]
use chrono::TimeDelta;
use chrono::{DateTime, Utc};

use crate::config::Reader;
#[cfg(debug_assertions)]
use crate::config::settings;

/// Tells the time. Cheap to clone; all clones tell the same.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    Real,
    #[cfg(debug_assertions)]
    Shifted(Arc<PathBuf>),
    ByHand(Hand),
}

/// Moves a clock made by [`Clock::by_hand`].
#[derive(Clone)]
pub struct Hand(Arc<Mutex<DateTime<Utc>>>);

impl Hand {
    /// From here on the clock tells `now`, earlier or later than before.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    /// The clock of this machine.
    #[must_use]
    pub fn real() -> Self {
        Self(Kind::Real)
    }

    /// A clock that stands at `now` until its hand is moved: for tests.
    #[must_use]
    pub fn by_hand(now: DateTime<Utc>) -> (Self, Hand) {
        let hand = Hand(Arc::new(Mutex::new(now)));
        (Self(Kind::ByHand(hand.clone())), hand)
    }

    /// The clock the settings ask for: the real one, or in a debug build the one shifted by
    /// `ATTEST_CLOCK_FILE`. A release build does not know that setting.
    #[cfg_attr(
        not(debug_assertions),
        expect(unused_variables, reason = "only a debug build asks a setting")
    )]
    pub fn read(settings: &mut Reader) -> Option<Self> {
        #[cfg(debug_assertions)]
        if let Some(file) = settings.optional(&settings::CLOCK_FILE)? {
            return Some(Self::shifted_by(file));
        }
        Some(Self::real())
    }

    /// UTC now. Everything that compares times within one verb asks once.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Kind::Real => real_now(),
            #[cfg(debug_assertions)]
            Kind::Shifted(file) => shifted(real_now(), read_shift(file)),
            Kind::ByHand(hand) => hand.now(),
        }
    }
}

/// The clock that `/dev/clock` moves: a file with the shift in hours, shared by server and
/// worker and read anew each time, so that both move at once. Debug builds only.
#[cfg(debug_assertions)]
impl Clock {
    /// Real time shifted by the hours in this file; none there means no shift.
    #[must_use]
    pub fn shifted_by(file: PathBuf) -> Self {
        Self(Kind::Shifted(Arc::new(file)))
    }

    /// Hours between the real time and [`Clock::now`]; `None` if this clock cannot be shifted.
    #[must_use]
    pub fn shift(&self) -> Option<i64> {
        match &self.0 {
            Kind::Shifted(file) => Some(read_shift(file)),
            Kind::Real | Kind::ByHand(_) => None,
        }
    }

    /// Shifts every process on the same file to `hours` from the real time; 0 goes back.
    ///
    /// # Errors
    /// When this clock has no file, or it cannot be written.
    pub fn set_shift(&self, hours: i64) -> io::Result<()> {
        match &self.0 {
            Kind::Shifted(file) => {
                // Beside and renamed: the other process must not read half a number.
                let fresh = file.with_extension("new");
                fs::write(&fresh, hours.to_string())?;
                fs::rename(fresh, file.as_path())
            }
            Kind::Real | Kind::ByHand(_) => Err(io::Error::other("эти часы не сдвигаются")),
        }
    }
}

#[cfg(debug_assertions)]
fn read_shift(file: &PathBuf) -> i64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

#[cfg(debug_assertions)]
fn shifted(now: DateTime<Utc>, hours: i64) -> DateTime<Utc> {
    TimeDelta::try_hours(hours)
        .and_then(|shift| now.checked_add_signed(shift))
        .unwrap_or(now)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the place the ban sends everybody to"
)]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Real => "Clock(real)",
            #[cfg(debug_assertions)]
            Kind::Shifted(_) => "Clock(shifted)",
            Kind::ByHand(_) => "Clock(by hand)",
        })
    }
}

#[cfg(test)]
#[cfg(debug_assertions)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn file(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("attest-clock-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        dir.join(name)
    }

    #[test]
    fn a_hand_moves_every_clone() {
        let (clock, hand) = Clock::by_hand(at("2026-09-01T00:00:00Z"));
        let clone = clock.clone();
        hand.set(at("2027-01-31T23:59:59Z"));
        assert_eq!(clone.now(), at("2027-01-31T23:59:59Z"));
    }

    #[test]
    fn a_shift_reaches_the_other_process_and_goes_back() {
        let (server, worker) = (file("both"), file("both"));
        let (server, worker) = (Clock::shifted_by(server), Clock::shifted_by(worker));
        assert_eq!(worker.shift(), Some(0));
        server.set_shift(-48).unwrap();
        assert_eq!(worker.shift(), Some(-48));
        assert!(worker.now() < real_now() - TimeDelta::hours(47));
        server.set_shift(0).unwrap();
        assert_eq!(worker.shift(), Some(0));
    }

    #[test]
    fn a_shift_is_counted_from_the_real_time() {
        let now = at("2026-09-01T10:00:00Z");
        assert_eq!(shifted(now, 24 * 30), at("2026-10-01T10:00:00Z"));
    }

    #[test]
    fn a_senseless_shift_is_none() {
        let now = at("2026-09-01T10:00:00Z");
        assert_eq!(shifted(now, i64::MAX), now);
        assert_eq!(shifted(now, 3_000_000_000), now);
        let file = file("senseless");
        fs::write(&file, "завтра").unwrap();
        assert_eq!(read_shift(&file), 0);
    }

    #[test]
    fn a_clock_without_a_file_refuses_to_shift() {
        assert_eq!(Clock::real().shift(), None);
        assert!(Clock::real().set_shift(1).is_err());
    }
}
