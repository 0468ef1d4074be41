//! `/school/documents` «Прикрепление документов к заявлению аттестуемого»: what the teacher
//! attached and what the coordinator did, kept apart; and, where it is due, the conclusion
//! signed by the teacher (01 §1.7, R-APP-3, R-CON-1).

mod row;

use app::{FieldFault, attachments::Said, school::SchoolPage};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{life::Status, words::status_name};
use maud::{Markup, html};
use row::Row;
use serde::Deserialize;
use ui::{Column, Pagination, Table};
use uuid::Uuid;

use crate::{
    Web,
    asked::Asked,
    conclusion::one_file,
    describing,
    error::{Error, Result},
    form::Posted,
    id::Id,
    page::Page,
    upload::Upload,
    visit::School,
};

/// Its addresses; `{id}` is the application's.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/school/documents", get(show))
        .route("/school/documents/{id}", post(attach))
        .route("/school/documents/{id}/detach", post(detach))
        .route("/school/documents/{id}/describe", post(describe))
        .route("/school/documents/{id}/conclusion", post(sign))
}

/// Those whose documents are the coordinator's business.
const LIVE: [Status; 2] = [Status::UnderReview, Status::Registered];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    after: String,
}

async fn show(at: School, State(web): State<Web>, Asked(wanted): Asked<Wanted>) -> Result<Markup> {
    let after = wanted.after.parse().unwrap_or_default();
    let page = web
        .app
        .school_applications(&at.actor, &LIVE, "", after)
        .await?;
    let body = body(&at, &web, &page, None).await?;
    Ok(frame(&at, &[]).render(body))
}

async fn attach(
    at: School,
    State(web): State<Web>,
    Id(id): Id,
    upload: Upload,
) -> Result<Response> {
    // Asked before the first byte of a file is read.
    let application = web.app.conclusion(&at.actor, id).await?.application;
    let form = upload.receive(&web, application.tenant).await?;
    let typed = Typed {
        application: id,
        kind: form.text("kind").to_owned(),
        caption: form.text("caption").to_owned(),
        criterion: form.text("criterion").to_owned(),
        faults: form.faults.clone(),
    };
    let files = form.received();
    if !typed.faults.is_empty() {
        web.app.discard(&files).await;
        return again(&at, &web, typed).await;
    }
    let said = Said {
        kind: &typed.kind,
        caption: &typed.caption,
        criterion: &typed.criterion,
    };
    match web.app.attach(&at.actor, id, &files, said).await {
        Ok(()) => done(&at, "Документы прикреплены").await,
        Err(app::Error::Invalid(faults)) => again(&at, &web, Typed { faults, ..typed }).await,
        Err(error) => Err(error.into()),
    }
}

async fn sign(at: School, State(web): State<Web>, Id(id): Id, upload: Upload) -> Result<Response> {
    let tenant = web.app.may_sign_conclusion(&at.actor, id).await?;
    let form = upload.receive(&web, tenant).await?;
    let version = form.version();
    match one_file(&web, form, "scan").await {
        Ok(file) => {
            web.app
                .sign_conclusion(&at.actor, id, version, file)
                .await?;
            done(&at, "Итоговое заключение отправлено").await
        }
        Err(faults) => {
            let typed = Typed {
                application: id,
                faults,
                ..Typed::default()
            };
            again(&at, &web, typed).await
        }
    }
}

/// What the button «Открепить» sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    attachment: String,
}

async fn detach(
    at: School,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    let raw = posted.take()?;
    let attachment = raw.attachment.parse().map_err(|_| Error::NotFound)?;
    web.app.detach(&at.actor, id, attachment).await?;
    done(&at, "Документ откреплён").await
}

/// What the form «Изменить вид, критерий, слова» sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Described {
    attachment: String,
    #[serde(flatten)]
    said: describing::Raw,
}

async fn describe(
    at: School,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Described>,
) -> Result<Response> {
    let raw = posted.take()?;
    let attachment = raw.attachment.parse().map_err(|_| Error::NotFound)?;
    web.app
        .describe(&at.actor, id, attachment, raw.said.said())
        .await?;
    done(&at, "Описание документа изменено").await
}

async fn done(at: &School, words: &str) -> Result<Response> {
    at.notify(words).await?;
    Ok(Redirect::to("/school/documents").into_response())
}

/// What was typed into the row of an application, and what is wrong with it.
#[derive(Debug, Default)]
struct Typed {
    application: Uuid,
    kind: String,
    caption: String,
    criterion: String,
    faults: Vec<FieldFault>,
}

/// The page again, on which the row in question stands alone: its fields are the ones the
/// summary of errors links to.
async fn again(at: &School, web: &Web, typed: Typed) -> Result<Response> {
    let row = web
        .app
        .school_application(&at.actor, typed.application)
        .await?;
    let page = SchoolPage {
        rows: row.into_iter().collect(),
        next: None,
    };
    let body = body(at, web, &page, Some(&typed)).await?;
    Ok(frame(at, &typed.faults).refuse(body))
}

fn frame<'a>(at: &'a School, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(at, "Прикрепление документов к заявлению аттестуемого").faults(faults)
}

async fn body(at: &School, web: &Web, page: &SchoolPage, typed: Option<&Typed>) -> Result<Markup> {
    let kinds = web.app.document_kinds(None).await?;
    let columns = [
        "ФИО",
        "Должность",
        "Предмет",
        "Имеющаяся (имевшаяся, в случае истечения срока действия) квалификационная категория",
        "Заявленная квалификационная категория",
        "Форма аттестации",
        "Основания для прохождения аттестации по упрощенной форме",
        "Документы",
    ]
    .map(Column::text);
    let rows = page
        .rows
        .iter()
        .enumerate()
        .map(|(index, listed)| {
            let row = &listed.row;
            vec![
                html! {
                    a class="govuk-link" href={ "/school/applications/" (row.application) } { (row.name) }
                    " (" (status_name(row.case.status)) ")"
                },
                html! { (row.position) },
                html! { (row.subject) },
                html! { (row.held.map_or("нет", |category| category.name())) },
                html! { (row.category.map_or("", |category| category.name())) },
                html! { (row.form.map_or("", |form| form.name())) },
                html! { (row.ground) },
                Row {
                    at,
                    listed,
                    kinds: &kinds,
                    typed,
                    index,
                }
                .documents(),
            ]
        })
        .collect();
    let next = page.next.map(|id| format!("/school/documents?after={id}"));
    Ok(html! {
        @if typed.is_some() {
            p { a class="govuk-link" href="/school/documents" { "Все аттестуемые" } }
        }
        (ui::table(Table {
            caption: "Аттестуемые",
            caption_hidden: true,
            columns: &columns,
            rows,
            empty: "Никто из Вашей образовательной организации не подал заявление",
        }))
        (ui::pagination(Pagination { next: next.as_deref(), ..Pagination::default() }))
    })
}
