//! Applications with their documents (01 §1.8): as one paper with numbered pages or as an archive
//! of the documents as they are. One application lies on the disk at a time.

mod archive;
mod paper;

use std::path::Path;

use app::{
    App,
    printouts::{
        Format,
        making::Attempt,
        papers::{Application, Dossier},
    },
};
use domain::{calendar::text::dotted, template::BUILT_IN};
use uuid::Uuid;

use super::{Error, Made};

/// What is asked for, as far as all of it is said once.
pub struct Asked<'a> {
    /// The applications in their order, with their municipalities.
    pub of: &'a [(i32, Uuid)],
    /// As what.
    pub format: Format,
    /// What for.
    pub reason: &'a str,
}

/// Prints or packs what is asked for.
pub async fn make(
    app: &App,
    attempt: &Attempt,
    asked: &Asked<'_>,
    folder: &Path,
) -> Result<Made, Error> {
    match asked.format {
        Format::Pdf => {
            let mut dossiers = Vec::with_capacity(asked.of.len());
            for (tenant, id) in asked.of {
                dossiers.push(app.dossier(attempt, *tenant, *id).await?);
            }
            Ok(Made {
                file: paper::print(app, attempt, asked, dossiers, folder).await?,
                name: "Заявления.pdf".to_owned(),
                content_type: "application/pdf",
                template_version: BUILT_IN,
            })
        }
        Format::Zip => Ok(Made {
            file: archive::pack(app, attempt, asked, folder).await?,
            name: "Документы.zip".to_owned(),
            content_type: "application/zip",
            template_version: BUILT_IN,
        }),
    }
}

/// Says how many applications are done.
async fn progress(app: &App, attempt: &Attempt, done: usize, total: usize) -> Result<(), Error> {
    let number = |n| i32::try_from(n).unwrap_or(i32::MAX);
    Ok(app
        .printout_progress(attempt, number(done), number(total))
        .await?)
}

/// «124», or that it has none yet.
fn number(application: &Application) -> String {
    match application.registered_number {
        Some(number) => number.to_string(),
        None => "без номера".to_owned(),
    }
}

/// «№ 124».
fn label(application: &Application) -> String {
    match application.registered_number {
        Some(number) => format!("№ {number}"),
        None => "без номера".to_owned(),
    }
}

/// The day of registration, dd.mm.yyyy.
fn date(application: &Application) -> String {
    application.registered_on.map(dotted).unwrap_or_default()
}

/// Why an application is not there, by the name it is known by.
fn left(dossier: &Dossier) -> Option<(String, &'static str)> {
    match dossier {
        Dossier::Whole(..) => None,
        Dossier::Left { name, why } if name.is_empty() => Some(("Заявление".to_owned(), why)),
        Dossier::Left { name, why } => Some((name.clone(), why)),
    }
}
