//! «Бланки и образцы» (01 §1.9): an administrator adds files for everybody, corrects what is said of
//! them, puts other files in their place, withdraws and publishes them again. Nothing is deleted but
//! a file that was replaced.

use bytes::Bytes;
use db::{
    Tx, events,
    region_changes::{self, Change, Changed},
    samples::{self, Described},
};
use domain::{
    act::acts,
    actor::Actor,
    audit::Deed,
    sample::{ORDINALS, Section, TITLE},
    value::Line,
};
use futures::Stream;
use serde_json::{Value, json};
use uuid::Uuid;

pub use db::samples::Sample;

use crate::{
    App, Error, FieldFault, Result,
    files::{Fault, Opened, Received},
};

/// The samples, as a list among the lists of what administrators change.
const LIST: &str = "sample";

/// What is typed of a sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// What it is called.
    pub title: String,
    /// The code of its section.
    pub section: String,
    /// Its place in the section.
    pub ordinal: String,
    /// Whether everybody gets it: «yes» or «no».
    pub published: String,
}

/// The samples as their administrator sees them.
#[derive(Clone, Debug)]
pub struct Samples {
    /// All of them, in their order.
    pub rows: Vec<Sample>,
    /// What was changed last.
    pub changes: Vec<Change>,
}

/// A sample opened for editing.
#[derive(Clone, Debug)]
pub struct OpenedSample {
    /// As it is.
    pub sample: Sample,
    /// What is said of it.
    pub typed: Typed,
    /// The version of its editor.
    pub version: i32,
}

/// What people call the kind of a sample's file: «DOCX».
#[must_use]
pub fn kind(sample: &Sample) -> String {
    intake::extension(&sample.file_name).to_uppercase()
}

/// The digest of a sample's file, in hex.
#[must_use]
pub fn digest(sample: &Sample) -> String {
    let bytes = sample.sha256.iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

impl App {
    /// What is published for everybody, in its order.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn published_samples(&self) -> Result<Vec<Sample>> {
        let mut tx = self.db.enter_public().await?;
        Ok(samples::all(&mut tx).await?)
    }

    /// A published sample.
    ///
    /// # Errors
    /// [`Error::NotFound`], for one that is withdrawn or waits to be looked through as well.
    pub async fn published_sample(&self, id: Uuid) -> Result<Sample> {
        let mut tx = self.db.enter_public().await?;
        samples::find(&mut tx, id).await?.ok_or(Error::NotFound)
    }

    /// The file of a sample somebody may see.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the store does not have its bytes.
    pub async fn open_sample(&self, sample: &Sample) -> Result<Opened> {
        let object = self
            .served(sample.served_key.as_deref(), sample.state)
            .await?;
        Ok(Opened {
            content_type: sample.content_type.clone(),
            size: object.size,
            body: object.body,
        })
    }

    /// All samples with what was changed last.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn samples(&self, actor: &Actor) -> Result<Samples> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        Ok(Samples {
            rows: samples::all(&mut tx).await?,
            changes: region_changes::last(&mut tx, LIST).await?,
        })
    }

    /// A sample to be edited.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn sample(&self, actor: &Actor, id: Uuid) -> Result<OpenedSample> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        open(&mut tx, id).await
    }

    /// Receives the file of a sample, which belongs to no municipality.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that keep no reference data, before a byte is read; else as
    /// [`App::receive`].
    pub async fn receive_sample<S, E>(
        &self,
        actor: &Actor,
        field: &'static str,
        name: &str,
        stream: S,
    ) -> Result<Received>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Into<Fault> + Send,
    {
        let tx = self.db.enter::<acts::ManageReference>(actor).await?;
        drop(tx);
        self.receive_under("r", field, name, stream).await
    }

    /// Saves a sample over the version `seen`, with `file` in place of its own if there is one;
    /// with no id, adds it with that file. A title stands once in a section, so that a double press
    /// adds it once. If this is refused, the caller discards the file.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all faults, [`Error::Stale`] if somebody was quicker,
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn save_sample(
        &self,
        actor: &Actor,
        id: Option<Uuid>,
        seen: i32,
        typed: &Typed,
        file: Option<&Received>,
    ) -> Result<()> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        region_changes::hold(&mut tx).await?;
        let opened = match id {
            Some(id) => Some(open(&mut tx, id).await?),
            None => None,
        };
        let said = parse(typed, opened.is_none() && file.is_none())?;
        if opened.as_ref().map_or(0, |opened| opened.version) != seen {
            return Err(Error::Stale);
        }
        let alike = |other: &Sample| {
            Some(other.public_id) != id
                && other.section == said.section.code()
                && other.title == said.title
        };
        if samples::all(&mut tx).await?.iter().any(alike) {
            return Err(Error::field(
                "title",
                "В этом разделе такое название уже есть",
            ));
        }
        let mut replaced = None;
        let id = match (id, file) {
            (None, Some(file)) => samples::add(&mut tx, &said, &file.row()).await?,
            (None, None) => return Err(Error::Invalid(vec![no_file()])),
            (Some(id), file) => {
                samples::change(&mut tx, id, &said).await?;
                if let Some(file) = file {
                    replaced = Some(samples::replace(&mut tx, id, &file.row()).await?);
                }
                id
            }
        };
        let former = opened.map(|opened| told(&opened.sample));
        let present = told(&open(&mut tx, id).await?.sample);
        if file.is_some() || former.as_ref() != Some(&present) {
            let change = Changed {
                list: LIST,
                key: &id.to_string(),
                former: former.as_ref(),
                present: &present,
            };
            let change = region_changes::note(&mut tx, change).await?;
            events::audit_deed(&mut tx, Deed::ChangeReference, Some(change)).await?;
        }
        tx.commit().await?;
        if let Some(key) = replaced
            && let Err(error) = self.store.delete(&key).await
        {
            tracing::warn!(%error, "an unnamed object stays in the store");
        }
        Ok(())
    }
}

