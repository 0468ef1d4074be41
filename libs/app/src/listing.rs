//! One page of a list that is walked by key.

use uuid::Uuid;

/// The rows of a page, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The row the next page begins after; `None` on the last.
    pub next: Option<Uuid>,
    /// Whether a search found more than the list looks through.
    pub partial: bool,
}

impl<T> Listing<T> {
    /// The page of `size` rows at most; one row more tells that another page follows.
    #[must_use]
    pub fn cut(mut rows: Vec<T>, size: usize, id: impl Fn(&T) -> Uuid) -> Self {
        let more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| more).map(id);
        Self {
            rows,
            next,
            partial: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_follows_only_where_there_is_a_row_more() {
        let id = |n: &u128| Uuid::from_u128(*n);
        assert_eq!(Listing::cut(vec![1, 2, 3], 3, id).next, None);
        let cut = Listing::cut(vec![1, 2, 3, 4], 3, id);
        assert_eq!((cut.rows.len(), cut.next), (3, Some(Uuid::from_u128(3))));
    }
}
