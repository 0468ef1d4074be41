//! The requests of a row to the Centre for an expert: what was asked, what was answered, and
//! the operator's «Ответить».

use app::{
    FieldFault,
    schedule::{Request, ScheduleView, State},
};
use domain::role::Role;
use maud::{Markup, html};
use ui::{Column, Field, Form, Table, ru};

use super::{Desk, Typed};
use crate::{lists::or_dash, page::fault_of};

impl Desk<'_> {
    pub(super) fn requests(
        &self,
        view: &ScheduleView,
        typed: &Typed,
        faults: &[FieldFault],
    ) -> Markup {
        let rows = view.requests.iter().map(|request| {
            let zone = self.web.app.zone();
            vec![
                html! { (ru::date_short(zone.date_of(request.asked_at))) },
                html! { (or_dash(&request.comment)) },
                html! {
                    (answered(request))
                    @if let Some(at) = request.answered_at {
                        br;
                        (ru::date_short(zone.date_of(at)))
                        @if !request.answered_name.is_empty() { ", " (request.answered_name) }
                    }
                },
            ]
        });
        html! {
            @if !view.requests.is_empty() {
                (ui::table(Table {
                    caption: "Запросы в Центр",
                    caption_hidden: false,
                    columns: &["Запрошено", "Комментарий", "Ответ"].map(Column::text),
                    rows: rows.collect(),
                    empty: "",
                }))
            }
            @if self.actor.role == Role::Operator && view.no_experts.is_none() {
                @if let Some(request) = view.open_request() { (self.reply(view, request, typed, faults)) }
            }
        }
    }

    fn reply(
        &self,
        view: &ScheduleView,
        request: &Request,
        typed: &Typed,
        faults: &[FieldFault],
    ) -> Markup {
        let action = format!("{}/{}/answer", self.list(), view.application.public_id);
        let form = Form {
            action: &action,
            csrf: &self.visit.csrf,
            ..Form::default()
        };
        ui::form(
            form,
            html! {
                (ui::hidden("version", &request.version.to_string()))
                (ui::textarea(Field {
                    name: "answer",
                    label: "Ответ Центра",
                    value: &typed.answer,
                    hint: Some("Если назначить некого: место останется пустым, а муниципалитет увидит ответ"),
                    error: fault_of(faults, "answer"),
                    max_length: Some(500),
                    rows: Some(2),
                    ..Field::default()
                }))
                (ui::secondary_button("Ответить"))
            },
        )
    }
}

fn answered(request: &Request) -> &str {
    match request.state {
        State::Open => "ещё нет",
        State::Filled => "специалисты назначены",
        State::Declined => &request.answer,
        State::Withdrawn => "запрос снят",
    }
}
