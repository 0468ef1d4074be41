//! The page that asks whom a conclusion is returned to and why, and the answer (R-CON-2,
//! R-CON-3).

use app::{
    FieldFault,
    conclusions::{ConclusionView, ReturnTo},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::act::Act;
use maud::{Markup, html};
use ui::{Choice, Choices, Fact, Field, Form};
use uuid::Uuid;

use super::{
    super::{reason, signatures, versions},
    Desk, Raw,
};
use crate::{
    Web,
    error::{Error, Result},
    form::{Posted, STALE_FORM},
    merge,
    page::{Page, fault_of},
};

/// The page that asks whom to return a conclusion to and why.
pub async fn ask(desk: &Desk<'_>, web: &Web, application: Uuid) -> Result<Markup> {
    let view = returnable(desk, web, application).await?;
    let body = form(desk, web, &view, &Raw::default(), &[]);
    Ok(frame(desk, &desk.list(), &[]).render(body))
}

/// «Вернуть», with the reason.
pub async fn give_back(
    desk: &Desk<'_>,
    web: &Web,
    application: Uuid,
    posted: Posted<Raw>,
) -> Result<Response> {
    let view = returnable(desk, web, application).await?;
    let (raw, fresh) = match posted.accept() {
        Ok(raw) => (raw, true),
        Err(raw) => (raw, false),
    };
    let faults = if fresh {
        let (app, version) = (&web.app, raw.version());
        let returned = if view.may(Act::ReturnToCoordinator) {
            app.return_to_coordinator(desk.actor, application, version, &raw.reason)
                .await
        } else {
            app.return_conclusion(desk.actor, application, version, &raw.to, &raw.reason)
                .await
        };
        match returned {
            Ok(()) => return desk.done("Итоговое заключение возвращено").await,
            Err(app::Error::Invalid(faults)) => faults,
            Err(late @ app::Error::Stale) => {
                let view = returnable(desk, web, application).await?;
                let faults = merge::faults(&late.to_string(), &[], &[], merge::as_stored);
                let list = desk.list();
                let page = frame(desk, &list, &faults);
                let body = form(desk, web, &view, &raw, &faults);
                return Ok(merge::page(page, &desk.step(application, "return"), body));
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        vec![FieldFault::new("", STALE_FORM)]
    };
    let list = desk.list();
    let page = frame(desk, &list, &faults);
    let body = form(desk, web, &view, &raw, &faults);
    Ok(if fresh {
        page.refuse(body)
    } else {
        (StatusCode::FORBIDDEN, page.render(body)).into_response()
    })
}

/// The conclusion, if whoever looks may return it now.
async fn returnable(desk: &Desk<'_>, web: &Web, application: Uuid) -> Result<ConclusionView> {
    let view = web.app.conclusion(desk.actor, application).await?;
    if view.may(Act::ReturnConclusion) || view.may(Act::ReturnToCoordinator) {
        return Ok(view);
    }
    Err(Error::Conflict(
        "Итоговое заключение сейчас нельзя вернуть: обновите список.".to_owned(),
    ))
}

fn frame<'a>(desk: &'a Desk<'_>, list: &'a str, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(desk.visit, "Вернуть итоговое заключение")
        .back(list)
        .faults(faults)
        .flavour(ui::Flavour::Reading)
}

fn form(
    desk: &Desk<'_>,
    web: &Web,
    view: &ConclusionView,
    typed: &Raw,
    faults: &[FieldFault],
) -> Markup {
    let application = &view.application;
    let version = application.conclusion_version.to_string();
    let targets = ReturnTo::ALL.map(|target| Choice {
        value: target.code(),
        label: target.name(),
        ..Choice::default()
    });
    html! {
        (ui::summary(&[
            Fact::text("Педагогический работник", &application.full_name()),
            Fact::text("Должность", &application.position_name),
            Fact::text("Место работы", &application.organisation_name),
            Fact::text("Аттестационный период", &application.row.period_name),
        ]))
        (versions(view.conclusion.as_ref(), web.app.zone()))
        @if let Some(conclusion) = &view.conclusion {
            (reason(application.place, conclusion))
            (signatures(&conclusion.signatures))
        }
        (ui::form(
            Form {
                action: &desk.step(application.public_id, "return"),
                csrf: &desk.visit.csrf,
                ..Form::default()
            },
            html! {
                (ui::hidden("version", &version))
                @if view.may(Act::ReturnConclusion) {
                    (ui::radios(Choices {
                        name: "to",
                        legend: "Кому вернуть",
                        error: fault_of(faults, "to"),
                        options: &targets,
                        chosen: &[&typed.to],
                        ..Choices::default()
                    }))
                } @else {
                    p { "Заключение вернётся муниципальному координатору." }
                }
                (ui::textarea(Field {
                    name: "reason",
                    label: "Причина",
                    value: &typed.reason,
                    error: fault_of(faults, "reason"),
                    max_length: Some(500),
                    rows: Some(3),
                    ..Field::default()
                }))
                (ui::button("Вернуть"))
            },
        ))
    }
}
