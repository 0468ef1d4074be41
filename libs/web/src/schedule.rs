//! «График» on a page, the coordinator's and the operator's alike: the table of rows and the
//! form of one row. Which rows stand in it, and who may change them, the verbs say.

use std::collections::BTreeMap;

use app::{
    FieldFault,
    schedule::{Assigned, Expert, Line, Period, Plan, ScheduleView, is_of_centre},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{actor::Actor, life::PeriodMark, role::Role, routing::Route};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Column, Field, Form, Select, Tone, ru};
use uuid::Uuid;

use crate::{
    Web,
    case::held,
    error::Result,
    form::{Posted, STALE_FORM, version},
    merge,
    page::{Page, fault_of},
    visit::Visit,
};

/// Beside an expert who cannot see the case for now.
const SUSPENDED: &str = "муниципалитет приостановлен";
/// The deck's sentence above the places (R-SCH-2).
const LEAVE_EMPTY: &str = "Вам доступен выбор экспертов только из вашего муниципалитета. Если в вашем муниципалитете нет необходимых специалистов, оставьте поле пустым, экспертов назначат операторы.";

/// The table of rows; `municipality` where they are of many.
#[must_use]
pub fn table(caption: &str, rows: &[Line], base: &str, municipality: bool, empty: &str) -> Markup {
    let mut columns = vec![Column::text("ФИО")];
    if municipality {
        columns.push(Column::text("Муниципалитет"));
    }
    columns.extend(
        [
            "Должность",
            "Организация",
            "Аттестационный период",
            "Специалисты",
            "Итоговое заключение",
        ]
        .map(Column::text),
    );
    let rows = rows.iter().map(|line| {
        let mut cells = vec![html! {
            a class="govuk-link" href={ (base) "/" (line.public_id) } { (line.full_name) }
            @if line.route == Route::Operator { " " (ui::tag(Tone::Purple, "ведёт оператор")) }
        }];
        if municipality {
            cells.push(html! { (line.municipality) });
        }
        cells.push(html! { (line.position) });
        cells.push(html! { (line.organisation) });
        cells.push(period_mark(line));
        cells.push(experts_mark(line));
        cells.push(html! { (domain::words::place_name(line.place)) });
        cells
    });
    ui::table(ui::Table {
        caption,
        columns: &columns,
        rows: rows.collect(),
        empty,
        ..ui::Table::default()
    })
}

fn period_mark(line: &Line) -> Markup {
    match line.mark {
        PeriodMark::None => ui::tag(Tone::Yellow, "период не выбран"),
        PeriodMark::Preliminary => html! {
            (ui::tag(Tone::Blue, "период выбран")) " " (line.period)
        },
        PeriodMark::Approved => html! {
            (ui::tag(Tone::Green, "период закрыт")) " " (line.period)
        },
    }
}

fn experts_mark(line: &Line) -> Markup {
    html! {
        @if line.assigned >= 2 { (ui::tag(Tone::Blue, "эксперты назначены")) }
        @else if line.gap_since.is_some() { (ui::tag(Tone::Red, "назначит оператор")) }
        @else { (ui::tag(Tone::Yellow, "эксперты не назначены")) }
        @if !line.experts.is_empty() { " " (line.experts) }
    }
}

/// The filter «Период» and the two check boxes.
#[must_use]
pub fn period_filter(periods: &[Period], chosen: &str) -> Markup {
    let ids: Vec<String> = ids_of(periods);
    ui::select(Select {
        field: Field {
            name: "period",
            label: "Период",
            value: chosen,
            ..Field::default()
        },
        empty: Some("все"),
        options: &choices(periods, &ids),
        ..Select::default()
    })
}

fn ids_of(periods: &[Period]) -> Vec<String> {
    periods
        .iter()
        .map(|period| period.public_id.to_string())
        .collect()
}

fn choices<'a>(periods: &'a [Period], ids: &'a [String]) -> Vec<Choice<'a>> {
    periods
        .iter()
        .zip(ids)
        .map(|(period, id)| Choice {
            value: id,
            label: &period.name,
            ..Choice::default()
        })
        .collect()
}

/// The form of a row, as sent.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    version: String,
    period: String,
    expert1: String,
    expert2: String,
}

impl Typed {
    fn of(view: &ScheduleView) -> Self {
        let row = &view.application.row;
        let period = view
            .periods
            .iter()
            .find(|period| Some(period.id) == row.period)
            .map(|period| period.public_id.to_string());
        let [expert1, expert2] = view.places.each_ref().map(|place| {
            let assigned = place.as_ref()?;
            let expert = view
                .experts
                .iter()
                .find(|expert| expert.membership == assigned.membership)?;
            Some(expert.public_id.to_string())
        });
        Self {
            version: row.version.to_string(),
            period: period.unwrap_or_default(),
            expert1: expert1.unwrap_or_default(),
            expert2: expert2.unwrap_or_default(),
        }
    }
}

/// A keeper of the schedule at its desk.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The visitor.
    pub visit: &'a Visit,
    /// Who acts.
    pub actor: &'a Actor,
    /// The verbs.
    pub web: &'a Web,
}