async fn open(tx: &mut Tx<acts::ManageReference>, id: Uuid) -> Result<OpenedSample> {
    let sample = samples::find(tx, id).await?.ok_or(Error::NotFound)?;
    let version = region_changes::version(tx, LIST, Some(&id.to_string())).await?;
    let typed = Typed {
        title: sample.title.clone(),
        section: sample.section.clone(),
        ordinal: sample.ordinal.to_string(),
        published: yes_or_no(sample.published_at.is_some()).to_owned(),
    };
    Ok(OpenedSample {
        sample,
        typed,
        version,
    })
}

/// What is kept of a change: which file it was is told by its digest.
fn told(sample: &Sample) -> Value {
    json!({
        "title": sample.title,
        "section": sample.section,
        "ordinal": sample.ordinal,
        "published": yes_or_no(sample.published_at.is_some()),
        "file": sample.file_name,
        "sha256": digest(sample),
    })
}

const fn yes_or_no(published: bool) -> &'static str {
    if published { "yes" } else { "no" }
}

fn no_file() -> FieldFault {
    FieldFault::new("file", "Выберите файл")
}

/// What was typed, or all that is wrong with it.
fn parse(typed: &Typed, lacks_file: bool) -> Result<Described> {
    let mut faults = Vec::new();
    let mut fault = |field, words: String| faults.push(FieldFault::new(field, words));
    let title = Line::parse(&typed.title, TITLE)
        .map_err(|wrong| fault("title", wrong.to_string()))
        .ok();
    let section = Section::from_code(&typed.section);
    if section.is_none() {
        fault("section", "Выберите раздел".to_owned());
    }
    let ordinal = typed.ordinal.trim().parse().ok();
    let ordinal = ordinal.filter(|number| (0..=ORDINALS).contains(number));
    if ordinal.is_none() {
        let words = format!("Введите целое число от 0 до {ORDINALS}");
        fault("ordinal", words);
    }
    let published = match typed.published.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    if published.is_none() {
        fault("published", "Выберите ответ".to_owned());
    }
    if lacks_file {
        faults.push(no_file());
    }
    match (title, section, ordinal, published) {
        (Some(title), Some(section), Some(ordinal), Some(published)) if faults.is_empty() => {
            Ok(Described {
                section,
                title: title.to_string(),
                ordinal,
                published,
            })
        }
        _ => Err(Error::Invalid(faults)),
    }
}
