//! What a search finds, as ids: the definers' functions read the words past row-level
//! security and ask themselves who calls; the lists read their rows under it.

use std::collections::HashSet;

use domain::search::SearchQuery;

use crate::{error::Result, scope::Scope};

/// How many finds a list looks through.
pub const MOST: usize = 1000;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Numbers inside, at most [`MOST`] for words.
    pub ids: Vec<i64>,
    /// Whether there are more than these.
    pub partial: bool,
}

impl Found {
    /// What was found, `most` of it.
    pub(crate) fn of(mut ids: Vec<i64>, most: usize) -> Self {
        let partial = ids.len() > most;
        ids.truncate(most);
        Self { ids, partial }
    }

    /// What is in both.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        let others: HashSet<i64> = other.ids.iter().copied().collect();
        self.ids.retain(|id| others.contains(id));
        self.partial |= other.partial;
        self
    }
}

/// The submitted applications of this ФИО or number, for coordinators and operators of this
/// organisation as well, among those the scope sees.
///
/// # Errors
/// If the database does not answer.
pub async fn applications(scope: &mut Scope, query: &SearchQuery) -> Result<Found> {
    let Some(words) = query.to_tsquery() else {
        return Ok(Found::default());
    };
    let ids = sqlx::query_scalar!(
        r#"SELECT app.search_applications($1::text::tsquery, $2::text::tsquery) AS "id!""#,
        words,
        query.to_organisation_tsquery(),
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(Found::of(ids, MOST))
}

/// The open memberships of people of this ФИО, or whose login begins so, among those the
/// scope answers for (R-ACC-5).
///
/// # Errors
/// If the database does not answer.
pub async fn people(scope: &mut Scope, query: &SearchQuery) -> Result<Found> {
    let Some(words) = query.to_tsquery() else {
        return Ok(Found::default());
    };
    let ids = sqlx::query_scalar!(
        r#"SELECT app.search_people($1::text::tsquery, $2) AS "id!""#,
        words,
        query.login().unwrap_or_default(),
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(Found::of(ids, MOST))
}
