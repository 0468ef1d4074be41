//! `/admin/templates` «Шаблоны документов»: how papers look, by versions: typed here, tried on
//! sample data, then put in force. What was printed before stays as it was.

use std::time::Duration;

use app::{
    FieldFault,
    printouts::State as Making,
    templates::{TemplateView, Tried, Typed, Version},
};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::template::{LETTERHEAD, NOTE, TemplateKind};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ActionButton, Column, Fact, Field, Form, Table, Tone};
use uuid::Uuid;

use crate::{
    Result, Web,
    asked::Asked,
    error::Error,
    form::{Posted, Seen, stale_form, version},
    lists, merge,
    page::{Page, fault_of},
    printouts, sheet,
    visit::Admin,
};

const PATH: &str = "/admin/templates";
const HEADING: &str = "Шаблоны документов";

/// Lines of the source that are seen at once.
const ROWS: u8 = 30;

/// How long whoever asked for a sample is kept waiting for it.
const WAITED: Duration = Duration::from_secs(4);

/// How often it is looked for meanwhile.
const LOOK: Duration = Duration::from_millis(200);

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/templates/{kind}", get(show).post(save))
        .route("/admin/templates/{kind}/{version}", get(show_version))
        .route("/admin/templates/{kind}/{version}/sample", post(sample))
        .route("/admin/templates/{kind}/{version}/use", post(put_in_force))
}

/// Which version the form begins with; the newest where nothing is asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct From {
    from: String,
}

/// What is typed for a new version, and which version was the newest then.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    version: String,
    #[serde(flatten)]
    typed: Typed,
}

async fn list(at: Admin, State(web): State<Web>) -> Result<Markup> {
    let rows = web.app.templates(&at.actor).await?;
    let rows = rows.iter().map(|row| {
        vec![
            html! { a class="govuk-link" href=(of(row.kind)) { (row.kind.name()) } },
            named(row.in_force),
            html! { (row.newest) },
        ]
    });
    Ok(Page::new(&at, HEADING).render(html! {
        p { "Здесь меняют вид и слова документов, которые печатает система. Изменение – это новая версия: "
            "её смотрят на образце и вводят в действие. Напечатанное раньше не меняется." }
        (ui::table(Table {
            caption: HEADING,
            caption_hidden: true,
            columns: &[
                Column::text("Документ"),
                Column::text("Действует"),
                Column::number("Новейшая версия"),
            ],
            rows: rows.collect(),
            empty: "Шаблонов нет.",
        }))
    }))
}

async fn show(
    at: Admin,
    State(web): State<Web>,
    Path(kind): Path<String>,
    Asked(from): Asked<From>,
) -> Result<Markup> {
    let kind = known(&kind)?;
    let view = web.app.template(&at.actor, kind).await?;
    let newest = view.newest();
    let begin = from.from.parse().unwrap_or(newest);
    let begin = view.versions.iter().find(|row| row.version == begin);
    let raw = Raw {
        version: newest.to_string(),
        typed: begin.map_or_else(Typed::default, |row| Typed {
            source: row.source.clone(),
            letterhead: row.letterhead.clone().unwrap_or_default(),
            note: String::new(),
        }),
    };
    Ok(page(&at, kind, &[]).render(body(&at, &web, kind, &view, &raw, &[])))
}

