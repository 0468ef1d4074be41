//! What the coordinator's pages of organisations and the region's share: the form as sent, its
//! fields, the table (R-ORG-1).

pub mod regional;

use app::{
    FieldFault,
    organisations::{Item, NewOrganisation, Organisation, Organisations},
};
use domain::reference::FounderKind;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Column, Field, Select, Table};

use crate::{form::version, page::fault_of};

/// The form as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    pub municipality: String,
    pub name: String,
    pub kind: String,
    pub founder: String,
    pub version: String,
}

impl Raw {
    /// What is known of an organisation, to be changed.
    pub fn of(row: &Organisation) -> Self {
        Self {
            municipality: String::new(),
            name: row.name.clone(),
            kind: row.kind.clone(),
            founder: row.founder.code().to_owned(),
            version: row.version.to_string(),
        }
    }

    /// What the verb is asked for.
    pub fn typed(&self) -> NewOrganisation {
        NewOrganisation {
            municipality: self.municipality.clone(),
            name: self.name.clone(),
            kind: self.kind.clone(),
            founder: self.founder.clone(),
        }
    }

    /// The version the form was shown with.
    pub fn version(&self) -> i32 {
        version(&self.version)
    }

    /// What was typed, as if it had been typed on top of what is `stored` now.
    pub fn seen(&self, stored: &Self) -> Self {
        Self {
            version: stored.version.clone(),
            ..self.clone()
        }
    }

    /// The version as a field the form carries unseen.
    pub fn version_field(&self) -> Markup {
        ui::hidden("version", &self.version)
    }
}

/// The name.
pub fn name_field(raw: &Raw, faults: &[FieldFault]) -> Markup {
    ui::text(Field {
        name: "name",
        label: "Название",
        value: &raw.name,
        error: fault_of(faults, "name"),
        max_length: Some(300),
        ..Field::default()
    })
}

/// The type.
pub fn kind_field(raw: &Raw, faults: &[FieldFault], types: &[Item]) -> Markup {
    let options: Vec<Choice<'_>> = types
        .iter()
        .map(|item| Choice {
            value: &item.code,
            label: &item.name,
            ..Choice::default()
        })
        .collect();
    ui::select(Select {
        field: Field {
            name: "kind",
            label: "Тип образовательной организации",
            value: &raw.kind,
            error: fault_of(faults, "kind"),
            ..Field::default()
        },
        empty: Some("Выберите тип"),
        options: &options,
        ..Select::default()
    })
}

/// The founder kind; `empty` are the words for leaving it to the type.
pub fn founder_field(raw: &Raw, faults: &[FieldFault], empty: Option<&str>) -> Markup {
    let options = FounderKind::ALL.map(|kind| Choice {
        value: kind.code(),
        label: kind.name(),
        ..Choice::default()
    });
    ui::select(Select {
        field: Field {
            name: "founder",
            label: "Учредитель",
            value: &raw.founder,
            error: fault_of(faults, "founder"),
            ..Field::default()
        },
        empty,
        options: &options,
        ..Select::default()
    })
}

/// The table of organisations; a row opens under `base`, `regional` adds the municipality.
pub fn table(base: &str, seen: &Organisations, regional: bool) -> Markup {
    let mut columns = ["Название", "Тип", "Учредитель"].map(Column::text).to_vec();
    if seen.teachers.is_some() {
        columns.push(Column::number("Педагогов"));
    }
    if regional {
        columns.push(Column::text("Муниципалитет"));
    }
    let rows = seen
        .list
        .rows
        .iter()
        .map(|row| {
            let mut cells = vec![
                html! { a class="govuk-link" href={ (base) "/" (row.public_id) } { (row.name) } },
                html! { (row.kind_name) },
                html! { (row.founder.name()) },
            ];
            if let Some(teachers) = &seen.teachers {
                cells.push(html! { (teachers.get(&row.id).copied().unwrap_or_default()) });
            }
            if regional {
                cells.push(html! { (row.municipality) });
            }
            cells
        })
        .collect();
    ui::table(Table {
        caption: "Организации",
        caption_hidden: true,
        columns: &columns,
        rows,
        empty: "Организаций пока нет.",
    })
}
