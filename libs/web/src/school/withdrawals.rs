//! `/school/withdrawals`: the school coordinator withdraws for a teacher who cannot (R-WD-1).

use app::withdrawals::Withdrawable;
use axum::{
    Router,
    extract::{Query, State},
    response::Response,
    routing::{get, post},
};
use domain::life::Withdrawal;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Pagination, Table};
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, Result},
    form::Posted,
    id::Id,
    page::Page,
    upload::Upload,
    visit::School,
    withdrawal::making::{self, Desk, Raw},
};

const LIST: &str = "/school/withdrawals";

/// Its addresses.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/school/withdrawals", get(list))
        .route("/school/withdrawals/{id}", get(show).post(ask))
        .route("/school/withdrawals/{id}/form", post(form))
        .route("/school/withdrawals/{id}/submit", post(submit))
        .route("/school/withdrawals/{id}/cancel", post(cancel))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: String,
}

async fn list(at: School, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let after = match asked.after.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::NotFound)?),
    };
    let listing = web.app.withdrawable(&at.actor, after).await?;
    let next = listing
        .rows
        .last()
        .filter(|_| listing.more)
        .map(|row| format!("{LIST}?after={}", row.application));
    Ok(Page::new(&at, "Отзыв заявления").render(html! {
        (ui::warning("Отзыв заявления осуществляется координатором в случае, если сам педагог этого сделать не может по уважительной причине!"))
        (ui::table(Table {
            caption: "Общий список педагогических работников для отзыва заявления координатором по аттестации",
            columns: &[
                Column::text("ФИО"),
                Column::text("Должность"),
                Column::text("Место работы"),
                Column::text("Отзыв"),
            ],
            rows: listing.rows.iter().map(cells).collect(),
            empty: "Поданных заявлений нет",
            ..Table::default()
        }))
        (ui::pagination(Pagination { next: next.as_deref(), ..Pagination::default() }))
    }))
}

fn cells(row: &Withdrawable) -> Vec<Markup> {
    let address = format!("{LIST}/{}", row.application);
    vec![
        html! {
            a class="govuk-link" href={ "/school/applications/" (row.application) } { (row.full_name) }
            div { (domain::words::status_name(row.status)) }
        },
        html! { (row.position_name) },
        html! { (row.organisation_name) },
        html! {
            @match row.withdrawal {
                None => {
                    (ui::secondary_link_button(&address, "Сформировать заявление на отзыв"))
                    p { "Подача заявления на отзыв не доступна т.к. заявление на отзыв не сформировано" }
                }
                Some(Withdrawal::Formed) => {
                    (ui::secondary_link_button(&address, "Прикрепить заявление на отзыв"))
                }
                Some(_) => a class="govuk-link" href=(address) { "Заявление на отзыв находится на рассмотрении." },
            }
        },
    ]
}

fn desk(at: &School, application: Uuid) -> Desk<'_> {
    Desk {
        visit: at,
        actor: &at.actor,
        path: format!("{LIST}/{application}"),
        query: String::new(),
        application: Some(application),
        back: LIST,
    }
}

async fn show(at: School, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let of = web.app.withdrawal(&at.actor, id).await?;
    Ok(making::show(&desk(&at, id), &of))
}

async fn ask(
    at: School,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    making::ask(&desk(&at, id), &web, posted).await
}

async fn form(
    at: School,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    making::form(&desk(&at, id), &web, posted).await
}

async fn submit(
    at: School,
    State(web): State<Web>,
    Id(id): Id,
    upload: Upload,
) -> Result<Response> {
    making::submit(&desk(&at, id), &web, upload).await
}

async fn cancel(
    at: School,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    making::cancel(&desk(&at, id), &web, posted).await
}
