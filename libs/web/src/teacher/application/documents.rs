//! `/teacher/application/documents`: documents attached to the application, many at once, each
//! with a kind, a caption and the criterion it proves; looked at, described anew and detached one by
//! one.

use app::{
    FieldFault,
    applications::{Document, Own, SCAN},
    attachments::Said,
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{reference::DocumentKind, remark::Place};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ActionButton, ButtonStyle, Choice, Field, FileField, Form, Select};
use uuid::Uuid;

use super::super::{Asked, address, card_id, choice, post_of};
use crate::{
    Web,
    describing::{self, Describing},
    document_requests::note,
    error::{Error, Result},
    evidence::{self, Line},
    form::Posted,
    page::{Page, fault_of},
    rejection,
    upload::Upload,
    viewer::{Looking, Viewer},
    visit::{Teacher, Visit},
};

const PATH: &str = "/teacher/application/documents";

/// The documents.
pub async fn get(
    at: Teacher,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
    crate::asked::Asked(looking): crate::asked::Asked<Looking>,
) -> Result<Markup> {
    let own = web.app.own(&at.actor, asked.card()?).await?;
    let kinds = kinds(&web, &own).await?;
    let body = body(&at, &web, &own, &kinds, Said::default(), &[], &looking).await?;
    Ok(frame(&at, &own, &[], |page| page.render(body)))
}

/// «Сохранить»: attaches what was chosen. Files that cannot be taken are named, the others
/// stay.
pub async fn post(at: Teacher, State(web): State<Web>, upload: Upload) -> Result<Response> {
    let tenant = at.actor.tenant.ok_or(Error::NoCabinet)?;
    let uploaded = upload.receive(&web, tenant).await?;
    let files = uploaded.received();
    let live = match card_id(uploaded.text("card")) {
        Ok(card) => live_of(&web, &at, card).await,
        Err(error) => Err(error),
    };
    let (application, card) = match live {
        Ok(found) => found,
        Err(error) => {
            web.app.discard(&files).await;
            return Err(error);
        }
    };
    let typed = Said {
        kind: uploaded.text("kind"),
        caption: uploaded.text("caption"),
        criterion: uploaded.text("criterion"),
    };
    let mut faults = uploaded.faults.clone();
    if !files.is_empty() || faults.is_empty() {
        let attached = web.app.attach(&at.actor, application, &files, typed).await;
        match attached {
            Ok(()) => {}
            Err(app::Error::Invalid(found)) => faults.extend(found),
            Err(error) => return Err(error.into()),
        }
    }
    let own = web.app.own(&at.actor, Some(card)).await?;
    if faults.is_empty() {
        at.notify("Документы прикреплены").await?;
        return Ok(Redirect::to(&address(PATH, &own.cards, &own.card)).into_response());
    }
    let kinds = kinds(&web, &own).await?;
    let looking = Looking::default();
    let body = body(&at, &web, &own, &kinds, typed, &faults, &looking).await?;
    Ok(frame(&at, &own, &faults, |page| page.refuse(body)))
}

/// «Открепить».
pub async fn detach(
    at: Teacher,
    State(web): State<Web>,
    posted: Posted<Detached>,
) -> Result<Redirect> {
    let raw = posted.take()?;
    let (application, card) = live_of(&web, &at, card_id(&raw.card)?).await?;
    let attachment = raw.attachment.parse().map_err(|_| Error::NotFound)?;
    web.app.detach(&at.actor, application, attachment).await?;
    at.notify("Документ откреплён").await?;
    let own = web.app.own(&at.actor, Some(card)).await?;
    Ok(Redirect::to(&address(PATH, &own.cards, &own.card)))
}

/// «Изменить вид, критерий, слова».
pub async fn describe(
    at: Teacher,
    State(web): State<Web>,
    posted: Posted<Described>,
) -> Result<Redirect> {
    let raw = posted.take()?;
    let (application, card) = live_of(&web, &at, card_id(&raw.card)?).await?;
    let attachment = raw.attachment.parse().map_err(|_| Error::NotFound)?;
    web.app
        .describe(&at.actor, application, attachment, raw.said.said())
        .await?;
    at.notify("Описание документа изменено").await?;
    let own = web.app.own(&at.actor, Some(card)).await?;
    Ok(Redirect::to(&address(PATH, &own.cards, &own.card)))
}

/// The document to say anew what it proves.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Described {
    card: String,
    attachment: String,
    #[serde(flatten)]
    said: describing::Raw,
}

/// The document to detach.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Detached {
    card: String,
    attachment: String,
}

/// The live application of the card, and the card.
async fn live_of(web: &Web, at: &Teacher, card: Option<Uuid>) -> Result<(Uuid, Uuid)> {
    let own = web.app.own(&at.actor, card).await?;
    let live = own
        .live()
        .ok_or_else(|| Error::Conflict(NOT_FORMED.to_owned()))?;
    Ok((live.public_id, own.card.public_id))
}

const NOT_FORMED: &str = "Прикрепление документов не доступно т.к. заявление не сформировано";

async fn kinds(web: &Web, own: &Own) -> Result<Vec<DocumentKind>> {
    let form = own.live().and_then(|application| application.form);
    Ok(web.app.document_kinds(form).await?)
}

