//! The list of conclusions of the coordinator and of the operator: what is due, the filter, the
//! table with its buttons (R-CON-2, R-CON-3).

mod taken;

use app::{
    conclusions::{Cursor, DueDay, Listed, ListedConclusion},
    municipality_filter::MunicipalityFilter,
};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, NaiveDate};
use domain::{act::Act, conclusion::Signer, life::Place, role::Role, words::place_name};
use maud::{Markup, html};
use serde::Deserialize;
use sheets::Format;
use ui::{ActionButton, ButtonStyle, Choice, Column, Field, Pagination, Select, Table, Tone};

use super::{
    super::{document, place_tag, unsigned},
    Desk,
};
use crate::{Web, asked::address, error::Result, lists, page::Page, sheet};

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    state: String,
    municipality: String,
    after: String,
    format: String,
}

/// The list, under what stands `above` it, or all of it as a file; «ждут меня» unless the address
/// asks for another place or for «все».
pub async fn list(desk: &Desk<'_>, web: &Web, wanted: Wanted, above: Markup) -> Result<Response> {
    let municipality = match desk.actor.role {
        Role::Operator => {
            web.app
                .municipality_filter(desk.actor, &wanted.municipality)
                .await?
        }
        _ => MunicipalityFilter::default(),
    };
    let tenant = municipality.tenant();
    let only = match wanted.state.as_str() {
        "all" => None,
        code => Some(Place::from_code(code).unwrap_or(desk.own_place())),
    };
    if let Some(format) = Format::from_code(&wanted.format) {
        return taken::file(desk, web, format, tenant, only).await;
    }
    let after = cursor(&wanted.after);
    let page = web
        .app
        .conclusions(desk.actor, tenant, only, after.as_ref())
        .await?;
    let due = match desk.actor.role {
        Role::Municipal => web.app.conclusions_due(desk.actor).await?,
        _ => Vec::new(),
    };
    let state = only.map_or("all", Place::code);
    let here = |key, value: &str| {
        let municipality = ("municipality", wanted.municipality.as_str());
        address(
            &desk.list(),
            &[("state", state), municipality, (key, value)],
        )
    };
    let next = page.next.map(|cursor| here("after", &written(&cursor)));
    let today = web.app.today();
    Ok(Page::new(desk.visit, desk.heading)
        .render(html! {
            (above)
            (due_days(&due, today))
            (filters(desk, state, &municipality))
            (table(desk, &page.rows, today))
            (ui::pagination(Pagination { next: next.as_deref(), ..Pagination::default() }))
            (sheet::buttons(|format| here("format", format)))
        })
        .into_response())
}

impl Desk<'_> {
    /// Where the conclusions are that wait for whoever looks.
    const fn own_place(&self) -> Place {
        match self.actor.role {
            Role::Operator => Place::AtCentre,
            _ => Place::AtMunicipal,
        }
    }
}

fn due_days(due: &[DueDay], today: NaiveDate) -> Markup {
    html! {
        @for day in due {
            p {
                "До " (ui::ru::date_long(day.on)) " передать в Центр: "
                strong { (ui::ru::count_capped(u64::try_from(day.count).unwrap_or_default(), 1000)) }
                @if day.on < today { " " (ui::tag(Tone::Red, "срок прошёл")) }
            }
        }
    }
}

fn filters(desk: &Desk<'_>, state: &str, municipality: &MunicipalityFilter) -> Markup {
    let own = desk.own_place();
    let mut options = vec![choice(own.code(), "ждут меня")];
    let others = Place::ALL
        .iter()
        .filter(|place| **place != Place::None && **place != own);
    options.extend(others.map(|place| choice(place.code(), place_name(*place))));
    options.push(choice("all", "все"));
    ui::filters(
        &desk.list(),
        html! {
            (ui::select(Select {
                field: Field {
                    name: "state",
                    label: "Состояние",
                    value: state,
                    ..Field::default()
                },
                options: &options,
                ..Select::default()
            }))
            @if desk.actor.role == Role::Operator { (lists::municipality(municipality)) }
        },
    )
}

fn choice<'a>(value: &'a str, label: &'a str) -> Choice<'a> {
    Choice {
        value,
        label,
        ..Choice::default()
    }
}

