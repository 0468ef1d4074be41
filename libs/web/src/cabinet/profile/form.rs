//! The form of a profile: names, address and telephone; municipality, organisation and post
//! where they are the person's to choose (R-ACC-6…8).

use app::{
    FieldFault,
    accounts::is_filled,
    places::{Choice as Item, Lists},
    profile::{LOCKED, Profile, Typed},
};
use domain::role::Role;
use maud::{Markup, html};
use ui::{ButtonStyle, Choice, Field, Flavour, Form, NamedButton, Select};

use super::{HEADING, MUNICIPALITY, PLACE, TYPE, waiting};
use crate::{
    page::{Page, fault_of},
    public::leading,
    session::Signed,
    visit::Person,
};

/// The page with the form, as typed.
pub(super) fn form(
    at: &Person,
    profile: &Profile,
    typed: &Typed,
    lists: &Lists,
    faults: &[FieldFault],
) -> Markup {
    let filled = profile.cabinet.as_ref().is_some_and(is_filled);
    let proved = at.signed.as_ref().is_some_and(Signed::proved_lately);
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
                @if !proved && (filled || fault_of(faults, "email").is_some()) {
                    p { a class="govuk-link" href=(leading("/profile/confirm", &format!("/profile?edit=1&cabinet={named}"))) { "Подтвердить, что это Вы" } " — без этого адрес не сменить." }
                }
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
