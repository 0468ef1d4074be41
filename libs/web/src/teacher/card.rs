//! `/teacher/card`: the card (карточка педагога), read-only from submission on (R-APP-3).

use app::{
    FieldFault,
    cards::{Card, CardDesk, Filled, LOCKED, Post},
};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    calendar::{self, DateFault},
    declension::propose,
    name::{FullName, NameFaults},
    reference::Category,
    value::{Age, Fault, Line, OrderNumber, Phone, Years},
};
use maud::Markup;
use serde::Deserialize;
use ui::Flavour;

use super::{Asked, address, card_id, parse_post, post_of};
use crate::{
    Web,
    error::Result,
    form::{Posted, STALE_FORM, version},
    merge,
    page::Page,
    visit::{Teacher, Visit},
};

mod fields;

/// The card.
pub async fn get(
    at: Teacher,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
) -> Result<Markup> {
    let desk = web.app.card_desk(&at.actor, asked.card()?).await?;
    if desk.locked {
        return Ok(frame(&at, &desk, &[], |page| {
            page.render(fields::read_only(&desk.card, &desk.email))
        }));
    }
    let raw = Raw::of(&desk.card);
    Ok(frame(&at, &desk, &[], |page| {
        page.render(fields::form(&at, &desk, &raw, &[]))
    }))
}

