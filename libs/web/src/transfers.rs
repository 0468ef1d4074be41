//! Transfers as coordinators, operators and teachers see them alike (R-ACC-7).

use app::transfers::{Municipality, Transfer};
use domain::calendar::Zone;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Fact, Field, Table, Tone, ru};
use uuid::Uuid;

use crate::{form::version, lists, page::fault_of};

/// The fields of the forms about transfers, each fills its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    /// The teacher's cabinet.
    pub person: String,
    /// The organisation that moves, or where the teacher will work.
    pub organisation: String,
    /// Where to.
    pub municipality: String,
    /// Why.
    pub reason: String,
    /// Why not.
    pub answer: String,
    /// The version that was shown.
    pub version: String,
}

impl Raw {
    /// The version that was shown.
    #[must_use]
    pub fn version(&self) -> i32 {
        version(&self.version)
    }
}

/// Where to and why: what every request is asked with.
pub fn asked_fields(
    raw: &Raw,
    faults: &[app::FieldFault],
    municipalities: &[Municipality],
) -> Markup {
    let rows: Vec<(Uuid, &str)> = municipalities
        .iter()
        .map(|row| (row.public_id, row.name.as_str()))
        .collect();
    html! {
        (lists::choice_by_id(Field {
            name: "municipality",
            label: "Муниципалитет, в который переводят",
            value: &raw.municipality,
            error: fault_of(faults, "municipality"),
            ..Field::default()
        }, Some("Выберите муниципалитет"), &rows))
        (ui::text(Field {
            name: "reason",
            label: "Причина",
            value: &raw.reason,
            error: fault_of(faults, "reason"),
            ..Field::default()
        }))
    }
}

/// What has become of a request.
pub fn state(transfer: &Transfer) -> Markup {
    match transfer.state.as_str() {
        "done" => ui::tag(Tone::Green, "переведено"),
        "declined" => ui::tag(Tone::Red, "отклонено"),
        "cancelled" => ui::tag(Tone::Grey, "отозвано"),
        _ => match (transfer.agreed_from, transfer.agreed_to) {
            (true, _) => ui::tag(Tone::Yellow, "ждёт принимающего муниципалитета"),
            (_, true) => ui::tag(Tone::Yellow, "ждёт отпускающего муниципалитета"),
            _ => ui::tag(Tone::Yellow, "ждёт обоих муниципалитетов"),
        },
    }
}

/// All that a request shows, to both sides alike.
#[must_use]
pub fn facts(transfer: &Transfer, zone: Zone) -> Markup {
    let mut facts = Vec::new();
    if transfer.teacher {
        facts.push(Fact::text("Педагог", &transfer.name));
        facts.push(Fact::text("Должность", &transfer.position));
        facts.push(Fact::text("Место работы", &transfer.organisation));
    } else {
        facts.push(Fact::text("Организация", &transfer.name));
    }
    facts.push(Fact::text("Откуда", &transfer.from_name));
    facts.push(Fact::text("Куда", &transfer.to_name));
    facts.push(Fact::text("Причина", &transfer.reason));
    let asked = ru::date_short(zone.date_of(transfer.created_at)).to_string();
    facts.push(Fact::text("Дата запроса", &asked));
    facts.push(Fact {
        key: "Состояние",
        value: state(transfer),
        action: None,
    });
    if !transfer.answer.is_empty() {
        facts.push(Fact::text("Причина отказа", &transfer.answer));
    }
    ui::summary(&facts)
}

/// The requests as a table; `base` is where a name leads, without the id.
#[must_use]
pub fn table(transfers: &[Transfer], zone: Zone, base: Option<&str>) -> Markup {
    let rows = transfers
        .iter()
        .map(|row| {
            vec![
                html! {
                    @if let Some(base) = base {
                        a class="govuk-link" href={ (base) "/" (row.public_id) } { (lists::or_dash(&row.name)) }
                    } @else { (lists::or_dash(&row.name)) }
                },
                html! { (row.from_name) },
                html! { (row.to_name) },
                html! { (ru::date_short(zone.date_of(row.created_at))) },
                state(row),
            ]
        })
        .collect();
    ui::table(Table {
        caption: "Переводы",
        caption_hidden: true,
        columns: &[
            "Педагог или организация",
            "Откуда",
            "Куда",
            "Дата запроса",
            "Состояние",
        ]
        .map(Column::text),
        rows,
        empty: "Переводов нет.",
    })
}
