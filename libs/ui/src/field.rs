//! Fields a person types into. The id of a field is its name, unless the page has several of
//! that name; hint and error are tied to it.

use maud::{Markup, html};

/// One field; `name` and `label` are always needed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Field<'a> {
    /// The name sent, and the field's id.
    pub name: &'a str,
    /// Another id, where the page has several fields of this name.
    pub id: Option<&'a str>,
    /// The visible label.
    pub label: &'a str,
    /// What a [`textarea`] is about, where several have the same label: told to a screen reader only.
    pub label_of: Option<&'a str>,
    /// What was typed or is known.
    pub value: &'a str,
    /// How to fill it in.
    pub hint: Option<&'a str>,
    /// What is wrong with the value.
    pub error: Option<&'a str>,
    /// The `autocomplete` token, such as `username`.
    pub autocomplete: Option<&'a str>,
    /// The most characters accepted.
    pub max_length: Option<u32>,
    /// Lines of a [`textarea`]; five when not said.
    pub rows: Option<u8>,
    /// How wide the field looks, which tells how much is expected.
    pub width: Width,
}

/// How wide a field looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// All of the column.
    #[default]
    Full,
    /// About twenty characters.
    Medium,
    /// About ten characters.
    Short,
    /// About four characters.
    Tiny,
}

impl Width {
    fn class(self) -> Option<&'static str> {
        match self {
            Self::Full => None,
            Self::Medium => Some("govuk-input--width-20"),
            Self::Short => Some("govuk-input--width-10"),
            Self::Tiny => Some("govuk-input--width-4"),
        }
    }
}

/// What labels a control: its hint's and error's markup, and the ids that describe it.
pub(crate) struct Around<'a> {
    pub(crate) id: &'a str,
    pub(crate) hint: Option<&'a str>,
    pub(crate) error: Option<&'a str>,
}

impl Around<'_> {
    pub(crate) fn group(&self, label: Markup, control: Markup) -> Markup {
        html! {
            div class={ "govuk-form-group" @if self.error.is_some() { " govuk-form-group--error" } } {
                (label) (self.words()) (control)
            }
        }
    }

    pub(crate) fn words(&self) -> Markup {
        html! {
            @if let Some(hint) = self.hint {
                div class="govuk-hint" id={ (self.id) "-hint" } { (hint) }
            }
            (self.error_words())
        }
    }

    pub(crate) fn error_words(&self) -> Markup {
        html! {
            @if let Some(error) = self.error {
                p class="govuk-error-message" id={ (self.id) "-error" } {
                    span class="govuk-visually-hidden" { "Ошибка: " } (error)
                }
            }
        }
    }

    pub(crate) fn described_by(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.id));
        let error = self.error.map(|_| format!("{}-error", self.id));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// The ids that describe a control in a row of a table: the row's, then the error's.
    pub(crate) fn described_in(&self, row: &str) -> String {
        let own = self.described_by();
        own.map_or_else(|| row.to_owned(), |own| format!("{row} {own}"))
    }

    pub(crate) fn invalid(&self) -> Option<&'static str> {
        self.error.map(|_| "true")
    }
}

pub(crate) fn label(id: &str, text: &str) -> Markup {
    html! { label class="govuk-label" for=(id) { (text) } }
}

impl<'a> Field<'a> {
    pub(crate) fn around(&self) -> Around<'a> {
        Around {
            id: self.id.unwrap_or(self.name),
            hint: self.hint,
            error: self.error,
        }
    }
}

/// How one kind of input differs from plain text.
#[derive(Clone, Copy, Default)]
struct Kind {
    kind: &'static str,
    input_mode: Option<&'static str>,
    spell: Option<&'static str>,
    enhanced: Option<&'static str>,
}

fn input(field: Field<'_>, kind: Kind) -> Markup {
    let around = field.around();
    around.group(
        label(around.id, field.label),
        html! {
            input id=(around.id) name=(field.name) type=(kind.kind) value=(field.value)
                class={
                    "govuk-input"
                    @if let Some(width) = field.width.class() { " " (width) }
                    @if field.error.is_some() { " govuk-input--error" }
                }
                maxlength=[field.max_length] autocomplete=[field.autocomplete]
                inputmode=[kind.input_mode] spellcheck=[kind.spell]
                data-date=[(kind.enhanced == Some("date")).then_some("")]
                data-password=[(kind.enhanced == Some("password")).then_some("")]
                aria-describedby=[around.described_by()] aria-invalid=[around.invalid()];
        },
    )
}

/// A line of text.
pub fn text(field: Field<'_>) -> Markup {
    input(
        field,
        Kind {
            kind: "text",
            ..Kind::default()
        },
    )
}

/// A password: never filled with a value, shown on demand.
pub fn password(field: Field<'_>) -> Markup {
    let kind = Kind {
        kind: "password",
        spell: Some("false"),
        enhanced: Some("password"),
        ..Kind::default()
    };
    let autocomplete = field.autocomplete.or(Some("current-password"));
    input(
        Field {
            value: "",
            autocomplete,
            ..field
        },
        kind,
    )
}

