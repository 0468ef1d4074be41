//! `/profile/identities`: «Вход через другие системы» (SEC-53). What is linked to the account,
//! linking another identity once a provider has proved it, unlinking one that is not the last.

use app::accounts::identity::Ways;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ActionButton, Flavour};
use uuid::Uuid;

use crate::{
    Web,
    cabinet::{IDENTITIES, acting, confirm, ended},
    error::{Error, Result},
    form::Posted,
    page::Page,
    public::Stranger,
    session::STRANGER,
    visit::Person,
};

pub(super) const HEADING: &str = "Вход через другие системы";

/// Nothing but the token.
#[derive(Deserialize, Default)]
pub struct Raw {}

/// Which one is to be unlinked.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Which {
    id: String,
}

/// The page.
pub async fn get(at: Person, State(web): State<Web>) -> Result<Markup> {
    let ways = ended(&at, web.app.ways_in(acting(&at)?).await).await?;
    let waiting = Stranger::of(&at).await?;
    Ok(page(&at, &web, &ways, waiting.as_ref()))
}

/// Links the identity a provider has just proved in this session.
pub async fn post(at: Person, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    posted.take()?;
    if !at.signed()?.proved_lately() {
        return Err(confirm::first(IDENTITIES));
    }
    if let Some(stranger) = Stranger::of(&at).await? {
        at.drop_key(STRANGER).await?;
        let linked = web
            .app
            .link_identity(acting(&at)?, &stranger.identity)
            .await;
        ended(&at, linked).await?;
        at.notify("Вход привязан. Письмо об этом отправлено на Ваш адрес.")
            .await?;
    }
    Ok(Redirect::to(IDENTITIES).into_response())
}

/// Unlinks one.
pub async fn unlink(at: Person, State(web): State<Web>, posted: Posted<Which>) -> Result<Response> {
    let which = posted.take()?;
    if !at.signed()?.proved_lately() {
        return Err(confirm::first(IDENTITIES));
    }
    let id = Uuid::parse_str(&which.id).map_err(|_| Error::NotFound)?;
    ended(&at, web.app.unlink_identity(acting(&at)?, id).await).await?;
    at.notify("Вход отвязан. Письмо об этом отправлено на Ваш адрес.")
        .await?;
    Ok(Redirect::to(IDENTITIES).into_response())
}

fn page(at: &Person, web: &Web, ways: &Ways, waiting: Option<&Stranger>) -> Markup {
    let providers = &web.settings.providers;
    let lately = at
        .signed
        .as_ref()
        .is_some_and(|signed| signed.proved_lately());
    let is_linked = |issuer: &str| ways.linked.iter().any(|linked| linked.issuer == issuer);
    Page::new(at, HEADING)
        .back("/profile")
        .flavour(Flavour::Reading)
        .render(html! {
            @if let Some(stranger) = waiting.filter(|_| lately) {
                (ui::inset(html! {
                    p { (providers.name_of(&stranger.identity.issuer)) " подтверждает, что это Вы. После привязки в Вашу учётную запись можно будет войти и так." }
                    (ui::action_button(ActionButton {
                        action: IDENTITIES,
                        csrf: &at.csrf,
                        label: "Привязать",
                        ..ActionButton::default()
                    }))
                }))
            }
            @if ways.linked.is_empty() { p { "Ничего не привязано: Вы входите по имени и паролю." } }
            @for linked in &ways.linked {
                h2 { (providers.name_of(&linked.issuer)) }
                p { "Привязан " (ui::ru::date_long(web.app.zone().date_of(linked.at))) }
                @if lately {
                    (ui::action_button(ActionButton {
                        action: "/profile/identities/unlink",
                        values: &[("id", &linked.public_id.to_string())],
                        csrf: &at.csrf,
                        label: "Отвязать",
                        ..ActionButton::default()
                    }))
                }
            }
            @if lately {
                ul class="govuk-list" {
                    @for provider in providers.iter().filter(|it| !is_linked(it.issuer())) {
                        li { a class="govuk-link" href=(format!("/login/{}?link=1", provider.slug())) { "Привязать вход через " (provider.name()) } }
                    }
                }
            } @else {
                p { a class="govuk-link" href=(confirm::address(IDENTITIES)) { "Изменить" } }
            }
        })
}
