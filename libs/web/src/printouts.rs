//! `/printouts/{id}`: what a person has the worker print or pack for it alone: how far it is,
//! then the file. Asking for one is its noun's page.

use std::time::Duration;

use app::printouts::{Format, Printout, Request, State};
use axum::{
    Router,
    extract::State as Held,
    response::{IntoResponse as _, Redirect, Response},
    routing,
};
use domain::{actor::Actor, calendar::Zone, role::Role};
use maud::{Markup, html};
use ui::{Column, Table, ru};
use uuid::Uuid;

use crate::{
    Web, cabinet::OWN_DATA, download::download, error::Result, id::Id, page::Page, visit::Person,
};

/// How long whoever asked is kept waiting for the file itself: a page answers within 5 s.
const WAITED: Duration = Duration::from_secs(4);

/// How often it is looked for meanwhile.
const LOOK: Duration = Duration::from_millis(200);

/// Seconds after which the page of one under way asks for itself again.
const REFRESH: u32 = 3;

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/printouts/{id}", routing::get(show))
        .route("/printouts/{id}/file", routing::get(file))
}

/// Leads whoever asked for a printout to its file if the worker is quick, else to its page.
///
/// # Errors
/// As the verb.
pub async fn lead(web: &Web, actor: &Actor, id: Uuid) -> Result<Response> {
    let look = async {
        while web.app.printout(actor, id).await?.state == State::Making {
            tokio::time::sleep(LOOK).await;
        }
        Ok::<_, app::Error>(())
    };
    let address = match tokio::time::timeout(WAITED, look).await {
        Ok(looked) => {
            looked?;
            match web.app.printout(actor, id).await?.state {
                State::Done => format!("/printouts/{id}/file"),
                State::Making | State::Failed => address(id),
            }
        }
        Err(_) => address(id),
    };
    Ok(Redirect::to(&address).into_response())
}

/// The page that says how far a printout is.
pub fn address(id: Uuid) -> String {
    format!("/printouts/{id}")
}

/// A person's newest printouts: what of, how far, and the file.
pub fn newest(printouts: &[Printout], zone: Zone) -> Markup {
    let rows = printouts.iter().map(|printout| {
        let id = printout.public_id;
        vec![
            html! { a class="govuk-link" href=(address(id)) { (what(&printout.request)) } },
            html! { (ru::date_time(&zone.local(printout.created_at))) },
            match printout.state {
                State::Making if printout.total > 0 => {
                    html! { "готовится, " (printout.done) " из " (printout.total) }
                }
                State::Making => html! { "готовится" },
                State::Failed => html! { "не получился" },
                State::Done => html! {
                    a class="govuk-link" href={ (address(id)) "/file" } { (download_words(printout)) }
                },
            },
        ]
    });
    ui::table(Table {
        caption: "Последние документы",
        caption_hidden: true,
        columns: &["Документ", "Заказан", "Состояние"].map(Column::text),
        rows: rows.collect(),
        empty: "За последние сутки ничего не заказано.",
    })
}

fn what(request: &Request) -> String {
    match request {
        Request::Journal { .. } => "Журнал регистрации заявлений".to_owned(),
        Request::Schedule { .. } => "График аттестации".to_owned(),
        Request::Handover { .. } => "Реестр передачи".to_owned(),
        Request::Applications { of, format, reason } => {
            let what = match format {
                Format::Pdf => "Заявления",
                Format::Zip => "Архив документов",
            };
            format!("{what}: {}. {reason}", of.len())
        }
        Request::Annex { .. } => "Приложение к распоряжению".to_owned(),
        Request::Consent {} => "Согласие на обработку персональных данных".to_owned(),
        Request::OwnData {} => "Мои данные".to_owned(),
        Request::Destruction { .. } => "Акт об уничтожении персональных данных".to_owned(),
        Request::Sample { template, version } => {
            format!("Образец: {}, версия шаблона {version}", template.name())
        }
    }
}

fn download_words(printout: &Printout) -> &'static str {
    match printout.request {
        Request::Applications {
            format: Format::Zip,
            ..
        }
        | Request::OwnData {} => "Скачать (ZIP)",
        _ => "Скачать (PDF)",
    }
}

/// Where more of the same is asked for.
fn origin(actor: &Actor, request: &Request) -> String {
    let home = actor.role.home();
    match request {
        Request::Journal { .. } => format!("{home}/journal"),
        Request::Schedule { .. } => format!("{home}/schedule"),
        Request::Handover { id, .. } => format!("{home}/registers/{id}"),
        Request::Applications { .. } if actor.role == Role::Expert => home.to_owned(),
        Request::Applications { .. } => format!("{home}/print"),
        Request::Annex { order } => format!("{home}/orders/{order}"),
        Request::Consent {} => "/consent".to_owned(),
        Request::OwnData {} => OWN_DATA.to_owned(),
        Request::Destruction { municipality } => format!("{home}/municipalities/{municipality}"),
        Request::Sample { template, version } => {
            format!("{home}/templates/{}/{version}", template.code())
        }
    }
}

async fn show(at: Person, Held(web): Held<Web>, id: Result<Id>) -> Result<Markup> {
    let actor = at.actor()?;
    let Id(id) = id?;
    let printout = web.app.printout(&actor, id).await?;
    let back = origin(&actor, &printout.request);
    let mut page = Page::new(&at, heading(&printout)).back(&back);
    if printout.state == State::Making {
        page = page.refresh(REFRESH);
    }
    Ok(page.render(body(&printout)))
}

async fn file(at: Person, Held(web): Held<Web>, id: Result<Id>) -> Result<Response> {
    let actor = at.actor()?;
    let Id(id) = id?;
    let (name, file) = web.app.open_printout(&actor, id).await?;
    Ok(download(&name, file))
}

fn heading(printout: &Printout) -> &'static str {
    match printout.state {
        State::Making => "Документ готовится…",
        State::Done => "Документ готов",
        State::Failed => "Документ не получился",
    }
}

fn body(printout: &Printout) -> Markup {
    match (&printout.file, printout.state) {
        (Some((_, name, size)), _) => {
            let size = ui::ru::file_size(u64::try_from(*size).unwrap_or_default());
            html! {
                p class="govuk-body" { (name) ", " (size) }
                p class="govuk-body" {
                    a class="govuk-link" href={ "/printouts/" (printout.public_id) "/file" } { (download_words(printout)) }
                }
                p class="govuk-hint" { "Файл виден только Вам и хранится сутки." }
            }
        }
        (None, State::Failed) => html! {
            @if let Request::Sample { .. } = printout.request {
                p class="govuk-body" { "Образец не напечатан: что не так с шаблоном, сказано на странице его версии." }
            }
            p class="govuk-body" { "Вернитесь назад и закажите его ещё раз. Если не получится снова, сообщите администратору." }
        },
        (None, State::Making | State::Done) => html! {
            (progress(printout))
            p class="govuk-body" { "Страница обновляется сама. Её можно закрыть и вернуться по этому же адресу." }
        },
    }
}

fn progress(printout: &Printout) -> Markup {
    if printout.total == 0 {
        return ui::waiting("Документ готовится…");
    }
    let (done, total) = (printout.done, printout.total);
    ui::progress(
        done.into(),
        total.into(),
        &format!("Готово {done} из {total}"),
    )
}
