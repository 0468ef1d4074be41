//! A sample by a version of a template: printed in a bounded process, and, of a paper whose scan
//! is read back, looked at as a scan is. What cannot be read back there is refused here.

use std::path::Path;

use app::App;
use documents::Faults;
use domain::{
    paper::{
        Document,
        verdict::{Ink, Sheet},
    },
    template::TemplateKind,
};

use super::{Error, Made};
use crate::typeset;

/// The most sheets of a sample: of as many a scan is read.
const SHEETS: usize = scans::MOST_SHEETS;

/// Prints a sample and keeps what came of it beside the version.
pub async fn make(
    app: &App,
    kind: TemplateKind,
    version: i32,
    folder: &Path,
) -> Result<Made, Error> {
    let (template, letterhead) = app.template_to_try(kind, version).await?;
    let paper = documents::sample(kind, &letterhead)?;
    let printed = match &template.source {
        Some(source) => typeset::bounded(&paper, source, SHEETS).await?,
        None => Ok(paper.print()?),
    };
    let file = folder.join("sample.pdf");
    let tried = match printed {
        Ok(printed) => {
            tokio::fs::write(&file, printed.pdf).await?;
            match kind.document() {
                Some(document) => read_back(document, &file, folder, printed.sheets).await?,
                None => Ok(()),
            }
        }
        Err(faults) => Err(faults),
    };
    let faults = tried.as_ref().err().map_or(&[][..], |faults| &faults.0);
    app.template_tried(kind, version, faults).await?;
    tried.map_err(Error::Refused)?;
    Ok(Made {
        file,
        name: format!("Образец. {}, версия шаблона {version}.pdf", kind.name()),
        content_type: "application/pdf",
        template_version: template.version,
    })
}

async fn read_back(
    document: Document,
    file: &Path,
    folder: &Path,
    pages: usize,
) -> Result<Result<(), Faults>, Error> {
    let (file, folder) = (file.to_owned(), folder.to_owned());
    let read = tokio::task::spawn_blocking(move || scans::read(&file, &folder)).await?;
    Ok(match read {
        Ok(sheets) => judged(document, &sheets, pages),
        Err(scans::Error::Machine(error)) => return Err(error.into()),
        Err(scans::Error::Unopened(_)) => Err(Faults::of("Напечатанный образец не читается")),
    })
}

/// Whether a scan of the paper could be read: codes in their places on all pages, signature lines
/// free.
fn judged(document: Document, sheets: &[Sheet], pages: usize) -> Result<(), Faults> {
    let mut lines = 0;
    for (page, sheet) in (1..).zip(sheets) {
        let code = sheet.code.as_ref();
        if !code.is_some_and(|code| code.document == document && usize::from(code.page) == page) {
            return Err(Faults::of(format!(
                "На странице {page} не читается код: шаблону нужны «#show: coded» и свободные углы листа"
            )));
        }
        if let Some((signer, _)) = sheet.signatures.iter().find(|(_, ink)| *ink != Ink::Blank) {
            let who = document.signers().get(usize::from(*signer));
            return Err(Faults::of(format!(
                "На странице {page} место для подписи «{}» чем-то занято",
                who.copied().unwrap_or_default()
            )));
        }
        lines += sheet.signatures.len();
    }
    if sheets.len() != pages || lines != document.signers().len() {
        return Err(Faults::of(
            "На образце читаются не все страницы или не все строки для подписи",
        ));
    }
    Ok(())
}
