//! A document looked at page by page beside the form it is judged in: plain links for every step, and
//! a script that takes the steps without leaving the page.

use maud::{Markup, html};

use crate::waiting;

/// The place on the page links lead to.
pub const VIEWER: &str = "viewer";

/// The viewer of a page's documents.
#[derive(Clone, Copy, Debug, Default)]
pub struct Viewer<'a> {
    /// The documents to choose from, in the order of the page.
    pub documents: &'a [Viewed<'a>],
    /// The one that is open.
    pub open: Option<OpenDocument<'a>>,
}

/// A document to choose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Viewed<'a> {
    /// The address of this page with the document open.
    pub href: &'a str,
    /// What it is.
    pub title: &'a str,
    /// Whether it is open.
    pub current: bool,
}

/// The open document.
#[derive(Clone, Copy, Debug)]
pub struct OpenDocument<'a> {
    /// The file's name.
    pub name: &'a str,
    /// Where the file itself is, to be downloaded.
    pub file: Option<&'a str>,
    /// What is seen of it.
    pub seen: Seen<'a>,
    /// The document before it in the list.
    pub previous: Option<&'a str>,
    /// The document after it.
    pub next: Option<&'a str>,
}

/// What is seen of an open document.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// A page of it.
    Page(ShownPage<'a>),
    /// Its pages are being drawn; the address asks again.
    Waiting(&'a str),
    /// Nothing, and why.
    Nothing(&'a str),
}

/// A page, from 1, of `pages` that can be shown.
#[derive(Clone, Copy, Debug)]
pub struct ShownPage<'a> {
    /// The number.
    pub number: u32,
    /// How many can be shown.
    pub pages: u32,
    /// How many the document has.
    pub total: u32,
    /// The picture's address with `{n}` for the number.
    pub picture: &'a str,
    /// The address of this page with another number for `{n}`.
    pub address: &'a str,
}

/// A page's content with the viewer of its documents beside it, or below it on a phone.
pub fn beside(content: Markup, viewer: Viewer<'_>) -> Markup {
    html! {
        div class="app-beside" {
            div { (content) }
            (section(viewer))
        }
    }
}

fn section(viewer: Viewer<'_>) -> Markup {
    html! {
        section class="app-viewer" id=(VIEWER) aria-label="Просмотр документов" tabindex="-1" {
            h2 class="govuk-heading-s" { "Просмотр документов" }
            nav aria-label="Документы" {
                ul class="app-viewer__list" {
                    @for document in viewer.documents {
                        li {
                            a class="govuk-link" href=(document.href) aria-current=[document.current.then_some("true")] {
                                (document.title)
                            }
                        }
                    }
                }
            }
            @match viewer.open {
                None => p class="govuk-hint" { "Выберите документ: его страницы откроются здесь, рядом с формой." }
                Some(open) => (document(open))
            }
            p class="govuk-visually-hidden" role="status" data-told {}
        }
    }
}

fn document(open: OpenDocument<'_>) -> Markup {
    html! {
        p class="app-viewer__name" {
            strong { (open.name) }
            @if let Some(file) = open.file { " " a class="govuk-link" href=(file) { "Скачать" } }
            @if let Some(href) = open.previous { " " a class="govuk-link" href=(href) { "Предыдущий документ" } }
            @if let Some(href) = open.next { " " a class="govuk-link" href=(href) { "Следующий документ" } }
        }
        @match open.seen {
            Seen::Page(page) => (shown(page, open.name))
            Seen::Waiting(href) => div data-again=(href) {
                (waiting("Готовим страницы документа…"))
                p { a class="govuk-link" href=(href) { "Показать" } }
            }
            Seen::Nothing(why) => p { (why) }
        }
    }
}

fn shown(page: ShownPage<'_>, name: &str) -> Markup {
    let numbered = |address: &str, number: u32| address.replace("{n}", &number.to_string());
    let previous = page.number.checked_sub(1).filter(|number| *number > 0);
    let next = Some(page.number + 1).filter(|number| *number <= page.pages);
    let step = |number: Option<u32>, step: &str, words: &str| {
        let href = number.map(|number| numbered(page.address, number));
        html! { a class="govuk-link" href=[href] data-step=(step) { (words) } }
    };
    let tool = |tool: &str, sign: &str, words: &str, key: &str| {
        html! {
            button type="button" class="app-viewer__tool" data-tool=(tool) aria-label=(words) aria-keyshortcuts=(key)
                title=(words) hidden { (sign) }
        }
    };
    html! {
        div class="app-viewer__bar" role="group" aria-label="Страницы и размер" {
            (step(previous, "previous", "← Назад"))
            span data-place { (place(page.number, page.pages)) }
            (step(next, "next", "Вперёд →"))
            (tool("smaller", "−", "Уменьшить", "-"))
            (tool("whole", "100 %", "Обычный размер", "0"))
            (tool("larger", "+", "Увеличить", "+"))
            (tool("turn", "⟳", "Повернуть", "R"))
        }
        @if page.total > page.pages {
            p class="govuk-hint" {
                "Показаны первые страницы: " (page.pages) " из " (page.total) ". Остальные есть в самом файле."
            }
        }
        div class="app-viewer__pane" tabindex="0" role="region" aria-label="Страница документа" data-pane
            data-number=(page.number) data-pages=(page.pages) data-name=(name) data-picture=(page.picture)
            data-address=(page.address) {
            div class="app-viewer__sheet" {
                img src=(numbered(page.picture, page.number))
                    alt={ (name) ", " (place(page.number, page.pages).to_lowercase()) };
            }
        }
    }
}

/// «Страница 2 из 3».
fn place(number: u32, pages: u32) -> String {
    format!("Страница {number} из {pages}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: u32) -> String {
        let page = ShownPage {
            number,
            pages: 3,
            total: 70,
            picture: "/documents/x/pages/{n}?opened=y",
            address: "/a?page={n}#viewer",
        };
        shown(page, "Результаты.pdf").0
    }

    #[test]
    fn a_page_says_which_it_is_and_leads_to_its_neighbours() {
        let second = of(2);
        for part in [
            "alt=\"Результаты.pdf, страница 2 из 3\"",
            "src=\"/documents/x/pages/2?opened=y\"",
            "href=\"/a?page=1#viewer\"",
            "href=\"/a?page=3#viewer\"",
            "Показаны первые страницы: 3 из 70",
        ] {
            assert!(second.contains(part), "{part}: {second}");
        }
        assert!(!of(1).contains("page=0") && !of(3).contains("page=4"));
    }
}
