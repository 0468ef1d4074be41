//! `/`: where everybody begins.

use maud::{Markup, html};
use ui::{Card, Flavour, Link};

use crate::{door::Door, page::Page, visit::Visit};

/// The start page; at a municipality's own host it names the municipality.
pub async fn get(visit: Visit, door: Door) -> Markup {
    let go = |href, text| Some(Link { href, text });
    let card = |title, words: &str, link| Card {
        title,
        body: html! { p { (words) } },
        link,
    };
    door.frame(Page::new(&visit, "Центр аттестации педагогических работников"))
        .flavour(Flavour::Landing)
        .render(html! {
            (door.contacts())
            p class="govuk-body-l" {
                "Здесь педагогические работники подают заявления на первую и высшую квалификационные категории и следят за их рассмотрением."
            }
            (ui::button_group(html! {
                (ui::link_button("/login", "Войти"))
                (ui::secondary_link_button("/register", "Зарегистрироваться"))
            }))
            @if visit.signed.is_some() {
                p { a class="govuk-link" href="/cabinet" { "Вернуться в кабинет" } }
            }
            (ui::cards(&[
                card("Расписание", "Когда и у кого проходит аттестация.", go("/schedules", "Графики аттестации")),
                card("Решения", "Кому установлена квалификационная категория.", go("/results", "Итоги аттестации")),
                card("Документы", "Таблицы результатов, образцы, нормативные документы.", go("/forms", "Бланки и образцы")),
                card("Вопросы", "Что делать на каждом шаге и к кому обратиться.", go("/help", "Помощь")),
            ]))
        })
}
