//! `/admin/settings` «Настройки»: the region's settings in one form by groups; what was changed
//! last stands below it.

use std::collections::HashMap;

use app::{
    FieldFault,
    region_settings::{Change, RegionSettings},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::setting::{Group, Kind, Setting};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Column, Field, Form, Select, Table};

use crate::{
    Result, Web,
    form::{Posted, stale_form, version},
    lists,
    page::{Page, fault_of},
    visit::Admin,
};

const PATH: &str = "/admin/settings";
const HEADING: &str = "Настройки";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route(PATH, get(show).post(save))
}

/// The form as sent: every setting by its key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    version: String,
    #[serde(flatten)]
    values: HashMap<String, String>,
}

impl Raw {
    fn of(settings: &RegionSettings) -> Self {
        let value =
            |(setting, value): (&Setting, &String)| (setting.code().to_owned(), value.clone());
        Self {
            version: settings.version.to_string(),
            values: settings.values.iter().map(value).collect(),
        }
    }
}

async fn show(at: Admin, State(web): State<Web>) -> Result<Markup> {
    let settings = web.app.region_settings(&at.actor).await?;
    let raw = Raw::of(&settings);
    Ok(Page::new(&at, HEADING).render(body(&at, &web, &settings, &raw, &[])))
}

async fn save(at: Admin, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let settings = web.app.region_settings(&at.actor).await?;
            let faults = stale_form();
            let page = Page::new(&at, HEADING).faults(&faults);
            let body = body(&at, &web, &settings, &raw, &faults);
            return Ok(lists::again(page.render(body)));
        }
    };
    let seen = version(&raw.version);
    match web
        .app
        .save_region_settings(&at.actor, seen, &raw.values)
        .await
    {
        Ok(changed) => {
            at.notify(match changed {
                0 => "Ничего не изменено",
                _ => "Настройки сохранены",
            })
            .await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let settings = web.app.region_settings(&at.actor).await?;
            let page = Page::new(&at, HEADING).faults(&faults);
            Ok(page.refuse(body(&at, &web, &settings, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

fn body(
    at: &Admin,
    web: &Web,
    settings: &RegionSettings,
    raw: &Raw,
    faults: &[FieldFault],
) -> Markup {
    html! {
        p { "Настройки действуют во всём регионе сразу после сохранения, часовой пояс — в течение 10 секунд. "
            "Вид документов меняют в " a class="govuk-link" href="/admin/templates" { "шаблонах документов" } "." }
        (ui::form(Form { action: PATH, csrf: &at.csrf, ..Form::default() }, html! {
            (ui::hidden("version", &raw.version))
            @for group in Group::ALL {
                (ui::fieldset(group.name(), html! {
                    @for setting in Setting::ALL.iter().filter(|setting| setting.group() == group) {
                        (field(*setting, raw, faults))
                    }
                }))
            }
            (ui::button("Сохранить"))
        }))
        h2 { "Последние изменения" }
        (changes(web, &settings.changes))
    }
}

fn field(setting: Setting, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let field = Field {
        name: setting.code(),
        label: setting.name(),
        hint: Some(setting.hint()),
        value: raw.values.get(setting.code()).map_or("", String::as_str),
        error: fault_of(faults, setting.code()),
        ..Field::default()
    };
    match setting.kind() {
        Kind::Line => ui::text(field),
        Kind::Lines => ui::textarea(field),
        Kind::Email => ui::email(field),
        Kind::Number { .. } => ui::number(field),
        Kind::OneOf(known) | Kind::Zone(known) => {
            let mut options: Vec<Choice<'_>> = known
                .iter()
                .map(|(value, label)| Choice {
                    value,
                    label,
                    ..Choice::default()
                })
                .collect();
            // A zone that is in force and not offered can be kept.
            if matches!(setting.kind(), Kind::Zone(_))
                && !field.value.is_empty()
                && known.iter().all(|(value, _)| *value != field.value)
            {
                options.push(Choice {
                    value: field.value,
                    label: field.value,
                    ..Choice::default()
                });
            }
            ui::select(Select {
                field,
                options: &options,
                ..Select::default()
            })
        }
    }
}

fn changes(web: &Web, changes: &[Change]) -> Markup {
    let zone = web.app.zone();
    let rows = changes.iter().map(|change| {
        let setting = Setting::from_code(&change.key);
        let words = |value: &serde_json::Value| {
            let value = value.as_str().unwrap_or_default();
            setting
                .map_or(value, |setting| setting.words(value))
                .to_owned()
        };
        vec![
            html! { (ui::ru::date_time(&zone.local(change.at))) },
            html! { (setting.map_or(change.key.as_str(), |setting| setting.name())) },
            html! { (change.former.as_ref().map(words).unwrap_or_default()) },
            html! { (words(&change.present)) },
            html! { (lists::or_dash(&change.by)) },
        ]
    });
    ui::table(Table {
        caption: "Последние изменения",
        caption_hidden: true,
        columns: &["Когда", "Настройка", "Было", "Стало", "Кто"].map(Column::text),
        rows: rows.collect(),
        empty: "Настройки ещё не меняли.",
    })
}
