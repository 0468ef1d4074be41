//! `/admin/reference/forms` «Бланки и образцы»: the files everybody finds on `/forms`. One form adds,
//! corrects, puts another file in place, withdraws and publishes again.

use app::{
    FieldFault,
    region_settings::Change,
    samples::{OpenedSample, Sample, Typed, kind},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::sample::{Section, TITLE};
use maud::{Markup, html};
use ui::{Choice, Column, Field, FileField, Form, Select, Table, Tone, ru};
use uuid::Uuid;

use crate::{
    Result, Web, checked,
    id::Id,
    lists, merge,
    page::{Page, fault_of},
    upload::{Upload, Uploaded},
    visit::Admin,
};

const PATH: &str = "/admin/reference/forms";
const HEADING: &str = "Бланки и образцы";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/reference/forms/add", get(blank).post(add))
        .route("/admin/reference/forms/{sample}", get(show).post(save))
}

/// What is typed for a sample, and the version it was shown with.
struct Raw {
    typed: Typed,
    version: i32,
}

impl Raw {
    fn of(opened: OpenedSample) -> Self {
        Self {
            typed: opened.typed,
            version: opened.version,
        }
    }

    fn sent(form: &Uploaded) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            typed: Typed {
                title: text("title"),
                section: text("section"),
                ordinal: text("ordinal"),
                published: text("published"),
            },
            version: form.version(),
        }
    }

    /// The fields, for telling what is stored otherwise.
    fn values(&self) -> [(&'static str, &str); 4] {
        [
            ("title", &self.typed.title),
            ("section", &self.typed.section),
            ("ordinal", &self.typed.ordinal),
            ("published", &self.typed.published),
        ]
    }
}

async fn list(at: Admin, State(web): State<Web>) -> Result<Markup> {
    let samples = web.app.samples(&at.actor).await?;
    let of = |section: Section| {
        let there = samples.rows.iter();
        there.filter(move |sample| sample.section == section.code())
    };
    Ok(Page::new(&at, HEADING)
        .back("/admin/reference")
        .render(html! {
            p {
                "Эти файлы все находят на странице «"
                a class="govuk-link" href="/forms" { (HEADING) }
                "», педагоги – ещё и по ссылкам на странице «Подать заявление»."
            }
            p { (ui::secondary_link_button(&format!("{PATH}/add"), "Добавить файл")) }
            @if samples.rows.is_empty() { (ui::inset(html! { p { "Пока ничего не добавлено." } })) }
            @for section in Section::ALL {
                @if of(section).next().is_some() { (table(&web, section, of(section))) }
            }
            h2 { "Последние изменения" }
            (changes(&web, &samples.changes))
        }))
}

fn table<'a>(web: &Web, section: Section, samples: impl Iterator<Item = &'a Sample>) -> Markup {
    let zone = web.app.zone();
    let rows = samples.map(|sample| {
        let words = file_words(sample);
        vec![
            html! { (sample.ordinal) },
            html! { a class="govuk-link" href={ (PATH) "/" (sample.public_id) } { (sample.title) } },
            html! {
                @match sample.published_at {
                    Some(_) => { (checked::link(sample.state, &format!("/forms/{}", sample.public_id), &words)) }
                    None => { (words) }
                }
                " " (checked::mark(sample.state, false))
            },
            html! {
                @match sample.published_at {
                    Some(at) => { (ui::tag(Tone::Green, "опубликован")) " " (ru::date_short(zone.date_of(at))) }
                    None => { (ui::tag(Tone::Grey, "снят с публикации")) }
                }
            },
        ]
    });
    ui::table(Table {
        caption: section.name(),
        columns: &["№", "Название", "Файл", "Состояние"].map(Column::text),
        rows: rows.collect(),
        empty: "",
        ..Table::default()
    })
}

/// The file of a sample: «таблица.docx, DOCX, 48 КБ».
fn file_words(sample: &Sample) -> String {
    let size = ru::file_size(sample.size.unsigned_abs());
    format!("{}, {}, {size}", sample.file_name, kind(sample))
}

async fn blank(at: Admin, State(web): State<Web>) -> Result<Markup> {
    let samples = web.app.samples(&at.actor).await?;
    let last = samples.rows.iter().map(|sample| sample.ordinal).max();
    let raw = Raw {
        typed: Typed {
            ordinal: (last.unwrap_or_default() + 1).to_string(),
            published: "yes".to_owned(),
            ..Typed::default()
        },
        version: 0,
    };
    Ok(page(&at, None, &[]).render(body(&at, None, &raw, &[])))
}

async fn show(at: Admin, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let opened = web.app.sample(&at.actor, id).await?;
    let sample = opened.sample.clone();
    let raw = Raw::of(opened);
    Ok(page(&at, Some(&sample), &[]).render(body(&at, Some(&sample), &raw, &[])))
}

async fn add(at: Admin, State(web): State<Web>, upload: Upload) -> Result<Response> {
    take(&at, &web, None, upload).await
}

async fn save(at: Admin, State(web): State<Web>, Id(id): Id, upload: Upload) -> Result<Response> {
    take(&at, &web, Some(id), upload).await
}

