//! A keeper of the schedule at its desk: the page of one row, saved and shown again. What the
//! page says is in [`super::form`].

use app::{
    FieldFault,
    schedule::{Plan, ScheduleView},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{act::Act, actor::Actor, life::legal, role::Role};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    Web,
    error::Result,
    form::{Posted, STALE_FORM, stale_form, version},
    merge,
    page::Page,
    visit::Visit,
};

/// The form of a row, as sent.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    pub(super) version: String,
    pub(super) period: String,
    pub(super) expert1: String,
    pub(super) expert2: String,
    pub(super) comment: String,
    /// Of the form beside it, «Ответить».
    #[serde(skip)]
    pub(super) answer: String,
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
            comment: view
                .open_request()
                .map(|request| request.comment.clone())
                .unwrap_or_default(),
            answer: String::new(),
        }
    }
}

/// The Centre's answer to a request, as sent.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Answer {
    version: String,
    answer: String,
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
    pub(super) fn list(&self) -> String {
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
                    comment: (self.actor.role == Role::Municipal).then_some(&typed.comment),
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
                                "Сохранено. Письма отправлены."
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

    /// «Ответить».
    ///
    /// # Errors
    /// As the verb; what is typed and cannot be taken is shown again.
    pub async fn answer(&self, id: Uuid, posted: Posted<Answer>) -> Result<Response> {
        let (answer, fault, status) = match posted.accept() {
            Ok(answer) => {
                let seen = version(&answer.version);
                let done = self
                    .web
                    .app
                    .answer_gap(self.actor, id, seen, &answer.answer)
                    .await;
                match done {
                    Ok(()) => {
                        self.visit
                            .notify("Ответ записан, муниципалитет его видит.")
                            .await?;
                        let row = format!("{}/{id}", self.list());
                        return Ok(Redirect::to(&row).into_response());
                    }
                    Err(app::Error::Invalid(faults)) => {
                        (answer, faults, StatusCode::UNPROCESSABLE_ENTITY)
                    }
                    Err(late @ (app::Error::Stale | app::Error::Illegal(_))) => {
                        let fault = FieldFault::new("", late.to_string());
                        (answer, vec![fault], StatusCode::CONFLICT)
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            Err(answer) => (answer, stale_form(), StatusCode::FORBIDDEN),
        };
        let view = self.web.app.schedule_row(self.actor, id).await?;
        let typed = Typed {
            answer: answer.answer,
            ..Typed::of(&view)
        };
        Ok((status, self.page(&view, &typed, &fault)).into_response())
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
                ("comment", &typed.comment),
            ]
        });
        let faults = merge::faults(words, &mine, &now, |field, id| {
            let period = view.periods.iter().find(|p| p.public_id.to_string() == id);
            let expert = view.experts.iter().find(|e| e.public_id.to_string() == id);
            match (field, period, expert) {
                ("comment", ..) => id.to_owned(),
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
        self.frame(view, &self.list(), faults).render(html! {
            (self.body(view, typed, faults))
            (self.rescheduling(view))
        })
    }

    /// «Перенести», where the approved row can go back to preliminary now.
    fn rescheduling(&self, view: &ScheduleView) -> Markup {
        let row = &view.application;
        let can = legal(Act::Reschedule, self.actor.role, &row.case()).is_ok();
        html! {
            @if can {
                (ui::secondary_link_button(&format!("{}/{}/reschedule", self.list(), row.public_id), "Перенести"))
            }
        }
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
}
