//! What a search finds, as ids: the definers' functions read the words past row-level
//! security and ask themselves who calls; the lists read their rows under it.

use domain::search::SearchQuery;

use crate::{error::Result, scope::Scope};

/// How many finds a list looks through.
pub const MOST: usize = 1000;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Numbers inside, at most [`MOST`].
    pub ids: Vec<i64>,
    /// Whether there are more than these.
    pub partial: bool,
}

impl Found {
    fn of(mut ids: Vec<i64>) -> Self {
        let partial = ids.len() > MOST;
        ids.truncate(MOST);
        Self { ids, partial }
    }
}

/// The submitted applications of this ФИО or number among those the scope sees.
///
/// # Errors
/// If the database does not answer.
pub async fn applications(scope: &mut Scope, query: &SearchQuery) -> Result<Found> {
    let Some(words) = query.to_tsquery() else {
        return Ok(Found::default());
    };
    let ids = sqlx::query_scalar!(
        r#"SELECT app.search_applications($1::text::tsquery) AS "id!""#,
        words
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(Found::of(ids))
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
    Ok(Found::of(ids))
}
