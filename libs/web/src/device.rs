//! A device in the words of its owner: which browser on which system. Told by the browser itself,
//! believed for nothing else.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

/// The browsers, the particular before those they imitate.
const BROWSERS: [(&str, &str); 7] = [
    ("YaBrowser", "Яндекс Браузер"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];
const SYSTEMS: [(&str, &str); 6] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
];

/// What the browser says it is, in a few words.
#[derive(Clone, Debug)]
pub struct Device(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Device {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let said = parts.headers.get(header::USER_AGENT);
        Ok(Self(words(
            said.and_then(|said| said.to_str().ok()).unwrap_or_default(),
        )))
    }
}

fn words(said: &str) -> String {
    let of = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(mark, _)| said.contains(mark));
        found.map(|(_, words)| *words)
    };
    let parts: Vec<&str> = [of(&BROWSERS), of(&SYSTEMS)]
        .into_iter()
        .flatten()
        .collect();
    match parts.is_empty() {
        true => "неизвестное устройство".to_owned(),
        false => parts.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_its_own_name() {
        for (said, told) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 YaBrowser/24.1 Safari/537.36",
                "Яндекс Браузер, Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox, Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1",
                "Safari, iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
                "Chrome, Android",
            ),
            ("curl/8.0", "неизвестное устройство"),
            ("", "неизвестное устройство"),
        ] {
            assert_eq!(words(said), told);
        }
    }
}
