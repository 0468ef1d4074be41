//! Files brought piece by piece, so that a line that breaks loses a piece and not the file: begun,
//! continued from where they are, taken by a form once, cleared away by the worker. A piece is an
//! object of its own in the store; a form reads them as one stream into [`App::receive`], so every
//! check is the one of a file sent whole.

use bytes::Bytes;
use db::uploads::{self, Upload};
use domain::{actor::Actor, setting::Setting};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use intake::Refusal;
use storage::PutError;
use uuid::{NoContext, Timestamp, Uuid};

use crate::{
    App, Error, Result,
    files::{Fault, Received, begun, fits, refused, too_large},
};

/// The largest piece, in bytes: one of them is held in memory.
pub const LARGEST_PIECE: u64 = 4 * 1024 * 1024;

/// The smallest piece but the last, in bytes: a file is not cut into dust.
pub const SMALLEST_PIECE: u64 = 64 * 1024;

/// How many files of one account may be on their way at once (SEC-61).
const MOST: i64 = 50;

/// The field a fault of a piece is told in.
const FIELD: &str = "file";

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes it is said to have.
    pub size: u64,
    /// Bytes that are kept.
    pub received: u64,
    /// Whether a form has taken it.
    pub taken: bool,
}

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Kept; the file has come this far.
    Kept(Progress),
    /// Not asked for: the file has come this far, and goes on there.
    Elsewhere(Progress),
}

/// That a form has taken a file, for whoever gives it back.
#[derive(Clone, Debug)]
pub struct Taken {
    actor: Actor,
    id: Uuid,
}

/// A file that a form names by its id.
pub struct Brought {
    /// The name it is said to have.
    pub name: String,
    /// Its bytes from the store.
    pub bytes: stream::BoxStream<'static, Result<Bytes, Fault>>,
    /// For [`Received::upload`], or to be given back.
    pub taken: Taken,
}

impl App {
    /// Begins a file of `size` bytes for a form's field, judged by all that is known of it yet.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name or a size that is not taken; [`Error::Illegal`] with too many on
    /// their way.
    pub async fn begin_upload(
        &self,
        actor: &Actor,
        field: &'static str,
        name: &str,
        size: u64,
    ) -> Result<Uuid> {
        if size == 0 {
            return Err(refused(field, &Refusal::Empty));
        }
        let kind = intake::named(name).map_err(|why| refused(field, &why))?;
        fits(field, kind)?;
        let most = self.largest(kind).await?;
        if size > most {
            return Err(too_large(field, most));
        }
        let id = Uuid::now_v7();
        let mut tx = self.db.enter_own(actor).await?;
        if !uploads::begin(&mut tx, id, &intake::shown_name(name), signed(size), MOST).await? {
            return Err(Error::Illegal(format!(
                "Загружается уже {MOST} файлов: дождитесь их или отмените лишние"
            )));
        }
        tx.commit().await?;
        Ok(id)
    }

    /// How far a file has come.
    ///
    /// # Errors
    /// [`Error::NotFound`] for another account's, and for one that has expired.
    pub async fn upload(&self, actor: &Actor, id: Uuid) -> Result<Progress> {
        Ok(Progress::of(&self.find_upload(actor, id).await?))
    }

    async fn find_upload(&self, actor: &Actor, id: Uuid) -> Result<Upload> {
        let mut tx = self.db.enter_own(actor).await?;
        uploads::find(&mut tx, id).await?.ok_or(Error::NotFound)
    }

