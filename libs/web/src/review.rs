//! The registrar's page of an application, the municipal coordinator's and the operator's
//! alike: all of the case, «Зарегистрировать», «Проверено», «Следующее заявление». «Отклонить» is
//! [`crate::rejection`].
//! The addresses are their cabinets'; what each may do the verbs say.

use app::{
    case::CaseView,
    printing::{Format, Wanted},
};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{
    act::Act,
    actor::Actor,
    life::{Status, Withdrawal},
    role::Role,
    routing::Route,
};
use maud::{Markup, html};
use ui::{ActionButton, ButtonStyle, Form, ru};
use uuid::Uuid;

use crate::{
    Web, case,
    document_requests::{self, Asker},
    error::Result,
    evidence::{self, Line},
    form::{Posted, Seen},
    page::Page,
    printouts,
    rejection::told,
    sheet,
    viewer::{Looking, Viewer},
    visit::Visit,
};

/// What a registrar takes all documents of one application for.
const WORK: &str = "Для рассмотрения заявления";

/// The deck's sentence where the municipal coordinator may not register (R-ROUTE-3).
const ONLY_OPERATOR: &str = "Отклонять можно, регистрирует ТОЛЬКО ОПЕРАТОР В ТОИПКРО!";

/// A registrar at its desk: who looks, and where the cabinet's pages of applications begin.
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
        format!("{}/applications", self.actor.role.home())
    }

    pub(crate) fn address(&self, id: Uuid) -> String {
        format!("{}/{id}", self.list())
    }

    /// The page of an application.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what the registrar does not see.
    pub async fn show(&self, id: Uuid, looking: &Looking) -> Result<Markup> {
        let case = self.web.app.case(self.actor, id).await?;
        let lines = evidence::of_case(&case);
        let viewer = self.viewer(&lines, self.address(id), looking).await?;
        let heading = heading(&case);
        let list = self.list();
        Ok(Page::new(self.visit, &heading)
            .caption(&case.application.municipality_name)
            .back(&list)
            .render(viewer.beside(self.body(&case, &lines, &viewer))))
    }

    pub(crate) async fn viewer(
        &self,
        lines: &[Line<'_>],
        base: String,
        looking: &Looking,
    ) -> Result<Viewer> {
        let items = lines.iter().map(Line::item).collect();
        Viewer::of(self.web, self.actor, base, items, looking).await
    }

    /// «Зарегистрировать».
    ///
    /// # Errors
    /// As the verb.
    pub async fn register(&self, id: Uuid, posted: Posted<Seen>) -> Result<Response> {
        let pressed = posted.take()?;
        let (number, date) = self
            .web
            .app
            .register(self.actor, id, pressed.version())
            .await?;
        let words = format!(
            "Заявление зарегистрировано. № {number} от {}",
            ru::date_long(date)
        );
        self.visit.notify(&words).await?;
        Ok(Redirect::to(&self.address(id)).into_response())
    }

    /// «Проверено».
    ///
    /// # Errors
    /// As the verb.
    pub async fn vouch(&self, id: Uuid, posted: Posted<Seen>) -> Result<Response> {
        let pressed = posted.take()?;
        self.web
            .app
            .vouch(self.actor, id, pressed.version())
            .await?;
        self.visit
            .notify("Отмечено «Проверено». Зарегистрирует заявление оператор.")
            .await?;
        Ok(Redirect::to(&self.address(id)).into_response())
    }

    /// «Запросить документы».
    ///
    /// # Errors
    /// As the verb.
    pub async fn request_documents(
        &self,
        id: Uuid,
        posted: Posted<document_requests::Raw>,
    ) -> Result<Response> {
        self.asker().ask(self.web, id, posted).await
    }

    /// The form of «Запросить документы».
    ///
    /// # Errors
    /// As the verb.
    pub async fn requesting(&self, id: Uuid) -> Result<Markup> {
        self.asker().show(self.web, id).await
    }

    const fn asker(&self) -> Asker<'_> {
        Asker {
            visit: self.visit,
            actor: self.actor,
        }
    }

    /// «Скачать все документы»: the archive of this application.
    ///
    /// # Errors
    /// As the verb.
    pub async fn archive(&self, id: Uuid, posted: Posted<Seen>) -> Result<Response> {
        posted.take()?;
        sheet::count(self.web, self.actor.account).await?;
        let printout = self
            .web
            .app
            .print_applications(self.actor, Wanted::Marked(&[id]), Format::Zip, WORK)
            .await?;
        printouts::lead(self.web, self.actor, printout).await
    }

    fn body(&self, case: &CaseView, lines: &[Line<'_>], viewer: &Viewer) -> Markup {
        let zone = self.web.app.zone();
        let due = evidence::due(&case.criteria, case.application.procedure);
        html! {
            @if frozen(case) {
                (ui::inset(html! {
                    p {
                        "Сначала рассмотрите отзыв: заявление на отзыв находится на рассмотрении. "
                        a class="govuk-link" href={ (self.actor.role.home()) "/withdrawals" } { "Отзывы" }
                    }
                }))
            }
            @if self.only_operator_registers(case) { (ui::inset(html! { p { (ONLY_OPERATOR) } })) }
            (self.buttons(case))
            (case::flags(case))
            h2 { "Заявление" }
            (case::application(case, zone))
            (told(&case.remarks, |_| true))
            h2 { "Документы" }
            (evidence::table(lines, due, viewer, zone))
            @if !lines.is_empty() { (self.archive_button(case)) }
            (self.asker().section(case))
            h2 { "Карточка педагога" }
            (case::card(case))
            @if case.contacts.is_some() {
                h2 { "Контакты" }
                (case::contacts(case))
            }
            @if case.application.status == Status::Registered || !case.experts.is_empty() {
                h2 { "График и итоговое заключение" }
                (case::progress(case))
                p {
                    a class="govuk-link" href={ (self.actor.role.home()) "/schedule/" (case.application.public_id) } {
                        "Открыть в графике"
                    }
                }
            }
            h2 { "История" }
            (case::history(case, zone))
        }
    }

    fn archive_button(&self, case: &CaseView) -> Markup {
        let form = Form {
            action: &format!("{}/archive", self.address(case.application.public_id)),
            csrf: &self.visit.csrf,
            ..Form::default()
        };
        ui::form(form, ui::secondary_button("Скачать все документы (ZIP)"))
    }

    fn only_operator_registers(&self, case: &CaseView) -> bool {
        self.actor.role == Role::Municipal
            && case.application.status == Status::UnderReview
            && case.application.route == Some(Route::Operator)
    }

    fn buttons(&self, case: &CaseView) -> Markup {
        let address = self.address(case.application.public_id);
        let version = case.application.version.to_string();
        let press = |act: &str, label, style| {
            ui::action_button(ActionButton {
                action: &format!("{address}/{act}"),
                csrf: &self.visit.csrf,
                label,
                style,
                values: &[("version", &version)],
            })
        };
        ui::button_group(html! {
            @if case.can(Act::Register) {
                (press("register", "Зарегистрировать", ButtonStyle::Primary))
            }
            @if case.can(Act::Vouch) && case.application.vouched_at.is_none() {
                (press("vouch", "Проверено", ButtonStyle::Primary))
            }
            @if case.can(Act::Reject) {
                (ui::secondary_link_button(&format!("{address}/reject"), "Отклонить"))
            }
            @if case.can(Act::Annul) {
                (ui::secondary_link_button(&format!("{address}/annul"), "Аннулировать регистрацию"))
            }
            @if case.can(Act::Correct) {
                (ui::secondary_link_button(&format!("{address}/correct"), "Исправить данные"))
            }
            @if let Some(next) = case.next {
                (ui::secondary_link_button(&self.address(next), "Следующее заявление"))
            }
        })
    }
}

fn heading(case: &CaseView) -> String {
    format!("Заявление {}", case.application.full_name())
}

pub(crate) fn frozen(case: &CaseView) -> bool {
    case.application
        .withdrawal
        .as_ref()
        .is_some_and(|withdrawal| withdrawal.state == Withdrawal::UnderReview)
}
