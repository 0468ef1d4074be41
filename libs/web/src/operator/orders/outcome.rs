//! What became of an order: each application's answer after recording, and the decisions of one
//! recorded before.

use app::orders::{Answered, Order, OrderView, Recorded};
use domain::reference::{Category, Decision};
use maud::{Markup, html};
use ui::{Column, Fact, Pagination, Table, Tone, ru};

use super::PATH;
use crate::{asked::address, bulk, case, checked, lists};

pub(super) fn file_link(order: &Order) -> Markup {
    html! {
        (checked::link(order.state, &format!("/orders/{}", order.public_id), &order.file_name))
        " " (checked::mark(order.state, false))
    }
}

pub(super) fn title(order: &Order) -> String {
    format!(
        "Распоряжение № {} от {}",
        order.number,
        ru::date_long(order.date)
    )
}

pub(super) fn results(recorded: Recorded) -> Markup {
    let Recorded {
        order,
        kept_former_file,
        mut answers,
    } = recorded;
    answers.sort_by(|(_, one, _), (_, other, _)| one.cmp(other));
    let done = answers
        .iter()
        .filter(|(_, _, outcome)| outcome.is_ok())
        .count();
    html! {
        p { a class="govuk-link" href={ (PATH) "/" (order.public_id) } { (title(&order)) } }
        @if kept_former_file {
            (ui::inset(html! {
                "Распоряжение с этим номером и датой уже записано с другим файлом: оставлен прежний файл."
            }))
        }
        p { "Записано решений: " (done) " из " (answers.len()) "." }
        (ui::table(Table {
            caption: "Результат записи распоряжения",
            caption_hidden: true,
            columns: &[Column::text("ФИО"), Column::text("Результат")],
            rows: answers.into_iter().map(answer).collect(),
            empty: "",
        }))
        (ui::link_button(PATH, "Вернуться к распоряжениям"))
    }
}

fn answer((id, name, outcome): Answered) -> Vec<Markup> {
    vec![
        html! { a class="govuk-link" href={ "/operator/applications/" (id) } { (lists::or_dash(&name)) } },
        match outcome {
            Ok(words) => html! { (ui::tag(Tone::Green, "записано")) " " (words) },
            Err(error) => html! {
                (ui::tag(Tone::Red, "не записано")) " "
                (bulk::reason(error, "По этому заявлению решаете не Вы."))
            },
        },
    ]
}

/// What was decided, in a tag.
pub(super) fn made(decision: Decision) -> Markup {
    let (tone, words) = match decision {
        Decision::Granted => (Tone::Green, "установлена"),
        Decision::Refused => (Tone::Red, "отказано"),
    };
    ui::tag(tone, words)
}

pub(super) fn decided(view: &OrderView) -> Markup {
    let order = &view.order;
    let columns = [
        "ФИО",
        "Должность",
        "Место работы",
        "Муниципалитет",
        "Категория",
        "Решение",
    ];
    let rows = view.decisions.iter().map(|row| {
        vec![
            html! {
                a class="govuk-link" href={ "/operator/applications/" (row.application) } { (row.full_name) }
            },
            html! { (row.position) },
            html! { (row.organisation) },
            html! { (row.municipality) },
            html! { (row.category.map_or("", Category::name)) },
            html! {
                (made(row.decision))
                @if let Some((number, date)) = &row.superseded {
                    " " (ui::tag(Tone::Grey, &case::superseded_by(number, *date)))
                }
            },
        ]
    });
    let next = view.next.map(|id| {
        address(
            &format!("{PATH}/{}", order.public_id),
            &[("after", &id.to_string())],
        )
    });
    html! {
        (ui::summary(&[
            Fact::text("Номер распоряжения", &order.number),
            Fact::text("Дата распоряжения", &ru::date_long(order.date)),
            Fact { value: file_link(order), ..Fact::text("Файл распоряжения", "") },
            Fact::text("Решений", &order.decisions.to_string()),
        ]))
        @if !view.decisions.is_empty() {
            (ui::button_group(html! {
                (ui::secondary_link_button(
                    &format!("{PATH}/{}?format=pdf", order.public_id),
                    "Скачать приложение (PDF)",
                ))
                (ui::secondary_link_button(
                    &format!("{PATH}/{}?format=xlsx", order.public_id),
                    "Скачать приложение (XLSX)",
                ))
                (ui::secondary_link_button(
                    &address(PATH, &[("replaces", &order.public_id.to_string())]),
                    "Заменить решения другим распоряжением",
                ))
            }))
        }
        (ui::table(Table {
            caption: "Решения",
            caption_hidden: false,
            columns: &columns.map(Column::text),
            rows: rows.collect(),
            empty: "По этому распоряжению решений ещё нет.",
        }))
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
    }
}
