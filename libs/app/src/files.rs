//! Files: received as a stream straight into the store, given out as a stream, every opening
//! logged (R-AUD-1). Which file belongs to what is written by the verb that received it.

mod tally;

use bytes::Bytes;
use db::{
    Permit, Tx,
    applications::{self, Application},
    events,
    files::{self, File},
};
use domain::{act::acts, actor::Actor, setting::Setting};
use futures::{Stream, StreamExt as _};
use intake::{Refusal, Words};
use storage::{Object, PutError};
use tokio::task::spawn_blocking;
use uuid::Uuid;

pub use db::files::FileState;
pub use intake::Kind;

use crate::{App, Error, Result, uploads::Taken};

/// A file in the store that no row names yet. The verb that takes it writes the row; if it
/// does not, [`App::discard`] takes the object away again.
#[derive(Clone, Debug)]
pub struct Received {
    /// The key in the store: ours, never the person's words (SEC-64).
    pub key: String,
    /// The name it came with, cleaned for showing.
    pub name: String,
    /// What it is, by its name and its bytes (SEC-60).
    pub kind: Kind,
    /// The content type of its kind.
    pub content_type: &'static str,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: [u8; 32],
    /// Whether it brings along what runs or opens (SEC-62).
    pub active: bool,
    /// What it came by piece by piece, if it did: given back when the file is discarded.
    pub upload: Option<Taken>,
}

/// Why a stream of bytes broke off.
pub(crate) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Bytes of one.
const MEGABYTE: u64 = 1024 * 1024;

/// The field archives and videos are taken in: documents of an application, many at once.
const DOCUMENTS: &str = "files";

impl App {
    /// Receives one uploaded file. `field` is the form's field, for the words of a refusal.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty, too large or unaccepted file; nothing stays stored.
    pub async fn receive<S, E>(
        &self,
        field: &'static str,
        tenant: i32,
        name: &str,
        stream: S,
    ) -> Result<Received>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Into<Fault> + Send,
    {
        self.receive_under(&format!("t/{tenant}"), field, name, stream)
            .await
    }

    /// As [`App::receive`], under the part of the store that begins with `whose`.
    pub(crate) async fn receive_under<S, E>(
        &self,
        whose: &str,
        field: &'static str,
        name: &str,
        stream: S,
    ) -> Result<Received>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Into<Fault> + Send,
    {
        let (start, stream) = begun(stream)
            .await
            .map_err(|error| broken_off(field, error))?;
        let kind = intake::begin(name, &start).map_err(|why| refused(field, &why))?;
        fits(field, kind)?;
        let limit = self.largest(kind).await?;
        let key = format!("{whose}/{}/{}", self.today().format("%Y"), Uuid::now_v7());
        let mut words = Words::default();
        let whole = stream.inspect(|chunk| {
            if let (Kind::Pdf, Ok(chunk)) = (kind, chunk) {
                words.feed(chunk);
            }
        });
        let stored = self
            .store
            .put(&key, kind.content_type(), whole, limit)
            .await
            .map_err(|error| match error {
                PutError::TooLarge { limit } => too_large(field, limit),
                PutError::Empty => refused(field, &Refusal::Empty),
                PutError::Source(error) => broken_off(field, error),
                PutError::Unavailable(error) => error.into(),
            })?;
        let received = Received {
            key,
            name: intake::shown_name(name),
            kind,
            content_type: kind.content_type(),
            size: stored.size,
            sha256: stored.sha256,
            active: words.active(),
            upload: None,
        };
        let judged = if words.encrypted() {
            Err(refused(field, &Refusal::Password))
        } else {
            self.judge(field, &received).await
        };
        if let Err(error) = judged {
            self.discard(std::slice::from_ref(&received)).await;
            return Err(error);
        }
        tally::taken(received.size);
        Ok(received)
    }

    /// Looks at what only the whole file tells, by the parts of it that matter (SEC-62).
    async fn judge(&self, field: &'static str, received: &Received) -> Result<()> {
        let (kind, size) = (received.kind, received.size);
        let mut ranges = self.store.ranges(&received.key, size);
        let judged = spawn_blocking(move || intake::whole(kind, &mut ranges, size))
            .await
            .map_err(|error| Error::Internal(error.into()))?;
        judged.map_err(|why| refused(field, &why))
    }

    /// The largest file of a kind, in bytes: the region's, as far as the process lets it.
    pub(crate) async fn largest(&self, kind: Kind) -> Result<u64> {
        let setting = match kind {
            Kind::Mp4 => Setting::VideoMb,
            Kind::Zip => Setting::ArchiveMb,
            _ => Setting::DocumentMb,
        };
        let said = self.db.region_setting(setting.code()).await?;
        let most = setting.number(&said);
        Ok(most.saturating_mul(MEGABYTE).min(self.upload_limit))
    }

