//! `/teacher/application/submit`: the scan of the signed paper, and «Подать заявление».

use app::{
    FieldFault,
    applications::{Own, Submission},
    files::Received,
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use ui::{FileField, FileRow, Flavour, Form};
use uuid::Uuid;

use super::{
    super::{Asked, address, card_id, post_of},
    not_submittable, paper, warnings,
};
use crate::{
    Web, checked,
    error::{Error, Result},
    page::{Page, fault_of},
    scan::told,
    upload::{Upload, Uploaded},
    visit::{Teacher, Visit},
};

const ALREADY: &str = "Заявление уже подано";

/// The form, with what is there already and what is missing.
pub async fn get(
    at: Teacher,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
) -> Result<Markup> {
    let own = web.app.own(&at.actor, asked.card()?).await?;
    let body = body(&at, &own, &[]);
    Ok(frame(&at, &own, &[], |page| page.render(body)))
}

/// «Подать заявление». A scan uploaded in a try that fails otherwise stays uploaded.
pub async fn post(at: Teacher, State(web): State<Web>, upload: Upload) -> Result<Response> {
    let tenant = at.actor.tenant.ok_or(Error::NoCabinet)?;
    let uploaded = upload.receive(&web, tenant).await?;
    let (scan, rest): (Vec<Received>, Vec<Received>) = split(&uploaded);
    web.app.discard(&rest).await;
    let ready = match card_id(uploaded.text("card")) {
        Ok(card) => ready(&web, &at, card).await,
        Err(error) => Err(error),
    };
    let (application, card) = match ready {
        Ok(Some(found)) => found,
        Ok(None) => {
            web.app.discard(&scan).await;
            at.notify(ALREADY).await?;
            return Ok(Redirect::to("/teacher").into_response());
        }
        Err(error) => {
            web.app.discard(&scan).await;
            return Err(error);
        }
    };
    let version = uploaded.version();
    for scan in &scan {
        web.app
            .attach_scan(&at.actor, application, version, scan)
            .await?;
    }
    let mut faults = uploaded.faults.clone();
    if faults.is_empty() {
        match web.app.submit(&at.actor, application, version).await {
            Ok(submission) => {
                at.notify(match submission {
                    Submission::Done => "Заявление подано",
                    Submission::Already => ALREADY,
                })
                .await?;
                let own = web.app.own(&at.actor, Some(card)).await?;
                let home = address("/teacher", &own.cards, &own.card);
                return Ok(Redirect::to(&home).into_response());
            }
            Err(app::Error::Invalid(found)) => faults = found,
            Err(error) => return Err(error.into()),
        }
    }
    let own = web.app.own(&at.actor, Some(card)).await?;
    // A scan that could not be taken is told of once, with its own reason.
    let told = fault_of(&faults, "scan").is_some();
    faults.extend(
        own.lacking()
            .into_iter()
            .filter(|lack| !((told && lack.field == "scan") || faults.contains(lack)))
            .collect::<Vec<_>>(),
    );
    let body = body(&at, &own, &faults);
    Ok(frame(&at, &own, &faults, |page| page.refuse(body)))
}

/// The first file of the field «scan», and whatever else was sent.
fn split(uploaded: &Uploaded) -> (Vec<Received>, Vec<Received>) {
    let mut scan = Vec::new();
    let mut rest = Vec::new();
    for (field, file) in &uploaded.files {
        if field == "scan" && scan.is_empty() {
            scan.push(file.clone());
        } else {
            rest.push(file.clone());
        }
    }
    (scan, rest)
}

/// The application to be submitted and its card; `None` if it has been submitted already.
async fn ready(web: &Web, at: &Teacher, card: Option<Uuid>) -> Result<Option<(Uuid, Uuid)>> {
    let own = web.app.own(&at.actor, card).await?;
    if own.locked() {
        return Ok(None);
    }
    match (own.live(), not_submittable(&own)) {
        (Some(live), None) => Ok(Some((live.public_id, own.card.public_id))),
        (_, reason) => Err(Error::Conflict(reason.unwrap_or_default().to_owned())),
    }
}

fn frame<T>(
    visit: &Visit,
    own: &Own,
    faults: &[FieldFault],
    render: impl FnOnce(Page<'_>) -> T,
) -> T {
    let caption = post_of(&own.cards, &own.card);
    let back = address("/teacher/application", &own.cards, &own.card);
    let mut page = Page::new(visit, "Подать заявление")
        .flavour(Flavour::Reading)
        .back(&back)
        .faults(faults);
    if let Some(caption) = &caption {
        page = page.caption(caption);
    }
    render(page)
}

fn body(visit: &Visit, own: &Own, faults: &[FieldFault]) -> Markup {
    let forming = address("/teacher/application/form", &own.cards, &own.card);
    let Some(application) = own.live().filter(|_| not_submittable(own).is_none()) else {
        return html! {
            (ui::inset(html! {
                p { (not_submittable(own).unwrap_or_default()) }
                @if !own.locked() {
                    p { a class="govuk-link" href=(forming) { "Сформировать заявление" } }
                }
            }))
        };
    };
    let documents = address("/teacher/application/documents", &own.cards, &own.card);
    let form = Form {
        action: "/teacher/application/submit",
        csrf: &visit.csrf,
        multipart: true,
        ..Form::default()
    };
    let results: Vec<&str> = own
        .documents
        .iter()
        .filter(|document| document.attachment.result)
        .map(|document| document.attachment.kind_name.as_str())
        .collect();
    html! {
        p {
            "На этом этапе Вы загружаете сканированное изображение подписанного заявления. После загрузки заявления Вы \
             не можете редактировать представленные сведения. Заявление рассматривается в течение 30 календарных дней."
        }
        (paper(own))
        (warnings(own))
        h2 { "Документы, подтверждающие результаты профессиональной деятельности" }
        @if results.is_empty() {
            p { "Не прикреплены: без них заявление подать нельзя." }
        } @else { ul { @for kind in &results { li { (kind) } } } }
        p { a class="govuk-link" href=(documents) { "Прикрепить/открепить документы к заявлению" } }
        h2 { "Подписанное заявление" }
        (scan_row(own))
        (ui::form(form, html! {
            (ui::hidden("card", &own.card.public_id.to_string()))
            (ui::hidden("version", &application.version.to_string()))
            (ui::file(FileField {
                name: "scan",
                label: "Скан подписанного заявления",
                hint: Some(
                    "PDF, JPG или PNG. Загружаются сканированные изображения, а не фотографии плохого качества, \
                     сделанные на смартфоне",
                ),
                error: fault_of(faults, "scan"),
                multiple: false,
                accept: Some(".pdf,.jpg,.jpeg,.png,.zip"),
                ..FileField::default()
            }))
            (ui::button("Подать заявление"))
        }))
    }
}

/// The scan that is there already.
fn scan_row(own: &Own) -> Markup {
    let Some(scan) = own.scan() else {
        return html! {};
    };
    let row = FileRow {
        title: "Скан загружен",
        meta: &scan.name,
        status: html! {
            (checked::mark(scan.state, scan.active))
            (told(scan.reading.as_ref()))
        },
        actions: html! {
            @if scan.state.is_served() {
                a class="govuk-link" href={ "/documents/" (scan.file) } { "Посмотреть" }
            }
        },
    };
    ui::files(&[row], "")
}
