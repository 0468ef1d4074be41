//! The row of one application on its page: about whom, and the form of its period and places,
//! or the same as text for who may not change it.

use std::collections::BTreeMap;

use app::{
    FieldFault,
    schedule::{Assigned, Expert, ScheduleView, State, is_of_centre},
};
use domain::{
    life::PeriodMark,
    proposal::{Note, words},
    role::Role,
};
use maud::{Markup, html};
use ui::{Choice, Field, Form, Select, Tone, ru};

use super::{Desk, Typed, choices, ids_of, table::left_out};
use crate::{case::held, page::fault_of};

/// Beside an expert who cannot see the case for now.
const SUSPENDED: &str = "муниципалитет приостановлен";
/// The deck's sentence above the places (R-SCH-2).
const LEAVE_EMPTY: &str = "Вам доступен выбор экспертов только из вашего муниципалитета. Если в вашем муниципалитете нет необходимых специалистов, оставьте поле пустым, экспертов назначат операторы.";

impl Desk<'_> {
    pub(super) fn body(&self, view: &ScheduleView, typed: &Typed, faults: &[FieldFault]) -> Markup {
        html! {
            (self.about(view))
            @if view.no_experts.is_none() || view.no_period.is_none() {
                (self.form(view, typed, faults))
            } @else { (read_only(view)) }
            (self.requests(view, typed, faults))
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
                @if view.no_experts.is_none() { p { (counted(view)) } }
                @for (index, value) in values.into_iter().enumerate() {
                    (self.place(view, index, value, faults))
                }
                @if self.actor.role == Role::Municipal { (comment(view, typed, faults)) }
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
        // A coordinator's are all of one municipality: one group without a name.
        let grouped = self.actor.role == Role::Operator;
        let mut groups: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
        for expert in &view.experts {
            groups
                .entry(if grouped { &expert.municipality } else { "" })
                .or_default()
                .push((expert.public_id.to_string(), describe(expert, view)));
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
        let chosen = view
            .experts
            .iter()
            .find(|expert| expert.public_id.to_string() == value);
        let warned = chosen.and_then(|expert| warned(view, expert));
        html! {
            (ui::select(Select {
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
            }))
            @if let Some(words) = warned { (ui::warning(&words)) }
        }
    }
}

/// What the loads beside the experts' names count.
fn counted(view: &ScheduleView) -> String {
    match &view.counted {
        Some(period) => format!(
            "Нагрузка специалистов посчитана в периоде «{}», предел региона — {}.",
            period.name, view.limit
        ),
        None => "Нагрузка специалистов посчитана по всем периодам.".to_owned(),
    }
}

/// What is flagged of the expert chosen (R-SCH-3): the person decides.
fn warned(view: &ScheduleView, expert: &Expert) -> Option<String> {
    let flagged: Vec<&str> = view
        .notes(expert)
        .into_iter()
        .filter(|note| matches!(note, Note::SameOrganisation | Note::AboveLimit))
        .map(words::note)
        .collect();
    (!flagged.is_empty()).then(|| format!("{}: {}.", expert.full_name, flagged.join(", ")))
}

fn comment(view: &ScheduleView, typed: &Typed, faults: &[FieldFault]) -> Markup {
    let declined = view
        .requests
        .last()
        .is_some_and(|request| request.state == State::Declined);
    let hint = if declined && view.application.row.gap_since.is_some() {
        "Центр ответил на запрос. Новый комментарий отправит его ещё раз"
    } else {
        "Если место останется пустым: какой специалист нужен"
    };
    ui::textarea(Field {
        name: "comment",
        label: "Комментарий для Центра",
        value: &typed.comment,
        hint: Some(hint),
        error: fault_of(faults, "comment"),
        max_length: Some(500),
        rows: Some(2),
        ..Field::default()
    })
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
            ru::date_long(period.starts),
            ru::date_long(period.ends)
        )
    });
    // Approved without this row, its period is no choice any more: it stays in it until another is
    // chosen.
    let empty = match &view.application.row {
        row if view.left_out => left_out(&row.period_name),
        _ => "Не выбран".to_owned(),
    };
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
        empty: Some(&empty),
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
        PeriodMark::Preliminary if view.left_out => left_out(&row.period_name),
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

/// Post, subject, organisation, load and the marks of R-SCH-3 beside an expert's name.
fn describe(expert: &Expert, view: &ScheduleView) -> String {
    let mut who = expert.full_name.clone();
    for part in [&expert.position, &expert.subject, &expert.organisation_name] {
        if !part.is_empty() {
            who.push_str(", ");
            who.push_str(part);
        }
    }
    let load = u32::try_from(expert.load).unwrap_or(u32::MAX);
    let mut told = vec![match view.counted {
        Some(_) => words::load(load, view.limit),
        None => format!("нагрузка {load}"),
    }];
    // The list is grouped by municipality, and most posts are the same.
    let notes = view.notes(expert).into_iter();
    let shown = notes.filter(|note| !matches!(note, Note::OtherMunicipality | Note::SamePosition));
    told.extend(shown.map(|note| words::note(note).to_owned()));
    if expert.suspended {
        told.push(SUSPENDED.to_owned());
    }
    format!("{who} — {}", told.join(", "))
}
