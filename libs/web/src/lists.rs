//! What pages with lists have in common: the address of the next page, and the answer to a
//! form that has outlived its session.

use app::municipality_filter::{MunicipalityFilter, Offered};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use ui::{Choice, Counter, Field, Link, Pagination, Select, Weight, Width};
use uuid::Uuid;

/// The `after` of an address; nonsense is the first page.
#[must_use]
pub fn after(text: &str) -> Option<Uuid> {
    text.parse().ok()
}

/// The field «Поиск» of a list, `q` in its address.
pub fn search(typed: &str, hint: &str) -> Markup {
    ui::text(Field {
        name: "q",
        label: "Поиск",
        value: typed,
        hint: Some(hint),
        width: Width::Medium,
        ..Field::default()
    })
}

/// What a search for applications goes by.
pub const NAME_OR_NUMBER: &str = "ФИО или номер";

/// What a search for applications goes by where it covers many organisations.
pub const NAME_NUMBER_OR_ORGANISATION: &str = "ФИО, номер или организация";

/// What a search for people goes by.
pub const NAME_OR_LOGIN: &str = "ФИО или логин";

/// What an empty list says: its own words, or that the search found nothing.
#[must_use]
pub fn nothing<'a>(typed: &str, words: &'a str) -> &'a str {
    if typed.trim().is_empty() {
        words
    } else {
        "Ничего не найдено."
    }
}

/// Said under a list whose search found more than it looks through.
pub fn partial(partial: bool) -> Markup {
    html! {
        @if partial {
            p class="govuk-body" { "Найдено больше 1000: показаны не все. Уточните запрос." }
        }
    }
}

/// The link to the page that begins after `next`, if there is one. `base` is the address with
/// its filters, ending with `?` or `&`; `key` is the parameter's name.
pub fn next_page(base: &str, key: &str, next: Option<Uuid>) -> Markup {
    let href = next.map(|id| format!("{base}{key}={id}"));
    ui::pagination(Pagination {
        previous: None,
        next: href.as_deref(),
    })
}

/// The page again, with what was typed and a fresh token: 403.
pub fn again(page: Markup) -> Response {
    (StatusCode::FORBIDDEN, page).into_response()
}

/// A drop-down list of rows known by their public id.
pub fn choice_by_id(field: Field<'_>, empty: Option<&str>, rows: &[(Uuid, &str)]) -> Markup {
    let ids: Vec<String> = rows.iter().map(|(id, _)| id.to_string()).collect();
    let options: Vec<Choice<'_>> = ids
        .iter()
        .zip(rows)
        .map(|(value, (_, label))| Choice {
            value,
            label,
            ..Choice::default()
        })
        .collect();
    ui::select(Select {
        field,
        empty,
        options: &options,
        ..Select::default()
    })
}

/// The filter «Муниципалитет»: a list to choose from, or a field for the name.
pub fn municipality(filter: &MunicipalityFilter) -> Markup {
    let field = Field {
        name: "municipality",
        label: "Муниципалитет",
        ..Field::default()
    };
    match &filter.offered {
        Offered::Listed(all) => {
            let rows: Vec<(Uuid, &str)> = all
                .iter()
                .map(|one| (one.public_id, one.name.as_str()))
                .collect();
            let chosen = filter.chosen().map(|chosen| chosen.public_id.to_string());
            let value = chosen.as_deref().unwrap_or_default();
            let error = filter.fault();
            let error = error.as_deref();
            choice_by_id(
                Field {
                    value,
                    error,
                    ..field
                },
                Some("все"),
                &rows,
            )
        }
        Offered::Typed => {
            let chosen = filter.chosen().map(|chosen| chosen.name.as_str());
            ui::text(Field {
                value: chosen.unwrap_or(&filter.typed),
                hint: Some("Название или его часть; пусто — все"),
                error: filter.fault().as_deref(),
                width: Width::Medium,
                ..field
            })
        }
    }
}

/// What is not known is shown as a dash.
#[must_use]
pub fn or_dash(text: &str) -> &str {
    if text.is_empty() { "—" } else { text }
}

/// The most a counter tells: «1000+» above it (02 §2).
const COUNTED: u64 = 1000;

/// A counted number, capped.
#[must_use]
pub fn count(n: i64) -> String {
    ui::ru::count_capped(u64::try_from(n).unwrap_or_default(), COUNTED)
}

/// Numbers of what waits, each with its words and the list it opens; nothing to do is quiet.
pub fn counters(numbers: &[(i64, &str, &str)]) -> Markup {
    let values: Vec<String> = numbers.iter().map(|(n, ..)| count(*n)).collect();
    let counters: Vec<Counter<'_>> = numbers
        .iter()
        .zip(&values)
        .map(|((n, text, href), value)| Counter {
            value,
            link: Link { href, text },
            weight: if *n == 0 {
                Weight::Quiet
            } else {
                Weight::Plain
            },
        })
        .collect();
    ui::counters(&counters)
}
