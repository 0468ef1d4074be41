//! `/operator/queue` «Очередь»: what only the operator registers, the oldest deadline first,
//! one by one or many at once.

use app::lists::{COUNTED, Queue, Wanted};
use axum::{Router, extract::State, routing::get};
use domain::{life::Status, routing::WorkList};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Pagination, Tab, ru};

use crate::{
    Web,
    asked::{Asked, address},
    bulk::{self, Desk, Marked, Press},
    error::Result,
    form::Posted,
    lines::{self, Shown},
    lists,
    page::Page,
    visit::Operator,
};

const QUEUE: &str = "/operator/queue";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new().route(QUEUE, get(list).post(press))
}

/// What the address asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asking {
    tab: String,
    q: String,
    after: String,
}

impl Asking {
    fn list(&self) -> WorkList {
        match self.tab.as_str() {
            "industry" => WorkList::Industry,
            _ => WorkList::Simplified,
        }
    }

    /// The list's address, from its beginning or from behind a row.
    fn address(&self, after: &str) -> String {
        let tab = match self.list() {
            WorkList::Industry => "industry",
            _ => "",
        };
        address(QUEUE, &[("tab", tab), ("q", &self.q), ("after", after)])
    }
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
) -> Result<Markup> {
    let after = asking.after.parse().ok();
    let queue = web
        .app
        .queue(&at.actor, asking.list(), &asking.q, after)
        .await?;
    Ok(Page::new(&at, "Очередь").render(body(&at, &web, &asking, &queue)))
}

fn body(at: &Operator, web: &Web, asking: &Asking, queue: &Queue) -> Markup {
    let industry = asking.list() == WorkList::Industry;
    let caption = if industry {
        "Отраслевые"
    } else {
        "Упрощенная форма"
    };
    let counts = [queue.simplified, queue.industry].map(|count| {
        let (count, most) = (u64::try_from(count), u64::try_from(COUNTED));
        ru::count_capped(count.unwrap_or_default(), most.unwrap_or_default())
    });
    let last = queue.page.rows.last().filter(|_| queue.page.more);
    let next = last.map(|line| asking.address(&line.public_id.to_string()));
    html! {
        (ui::tabs(&[
            Tab { href: QUEUE, text: "Упрощенная форма", count: None, current: !industry },
            Tab { href: "/operator/queue?tab=industry", text: "Отраслевые", count: None, current: industry },
        ]))
        p { "Ждут регистрации: упрощенная форма — " (counts[0]) ", отраслевые — " (counts[1]) "." }
        (ui::filters(QUEUE, html! {
            @if industry { (ui::hidden("tab", "industry")) }
            (lists::search(&asking.q, lists::NAME_OR_NUMBER))
        }))
        (lines::table(&queue.page.rows, Shown {
            base: "/operator/applications",
            caption,
            empty: lists::nothing(&asking.q, "Заявлений нет."),
            municipality: true,
            marks: Some(bulk::MARKING),
            sorted: None,
            zone: web.app.zone(),
            today: web.app.today(),
        }))
        (lists::partial(queue.page.partial))
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        @if !queue.page.rows.is_empty() { (desk(at, &asking.address("")).buttons()) }
    }
}

async fn press(
    at: Operator,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
    posted: Posted<Marked>,
) -> Result<Markup> {
    let action = asking.address("");
    let desk = desk(&at, &action);
    match posted.take()?.press()? {
        Press::Register(marked) => desk.register(&web, &marked).await,
        Press::Check(marked) => desk.check(&web, &marked, false).await,
        Press::CheckAll => {
            let wanted = Wanted {
                list: Some(asking.list()),
                status: Some(Status::UnderReview),
                search: asking.q,
                ..Wanted::default()
            };
            let (marked, more) = web.app.all_of(&at.actor, &wanted).await?;
            desk.check(&web, &marked, more).await
        }
    }
}
