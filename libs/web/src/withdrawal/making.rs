//! Forming, submitting and cancelling a withdrawal. Forming takes two steps, the second asks
//! «Вы уверены?»: the deck calls a single button a trap.

use app::{
    FieldFault,
    withdrawals::{MAX_REASON, Withdrawal, Withdrawing, reason},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{actor::Actor, life, role::Role, words};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Fact, Field, FileField, Flavour, Form};
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, Result},
    form::{Posted, STALE_FORM, version},
    page::{Page, fault_of},
    scan::told,
    upload::Upload,
    visit::Visit,
    withdrawal::{document, seen, seen_fields},
};

/// In whose cabinet the screen stands, and under which address.
pub struct Desk<'a> {
    /// Who looks.
    pub visit: &'a Visit,
    /// Who acts.
    pub actor: &'a Actor,
    /// The address, without a query.
    pub path: String,
    /// The query the cabinet keeps in every address; empty or with its `?`.
    pub query: String,
    /// The application, where the address names it; else the forms do.
    pub application: Option<Uuid>,
    /// Where «Вернуться назад» leads.
    pub back: &'a str,
}

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    application: String,
    reason: String,
    withdrawal: String,
    version: String,
}

impl Desk<'_> {
    fn address(&self, step: &str) -> String {
        format!("{}{step}{}", self.path, self.query)
    }

    fn application(&self, typed: &str) -> Result<Uuid> {
        self.application
            .map_or_else(|| typed.parse().map_err(|_| Error::NotFound), Ok)
    }

    async fn done(&self, words: &str) -> Result<Response> {
        self.visit.notify(words).await?;
        Ok(Redirect::to(&self.address("")).into_response())
    }
}

/// The page: what can be done now, or why nothing can.
#[must_use]
pub fn show(desk: &Desk<'_>, of: &Withdrawing) -> Markup {
    let printing = of.may_submit.is_ok() && of.open().is_some_and(|open| open.print.is_none());
    let page = frame(desk, &[]);
    let page = if printing { page.waiting(3) } else { page };
    page.render(body(desk, of, "", &[]))
}

/// «Сформировать»: asks «Вы уверены?» and changes nothing.
pub async fn ask(desk: &Desk<'_>, web: &Web, posted: Posted<Raw>) -> Result<Response> {
    let (raw, fresh) = match posted.accept() {
        Ok(raw) => (raw, true),
        Err(raw) => (raw, false),
    };
    let application = desk.application(&raw.application)?;
    let of = web.app.withdrawal(desk.actor, application).await?;
    if of.open().is_some() {
        return Ok(Redirect::to(&desk.address("")).into_response());
    }
    if !fresh {
        let faults = [FieldFault::new("", STALE_FORM)];
        let page = frame(desk, &faults).render(body(desk, &of, &raw.reason, &faults));
        return Ok((StatusCode::FORBIDDEN, page).into_response());
    }
    match reason(&raw.reason) {
        Ok(reason) => Ok(sure(desk, &of, reason.as_str()).into_response()),
        Err(error) => refused(desk, &of, &raw.reason, error),
    }
}

/// «Да, сформировать».
pub async fn form(desk: &Desk<'_>, web: &Web, posted: Posted<Raw>) -> Result<Response> {
    let raw = posted.take()?;
    let application = desk.application(&raw.application)?;
    let version = version(&raw.version);
    web.app
        .form_withdrawal(desk.actor, application, version, &raw.reason)
        .await?;
    desk.done("Заявление на отзыв сформировано: скачайте, подпишите и прикрепите его скан")
        .await
}

