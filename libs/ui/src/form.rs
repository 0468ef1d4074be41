//! Forms and their buttons.

use maud::{Markup, html};
use uuid::Uuid;

use crate::field::hidden;

/// What every form begins with: the session's token, and a number of this showing of the form,
/// by which the server knows a second press of the button (SEC-71).
fn first(csrf: &str) -> Markup {
    html! {
        (hidden("_csrf", csrf))
        (hidden("_once", &Uuid::new_v4().to_string()))
    }
}

/// A form that changes something: always a POST with the token and the form's number first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form<'a> {
    /// Where it is sent.
    pub action: &'a str,
    /// The token of the session, sent as `_csrf`, the first field of the body.
    pub csrf: &'a str,
    /// The form's id, for buttons and check boxes that stand outside it.
    pub id: Option<&'a str>,
    /// Whether it carries files.
    pub multipart: bool,
}

/// A form around `body`. The browser's own checks are off: the server names all errors at once.
pub fn form(form: Form<'_>, body: Markup) -> Markup {
    html! {
        form method="post" action=(form.action) id=[form.id] novalidate
            enctype=[form.multipart.then_some("multipart/form-data")] {
            (first(form.csrf))
            (body)
        }
    }
}

/// A row of filters sent with GET, so that the address holds them; ends with «Показать».
pub fn filters(action: &str, fields: Markup) -> Markup {
    filters_with(action, fields, html! {})
}

/// As [`filters`], with other buttons for what is asked: files of it.
pub fn filters_with(action: &str, fields: Markup, buttons: Markup) -> Markup {
    html! {
        form class="app-filters" method="get" action=(action) novalidate {
            (fields)
            button class="govuk-button govuk-button--secondary" type="submit" { "Показать" }
            (buttons)
        }
    }
}

/// How much a button draws the eye.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonStyle {
    /// The page's main act; one a page.
    #[default]
    Primary,
    /// Any other act.
    Secondary,
    /// An act that cannot be undone.
    Warning,
    /// Looks like a link: acts in the rows of a list.
    Link,
    /// Looks like a link, in red: removal in the rows of a list.
    LinkWarning,
}

impl ButtonStyle {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Primary => "govuk-button",
            Self::Secondary => "govuk-button govuk-button--secondary",
            Self::Warning => "govuk-button govuk-button--warning",
            Self::Link => "app-link-button",
            Self::LinkWarning => "app-link-button app-link-button--warning",
        }
    }
}

/// A button that sends more than its form: a value of its own, or the form elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct NamedButton<'a> {
    /// Its words.
    pub label: &'a str,
    /// How it looks.
    pub style: ButtonStyle,
    /// The name sent when this button was pressed.
    pub name: Option<&'a str>,
    /// The value sent with it.
    pub value: Option<&'a str>,
    /// Another address for the same form.
    pub action: Option<&'a str>,
    /// The id of the form, when the button stands outside it.
    pub form: Option<&'a str>,
}

/// A button with a value, an address or a form of its own.
pub fn named_button(button: NamedButton<'_>) -> Markup {
    html! {
        button type="submit" class=(button.style.class()) name=[button.name] value=[button.value]
            formaction=[button.action] form=[button.form] { (button.label) }
    }
}

fn styled(label: &str, style: ButtonStyle) -> Markup {
    named_button(NamedButton {
        label,
        style,
        ..NamedButton::default()
    })
}

/// The main button of a form.
pub fn button(label: &str) -> Markup {
    styled(label, ButtonStyle::Primary)
}

/// A button of a lesser act.
pub fn secondary_button(label: &str) -> Markup {
    styled(label, ButtonStyle::Secondary)
}

/// A button of an act that cannot be undone.
pub fn warning_button(label: &str) -> Markup {
    styled(label, ButtonStyle::Warning)
}

/// A link that looks like the main button: it leads on and changes nothing.
pub fn link_button(href: &str, label: &str) -> Markup {
    html! { a class="govuk-button" href=(href) { (label) } }
}

/// A link that looks like a lesser button.
pub fn secondary_link_button(href: &str, label: &str) -> Markup {
    html! { a class="govuk-button govuk-button--secondary" href=(href) { (label) } }
}

/// Buttons and links side by side; on a phone one under the other.
pub fn button_group(buttons: Markup) -> Markup {
    html! { div class="govuk-button-group" { (buttons) } }
}

/// A form that is a single button, for an act in a row of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ActionButton<'a> {
    /// Where it is sent.
    pub action: &'a str,
    /// The session's token.
    pub csrf: &'a str,
    /// The button's words.
    pub label: &'a str,
    /// How it looks.
    pub style: ButtonStyle,
    /// Values sent along, such as the version seen.
    pub values: &'a [(&'a str, &'a str)],
}

/// A form that is a single button.
pub fn action_button(act: ActionButton<'_>) -> Markup {
    html! {
        form class="app-inline-form" method="post" action=(act.action) {
            (first(act.csrf))
            @for (name, value) in act.values { (hidden(name, value)) }
            (styled(act.label, act.style))
        }
    }
}

/// Fields that belong together, under a common legend.
pub fn fieldset(legend: &str, fields: Markup) -> Markup {
    html! {
        fieldset class="govuk-fieldset" {
            legend class="govuk-fieldset__legend govuk-fieldset__legend--m" { (legend) }
            (fields)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A streaming reader of a multipart body must meet the token and the number before any
    /// file.
    #[test]
    fn the_token_and_the_number_are_the_first_fields() {
        let shown = form(
            Form {
                action: "/x",
                csrf: "t",
                multipart: true,
                ..Form::default()
            },
            html! { input name="other"; },
        )
        .0;
        let at = ["_csrf", "_once", "other"].map(|name| shown.find(name).unwrap());
        assert!(at.is_sorted(), "{shown}");
        assert!(shown.contains("multipart/form-data"));
    }
}
