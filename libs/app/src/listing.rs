//! A list that is walked by key: one page of it, and all of them for a file.

use db::events;
use domain::{act::Doing, actor::Actor, audit::Deed};
use futures::{Stream, stream};
use uuid::Uuid;

use crate::{App, Result};

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

impl App {
    /// Keeps in the audit that a list is taken away, before the first row is given out (SEC-82).
    pub(crate) async fn taken_away<A: Doing>(&self, actor: &Actor, deed: Deed) -> Result<()> {
        let mut tx = self.db.enter::<A>(actor).await?;
        events::audit_deed(&mut tx, deed, None).await?;
        Ok(tx.commit().await?)
    }
}

/// All pages of a list, each read when the one before is given out. `page` reads the rows behind a
/// place and says where the next one begins.
pub(crate) fn pages<T, C, F>(
    page: impl Fn(Option<C>) -> F + Send,
) -> impl Stream<Item = Result<Vec<T>>> + Send
where
    T: Send,
    C: Send,
    F: Future<Output = Result<(Vec<T>, Option<C>)>> + Send,
{
    stream::try_unfold(Some(None), move |after: Option<Option<C>>| {
        let reading = after.map(&page);
        async move {
            let Some(reading) = reading else {
                return Ok(None);
            };
            let (rows, next) = reading.await?;
            Ok(Some((rows, next.map(Some))))
        }
    })
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
