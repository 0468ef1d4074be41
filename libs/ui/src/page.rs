//! The page around a body: head, header, navigation of the cabinet, notice, errors, footer.

use maud::{DOCTYPE, Markup, html};

use crate::assets::asset_url;
use crate::field::hidden;

const SERVICE: &str = "Аттестация";

/// What surrounds a page's body. Only `heading` is always needed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shell<'a> {
    /// The `h1`, and the title «{heading} — Аттестация».
    pub heading: &'a str,
    /// The title's words when they differ from the heading; the service's name is still added.
    pub title_override: Option<&'a str>,
    /// A small line above the heading: a number, a municipality.
    pub caption: Option<&'a str>,
    /// The way back, above everything in the body.
    pub back: Option<Link<'a>>,
    /// The cabinet's navigation; empty on public pages.
    pub nav: &'a [NavItem<'a>],
    /// Who is signed in.
    pub user: Option<User<'a>>,
    /// What the act before this page achieved.
    pub notice: Option<&'a str>,
    /// Why the act before this page came to nothing, where no form is to blame.
    pub warning: Option<&'a str>,
    /// The errors «Исправьте ошибки» lists, each a link to its field.
    pub error_summary: &'a [FieldError<'a>],
    /// Seconds until the page asks for itself again, while a document is being prepared.
    pub refresh_seconds: Option<u32>,
    /// How the page is laid out.
    pub flavour: Flavour,
}

/// How a page uses its width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flavour {
    /// All of it: tables and cards.
    #[default]
    Wide,
    /// A column of comfortable length: forms and texts.
    Reading,
    /// The heading in a band under the header: the start page.
    Landing,
}

/// A link with its words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Link<'a> {
    /// Where it leads.
    pub href: &'a str,
    /// Its words.
    pub text: &'a str,
}

/// One link of the cabinet's navigation.
#[derive(Clone, Copy, Debug, Default)]
pub struct NavItem<'a> {
    /// Where it leads.
    pub href: &'a str,
    /// Its words.
    pub text: &'a str,
    /// Whether the page shown belongs to it.
    pub current: bool,
}

/// The signed-in account, shown in the header.
#[derive(Clone, Copy, Debug, Default)]
pub struct User<'a> {
    /// The login, shown as a link to the profile.
    pub login: &'a str,
    /// Whether there is another cabinet to change to.
    pub switch: bool,
    /// The token «Выйти» sends.
    pub csrf: &'a str,
}

/// One line of the error summary.
#[derive(Clone, Copy, Debug, Default)]
pub struct FieldError<'a> {
    /// The field's name, which is its id; empty when the error concerns no one field.
    pub field: &'a str,
    /// What is wrong and how to put it right.
    pub message: &'a str,
}

/// The whole document around `body`.
pub fn page(shell: Shell<'_>, body: Markup) -> Markup {
    let failed = !shell.error_summary.is_empty();
    let heading = html! {
        @if let Some(caption) = shell.caption { span class="app-caption" { (caption) } }
        h1 class="app-heading" { (shell.heading) }
    };
    html! {
        (DOCTYPE)
        html class="govuk-template" lang="ru" {
            head {
                meta charset="utf-8";
                title {
                    @if failed { "Ошибка: " }
                    (shell.title_override.unwrap_or(shell.heading)) " — " (SERVICE)
                }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="theme-color" content="#163a6b";
                @if let Some(seconds) = shell.refresh_seconds {
                    meta http-equiv="refresh" content=(seconds);
                }
                link rel="icon" type="image/svg+xml" href=(asset_url("icon.svg"));
                link rel="stylesheet" href=(asset_url("app.css"));
                script type="module" src=(asset_url("app.js")) {}
                script type="module" src=(asset_url("upload.js")) {}
                script type="module" src=(asset_url("passkey.js")) {}
                script type="module" src=(asset_url("viewer.js")) {}
            }
            body class="govuk-template__body" {
                a class="govuk-skip-link" href="#main" { "Перейти к содержанию" }
                (header(shell.user))
                (navigation(shell.nav))
                @if shell.flavour == Flavour::Landing {
                    div class="app-hero" { div class="govuk-width-container" { (heading) } }
                }
                div class="app-body" {
                    div class="govuk-width-container" {
                        @if let Some(back) = shell.back {
                            a class="govuk-back-link app-back" href=(back.href) { (back.text) }
                        }
                        main id="main" class="govuk-main-wrapper" tabindex="-1" {
                            div class=[(shell.flavour == Flavour::Reading).then_some("app-reading")] {
                                @if let Some(text) = shell.notice { (notice("notice-title", "Готово", true, text)) }
                                @if let Some(text) = shell.warning { (notice("warning-title", "Не получилось", false, text)) }
                                @if failed { (error_summary(shell.error_summary)) }
                                @if shell.flavour != Flavour::Landing { (heading) }
                                (body)
                            }
                        }
                    }
                }
                footer class="app-footer" {
                    div class="govuk-width-container" {
                        p { "Аттестация педагогических работников на квалификационные категории" }
                    }
                }
            }
        }
    }
}

