//! «Запросить документы» (R-APP-3): the form, the same for the coordinator, the
//! expert and the operator, and the note of what is asked for on every page of
//! the case.

use app::{
    FieldFault,
    case::{CaseView, DocumentRequest},
    document_requests::WHAT,
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{act::Act, actor::Actor};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Field, Form, Width, ru};
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, Result},
    form::{Posted, stale_form, version},
    merge,
    page::{Page, fault_of},
    visit::Visit,
};

const HEADING: &str = "Запросить документы";

/// The form as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    version: String,
    what: String,
    until: String,
}

/// What is asked for, for whoever may add it.
#[must_use]
pub fn note(requests: &[DocumentRequest]) -> Markup {
    html! {
        @for request in requests {
            (ui::inset(html! {
                p { "Запрошены документы до " (ru::date_long(request.until)) ": " (request.what) }
            }))
        }
    }
}

/// Whoever may ask, at its page of an application.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// The visitor.
    pub visit: &'a Visit,
    /// Who acts.
    pub actor: &'a Actor,
}

impl Asker<'_> {
    /// The note and, where documents may be asked for now, the way to the form.
    #[must_use]
    pub fn section(&self, case: &CaseView) -> Markup {
        let address = self.address(case.application.public_id);
        html! {
            (note(&case.requests))
            @if case.can(Act::RequestDocuments) {
                (ui::secondary_link_button(&format!("{address}/request-documents"), HEADING))
            }
        }
    }

    /// The form on its page.
    ///
    /// # Errors
    /// As the verb; [`Error::Conflict`] where documents cannot be asked for now.
    pub async fn show(&self, web: &Web, id: Uuid) -> Result<Markup> {
        let case = web.app.case(self.actor, id).await?;
        if !case.can(Act::RequestDocuments) {
            let words = "По этому заявлению сейчас нельзя запросить документы.";
            return Err(Error::Conflict(words.to_owned()));
        }
        Ok(Page::new(self.visit, HEADING)
            .back(&self.address(id))
            .render(self.form(&case, &fresh(&case), &[])))
    }

    /// «Запросить документы».
    ///
    /// # Errors
    /// As the verb; faults show the form on a page of its own.
    pub async fn ask(&self, web: &Web, id: Uuid, posted: Posted<Raw>) -> Result<Response> {
        let (raw, faults, status) = match posted.accept() {
            Err(raw) => (raw, stale_form(), StatusCode::FORBIDDEN),
            Ok(raw) => {
                let asked = web
                    .app
                    .request_documents(self.actor, id, version(&raw.version), &raw.what, &raw.until)
                    .await;
                match asked {
                    Ok(()) => {
                        self.visit
                            .notify("Документы запрошены. Письмо педагогу отправлено.")
                            .await?;
                        return Ok(Redirect::to(&self.address(id)).into_response());
                    }
                    Err(app::Error::Invalid(faults)) => {
                        (raw, faults, StatusCode::UNPROCESSABLE_ENTITY)
                    }
                    Err(late @ app::Error::Stale) => {
                        let words = late.to_string();
                        let faults = merge::faults(&words, &[], &[], merge::as_stored);
                        (raw, faults, StatusCode::CONFLICT)
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        };
        let case = web.app.case(self.actor, id).await?;
        let back = self.address(id);
        let raw = Raw {
            version: case.application.version.to_string(),
            ..raw
        };
        let page = Page::new(self.visit, HEADING)
            .back(&back)
            .faults(&faults)
            .render(self.form(&case, &raw, &faults));
        Ok((status, page).into_response())
    }

    fn address(&self, id: Uuid) -> String {
        format!("{}/applications/{id}", self.actor.role.home())
    }

    fn form(&self, case: &CaseView, raw: &Raw, faults: &[FieldFault]) -> Markup {
        let action = format!(
            "{}/request-documents",
            self.address(case.application.public_id)
        );
        let form = Form {
            action: &action,
            csrf: &self.visit.csrf,
            ..Form::default()
        };
        ui::form(
            form,
            html! {
                (ui::hidden("version", &raw.version))
                (ui::textarea(Field {
                    name: "what",
                    label: "Какие документы нужны",
                    value: &raw.what,
                    hint: Some("Будет в письме педагогу и на его странице"),
                    error: fault_of(faults, "what"),
                    max_length: u32::try_from(WHAT).ok(),
                    rows: Some(3),
                    ..Field::default()
                }))
                (ui::date(Field {
                    name: "until",
                    label: "Срок",
                    value: &raw.until,
                    hint: Some("дд.мм.гггг, последний день, когда документы можно прикрепить"),
                    error: fault_of(faults, "until"),
                    width: Width::Short,
                    ..Field::default()
                }))
                (ui::secondary_button(HEADING))
            },
        )
    }
}

fn fresh(case: &CaseView) -> Raw {
    Raw {
        version: case.application.version.to_string(),
        ..Raw::default()
    }
}