async fn take(at: &Admin, web: &Web, id: Option<Uuid>, upload: Upload) -> Result<Response> {
    let mut form = upload.receive_sample(web, &at.actor).await?;
    let raw = Raw::sent(&form);
    let refused = std::mem::take(&mut form.faults);
    let file = form.file("file").cloned();
    let saved = if refused.is_empty() {
        let saved = web
            .app
            .save_sample(&at.actor, id, raw.version, &raw.typed, file.as_ref());
        saved.await
    } else {
        Err(app::Error::Invalid(refused))
    };
    let named = saved.as_ref().err().is_none_or(app::Error::is_outage);
    let kept = file.filter(|_| named).map(|file| file.key);
    let mut unsaved = form.received();
    unsaved.retain(|file| Some(&file.key) != kept.as_ref());
    web.app.discard(&unsaved).await;
    let sent_anew = (!unsaved.is_empty()).then(|| {
        let words = "Выберите файл ещё раз: он не сохранён";
        FieldFault::new("file", words)
    });
    match saved {
        Ok(()) => {
            at.notify("Бланки и образцы сохранены").await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(mut faults)) => {
            faults.extend(sent_anew);
            let sample = match id {
                Some(id) => Some(web.app.sample(&at.actor, id).await?.sample),
                None => None,
            };
            Ok(page(at, sample.as_ref(), &faults).refuse(body(at, sample.as_ref(), &raw, &faults)))
        }
        Err(late @ app::Error::Stale) => {
            let id = id.ok_or(late)?;
            let opened = web.app.sample(&at.actor, id).await?;
            let sample = opened.sample.clone();
            let stored = Raw::of(opened);
            let words = app::Error::Stale.to_string();
            let mut faults = merge::faults(&words, &raw.values(), &stored.values(), shown);
            faults.extend(sent_anew);
            let seen = Raw {
                version: stored.version,
                ..raw
            };
            let body = body(at, Some(&sample), &seen, &faults);
            Ok(merge::page(
                page(at, Some(&sample), &faults),
                &format!("{PATH}/{id}"),
                body,
            ))
        }
        Err(error) => Err(error.into()),
    }
}

/// A stored value as people read it.
fn shown(field: &str, value: &str) -> String {
    let words = match field {
        "section" => Section::from_code(value).map(Section::name),
        "published" => PUBLISHED
            .iter()
            .find(|(code, _)| *code == value)
            .map(|(_, words)| *words),
        _ => None,
    };
    words.unwrap_or(value).to_owned()
}

/// Whether everybody gets a sample.
const PUBLISHED: [(&str, &str); 2] = [("yes", "да"), ("no", "нет, снят с публикации")];

fn page<'a>(at: &'a Admin, sample: Option<&'a Sample>, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(at, sample.map_or("Новый файл", |sample| &sample.title))
        .caption(HEADING)
        .back(PATH)
        .faults(faults)
}

fn body(at: &Admin, sample: Option<&Sample>, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let field = |name: &'static str, label: &'static str, value| Field {
        name,
        label,
        value,
        error: fault_of(faults, name),
        ..Field::default()
    };
    let options = |known: &[(&'static str, &'static str)]| {
        let known = known.iter();
        let choices = known.map(|&(value, label)| Choice {
            value,
            label,
            ..Choice::default()
        });
        choices.collect::<Vec<_>>()
    };
    let typed = &raw.typed;
    let now = sample.map(|sample| {
        let words = file_words(sample);
        format!("Сейчас: {words}. Выберите другой, чтобы заменить его")
    });
    let action = match sample {
        Some(sample) => format!("{PATH}/{}", sample.public_id),
        None => format!("{PATH}/add"),
    };
    let form = Form {
        action: &action,
        csrf: &at.csrf,
        multipart: true,
        ..Form::default()
    };
    ui::form(
        form,
        html! {
            (ui::hidden("version", &raw.version.to_string()))
            (ui::text(Field {
                max_length: Some(TITLE as u32),
                ..field("title", "Название", &typed.title)
            }))
            (ui::select(Select {
                field: field("section", "Раздел", &typed.section),
                empty: Some("Выберите"),
                options: &options(&Section::ALL.map(|section| (section.code(), section.name()))),
                ..Select::default()
            }))
            (ui::number(Field {
                hint: Some("Файлы раздела идут по порядку этих чисел"),
                ..field("ordinal", "Порядок", &typed.ordinal)
            }))
            (ui::file(FileField {
                name: "file",
                label: "Файл",
                hint: Some(now.as_deref().unwrap_or("PDF, DOCX, XLSX, PPTX или изображение")),
                error: fault_of(faults, "file"),
                accept: Some(".pdf,.docx,.xlsx,.pptx,.jpg,.jpeg,.png,.tif,.tiff"),
                whole: true,
                ..FileField::default()
            }))
            (ui::select(Select {
                field: field("published", "Опубликован для всех", &typed.published),
                options: &options(&PUBLISHED),
                ..Select::default()
            }))
            (ui::button("Сохранить"))
        },
    )
}

fn changes(web: &Web, changes: &[Change]) -> Markup {
    let zone = web.app.zone();
    let rows = changes.iter().map(|change| {
        let present = &change.present;
        let differs = |key: &str| {
            let former = change.former.as_ref();
            former.is_some_and(|former| former[key] != present[key])
        };
        let what = match &change.former {
            None => "добавлен",
            Some(_) if differs("published") && present["published"] == "no" => "снят с публикации",
            Some(_) if differs("published") => "снова опубликован",
            Some(_) if differs("sha256") => "заменён файл",
            Some(_) => "исправлен",
        };
        vec![
            html! { (ru::date_time(&zone.local(change.at))) },
            html! { (present["title"].as_str().unwrap_or_default()) },
            html! { (what) },
            html! { (present["file"].as_str().unwrap_or_default()) },
            html! { (lists::or_dash(&change.by)) },
        ]
    });
    ui::table(Table {
        caption: "Последние изменения",
        caption_hidden: true,
        columns: &["Когда", "Название", "Что сделано", "Файл", "Кто"].map(Column::text),
        rows: rows.collect(),
        empty: "Здесь ещё ничего не меняли.",
    })
}