fn header(user: Option<User<'_>>) -> Markup {
    html! {
        header class="app-header" {
            div class="govuk-width-container app-header__row" {
                a class="app-header__name" href="/" { (SERVICE) }
                @if let Some(user) = user {
                    div class="app-header__user" {
                        a href="/profile" { (user.login) }
                        @if user.switch { a href="/cabinet/choose" { "Сменить кабинет" } }
                        form method="post" action="/logout" {
                            (hidden("_csrf", user.csrf))
                            button type="submit" { "Выйти" }
                        }
                    }
                }
            }
        }
    }
}

/// On a phone the list is a popover, which opens without any script.
fn navigation(items: &[NavItem<'_>]) -> Markup {
    html! {
        @if !items.is_empty() {
            nav class="app-nav" aria-label="Разделы кабинета" {
                div class="govuk-width-container" {
                    button class="app-nav__toggle" type="button" popovertarget="nav" { "Меню" }
                    ul class="app-nav__list" id="nav" popover {
                        @for item in items {
                            li {
                                a href=(item.href) aria-current=[item.current.then_some("page")] {
                                    (item.text)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn notice(id: &str, title: &str, success: bool, text: &str) -> Markup {
    html! {
        div class=(if success { "govuk-notification-banner govuk-notification-banner--success" } else { "govuk-notification-banner" })
            role="alert" aria-labelledby=(id) {
            div class="govuk-notification-banner__header" {
                h2 class="govuk-notification-banner__title" id=(id) { (title) }
            }
            div class="govuk-notification-banner__content" {
                p class="govuk-notification-banner__heading" { (text) }
            }
        }
    }
}

fn error_summary(errors: &[FieldError<'_>]) -> Markup {
    html! {
        div class="govuk-error-summary" tabindex="-1" data-focus {
            div role="alert" {
                h2 class="govuk-error-summary__title" { "Исправьте ошибки" }
                div class="govuk-error-summary__body" {
                    ul class="govuk-list govuk-error-summary__list" {
                        @for error in errors {
                            li {
                                @if error.field.is_empty() { (error.message) }
                                @else { a href={ "#" (error.field) } { (error.message) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_says_that_there_are_errors() {
        let shell = Shell {
            heading: "Войти",
            ..Shell::default()
        };
        assert!(
            page(shell, html! {})
                .0
                .contains("<title>Войти — Аттестация</title>")
        );
        let errors = [FieldError {
            field: "login",
            message: "Введите имя пользователя",
        }];
        let shown = page(
            Shell {
                error_summary: &errors,
                ..shell
            },
            html! {},
        )
        .0;
        assert!(shown.contains("<title>Ошибка: Войти — Аттестация</title>"));
        assert!(shown.contains("href=\"#login\""));
    }

    #[test]
    fn what_a_person_typed_is_escaped() {
        let shell = Shell {
            heading: "<script>alert(1)</script>",
            ..Shell::default()
        };
        assert!(!page(shell, html! {}).0.contains("<script>alert"));
    }
}
