//! `/dev/mail` and `/dev/clock`: what stands in for a mailbox and for waiting while one
//! develops (03 §3.6). Only a debug build with the feature `dev` has them, so they are open to
//! anybody and keep no session.

use std::{
    fs, io,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
};

use axum::{
    Form, Router,
    extract::{Path, State},
    http::StatusCode,
    middleware,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use mailparse::MailHeaderMap as _;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Fact, Field, Link, Shell, Table};

use crate::headers;

/// What the pages look at and move.
#[derive(Clone)]
pub struct Tools {
    /// Where the worker writes letters.
    pub mail: PathBuf,
    /// Hours the clock is shifted by; `None` if it cannot be shifted.
    pub shift: Arc<dyn Fn() -> Option<i64> + Send + Sync>,
    /// Shifts it.
    pub set_shift: Arc<dyn Fn(i64) -> io::Result<()> + Send + Sync>,
}

/// The pages, to be merged with the product's.
pub fn router(tools: Tools) -> Router {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail/{name}", get(letter))
        .route("/dev/clock", get(clock).post(move_clock))
        .layer(middleware::from_fn(headers::layer))
        .with_state(tools)
}

struct Letter {
    name: String,
    date: String,
    to: String,
    subject: String,
    body: String,
}

fn read(path: &FilePath) -> Option<Letter> {
    let bytes = fs::read(path).ok()?;
    let mail = mailparse::parse_mail(&bytes).ok()?;
    let header = |name| mail.headers.get_first_value(name).unwrap_or_default();
    Some(Letter {
        name: path.file_name()?.to_str()?.to_owned(),
        date: header("Date"),
        to: header("To"),
        subject: header("Subject"),
        body: mail.get_body().ok()?,
    })
}

/// Names sort by time, so the last is the newest.
fn newest(mail: &FilePath) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(mail)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    paths.sort();
    paths.reverse();
    paths.truncate(200);
    paths
}

async fn list(State(tools): State<Tools>) -> Markup {
    let letters: Vec<Letter> = newest(&tools.mail)
        .iter()
        .filter_map(|path| read(path))
        .collect();
    let rows = letters
        .iter()
        .map(|letter| {
            vec![
                html! { (letter.date) },
                html! { (letter.to) },
                html! { a class="govuk-link" href=(format!("/dev/mail/{}", letter.name)) { (letter.subject) } },
            ]
        })
        .collect();
    page(
        "Письма",
        None,
        ui::table(Table {
            caption: "Письма",
            columns: &[
                Column::text("Дата"),
                Column::text("Кому"),
                Column::text("Тема"),
            ],
            rows,
            empty: "Писем нет",
            ..Table::default()
        }),
    )
}

async fn letter(State(tools): State<Tools>, Path(name): Path<String>) -> Response {
    // Only a name the directory itself gave: a path typed in cannot lead out of it.
    let Some(letter) = newest(&tools.mail)
        .iter()
        .find(|path| path.file_name().is_some_and(|file| file == name.as_str()))
        .and_then(|path| read(path))
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let back = Link {
        href: "/dev/mail",
        text: "Письма",
    };
    let body = html! {
        (ui::summary(&[Fact::text("Кому", &letter.to), Fact::text("Дата", &letter.date)]))
        @for line in letter.body.lines() {
            p class="govuk-body" {
                @if line.starts_with("http://") || line.starts_with("https://") {
                    a class="govuk-link" href=(line) { (line) }
                } @else { (line) }
            }
        }
    };
    page(&letter.subject, Some(back), body).into_response()
}

#[derive(Debug, Default, Deserialize)]
struct Shift {
    #[serde(default)]
    hours: String,
}

async fn clock(State(tools): State<Tools>) -> Markup {
    let hours = (tools.shift)().unwrap_or(0).to_string();
    clock_page(&hours, None)
}

async fn move_clock(State(tools): State<Tools>, Form(raw): Form<Shift>) -> Response {
    let moved = raw
        .hours
        .trim()
        .parse()
        .map_err(|_| "Укажите целое число часов, например 48 или -24".to_owned())
        .and_then(|hours| (tools.set_shift)(hours).map_err(|error| error.to_string()));
    match moved {
        Ok(()) => Redirect::to("/dev/clock").into_response(),
        Err(words) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            clock_page(&raw.hours, Some(&words)),
        )
            .into_response(),
    }
}

fn clock_page(hours: &str, error: Option<&str>) -> Markup {
    page(
        "Часы",
        None,
        html! {
            form method="post" action="/dev/clock" novalidate {
                (ui::text(Field {
                    name: "hours",
                    label: "Сдвиг, часов",
                    value: hours,
                    hint: Some("От настоящего времени; 0 возвращает его"),
                    error,
                    width: ui::Width::Short,
                    ..Field::default()
                }))
                (ui::button("Сдвинуть"))
            }
        },
    )
}

fn page(heading: &str, back: Option<Link<'_>>, body: Markup) -> Markup {
    ui::page(
        Shell {
            heading,
            back,
            ..Shell::default()
        },
        body,
    )
}
