//! A device: in the words of its owner, which browser on which system, told by the browser itself and
//! believed for nothing else; and by the cookie in which it holds a mark for each login that was
//! signed in with it. The marks are the installation's own, so they are believed (SEC-43).

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng as _;
use subtle::ConstantTimeEq as _;
use tower_sessions::cookie::time::Duration;

use crate::Web;

/// The cookie's names, over https and over a bare line.
const NAMES: [&str; 2] = ["__Host-device", "device"];
/// How long it lives unused: as long as browsers let it.
const LIFE: Duration = Duration::days(400);
/// How many logins one browser is remembered for, the latest.
const MOST: usize = 8;

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

/// The device a request comes from.
#[derive(Clone, Debug)]
pub struct Device {
    /// What the browser says it is, in a few words.
    pub words: String,
    /// The number the browser was given; empty if none.
    browser: String,
    /// The marks it holds, the latest first.
    marks: Vec<String>,
}

impl Device {
    fn of(headers: &HeaderMap) -> Self {
        let said = headers.get(header::USER_AGENT);
        let said = said.and_then(|said| said.to_str().ok()).unwrap_or_default();
        let jar = CookieJar::from_headers(headers);
        let cookie = NAMES.iter().find_map(|name| jar.get(name));
        let parts = cookie.map_or("", Cookie::value).split('.');
        // What is not of our making is nothing.
        let mut parts =
            parts.filter(|part| URL_SAFE_NO_PAD.decode(part).is_ok_and(|it| it.len() == 16));
        Self {
            words: words(said),
            browser: parts.next().unwrap_or_default().to_owned(),
            marks: parts.take(MOST).map(str::to_owned).collect(),
        }
    }

    /// The mark it holds for this login, if somebody has signed in so by it.
    pub fn mark(&self, web: &Web, login: &str) -> Option<&str> {
        let mark = web.app.device_mark(&self.browser, login);
        let is = |held: &&String| bool::from(held.as_bytes().ct_eq(mark.as_bytes()));
        self.marks.iter().find(is).map(String::as_str)
    }

    /// The cookie after a sign-in with this login.
    pub fn cookie(&self, web: &Web, login: &str) -> String {
        let browser = match self.browser.is_empty() {
            true => URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 16]>()),
            false => self.browser.clone(),
        };
        let mark = web.app.device_mark(&browser, login);
        let others = self.marks.iter().filter(|other| **other != mark);
        let mut parts = vec![browser, mark.clone()];
        parts.extend(others.take(MOST - 1).cloned());
        let secure = web.settings.secure;
        let cookie = Cookie::build((NAMES[usize::from(!secure)], parts.join(".")))
            .path("/")
            .secure(secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(LIFE);
        cookie.build().to_string()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Device {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
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