/// An e-mail address.
pub fn email(field: Field<'_>) -> Markup {
    let kind = Kind {
        kind: "email",
        spell: Some("false"),
        ..Kind::default()
    };
    input(
        Field {
            autocomplete: field.autocomplete.or(Some("email")),
            ..field
        },
        kind,
    )
}

/// A telephone number.
pub fn tel(field: Field<'_>) -> Markup {
    let width = if field.width == Width::Full {
        Width::Medium
    } else {
        field.width
    };
    let autocomplete = field.autocomplete.or(Some("tel"));
    input(
        Field {
            width,
            autocomplete,
            ..field
        },
        Kind {
            kind: "tel",
            ..Kind::default()
        },
    )
}

/// A whole number. A text field with a numeric keyboard: `type=number` loses what it cannot
/// read, and everything typed must be kept.
pub fn number(field: Field<'_>) -> Markup {
    let width = if field.width == Width::Full {
        Width::Tiny
    } else {
        field.width
    };
    let kind = Kind {
        kind: "text",
        input_mode: Some("numeric"),
        spell: Some("false"),
        ..Kind::default()
    };
    input(Field { width, ..field }, kind)
}

/// A date in one text field `дд.мм.гггг`; where the browser can, a calendar fills it.
pub fn date(field: Field<'_>) -> Markup {
    let hint = field.hint.or(Some("дд.мм.гггг"));
    let autocomplete = field.autocomplete.or(Some("off"));
    let kind = Kind {
        kind: "text",
        enhanced: Some("date"),
        ..Kind::default()
    };
    input(
        Field {
            hint,
            autocomplete,
            width: Width::Short,
            ..field
        },
        kind,
    )
}

/// Several lines of text.
pub fn textarea(field: Field<'_>) -> Markup {
    let around = field.around();
    around.group(
        html! {
            label class="govuk-label" for=(around.id) {
                (field.label)
                @if let Some(of) = field.label_of { span class="govuk-visually-hidden" { ": " (of) } }
            }
        },
        html! {
            textarea id=(around.id) name=(field.name) rows=(field.rows.unwrap_or(5))
                class={ "govuk-textarea" @if field.error.is_some() { " govuk-textarea--error" } }
                maxlength=[field.max_length] aria-describedby=[around.described_by()]
                aria-invalid=[around.invalid()] {
                // A browser drops the first line break of a textarea: this one, not the person's.
                "\n" (field.value)
            }
        },
    )
}

/// A text field in a row of a table: its label is only for a screen reader, for the column's
/// header says the same; `row` is the id of what tells the rows apart.
pub fn row_text(field: Field<'_>, row: &str) -> Markup {
    let around = field.around();
    html! {
        label class="govuk-visually-hidden" for=(around.id) { (field.label) }
        (around.error_words())
        input id=(around.id) name=(field.name) type="text" value=(field.value)
            class={ "govuk-input" @if field.error.is_some() { " govuk-input--error" } }
            maxlength=[field.max_length] aria-describedby=(around.described_in(row))
            aria-invalid=[around.invalid()];
    }
}

/// A field that takes files; its form must be `multipart`.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileField<'a> {
    /// The name sent, and the field's id.
    pub name: &'a str,
    /// Another id, where the page has several fields of this name.
    pub id: Option<&'a str>,
    /// The visible label.
    pub label: &'a str,
    /// The formats and sizes taken.
    pub hint: Option<&'a str>,
    /// What was wrong with what was sent.
    pub error: Option<&'a str>,
    /// Whether several files may be chosen at once.
    pub multiple: bool,
    /// The `accept` list, such as `.pdf,.jpg`.
    pub accept: Option<&'a str>,
    /// Whether the file always comes whole with its form, and not piece by piece before it.
    pub whole: bool,
}

/// A field that takes one or more files.
pub fn file(field: FileField<'_>) -> Markup {
    let around = Around {
        id: field.id.unwrap_or(field.name),
        hint: field.hint,
        error: field.error,
    };
    around.group(
        label(around.id, field.label),
        html! {
            input id=(around.id) name=(field.name) type="file" multiple[field.multiple]
                class={ "govuk-file-upload" @if field.error.is_some() { " govuk-file-upload--error" } }
                accept=[field.accept] data-upload[!field.whole] aria-describedby=[around.described_by()]
                aria-invalid=[around.invalid()];
        },
    )
}

/// A value the form carries unseen.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hint_and_error_describe_their_field() {
        let shown = text(Field {
            name: "email",
            label: "Адрес",
            hint: Some("как в письме"),
            error: Some("Введите адрес"),
            ..Field::default()
        })
        .0;
        assert!(shown.contains("for=\"email\""));
        assert!(shown.contains("aria-describedby=\"email-hint email-error\""));
        assert!(shown.contains("aria-invalid=\"true\""));
        assert!(shown.contains("id=\"email-hint\"") && shown.contains("id=\"email-error\""));
    }

    #[test]
    fn a_password_is_never_sent_back() {
        let shown = password(Field {
            name: "p",
            value: "тайна",
            ..Field::default()
        })
        .0;
        assert!(!shown.contains("тайна"));
    }
}
