//! Ways through a list: tabs that are links, pages by key.

use maud::{Markup, html};

/// One tab: a link to another view of the same page.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tab<'a> {
    /// Where it leads.
    pub href: &'a str,
    /// Its words.
    pub text: &'a str,
    /// How many wait behind it, capped by [`crate::ru::count_capped`].
    pub count: Option<&'a str>,
    /// Whether it is the one shown.
    pub current: bool,
}

/// Tabs that are links, so that each has an address and none needs a script.
pub fn tabs(tabs: &[Tab<'_>]) -> Markup {
    html! {
        nav aria-label="Вкладки" {
            ul class="app-tabs" {
                @for tab in tabs {
                    li {
                        a href=(tab.href) aria-current=[tab.current.then_some("page")] {
                            (tab.text)
                            @if let Some(count) = tab.count { " " span class="app-count" { (count) } }
                        }
                    }
                }
            }
        }
    }
}

/// The pages around the one shown; a list is paged by key, so there are no numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pagination<'a> {
    /// The address of the page before.
    pub previous: Option<&'a str>,
    /// The address of the page after.
    pub next: Option<&'a str>,
}

/// Links to the pages before and after; nothing when there is one page.
pub fn pagination(pages: Pagination<'_>) -> Markup {
    html! {
        @if pages.previous.is_some() || pages.next.is_some() {
            nav class="govuk-pagination" aria-label="Страницы списка" {
                @if let Some(href) = pages.previous {
                    div class="govuk-pagination__prev" {
                        a class="govuk-link govuk-pagination__link" href=(href) rel="prev" {
                            (arrow("prev", "M6.6 0 0 6.7l6.6 6.4L8 11.7l-4.1-4H15v-2H4l4-4.3z"))
                            span class="govuk-pagination__link-title" { "Предыдущая страница" }
                        }
                    }
                }
                @if let Some(href) = pages.next {
                    div class="govuk-pagination__next" {
                        a class="govuk-link govuk-pagination__link" href=(href) rel="next" {
                            span class="govuk-pagination__link-title" { "Следующая страница" }
                            (arrow("next", "M8.4 0 15 6.7l-6.6 6.4L7 11.7l4.1-4H0v-2h11L7 1.4z"))
                        }
                    }
                }
            }
        }
    }
}

fn arrow(side: &str, path: &str) -> Markup {
    html! {
        svg class={ "govuk-pagination__icon govuk-pagination__icon--" (side) }
            xmlns="http://www.w3.org/2000/svg" width="15" height="13" viewBox="0 0 15 13"
            aria-hidden="true" focusable="false" { path d=(path) {} }
    }
}