fn frame<T>(
    visit: &Visit,
    own: &Own,
    faults: &[FieldFault],
    render: impl FnOnce(Page<'_>) -> T,
) -> T {
    let caption = post_of(&own.cards, &own.card);
    let back = address("/teacher/application", &own.cards, &own.card);
    let mut page = Page::new(visit, "Документы к заявлению")
        .back(&back)
        .faults(faults);
    if let Some(caption) = &caption {
        page = page.caption(caption);
    }
    render(page)
}

async fn body(
    visit: &Teacher,
    web: &Web,
    own: &Own,
    kinds: &[DocumentKind],
    typed: Said<'_>,
    faults: &[FieldFault],
    looking: &Looking,
) -> Result<Markup> {
    let form = address("/teacher/application/form", &own.cards, &own.card);
    let submit = address("/teacher/application/submit", &own.cards, &own.card);
    let edition = own.live().map_or(0, |application| application.edition);
    let lines = own.documents.iter().map(|document| Line {
        more: html! {
            (rejection::told(&own.remarks, |place| is_about(place, document.attachment.file)))
            (actions(visit, own, kinds, document))
        },
        ..Line::attached(&document.attachment, title(document, edition))
    });
    let lines = evidence::sorted(lines.collect());
    let due = own
        .live()
        .map_or(&[][..], |live| evidence::due(&own.criteria, live.procedure));
    let items = lines.iter().map(Line::item).collect();
    let base = address(PATH, &own.cards, &own.card);
    let viewer = Viewer::of(web, &visit.actor, base, items, looking).await?;
    let gone = |place: &Place| {
        matches!(place, Place::Document { file, .. }
            if !own.documents.iter().any(|document| document.attachment.file == *file))
    };
    Ok(viewer.beside(html! {
        (note(&own.requests))
        // A scan does not come along to the next application, what was said of it does.
        (rejection::told(&own.remarks, gone))
        @if own.live().is_none() {
            (ui::inset(html! {
                p { (NOT_FORMED) }
                p { a class="govuk-link" href=(form) { "Сформировать заявление" } }
            }))
        } @else if let Some(reason) = &own.attaching_refused {
            (ui::inset(html! { (reason) }))
        } @else { (upload(visit, own, kinds, typed, faults)) }
        @if own.application.is_some() {
            h2 { "Прикрепленные документы" }
            @if lines.is_empty() { p class="app-empty" { "Документы ещё не прикреплены." } }
            @else { (evidence::table(&lines, due, &viewer, web.app.zone())) }
            @if own.live().is_some() && !own.locked() { (evidence::hint(&lines, due)) }
        }
        @if own.live().is_some() && !own.locked() {
            p { a class="govuk-link" href=(submit) { "Перейти к подаче заявления" } }
        }
    }))
}

fn upload(
    visit: &Visit,
    own: &Own,
    kinds: &[DocumentKind],
    typed: Said<'_>,
    faults: &[FieldFault],
) -> Markup {
    let form = Form {
        action: PATH,
        csrf: &visit.csrf,
        multipart: true,
        ..Form::default()
    };
    let options: Vec<Choice<'_>> = kinds
        .iter()
        .map(|kind| choice(kind.code.as_str(), &kind.name))
        .collect();
    ui::form(
        form,
        html! {
            (ui::hidden("card", &own.card.public_id.to_string()))
            (ui::file(FileField {
                name: "files",
                label: "Выбрать файлы",
                hint: Some("PDF, JPG, PNG, TIFF, DOCX, XLSX, PPTX или ZIP, для дистанционной формы и MP4; можно выбрать несколько одного вида. Из архива прикрепляется каждый файл"),
                error: fault_of(faults, "files"),
                multiple: true,
                accept: Some(".pdf,.jpg,.jpeg,.png,.tif,.tiff,.docx,.xlsx,.pptx,.mp4,.zip"),
                ..FileField::default()
            }))
            (ui::select(Select {
                field: Field {
                    name: "kind",
                    label: "Вид документа",
                    value: typed.kind,
                    error: fault_of(faults, "kind"),
                    ..Field::default()
                },
                empty: Some("Не выбрано"),
                options: &options,
                groups: &[],
            }))
            (evidence::field(None, &own.criteria, typed.criterion, fault_of(faults, "criterion")))
            (ui::text(Field {
                name: "caption",
                label: "Описание",
                value: typed.caption,
                hint: Some("Что подтверждает документ: какой результат Вашей работы отражает"),
                error: fault_of(faults, "caption"),
                max_length: Some(300),
                ..Field::default()
            }))
            (ui::button("Сохранить"))
        },
    )
}

fn is_about(place: &Place, of: Uuid) -> bool {
    matches!(place, Place::Document { file, .. } if *file == of)
}

fn title(document: &Document, edition: i32) -> &str {
    let attachment = &document.attachment;
    if attachment.kind != SCAN {
        &attachment.kind_name
    } else if attachment.edition == Some(edition) {
        "Скан подписанного заявления"
    } else {
        "Скан прежнего заявления (не учитывается: заявление сформировано заново)"
    }
}

fn actions(visit: &Visit, own: &Own, kinds: &[DocumentKind], document: &Document) -> Markup {
    let attachment = &document.attachment;
    let card = own.card.public_id.to_string();
    let id = attachment.public_id.to_string();
    let described = Describing {
        action: "/teacher/application/documents/describe",
        csrf: &visit.csrf,
        attachment: attachment.public_id,
        kinds,
        criteria: &own.criteria,
        said: Said {
            kind: &attachment.kind,
            caption: &attachment.caption,
            criterion: attachment.criterion.as_ref().map_or("", |one| &one.code),
        },
    };
    html! {
        @if document.describable { (described.form(&[("card", &card)])) }
        @if document.detachable {
            (ui::action_button(ActionButton {
                action: "/teacher/application/documents/detach",
                csrf: &visit.csrf,
                label: "Открепить",
                style: ButtonStyle::LinkWarning,
                values: &[("card", &card), ("attachment", &id)],
            }))
        }
    }
}
