//! «Мои данные» (SEC-87): an archive of everything that is kept about whoever asked: a page to read,
//! the same for programs, and the documents of its applications.

mod page;

use std::path::{Path, PathBuf};

use app::{
    App,
    printouts::{
        making::Attempt,
        own_data::{OwnData, OwnDocument},
    },
};
use domain::{actor::TenantId, template::BUILT_IN};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::{
    Error, Made,
    archive::Archive,
    names::{self, Names},
};

const PAGE: &str = "Мои данные.html";
const DATA: &str = "data.json";

/// Packs it.
pub async fn pack(app: &App, attempt: &Attempt, folder: &Path) -> Result<Made, Error> {
    let account = app.own_account(attempt).await?;
    let mut places = Vec::with_capacity(account.municipalities.len());
    for id in account.municipalities {
        places.push(app.own_data(attempt, TenantId(id)).await?);
    }
    let file = folder.join("archive.zip");
    let archive = Archive::create(&file)?
        .text(PAGE, &page::page(app, &account.kept, &places))?
        .text(DATA, &data(&account.kept, &places)?)?;
    let archive = documents(app, attempt, archive, &places, folder).await?;
    spawn_blocking(move || archive.close()).await??;
    Ok(Made {
        file,
        name: "Мои данные.zip".to_owned(),
        content_type: "application/zip",
        template_version: BUILT_IN,
    })
}

/// Every row as it is kept.
fn data(account: &Value, places: &[OwnData]) -> Result<String, Error> {
    let places: Vec<Value> = places
        .iter()
        .map(|place| {
            let tables = place.tables.iter();
            let tables: serde_json::Map<_, _> = tables
                .map(|(table, rows)| (table.clone(), Value::Array(rows.clone())))
                .collect();
            json!({ "municipality": place.municipality, "tables": tables })
        })
        .collect();
    let all = json!({ "account": account, "municipalities": places });
    serde_json::to_string_pretty(&all).map_err(|error| Error::Disk(error.into()))
}

async fn documents(
    app: &App,
    attempt: &Attempt,
    mut archive: Archive,
    places: &[OwnData],
    folder: &Path,
) -> Result<Archive, Error> {
    let fetched = folder.join("document");
    let total = places.iter().map(|place| place.documents.len()).sum();
    for (done, (path, document)) in named(places).into_iter().enumerate() {
        progress(app, attempt, done, total).await?;
        if app.fetch_own(document, &fetched).await? {
            let from = fetched.clone();
            archive = spawn_blocking(move || archive.file(&path, &from)).await??;
        }
    }
    Ok(archive)
}

/// Each document that is given out with its place in the archive.
fn named(places: &[OwnData]) -> Vec<(String, &OwnDocument)> {
    let mut folders = Names::default();
    let mut all = Vec::new();
    for place in places {
        let town = folders.give(&place.municipality, "");
        let mut files = Names::default();
        for document in &place.documents {
            if names::withheld(document.state).is_some() {
                continue;
            }
            let name = files.give(&label(document), names::ending(&document.content_type));
            let path: PathBuf = ["Документы", &town, &name].iter().collect();
            all.push((path.to_string_lossy().into_owned(), document));
        }
    }
    all
}

/// «0124 грамота»: the number of its application, the name it was brought under.
fn label(document: &OwnDocument) -> String {
    let stem = document.name.rsplit_once('.');
    let stem = stem.map_or(document.name.as_str(), |(stem, _)| stem);
    match document.number {
        Some(number) => format!("{number:04} {stem}"),
        None => stem.to_owned(),
    }
}

async fn progress(app: &App, attempt: &Attempt, done: usize, total: usize) -> Result<(), Error> {
    let number = |n| i32::try_from(n).unwrap_or(i32::MAX);
    Ok(app
        .printout_progress(attempt, number(done), number(total))
        .await?)
}
