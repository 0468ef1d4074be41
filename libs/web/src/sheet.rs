//! A list taken away as a file of all its rows (`?format=csv`, `?format=xlsx`): read some at a
//! time, written in constant memory, counted against the hour's limit of its person (SEC-74).

use std::future::ready;

use app::FieldFault;
use axum::{body::Body, response::Response};
use domain::actor::AccountId;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use maud::{Markup, html};
use sheets::{Cell, Column, Format};
use tokio_util::io::ReaderStream;

use crate::{
    Web,
    download::attachment,
    error::{Error, Result},
    limits::Limit,
};

const TOO_MANY: &str = "Строк больше 1 048 575, столько лист XLSX не вмещает. Уточните отбор, например период, или выгрузите CSV.";

/// Columns of these titles and widths.
pub const fn columns<const N: usize>(titles: [&'static str; N], widths: [u16; N]) -> [Column; N] {
    let mut columns = [Column::new("", 0); N];
    let mut at = 0;
    while at < N {
        columns[at] = Column::new(titles[at], widths[at]);
        at += 1;
    }
    columns
}

/// The buttons of a list's files; `address` is the list's with this `format`.
pub fn buttons(address: impl Fn(&str) -> String) -> Markup {
    ui::button_group(html! {
        (ui::secondary_link_button(&address("xlsx"), "Выгрузить XLSX"))
        (ui::secondary_link_button(&address("csv"), "Выгрузить CSV"))
    })
}

/// The rows of a workbook somebody brought, or in words why it is not read.
///
/// # Errors
/// [`Error::Internal`] when reading it breaks off.
pub async fn read(file: Option<&[u8]>) -> Result<std::result::Result<Vec<Vec<String>>, String>> {
    let Some(file) = file.map(<[u8]>::to_vec) else {
        return Ok(Err("Выберите файл".to_owned()));
    };
    let read = tokio::task::spawn_blocking(move || sheets::read(&file)).await;
    let rows = read.map_err(|panic| broken(&panic))?;
    Ok(rows.map_err(|fault| fault.to_string()))
}

/// Counts one more file; asked before anything is read.
///
/// # Errors
/// [`Error::TooMany`] above the limit.
pub async fn count(web: &Web, account: AccountId) -> Result<()> {
    Limit::export(web, account).take(web).await
}

/// The rows as a file of this name, without its ending. It is whole before its first byte
/// leaves: rows that break off end in an error, not in half a file.
///
/// # Errors
/// Whatever the rows end in; [`Error::Invalid`] when a workbook has no place for all of them:
/// none is left out unsaid; [`Error::Internal`] when the disk does not take the file.
pub async fn answer(
    name: &str,
    format: Format,
    columns: &'static [Column],
    rows: impl Stream<Item = app::Result<Vec<Vec<Cell>>>> + Send,
) -> Result<Response> {
    let (give, mut take) = tokio::sync::mpsc::channel(4);
    let writing = tokio::task::spawn_blocking(move || {
        let batches = std::iter::from_fn(|| take.blocking_recv());
        sheets::write(format, columns, batches.flat_map(each))
    });
    // A writer that stopped listening tells why itself.
    let given = rows.map(|batch| async { give.send(batch).await });
    given
        .buffered(1)
        .take_while(|sent| ready(sent.is_ok()))
        .for_each(|_| ready(()))
        .await;
    drop(give);
    let written = writing.await.map_err(|panic| broken(&panic))?;
    let file = match written {
        Ok(file) => tokio::fs::File::from_std(file),
        Err(sheets::Error::Rows(error)) => return Err(error.into()),
        Err(sheets::Error::TooMany) => {
            return Err(Error::Invalid(vec![FieldFault::new("", TOO_MANY)]));
        }
        Err(error @ sheets::Error::File(_)) => return Err(broken(&error)),
    };
    let size = file.metadata().await.map_err(|error| broken(&error))?.len();
    let body = Body::from_stream(ReaderStream::new(file).map_err(|error| {
        tracing::error!(%error, "a table broke off on its way");
        error
    }));
    let name = format!("{name}.{}", format.code());
    Ok(attachment(
        &name,
        format.content_type().to_owned(),
        size,
        body,
    ))
}

type Rows = app::Result<Vec<Vec<Cell>>>;

fn each(batch: Rows) -> impl Iterator<Item = app::Result<Vec<Cell>>> {
    let (rows, error) = match batch {
        Ok(rows) => (rows, None),
        Err(error) => (Vec::new(), Some(Err(error))),
    };
    rows.into_iter().map(Ok).chain(error)
}

fn broken(error: &(dyn std::error::Error + 'static)) -> Error {
    tracing::error!(error, "a table is not written");
    Error::Internal
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use sheets::MOST_ROWS;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn more_rows_than_a_sheet_has_are_told_of() {
        const BATCH: usize = 4096;
        let batches = MOST_ROWS as usize / BATCH + 1;
        for (format, fits) in [(Format::Xlsx, false), (Format::Csv, true)] {
            let rows = stream::iter((0..batches).map(|_| Ok(vec![Vec::new(); BATCH])));
            let answer = answer("Журнал", format, &[], rows).await;
            assert_eq!(answer.is_ok(), fits, "{format:?}");
            if let Err(error) = answer {
                assert!(matches!(error, Error::Invalid(_)), "{error:?}");
            }
        }
    }
}
