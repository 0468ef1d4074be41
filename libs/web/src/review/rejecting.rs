//! «Отклонить»: the form of a rejection, beside the documents it is about.

use app::{FieldFault, case::CaseView, review::RejectionReason};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::act::Act;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Choices, Field, Form};
use uuid::Uuid;

use super::{Desk, frozen};
use crate::{
    error::{Error, Result},
    evidence,
    form::{Posted, STALE_FORM, version},
    merge,
    page::{Page, fault_of},
    viewer::Looking,
};

/// The form of a rejection, as sent.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Rejecting {
    version: String,
    reason: Vec<String>,
    comment: String,
}

impl Desk<'_> {
    /// «Отклонить»: the form of a rejection.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it cannot be rejected now.
    pub async fn rejection(&self, id: Uuid, looking: &Looking) -> Result<Markup> {
        let case = self.web.app.case(self.actor, id).await?;
        if !case.can(Act::Reject) {
            return Err(Error::Conflict(
                if frozen(&case) {
                    "Сначала рассмотрите отзыв: заявление на отзыв находится на рассмотрении."
                } else {
                    "Это заявление сейчас нельзя отклонить."
                }
                .to_owned(),
            ));
        }
        let typed = Rejecting {
            version: case.application.version.to_string(),
            ..Rejecting::default()
        };
        let reasons = self.web.app.rejection_reasons(self.actor).await?;
        let form = self.rejection_form(id, &case, &reasons, &typed, &[]);
        let back = self.address(id);
        let form = self.beside(id, &case, looking, form).await?;
        Ok(self.rejection_page(&back, &[]).render(form))
    }

    /// «Отклонить заявление».
    ///
    /// # Errors
    /// As the verb; faults of the form show it again.
    pub async fn reject(&self, id: Uuid, posted: Posted<Rejecting>) -> Result<Response> {
        let (typed, faults, status) = match posted.accept() {
            Ok(typed) => {
                let done = self
                    .web
                    .app
                    .reject(
                        self.actor,
                        id,
                        version(&typed.version),
                        &typed.reason,
                        &typed.comment,
                    )
                    .await;
                match done {
                    Ok(()) => {
                        self.visit
                            .notify("Заявление отклонено. Письмо педагогу отправлено.")
                            .await?;
                        return Ok(Redirect::to(&self.address(id)).into_response());
                    }
                    Err(app::Error::Invalid(faults)) => {
                        (typed, faults, StatusCode::UNPROCESSABLE_ENTITY)
                    }
                    Err(late @ (app::Error::Stale | app::Error::Illegal(_))) => {
                        return self.late_rejection(id, typed, late).await;
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
        let case = self.web.app.case(self.actor, id).await?;
        let reasons = self.web.app.rejection_reasons(self.actor).await?;
        let back = self.address(id);
        let form = self.rejection_form(id, &case, &reasons, &typed, &faults);
        let form = self.beside(id, &case, &Looking::default(), form).await?;
        let page = self.rejection_page(&back, &faults).render(form);
        Ok((status, page).into_response())
    }

    /// The form again, if it can still be rejected.
    async fn late_rejection(
        &self,
        id: Uuid,
        typed: Rejecting,
        late: app::Error,
    ) -> Result<Response> {
        let case = self.web.app.case(self.actor, id).await?;
        if !case.can(Act::Reject) {
            return Err(late.into());
        }
        let faults = merge::faults(&late.to_string(), &[], &[], merge::as_stored);
        let typed = Rejecting {
            version: case.application.version.to_string(),
            ..typed
        };
        let reasons = self.web.app.rejection_reasons(self.actor).await?;
        let back = self.address(id);
        let page = self.rejection_page(&back, &faults);
        let body = self.rejection_form(id, &case, &reasons, &typed, &faults);
        Ok(merge::page(page, &back, body))
    }

    /// A form of the case beside its documents.
    async fn beside(
        &self,
        id: Uuid,
        case: &CaseView,
        looking: &Looking,
        form: Markup,
    ) -> Result<Markup> {
        let base = format!("{}/reject", self.address(id));
        let lines = evidence::of_case(case);
        Ok(self.viewer(&lines, base, looking).await?.beside(form))
    }

    fn rejection_page<'p>(&'p self, back: &'p str, faults: &'p [FieldFault]) -> Page<'p> {
        Page::new(self.visit, "Отклонить заявление")
            .back(back)
            .faults(faults)
    }

    fn rejection_form(
        &self,
        id: Uuid,
        case: &CaseView,
        reasons: &[RejectionReason],
        typed: &Rejecting,
        faults: &[FieldFault],
    ) -> Markup {
        let options: Vec<Choice<'_>> = reasons
            .iter()
            .map(|reason| Choice {
                value: &reason.code,
                label: &reason.name,
                ..Choice::default()
            })
            .collect();
        let chosen: Vec<&str> = typed.reason.iter().map(String::as_str).collect();
        let form = Form {
            action: &format!("{}/reject", self.address(id)),
            csrf: &self.visit.csrf,
            ..Form::default()
        };
        html! {
            p class="govuk-body-l" { (case.application.full_name()) ", " (case.application.position_name) }
            (ui::form(form, html! {
                (ui::hidden("version", &typed.version))
                (ui::checkboxes(Choices {
                    name: "reason",
                    legend: "Причина отклонения",
                    hint: Some("Можно выбрать несколько. Причина будет в письме педагогу и в статусе заявления."),
                    error: fault_of(faults, "reason"),
                    options: &options,
                    chosen: &chosen,
                    ..Choices::default()
                }))
                (ui::textarea(Field {
                    name: "comment",
                    label: "Комментарий",
                    value: &typed.comment,
                    hint: Some("Обязателен, если выбрана иная причина"),
                    error: fault_of(faults, "comment"),
                    max_length: Some(1000),
                    ..Field::default()
                }))
                (ui::warning_button("Отклонить заявление"))
            }))
        }
    }
}
