//! The teacher's cabinet: status, card, the application from forming to submission. With
//! several cards every page takes `?card={id}`; without it, it is about the first.

mod application;
mod card;
mod cards;
mod conclusion;
mod home;
mod withdrawal;

use app::{
    FieldFault,
    cards::{Card, Post},
};
use axum::{Router, routing::get};
use serde::Deserialize;
use ui::Choice;
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, Result},
};

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/teacher", get(home::get))
        .route("/teacher/cards", get(cards::get).post(cards::post))
        .route("/teacher/card", get(card::get).post(card::post))
        .merge(application::router())
        .merge(conclusion::router())
        .merge(withdrawal::router())
}

/// The post chosen for a further card.
fn parse_post(organisation: &str, position: &str) -> Result<Post, Vec<FieldFault>> {
    let mut faults = Vec::new();
    let chosen = organisation.parse().ok();
    if chosen.is_none() {
        faults.push(FieldFault::new("organisation", "Выберите место работы"));
    }
    if position.is_empty() {
        faults.push(FieldFault::new("position", "Выберите должность"));
    }
    chosen
        .filter(|_| faults.is_empty())
        .map(|organisation| Post {
            organisation,
            position: position.to_owned(),
        })
        .ok_or(faults)
}

/// The card a page is asked about.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    card: String,
}

impl Asked {
    fn card(&self) -> Result<Option<Uuid>> {
        card_id(&self.card)
    }
}

/// The card an address or a form names; none is the first.
fn card_id(text: &str) -> Result<Option<Uuid>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::NotFound)
}

/// The address of a page about this card: it names the card when there are several.
fn address(path: &str, cards: &[Card], card: &Card) -> String {
    if cards.len() > 1 {
        format!("{path}?card={}", card.public_id)
    } else {
        path.to_owned()
    }
}

/// «учитель, Школа № 1», when there are several cards to tell apart.
fn post_of(cards: &[Card], card: &Card) -> Option<String> {
    (cards.len() > 1).then(|| format!("{}, {}", card.position_name, card.organisation_name))
}

fn choice<'a>(value: &'a str, label: &'a str) -> Choice<'a> {
    Choice {
        value,
        label,
        ..Choice::default()
    }
}
