//! `/admin/audit` «Журнал действий»: who did what, in codes and numbers, filtered, newest
//! first; the same rows as a file (R-AUD-1).

use app::{
    FieldFault,
    audit::{Entry, Filter, Outcome, Sealed},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::get,
};
use chrono::NaiveDate;
use domain::{
    actor::AccountId,
    audit::Code,
    calendar::{Zone, text},
};
use futures::TryStreamExt as _;
use maud::{Markup, html};
use serde::Deserialize;
use sheets::{Cell, Column as SheetColumn, Format};
use ui::{Choice, Column, Field, Pagination, Select, Table, Width};
use uuid::Uuid;

use crate::{
    Web,
    asked::{Asked, address},
    error::{Error, Result},
    lists::{self, choice_by_id},
    page::{Page, fault_of},
    sheet,
    visit::Admin,
};

const PATH: &str = "/admin/audit";
const HEADING: &str = "Журнал действий";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/admin/audit", get(show))
}

/// What the address asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    from: String,
    to: String,
    municipality: String,
    act: String,
    outcome: String,
    account: String,
    after: String,
    format: String,
}

impl Wanted {
    /// The address of this list with these two changed.
    fn address(&self, after: &str, format: &str) -> String {
        address(
            PATH,
            &[
                ("from", &self.from),
                ("to", &self.to),
                ("municipality", &self.municipality),
                ("act", &self.act),
                ("outcome", &self.outcome),
                ("account", &self.account),
                ("after", after),
                ("format", format),
            ],
        )
    }

    /// The filter, and what could not be read of it.
    fn parse(&self, web: &Web, municipalities: &[(Uuid, i32)]) -> (Filter, Vec<FieldFault>) {
        let mut faults = Vec::new();
        let from = day("from", &self.from, &mut faults);
        let to = day("to", &self.to, &mut faults);
        let account = match self.account.trim() {
            "" => None,
            typed => match typed.parse() {
                Ok(number) => Some(AccountId(number)),
                Err(_) => {
                    let words = "Укажите номер: он состоит из цифр";
                    faults.push(FieldFault::new("account", words));
                    None
                }
            },
        };
        let zone = web.app.zone();
        let begins = |day: NaiveDate| zone.beginning_of(day);
        let chosen: Option<Uuid> = self.municipality.parse().ok();
        let filter = Filter {
            from: from.map(begins),
            before: to.and_then(|day| day.succ_opt()).map(begins),
            tenant: municipalities
                .iter()
                .find(|(id, _)| Some(*id) == chosen)
                .map(|(_, number)| domain::actor::TenantId(*number)),
            code: Code::from_code(&self.act),
            outcome: Outcome::from_code(&self.outcome),
            account,
        };
        (filter, faults)
    }
}

fn day(field: &'static str, typed: &str, faults: &mut Vec<FieldFault>) -> Option<NaiveDate> {
    match text::parse(typed) {
        Ok(day) => Some(day),
        Err(text::DateFault::Empty) => None,
        Err(fault) => {
            faults.push(FieldFault::new(field, fault.to_string()));
            None
        }
    }
}

async fn show(at: Admin, State(web): State<Web>, Asked(wanted): Asked<Wanted>) -> Result<Response> {
    let municipalities = web.app.audited_municipalities(&at.actor).await?;
    let numbers: Vec<(Uuid, i32)> = municipalities
        .iter()
        .map(|row| (row.public_id, row.id))
        .collect();
    let (filter, mut faults) = wanted.parse(&web, &numbers);
    if let (Some(format), true) = (Format::from_code(&wanted.format), faults.is_empty()) {
        match export(&at, &web, format, filter).await {
            Err(Error::Invalid(found)) => faults = found,
            answer => return answer,
        }
    }
    let after = wanted.after.parse().ok();
    let seen = web.app.audit(&at.actor, &filter, after).await?;
    let zone = web.app.zone();
    let named: Vec<(Uuid, &str)> = municipalities
        .iter()
        .map(|row| (row.public_id, row.name.as_str()))
        .collect();
    let body = html! {
        (sealed(zone, seen.sealed))
        (filters(&wanted, &named, &faults))
        (table(zone, &seen.entries))
        (ui::pagination(Pagination {
            previous: None,
            next: seen.next.map(|id| wanted.address(&id.to_string(), "")).as_deref(),
        }))
        (ui::button_group(html! {
            (ui::secondary_link_button(&wanted.address("", "xlsx"), "Выгрузить XLSX"))
            (ui::secondary_link_button(&wanted.address("", "csv"), "Выгрузить CSV"))
        }))
    };
    let page = Page::new(&at, HEADING).faults(&faults);
    Ok(match faults.is_empty() {
        true => page.render(body).into_response(),
        false => page.refuse(body),
    })
}

