//! What an address asks a list for: tab, filters, the row to go on from. Nonsense in an
//! address shows the list as it is without it.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use serde::de::DeserializeOwned;
use std::convert::Infallible;

/// The query of an address; its default when it does not read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let query = Query::from_request_parts(parts, state).await;
        Ok(Self(query.map(|Query(asked)| asked).unwrap_or_default()))
    }
}

/// The address `path` with those of `pairs` that have a value.
#[must_use]
pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_holds_what_is_asked_and_nothing_else() {
        assert_eq!(address("/x", &[("a", ""), ("b", "")]), "/x");
        assert_eq!(
            address("/x", &[("a", "1"), ("b", ""), ("c", "а&б")]),
            "/x?a=1&c=%D0%B0%26%D0%B1"
        );
    }
}
