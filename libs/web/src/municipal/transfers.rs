//! `/municipal/transfers` «Переводы»: asked for, agreed to, declined and taken back (R-ACC-7).

use app::{
    FieldFault,
    transfers::{Answering, Asking, What},
};
use axum::{
    Router,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use maud::{Markup, html};
use ui::{ActionButton, ButtonStyle, Field, Flavour, Form};
use uuid::Uuid;

use crate::{
    Result, Web,
    error::Error,
    form::{Posted, stale_form},
    id::Id,
    lists,
    page::{Page, fault_of},
    transfers::{self, Raw, asked_fields},
    visit::Municipal,
};

const PATH: &str = "/municipal/transfers";
const NEW: &str = "/municipal/transfers/new";
const ASK: &str = "Запросить перевод";
const ONE: &str = "Перевод";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route(NEW, get(new).post(ask))
        .route("/municipal/transfers/{id}", get(one))
        .route("/municipal/transfers/{id}/agree", post(agree))
        .route("/municipal/transfers/{id}/decline", post(decline))
        .route("/municipal/transfers/{id}/cancel", post(cancel))
}

async fn show(at: Municipal, State(web): State<Web>) -> Result<Markup> {
    let rows = web.app.transfers(&at.actor).await?;
    let (incoming, outgoing): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|transfer| transfer.incoming());
    let zone = web.app.zone();
    Ok(Page::new(&at, "Переводы").render(html! {
        p {
            "Перевод педагога запросите на странице «"
            a class="govuk-link" href="/municipal/people" { "Пользователи" }
            "», перевод организации — на её странице в списке «"
            a class="govuk-link" href="/municipal/organisations" { "Организации" }
            "»."
        }
        h2 { "К нам" }
        (transfers::table(&incoming, zone, Some(PATH)))
        h2 { "От нас" }
        (transfers::table(&outgoing, zone, Some(PATH)))
    }))
}

/// What a form or an address names.
fn what(raw: &Raw) -> Result<What> {
    let id = |text: &str| text.parse().map_err(|_| Error::NotFound);
    if raw.person.is_empty() {
        Ok(What::Organisation(id(&raw.organisation)?))
    } else {
        Ok(What::Teacher(id(&raw.person)?))
    }
}

async fn new(at: Municipal, State(web): State<Web>, Query(raw): Query<Raw>) -> Result<Markup> {
    web.app.ensure_open(&at.actor).await?;
    let asking = web.app.asking_transfer(&at.actor, what(&raw)?).await?;
    Ok(asking_page(&at, &[]).render(ask_body(&at, &asking, &raw, &[])))
}