    /// Keeps the piece of a file that begins at the byte `at`. What came of one that broke off is
    /// kept, too. The first one shows what the file is; one that is not taken ends here.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a file that is not taken, for a piece that is too small or goes beyond
    /// the end; [`Error::NotFound`] as [`App::upload`]; [`Error::Unavailable`] if the store does not
    /// answer: then the file has come as far as before.
    pub async fn continue_upload<S, E>(
        &self,
        actor: &Actor,
        id: Uuid,
        at: u64,
        bytes: S,
    ) -> Result<Piece>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Into<Fault> + Send,
    {
        // The store is asked between two transactions: a slow one holds no connection.
        let upload = self.find_upload(actor, id).await?;
        let progress = Progress::of(&upload);
        if progress.taken || at != progress.received || at == progress.size {
            return Ok(Piece::Elsewhere(progress));
        }
        // What arrived before the line broke is worth keeping.
        let bytes = bytes.take_while(|chunk| std::future::ready(chunk.is_ok()));
        let (start, bytes) = begun(bytes).await.map_err(Error::Unavailable)?;
        let rest = progress.size - at;
        if (start.len() as u64) < rest.min(intake::HEAD as u64) {
            return Err(broken());
        }
        if at == 0
            && let Err(why) = intake::begin(&upload.name, &start)
        {
            self.cancel_upload(actor, id).await?;
            return Err(refused(FIELD, &why));
        }
        let piece = Uuid::now_v7();
        let key = piece_key(id, piece);
        let stored = self
            .store
            .put(
                &key,
                "application/octet-stream",
                bytes,
                rest.min(LARGEST_PIECE),
            )
            .await
            .map_err(|error| match error {
                PutError::TooLarge { .. } => Error::field(
                    FIELD,
                    "Передано больше, чем было объявлено: выберите файл заново",
                ),
                PutError::Empty | PutError::Source(_) => broken(),
                PutError::Unavailable(error) => error.into(),
            })?;
        if stored.size < SMALLEST_PIECE && stored.size < rest {
            self.delete_piece(&key).await;
            return Err(broken());
        }
        let mut tx = self.db.enter_own(actor).await?;
        let kept = uploads::add(&mut tx, id, signed(at), piece, signed(stored.size)).await?;
        tx.commit().await?;
        if kept.is_none() {
            self.delete_piece(&key).await;
            return Ok(Piece::Elsewhere(self.upload(actor, id).await?));
        }
        Ok(Piece::Kept(Progress {
            received: at + stored.size,
            ..progress
        }))
    }

    /// Ends a file nobody wants any more; how many bytes of it were yet to come.
    ///
    /// # Errors
    /// [`Error::NotFound`] as [`App::upload`], and for one that a form has taken.
    pub async fn cancel_upload(&self, actor: &Actor, id: Uuid) -> Result<u64> {
        let mut tx = self.db.enter_own(actor).await?;
        let rest = uploads::cancel(&mut tx, id).await?.ok_or(Error::NotFound)?;
        tx.commit().await?;
        Ok(rest.unsigned_abs())
    }

    /// Takes a file that has come whole for the form that names it, once; what is read of it goes
    /// into [`App::receive`].
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that is not whole, was taken, expired or is another account's.
    pub async fn take_upload(
        &self,
        actor: &Actor,
        field: &'static str,
        id: Uuid,
    ) -> Result<Brought> {
        let mut tx = self.db.enter_own(actor).await?;
        let upload = uploads::take(&mut tx, id).await?.ok_or_else(|| {
            Error::field(
                field,
                "Файл загружен не полностью или уже отправлен: выберите его ещё раз",
            )
        })?;
        tx.commit().await?;
        let store = self.store.clone();
        let pieces = stream::iter(upload.pieces).map(Ok::<_, Fault>);
        let bytes = pieces.and_then(move |piece| {
            let store = store.clone();
            async move {
                let object = store.get(&piece_key(id, piece)).await?;
                let object = object.ok_or("a piece is not in the store")?;
                Ok::<_, Fault>(object.body.map_err(Fault::from))
            }
        });
        Ok(Brought {
            name: upload.name,
            bytes: bytes.try_flatten().boxed(),
            taken: Taken {
                actor: actor.clone(),
                id,
            },
        })
    }

