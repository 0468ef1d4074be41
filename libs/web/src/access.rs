//! «Сбросить пароль» and «Исправить e-mail» in the lists of people: what the coordinator's, the
//! operator's and the administrator's pages share of helping somebody back into an account (R-ACC-5).

use app::{FieldFault, access::Helped};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::actor::Actor;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ActionButton, ButtonStyle, Fact, Field, Form};
use uuid::Uuid;

use crate::{
    Result, Web,
    form::{Posted, stale_form},
    lists,
    page::{Page, fault_of},
    visit::Visit,
};

const HEADING: &str = "Исправление e-mail";

/// The notice after a reset.
const RESET: &str = "Ссылка для нового пароля отправлена пользователю";

/// The notice after a second factor was taken off.
const FACTOR: &str = "Второй фактор сброшен, ключи доступа удалены, сеансы пользователя завершены. Письмо об этом отправлено на его адрес";

/// The notice after a correction.
const CORRECTED: &str = "На новый адрес отправлена ссылка: адрес изменится, когда её откроют. О замене сообщено и на прежний адрес";

/// What the form of a correction sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    email: String,
}

/// The two acts in a row of the list at `base`, on somebody who may be helped.
pub fn actions(base: &str, csrf: &str, id: Uuid) -> Markup {
    html! {
        (ui::action_button(ActionButton {
            action: &format!("{base}/{id}/reset"),
            csrf,
            label: "Сбросить пароль",
            style: ButtonStyle::Link,
            values: &[],
        }))
        p { a class="govuk-link" href={ (base) "/" (id) "/email" } { "Исправить e-mail" } }
    }
}

/// The act of those who may take a lost second factor off somebody as well.
pub fn factor_action(base: &str, csrf: &str, id: Uuid) -> Markup {
    html! {
        div {
            (ui::action_button(ActionButton {
                action: &format!("{base}/{id}/factor"),
                csrf,
                label: "Сбросить второй фактор",
                style: ButtonStyle::Link,
                values: &[],
            }))
        }
    }
}

/// The list of people these pages belong to, and who looks at it.
pub struct Desk<'a> {
    /// Who.
    pub visit: &'a Visit,
    /// The cabinet.
    pub actor: &'a Actor,
    /// The verbs.
    pub web: &'a Web,
    /// The address of the list.
    pub base: &'static str,
}

impl Desk<'_> {
    /// Sends the person the link for a new password.
    ///
    /// # Errors
    /// As [`app::App::start_reset`].
    pub async fn reset(&self, id: Uuid) -> Result<Redirect> {
        self.web.app.start_reset(self.actor, id).await?;
        self.visit.notify(RESET).await?;
        Ok(Redirect::to(self.base))
    }

    /// Takes the person's lost second factor off.
    ///
    /// # Errors
    /// As [`app::App::reset_factor`].
    pub async fn reset_factor(&self, id: Uuid) -> Result<Redirect> {
        self.web.app.reset_factor(self.actor, id).await?;
        self.visit.notify(FACTOR).await?;
        Ok(Redirect::to(self.base))
    }

    /// The form of a correction.
    ///
    /// # Errors
    /// As [`app::App::helped`].
    pub async fn show(&self, id: Uuid) -> Result<Markup> {
        let person = self.web.app.helped(self.actor, id).await?;
        let body = self.body(id, &person, &Raw::default(), &[]);
        Ok(self.page(&[]).render(body))
    }

    /// Corrects the address.
    ///
    /// # Errors
    /// As [`app::App::correct_email`].
    pub async fn correct(&self, id: Uuid, posted: Posted<Raw>) -> Result<Response> {
        let raw = match posted.accept() {
            Ok(raw) => raw,
            Err(raw) => {
                let person = self.web.app.helped(self.actor, id).await?;
                let faults = stale_form();
                let body = self.body(id, &person, &raw, &faults);
                return Ok(lists::again(self.page(&faults).render(body)));
            }
        };
        match self.web.app.correct_email(self.actor, id, &raw.email).await {
            Ok(()) => {
                self.visit.notify(CORRECTED).await?;
                Ok(Redirect::to(self.base).into_response())
            }
            Err(app::Error::Invalid(faults)) => {
                let person = self.web.app.helped(self.actor, id).await?;
                let body = self.body(id, &person, &raw, &faults);
                Ok(self.page(&faults).refuse(body))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn page<'a>(&'a self, faults: &'a [FieldFault]) -> Page<'a> {
        Page::new(self.visit, HEADING)
            .back(self.base)
            .faults(faults)
    }

    fn body(&self, id: Uuid, person: &Helped, raw: &Raw, faults: &[FieldFault]) -> Markup {
        let action = format!("{}/{id}/email", self.base);
        html! {
            (ui::summary(&[
                Fact::text("ФИО", &person.full_name),
                Fact::text("Логин", &person.login),
                Fact::text("E-mail", &person.email),
            ]))
            p { "Новый адрес начнёт действовать, когда человек откроет ссылку из письма, отправленного на него. О замене узнают оба адреса." }
            (ui::form(Form { action: &action, csrf: &self.visit.csrf, ..Form::default() }, html! {
                (ui::email(Field {
                    name: "email",
                    label: "Новый адрес",
                    value: &raw.email,
                    error: fault_of(faults, "email"),
                    ..Field::default()
                }))
                (ui::button("Сохранить"))
            }))
        }
    }
}
