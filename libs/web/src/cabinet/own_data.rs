//! `/profile/data`: «Мои данные» (SEC-87): everything that is kept about a person, packed by the
//! worker for it alone, after a proof that it is the person.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use ui::{ActionButton, Flavour};

use crate::{
    Web,
    cabinet::{OWN_DATA, confirm, identities},
    error::Result,
    form::Posted,
    limits::Limit,
    page::Page,
    printouts,
    visit::Person,
};

pub(super) const HEADING: &str = "Мои данные";

/// The page.
pub async fn get(at: Person) -> Result<Markup> {
    let lately = at.signed()?.proved_lately();
    Ok(Page::new(&at, HEADING)
        .back("/profile")
        .flavour(Flavour::Reading)
        .render(html! {
            p { "Вы можете получить всё, что хранится о Вас в системе, одним архивом ZIP:" }
            ul class="govuk-list govuk-list--bullet" {
                li { "«Мои данные.html» — для чтения: учётная запись, согласия, кабинеты, карточки, заявления с историей, письма, кто смотрел Ваши документы;" }
                li { "папки «Документы» — файлы Ваших заявлений, как они были приложены и напечатаны;" }
                li { "data.json — то же самое для программ." }
            }
            p { "В архив входят данные всех Ваших кабинетов во всех муниципалитетах. Паролей и ключей в нём нет." }
            @if at.cabinet().is_none() {
                p { "Архив можно получить, когда у Вас откроется кабинет." }
            } @else if lately {
                (ui::action_button(ActionButton {
                    action: OWN_DATA,
                    csrf: &at.csrf,
                    label: "Получить архив",
                    ..ActionButton::default()
                }))
                p class="govuk-hint" { "Архив готовится от нескольких секунд до нескольких минут, виден только Вам и хранится сутки." }
            } @else {
                p { a class="govuk-link" href=(confirm::address(OWN_DATA)) { "Подтвердить, что это Вы" } }
            }
        }))
}

/// Asks for the archive.
pub async fn post(
    at: Person,
    State(web): State<Web>,
    posted: Posted<identities::Raw>,
) -> Result<Response> {
    posted.take()?;
    if !at.signed()?.proved_lately() {
        return Err(confirm::first(OWN_DATA));
    }
    let actor = at.actor()?;
    Limit::export(&web, actor.account).take(&web).await?;
    let id = web.app.pack_own_data(&actor).await?;
    printouts::lead(&web, &actor, id).await
}
