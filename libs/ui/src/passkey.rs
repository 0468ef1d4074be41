//! What is done with a passkey: only a browser with scripts can ask for one, so nothing of it is shown
//! without them (`assets/passkey.js`).

use maud::{Markup, html};

use crate::form::ButtonStyle;

/// A button that asks the browser for a passkey before its form is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct PasskeyButton<'a> {
    /// Its words.
    pub label: &'a str,
    /// How it looks.
    pub style: ButtonStyle,
    /// Where what is asked of the browser comes from.
    pub asked_at: &'a str,
    /// Whether a new one is made; else one that is there is asked for.
    pub new: bool,
    /// Another address for the same form.
    pub action: Option<&'a str>,
}

/// What is shown where passkeys work, and the words where they do not.
pub fn where_passkeys_work(body: Markup, otherwise: Option<&str>) -> Markup {
    html! {
        div data-passkeys hidden { (body) }
        @if let Some(words) = otherwise { p data-no-passkeys { (words) } }
    }
}

/// The button, and the field its form sends the browser's answer in.
pub fn passkey_button(button: PasskeyButton<'_>) -> Markup {
    html! {
        input type="hidden" name="answer";
        button type="submit" class=(button.style.class()) formaction=[button.action]
            data-passkey=(button.asked_at) data-new[button.new] { (button.label) }
        p role="status" data-told {}
    }
}
