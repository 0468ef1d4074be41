//! `/expert/applications/{id}`: the application the expert is assigned to, its documents, and
//! the final conclusion: uploaded, replaced, or sent on without the teacher's signature
//! (R-CON-1).

use app::{
    FieldFault,
    case::CaseView,
    conclusions::ConclusionView,
    printing::{Format, Wanted},
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{act::Act, conclusion::Signer};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Checkbox, Field, Form};
use uuid::Uuid;

use super::conclusion;
use crate::{
    Web,
    asked::Asked,
    case,
    conclusion::{
        one_file, place_tag, reason, scan_field, signatures, signed_boxes, signers, versions,
    },
    document_requests::{self, Asker},
    error::Result,
    evidence::{self, Line},
    form::{Posted, STALE_FORM, Seen, version},
    id::Id,
    page::{Page, fault_of},
    printouts, sheet,
    upload::Upload,
    viewer::{Looking, Viewer},
    visit::Expert,
};

/// What an expert takes all documents for.
const WORK: &str = "Для итогового заключения";

/// Its addresses; `{id}` is the application's.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/expert/applications/{id}", get(show))
        .route("/expert/applications/{id}/archive", post(archive))
        .route(
            "/expert/applications/{id}/conclusion",
            get(conclusion::show).post(bring),
        )
        .route("/expert/applications/{id}/replacement", post(replace))
        .route("/expert/applications/{id}/refusal", post(refusal))
        .route(
            "/expert/applications/{id}/request-documents",
            get(requesting).post(request_documents),
        )
}

async fn show(
    at: Expert,
    State(web): State<Web>,
    Id(id): Id,
    Asked(looking): Asked<Looking>,
) -> Result<Response> {
    let shown = Shown::read(&at, &web, id, &looking).await?;
    Ok(shown.page(&at, &web, &Typed::default()).into_response())
}

async fn archive(
    at: Expert,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Response> {
    posted.take()?;
    sheet::count(&web, at.actor.account).await?;
    let printout = web
        .app
        .print_applications(&at.actor, Wanted::Marked(&[id]), Format::Zip, WORK)
        .await?;
    printouts::lead(&web, &at.actor, printout).await
}

async fn bring(at: Expert, State(web): State<Web>, Id(id): Id, upload: Upload) -> Result<Response> {
    let tenant = web.app.may_upload_conclusion(&at.actor, id).await?;
    let form = upload.receive(&web, tenant).await?;
    let (version, signed) = (form.version(), form.text("signed") == "yes");
    let signers = signers(|name| form.text(name) == "yes");
    let file = match one_file(&web, form, "conclusion").await {
        Ok(file) => file,
        Err(faults) => {
            let typed = Typed {
                signed,
                signers,
                faults,
                ..Typed::default()
            };
            return refuse(&at, &web, id, &typed).await;
        }
    };
    let app = &web.app;
    if signed {
        app.upload_signed_conclusion(&at.actor, id, version, file)
            .await?;
        done(&at, id, "Подписанное итоговое заключение отправлено").await
    } else {
        app.upload_conclusion(&at.actor, id, version, &signers, file)
            .await?;
        done(&at, id, "Итоговое заключение отправлено педагогу").await
    }
}

async fn replace(
    at: Expert,
    State(web): State<Web>,
    Id(id): Id,
    upload: Upload,
) -> Result<Response> {
    let tenant = web.app.may_upload_conclusion(&at.actor, id).await?;
    let form = upload.receive(&web, tenant).await?;
    let version = form.version();
    let signers = signers(|name| form.text(name) == "yes");
    match one_file(&web, form, "conclusion").await {
        Ok(file) => {
            web.app
                .replace_conclusion(&at.actor, id, version, &signers, file)
                .await?;
            done(&at, id, "Итоговое заключение заменено").await
        }
        Err(faults) => {
            let typed = Typed {
                signers,
                faults,
                ..Typed::default()
            };
            refuse(&at, &web, id, &typed).await
        }
    }
}

/// What the form of a refusal sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    version: String,
    reason: String,
}

async fn refusal(
    at: Expert,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    let (raw, fresh) = match posted.accept() {
        Ok(raw) => (raw, true),
        Err(raw) => (raw, false),
    };
    let faults = if fresh {
        let version = version(&raw.version);
        match web
            .app
            .note_refusal(&at.actor, id, version, &raw.reason)
            .await
        {
            Ok(()) => return done(&at, id, "Отказ педагога от подписи отмечен").await,
            Err(app::Error::Invalid(faults)) => faults,
            Err(error) => return Err(error.into()),
        }
    } else {
        vec![FieldFault::new("", STALE_FORM)]
    };
    let typed = Typed {
        reason: raw.reason,
        faults,
        ..Typed::default()
    };
    if fresh {
        refuse(&at, &web, id, &typed).await
    } else {
        let shown = Shown::read(&at, &web, id, &Looking::default()).await?;
        Ok((StatusCode::FORBIDDEN, shown.page(&at, &web, &typed)).into_response())
    }
}

async fn requesting(at: Expert, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    asker(&at).show(&web, id).await
}

async fn request_documents(
    at: Expert,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<document_requests::Raw>,
) -> Result<Response> {
    asker(&at).ask(&web, id, posted).await
}

fn asker(at: &Expert) -> Asker<'_> {
    Asker {
        visit: at,
        actor: &at.actor,
    }
}

