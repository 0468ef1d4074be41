//! `/profile`: «Личный кабинет» of every role, shown, then «Редактировать» (R-ACC-6…8).

use app::{
    FieldFault,
    accounts::is_filled,
    places::{Choice as Item, Lists},
    profile::{LOCKED, Profile, Saved, Typed, Which},
};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{act::Act, role::Role};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ButtonStyle, Choice, Fact, Field, Flavour, Form, NamedButton, Select};
use uuid::Uuid;

use crate::{
    Web,
    cabinet::{acting, ended, enter, in_use, open, transfer},
    error::{Error, Result},
    form::{Posted, STALE_FORM},
    merge,
    page::{Page, fault_of},
    visit::Person,
};

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
        match web.app.save_profile(person, which, &raw.typed).await {
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

fn shown(at: &Person, web: &Web, profile: &Profile) -> Markup {
    let typed = &profile.typed;
    let cabinet = profile.cabinet.as_ref();
    let phone = crate::case::phone(&typed.phone);
    let mut facts = vec![
        Fact::text("Фамилия", &typed.surname),
        Fact::text("Имя", &typed.name),
        Fact::text("Отчество", &typed.patronymic),
        Fact::text("Адрес электронной почты", &typed.email),
        Fact::text("Номер телефона (сотовый)", &phone),
    ];
    if let Some(cabinet) = cabinet.filter(|cabinet| !cabinet.role.is_institute()) {
        facts.push(Fact::text(MUNICIPALITY, &cabinet.municipality));
        if cabinet.role != Role::Municipal {
            facts.push(Fact::text(TYPE, &cabinet.organisation_type_name));
            facts.push(Fact::text(PLACE, &cabinet.organisation_name));
        }
        facts.push(Fact::text("Должность", &cabinet.position_name));
    }
    let edit = match cabinet {
        Some(cabinet) => format!("/profile?edit=1&cabinet={}", cabinet.public_id),
        None => "/profile?edit=1".to_owned(),
    };
    // What follows is of the cabinet in use, whichever is shown.
    let in_use = cabinet.is_some_and(|cabinet| in_use(at) == Some((cabinet.role, cabinet.id)));
    let viewed = in_use && web.app.ever(profile.role, Act::ReadViews);
    let closes = in_use && web.app.closes_own(profile.role);
    Page::new(at, HEADING)
        .caption(profile.role.name())
        .flavour(Flavour::Reading)
        .render(html! {
            (waiting(profile))
            (ui::summary(&facts))
            (ui::button_group(html! { (ui::link_button(&edit, "Редактировать")) }))
            (moving(at, profile))
            h2 { "Учётная запись" }
            ul class="govuk-list" {
                li { a class="govuk-link" href="/profile/letters" { "Мои письма" } }
                @if viewed { li { a class="govuk-link" href="/profile/views" { "Кто смотрел мои документы" } } }
                li { a class="govuk-link" href="/password/forgot" { "Сменить пароль" } }
                li { a class="govuk-link" href="/profile?cabinet=new" { "Открыть кабинет педагогического работника в другом муниципалитете" } }
                @if closes { li { a class="govuk-link" href="/profile/close" { "Закрыть кабинет" } } }
            }
        })
}

/// The way to another municipality once the profile no longer leads there (R-ACC-7).
fn moving(at: &Person, profile: &Profile) -> Markup {
    let in_use = at.cabinet().map(|cabinet| cabinet.membership);
    let shown = profile.cabinet.as_ref().map(|cabinet| cabinet.id);
    html! {
        @if profile.role == Role::Teacher && shown == in_use && shown.is_some()
            && (!profile.movable || profile.transfer.is_some()) {
            h2 { (transfer::HEADING) }
            p {
                a class="govuk-link" href="/profile/transfer" {
                    @if profile.transfer.is_some() { "Запрос на перевод" } @else { "Запросить перевод" }
                }
                @if let Some(asked) = &profile.transfer { " " (crate::transfers::state(asked)) }
            }
        }
    }
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

fn form(
    at: &Person,
    profile: &Profile,
    typed: &Typed,
    lists: &Lists,
    faults: &[FieldFault],
) -> Markup {
    let filled = profile.cabinet.as_ref().is_some_and(is_filled);
    // The kept number as people write it; a typed one as it was typed.
    let phone = if typed.phone == profile.typed.phone {
        crate::case::phone(&typed.phone)
    } else {
        typed.phone.clone()
    };
    let named = match &profile.cabinet {
        Some(cabinet) => cabinet.public_id.to_string(),
        None => "new".to_owned(),
    };
    let mut page = Page::new(at, HEADING)
        .caption(profile.role.name())
        .faults(faults)
        .flavour(Flavour::Reading);
    if filled || at.cabinet().is_some() {
        page = page.back("/profile");
    }
    let field = |name, label, value| Field {
        name,
        label,
        value,
        error: fault_of(faults, name),
        ..Field::default()
    };
    page.render(html! {
        (waiting(profile))
        @if profile.locked { (ui::inset(html! { p { (LOCKED) "." } })) }
        (ui::form(
            Form { action: "/profile", csrf: &at.csrf, ..Form::default() },
            html! {
                (ui::hidden("cabinet", &named))
                (ui::hidden("version", &typed.version))
                @if !profile.locked {
                    (ui::text(Field { autocomplete: Some("family-name"), ..field("surname", "Фамилия", &typed.surname) }))
                    (ui::text(Field { autocomplete: Some("given-name"), ..field("name", "Имя", &typed.name) }))
                    (ui::text(Field {
                        autocomplete: Some("additional-name"),
                        hint: Some("Если есть"),
                        ..field("patronymic", "Отчество", &typed.patronymic)
                    }))
                }
                (ui::email(Field {
                    hint: filled.then_some("Новый адрес начнёт действовать, когда Вы откроете ссылку из письма, отправленного на него"),
                    ..field("email", "Адрес электронной почты", &typed.email)
                }))
                (ui::tel(Field {
                    hint: matches!(profile.role, Role::School | Role::Municipal | Role::Expert)
                        .then_some("Укажите рабочий номер: он стоит во внутреннем графике"),
                    ..field("phone", "Номер телефона (сотовый)", &phone)
                }))
                @if !profile.locked { (work(profile, typed, lists, faults)) }
                (ui::button("Сохранить"))
            },
        ))
    })
}

/// Municipality, organisation and post: chosen, or as text where they come from elsewhere.
fn work(profile: &Profile, typed: &Typed, lists: &Lists, faults: &[FieldFault]) -> Markup {
    if profile.role.is_institute() {
        return html! {};
    }
    let list = |name, label, value, empty, items| list(name, label, value, empty, items, faults);
    let missing = !typed.missing.is_empty();
    html! {
        @match &profile.cabinet {
            // Until the first submission a teacher changes it itself (R-ACC-7).
            cabinet if cabinet.is_none() || profile.movable => (list("municipality", MUNICIPALITY, &typed.municipality, "Выберите муниципалитет", &lists.municipalities)),
            Some(cabinet) => (fixed(MUNICIPALITY, &cabinet.municipality, profile.role)),
            None => {},
        }
        @match (profile.role, &profile.cabinet) {
            (Role::Teacher | Role::Expert, _) => {
                (list("organisation_type", TYPE, &typed.organisation_type, "Выберите тип", &lists.types))
                @if missing {
                    (ui::hidden("missing", "yes"))
                    (ui::text(Field {
                        name: "organisation_name",
                        label: "Название организации",
                        value: &typed.organisation_name,
                        hint: Some("Полностью, как в уставе. Её добавит муниципальный координатор"),
                        error: fault_of(faults, "organisation_name"),
                        ..Field::default()
                    }))
                    p { (pressed("Выбрать из списка", "ask", "list")) }
                } @else {
                    p { (pressed("Показать организации", "narrow", "organisation")) }
                    (list("organisation", PLACE, &typed.organisation, "Выберите организацию", &lists.organisations))
                    @if profile.role == Role::Teacher {
                        p { (pressed("Моей организации нет в списке", "ask", "missing")) }
                    }
                }
            },
            (Role::School, Some(cabinet)) => {
                (fixed(TYPE, &cabinet.organisation_type_name, profile.role))
                (fixed(PLACE, &cabinet.organisation_name, profile.role))
            },
            _ => {},
        }
        (list("position", "Должность", &typed.position, "Выберите должность", &lists.positions))
    }
}

/// What the person cannot change here.
fn fixed(label: &str, value: &str, role: Role) -> Markup {
    html! {
        div class="govuk-form-group" {
            p class="govuk-label" { (label) }
            p {
                strong { (value) }
                @if role != Role::Teacher {
                    br;
                    span class="govuk-hint" { "Изменить может пригласивший" }
                }
            }
        }
    }
}

fn pressed(label: &str, name: &str, value: &str) -> Markup {
    ui::named_button(NamedButton {
        label,
        style: ButtonStyle::Secondary,
        name: Some(name),
        value: Some(value),
        ..NamedButton::default()
    })
}

fn list(
    name: &str,
    label: &str,
    value: &str,
    empty: &str,
    items: &[Item],
    faults: &[FieldFault],
) -> Markup {
    let options: Vec<Choice<'_>> = items
        .iter()
        .map(|item| Choice {
            value: &item.code,
            label: &item.name,
            ..Choice::default()
        })
        .collect();
    ui::select(Select {
        field: Field {
            name,
            label,
            value,
            error: fault_of(faults, name),
            ..Field::default()
        },
        empty: Some(empty),
        options: &options,
        ..Select::default()
    })
}
