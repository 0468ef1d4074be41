//! «Отклонить» of both registrars: the reasons of the list, own words, and remarks that point at a
//! field or at a page of a document; and how remarks are told to the teacher, each where it is to
//! be mended (R-APP-6).

use app::{
    FieldFault,
    case::CaseView,
    rejection::{Noted, Rejection, RejectionReason},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    act::Act,
    remark::{self, Part, Place, Remark},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Choices, Field, Form, Select, Width};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    evidence,
    form::{Posted, STALE_FORM, version},
    merge,
    page::{Page, fault_of},
    review::{Desk, frozen},
    viewer::Looking,
};

/// The form of a rejection, as sent. `place`, `page` and `remark` come once for each remark.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Rejecting {
    version: String,
    reason: Vec<String>,
    comment: String,
    place: Vec<String>,
    page: Vec<String>,
    remark: Vec<String>,
}

impl Rejecting {
    fn noted(&self) -> Vec<Noted> {
        let typed = |all: &[String], at: usize| all.get(at).cloned().unwrap_or_default();
        (0..remark::MOST)
            .map(|at| Noted {
                place: typed(&self.place, at),
                page: typed(&self.page, at),
                words: typed(&self.remark, at),
            })
            .collect()
    }
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
                        Rejection {
                            reasons: &typed.reason,
                            comment: &typed.comment,
                            remarks: &typed.noted(),
                        },
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
                (noting(case, typed, faults))
                (ui::warning_button("Отклонить заявление"))
            }))
        }
    }
}

/// The rows of remarks; the first stands open, for most have one.
fn noting(case: &CaseView, typed: &Rejecting, faults: &[FieldFault]) -> Markup {
    let files: Vec<(String, &str)> = case
        .documents
        .iter()
        .filter(|document| matches!(document.part.as_str(), "scan" | "attached"))
        .map(|document| (document.file.to_string(), document.name.as_str()))
        .collect();
    let groups = [
        (
            "Данные",
            Part::ALL
                .into_iter()
                .map(|part| Choice {
                    value: part.code(),
                    label: part.name(),
                    ..Choice::default()
                })
                .collect::<Vec<_>>(),
        ),
        (
            "Документы",
            files
                .iter()
                .map(|(value, label)| Choice {
                    value,
                    label,
                    ..Choice::default()
                })
                .collect(),
        ),
    ];
    let noted = typed.noted();
    let further = noted[1..].iter().any(|noted| !noted.words.is_empty())
        || faults
            .iter()
            .any(|fault| matches!(&*fault.field, "remark2" | "remark3"));
    let row = |at: usize| {
        let (noted, number) = (&noted[at], at + 1);
        let [place, page, words] =
            ["place", "page", "remark"].map(|name| format!("{name}{number}"));
        ui::fieldset(
            &format!("Замечание {number}"),
            html! {
                (ui::select(Select {
                    field: Field {
                        name: "place",
                        id: Some(&place),
                        label: "К чему замечание",
                        value: &noted.place,
                        ..Field::default()
                    },
                    empty: Some("Не выбрано"),
                    options: &[],
                    groups: &groups,
                }))
                (ui::text(Field {
                    name: "page",
                    id: Some(&page),
                    label: "Страница документа",
                    value: &noted.page,
                    width: Width::Tiny,
                    ..Field::default()
                }))
                (ui::text(Field {
                    name: "remark",
                    id: Some(&words),
                    label: "Что исправить",
                    value: &noted.words,
                    error: fault_of(faults, &words),
                    max_length: u32::try_from(remark::WORDS).ok(),
                    ..Field::default()
                }))
            },
        )
    };
    html! {
        h2 { "Замечания" }
        p { "Если причина в определённом месте, укажите его: педагог увидит замечание прямо там. Необязательно." }
        (row(0))
        @if further { (row(1)) (row(2)) }
        @else { (ui::details("Ещё замечания", html! { (row(1)) (row(2)) })) }
    }
}

/// The remarks `wanted` picks, in a box of their own; nothing if there are none.
#[must_use]
pub fn told(remarks: &[Remark], wanted: impl Fn(&Place) -> bool) -> Markup {
    let wanted: Vec<&Remark> = remarks
        .iter()
        .filter(|remark| wanted(&remark.place))
        .collect();
    html! {
        @if !wanted.is_empty() {
            (ui::inset(html! {
                p { strong { "Замечания к отклонённому заявлению" } }
                ul { @for remark in wanted { li { (remark.place.words()) ": " (remark.words) } } }
            }))
        }
    }
}
