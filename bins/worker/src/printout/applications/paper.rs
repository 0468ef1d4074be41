//! The paper: contents, then for each application a separator, its signed scan and what is
//! attached, every page numbered within the application and within the whole. A document that
//! cannot be printed is named with the reason and stops nothing.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use app::{
    App,
    printouts::{
        making::Attempt,
        papers::{Application, Dossier, Paper},
    },
};
use chrono::NaiveDate;
use documents::{
    ContentsForm, ContentsLine, LeftLine, NumbersForm, PaperLine, Printed, SeparatorForm,
};
use domain::conclusion::evidence_name;
use tokio::{fs, task::spawn_blocking};

use super::{Asked, Error, date, label, left, number, progress};
use crate::printout::{joined, names};

/// How long one document may take: what takes longer was made to.
const PATIENCE: Duration = Duration::from_secs(20);

/// The most pages one document is printed with.
const MOST_PAGES: usize = 500;

/// A document that is printed: its pages in a file of their own.
struct Sheets {
    file: PathBuf,
    pages: usize,
}

/// Prints the applications; one that left in the meantime is named at the beginning.
pub async fn print(
    app: &App,
    attempt: &Attempt,
    asked: &Asked<'_>,
    dossiers: Vec<Dossier>,
    folder: &Path,
) -> Result<PathBuf, Error> {
    let made = app.today();
    let mut contents = ContentsForm {
        title: "Заявления с документами".to_owned(),
        reason: asked.reason.to_owned(),
        made,
        lines: dossiers.iter().filter_map(line).collect(),
        left: dossiers
            .iter()
            .filter_map(left)
            .map(|(name, why)| LeftLine {
                name,
                why: why.to_owned(),
            })
            .collect(),
    };
    // How many sheets the contents have moves every page behind them.
    let sheets = laid_out(&contents).await?.sheets;
    let mut pages = sheets;
    let first = folder.join("contents.pdf");
    let mut parts = vec![first.clone()];
    for (done, dossier) in dossiers.iter().enumerate() {
        progress(app, attempt, done, dossiers.len()).await?;
        let Dossier::Whole(application, papers) = dossier else {
            continue;
        };
        let place = parts.len() - 1;
        contents.lines[place].page = (pages + 1).to_string();
        let part = folder.join(format!("{place:05}.pdf"));
        let one = One {
            app,
            attempt,
            application,
            folder: tempfile::tempdir_in(folder)?,
            made,
            pages_before: pages,
        };
        pages += one.print(papers, &part).await?;
        parts.push(part);
    }
    progress(app, attempt, dossiers.len(), dossiers.len()).await?;
    let Printed {
        pdf,
        sheets: numbered,
    } = laid_out(&contents).await?;
    if numbered != sheets {
        return Err(Error::Join("оглавление изменило длину".to_owned()));
    }
    fs::write(&first, pdf).await?;
    joined::join(&parts, folder).await
}

fn line(dossier: &Dossier) -> Option<ContentsLine> {
    let Dossier::Whole(application, _) = dossier else {
        return None;
    };
    Some(ContentsLine {
        number: number(application),
        date: date(application),
        name: application.full_name(),
        page: String::new(),
    })
}

async fn laid_out(contents: &ContentsForm) -> Result<Printed, Error> {
    let contents = contents.clone();
    Ok(spawn_blocking(move || documents::contents(&contents)).await??)
}

/// One application being printed, in a folder that goes with it.
struct One<'a> {
    app: &'a App,
    attempt: &'a Attempt,
    application: &'a Application,
    folder: tempfile::TempDir,
    made: NaiveDate,
    pages_before: usize,
}

