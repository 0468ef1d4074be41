//! The profile as text, with the ways that lead on from it.

use app::profile::Profile;
use domain::{act::Act, role::Role};
use maud::{Markup, html};
use ui::{Fact, Flavour};

use super::{HEADING, MUNICIPALITY, PLACE, TYPE, waiting};
use crate::{
    Web,
    cabinet::{
        CONSENT, FACTOR, IDENTITIES, OWN_DATA, PASSKEYS, PASSWORD, SESSIONS, erasure, factor,
        identities, in_use, own_data, passkeys, password, sessions, transfer,
    },
    page::Page,
    visit::Person,
};

/// «Личный кабинет» of a profile that is filled in.
pub(super) fn shown(at: &Person, web: &Web, profile: &Profile) -> Markup {
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
    let federated = !web.settings.providers.is_empty();
    let keys = crate::passkey::site(web).is_some();
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
                li { a class="govuk-link" href=(OWN_DATA) { (own_data::HEADING) } }
                @if federated { li { a class="govuk-link" href=(IDENTITIES) { (identities::HEADING) } } }
                li { a class="govuk-link" href=(PASSWORD) { (password::HEADING) } }
                @if keys { li { a class="govuk-link" href=(PASSKEYS) { (passkeys::HEADING) } } }
                li { a class="govuk-link" href=(FACTOR) { (factor::HEADING) } }
                li { a class="govuk-link" href=(SESSIONS) { (sessions::HEADING) } }
                li { a class="govuk-link" href="/profile?cabinet=new" { "Открыть кабинет педагогического работника в другом муниципалитете" } }
                li { a class="govuk-link" href=(CONSENT) { (erasure::HEADING) } }
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