async fn ask(at: Municipal, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let asking = web.app.asking_transfer(&at.actor, what(&raw)?).await?;
            let faults = stale_form();
            let body = ask_body(&at, &asking, &raw, &faults);
            return Ok(lists::again(asking_page(&at, &faults).render(body)));
        }
    };
    let what = what(&raw)?;
    let asked = web
        .app
        .ask_transfer(&at.actor, what, &raw.municipality, &raw.reason);
    match asked.await {
        Ok(()) => {
            at.notify("Перевод запрошен").await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let asking = web.app.asking_transfer(&at.actor, what).await?;
            Ok(asking_page(&at, &faults).refuse(ask_body(&at, &asking, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

fn asking_page<'a>(at: &'a Municipal, faults: &'a [FieldFault]) -> Page<'a> {
    let page = Page::new(at, ASK).back(PATH).faults(faults);
    page.flavour(Flavour::Reading)
}

fn ask_body(at: &Municipal, asking: &Asking, raw: &Raw, faults: &[FieldFault]) -> Markup {
    html! {
        p { strong { (asking.name) } }
        (holding(&asking.held))
        p { "Перевод состоится, когда его согласует координатор другого муниципалитета. Незавершённые заявления перейдут вместе с педагогом, завершённые останутся здесь." }
        (ui::form(Form { action: NEW, csrf: &at.csrf, ..Form::default() }, html! {
            (ui::hidden("person", &raw.person))
            (ui::hidden("organisation", &raw.organisation))
            (asked_fields(raw, faults, &asking.municipalities))
            (ui::button(ASK))
        }))
    }
}

/// Who keeps it from moving.
fn holding(names: &[String]) -> Markup {
    html! {
        @if !names.is_empty() {
            (ui::inset(html! {
                p { "Пока заявление на рассмотрении или зарегистрировано, перевод невозможен:" }
                ul class="govuk-list govuk-list--bullet" { @for name in names { li { (name) } } }
            }))
        }
    }
}

async fn one(at: Municipal, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let seen = web.app.transfer(&at.actor, id).await?;
    let raw = untouched(&seen);
    Ok(one_page(&at, &[]).render(one_body(&at, &web, &seen, &raw, &[])))
}

fn untouched(seen: &Answering) -> Raw {
    Raw {
        version: seen.transfer.version.to_string(),
        ..Raw::default()
    }
}

async fn agree(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    answered(&at, &web, id, posted, async |raw| {
        let (version, place) = (raw.version(), &raw.organisation);
        let moved = web
            .app
            .agree_transfer(&at.actor, id, version, place)
            .await?;
        Ok(if moved {
            "Перевод согласован и выполнен"
        } else {
            "Перевод согласован"
        })
    })
    .await
}

async fn decline(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    answered(&at, &web, id, posted, async |raw| {
        let (version, answer) = (raw.version(), &raw.answer);
        let declined = web.app.decline_transfer(&at.actor, id, version, answer);
        declined.await.map(|()| "Перевод отклонён")
    })
    .await
}

async fn cancel(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app.cancel_transfer(&at.actor, id, version).await?;
    at.notify("Запрос отозван").await?;
    Ok(Redirect::to(PATH))
}

/// The answer to a form of the request's page: shown again with what was typed, or done.
async fn answered(
    at: &Municipal,
    web: &Web,
    id: Uuid,
    posted: Posted<Raw>,
    act: impl AsyncFnOnce(&Raw) -> app::Result<&'static str>,
) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let seen = web.app.transfer(&at.actor, id).await?;
            let faults = stale_form();
            let body = one_body(at, web, &seen, &raw, &faults);
            return Ok(lists::again(one_page(at, &faults).render(body)));
        }
    };
    match act(&raw).await {
        Ok(words) => {
            at.notify(words).await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let seen = web.app.transfer(&at.actor, id).await?;
            let body = one_body(at, web, &seen, &raw, &faults);
            Ok(one_page(at, &faults).refuse(body))
        }
        Err(error) => Err(error.into()),
    }
}

fn one_page<'a>(at: &'a Municipal, faults: &'a [FieldFault]) -> Page<'a> {
    let page = Page::new(at, ONE).back(PATH).faults(faults);
    page.flavour(Flavour::Reading)
}

fn one_body(
    at: &Municipal,
    web: &Web,
    seen: &Answering,
    raw: &Raw,
    faults: &[FieldFault],
) -> Markup {
    let transfer = &seen.transfer;
    let base = format!("{PATH}/{}", transfer.public_id);
    let form = |verb: &str, fields: Markup| {
        let action = format!("{base}/{verb}");
        ui::form(
            Form {
                action: &action,
                csrf: &at.csrf,
                ..Form::default()
            },
            html! { (ui::hidden("version", &raw.version)) (fields) },
        )
    };
    let places: Vec<(Uuid, &str)> = seen
        .organisations
        .iter()
        .map(|row| (row.public_id, row.name.as_str()))
        .collect();
    html! {
        (transfers::facts(transfer, web.app.zone()))
        @if transfer.is_open() {
            (holding(&seen.held))
            @if !transfer.agreed_here() {
                (form("agree", html! {
                    @if transfer.incoming() && transfer.teacher {
                        (lists::choice_by_id(Field {
                            name: "organisation",
                            label: "Место работы в Вашем муниципалитете",
                            value: &raw.organisation,
                            error: fault_of(faults, "organisation"),
                            ..Field::default()
                        }, Some("Выберите организацию"), &places))
                    }
                    (ui::button("Согласовать"))
                }))
                (form("decline", html! {
                    (ui::text(Field {
                        name: "answer",
                        label: "Причина отказа",
                        value: &raw.answer,
                        error: fault_of(faults, "answer"),
                        ..Field::default()
                    }))
                    (ui::warning_button("Отклонить"))
                }))
            }
            @if transfer.may_cancel(&at.actor) {
                (ui::action_button(ActionButton {
                    action: &format!("{base}/cancel"),
                    csrf: &at.csrf,
                    label: "Отозвать",
                    style: ButtonStyle::Secondary,
                    values: &[("version", &raw.version)],
                }))
            }
        }
    }
}