/// «Сохранить», or «Предложить склонение», which only fills the fields in.
pub async fn post(at: Teacher, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let (mut raw, fresh) = match posted.accept() {
        Ok(raw) => (raw, true),
        Err(raw) => (raw, false),
    };
    let desk = web.app.card_desk(&at.actor, card_id(&raw.card)?).await?;
    if !fresh {
        let faults = [FieldFault::new("", STALE_FORM)];
        let body = fields::form(&at, &desk, &raw, &faults);
        let shown = frame(&at, &desk, &faults, |page| page.render(body));
        return Ok((StatusCode::FORBIDDEN, shown).into_response());
    }
    if !raw.propose.is_empty() && !desk.locked {
        let faults = match raw.nominative() {
            Ok(name) => {
                raw.decline(&name);
                Vec::new()
            }
            Err(faults) => faults,
        };
        let body = fields::form(&at, &desk, &raw, &faults);
        return Ok(frame(&at, &desk, &faults, |page| {
            if faults.is_empty() {
                page.render(body).into_response()
            } else {
                page.refuse(body)
            }
        }));
    }
    let saved = match raw.parse(&desk.card) {
        Ok((filled, post)) => {
            let versions = [&raw.version, &raw.profile_version].map(|text| version(text));
            let card = desk.card.public_id;
            web.app
                .save_card(&at.actor, card, versions, filled, post)
                .await
        }
        Err(_) if desk.locked => Err(app::Error::Illegal(LOCKED.to_owned())),
        Err(faults) => Err(app::Error::Invalid(faults)),
    };
    match saved {
        Ok(redrafted) => {
            at.notify(if redrafted {
                "Карточка сохранена. Данные изменились: сформируйте заявление заново."
            } else {
                "Карточка сохранена"
            })
            .await?;
            let back = address("/teacher/card", &desk.cards, &desk.card);
            Ok(Redirect::to(&back).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let body = fields::form(&at, &desk, &raw, &faults);
            Ok(frame(&at, &desk, &faults, |page| page.refuse(body)))
        }
        Err(late @ app::Error::Stale) => {
            let desk = web
                .app
                .card_desk(&at.actor, Some(desk.card.public_id))
                .await?;
            let stored = Raw::of(&desk.card);
            let shown = |name: &str, value: &str| fields::shown(&desk, name, value);
            let faults = merge::faults(
                &late.to_string(),
                &fields::values(&raw),
                &fields::values(&stored),
                shown,
            );
            raw.version = stored.version;
            raw.profile_version = stored.profile_version;
            let body = fields::form(&at, &desk, &raw, &faults);
            let fresh = address("/teacher/card", &desk.cards, &desk.card);
            Ok(frame(&at, &desk, &faults, |page| {
                merge::page(page, &fresh, body)
            }))
        }
        Err(error) => Err(error.into()),
    }
}

fn frame<T>(
    visit: &Visit,
    desk: &CardDesk,
    faults: &[FieldFault],
    render: impl FnOnce(Page<'_>) -> T,
) -> T {
    let caption = post_of(&desk.cards, &desk.card);
    let home = address("/teacher", &desk.cards, &desk.card);
    let mut page = Page::new(visit, "Карточка педагога")
        .flavour(Flavour::Reading)
        .back(&home)
        .faults(faults);
    if let Some(caption) = &caption {
        page = page.caption(caption);
    }
    render(page)
}

/// The card, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    card: String,
    version: String,
    profile_version: String,
    propose: String,
    surname: String,
    name: String,
    patronymic: String,
    phone: String,
    organisation: String,
    position: String,
    surname_gen: String,
    name_gen: String,
    patronymic_gen: String,
    surname_dat: String,
    name_dat: String,
    patronymic_dat: String,
    age: String,
    subject: String,
    education: String,
    service_total: String,
    service_pedagogical: String,
    service_post: String,
    held_category: String,
    held_date: String,
    held_number: String,
    held_until: String,
}

impl Raw {
    /// The card as it is kept; where no declension was confirmed yet, the proposed one.
    fn of(card: &Card) -> Self {
        let number = |value: Option<i32>| value.map(|n| n.to_string()).unwrap_or_default();
        let date = |value: Option<_>| value.map(calendar::dotted).unwrap_or_default();
        let [surname_gen, name_gen, patronymic_gen] = card.genitive.clone();
        let [surname_dat, name_dat, patronymic_dat] = card.dative.clone();
        let [total, pedagogical, post] = card.service.map(number);
        let mut raw = Self {
            card: card.public_id.to_string(),
            version: card.version.to_string(),
            profile_version: card.profile_version.to_string(),
            propose: String::new(),
            surname: card.surname.clone(),
            name: card.name.clone(),
            patronymic: card.patronymic.clone(),
            phone: crate::case::phone(&card.phone),
            organisation: card
                .organisation_public
                .map(|id| id.to_string())
                .unwrap_or_default(),
            position: card.position.clone(),
            surname_gen,
            name_gen,
            patronymic_gen,
            surname_dat,
            name_dat,
            patronymic_dat,
            age: number(card.age),
            subject: card.subject.clone(),
            education: card.education.clone(),
            service_total: total,
            service_pedagogical: pedagogical,
            service_post: post,
            held_category: card.held_category.clone(),
            held_date: date(card.held_date),
            held_number: card.held_number.clone(),
            held_until: date(card.held_until),
        };
        let confirmed = !raw.surname_gen.is_empty() || !raw.surname_dat.is_empty();
        if let (false, Ok(name)) = (confirmed, raw.nominative()) {
            raw.decline(&name);
        }
        raw
    }

    fn nominative(&self) -> Result<FullName, Vec<FieldFault>> {
        FullName::parse(&self.surname, &self.name, &self.patronymic)
            .map_err(|faults| name_faults(faults, ["surname", "name", "patronymic"]))
    }

    fn decline(&mut self, name: &FullName) {
        let forms = propose(name);
        [self.surname_gen, self.name_gen, self.patronymic_gen] = texts(&forms.genitive);
        [self.surname_dat, self.name_dat, self.patronymic_dat] = texts(&forms.dative);
    }

    fn parse(&self, card: &Card) -> Result<(Filled, Option<Post>), Vec<FieldFault>> {
        let mut faults = Vec::new();
        let name = taken(&mut faults, self.nominative());
        let genitive = taken(
            &mut faults,
            declined(
                [&self.surname_gen, &self.name_gen, &self.patronymic_gen],
                ["surname_gen", "name_gen", "patronymic_gen"],
            ),
        );
        let dative = taken(
            &mut faults,
            declined(
                [&self.surname_dat, &self.name_dat, &self.patronymic_dat],
                ["surname_dat", "name_dat", "patronymic_dat"],
            ),
        );
        let post = if card.first {
            None
        } else {
            taken(&mut faults, parse_post(&self.organisation, &self.position))
        };
        let phone = value(&mut faults, "phone", Phone::parse(&self.phone));
        let age = value(&mut faults, "age", Age::parse(&self.age)).map(Age::get);
        let education = value(&mut faults, "education", Line::parse(&self.education, 500));
        let service = [
            ("service_total", &self.service_total),
            ("service_pedagogical", &self.service_pedagogical),
            ("service_post", &self.service_post),
        ]
        .map(|(field, text)| value(&mut faults, field, Years::parse(text)).map(Years::get));
        let held = Category::from_code(&self.held_category)
            .filter(|held| matches!(held, Category::First | Category::Highest));
        let held_date = date(&mut faults, "held_date", &self.held_date);
        let held_until = date(&mut faults, "held_until", &self.held_until);
        let held_number = value(
            &mut faults,
            "held_number",
            OrderNumber::parse(&self.held_number),
        );
        let told = held_date.is_some() || held_until.is_some() || held_number.is_some();
        if held.is_none() && told {
            faults.push(FieldFault::new(
                "held_category",
                "Выберите категорию: указано распоряжение о ней",
            ));
        }
        if let (Some(date), Some(until)) = (held_date, held_until)
            && until < date
        {
            faults.push(FieldFault::new(
                "held_until",
                "Срок действия заканчивается раньше даты распоряжения",
            ));
        }
        let Some(name) = name.filter(|_| faults.is_empty()) else {
            return Err(faults);
        };
        let filled = Filled {
            name,
            phone,
            genitive: genitive.flatten(),
            dative: dative.flatten(),
            post: None,
            subject: self.subject.clone(),
            age,
            education: education.map(|line| line.to_string()).unwrap_or_default(),
            service,
            held,
            held_issuer: String::new(),
            held_date,
            held_number: held_number
                .map(|number| number.to_string())
                .unwrap_or_default(),
            held_until,
        };
        Ok((filled, post))
    }
}

fn texts(name: &FullName) -> [String; 3] {
    [
        name.surname(),
        name.name(),
        name.patronymic().unwrap_or_default(),
    ]
    .map(str::to_owned)
}

fn name_faults(faults: NameFaults, fields: [&'static str; 3]) -> Vec<FieldFault> {
    fields
        .into_iter()
        .zip([faults.surname, faults.name, faults.patronymic])
        .filter_map(|(field, fault)| Some(FieldFault::new(field, fault?.to_string())))
        .collect()
}

/// A name in another case; wholly blank while it is not confirmed.
fn declined(
    parts: [&String; 3],
    fields: [&'static str; 3],
) -> Result<Option<FullName>, Vec<FieldFault>> {
    if parts.iter().all(|part| part.trim().is_empty()) {
        return Ok(None);
    }
    let [surname, name, patronymic] = parts;
    FullName::parse(surname, name, patronymic)
        .map(Some)
        .map_err(|faults| name_faults(faults, fields))
}

fn taken<T>(faults: &mut Vec<FieldFault>, parsed: Result<T, Vec<FieldFault>>) -> Option<T> {
    parsed.map_err(|found| faults.extend(found)).ok()
}

/// A value that may stay open.
fn value<T>(
    faults: &mut Vec<FieldFault>,
    field: &'static str,
    parsed: Result<T, Fault>,
) -> Option<T> {
    match parsed {
        Ok(value) => Some(value),
        Err(Fault::Empty) => None,
        Err(fault) => {
            faults.push(FieldFault::new(field, fault.to_string()));
            None
        }
    }
}

fn date(
    faults: &mut Vec<FieldFault>,
    field: &'static str,
    text: &str,
) -> Option<chrono::NaiveDate> {
    match calendar::parse(text) {
        Ok(date) => Some(date),
        Err(DateFault::Empty) => None,
        Err(fault) => {
            faults.push(FieldFault::new(field, fault.to_string()));
            None
        }
    }
}
