//! Fields a person chooses in: lists, radios, check boxes.

use maud::{Markup, html};

use crate::field::{Around, Field, label};

/// One thing to choose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    /// The value sent.
    pub value: &'a str,
    /// The visible words.
    pub label: &'a str,
    /// What choosing it means; not shown in a [`select`].
    pub hint: Option<&'a str>,
    /// Whether it is shown but cannot be chosen.
    pub disabled: bool,
}

/// A drop-down list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Select<'a> {
    /// Name, label, hint, error; `value` is the value chosen.
    pub field: Field<'a>,
    /// The words of an empty choice put first, such as «Не выбрано»; none when something must
    /// always be chosen.
    pub empty: Option<&'a str>,
    /// Choices outside any group.
    pub options: &'a [Choice<'a>],
    /// Groups, each with its name.
    pub groups: &'a [(&'a str, Vec<Choice<'a>>)],
}

/// A drop-down list, plain or grouped.
pub fn select(select: Select<'_>) -> Markup {
    let field = select.field;
    let around = field.around();
    let option = |choice: &Choice<'_>| {
        html! {
            option value=(choice.value) selected[choice.value == field.value]
                disabled[choice.disabled] { (choice.label) }
        }
    };
    around.group(
        label(around.id, field.label),
        html! {
            select id=(around.id) name=(field.name)
                class={ "govuk-select" @if field.error.is_some() { " govuk-select--error" } }
                autocomplete=[field.autocomplete] aria-describedby=[around.described_by()]
                aria-invalid=[around.invalid()] {
                @if let Some(words) = select.empty {
                    option value="" selected[field.value.is_empty()] { (words) }
                }
                @for choice in select.options { (option(choice)) }
                @for (name, choices) in select.groups {
                    optgroup label=(name) { @for choice in choices { (option(choice)) } }
                }
            }
        },
    )
}

/// A drop-down list in a row of a table: its label is only for a screen reader, for the column's
/// header says the same; `row` is the id of what tells the rows apart.
pub fn row_select(select: Select<'_>, row: &str) -> Markup {
    let field = select.field;
    let around = field.around();
    html! {
        label class="govuk-visually-hidden" for=(around.id) { (field.label) }
        (around.error_words())
        select id=(around.id) name=(field.name)
            class={ "govuk-select" @if field.error.is_some() { " govuk-select--error" } }
            aria-describedby=(around.described_in(row)) aria-invalid=[around.invalid()] {
            @if let Some(words) = select.empty {
                option value="" selected[field.value.is_empty()] { (words) }
            }
            @for choice in select.options {
                option value=(choice.value) selected[choice.value == field.value] { (choice.label) }
            }
        }
    }
}

/// A question answered by radios or check boxes; `legend` is the question.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices<'a> {
    /// The name sent; the first control's id, the others add `-2`, `-3`.
    pub name: &'a str,
    /// The question.
    pub legend: &'a str,
    /// How to answer.
    pub hint: Option<&'a str>,
    /// What is wrong with the answer.
    pub error: Option<&'a str>,
    /// What may be chosen.
    pub options: &'a [Choice<'a>],
    /// The values chosen; radios take one.
    pub chosen: &'a [&'a str],
    /// Whether the controls stand in a row.
    pub inline: bool,
}

/// One of several.
pub fn radios(choices: Choices<'_>) -> Markup {
    group(choices, "radio", "radios")
}

/// Any number of several.
pub fn checkboxes(choices: Choices<'_>) -> Markup {
    group(choices, "checkbox", "checkboxes")
}

fn group(choices: Choices<'_>, kind: &str, block: &str) -> Markup {
    let around = Around {
        id: choices.name,
        hint: choices.hint,
        error: choices.error,
    };
    let controls = html! {
        div class={
            "govuk-" (block) " govuk-" (block) "--small"
            @if choices.inline { " govuk-" (block) "--inline" }
        } {
            @for (index, choice) in choices.options.iter().enumerate() {
                @let id = match index {
                    0 => choices.name.to_owned(),
                    _ => format!("{}-{}", choices.name, index + 1),
                };
                @let hint = choice.hint.map(|_| format!("{id}-choice-hint"));
                div class={ "govuk-" (block) "__item" } {
                    input id=(id) name=(choices.name) type=(kind) value=(choice.value)
                        class={ "govuk-" (block) "__input" } aria-describedby=[hint.as_deref()]
                        checked[choices.chosen.contains(&choice.value)] disabled[choice.disabled];
                    label class={ "govuk-label govuk-" (block) "__label" } for=(id) { (choice.label) }
                    @if let (Some(id), Some(words)) = (hint.as_deref(), choice.hint) {
                        div id=(id) class={ "govuk-hint govuk-" (block) "__hint" } { (words) }
                    }
                }
            }
        }
    };
    let fieldset = html! {
        fieldset class="govuk-fieldset" aria-describedby=[around.described_by()] {
            legend class="govuk-fieldset__legend" { (choices.legend) }
            (around.words())
            (controls)
        }
    };
    html! {
        div class={ "govuk-form-group" @if choices.error.is_some() { " govuk-form-group--error" } } {
            (fieldset)
        }
    }
}

/// A single yes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checkbox<'a> {
    /// The name sent with the value `yes`, and the id.
    pub name: &'a str,
    /// What is agreed to.
    pub label: &'a str,
    /// Whether it is ticked.
    pub checked: bool,
    /// What ticking it means.
    pub hint: Option<&'a str>,
    /// What is wrong.
    pub error: Option<&'a str>,
}

/// A single check box, sent as `name=yes` when ticked.
pub fn checkbox(checkbox: Checkbox<'_>) -> Markup {
    let around = Around {
        id: checkbox.name,
        hint: checkbox.hint,
        error: checkbox.error,
    };
    html! {
        div class={ "govuk-form-group" @if checkbox.error.is_some() { " govuk-form-group--error" } } {
            (around.error_words())
            div class="govuk-checkboxes govuk-checkboxes--small" {
                div class="govuk-checkboxes__item" {
                    input id=(checkbox.name) name=(checkbox.name) type="checkbox" value="yes"
                        class="govuk-checkboxes__input" checked[checkbox.checked]
                        aria-describedby=[around.described_by()] aria-invalid=[around.invalid()];
                    label class="govuk-label govuk-checkboxes__label" for=(checkbox.name) {
                        (checkbox.label)
                    }
                    @if let Some(hint) = checkbox.hint {
                        div class="govuk-hint govuk-checkboxes__hint" id={ (checkbox.name) "-hint" } {
                            (hint)
                        }
                    }
                }
            }
        }
    }
}
