//! «Пригласить по списку»: a workbook with a row for each person, and the report of what became of
//! each (R-ACC-4). The coordinator's and the operator's alike; the addresses are their cabinets'.

use app::{
    FieldFault,
    invitations::{
        Invitations,
        list::{COLUMNS, Done, List, Outcome, Row},
    },
};
use axum::response::{IntoResponse as _, Response};
use domain::{actor::Actor, invitation::AT_ONCE, role::Role};
use futures::stream;
use maud::{Markup, html};
use serde::Deserialize;
use sheets::Format;
use ui::{Column, FileField, Form, Table, Tone};

use crate::{
    Web,
    bulk::reason,
    error::Result,
    lists::or_dash,
    page::{Page, fault_of},
    sheet,
    upload::Upload,
    visit::Visit,
};

/// What the page is called, and the link to it.
pub const HEADING: &str = "Пригласить по списку";

/// Where the page stands.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The visitor.
    pub visit: &'a Visit,
    /// Who invites.
    pub actor: &'a Actor,
    /// The verbs.
    pub web: &'a Web,
    /// The page's address.
    pub path: &'a str,
    /// The address of the invitations.
    pub back: &'a str,
}

/// What the address asks for: the page, or a sample to fill in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    format: String,
}

impl Desk<'_> {
    /// The page, or the sample.
    ///
    /// # Errors
    /// As the verb; if the disk does not take the sample.
    pub async fn show(&self, wanted: &Wanted) -> Result<Response> {
        let there = self.web.app.invitations(self.actor, "", None).await?;
        if wanted.format == Format::Xlsx.code() {
            return self.sample(&there).await;
        }
        Ok(self.page().render(self.form(&[])).into_response())
    }

    /// Invites whom the workbook names. The answer is a page of its own and no redirect: what
    /// became of each row is kept nowhere.
    ///
    /// # Errors
    /// As the verb.
    pub async fn invite(&self, form: Upload) -> Result<Response> {
        let form = form.read_whole("file", sheets::MOST_BYTES).await?;
        let table = sheet::read(form.bytes()).await?;
        match table.and_then(|table| List::parse(&table, self.is_regional())) {
            Ok(list) => {
                let report = self.web.app.invite_list(self.actor, list).await?;
                Ok(self.page().render(self.report(report)).into_response())
            }
            Err(words) => {
                let faults = [FieldFault::new("file", words)];
                Ok(self.page().faults(&faults).refuse(self.form(&faults)))
            }
        }
    }

    fn page(&self) -> Page<'_> {
        Page::new(self.visit, HEADING).back(self.back)
    }

    fn is_regional(&self) -> bool {
        self.actor.tenant.is_none()
    }

    /// The columns of a list here.
    fn columns(&self) -> &'static [&'static str] {
        let own = COLUMNS.len() - usize::from(!self.is_regional());
        COLUMNS.get(..own).unwrap_or_default()
    }

    /// The roles one may be invited to here.
    fn roles(&self) -> Vec<&'static str> {
        let municipal = self.is_regional().then_some(Role::Municipal);
        let roles = municipal.into_iter().chain([Role::Expert, Role::School]);
        roles.map(Role::name).collect()
    }

    fn form(&self, faults: &[FieldFault]) -> Markup {
        let quoted = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| format!("«{name}»")).collect();
            names.join(", ")
        };
        let form = Form {
            action: self.path,
            csrf: &self.visit.csrf,
            multipart: true,
            ..Form::default()
        };
        html! {
            p {
                "Загрузите таблицу XLSX со столбцами " (quoted(self.columns())) " в любом порядке. Роли: "
                (quoted(&self.roles())) ". Организация обязательна для роли «" (Role::School.name())
                "» и пишется как в справочнике. Каждый получит письмо со ссылкой; файл не сохраняется."
            }
            p { a class="govuk-link" href={ (self.path) "?format=xlsx" } { "Скачать образец (XLSX)" } }
            (ui::form(form, html! {
                (ui::file(FileField {
                    name: "file",
                    label: "Список",
                    hint: Some(&format!("XLSX, не более 2 МБ и {AT_ONCE} строк")),
                    error: fault_of(faults, "file"),
                    accept: Some(".xlsx"),
                    whole: true,
                    ..FileField::default()
                }))
                (ui::button("Пригласить"))
            }))
        }
    }

    fn report(&self, report: Vec<(Row, Outcome)>) -> Markup {
        let of = |wanted| {
            report
                .iter()
                .filter(|(_, outcome)| matches!(outcome, Ok(done) if *done == wanted))
                .count()
        };
        let (invited, waiting) = (of(Done::Invited), of(Done::Waits));
        let refused = report.len() - invited - waiting;
        let mut columns = vec![Column::text("№")];
        columns.extend(self.columns().iter().copied().map(Column::text));
        columns.push(Column::text("Итог"));
        let regional = self.is_regional();
        let rows = (1..)
            .zip(report)
            .map(|(number, (row, outcome)): (usize, _)| {
                let mut cells = vec![
                    html! { (number) },
                    html! { (row.email) },
                    html! { (or_dash(&row.role)) },
                    html! { (or_dash(&row.organisation)) },
                ];
                if regional {
                    cells.push(html! { (or_dash(&row.municipality)) });
                }
                cells.push(outcome_cell(outcome));
                cells
            })
            .collect();
        html! {
            p {
                "Отправлено приглашений: " (invited) ". "
                @if waiting > 0 { "Были приглашены раньше: " (waiting) ". " }
                @if refused > 0 {
                    "Не приглашены: " (refused) ". Исправьте эти строки и загрузите таблицу снова: второй раз никому не напишем."
                }
            }
            (ui::table(Table {
                caption: "Что стало с каждой строкой",
                columns: &columns,
                rows,
                ..Table::default()
            }))
            p {
                a class="govuk-link" href=(self.path) { "Загрузить ещё один список" } " · "
                a class="govuk-link" href=(self.back) { "Все приглашения" }
            }
        }
    }

    /// A table to fill in, with a row of each role, of places there are.
    async fn sample(&self, there: &Invitations) -> Result<Response> {
        let school = there.organisations.first();
        let town = there.municipalities.first();
        let rows = self
            .roles()
            .into_iter()
            .map(|role| {
                let place = match school {
                    Some(school) if role == Role::School.name() => &school.name,
                    _ => "",
                };
                let mut cells = vec!["pochta@example.ru".into(), role.into(), place.into()];
                if self.is_regional() {
                    cells.push(town.map_or("", |town| &town.name).into());
                }
                cells
            })
            .collect();
        let columns = if self.is_regional() {
            &REGIONAL[..]
        } else {
            &OWN[..]
        };
        let rows = stream::iter([Ok(rows)]);
        sheet::answer("Список приглашаемых", Format::Xlsx, columns, rows).await
    }
}

const REGIONAL: [sheets::Column; 4] = sheet::columns(COLUMNS, [32, 36, 40, 32]);
const OWN: [sheets::Column; 3] = sheet::columns([COLUMNS[0], COLUMNS[1], COLUMNS[2]], [32, 36, 40]);

fn outcome_cell(outcome: Outcome) -> Markup {
    match outcome {
        Ok(Done::Invited) => ui::tag(Tone::Green, "приглашение отправлено"),
        Ok(Done::Waits) => ui::tag(Tone::Blue, "уже приглашён, ссылка действует"),
        Err(app::Error::Invalid(faults)) => {
            let words: Vec<&str> = faults.iter().map(|fault| fault.words.as_ref()).collect();
            html! { (ui::tag(Tone::Red, "не приглашён")) " " (words.join("; ")) }
        }
        Err(error) => {
            let words = reason(error, "В эту роль приглашают не здесь");
            html! { (ui::tag(Tone::Red, "не приглашён")) " " (words) }
        }
    }
}
