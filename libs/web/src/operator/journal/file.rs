//! The journal as files: a workbook of any length, a paper of as much as is printed at once.

use app::{
    journal::{Filter, Line},
    lists::Municipality,
};
use axum::response::Response;
use documents::JournalForm;
use domain::calendar::text::dotted;
use futures::TryStreamExt as _;
use sheets::Format;
use tokio::sync::Semaphore;

use super::{HEADING, line};
use crate::{
    Web,
    error::{Error, Result},
    sheet,
    upload::attachment,
    visit::Operator,
};

/// The most lines on paper: some 0.4 GB while they are laid out.
const PRINTED: i64 = 2000;

// Printed here and not by the worker: what the worker prints belongs to an application and is
// kept, a journal of some days belongs to nobody. One at a time, off the threads that serve.
static PRESS: Semaphore = Semaphore::const_new(1);

/// The workbook.
pub async fn sheet(at: &Operator, web: &Web, filter: Filter) -> Result<Response> {
    sheet::count(web, at.actor.account).await?;
    let lines = web
        .app
        .export_journal(&at.actor, filter, sheets::MOST)
        .await?;
    let rows = lines.map_ok(|batch| batch.iter().map(|line| line::cells(line).into()).collect());
    sheet::answer(HEADING, Format::Xlsx, &line::COLUMNS, rows).await
}

/// The paper; `municipality` is the one the filter names.
pub async fn paper(
    at: &Operator,
    web: &Web,
    filter: Filter,
    municipality: Option<&Municipality>,
) -> Result<Response> {
    sheet::count(web, at.actor.account).await?;
    let turn = PRESS.acquire().await.map_err(|closed| broken(&closed))?;
    let lines = web.app.export_journal(&at.actor, filter, PRINTED).await?;
    let lines: Vec<Line> = lines.try_concat().await?;
    let form = JournalForm {
        title: HEADING.to_owned(),
        narrowed: narrowed(filter, municipality),
        made: web.app.today(),
        columns: line::COLUMNS.map(|column| column.title),
        lines: lines
            .iter()
            .map(|line| line::cells(line).map(|cell| line::text(&cell)))
            .collect(),
    };
    // The turn ends with the printing, whether anybody still waits for it or not.
    let printing = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        documents::journal(&form)
    });
    let printed = printing.await.map_err(|panic| broken(&panic))?;
    let pdf = printed.map_err(|error| broken(&error))?;
    let size = pdf.len() as u64;
    let name = format!("{HEADING}.pdf");
    Ok(attachment(
        &name,
        "application/pdf".to_owned(),
        size,
        pdf.into(),
    ))
}

/// What stands under the headline: the days, the municipality.
fn narrowed(filter: Filter, municipality: Option<&Municipality>) -> String {
    let days = match (filter.from.map(dotted), filter.to.map(dotted)) {
        (Some(from), Some(to)) => format!("с {from} по {to}"),
        (Some(from), None) => format!("с {from}"),
        (None, Some(to)) => format!("по {to}"),
        (None, None) => "за всё время".to_owned(),
    };
    let whose = municipality.map_or("все муниципалитеты", |municipality| {
        &municipality.name
    });
    format!("{days}, {whose}")
}

fn broken(error: &(dyn std::error::Error + 'static)) -> Error {
    tracing::error!(error, "a journal is not printed");
    Error::Internal
}