impl One<'_> {
    /// Prints it to `part`; how many pages it has.
    async fn print(&self, papers: &[Paper], part: &Path) -> Result<usize, Error> {
        let (mut lines, mut files, mut read) = (Vec::new(), Vec::new(), Vec::new());
        for (at, paper) in papers.iter().filter(|paper| paper.submitted).enumerate() {
            let sheets = self.sheets(at, paper, &mut read).await?;
            let (pages, why) = match &sheets {
                Ok(sheets) => (sheets.pages, ""),
                Err(why) => (0, *why),
            };
            lines.push(PaperLine {
                kind: evidence_name(paper.criterion.as_deref(), &paper.kind, ""),
                caption: paper.caption.clone(),
                pages,
                why: why.to_owned(),
            });
            files.extend(sheets.map(|sheets| sheets.file));
        }
        self.app
            .papers_read(self.attempt, self.application, &read)
            .await?;
        let documents: usize = lines.iter().map(|line| line.pages).sum();
        let (separator, own) = self.separator(lines).await?;
        files.insert(0, separator);
        let pages = own + documents;
        let numbers = self.numbers(pages).await?;
        let mut command = joined::qpdf();
        command
            .args(["--warning-exit-0", "--deterministic-id"])
            .arg(&files[0])
            .arg("--pages")
            .args(&files)
            .args(["--", "--overlay"])
            .arg(&numbers)
            .arg("--")
            .arg(part);
        joined::run(&mut command).await?;
        Ok(pages)
    }

    async fn separator(&self, papers: Vec<PaperLine>) -> Result<(PathBuf, usize), Error> {
        let application = self.application;
        let form = SeparatorForm {
            registration: match application.registered_on {
                Some(_) => format!("{} от {}", label(application), date(application)),
                None => "не зарегистрировано".to_owned(),
            },
            name: application.full_name(),
            position: application.position_name.clone(),
            organisation: application.organisation_name.clone(),
            municipality: application.municipality_name.clone(),
            papers,
            pages_before: self.pages_before,
        };
        let made = self.made;
        let Printed { pdf, sheets: own } =
            spawn_blocking(move || documents::separator(&form, made)).await??;
        let file = self.folder.path().join("separator.pdf");
        fs::write(&file, pdf).await?;
        Ok((file, own))
    }

    async fn numbers(&self, pages: usize) -> Result<PathBuf, Error> {
        let form = NumbersForm {
            label: label(self.application),
            pages,
            pages_before: self.pages_before,
        };
        let made = self.made;
        let pdf = spawn_blocking(move || documents::numbers(&form, made)).await??;
        let file = self.folder.path().join("numbers.pdf");
        fs::write(&file, pdf).await?;
        Ok(file)
    }

    /// A document as sheets, or why there are none. What was taken from the store is noted in
    /// `read`.
    async fn sheets(
        &self,
        at: usize,
        paper: &Paper,
        read: &mut Vec<i64>,
    ) -> Result<Result<Sheets, &'static str>, Error> {
        if let Some(why) = names::withheld(paper.state) {
            return Ok(Err(why));
        }
        let picture = match paper.content_type.as_str() {
            "application/pdf" => false,
            "image/jpeg" | "image/png" => true,
            _ => return Ok(Err("такие файлы открываются только на компьютере")),
        };
        let file = self.folder.path().join(format!("{at:03}"));
        if self.app.fetch_paper(paper, &file).await?.is_none() {
            return Ok(Err("его нет в хранилище"));
        }
        read.push(paper.file);
        let sheets = self.folder.path().join(format!("{at:03}.pdf"));
        let pages = if picture {
            self.picture(paper, &file, &sheets).await?
        } else {
            copied(&file, &sheets).await
        };
        fs::remove_file(&file).await?;
        Ok(match pages {
            Some(pages) if pages > MOST_PAGES => Err("в нём слишком много страниц"),
            Some(pages) => Ok(Sheets {
                file: sheets,
                pages,
            }),
            None if picture => Err("изображение повреждено или слишком велико"),
            None => Err("он повреждён или защищён паролем"),
        })
    }

    async fn picture(
        &self,
        paper: &Paper,
        file: &Path,
        sheets: &Path,
    ) -> Result<Option<usize>, Error> {
        let bytes = fs::read(file).await?;
        let (title, made) = (paper.kind.clone(), self.made);
        let page = spawn_blocking(move || documents::picture(bytes, &title, made)).await?;
        let Ok(pdf) = page else {
            return Ok(None);
        };
        fs::write(sheets, pdf).await?;
        Ok(Some(1))
    }
}

/// A PDF copied as it is, and how many pages it has; none for one that does not read. Copied
/// alone first, so that a broken one spoils no other.
async fn copied(file: &Path, sheets: &Path) -> Option<usize> {
    let mut copy = joined::qpdf();
    copy.args(["--warning-exit-0", "--decrypt"])
        .arg(file)
        .arg(sheets);
    let mut count = joined::qpdf();
    count.arg("--show-npages").arg(sheets);
    let copying = async {
        joined::run(&mut copy).await?;
        joined::run(&mut count).await
    };
    let counted = tokio::time::timeout(PATIENCE, copying).await.ok()?.ok()?;
    counted.trim().parse().ok().filter(|pages| *pages > 0)
}
