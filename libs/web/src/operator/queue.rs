//! `/operator/queue` «Очередь»: what only the operator registers, the oldest deadline first, one
//! by one or many at once; narrowed, sorted, kept and taken away like every list of applications.

use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use domain::routing::WorkList;
use maud::{Markup, html};
use ui::Tab;

use crate::{
    Web,
    asked::Asked,
    bulk::{self, Desk, Marked, Press},
    error::Result,
    form::Posted,
    id::Id,
    lines::{self, Shown},
    lists,
    narrowing::{
        self, Asking, Register, Shows, fields, taken,
        views::{self, Naming},
    },
    page::Page,
    visit::Operator,
};

const QUEUE: &str = "/operator/queue";

const REGISTER: Register = Register {
    path: QUEUE,
    shows: Shows::Queue,
};

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(QUEUE, get(list).post(press))
        .route("/operator/queue/views", post(save_view))
        .route("/operator/queue/views/{id}/delete", post(delete_view))
}

fn desk<'a>(at: &'a Operator, action: &'a str) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        action,
        base: "/operator/applications",
        back: "Вернуться в очередь",
    }
}

async fn list(
    at: Operator,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
) -> Result<Response> {
    let municipality = asking.municipality(&web, &at.actor).await?;
    let wanted = asking.wanted(REGISTER, municipality.tenant());
    let industry = asking.list(REGISTER) == WorkList::Industry;
    let caption = if industry {
        "Отраслевые"
    } else {
        "Упрощенная форма"
    };
    if let Some(format) = taken::format(&asking) {
        return taken::file(&web, &at.actor, caption, format, wanted).await;
    }
    let listed = web.app.listed(&at.actor, &wanted, asking.after()).await?;
    let choices = web.app.list_choices(&at.actor, wanted.tenant).await?;
    let views = web.app.saved_views(&at.actor, REGISTER.kept()).await?;
    let waiting = waiting(&at, &web).await?;
    Ok(Page::new(&at, "Очередь")
        .render(html! {
            (ui::tabs(&[
                Tab { href: QUEUE, text: "Упрощенная форма", count: None, current: !industry },
                Tab { href: "/operator/queue?tab=industry", text: "Отраслевые", count: None, current: industry },
            ]))
            (waiting)
            (views::bar(&at, REGISTER, &asking, &views))
            (fields::filters(&asking, REGISTER, &municipality, &choices))
            (fields::besides(&asking, REGISTER, &choices))
            (narrowing::count(&listed))
            (lines::table(&listed.rows, Shown {
                base: "/operator/applications",
                caption,
                empty: lists::nothing(asking.search(), "Заявлений нет."),
                municipality: true,
                number: false,
                marks: Some(bulk::MARKING),
                sorted: Some((&asking, REGISTER)),
                zone: web.app.zone(),
                today: web.app.today(),
            }))
            (narrowing::further(&asking, REGISTER, &listed))
            @if !listed.rows.is_empty() { (desk(&at, &asking.address(REGISTER, ("", ""))).buttons()) }
            (taken::buttons(&asking, REGISTER))
        })
        .into_response())
}

/// How many wait under each tab, whatever the filters say.
async fn waiting(at: &Operator, web: &Web) -> Result<Markup> {
    let length = async |list| web.app.queue_length(&at.actor, list).await;
    let simplified = length(WorkList::Simplified).await?;
    let industry = length(WorkList::Industry).await?;
    Ok(html! {
        p {
            "Ждут регистрации: упрощенная форма — " (lists::count(simplified))
            ", отраслевые — " (lists::count(industry)) "."
        }
    })
}

async fn press(
    at: Operator,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
    posted: Posted<Marked>,
) -> Result<Markup> {
    let action = asking.address(REGISTER, ("", ""));
    let desk = desk(&at, &action);
    match posted.take()?.press()? {
        Press::Register(marked) => desk.register(&web, &marked).await,
        Press::Check(marked) => desk.check(&web, &marked, false).await,
        Press::CheckAll => {
            let municipality = asking.municipality(&web, &at.actor).await?;
            let wanted = asking.wanted(REGISTER, municipality.tenant());
            let (marked, more) = web.app.all_of(&at.actor, &wanted).await?;
            desk.check(&web, &marked, more).await
        }
    }
}

async fn save_view(
    at: Operator,
    State(web): State<Web>,
    posted: Posted<Naming>,
) -> Result<Response> {
    views::save(&at, &at.actor, &web, REGISTER, posted).await
}

async fn delete_view(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Naming>,
) -> Result<Response> {
    views::delete(&at, &at.actor, &web, REGISTER, id, posted).await
}
