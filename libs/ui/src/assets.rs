//! The embedded stylesheet, scripts, icon and fonts, addressed by the hash of their content.

use std::fmt::Write as _;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// One embedded file, ready to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The file's content.
    pub bytes: &'static [u8],
    /// The value of the `Content-Type` header.
    pub content_type: &'static str,
    /// The first 16 hexadecimal digits of the content's SHA-256; quoted, it is the entity tag.
    pub hash: &'static str,
    /// Whether the address asked for carries this very hash, so that the answer may be cached for
    /// ever. Otherwise (a page of the release before or after this one) it must be revalidated.
    pub immutable: bool,
}

struct Embedded {
    stem: &'static str,
    extension: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    hash: String,
}

macro_rules! embedded {
    ($($stem:literal . $extension:literal: $content_type:expr),* $(,)?) => {
        [$(Embedded {
            stem: $stem,
            extension: $extension,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../assets/", $stem, ".", $extension)),
            hash: hash(include_bytes!(concat!("../assets/", $stem, ".", $extension))),
        }),*]
    };
}

const FONT: &str = "font/woff2";

static ASSETS: LazyLock<[Embedded; 10]> = LazyLock::new(|| {
    embedded![
        "app"."css": "text/css; charset=utf-8",
        "app"."js": "text/javascript; charset=utf-8",
        "upload"."js": "text/javascript; charset=utf-8",
        "icon"."svg": "image/svg+xml",
        "passkey"."js": "text/javascript; charset=utf-8",
        "pt-sans-cyrillic-400"."woff2": FONT,
        "pt-sans-cyrillic-700"."woff2": FONT,
        "pt-sans-latin-400"."woff2": FONT,
        "pt-sans-latin-700"."woff2": FONT,
        "viewer"."js": "text/javascript; charset=utf-8",
    ]
});

fn hash(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(16);
    for byte in &Sha256::digest(bytes)[..8] {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The asset at `path`, the part of the address after `/assets/`, as [`asset_url`] makes it:
/// `app.0123456789abcdef.css`. Any hash is answered with the embedded content, so that during a
/// rolling release a page of the one version is not left without the style of the other.
pub fn asset(path: &str) -> Option<Asset> {
    let (rest, extension) = path.rsplit_once('.')?;
    let (stem, asked) = rest.split_once('.').unwrap_or((rest, ""));
    let found = ASSETS
        .iter()
        .find(|a| a.stem == stem && a.extension == extension)?;
    Some(Asset {
        bytes: found.bytes,
        content_type: found.content_type,
        hash: &found.hash,
        immutable: asked == found.hash,
    })
}

/// The address of the asset `name`: `app.css` is `/assets/app.<hash>.css`. A name that is not
/// embedded comes back unhashed and answers 404.
pub fn asset_url(name: &str) -> String {
    match (asset(name), name.rsplit_once('.')) {
        (Some(asset), Some((stem, extension))) => {
            format!("/assets/{stem}.{}.{extension}", asset.hash)
        }
        _ => format!("/assets/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_back_to_its_asset() {
        for embedded in ASSETS.iter() {
            let url = asset_url(&format!("{}.{}", embedded.stem, embedded.extension));
            let found = asset(url.strip_prefix("/assets/").unwrap()).unwrap();
            assert!(found.immutable && found.bytes == embedded.bytes, "{url}");
        }
    }

    #[test]
    fn another_releases_hash_is_served_but_not_cached_for_ever() {
        assert!(!asset("app.0000000000000000.css").unwrap().immutable);
        assert!(asset("app.css.map").is_none());
        assert!(asset("../Cargo.toml").is_none());
    }

    /// Fails when a font was replaced and the stylesheet not rebuilt, and on a foreign host.
    #[test]
    fn the_stylesheet_asks_only_for_our_current_files() {
        let css = str::from_utf8(asset("app.css").unwrap().bytes).unwrap();
        let urls: Vec<&str> = css
            .split("url(")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap())
            .collect();
        assert_eq!(urls.len(), 4);
        for url in urls {
            assert!(asset(url).is_some_and(|found| found.immutable), "{url}");
        }
        assert!(!css.contains("GDS Transport") && !css.contains("@import"));
    }
}
