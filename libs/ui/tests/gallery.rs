//! What the gallery renders: unchanged unless meant, and fit for the content security policy.

use std::path::Path;
use std::{env, fs};

/// The gallery one element a line, with the assets' hashes and the forms' numbers left out, so
/// that a change of a component reads as a change of a few lines and a change of the stylesheet
/// as none.
fn rendered() -> String {
    const NUMBER: &str = "name=\"_once\" value=\"";
    let mut html = ui::gallery().into_string();
    for name in [
        "app.css",
        "app.js",
        "icon.svg",
        "passkey.js",
        "upload.js",
        "viewer.js",
    ] {
        html = html.replace(&ui::asset_url(name), &format!("/assets/{name}"));
    }
    let mut parts = html.split(NUMBER);
    let mut unnumbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once('"').map_or("", |(_, rest)| rest);
        unnumbered.push_str(NUMBER);
        unnumbered.push('"');
        unnumbered.push_str(rest);
    }
    unnumbered.replace("><", ">\n<") + "\n"
}

/// `UPDATE=1 cargo test -p ui` writes the snapshot anew.
#[test]
fn looks_as_it_did() {
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gallery.html");
    let now = rendered();
    if env::var_os("UPDATE").is_some() {
        fs::write(&snapshot, &now).unwrap();
    }
    let before = fs::read_to_string(&snapshot).unwrap();
    if let Some((line, (old, new))) = before
        .lines()
        .zip(now.lines())
        .enumerate()
        .find(|(_, (old, new))| old != new)
    {
        panic!("line {}:\n  was {old}\n  is  {new}", line + 1);
    }
    assert_eq!(before.lines().count(), now.lines().count());
}

/// SEC-32: no inline style, handler or script in any component.
#[test]
fn needs_no_unsafe_inline() {
    for tag in ui::gallery().into_string().split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let name = tag.split([' ', '\n']).next().unwrap();
        assert_ne!(name, "style", "<{tag}>");
        assert!(
            name != "script" || tag.contains(" src=\"/assets/"),
            "<{tag}>"
        );
        // Outside of quotes: every second part.
        for attributes in tag.split('"').step_by(2) {
            for attribute in attributes
                .split_whitespace()
                .skip(usize::from(attributes == name))
            {
                assert!(
                    !attribute.starts_with("style=") && !attribute.starts_with("on"),
                    "<{tag}>"
                );
            }
        }
        assert!(!tag.contains("javascript:"), "<{tag}>");
    }
}

/// A label that points nowhere, or two controls with one id, would break the forms unseen.
#[test]
fn every_reference_has_one_target() {
    let html = ui::gallery().into_string();
    let values = |attribute: &str| -> Vec<String> {
        html.split(&format!(" {attribute}=\""))
            .skip(1)
            .flat_map(|rest| rest.split('"').next().unwrap().split(' '))
            .map(str::to_owned)
            .collect()
    };
    let ids = values("id");
    for id in &ids {
        assert_eq!(
            ids.iter().filter(|other| *other == id).count(),
            1,
            "two of {id}"
        );
    }
    for attribute in [
        "for",
        "aria-describedby",
        "aria-labelledby",
        "form",
        "popovertarget",
    ] {
        let references = values(attribute);
        assert!(!references.is_empty(), "{attribute}");
        for reference in references {
            assert!(ids.contains(&reference), "{attribute}={reference}");
        }
    }
}