fn table(desk: &Desk<'_>, rows: &[ListedConclusion], today: NaiveDate) -> Markup {
    // The coordinator's municipality is always the same; the operator's console has them all.
    let regional = desk.actor.role == Role::Operator;
    let mut columns = ["ФИО", "Должность", "Место работы"]
        .map(Column::text)
        .to_vec();
    columns.push(Column::text(if regional {
        "Муниципалитет"
    } else {
        "Срок передачи"
    }));
    columns.extend(["Период", "Состояние", "Заключение", "Решение"].map(Column::text));
    let rows = rows
        .iter()
        .map(|listed| {
            let row = &listed.row;
            let home = desk.actor.role.home();
            vec![
                html! {
                    a class="govuk-link" href={ (home) "/applications/" (row.application) } { (row.name) }
                },
                html! { (row.position) },
                html! { (row.organisation_name) },
                if regional {
                    html! { (row.municipality_name) }
                } else {
                    due_cell(listed.due, today)
                },
                html! { (row.period) },
                html! {
                    (place_tag(row.case.place))
                    @if row.refused { p { "Педагог отказался от подписи." } }
                    @if let Some(words) = unsigned(&missing(row)) { p { (words) } }
                    @if !row.reason.is_empty() && row.case.place != Place::Accepted { p { (row.reason) } }
                },
                html! { @if let Some(file) = row.file { (document(file, "Скачать")) } },
                acts(desk, listed),
            ]
        })
        .collect();
    ui::table(Table {
        caption: desk.heading,
        caption_hidden: true,
        columns: &columns,
        rows,
        empty: "Заключений нет",
    })
}

/// Who has yet to sign what waits to be passed on or accepted; a refusal was told already.
fn missing(row: &Listed) -> Vec<Signer> {
    if !matches!(row.case.place, Place::AtMunicipal | Place::AtCentre) {
        return Vec::new();
    }
    let silent =
        |who: &Signer| !row.signed.contains(who) && (!row.refused || *who != Signer::Teacher);
    Signer::ALL.iter().copied().filter(silent).collect()
}

fn due_cell(due: Option<NaiveDate>, today: NaiveDate) -> Markup {
    html! {
        @if let Some(due) = due {
            (ui::ru::date_short(due))
            @if due < today { " " (ui::tag(Tone::Red, "срок прошёл")) }
        }
    }
}

fn acts(desk: &Desk<'_>, listed: &ListedConclusion) -> Markup {
    let row = &listed.row;
    let version = row.version.to_string();
    let button = |act, label, step| {
        html! {
            @if listed.can.contains(&act) {
                (ui::action_button(ActionButton {
                    action: &desk.step(row.application, step),
                    csrf: &desk.visit.csrf,
                    label,
                    style: ButtonStyle::Link,
                    values: &[("version", &version)],
                }))
                " "
            }
        }
    };
    let returns = [Act::ReturnConclusion, Act::ReturnToCoordinator];
    html! {
        (button(Act::PassConclusion, "Передать в Центр", "pass"))
        (button(Act::AcceptConclusion, "Принять", "accept"))
        (button(Act::ReopenConclusion, "Открыть заново", "reopen"))
        @if returns.iter().any(|act| listed.can.contains(act)) {
            // Leads to the page that asks for the reason: changes nothing, hence a GET.
            form class="app-inline-form" method="get" action=(desk.step(row.application, "return")) {
                button type="submit" class="app-link-button" { "Вернуть" }
            }
        }
    }
}

/// The beginning of a page as the address holds it; anything else is the list's beginning.
fn cursor(text: &str) -> Option<Cursor> {
    let mut parts = text.split('.');
    Some(Cursor {
        place: Place::from_code(parts.next()?)?,
        moved_at: DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?,
        id: parts.next()?.parse().ok()?,
    })
}

fn written(cursor: &Cursor) -> String {
    let micros = cursor.moved_at.timestamp_micros();
    format!("{}.{micros}.{}", cursor.place.code(), cursor.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_from_the_address() {
        let text = "at_centre.1796000000000001.17";
        let read = cursor(text).map(|cursor| written(&cursor));
        assert_eq!(read.as_deref(), Some(text));
        for nonsense in [
            "",
            "at_centre",
            "nowhere.1.1",
            "at_centre.x.1",
            "at_centre.1.x",
        ] {
            assert!(cursor(nonsense).is_none(), "{nonsense}");
        }
    }
}
