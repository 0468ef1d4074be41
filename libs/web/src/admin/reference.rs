//! `/admin/reference` «Справочники»: the lists people choose from. A row is added, corrected, put
//! in its place and closed; it is never deleted, since old applications name it.

use app::{
    FieldFault,
    reference::{Listed, Opened, name_of},
};
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::reference::list::{Column as Kept, Kind, List, Row};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Column, Field, Form, Select, Table};

use crate::{
    Result, Web,
    form::{Posted, stale_form, version},
    lists,
    page::{Page, fault_of},
    reference::{self, HEADING},
    visit::Admin,
};

const PATH: &str = "/admin/reference";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/admin/reference/{list}", get(show_list))
        .route("/admin/reference/{list}/add", get(blank).post(add))
        .route("/admin/reference/{list}/{code}", get(open).post(save))
}

/// A row as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    version: String,
    #[serde(flatten)]
    row: Row,
}

impl Raw {
    fn of(opened: &Opened) -> Self {
        Self {
            version: opened.version.to_string(),
            row: opened.row.clone(),
        }
    }
}

async fn show(at: Admin, State(web): State<Web>) -> Result<Markup> {
    let lists = web.app.reference_lists(&at.actor).await?;
    Ok(Page::new(&at, HEADING).render(html! {
        p { "Из этих списков выбирают в заявлениях, карточках и кабинетах. То, что здесь изменено, "
            "обновление системы не трогает." }
        (reference::lists(PATH, &lists))
        ul class="govuk-list govuk-list--spaced" {
            li { a class="govuk-link" href="/admin/reference/forms" { "Бланки и образцы" } " — файлы, открытые для всех" }
            li { a class="govuk-link" href="/admin/settings" { "Учредители: кто регистрирует заявления" } " — в настройках" }
            li { a class="govuk-link" href="/admin/templates" { "Шаблоны документов" } " — вид заявлений, заключений и других документов" }
        }
    }))
}

async fn show_list(at: Admin, State(web): State<Web>, Path(list): Path<String>) -> Result<Markup> {
    let list = reference::named(&list)?;
    let listed = web.app.kept_list(&at.actor, list).await?;
    Ok(Page::new(&at, list.name()).back(PATH).render(html! {
        p { (ui::secondary_link_button(&format!("{PATH}/{}/add", list.code()), "Добавить строку")) }
        (reference::rows(list, &listed.entries, Some(PATH)))
        h2 { "Последние изменения" }
        (changes(&web, &listed))
    }))
}

async fn blank(at: Admin, State(web): State<Web>, Path(list): Path<String>) -> Result<Markup> {
    let list = reference::named(&list)?;
    shown(&at, &web, list, "").await
}

async fn open(
    at: Admin,
    State(web): State<Web>,
    Path((list, code)): Path<(String, String)>,
) -> Result<Markup> {
    let list = reference::named(&list)?;
    shown(&at, &web, list, &code).await
}

async fn shown(at: &Admin, web: &Web, list: List, code: &str) -> Result<Markup> {
    let opened = web.app.reference_row(&at.actor, list, code).await?;
    let raw = Raw::of(&opened);
    let here = Here::new(list, &opened);
    Ok(here.page(at, &[]).render(here.form(at, &raw, &[])))
}

async fn add(
    at: Admin,
    State(web): State<Web>,
    Path(list): Path<String>,
    posted: Posted<Raw>,
) -> Result<Response> {
    let list = reference::named(&list)?;
    take(&at, &web, list, "", posted).await
}

async fn save(
    at: Admin,
    State(web): State<Web>,
    Path((list, code)): Path<(String, String)>,
    posted: Posted<Raw>,
) -> Result<Response> {
    let list = reference::named(&list)?;
    take(&at, &web, list, &code, posted).await
}

async fn take(
    at: &Admin,
    web: &Web,
    list: List,
    code: &str,
    posted: Posted<Raw>,
) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let opened = web.app.reference_row(&at.actor, list, code).await?;
            let faults = stale_form();
            let here = Here::new(list, &opened);
            let page = here.page(at, &faults);
            return Ok(lists::again(page.render(here.form(at, &raw, &faults))));
        }
    };
    let saved = web
        .app
        .save_reference_row(&at.actor, list, code, version(&raw.version), &raw.row);
    match saved.await {
        Ok(()) => {
            at.notify("Справочник сохранён").await?;
            Ok(Redirect::to(&format!("{PATH}/{}", list.code())).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let opened = web.app.reference_row(&at.actor, list, code).await?;
            let here = Here::new(list, &opened);
            let page = here.page(at, &faults);
            Ok(page.refuse(here.form(at, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The row a form is about.
struct Here {
    list: List,
    back: String,
    action: String,
    heading: String,
}

impl Here {
    fn new(list: List, opened: &Opened) -> Self {
        let back = format!("{PATH}/{}", list.code());
        let (last, heading) = match opened.code.as_str() {
            "" => ("add", "Новая строка"),
            code => (code, opened.row.get("name").map_or("", String::as_str)),
        };
        Self {
            list,
            action: format!("{back}/{last}"),
            heading: heading.to_owned(),
            back,
        }
    }

    fn page<'a>(&'a self, at: &'a Admin, faults: &'a [FieldFault]) -> Page<'a> {
        Page::new(at, &self.heading)
            .caption(self.list.name())
            .back(&self.back)
            .faults(faults)
    }

    fn form(&self, at: &Admin, raw: &Raw, faults: &[FieldFault]) -> Markup {
        ui::form(
            Form {
                action: &self.action,
                csrf: &at.csrf,
                ..Form::default()
            },
            html! {
                (ui::hidden("version", &raw.version))
                @for column in self.list.columns() { (field(column, raw, faults)) }
                (ui::button("Сохранить"))
            },
        )
    }
}

fn field(column: &Kept, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let field = Field {
        name: column.code,
        label: column.name,
        hint: Some(column.hint).filter(|hint| !hint.is_empty()),
        value: raw.row.get(column.code).map_or("", String::as_str),
        error: fault_of(faults, column.code),
        ..Field::default()
    };
    match column.kind {
        Kind::Text | Kind::OptionalText => ui::text(field),
        Kind::Number => ui::number(field),
        Kind::OneOf(known) => {
            let options: Vec<Choice<'_>> = known
                .iter()
                .map(|(value, label)| Choice {
                    value,
                    label,
                    ..Choice::default()
                })
                .collect();
            ui::select(Select {
                field,
                empty: Some("Выберите"),
                options: &options,
                ..Select::default()
            })
        }
    }
}

fn changes(web: &Web, listed: &Listed) -> Markup {
    let zone = web.app.zone();
    let rows = listed.changes.iter().map(|change| {
        let closed = |row: &serde_json::Value| row["retired"] == "yes";
        let former = change.former.as_ref();
        let what = match former {
            None => "добавлена",
            Some(former) if !closed(former) && closed(&change.present) => "больше не используется",
            Some(former) if closed(former) && !closed(&change.present) => "снова используется",
            Some(_) => "исправлена",
        };
        vec![
            html! { (ui::ru::date_time(&zone.local(change.at))) },
            html! { (name_of(former.unwrap_or(&change.present))) },
            html! { (what) },
            html! { (name_of(&change.present)) },
            html! { (lists::or_dash(&change.by)) },
        ]
    });
    ui::table(Table {
        caption: "Последние изменения",
        caption_hidden: true,
        columns: &["Когда", "Строка", "Что сделано", "Название теперь", "Кто"].map(Column::text),
        rows: rows.collect(),
        empty: "Список ещё не меняли.",
    })
}
