//! `/profile`: «Личный кабинет» of every role, shown, then «Редактировать» (R-ACC-6…8). What
//! the page shows and its form stand in `profile/…`.

mod form;
mod shown;

use app::{
    FieldFault,
    accounts::is_filled,
    profile::{Profile, Saved, Typed, Which},
};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::role::Role;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    Web,
    cabinet::{acting, ended, enter, in_use, open},
    error::{Error, Result},
    form::{Posted, STALE_FORM},
    limits::Limit,
    merge,
    visit::Person,
};
use form::form;
use shown::shown;

const HEADING: &str = "Личный кабинет";
const MUNICIPALITY: &str = "Муниципалитет, в котором находится образовательная организация";
const TYPE: &str = "Тип образовательной организации";
const PLACE: &str = "Место работы (образовательная организация)";
const EMAIL_SENT: &str = "Личные данные сохранены. Новый адрес электронной почты начнёт действовать, когда Вы откроете ссылку из письма, отправленного на него.";

/// Which cabinet's profile, and whether to change it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    cabinet: String,
    edit: String,
}

/// What is typed, and which button was pressed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    cabinet: String,
    /// «Показать организации».
    narrow: String,
    /// «Моей организации нет в списке», or back to the list.
    ask: String,
    #[serde(flatten)]
    typed: Typed,
}

/// The page: the profile, or its form while it is not filled in.
pub async fn get(
    at: Person,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let which = which(&at, &asked.cabinet)?;
    let mut profile = ended(&at, web.app.profile(acting(&at)?, which).await).await?;
    if !profile.consent {
        return Ok(Redirect::to("/consent").into_response());
    }
    // Who came by a municipality's own page means to join that one.
    if let (None, Some(door)) = (&profile.cabinet, at.signed()?.door) {
        profile.typed.municipality = door.municipality.to_string();
    }
    if asked.edit.is_empty() && profile.cabinet.as_ref().is_some_and(is_filled) {
        return Ok(shown(&at, &web, &profile).into_response());
    }
    let lists = web.app.profile_lists(&profile, &profile.typed).await?;
    Ok(form(&at, &profile, &profile.typed, &lists, &[]).into_response())
}

/// Saves the profile, or shows the form with other lists.
pub async fn post(at: Person, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let (mut raw, fresh) = match posted.accept() {
        Ok(raw) => (raw, true),
        Err(raw) => (raw, false),
    };
    let (person, which) = (acting(&at)?, which(&at, &raw.cabinet)?);
    let profile = ended(&at, web.app.profile(person, which).await).await?;
    if !profile.consent {
        return Err(Error::First("/consent".to_owned()));
    }
    match raw.ask.as_str() {
        "missing" => "yes".clone_into(&mut raw.typed.missing),
        "list" => raw.typed.missing.clear(),
        _ => {}
    }
    let (status, faults) = if !fresh {
        (StatusCode::FORBIDDEN, vec![FieldFault::new("", STALE_FORM)])
    } else if !raw.narrow.is_empty() || !raw.ask.is_empty() {
        (StatusCode::OK, Vec::new())
    } else {
        let proved = at.signed()?.proved_lately();
        // Each other address is a letter to somebody; what is refused sends none.
        let other = raw.typed.email.trim() != profile.typed.email;
        let letters = Limit::email(&web, person.account);
        if other {
            letters.take(&web).await?;
        }
        let saved = web
            .app
            .save_profile(person, which, &raw.typed, proved)
            .await;
        if other && saved.is_err() {
            letters.give_back(&web).await?;
        }
        match saved {
            Ok(saved) => return after(&at, &web, &profile, saved).await,
            Err(app::Error::Invalid(faults)) => (StatusCode::UNPROCESSABLE_ENTITY, faults),
            Err(late @ app::Error::Stale) => {
                return self::late(&at, &web, which, raw.typed, &late.to_string()).await;
            }
            Err(error) => return Err(error.into()),
        }
    };
    let lists = web.app.profile_lists(&profile, &raw.typed).await?;
    Ok((status, form(&at, &profile, &raw.typed, &lists, &faults)).into_response())
}

/// The form again, as it comes too late: beside the profile of now.
async fn late(at: &Person, web: &Web, which: Which, typed: Typed, words: &str) -> Result<Response> {
    let profile = ended(at, web.app.profile(acting(at)?, which).await).await?;
    let stored = Typed {
        phone: crate::case::phone(&profile.typed.phone),
        ..profile.typed.clone()
    };
    let [mine, now] = [&typed, &stored].map(|typed| {
        [
            ("email", typed.email.as_str()),
            ("phone", &typed.phone),
            ("surname", &typed.surname),
            ("name", &typed.name),
            ("patronymic", &typed.patronymic),
            ("organisation", &typed.organisation),
            ("position", &typed.position),
        ]
    });
    // A locked profile has but the first two to type.
    let most = if profile.locked { 2 } else { mine.len() };
    let shown = |field: &str, value: &str| match (field, &profile.cabinet) {
        ("organisation", Some(cabinet)) => cabinet.organisation_name.clone(),
        ("position", Some(cabinet)) => cabinet.position_name.clone(),
        _ => value.to_owned(),
    };
    let faults = merge::faults(words, &mine[..most], &now[..most], shown);
    let typed = Typed {
        version: stored.version.clone(),
        ..typed
    };
    let lists = web.app.profile_lists(&profile, &typed).await?;
    let page = form(at, &profile, &typed, &lists, &faults);
    Ok((StatusCode::CONFLICT, page).into_response())
}

/// The cabinet a form or an address names; without a name the one in use.
fn which(at: &Person, named: &str) -> Result<Which> {
    match named {
        "" => Ok(Which::InUse(in_use(at))),
        "new" => Ok(Which::Joining),
        id => Uuid::parse_str(id)
            .map(Which::Named)
            .map_err(|_| Error::NotFound),
    }
}

/// After saving: a cabinet filled in for the first time opens.
async fn after(at: &Person, web: &Web, before: &Profile, saved: Saved) -> Result<Response> {
    at.notify(if saved.email_pending {
        EMAIL_SENT
    } else {
        "Личные данные сохранены"
    })
    .await?;
    let standing = ended(at, web.app.standing(acting(at)?).await).await?;
    let now = match &before.cabinet {
        Some(saved) => standing
            .cabinets
            .iter()
            .find(|cabinet| cabinet.public_id == saved.public_id),
        None => standing
            .cabinets
            .iter()
            .rfind(|cabinet| cabinet.role == Role::Teacher),
    };
    let cabinet = now.ok_or(Error::NoCabinet)?;
    if before.cabinet.as_ref().is_some_and(is_filled) {
        open(at, web, &standing, cabinet).await?;
        return Ok(Redirect::to("/profile").into_response());
    }
    enter(at, web, &standing, cabinet, None).await
}

/// What a teacher waits for (R-ORG-2).
fn waiting(profile: &Profile) -> Markup {
    html! {
        @if let Some(name) = &profile.wanted {
            (ui::inset(html! {
                p { "Вы попросили добавить организацию «" (name) "». Муниципальный координатор рассмотрит просьбу; остальные данные сохранены." }
            }))
        }
    }
}