    /// Opens a file of an application for whoever may read its documents: the opening is
    /// logged before a byte leaves (R-AUD-1). Own uploads, printed papers, scans alike.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a file of an application the actor does not see, or detached;
    /// [`Error::Illegal`] for one that waits or was refused; [`Error::Unavailable`] if the store does not have
    /// its bytes: then nobody has seen it.
    pub async fn open_file(&self, actor: &Actor, file: Uuid) -> Result<(String, Opened)> {
        // The store is asked between two transactions: a slow one holds no connection.
        let (_, _, found) = self.readable(actor, file).await?;
        let object = self
            .served(found.served_key.as_deref(), found.state)
            .await?;
        let (mut tx, permit, file) = self.readable(actor, file).await?;
        files::viewed(&mut tx, &permit, &file).await?;
        events::audit(&mut tx, Some(file.id)).await?;
        tx.commit().await?;
        Ok((
            file.name,
            Opened {
                content_type: file.content_type,
                size: object.size,
                body: object.body,
            },
        ))
    }

    /// The file, if this actor may read it now.
    pub(crate) async fn readable(
        &self,
        actor: &Actor,
        file: Uuid,
    ) -> Result<(
        Tx<acts::ReadDocument>,
        Permit<acts::ReadDocument, Application>,
        File,
    )> {
        let mut tx = self.db.enter::<acts::ReadDocument>(actor).await?;
        let file = files::find(&mut tx, file).await?.ok_or(Error::NotFound)?;
        let row = applications::find(&mut tx, file.application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        served(file.state)?;
        Ok((tx, permit, file))
    }

    /// The bytes behind a key that a row gave out: the one way to them for people (SEC-63).
    ///
    /// # Errors
    /// [`Error::Illegal`] for what waits or was refused; [`Error::Unavailable`] if the store does
    /// not have it.
    pub(crate) async fn served(&self, key: Option<&str>, state: FileState) -> Result<Object> {
        served(state)?;
        let key = key.ok_or(Error::NotFound)?;
        let object = self.store.get(key).await?;
        object.ok_or_else(|| Error::Unavailable(format!("no object {key}").into()))
    }

    /// Takes received files away again: the verb that was to name them did not. What came piece by
    /// piece need not be sent again for the next try.
    pub async fn discard(&self, files: &[Received]) {
        for file in files {
            if let Err(error) = self.store.delete(&file.key).await {
                tracing::warn!(%error, "an unnamed object stays in the store");
            }
            if let Some(taken) = &file.upload {
                self.give_back(taken).await;
            }
        }
    }
}

/// The first bytes of a stream, as many as judging wants, and the stream with them at its head.
pub(crate) async fn begun<S, E>(
    stream: S,
) -> Result<
    (
        Vec<u8>,
        impl Stream<Item = Result<Bytes, Fault>> + Send + Unpin,
    ),
    Fault,
>
where
    S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
    E: Into<Fault> + Send,
{
    // Asked again after its end, which not every stream bears.
    let mut stream = stream.map(|chunk| chunk.map_err(Into::into)).fuse();
    let (mut head, mut start) = (Vec::new(), Vec::new());
    while start.len() < intake::HEAD {
        let Some(chunk) = stream.next().await.transpose()? else {
            break;
        };
        start.extend_from_slice(&chunk[..chunk.len().min(intake::HEAD)]);
        head.push(Ok(chunk));
    }
    Ok((start, futures::stream::iter(head).chain(stream)))
}

/// Whether a kind is taken in a field.
pub(crate) fn fits(field: &'static str, kind: Kind) -> Result<()> {
    if matches!(kind, Kind::Zip | Kind::Mp4) && field != DOCUMENTS {
        return Err(Error::field(
            field,
            "Здесь не принимаются архивы и видео: выберите документ",
        ));
    }
    Ok(())
}

pub(crate) fn too_large(field: &'static str, limit: u64) -> Error {
    tally::refused("too_large");
    let most = limit / MEGABYTE;
    Error::field(
        field,
        format!("Файл больше {most} МБ: уменьшите его или разделите"),
    )
}

/// Why the bytes of a file did not come to their end: the store did not give them, or the line.
fn broken_off(field: &'static str, error: Fault) -> Error {
    if error.is::<storage::Error>() {
        return Error::Unavailable(error);
    }
    tally::refused("broken_off");
    Error::field(field, "Файл передан не полностью: повторите")
}

/// Whether a file in this state is given out, or why not.
fn served(state: FileState) -> Result<()> {
    let words = match state {
        FileState::Clean | FileState::Unchecked => return Ok(()),
        FileState::Quarantined => {
            "Файл проверяется на вирусы: он откроется, когда проверка закончится."
        }
        FileState::Refused => {
            "В файле найден вирус: он удалён и не выдаётся. Попросите прикрепить другой."
        }
    };
    Err(Error::Illegal(words.to_owned()))
}

/// A refusal as a fault of the field the file came in.
pub(crate) fn refused(field: &'static str, why: &Refusal) -> Error {
    match why {
        Refusal::Unread => Error::Unavailable("a stored file does not read".into()),
        why => {
            tally::refused(why.code());
            Error::field(field, why.to_string())
        }
    }
}

/// A file on its way out.
pub struct Opened {
    /// Its content type, fixed when it was received.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// The bytes as they arrive.
    pub body: futures::stream::BoxStream<'static, Result<Bytes, storage::Error>>,
}