async fn save(
    at: Admin,
    State(web): State<Web>,
    Path(kind): Path<String>,
    posted: Posted<Raw>,
) -> Result<Response> {
    let kind = known(&kind)?;
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let view = web.app.template(&at.actor, kind).await?;
            let faults = stale_form();
            let body = body(&at, &web, kind, &view, &raw, &faults);
            return Ok(lists::again(page(&at, kind, &faults).render(body)));
        }
    };
    let seen = version(&raw.version);
    match web
        .app
        .save_template(&at.actor, kind, seen, &raw.typed)
        .await
    {
        Ok(version) => {
            at.notify("Версия сохранена. Посмотрите её на образце")
                .await?;
            Ok(Redirect::to(&one(kind, version)).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let view = web.app.template(&at.actor, kind).await?;
            let body = body(&at, &web, kind, &view, &raw, &faults);
            Ok(page(&at, kind, &faults).refuse(body))
        }
        // Versions add up, so nothing of the other one is lost by saving this beside it (SEC-70).
        Err(late @ app::Error::Stale) => {
            let view = web.app.template(&at.actor, kind).await?;
            let raw = Raw {
                version: view.newest().to_string(),
                ..raw
            };
            let faults = merge::faults(&late.to_string(), &[], &[], merge::as_stored);
            let body = body(&at, &web, kind, &view, &raw, &faults);
            Ok((StatusCode::CONFLICT, page(&at, kind, &faults).render(body)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn show_version(
    at: Admin,
    State(web): State<Web>,
    Path(path): Path<(String, String)>,
) -> Result<Markup> {
    let (kind, version) = numbered(&path)?;
    let view = web.app.template(&at.actor, kind).await?;
    let row = view.versions.iter().find(|row| row.version == version);
    let row = row.ok_or(Error::NotFound)?;
    let heading = match version {
        0 => "Встроенный шаблон".to_owned(),
        version => format!("Версия {version}"),
    };
    let back = of(kind);
    Ok(Page::new(&at, &heading)
        .caption(kind.name())
        .back(&back)
        .render(one_body(&at, &web, kind, &view, row)))
}

/// Leads to the sample if the worker is quick, to what is wrong if that is known, else to wait.
async fn sample(
    at: Admin,
    State(web): State<Web>,
    Path(path): Path<(String, String)>,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let (kind, version) = numbered(&path)?;
    posted.take()?;
    sheet::count(&web, at.actor.account).await?;
    let id = web.app.try_template(&at.actor, kind, version).await?;
    let to = match tokio::time::timeout(WAITED, made(&web, &at, id)).await {
        Ok(made) => match made? {
            Making::Done => format!("{}/file", printouts::address(id)),
            Making::Failed | Making::Making => one(kind, version),
        },
        Err(_) => printouts::address(id),
    };
    Ok(Redirect::to(&to))
}

async fn made(web: &Web, at: &Admin, id: Uuid) -> Result<Making> {
    loop {
        match web.app.printout(&at.actor, id).await?.state {
            Making::Making => tokio::time::sleep(LOOK).await,
            state => return Ok(state),
        }
    }
}

async fn put_in_force(
    at: Admin,
    State(web): State<Web>,
    Path(path): Path<(String, String)>,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let (kind, version) = numbered(&path)?;
    let seen = posted.take()?.version();
    web.app.use_template(&at.actor, kind, version, seen).await?;
    at.notify("Шаблон введён в действие").await?;
    Ok(Redirect::to(&of(kind)))
}

fn known(code: &str) -> Result<TemplateKind> {
    TemplateKind::from_code(code).ok_or(Error::NotFound)
}

fn numbered((kind, version): &(String, String)) -> Result<(TemplateKind, i32)> {
    let version = version.parse().map_err(|_| Error::NotFound)?;
    Ok((known(kind)?, version))
}

fn of(kind: TemplateKind) -> String {
    format!("{PATH}/{}", kind.code())
}

fn one(kind: TemplateKind, version: i32) -> String {
    format!("{PATH}/{}/{version}", kind.code())
}

fn named(version: i32) -> Markup {
    match version {
        0 => html! { "встроенный" },
        version => html! { "версия " (version) },
    }
}

fn page<'a>(at: &'a Admin, kind: TemplateKind, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(at, kind.name()).back(PATH).faults(faults)
}

fn tried(tried: Tried) -> Markup {
    match tried {
        Tried::Never => ui::tag(Tone::Grey, "не проверена"),
        Tried::Passed => ui::tag(Tone::Green, "образец напечатан"),
        Tried::Refused => ui::tag(Tone::Red, "с ошибками"),
    }
}

fn body(
    at: &Admin,
    web: &Web,
    kind: TemplateKind,
    view: &TemplateView,
    raw: &Raw,
    faults: &[FieldFault],
) -> Markup {
    if view.versions.is_empty() {
        return html! { p { "Встроенный шаблон появится здесь, когда запустятся фоновые задания." } };
    }
    html! {
        (versions(web, kind, view))
        h2 { "Новая версия" }
        p class="govuk-hint" {
            "Шаблон пишут на языке Typst. Ему доступны общий вид style.typ и данные документа data.json; "
            "файлов, сети и часов у него нет."
            @if kind.document().is_some() {
                " Коды страниц («#show: coded») и строки для подписей (signature-line) должны остаться: по ним читается скан."
            }
        }
        (ui::form(Form { action: &of(kind), csrf: &at.csrf, ..Form::default() }, html! {
            (ui::hidden("version", &raw.version))
            @if kind.has_letterhead() {
                (ui::textarea(Field {
                    name: "letterhead",
                    label: "Шапка: кому адресован документ",
                    hint: Some("По строкам. Пустая – как в настройках"),
                    value: &raw.typed.letterhead,
                    error: fault_of(faults, "letterhead"),
                    max_length: Some(LETTERHEAD as u32),
                    ..Field::default()
                }))
            }
            (ui::textarea(Field {
                name: "source",
                label: "Текст шаблона",
                value: &raw.typed.source,
                error: fault_of(faults, "source"),
                rows: Some(ROWS),
                ..Field::default()
            }))
            (ui::text(Field {
                name: "note",
                label: "Что изменено",
                value: &raw.typed.note,
                error: fault_of(faults, "note"),
                max_length: Some(NOTE as u32),
                ..Field::default()
            }))
            (ui::button("Сохранить новую версию"))
        }))
    }
}

fn versions(web: &Web, kind: TemplateKind, view: &TemplateView) -> Markup {
    let zone = web.app.zone();
    let rows = view.versions.iter().map(|row| {
        let since = view.uses.iter().find(|entry| entry.version == row.version);
        vec![
            html! { a class="govuk-link" href=(one(kind, row.version)) { (named(row.version)) } },
            html! { (row.note) },
            html! { (row.by) },
            html! { (ui::ru::date_time(&zone.local(row.created_at))) },
            html! {
                @if row.version == view.in_force() {
                    (ui::tag(Tone::Blue, "действует"))
                    @if let Some(since) = since { " с " (ui::ru::date_time(&zone.local(since.since))) }
                } @else { (tried(row.tried)) }
            },
        ]
    });
    ui::table(Table {
        caption: "Версии",
        columns: &["Версия", "Что изменено", "Кто", "Когда", "Состояние"].map(Column::text),
        rows: rows.collect(),
        empty: "Версий нет.",
        ..Table::default()
    })
}

fn one_body(
    at: &Admin,
    web: &Web,
    kind: TemplateKind,
    view: &TemplateView,
    row: &Version,
) -> Markup {
    let here = one(kind, row.version);
    let in_force = view.in_force() == row.version;
    let button = |action: &str, label, seen: i32| {
        ui::action_button(ActionButton {
            action: &format!("{here}/{action}"),
            csrf: &at.csrf,
            label,
            values: &[("version", &seen.to_string())],
            ..ActionButton::default()
        })
    };
    let made = ui::ru::date_time(&web.app.zone().local(row.created_at));
    html! {
        @if row.tried == Tried::Refused {
            (ui::warning("По этой версии документ не печатается."))
            ul class="govuk-list govuk-list--bullet" {
                @for fault in &row.faults { li { (fault) } }
            }
        }
        (ui::summary(&[
            Fact { value: html! {
                @if in_force { (ui::tag(Tone::Blue, "действует")) " " }
                (tried(row.tried))
            }, ..Fact::text("Состояние", "") },
            Fact::text("Что изменено", &row.note),
            Fact::text("Кто", &row.by),
            Fact::text("Когда", &made),
            Fact::text("Шапка", row.letterhead.as_deref().unwrap_or("как в настройках")),
        ]))
        (ui::button_group(html! {
            (button("sample", "Посмотреть на образце", row.version))
            @if !in_force && row.tried == Tried::Passed {
                (button("use", "Ввести в действие", view.latest_use()))
            }
        }))
        p { a class="govuk-link" href={ (of(kind)) "?from=" (row.version) } { "Изменить: новая версия на основе этой" } }
        (ui::details("Текст шаблона", html! {
            pre { @for (line, text) in (1..).zip(row.source.lines()) { (line) "  " (text) "\n" } }
        }))
    }
}
