//! What a page shows between its heading and its lists.

use maud::{Markup, html};

use crate::page::Link;

/// One line of a [`summary`].
#[derive(Clone, Debug)]
pub struct Fact<'a> {
    /// What it is.
    pub key: &'a str,
    /// The value; empty markup is shown as a dash.
    pub value: Markup,
    /// A link that changes it.
    pub action: Option<Link<'a>>,
}

impl<'a> Fact<'a> {
    /// A line whose value is plain text.
    pub fn text(key: &'a str, value: &str) -> Self {
        Self {
            key,
            value: html! { (value) },
            action: None,
        }
    }
}

/// Keys and values of one thing.
pub fn summary(facts: &[Fact<'_>]) -> Markup {
    let with_actions = facts.iter().any(|fact| fact.action.is_some());
    html! {
        dl class="govuk-summary-list" {
            @for fact in facts {
                div class={
                    "govuk-summary-list__row"
                    @if with_actions && fact.action.is_none() { " govuk-summary-list__row--no-actions" }
                } {
                    dt class="govuk-summary-list__key" { (fact.key) }
                    dd class="govuk-summary-list__value" {
                        @if fact.value.0.is_empty() { "—" } @else { (fact.value) }
                    }
                    @if let Some(action) = fact.action {
                        dd class="govuk-summary-list__actions" {
                            a class="govuk-link" href=(action.href) { (action.text) }
                        }
                    }
                }
            }
        }
    }
}

/// The colour of a state. It only repeats what the words say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing happens to it any more, or not yet.
    #[default]
    Grey,
    /// It is on its way.
    Blue,
    /// It ended well.
    Green,
    /// It waits for the reader.
    Yellow,
    /// It ended badly or is overdue.
    Red,
    /// It is out of the ordinary: simplified form, withdrawal.
    Purple,
}

/// A state in a few words.
pub fn tag(tone: Tone, words: &str) -> Markup {
    let colour = match tone {
        Tone::Grey => "grey",
        Tone::Blue => "blue",
        Tone::Green => "green",
        Tone::Yellow => "yellow",
        Tone::Red => "red",
        Tone::Purple => "purple",
    };
    html! { strong class={ "govuk-tag govuk-tag--" (colour) } { (words) } }
}

/// A text set apart from the rest: a quotation, the deck's sentence.
pub fn inset(body: Markup) -> Markup {
    html! { div class="govuk-inset-text" { (body) } }
}

/// What has grave consequences.
pub fn warning(words: &str) -> Markup {
    html! {
        div class="govuk-warning-text" {
            span class="govuk-warning-text__icon" aria-hidden="true" { "!" }
            strong class="govuk-warning-text__text" {
                span class="govuk-visually-hidden" { "Внимание " } (words)
            }
        }
    }
}

/// News that concern the reader whatever the page is about; one a page. `id` tells it from
/// another part of the page.
pub fn notification(id: &str, title: &str, body: Markup) -> Markup {
    html! {
        div class="govuk-notification-banner" role="region" aria-labelledby=(id) {
            div class="govuk-notification-banner__header" {
                h2 class="govuk-notification-banner__title" id=(id) { (title) }
            }
            div class="govuk-notification-banner__content" { (body) }
        }
    }
}

/// Something the worker is still busy with; the page around it refreshes itself.
pub fn waiting(words: &str) -> Markup {
    html! { div class="app-waiting" role="status" { (words) } }
}

/// How far something the worker is busy with is: `done` of `total`, in words and as a bar; the
/// page around it refreshes itself.
pub fn progress(done: i64, total: i64, words: &str) -> Markup {
    html! {
        div class="app-progress" role="status" {
            (words)
            progress max=(total) value=(done) { (words) }
        }
    }
}

/// What is shown on demand.
pub fn details(summary: &str, body: Markup) -> Markup {
    html! {
        details class="govuk-details" {
            summary class="govuk-details__summary" {
                span class="govuk-details__summary-text" { (summary) }
            }
            div class="govuk-details__text" { (body) }
        }
    }
}

/// A section of a cabinet's first page, or one of several cards.
#[derive(Clone, Debug)]
pub struct Card<'a> {
    /// Its heading.
    pub title: &'a str,
    /// What it says.
    pub body: Markup,
    /// Where it leads, usually «Перейти».
    pub link: Option<Link<'a>>,
}

/// Sections side by side, one under the other on a phone.
pub fn cards(cards: &[Card<'_>]) -> Markup {
    html! {
        div class="app-grid app-grid--sections" {
            @for card in cards {
                section class="app-card" {
                    h2 { (card.title) }
                    (card.body)
                    @if let Some(link) = card.link {
                        p class="app-card__go" { a class="govuk-link" href=(link.href) { (link.text) } }
                    }
                }
            }
        }
    }
}

/// How loudly a number speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// Work to do.
    #[default]
    Plain,
    /// Work that is late or about to be.
    Alert,
    /// Nothing to do.
    Quiet,
}

/// A number that opens its list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counter<'a> {
    /// The number, capped by [`crate::ru::count_capped`].
    pub value: &'a str,
    /// The list it opens.
    pub link: Link<'a>,
    /// How loudly it speaks.
    pub weight: Weight,
}

/// Numbers side by side.
pub fn counters(counters: &[Counter<'_>]) -> Markup {
    html! {
        ul class="app-grid" {
            @for counter in counters {
                li class={
                    "app-card app-counter"
                    @match counter.weight {
                        Weight::Plain => {}
                        Weight::Alert => " app-counter--alert",
                        Weight::Quiet => " app-counter--quiet",
                    }
                } {
                    span class="app-counter__value" { (counter.value) }
                    a class="govuk-link" href=(counter.link.href) { (counter.link.text) }
                }
            }
        }
    }
}

/// A step of a task.
#[derive(Clone, Copy, Debug, Default)]
pub struct Step<'a> {
    /// What is to be done.
    pub title: &'a str,
    /// Where it is done; none while it is not available.
    pub href: Option<&'a str>,
    /// Why it is not available, or what it is about.
    pub reason: Option<&'a str>,
    /// Its state.
    pub status: Option<(Tone, &'a str)>,
}

/// Steps in their order; `id` begins the ids of their hints.
pub fn steps(id: &str, steps: &[Step<'_>]) -> Markup {
    html! {
        ul class="govuk-task-list" {
            @for (index, step) in steps.iter().enumerate() {
                @let hint = step.reason.map(|_| format!("{id}-{}-hint", index + 1));
                @let status = step.status.map(|_| format!("{id}-{}-status", index + 1));
                @let described: Vec<&str> =
                    [hint.as_deref(), status.as_deref()].into_iter().flatten().collect();
                li class={
                    "govuk-task-list__item"
                    @if step.href.is_some() { " govuk-task-list__item--with-link" }
                } {
                    div class="govuk-task-list__name-and-hint" {
                        @if let Some(href) = step.href {
                            a class="govuk-link govuk-task-list__link" href=(href)
                                aria-describedby=[(!described.is_empty()).then(|| described.join(" "))] {
                                (step.title)
                            }
                        } @else { div { (step.title) } }
                        @if let Some(reason) = step.reason {
                            div class="govuk-task-list__hint" id=[hint.as_deref()] { (reason) }
                        }
                    }
                    @if let Some((tone, words)) = step.status {
                        div class="govuk-task-list__status" id=[status.as_deref()] { (tag(tone, words)) }
                    }
                }
            }
        }
    }
}
