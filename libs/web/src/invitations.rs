//! What the coordinator's, the operator's and the administrator's pages of invitations share: the
//! form as sent and the table of invitations with its buttons (R-ACC-4).

pub mod list;

use app::{
    FieldFault,
    invitations::{Invitation, Invite, institute},
};
use domain::{invitation::State, role::Role};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ActionButton, ButtonStyle, Choice, Column, Field, Select, Table, Tone};
use uuid::Uuid;

use crate::page::fault_of;

/// The form as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    pub email: String,
    pub role: String,
    pub municipality: String,
    pub organisation: String,
    /// Set by «Показать организации»: nothing is invited yet.
    pub show: String,
}

impl Raw {
    /// What the verb is asked for.
    pub fn invite(&self) -> Invite {
        Invite {
            emails: self.email.clone(),
            role: self.role.clone(),
            municipality: self.municipality.clone(),
            organisation: self.organisation.clone(),
        }
    }
}

/// The notice after sending again.
pub const RESENT: &str = "Приглашение отправлено повторно, прежняя ссылка больше не действует";

/// The notice after taking back.
pub const REVOKED: &str = "Приглашение отозвано";

/// The notice after inviting so many.
pub fn notice(invited: usize) -> String {
    if invited == 1 {
        "Приглашение отправлено".to_owned()
    } else {
        format!("Отправлено приглашений: {invited}")
    }
}

/// The field for one address or many.
pub fn email_field(raw: &Raw, faults: &[FieldFault]) -> Markup {
    ui::textarea(Field {
        name: "email",
        label: "Адрес электронной почты",
        value: &raw.email,
        hint: Some(
            "Можно вставить сразу несколько адресов: через запятую, пробел или с новой строки",
        ),
        error: fault_of(faults, "email"),
        rows: Some(2),
        ..Field::default()
    })
}

/// The roles the inviter may invite to.
pub fn role_field(raw: &Raw, faults: &[FieldFault], roles: &[Role]) -> Markup {
    let options: Vec<Choice<'_>> = roles
        .iter()
        .map(|role| Choice {
            value: role.code(),
            label: role.name(),
            ..Choice::default()
        })
        .collect();
    ui::select(Select {
        field: Field {
            name: "role",
            label: "Роль",
            value: &raw.role,
            error: fault_of(faults, "role"),
            ..Field::default()
        },
        empty: Some("Выберите роль"),
        options: &options,
        ..Select::default()
    })
}

/// The organisations of the municipality meant.
pub fn organisation_field(
    raw: &Raw,
    faults: &[FieldFault],
    organisations: &[app::invitations::Choice],
) -> Markup {
    let options: Vec<(Uuid, &str)> = organisations
        .iter()
        .map(|row| (row.public_id, row.name.as_str()))
        .collect();
    crate::lists::choice_by_id(
        Field {
            name: "organisation",
            label: "Организация",
            value: &raw.organisation,
            hint: Some("Обязательна для координатора по аттестации в ОО"),
            error: fault_of(faults, "organisation"),
            ..Field::default()
        },
        Some("Не выбрана"),
        &options,
    )
}

/// An invitation in the table.
pub struct Line<'a> {
    public_id: Uuid,
    version: i32,
    email: &'a str,
    role: Role,
    login: &'a str,
    state: State,
    organisation: &'a str,
    municipality: &'a str,
}

impl<'a> From<&'a Invitation> for Line<'a> {
    fn from(row: &'a Invitation) -> Self {
        Self {
            public_id: row.public_id,
            version: row.version,
            email: &row.email,
            role: row.role,
            login: &row.login,
            state: row.state,
            organisation: &row.organisation,
            municipality: &row.municipality,
        }
    }
}

impl<'a> From<&'a institute::Invitation> for Line<'a> {
    fn from(row: &'a institute::Invitation) -> Self {
        Self {
            public_id: row.public_id,
            version: row.version,
            email: &row.email,
            role: row.role,
            login: &row.login,
            state: row.state,
            organisation: "",
            municipality: "",
        }
    }
}

/// What the table says of where invitations lead.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// Nothing: into the institute.
    None,
    /// The organisation.
    Organisations,
    /// The organisation and its municipality.
    Municipalities,
}

/// The table of invitations; `base` is the address its buttons are sent under.
pub fn table<'a>(
    base: &str,
    csrf: &str,
    rows: impl IntoIterator<Item = impl Into<Line<'a>>>,
    places: Places,
) -> Markup {
    let mut columns: Vec<Column<'_>> = ["Адрес", "Роль", "Логин", "Состояние"]
        .map(Column::text)
        .to_vec();
    if places != Places::None {
        columns.push(Column::text("Организация"));
    }
    if places == Places::Municipalities {
        columns.push(Column::text("Муниципалитет"));
    }
    columns.push(Column::text("Действия"));
    let rows = rows
        .into_iter()
        .map(|row| {
            let row: Line<'a> = row.into();
            let mut cells = vec![
                html! { (row.email) },
                html! { (row.role.name()) },
                html! { (crate::lists::or_dash(row.login)) },
                ui::tag(tone(row.state), row.state.name()),
            ];
            if places != Places::None {
                cells.push(html! { (crate::lists::or_dash(row.organisation)) });
            }
            if places == Places::Municipalities {
                cells.push(html! { (row.municipality) });
            }
            cells.push(buttons(base, csrf, &row));
            cells
        })
        .collect();
    ui::table(Table {
        caption: "Приглашения",
        columns: &columns,
        rows,
        empty: "Приглашений пока нет.",
        ..Table::default()
    })
}

fn buttons(base: &str, csrf: &str, row: &Line<'_>) -> Markup {
    let version = row.version.to_string();
    let button = |verb, label, style| {
        ui::action_button(ActionButton {
            action: &format!("{base}/{}/{verb}", row.public_id),
            csrf,
            label,
            style,
            values: &[("version", &version)],
        })
    };
    html! {
        @if row.state.is_open() {
            (button("resend", "Отправить повторно", ButtonStyle::Link)) " "
            (button("revoke", "Отозвать", ButtonStyle::LinkWarning))
        }
    }
}

const fn tone(state: State) -> Tone {
    match state {
        State::Sent => Tone::Blue,
        State::Accepted => Tone::Green,
        State::Expired | State::Revoked => Tone::Grey,
        State::Undelivered => Tone::Red,
    }
}
