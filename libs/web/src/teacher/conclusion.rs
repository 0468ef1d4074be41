//! `/teacher/conclusion` «Ваше итоговое заключение»: downloaded, signed, scanned, sent
//! (R-CON-1).

use app::{FieldFault, conclusions::ConclusionView};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use domain::act::Act;
use maud::{Markup, html};
use serde::Deserialize;
use ui::Form;
use uuid::Uuid;

use crate::{
    Web,
    asked::Asked,
    conclusion::{one_file, scan_field, section},
    error::{Error, Result},
    page::{Page, fault_of},
    upload::Upload,
    visit::Teacher,
};

/// Its address.
pub fn router() -> Router<Web> {
    Router::new().route("/teacher/conclusion", get(show).post(sign))
}

/// What the address says: of which card, or, when a scan is sent, of which application.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    card: String,
    application: String,
}

async fn show(at: Teacher, State(web): State<Web>, Asked(wanted): Asked<Wanted>) -> Result<Markup> {
    let card = match wanted.card.as_str() {
        "" => None,
        card => Some(card.parse().map_err(|_| Error::NotFound)?),
    };
    let view = web.app.teacher_conclusion(&at.actor, card).await?;
    Ok(frame(&at, &[]).render(body(&at, view.as_ref(), &[])))
}

async fn sign(
    at: Teacher,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
    upload: Upload,
) -> Result<Response> {
    let id: Uuid = wanted.application.parse().map_err(|_| Error::NotFound)?;
    let tenant = web.app.may_sign_conclusion(&at.actor, id).await?;
    let form = upload.receive(&web, tenant).await?;
    let version = form.version();
    match one_file(&web, form, "scan").await {
        Ok(file) => {
            web.app
                .sign_conclusion(&at.actor, id, version, file)
                .await?;
            at.notify("Итоговое заключение отправлено").await?;
            Ok(Redirect::to("/teacher/conclusion").into_response())
        }
        Err(faults) => {
            let view = web.app.conclusion(&at.actor, id).await?;
            Ok(frame(&at, &faults).refuse(body(&at, Some(&view), &faults)))
        }
    }
}

fn frame<'a>(at: &'a Teacher, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(at, "Ваше итоговое заключение")
        .back("/teacher")
        .faults(faults)
        .flavour(ui::Flavour::Reading)
}

fn body(at: &Teacher, view: Option<&ConclusionView>, faults: &[FieldFault]) -> Markup {
    let signable = view.filter(|view| view.may(Act::SignConclusion));
    html! {
        (section(view))
        @if let Some(view) = signable {
            p {
                "Прочитайте заключение, подпишите на последней странице, отсканируйте все страницы "
                "одним файлом и прикрепите его."
            }
            (ui::form(
                Form {
                    action: &format!(
                        "/teacher/conclusion?application={}",
                        view.application.public_id
                    ),
                    csrf: &at.csrf,
                    multipart: true,
                    ..Form::default()
                },
                html! {
                    (ui::hidden("version", &view.application.conclusion_version.to_string()))
                    (scan_field("scan", None, "Скан подписанного заключения", fault_of(faults, "scan")))
                    (ui::button("Сохранить"))
                },
            ))
        }
    }
}
