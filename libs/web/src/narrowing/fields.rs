//! The fields of a list's filters, what is filtered besides them, and the buttons of its files.

use app::{lists::Choices, municipality_filter::MunicipalityFilter};
use domain::{
    life::Status,
    reference::{Category, Form},
    words,
};
use maud::{Markup, html};
use ui::{Choice, Field, Select, ru};
use uuid::Uuid;

use super::{Asking, OWN_WORDS, Register, day};
use crate::lists::{self, choice_by_id};

/// The filters with «Показать», filled in as the address has them.
pub fn filters(
    asking: &Asking,
    register: Register,
    municipality: &MunicipalityFilter,
    choices: &Choices,
) -> Markup {
    let regional = register.is_regional();
    let organisations: Vec<(Uuid, &str)> = choices
        .organisations
        .iter()
        .map(|organisation| (organisation.public_id, organisation.name.as_str()))
        .collect();
    let periods: Vec<(Uuid, &str)> = choices
        .periods
        .iter()
        .map(|period| (period.public_id, period.name.as_str()))
        .collect();
    ui::filters(
        register.path,
        html! {
            // What stands in no field is kept.
            @for (name, value) in [
                ("tab", &asking.tab), ("sort", &asking.sort), ("since", &asking.since), ("until", &asking.until),
                ("took", &asking.took), ("reason", &asking.reason), ("expert", &asking.expert),
            ] {
                @if !value.is_empty() { (ui::hidden(name, value)) }
            }
            @if regional { (lists::municipality(municipality)) }
            @if !regional || !organisations.is_empty() {
                (choice_by_id(field("organisation", "Организация", &asking.organisation), Some("все"), &organisations))
            }
            // What waits for its registration is in no schedule.
            @if !register.is_queue() {
                (state(asking, regional))
                (choice_by_id(field("period", "Период", &asking.period), Some("все"), &periods))
            }
            (chosen("category", "Категория", &asking.category, &Category::ALL.map(|one| (one.code(), one.name()))))
            (chosen("form", "Форма", &asking.form, &Form::ALL.map(|one| (one.code(), one.name()))))
            (chosen("term", "Срок", &asking.term, &[
                ("overdue", "просрочено"),
                ("ending", "истекает"),
                ("pressing", "истекает или просрочено"),
            ]))
            @if !register.is_queue() {
                (chosen("gap", "Чего нет в графике", &asking.gap, &[
                    ("period", "без периода"),
                    ("experts", "без экспертов"),
                ]))
            }
            (lists::search(&asking.q, lists::NAME_NUMBER_OR_ORGANISATION))
        },
    )
}

fn field<'a>(name: &'a str, label: &'a str, value: &'a str) -> Field<'a> {
    Field {
        name,
        label,
        value,
        ..Field::default()
    }
}

fn chosen(name: &str, label: &str, value: &str, options: &[(&str, &str)]) -> Markup {
    let options: Vec<Choice<'_>> = options
        .iter()
        .map(|&(value, label)| Choice {
            value,
            label,
            ..Choice::default()
        })
        .collect();
    ui::select(Select {
        field: field(name, label, value),
        empty: Some("все"),
        options: &options,
        ..Select::default()
    })
}

fn state(asking: &Asking, regional: bool) -> Markup {
    let mut options = Vec::new();
    if !regional {
        options.push(Choice {
            value: "all",
            label: "все",
            ..Choice::default()
        });
    }
    options.extend(
        Status::ALL
            .iter()
            .filter(|status| status.is_submitted())
            .map(|status| Choice {
                value: status.code(),
                label: words::status_name(*status),
                ..Choice::default()
            }),
    );
    ui::select(Select {
        field: field("state", "Состояние", &asking.state),
        empty: Some(if regional {
            "все"
        } else {
            "ждут меня"
        }),
        options: &options,
        ..Select::default()
    })
}

/// What is filtered without a field: by the links of a dashboard.
pub fn besides(asking: &Asking, register: Register, choices: &Choices) -> Markup {
    let mut told = Vec::new();
    if let Some(since) = day(&asking.since) {
        told.push(format!("подано с {}", ru::date_long(since)));
    }
    if let Some(until) = day(&asking.until) {
        told.push(format!("подано по {}", ru::date_long(until)));
    }
    if let Ok(days) = asking.took.parse::<u64>() {
        told.push(match days {
            0 => "зарегистрированные, отозванные и решённые с номером".to_owned(),
            days => format!(
                "зарегистрировано через {days} {} после подачи или позже",
                ru::plural(days, "день", "дня", "дней")
            ),
        });
    }
    if asking.reason == OWN_WORDS {
        told.push("отклонено по причине не из списка".to_owned());
    } else if let Some(reason) = choices
        .reasons
        .iter()
        .find(|reason| reason.code == asking.reason)
    {
        told.push(format!("отклонено: {}", reason.name));
    }
    if asking.expert.parse::<Uuid>().is_ok() {
        told.push("назначен выбранный специалист".to_owned());
    }
    html! {
        @if !told.is_empty() {
            p {
                "Показаны только: " (told.join("; ")) ". "
                a class="govuk-link" href=(asking.without_filters(register)) { "Сбросить отбор" }
            }
        }
    }
}