async fn done(at: &Expert, id: Uuid, words: &str) -> Result<Response> {
    at.notify(words).await?;
    Ok(Redirect::to(&format!("/expert/applications/{id}")).into_response())
}

async fn refuse(at: &Expert, web: &Web, id: Uuid, typed: &Typed) -> Result<Response> {
    let shown = Shown::read(at, web, id, &Looking::default()).await?;
    let page = shown.page(at, web, typed);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What was typed into the forms, and what is wrong with it.
#[derive(Debug, Default)]
struct Typed {
    signed: bool,
    signers: Vec<Signer>,
    reason: String,
    faults: Vec<FieldFault>,
}

/// All the page shows.
struct Shown {
    case: CaseView,
    view: ConclusionView,
    viewer: Viewer,
}

impl Shown {
    async fn read(at: &Expert, web: &Web, id: Uuid, looking: &Looking) -> Result<Self> {
        let case = web.app.case(&at.actor, id).await?;
        let items = evidence::of_case(&case).iter().map(Line::item).collect();
        let base = format!("/expert/applications/{id}");
        Ok(Self {
            viewer: Viewer::of(web, &at.actor, base, items, looking).await?,
            view: web.app.conclusion(&at.actor, id).await?,
            case,
        })
    }

    fn page(&self, at: &Expert, web: &Web, typed: &Typed) -> Markup {
        let zone = web.app.zone();
        let heading = format!("Заявление {}", self.case.application.full_name());
        let due = evidence::due(&self.case.criteria, self.case.application.procedure);
        let lines = evidence::of_case(&self.case);
        Page::new(at, &heading)
            .back("/expert")
            .faults(&typed.faults)
            .render(self.viewer.beside(html! {
                (case::contacts(&self.case))
                (case::application(&self.case, zone))
                h2 { "Итоговое заключение" }
                (self.conclusion(at, web, typed))
                h2 { "Документы" }
                (evidence::table(&lines, due, &self.viewer, zone))
                (asker(at).section(&self.case))
                @if !self.case.documents.is_empty() { (self.archive(at)) }
                h2 { "Карточка педагога" }
                (case::card(&self.case))
                h2 { "Аттестационный период и специалисты" }
                (case::progress(&self.case))
                h2 { "История" }
                (case::history(&self.case, zone))
            }))
    }

    fn conclusion(&self, at: &Expert, web: &Web, typed: &Typed) -> Markup {
        let place = self.view.application.place;
        let conclusion = self.view.conclusion.as_ref();
        html! {
            p { (place_tag(place)) }
            @if let Some(conclusion) = conclusion { (reason(place, conclusion)) }
            (versions(conclusion, web.app.zone()))
            @if let Some(conclusion) = conclusion { (signatures(&conclusion.signatures)) }
            @if self.view.may(Act::UploadConclusion) || self.view.may(Act::ReplaceConclusion) {
                p {
                    a class="govuk-link" href={ "/expert/applications/" (self.view.application.public_id) "/conclusion" } {
                        "Заполнить итоговое заключение"
                    }
                }
            }
            @if self.view.may(Act::UploadConclusion) {
                (self.form(at, "conclusion", true, html! {
                    (self.file(typed))
                    (ui::checkbox(Checkbox {
                        name: "signed",
                        label: "Подписано педагогом и обоими специалистами",
                        checked: typed.signed,
                        ..Checkbox::default()
                    }))
                    (signed_boxes(&typed.signers))
                    (ui::button("Сохранить"))
                }))
            } @else if self.view.may(Act::ReplaceConclusion) {
                p { "Пока педагог не подписал заключение, его можно заменить." }
                (self.form(at, "replacement", true, html! {
                    (self.file(typed))
                    (signed_boxes(&typed.signers))
                    (ui::button("Сохранить"))
                }))
            } @else if let Some(words) = self.unavailable() {
                p { (words) }
            }
            @if self.view.may(Act::NoteRefusal) {
                h3 { "Если педагог отказался подписать" }
                (self.form(at, "refusal", false, html! {
                    (ui::textarea(Field {
                        name: "reason",
                        label: "Причина",
                        value: &typed.reason,
                        error: fault_of(&typed.faults, "reason"),
                        max_length: Some(500),
                        rows: Some(3),
                        ..Field::default()
                    }))
                    (ui::secondary_button("Отказ педагога от подписи"))
                }))
            }
        }
    }

    fn archive(&self, at: &Expert) -> Markup {
        let id = self.case.application.public_id;
        ui::form(
            Form {
                action: &format!("/expert/applications/{id}/archive"),
                csrf: &at.csrf,
                ..Form::default()
            },
            ui::secondary_button("Скачать все документы (ZIP)"),
        )
    }

    fn file(&self, typed: &Typed) -> Markup {
        let fault = fault_of(&typed.faults, "conclusion");
        scan_field("conclusion", None, "Итоговое заключение", fault)
    }

    fn form(&self, at: &Expert, step: &str, multipart: bool, fields: Markup) -> Markup {
        let application = &self.view.application;
        ui::form(
            Form {
                action: &format!("/expert/applications/{}/{step}", application.public_id),
                csrf: &at.csrf,
                multipart,
                ..Form::default()
            },
            html! {
                (ui::hidden("version", &application.conclusion_version.to_string()))
                (fields)
            },
        )
    }

    /// Why no conclusion can be uploaded now.
    fn unavailable(&self) -> Option<&str> {
        self.view.unavailable.as_deref()
    }
}