/// «Сохранить»: submits the signed scan.
pub async fn submit(desk: &Desk<'_>, web: &Web, upload: Upload) -> Result<Response> {
    let tenant = desk.actor.tenant.ok_or(Error::NoCabinet)?;
    let mut uploaded = upload.receive(web, tenant).await?;
    let scan = uploaded.file("scan").cloned();
    let done = match &scan {
        _ if !uploaded.faults.is_empty() => {
            Err(app::Error::Invalid(std::mem::take(&mut uploaded.faults)))
        }
        None => Err(app::Error::field(
            "scan",
            "Выберите скан подписанного заявления на отзыв",
        )),
        Some(scan) => match desk.application(uploaded.text("application")) {
            Ok(application) => {
                let seen = seen(uploaded.text("withdrawal"), uploaded.text("version"));
                web.app
                    .submit_withdrawal(desk.actor, application, seen, scan)
                    .await
            }
            Err(_) => Err(app::Error::NotFound),
        },
    };
    // Whatever no row names goes: everything after a refusal, a second file after success.
    let named = done.as_ref().err().is_none_or(app::Error::is_outage);
    let kept = scan.filter(|_| named).map(|scan| scan.key);
    let unnamed: Vec<_> = uploaded
        .received()
        .into_iter()
        .filter(|file| Some(&file.key) != kept.as_ref())
        .collect();
    web.app.discard(&unnamed).await;
    match done {
        Ok(()) => desk.done("Заявление на отзыв подано").await,
        Err(error @ app::Error::Invalid(_)) => {
            let application = desk.application(uploaded.text("application"))?;
            let of = web.app.withdrawal(desk.actor, application).await?;
            refused(desk, &of, "", error)
        }
        Err(error) => Err(error.into()),
    }
}

/// «Отменить отзыв».
pub async fn cancel(desk: &Desk<'_>, web: &Web, posted: Posted<Raw>) -> Result<Response> {
    let raw = posted.take()?;
    let application = desk.application(&raw.application)?;
    let seen = seen(&raw.withdrawal, &raw.version);
    web.app
        .cancel_withdrawal(desk.actor, application, seen)
        .await?;
    desk.done("Отзыв отменён").await
}

/// The page again, with what was typed and what is wrong with it.
fn refused(desk: &Desk<'_>, of: &Withdrawing, typed: &str, error: app::Error) -> Result<Response> {
    match error {
        app::Error::Invalid(faults) => {
            Ok(frame(desk, &faults).refuse(body(desk, of, typed, &faults)))
        }
        error => Err(error.into()),
    }
}

fn frame<'a>(desk: &'a Desk<'_>, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(desk.visit, "Отзыв заявления о проведении аттестации")
        .back(desk.back)
        .faults(faults)
        .flavour(Flavour::Reading)
}

fn body(desk: &Desk<'_>, of: &Withdrawing, typed: &str, faults: &[FieldFault]) -> Markup {
    html! {
        (whose(of))
        @if desk.actor.role == Role::School {
            (ui::warning("Отзыв заявления осуществляется координатором в случае, если сам педагог этого сделать не может по уважительной причине!"))
        }
        @match of.open() {
            Some(open) => (opened(desk, of, open, faults)),
            None => (unformed(desk, of, typed, faults)),
        }
    }
}

/// Whose application this is about.
fn whose(of: &Withdrawing) -> Markup {
    let application = &of.application;
    ui::summary(&[
        Fact::text("Педагогический работник", &application.full_name()),
        Fact::text("Должность", &application.position_name),
        Fact::text("Место работы", &application.organisation_name),
        Fact::text("Заявление", words::status_name(application.status)),
    ])
}