    /// What became of a taken file once it was received, or was not: one that the store could not
    /// give is given back, one that is not taken has had its day.
    ///
    /// # Errors
    /// The one it was received with.
    pub async fn settle_upload(
        &self,
        taken: Taken,
        received: Result<Received>,
    ) -> Result<Received> {
        match received {
            Ok(file) => Ok(Received {
                upload: Some(taken),
                ..file
            }),
            Err(error @ Error::Invalid(_)) => Err(error),
            Err(error) => {
                self.give_back(&taken).await;
                Err(error)
            }
        }
    }

    /// Gives back a file that a form took in vain: the next form may name it.
    pub async fn give_back(&self, taken: &Taken) {
        let given = async {
            let mut tx = self.db.enter_own(&taken.actor).await?;
            uploads::give_back(&mut tx, taken.id).await?;
            Ok::<_, Error>(tx.commit().await?)
        };
        if let Err(error) = given.await {
            tracing::warn!(%error, "a file has to be sent again");
        }
    }

    /// What a municipality may bring in a day, in MB: the region's setting `day_mb` (SEC-61).
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn day_limit(&self) -> Result<u64> {
        let said = self.db.region_setting(Setting::DayMb.code()).await?;
        Ok(Setting::DayMb.number(&said))
    }

    /// Clears away what has expired, was taken or cancelled, with its pieces, and what is left of
    /// those whose account is gone.
    ///
    /// # Errors
    /// If the database or the store does not answer; the rest goes the next time.
    pub async fn clear_uploads(&self) -> Result<()> {
        loop {
            let mut tx = self.db.enter_worker(None).await?;
            let expired = uploads::expired(&mut tx).await?;
            drop(tx);
            if expired.is_empty() {
                return self.clear_pieces(PIECES, &orphans_before()).await;
            }
            for id in expired {
                self.clear_pieces(&format!("{PIECES}{id}/"), "~").await?;
                let mut tx = self.db.enter_worker(None).await?;
                uploads::clear(&mut tx, id).await?;
                tx.commit().await?;
            }
        }
    }

    /// Deletes what is under a prefix and comes before `end`.
    async fn clear_pieces(&self, prefix: &str, end: &str) -> Result<()> {
        let mut after = String::new();
        loop {
            let keys = self.store.keys(prefix, &after).await?;
            let Some(last) = keys.last() else {
                return Ok(());
            };
            after.clone_from(last);
            for key in &keys {
                // Ids begin with their time, so keys come in the order of theirs.
                if key.as_str() >= end {
                    return Ok(());
                }
                self.store.delete(key).await?;
            }
        }
    }

    async fn delete_piece(&self, key: &str) {
        if let Err(error) = self.store.delete(key).await {
            tracing::warn!(%error, "a piece nobody asked for stays until its file is cleared away");
        }
    }
}

impl Progress {
    fn of(upload: &Upload) -> Self {
        Self {
            size: upload.size.unsigned_abs(),
            received: upload.received.unsigned_abs(),
            taken: upload.taken,
        }
    }
}

/// Where pieces lie.
const PIECES: &str = "upload/";

fn piece_key(upload: Uuid, piece: Uuid) -> String {
    format!("{PIECES}{upload}/{piece}")
}

fn broken() -> Error {
    Error::field(FIELD, "Файл передан не полностью: повторите")
}

/// No row is older, in seconds: two days, and as long as a form may take it.
const OLDEST: u64 = 3 * 24 * 60 * 60;

/// The first key that may still have a row.
fn orphans_before() -> String {
    let now = Uuid::now_v7().get_timestamp();
    let seconds = now.map_or(0, |now| now.to_unix().0);
    let oldest = Timestamp::from_unix(NoContext, seconds.saturating_sub(OLDEST), 0);
    format!("{PIECES}{}", Uuid::new_v7(oldest))
}

/// Bytes as the database counts them; no file has more.
fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
