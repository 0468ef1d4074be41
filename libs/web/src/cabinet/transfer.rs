//! `/profile/transfer` «Перевод в другой муниципалитет»: a teacher who has submitted before asks
//! for it, and takes it back (R-ACC-7).

use app::{
    FieldFault,
    transfers::{Municipality, Transfer},
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use ui::{ActionButton, ButtonStyle, Flavour, Form};

use crate::{
    Result, Web,
    error::Error,
    form::{Posted, stale_form},
    lists,
    page::Page,
    transfers::{Raw, asked_fields, facts},
    visit::Teacher,
};

/// What the page and the link to it are called.
pub const HEADING: &str = "Перевод в другой муниципалитет";
const PATH: &str = "/profile/transfer";

/// The newest request with its state, or the form for asking.
pub async fn get(at: Teacher, State(web): State<Web>) -> Result<Markup> {
    let asked = web.app.own_transfer(&at.actor).await?;
    let places = web.app.transfer_places(&at.actor).await?;
    let body = body(&at, &web, asked.as_ref(), &places, &Raw::default(), &[]);
    Ok(page(&at, &[]).render(body))
}

/// Asks.
pub async fn ask(at: Teacher, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let (raw, faults) = match posted.accept() {
        Err(raw) => (raw, None),
        Ok(raw) => {
            let asked = web
                .app
                .ask_own_transfer(&at.actor, &raw.municipality, &raw.reason);
            match asked.await {
                Ok(()) => {
                    at.notify("Перевод запрошен").await?;
                    return Ok(Redirect::to(PATH).into_response());
                }
                Err(app::Error::Invalid(faults)) => (raw, Some(faults)),
                Err(error) => return Err(error.into()),
            }
        }
    };
    let asked = web.app.own_transfer(&at.actor).await?;
    let places = web.app.transfer_places(&at.actor).await?;
    let expired = stale_form();
    let shown = faults.as_ref().unwrap_or(&expired);
    let body = body(&at, &web, asked.as_ref(), &places, &raw, shown);
    Ok(match &faults {
        Some(faults) => page(&at, faults).refuse(body),
        None => lists::again(page(&at, &expired).render(body)),
    })
}

/// Takes the open request back.
pub async fn cancel(at: Teacher, State(web): State<Web>, posted: Posted<Raw>) -> Result<Redirect> {
    let version = posted.take()?.version();
    let own = web.app.own_transfer(&at.actor).await?;
    let id = own.ok_or(Error::NotFound)?.public_id;
    web.app.cancel_transfer(&at.actor, id, version).await?;
    at.notify("Запрос отозван").await?;
    Ok(Redirect::to(PATH))
}

fn page<'a>(at: &'a Teacher, faults: &'a [FieldFault]) -> Page<'a> {
    let page = Page::new(at, HEADING).back("/profile").faults(faults);
    page.flavour(Flavour::Reading)
}

fn body(
    at: &Teacher,
    web: &Web,
    asked: Option<&Transfer>,
    places: &[Municipality],
    raw: &Raw,
    faults: &[FieldFault],
) -> Markup {
    let open = asked.filter(|transfer| transfer.is_open());
    html! {
        @if let Some(transfer) = asked { (facts(transfer, web.app.zone())) }
        @if let Some(transfer) = open {
            (ui::action_button(ActionButton {
                action: "/profile/transfer/cancel",
                csrf: &at.csrf,
                label: "Отозвать",
                style: ButtonStyle::Secondary,
                values: &[("version", &transfer.version.to_string())],
            }))
        } @else {
            p { "Перевод состоится, когда его согласуют координаторы обоих муниципалитетов. Пока заявление на рассмотрении или зарегистрировано, перевод невозможен." }
            (ui::form(Form { action: PATH, csrf: &at.csrf, ..Form::default() }, html! {
                (asked_fields(raw, faults, places))
                (ui::button("Запросить перевод"))
            }))
        }
    }
}
