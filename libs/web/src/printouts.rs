//! `/printouts/{id}`: what a coordinator or an operator has the worker print or pack for it
//! alone: how far it is, then the file. Asking for one is its noun's page.

use std::time::Duration;

use app::printouts::{Printout, State};
use axum::{
    Router,
    extract::State as Held,
    response::{IntoResponse as _, Redirect, Response},
    routing,
};
use domain::actor::Actor;
use maud::{Markup, html};
use uuid::Uuid;

use crate::{Web, error::Result, id::Id, page::Page, upload::download, visit::Person};

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
                State::Making | State::Failed => format!("/printouts/{id}"),
            }
        }
        Err(_) => format!("/printouts/{id}"),
    };
    Ok(Redirect::to(&address).into_response())
}

// The id is read last: what is another role's business is 403 whatever stands in its place.
async fn show(at: Person, Held(web): Held<Web>, id: Result<Id>) -> Result<Markup> {
    let actor = at.actor()?;
    web.app.may_print(&actor)?;
    let Id(id) = id?;
    let printout = web.app.printout(&actor, id).await?;
    let mut page = Page::new(&at, heading(&printout)).back(actor.role.home());
    if printout.state == State::Making {
        page = page.refresh(REFRESH);
    }
    Ok(page.render(body(&printout)))
}

async fn file(at: Person, Held(web): Held<Web>, id: Result<Id>) -> Result<Response> {
    let actor = at.actor()?;
    web.app.may_print(&actor)?;
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
            let label = if name.ends_with(".zip") {
                "Скачать (ZIP)"
            } else {
                "Скачать (PDF)"
            };
            html! {
                p class="govuk-body" { (name) ", " (size) }
                p class="govuk-body" {
                    a class="govuk-link" href={ "/printouts/" (printout.public_id) "/file" } { (label) }
                }
                p class="govuk-hint" { "Файл виден только Вам и хранится сутки." }
            }
        }
        (None, State::Failed) => html! {
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