impl Desk<'_> {
    fn list(&self) -> String {
        format!("{}/schedule", self.actor.role.home())
    }

    /// The row of one application.
    ///
    /// # Errors
    /// As the verb.
    pub async fn show(&self, id: Uuid) -> Result<Markup> {
        let view = self.web.app.schedule_row(self.actor, id).await?;
        Ok(self.page(&view, &Typed::of(&view), &[]))
    }

    /// «Сохранить».
    ///
    /// # Errors
    /// As the verb; faults of the form show it again.
    pub async fn save(&self, id: Uuid, posted: Posted<Typed>) -> Result<Response> {
        let (typed, faults, status) = match posted.accept() {
            Ok(typed) => {
                let plan = Plan {
                    period: &typed.period,
                    experts: [&typed.expert1, &typed.expert2],
                };
                let done = self
                    .web
                    .app
                    .set_schedule(self.actor, id, version(&typed.version), plan)
                    .await;
                match done {
                    Ok(changed) => {
                        self.visit
                            .notify(if changed {
                                "Сохранено. Письма педагогу и специалистам отправлены."
                            } else {
                                "Ничего не изменилось."
                            })
                            .await?;
                        let row = format!("{}/{id}", self.list());
                        return Ok(Redirect::to(&row).into_response());
                    }
                    Err(app::Error::Invalid(faults)) => {
                        (typed, faults, StatusCode::UNPROCESSABLE_ENTITY)
                    }
                    Err(late @ app::Error::Stale) => {
                        return self.late(id, typed, &late.to_string()).await;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            Err(typed) => (
                typed,
                vec![FieldFault::new("", STALE_FORM)],
                StatusCode::FORBIDDEN,
            ),
        };
        let view = self.web.app.schedule_row(self.actor, id).await?;
        Ok((status, self.page(&view, &typed, &faults)).into_response())
    }

    /// The form again, as it comes too late: beside the row of now.
    async fn late(&self, id: Uuid, typed: Typed, words: &str) -> Result<Response> {
        let view = self.web.app.schedule_row(self.actor, id).await?;
        let stored = Typed::of(&view);
        let [mine, now] = [&typed, &stored].map(|typed| {
            [
                ("period", typed.period.as_str()),
                ("expert1", &typed.expert1),
                ("expert2", &typed.expert2),
            ]
        });
        let faults = merge::faults(words, &mine, &now, |field, id| {
            let period = view.periods.iter().find(|p| p.public_id.to_string() == id);
            let expert = view.experts.iter().find(|e| e.public_id.to_string() == id);
            match (field, period, expert) {
                ("period", Some(period), _) => period.name.clone(),
                (_, _, Some(expert)) => expert.full_name.clone(),
                _ => String::new(),
            }
        });
        let typed = Typed {
            version: stored.version,
            ..typed
        };
        let list = self.list();
        let page = self.frame(&view, &list, &faults);
        let body = self.body(&view, &typed, &faults);
        Ok(merge::page(page, &format!("{list}/{id}"), body))
    }

    fn page(&self, view: &ScheduleView, typed: &Typed, faults: &[FieldFault]) -> Markup {
        self.frame(view, &self.list(), faults)
            .render(self.body(view, typed, faults))
    }

    fn frame<'p>(
        &'p self,
        view: &'p ScheduleView,
        list: &'p str,
        faults: &'p [FieldFault],
    ) -> Page<'p> {
        Page::new(self.visit, "График")
            .caption(&view.application.municipality_name)
            .back(list)
            .faults(faults)
    }

    fn body(&self, view: &ScheduleView, typed: &Typed, faults: &[FieldFault]) -> Markup {
        html! {
            (self.about(view))
            @if view.no_experts.is_none() || view.no_period.is_none() {
                (self.form(view, typed, faults))
            } @else { (read_only(view)) }
        }
    }

    fn about(&self, view: &ScheduleView) -> Markup {
        let row = &view.application;
        let held = row.snapshot.as_ref().map(held).unwrap_or_default();
        let page = format!("{}/applications/{}", self.actor.role.home(), row.public_id);
        html! {
            (ui::summary(&[
                ui::Fact::text("ФИО", &row.full_name()),
                ui::Fact::text("Должность", &row.position_name),
                ui::Fact::text("Организация", &row.organisation_name),
                ui::Fact::text("Заявленная категория", row.category.map_or("", |category| category.name())),
                ui::Fact::text("Имеющаяся категория", &held),
            ]))
            p { a class="govuk-link" href=(page) { "Посмотреть заявление" } }
        }
    }

    fn form(&self, view: &ScheduleView, typed: &Typed, faults: &[FieldFault]) -> Markup {
        let form = Form {
            action: &format!("{}/{}", self.list(), view.application.public_id),
            csrf: &self.visit.csrf,
            ..Form::default()
        };
        let values = [&typed.expert1, &typed.expert2];
        html! {
            (ui::form(form, html! {
                (ui::hidden("version", &typed.version))
                (period_field(view, typed, faults))
                @if self.actor.role == Role::Municipal { (ui::inset(html! { p { (LEAVE_EMPTY) } })) }
                @for (index, value) in values.into_iter().enumerate() {
                    (self.place(view, index, value, faults))
                }
                (ui::button("Сохранить"))
            }))
        }
    }

    fn place(
        &self,
        view: &ScheduleView,
        index: usize,
        value: &str,
        faults: &[FieldFault],
    ) -> Markup {
        let (label, name) = match index {
            0 => ("Специалист 1", "expert1"),
            _ => ("Специалист 2", "expert2"),
        };
        let assigned = view.places.get(index).and_then(Option::as_ref);
        if let Some(assigned) = assigned.filter(|assigned| is_of_centre(self.actor, assigned)) {
            return html! {
                (ui::summary(&[ui::Fact { value: expert_words(assigned), ..ui::Fact::text(label, "") }]))
                p { "Назначен оператором." }
            };
        }
        let offered: Vec<(String, String, &Expert)> = view
            .experts
            .iter()
            .map(|expert| (expert.public_id.to_string(), describe(expert, view), expert))
            .collect();
        let choice = |(id, label, _): &'_ (String, String, &Expert)| (id.clone(), label.clone());
        let grouped = self.actor.role == Role::Operator;
        let mut groups: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
        for offer in &offered {
            groups
                .entry(if grouped { &offer.2.municipality } else { "" })
                .or_default()
                .push(choice(offer));
        }
        let groups: Vec<(&str, Vec<Choice<'_>>)> = groups
            .iter()
            .map(|(municipality, experts)| {
                let experts = experts.iter().map(|(id, label)| Choice {
                    value: id,
                    label,
                    ..Choice::default()
                });
                (*municipality, experts.collect())
            })
            .collect();
        let (options, groups): (&[Choice<'_>], _) = match groups.as_slice() {
            [("", experts)] => (experts, &[][..]),
            groups => (&[], groups),
        };
        ui::select(Select {
            field: Field {
                name,
                label,
                value,
                error: fault_of(faults, name),
                ..Field::default()
            },
            empty: Some("Не назначен"),
            options,
            groups,
        })
    }
}

fn period_field(view: &ScheduleView, typed: &Typed, faults: &[FieldFault]) -> Markup {
    if let Some(reason) = &view.no_period {
        return html! {
            (ui::summary(&[ui::Fact::text("Аттестационный период", &period_words(view))]))
            p { (reason) }
        };
    }
    let hint = view.proposed.as_ref().map(|period| {
        format!(
            "Предлагается «{}»: {} — {}",
            period.name,
            ru::date_short(period.starts),
            ru::date_short(period.ends)
        )
    });
    let ids = ids_of(&view.periods);
    ui::select(Select {
        field: Field {
            name: "period",
            label: "Аттестационный период",
            value: &typed.period,
            hint: hint.as_deref(),
            error: fault_of(faults, "period"),
            ..Field::default()
        },
        empty: Some("Не выбран"),
        options: &choices(&view.periods, &ids),
        ..Select::default()
    })
}

fn read_only(view: &ScheduleView) -> Markup {
    let mut facts = vec![ui::Fact::text("Аттестационный период", &period_words(view))];
    let labels = ["Специалист 1", "Специалист 2"];
    for (label, place) in labels.into_iter().zip(&view.places) {
        facts.push(match place {
            Some(assigned) => ui::Fact {
                value: expert_words(assigned),
                ..ui::Fact::text(label, "")
            },
            None => ui::Fact::text(label, "не назначен"),
        });
    }
    html! {
        @if let Some(reason) = &view.no_experts { (ui::inset(html! { p { (reason) } })) }
        (ui::summary(&facts))
    }
}

fn period_words(view: &ScheduleView) -> String {
    let row = &view.application.row;
    match row.mark {
        PeriodMark::None => "не выбран".to_owned(),
        PeriodMark::Preliminary => row.period_name.clone(),
        PeriodMark::Approved => format!("{} (ПЕРИОД ЗАКРЫТ)", row.period_name),
    }
}

fn expert_words(assigned: &Assigned) -> Markup {
    html! {
        (assigned.full_name)
        @if !assigned.position.is_empty() { ", " (assigned.position) }
        @if !assigned.organisation.is_empty() { ", " (assigned.organisation) }
        @if assigned.suspended { " " (ui::tag(Tone::Red, SUSPENDED)) }
    }
}

/// Post, organisation, load and the mark of R-SCH-3 beside an expert's name.
fn describe(expert: &Expert, view: &ScheduleView) -> String {
    let row = &view.application;
    let mut words = expert.full_name.clone();
    for part in [&expert.position, &expert.organisation_name] {
        if !part.is_empty() {
            words.push_str(", ");
            words.push_str(part);
        }
    }
    words.push_str(&format!(" — нагрузка: {}", expert.load));
    if expert.tenant == row.tenant && expert.organisation == Some(row.organisation) {
        words.push_str(" — та же организация");
    }
    if expert.suspended {
        words.push_str(" — ");
        words.push_str(SUSPENDED);
    }
    words
}
