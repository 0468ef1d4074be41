//! `/teacher/cards`: «Добавить должность», a further card for another post in the same
//! municipality (R-ACC-1).

use app::{
    FieldFault,
    cards::{CardDesk, Post},
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Field, Flavour, Form, Select};

use super::choice;
use crate::{
    Web,
    error::Result,
    form::{Posted, STALE_FORM},
    page::{Page, fault_of},
    visit::{Teacher, Visit},
};

const HEADING: &str = "Добавить должность";

/// The form.
pub async fn get(at: Teacher, State(web): State<Web>) -> Result<Markup> {
    let desk = web.app.card_desk(&at.actor, None).await?;
    Ok(page(&at, &[]).render(body(&at, &desk, &Raw::of(&desk), &[])))
}

/// Adds the card.
pub async fn post(at: Teacher, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let desk = web.app.card_desk(&at.actor, None).await?;
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let faults = [FieldFault::new("", STALE_FORM)];
            let shown = page(&at, &faults).render(body(&at, &desk, &raw, &faults));
            return Ok((StatusCode::FORBIDDEN, shown).into_response());
        }
    };
    let added = match raw.parse() {
        Ok(post) => web.app.add_post(&at.actor, &post).await,
        Err(faults) => Err(app::Error::Invalid(faults)),
    };
    match added {
        Ok(card) => {
            at.notify("Должность добавлена: заполните карточку педагога")
                .await?;
            Ok(Redirect::to(&format!("/teacher/card?card={card}")).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            Ok(page(&at, &faults).refuse(body(&at, &desk, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The post to add, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    organisation: String,
    position: String,
}

impl Raw {
    /// The place of work is most often the same.
    fn of(desk: &CardDesk) -> Self {
        Self {
            organisation: desk
                .card
                .organisation_public
                .map(|id| id.to_string())
                .unwrap_or_default(),
            position: String::new(),
        }
    }

    fn parse(&self) -> Result<Post, Vec<FieldFault>> {
        super::parse_post(&self.organisation, &self.position)
    }
}

fn page<'a>(visit: &'a Visit, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(visit, HEADING)
        .flavour(Flavour::Reading)
        .back("/teacher")
        .faults(faults)
}

fn body(visit: &Visit, desk: &CardDesk, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let form = Form {
        action: "/teacher/cards",
        csrf: &visit.csrf,
        ..Form::default()
    };
    html! {
        p { "Если Вы хотите пройти аттестацию по двум должностям, добавьте вторую: у каждой своя карточка и своё заявление." }
        (ui::form(form, html! {
            (post_fields(desk, &raw.position, &raw.organisation, faults))
            (ui::button("Добавить должность"))
        }))
    }
}

/// The fields of a post that is not the profile's.
pub fn post_fields(
    desk: &CardDesk,
    position: &str,
    organisation: &str,
    faults: &[FieldFault],
) -> Markup {
    let ids: Vec<String> = desk
        .workplaces
        .iter()
        .map(|workplace| workplace.public_id.to_string())
        .collect();
    let workplaces: Vec<Choice<'_>> = desk
        .workplaces
        .iter()
        .zip(&ids)
        .map(|(workplace, id)| choice(id, &workplace.name))
        .collect();
    let positions: Vec<Choice<'_>> = desk
        .positions
        .iter()
        .map(|item| choice(&item.code, &item.name))
        .collect();
    html! {
        (ui::select(Select {
            field: Field {
                name: "organisation",
                label: "Место работы (образовательная организация)",
                value: organisation,
                error: fault_of(faults, "organisation"),
                ..Field::default()
            },
            empty: Some("Не выбрано"),
            options: &workplaces,
            groups: &[],
        }))
        (ui::select(Select {
            field: Field {
                name: "position",
                label: "Должность",
                value: position,
                error: fault_of(faults, "position"),
                ..Field::default()
            },
            empty: Some("Не выбрано"),
            options: &positions,
            groups: &[],
        }))
    }
}