fn unformed(desk: &Desk<'_>, of: &Withdrawing, typed: &str, faults: &[FieldFault]) -> Markup {
    let declined = of
        .latest
        .as_ref()
        .filter(|latest| latest.state == life::Withdrawal::Declined);
    html! {
        @if let Some(declined) = declined {
            (ui::inset(html! { "Заявление на отзыв отклонено: " (declined.answer) }))
        }
        h2 { "Формирование заявления на отзыв" }
        @match &of.may_form {
            Ok(()) => {
                p {
                    "Когда отзыв будет зарегистрирован, вновь появится возможность подать заявление. "
                    "Если отзывать заявление не нужно, ничего на этой странице не нажимайте."
                }
                (ui::form(Form { action: &desk.address(""), csrf: &desk.visit.csrf, ..Form::default() }, html! {
                    (application(of))
                    (ui::textarea(Field {
                        name: "reason",
                        label: "Отзыв заявления в связи с",
                        hint: Some("Например: неправильно указанным отчеством"),
                        value: typed,
                        error: fault_of(faults, "reason"),
                        max_length: u32::try_from(MAX_REASON).ok(),
                        rows: Some(3),
                        ..Field::default()
                    }))
                    (ui::button("Сформировать"))
                }))
            }
            Err(why) => p { "Формирование заявления на отзыв не доступно. " (why) },
        }
        p { "Подача заявления на отзыв не доступна т.к. заявление на отзыв не сформировано" }
    }
}

fn opened(desk: &Desk<'_>, of: &Withdrawing, open: &Withdrawal, faults: &[FieldFault]) -> Markup {
    html! {
        (ui::summary(&[
            Fact::text("Отзыв заявления в связи с", &open.reason),
            Fact::text("Кто сформировал", open.by_role.name()),
        ]))
        @if open.state == life::Withdrawal::UnderReview {
            (ui::inset(html! {
                p { "Заявление на отзыв находится на рассмотрении." }
                @if let Some(scan) = open.scan { p { (document(scan, "Посмотреть скан заявления")) } }
                (told(open.reading.as_ref()))
            }))
        } @else {
            h2 { "Загрузка заявления на отзыв" }
            @match open.print {
                None => (ui::waiting("Документ готовится…")),
                Some(print) => {
                    p { "Скачайте заявление на отзыв, распечатайте, подпишите, отсканируйте и прикрепите скан." }
                    p { (document(print, "Скачать")) }
                    @match &of.may_submit {
                        Ok(()) => (scan_form(desk, of, open, faults)),
                        Err(why) => p { (why) },
                    }
                }
            }
        }
        @if of.may_cancel.is_ok() {
            (ui::form(
                Form { action: &desk.address("/cancel"), csrf: &desk.visit.csrf, ..Form::default() },
                html! {
                    (application(of))
                    (seen_fields(open.public_id, open.version))
                    (ui::secondary_button("Отменить отзыв"))
                },
            ))
        }
    }
}

fn scan_form(
    desk: &Desk<'_>,
    of: &Withdrawing,
    open: &Withdrawal,
    faults: &[FieldFault],
) -> Markup {
    ui::form(
        Form {
            action: &desk.address("/submit"),
            csrf: &desk.visit.csrf,
            multipart: true,
            ..Form::default()
        },
        html! {
            (application(of))
            (seen_fields(open.public_id, open.version))
            (ui::file(FileField {
                name: "scan",
                label: "Скан заявления",
                hint: Some("PDF, JPG или PNG"),
                error: fault_of(faults, "scan"),
                accept: Some(".pdf,.jpg,.jpeg,.png"),
                ..FileField::default()
            }))
            (ui::button("Сохранить"))
        },
    )
}

fn application(of: &Withdrawing) -> Markup {
    ui::hidden("application", &of.application.public_id.to_string())
}

/// «Вы уверены?»
fn sure(desk: &Desk<'_>, of: &Withdrawing, reason: &str) -> Markup {
    let back = desk.address("");
    Page::new(desk.visit, "Вы уверены?")
        .back(&back)
        .flavour(Flavour::Reading)
        .render(html! {
            (whose(of))
            p class="govuk-body-l" { "Отзыв заявления в связи с " (reason) }
            (ui::form(
                Form { action: &desk.address("/form"), csrf: &desk.visit.csrf, ..Form::default() },
                html! {
                    (application(of))
                    (ui::hidden("version", &of.application.version.to_string()))
                    (ui::hidden("reason", reason))
                    (ui::warning_button("Да, сформировать"))
                },
            ))
        })
}
