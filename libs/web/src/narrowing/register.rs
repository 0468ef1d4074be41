//! Which lists of applications there are, and what each shows unasked.

use app::saved_views::List;

/// The list of a cabinet: where it stands, and what it shows unasked.
#[derive(Clone, Copy, Debug)]
pub struct Register {
    /// Its address.
    pub path: &'static str,
    /// What it is a list of.
    pub shows: Shows,
}

/// What a list begins with and can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// A coordinator's work lists: what waits, the oldest term first, unless asked for more.
    Work,
    /// Everything of all municipalities, the newest first.
    Everything,
    /// The operators' queue: what waits in all municipalities and nothing else, the oldest term
    /// first.
    Queue,
}

impl Register {
    /// Whether its rows are of all municipalities.
    pub(super) fn is_regional(self) -> bool {
        self.shows != Shows::Work
    }

    /// Whether it is the operators' queue.
    pub(super) fn is_queue(self) -> bool {
        self.shows == Shows::Queue
    }

    /// The list its views are kept of.
    #[must_use]
    pub const fn kept(self) -> List {
        match self.shows {
            Shows::Work | Shows::Everything => List::Applications,
            Shows::Queue => List::Queue,
        }
    }
}
