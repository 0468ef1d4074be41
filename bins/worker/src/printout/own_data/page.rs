//! The page of the archive that a person reads: tables in the order of their sense, each row as
//! facts under the names people call them by. What is a number inside is left to the file for
//! programs.

use std::collections::HashMap;

use app::{App, printouts::own_data::OwnData};
use chrono::{DateTime, NaiveDate};
use domain::{
    calendar::text::dotted,
    own_data::{self, Column},
};
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

type Names = HashMap<(String, String), String>;

/// The page needs nothing beside itself.
const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\
    dl{border-top:1px solid #b1b4b6;margin:0;padding:.6em 0}dt{color:#505a5f;float:left;clear:left;width:18em}\
    dd{margin:0 0 0 19em;overflow-wrap:anywhere}@media(max-width:40em){dt{float:none;width:auto}dd{margin:0}}";

/// The page.
pub fn page(app: &App, account: &Value, places: &[OwnData]) -> String {
    let none = Names::new();
    let kept = account.as_object().into_iter().flatten();
    let kept = kept.filter_map(|(table, rows)| Some((table.as_str(), rows.as_array()?.as_slice())));
    html! {
        (DOCTYPE)
        html lang="ru" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Мои данные — Аттестация" }
                style { (STYLE) }
            }
            body {
                h1 { "Мои данные" }
                p { "Получено " (dotted(app.today())) "." }
                (tables(app, kept, &none))
                @for place in places {
                    h2 { (place.municipality) }
                    (tables(app, place.tables.iter().map(|(table, rows)| (table.as_str(), rows.as_slice())), &place.names))
                }
            }
        }
    }
    .into_string()
}

fn tables<'a>(
    app: &App,
    tables: impl Iterator<Item = (&'a str, &'a [Value])>,
    names: &Names,
) -> Markup {
    let mut known: Vec<_> = tables
        .filter(|(_, rows)| !rows.is_empty())
        .filter_map(|(table, rows)| Some((own_data::table(table)?, table, rows)))
        .collect();
    known.sort_by_key(|((at, _), ..)| *at);
    html! {
        @for ((_, title), table, rows) in known {
            h3 { (title) }
            @for row in rows { (facts(app, table, row, names)) }
        }
    }
}

fn facts(app: &App, table: &str, row: &Value, names: &Names) -> Markup {
    let columns = row.as_object().into_iter().flatten();
    let told = columns.filter_map(|(column, value)| {
        let Some(Column::Named(at, name)) = own_data::column(column) else {
            return None;
        };
        Some((at, name, words(app, table, column, value, names)?))
    });
    let mut told: Vec<_> = told.collect();
    told.sort_by_key(|(at, ..)| *at);
    html! { dl { @for (_, name, words) in told { dt { (name) } dd { (words) } } } }
}

/// A value as it is read; nothing for what is empty.
fn words(app: &App, table: &str, column: &str, value: &Value, names: &Names) -> Option<String> {
    let text = match value {
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
        Value::Bool(true) => return Some("да".to_owned()),
        Value::Bool(false) => return Some("нет".to_owned()),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => text.clone(),
    };
    if let Some(words) = own_data::value(table, column, &text) {
        return Some(words.to_owned());
    }
    let of = if column == "kind" { table } else { column };
    if let Some(name) = names.get(&(of.to_owned(), text.clone())) {
        return Some(name.clone());
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(&text) {
        let at = app.zone().local(moment.to_utc());
        return Some(at.format("%d.%m.%Y %H:%M").to_string());
    }
    Some(text.parse::<NaiveDate>().map_or(text, dotted))
}
