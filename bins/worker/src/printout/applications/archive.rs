//! The archive: a folder an application, in it its documents as they were brought, and beside
//! the folders a list of all that is and is not inside.

use std::{
    io,
    path::{Path, PathBuf},
};

use app::{
    App,
    printouts::{
        making::Attempt,
        papers::{Application, Dossier, Paper},
    },
};
use domain::conclusion::{evidence_name, point};
use sheets::{Cell, Column, Format};
use tokio::task::spawn_blocking;

use super::{Asked, Error, left, progress};
use crate::printout::{
    archive::Archive,
    names::{self, Names},
};

const LIST: &str = "Опись.xlsx";

const COLUMNS: [Column; 10] = [
    Column::new("№ заявления", 12),
    Column::new("ФИО", 36),
    Column::new("Папка", 40),
    Column::new("Файл", 50),
    Column::new("Вид документа", 40),
    Column::new("Критерий", 12),
    Column::new("Описание", 40),
    Column::new("Размер, байт", 14),
    Column::new("SHA-256", 66),
    Column::new("Примечание", 40),
];

/// Packs the applications.
pub async fn pack(
    app: &App,
    attempt: &Attempt,
    asked: &Asked<'_>,
    folder: &Path,
) -> Result<PathBuf, Error> {
    let path = folder.join("archive.zip");
    let mut packing = Packing {
        archive: Archive::create(&path)?,
        folders: Names::default(),
        list: Vec::new(),
    };
    for (done, (tenant, id)) in asked.of.iter().enumerate() {
        progress(app, attempt, done, asked.of.len()).await?;
        match app.dossier(attempt, *tenant, *id).await? {
            Dossier::Whole(application, papers) => {
                packing = add(app, attempt, packing, &application, &papers, folder).await?;
            }
            dossier => packing.list.extend(left(&dossier).map(left_out)),
        }
    }
    progress(app, attempt, asked.of.len(), asked.of.len()).await?;
    spawn_blocking(move || packing.close()).await??;
    Ok(path)
}

async fn add(
    app: &App,
    attempt: &Attempt,
    mut packing: Packing,
    application: &Application,
    papers: &[Paper],
    folder: &Path,
) -> Result<Packing, Error> {
    let folders = &mut packing.folders;
    let number = application.registered_number;
    let number = number.map_or("без номера".to_owned(), |number| {
        format!("{number:04}")
    });
    let inside = folders.give(&format!("{number} {}", application.full_name()), "");
    let (mut files, mut read) = (Names::default(), Vec::new());
    let fetched = folder.join("document");
    for (at, paper) in papers.iter().enumerate() {
        let mut entry = Entry::of(application, paper, &inside);
        let sha256 = if let Some(why) = names::withheld(paper.state) {
            format!("не выдаётся: {why}").clone_into(&mut entry.note);
            None
        } else {
            let sha256 = app.fetch_paper(paper, &fetched).await?;
            if sha256.is_none() {
                "файла нет в хранилище".clone_into(&mut entry.note);
            }
            sha256
        };
        if let Some(sha256) = sha256 {
            read.push(paper.file);
            let words = named(at + 1, paper);
            entry.file = files.give(&words, names::ending(&paper.content_type));
            entry.sha256 = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            let name = format!("{inside}/{}", entry.file);
            let from = fetched.clone();
            packing.archive = spawn_blocking(move || packing.archive.file(&name, &from)).await??;
        }
        packing.list.push(entry.cells());
    }
    app.papers_read(attempt, application, &read).await?;
    Ok(packing)
}

/// «02 п. 36.2 — Таблица результатов — подпись».
fn named(at: usize, paper: &Paper) -> String {
    let name = evidence_name(paper.criterion.as_deref(), &paper.kind, &paper.caption);
    format!("{at:02} {name}")
}

/// A line of the list.
struct Entry {
    number: Option<i64>,
    name: String,
    folder: String,
    file: String,
    kind: String,
    point: String,
    caption: String,
    size: i64,
    sha256: String,
    note: String,
}

impl Entry {
    fn of(application: &Application, paper: &Paper, folder: &str) -> Self {
        Self {
            number: application.registered_number.map(i64::from),
            name: application.full_name(),
            folder: folder.to_owned(),
            file: String::new(),
            kind: paper.kind.clone(),
            point: paper.criterion.as_deref().map(point).unwrap_or_default(),
            caption: paper.caption.clone(),
            size: paper.size,
            sha256: String::new(),
            note: String::new(),
        }
    }

    fn cells(self) -> Vec<Cell> {
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        let text = |words| text(words).map_or(Cell::Empty, Cell::Text);
        vec![
            self.number.into(),
            text(self.name),
            text(self.folder),
            text(self.file),
            text(self.kind),
            text(self.point),
            text(self.caption),
            Cell::Number(self.size),
            text(self.sha256),
            text(self.note),
        ]
    }
}

fn left_out((name, why): (String, &'static str)) -> Vec<Cell> {
    let mut cells = vec![Cell::Empty; COLUMNS.len()];
    cells[1] = Cell::Text(name);
    cells[COLUMNS.len() - 1] = Cell::Text(why.to_owned());
    cells
}

/// The archive with the list of what is in it.
struct Packing {
    archive: Archive,
    folders: Names,
    list: Vec<Vec<Cell>>,
}

impl Packing {
    fn close(self) -> Result<(), Error> {
        let rows = self.list.into_iter().map(Ok::<_, std::convert::Infallible>);
        let mut list = sheets::write(Format::Xlsx, &COLUMNS, rows).map_err(io::Error::other)?;
        self.archive.append(LIST, &mut list)?.close()
    }
}
