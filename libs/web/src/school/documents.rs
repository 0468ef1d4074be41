//! `/school/documents` «Прикрепление документов к заявлению аттестуемого»: what the teacher
//! attached and what the coordinator did, kept apart; and, where it is due, the conclusion
//! signed by the teacher (01 §1.7, R-APP-3, R-CON-1).

use app::{
    FieldFault,
    school::{Document, SchoolPage, SchoolRow},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{actor::Actor, life::Status, reference::DocumentKind, role::Role, words::status_name};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{
    ActionButton, ButtonStyle, Choice, Column, Field, FileField, Form, Pagination, Select, Table,
};
use uuid::Uuid;

use crate::{
    Web,
    asked::Asked,
    checked,
    conclusion::{document, one_file, scan_field},
    error::{Error, Result},
    form::Posted,
    id::Id,
    page::{Page, fault_of},
    upload::Upload,
    visit::School,
};

/// Its addresses; `{id}` is the application's.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/school/documents", get(show))
        .route("/school/documents/{id}", post(attach))
        .route("/school/documents/{id}/detach", post(detach))
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
        faults: form.faults.clone(),
    };
    let files = form.received();
    if !typed.faults.is_empty() {
        web.app.discard(&files).await;
        return again(&at, &web, typed).await;
    }
    match web
        .app
        .attach(&at.actor, id, &files, &typed.kind, &typed.caption)
        .await
    {
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

/// One application's cell of documents.
struct Row<'a> {
    at: &'a School,
    listed: &'a SchoolRow,
    kinds: &'a [DocumentKind],
    typed: Option<&'a Typed>,
    index: usize,
}

impl Row<'_> {
    fn documents(&self) -> Markup {
        let (by_teacher, by_school): (Vec<&Document>, Vec<&Document>) = self
            .listed
            .documents
            .iter()
            .partition(|document| document.by_role != Role::School.code());
        html! {
            p {
                a class="govuk-link" href={ "/school/applications/" (self.listed.row.application) } {
                    "Посмотреть заявление"
                }
            }
            @if let Some(until) = self.listed.row.asked_until.filter(|_| self.listed.may_attach) {
                p {
                    a class="govuk-link" href={ "/school/applications/" (self.listed.row.application) } {
                        "Документы запрошены до " (ui::ru::date_short(until))
                    }
                }
            }
            p { "Прикрепленные педагогическим работником:" }
            (self.list(&by_teacher))
            p { "Прикрепленные координатором по аттестации в образовательной организации:" }
            (self.list(&by_school))
            @if self.listed.may_attach { (self.attach()) }
            @if self.listed.may_sign { (self.sign()) }
        }
    }

    fn list(&self, documents: &[&Document]) -> Markup {
        html! {
            @if documents.is_empty() { p class="app-empty" { "нет" } }
            @else {
                ul {
                    @for attached in documents {
                        li {
                            (attached.kind)
                            @if !attached.caption.is_empty() { ": " (attached.caption) }
                            " — "
                            (checked::link(attached.state, &format!("/documents/{}", attached.file), &attached.name))
                            " " (checked::mark(attached.state, attached.active))
                            @if self.own(attached, &self.at.actor) { " " (self.detach(attached)) }
                        }
                    }
                }
            }
        }
    }

    fn own(&self, attached: &Document, actor: &Actor) -> bool {
        self.listed.may_detach && attached.by_account == actor.account.0
    }

    fn detach(&self, attached: &Document) -> Markup {
        ui::action_button(ActionButton {
            action: &self.address("/detach"),
            csrf: &self.at.csrf,
            label: "Открепить",
            style: ButtonStyle::LinkWarning,
            values: &[("attachment", &attached.attachment.to_string())],
        })
    }

    fn attach(&self) -> Markup {
        let form = self.listed.row.form;
        let kinds: Vec<Choice<'_>> = self
            .kinds
            .iter()
            .filter(|kind| form.is_none_or(|form| kind.fits(form)))
            .map(|kind| Choice {
                value: kind.code.as_str(),
                label: &kind.name,
                ..Choice::default()
            })
            .collect();
        let (files, kind, caption) = (self.id("files"), self.id("kind"), self.id("caption"));
        self.form(
            "",
            html! {
                (ui::file(FileField {
                    name: "files",
                    id: files.as_deref(),
                    label: "Выбрать файлы",
                    error: self.fault("files"),
                    multiple: true,
                    ..FileField::default()
                }))
                (ui::select(Select {
                    field: Field {
                        name: "kind",
                        id: kind.as_deref(),
                        label: "Вид документа",
                        value: self.typed.map_or("", |typed| &typed.kind),
                        error: self.fault("kind"),
                        ..Field::default()
                    },
                    empty: Some("Не выбрано"),
                    options: &kinds,
                    ..Select::default()
                }))
                (ui::text(Field {
                    name: "caption",
                    id: caption.as_deref(),
                    label: "Описание",
                    value: self.typed.map_or("", |typed| &typed.caption),
                    error: self.fault("caption"),
                    max_length: Some(300),
                    ..Field::default()
                }))
                (ui::secondary_button("Сохранить"))
            },
        )
    }

    fn sign(&self) -> Markup {
        let row = &self.listed.row;
        let scan = self.id("scan");
        html! {
            p {
                "Получено итоговое заключение "
                @if let Some(file) = row.conclusion_file { (document(file, "Скачать")) }
            }
            (self.form(
                "/conclusion",
                html! {
                    (ui::hidden("version", &row.conclusion_version.to_string()))
                    (scan_field("scan", scan.as_deref(), "Скан подписанного заключения", self.fault("scan")))
                    (ui::secondary_button("Сохранить"))
                },
            ))
        }
    }

    fn form(&self, step: &str, fields: Markup) -> Markup {
        ui::form(
            Form {
                action: &self.address(step),
                csrf: &self.at.csrf,
                multipart: true,
                ..Form::default()
            },
            fields,
        )
    }

    fn address(&self, step: &str) -> String {
        format!("/school/documents/{}{step}", self.listed.row.application)
    }

    /// The first row's fields have the ids the summary of errors links to; no two rows share
    /// one.
    fn id(&self, name: &str) -> Option<String> {
        (self.index > 0).then(|| format!("{name}-{}", self.index + 1))
    }

    fn fault(&self, field: &str) -> Option<&str> {
        fault_of(&self.typed?.faults, field)
    }
}