fn sealed(zone: Zone, sealed: Option<Sealed>) -> Markup {
    ui::inset(html! {
        @match sealed {
            Some(sealed) => {
                "Запечатано до " (ui::ru::date_time(&zone.local(sealed.through)))
                ", печатей: " (sealed.seals) ". "
            }
            None => { "Печатей пока нет. " }
        }
        "Целость проверяет команда " code { "ctl audit verify" } "."
    })
}

fn filters(wanted: &Wanted, municipalities: &[(Uuid, &str)], faults: &[FieldFault]) -> Markup {
    let acts: Vec<Choice<'_>> = Code::all()
        .map(|code| Choice {
            value: code.code(),
            label: code.words(),
            ..Choice::default()
        })
        .collect();
    let outcomes = Outcome::ALL.map(|outcome| Choice {
        value: outcome.code(),
        label: outcome_words(outcome),
        ..Choice::default()
    });
    ui::filters(
        PATH,
        html! {
            (ui::date(Field {
                name: "from",
                label: "Период с",
                value: &wanted.from,
                error: fault_of(faults, "from"),
                ..Field::default()
            }))
            (ui::date(Field {
                name: "to",
                label: "Период по",
                value: &wanted.to,
                error: fault_of(faults, "to"),
                ..Field::default()
            }))
            (choice_by_id(Field {
                name: "municipality",
                label: "Муниципалитет",
                value: &wanted.municipality,
                ..Field::default()
            }, Some("все"), municipalities))
            (ui::select(Select {
                field: Field { name: "act", label: "Действие", value: &wanted.act, ..Field::default() },
                empty: Some("все"),
                options: &acts,
                ..Select::default()
            }))
            (ui::select(Select {
                field: Field { name: "outcome", label: "Исход", value: &wanted.outcome, ..Field::default() },
                empty: Some("все"),
                options: &outcomes,
                ..Select::default()
            }))
            (ui::text(Field {
                name: "account",
                label: "Номер учётной записи",
                value: &wanted.account,
                error: fault_of(faults, "account"),
                width: Width::Short,
                ..Field::default()
            }))
        },
    )
}

const fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "сделано",
        Outcome::Refused => "отказано",
    }
}

fn role_words(entry: &Entry) -> &'static str {
    entry.role.map_or("", domain::role::Role::name)
}

fn act_words(entry: &Entry) -> &str {
    match &entry.code {
        Ok(code) => code.words(),
        Err(code) => code,
    }
}

fn table(zone: Zone, entries: &[Entry]) -> Markup {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let rows = entries
        .iter()
        .map(|entry| {
            let request = entry.request.map(|id| id.to_string()).unwrap_or_default();
            vec![
                html! { (ui::ru::date_time(&zone.local(entry.at))) },
                html! { (lists::or_dash(&entry.municipality)) },
                html! { (lists::or_dash(role_words(entry))) },
                html! { (lists::or_dash(&number(entry.account))) },
                html! { (act_words(entry)) },
                html! { (lists::or_dash(&number(entry.object))) },
                html! { (outcome_words(entry.outcome)) },
                html! { (lists::or_dash(&request)) },
            ]
        })
        .collect();
    ui::table(Table {
        caption: HEADING,
        caption_hidden: true,
        columns: &[
            "Время",
            "Муниципалитет",
            "Роль",
            "Кто",
            "Действие",
            "Объект",
            "Исход",
            "Запрос",
        ]
        .map(Column::text),
        rows,
        empty: "Записей нет.",
    })
}

const COLUMNS: [SheetColumn; 8] = [
    SheetColumn::new("Время", 19),
    SheetColumn::new("Муниципалитет", 30),
    SheetColumn::new("Роль", 28),
    SheetColumn::new("Кто", 10),
    SheetColumn::new("Действие", 44),
    SheetColumn::new("Объект", 10),
    SheetColumn::new("Исход", 10),
    SheetColumn::new("Запрос", 38),
];

async fn export(at: &Admin, web: &Web, format: Format, filter: Filter) -> Result<Response> {
    sheet::count(web, at.actor.account).await?;
    let zone = web.app.zone();
    let entries = web.app.export_audit(&at.actor, filter).await?;
    let rows = entries.map_ok(move |batch| batch.iter().map(|entry| cells(zone, entry)).collect());
    sheet::answer(HEADING, format, &COLUMNS, rows).await
}

fn cells(zone: Zone, entry: &Entry) -> Vec<Cell> {
    vec![
        Cell::Moment(zone.local(entry.at).naive_local()),
        entry.municipality.as_str().into(),
        role_words(entry).into(),
        entry.account.into(),
        act_words(entry).into(),
        entry.object.into(),
        outcome_words(entry.outcome).into(),
        Cell::from(entry.request.map(|id| id.to_string()).as_deref()),
    ]
}
