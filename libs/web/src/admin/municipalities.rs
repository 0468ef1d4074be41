//! `/admin/municipalities` «Муниципалитеты»: the list with its search, and adding one with the
//! invitation of its first coordinator. No personal data: of its people only how many
//! coordinate.

use app::{
    FieldFault, Listing,
    municipalities::{By, Entry, Typed},
};
use axum::{
    Router,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::municipality::{Status, TOMBSTONE};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Field, Flavour, Form, Table, Tone, Width};

use crate::{
    Result, Web,
    asked::address,
    form::{Posted, stale_form},
    lists,
    page::{Page, fault_of},
    visit::Admin,
};

/// The list's address.
pub const PATH: &str = "/admin/municipalities";
const NEW: &str = "/admin/municipalities/new";
const ADD: &str = "Добавить муниципалитет";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route(NEW, get(new).post(add))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    search: String,
    after: String,
}

async fn show(at: Admin, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let by = By::Person(&at.actor);
    let after = lists::after(&asked.after);
    let list = web.app.municipality_list(by, &asked.search, after).await?;
    let base = address(PATH, &[("search", &asked.search)]);
    let base = format!("{base}{}", if base == PATH { "?" } else { "&" });
    Ok(Page::new(&at, "Муниципалитеты").render(html! {
        (ui::link_button(NEW, ADD))
        (ui::filters(PATH, ui::text(Field {
            name: "search",
            label: "Название",
            value: &asked.search,
            hint: Some("Или его часть"),
            width: Width::Medium,
            ..Field::default()
        })))
        (table(&list))
        (lists::next_page(&base, "after", list.next))
    }))
}

fn table(list: &Listing<Entry>) -> Markup {
    let rows = list
        .rows
        .iter()
        .map(|row| {
            vec![
                html! { a class="govuk-link" href={ (PATH) "/" (row.public_id) } { (name(row)) } },
                html! { @if row.status != Status::Removed { "/m/" (row.slug) "/login" } },
                state(row.status),
                html! { (row.coordinators) },
                html! {
                    @if row.coordinators == 0 && row.status != Status::Removed {
                        (ui::tag(Tone::Red, "без координатора"))
                    }
                },
            ]
        })
        .collect();
    ui::table(Table {
        caption: "Муниципалитеты",
        caption_hidden: true,
        columns: &[
            Column::text("Название"),
            Column::text("Адрес для входа"),
            Column::text("Состояние"),
            Column::number("Координаторов"),
            Column::text("Координатор"),
        ],
        rows,
        empty: "Муниципалитетов не найдено.",
    })
}

/// What it is called; a removed one has no name any more.
pub fn name(row: &Entry) -> &str {
    match row.status {
        Status::Removed => TOMBSTONE,
        Status::Active | Status::Suspended => &row.name,
    }
}

/// The state as a tag.
pub fn state(status: Status) -> Markup {
    let tone = match status {
        Status::Active => Tone::Green,
        Status::Suspended => Tone::Red,
        Status::Removed => Tone::Grey,
    };
    ui::tag(tone, status.name())
}

async fn new(at: Admin, State(web): State<Web>) -> Result<Markup> {
    web.app.ensure_open(&at.actor).await?;
    Ok(adding(&at, &[]).render(form(&at, &Typed::default(), &[])))
}

async fn add(at: Admin, State(web): State<Web>, posted: Posted<Typed>) -> Result<Response> {
    let typed = match posted.accept() {
        Ok(typed) => typed,
        Err(typed) => {
            let faults = stale_form();
            let page = adding(&at, &faults).render(form(&at, &typed, &faults));
            return Ok(lists::again(page));
        }
    };
    match web
        .app
        .add_municipality(By::Person(&at.actor), &typed)
        .await
    {
        Ok(added) => {
            at.notify(match added.link {
                Some(_) => "Муниципалитет добавлен, приглашение координатору отправлено",
                None => "Муниципалитет добавлен",
            })
            .await?;
            Ok(Redirect::to(&format!("{PATH}/{}", added.public_id)).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            Ok(adding(&at, &faults).refuse(form(&at, &typed, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

fn adding<'a>(at: &'a Admin, faults: &'a [FieldFault]) -> Page<'a> {
    let page = Page::new(at, ADD).back(PATH).faults(faults);
    page.flavour(Flavour::Reading)
}

fn form(at: &Admin, typed: &Typed, faults: &[FieldFault]) -> Markup {
    ui::form(
        Form {
            action: NEW,
            csrf: &at.csrf,
            ..Form::default()
        },
        html! {
            (fields(typed, faults, "Если оставить пустым, получится из названия"))
            (ui::email(Field {
                name: "email",
                label: "E-mail координатора",
                value: &typed.email,
                hint: Some("На него придёт приглашение; можно пригласить и позже"),
                error: fault_of(faults, "email"),
                ..Field::default()
            }))
            (ui::button("Добавить"))
        },
    )
}

/// The fields a municipality has, new or changed.
pub fn fields(typed: &Typed, faults: &[FieldFault], about_slug: &str) -> Markup {
    let field = |name, label, value| Field {
        name,
        label,
        value,
        error: fault_of(faults, name),
        ..Field::default()
    };
    html! {
        (ui::text(field("name", "Название", &typed.name)))
        (ui::text(Field {
            hint: Some(about_slug),
            width: Width::Medium,
            ..field("slug", "Краткое имя в адресе", &typed.slug)
        }))
        (ui::text(Field {
            hint: Some("Например, муниципальный район, муниципальный округ или городской округ"),
            ..field("kind", "Вид", &typed.kind)
        }))
        (ui::text(Field {
            hint: Some("Кто координатор, телефон, адрес: их видит каждый на странице входа"),
            ..field("contacts", "Контакты для публикации", &typed.contacts)
        }))
    }
}
