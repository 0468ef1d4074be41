//! Archives that people bring: opened where they lie in the store, each file of them received by
//! itself as if it had been chosen alone (SEC-62). Nothing is unpacked to the disk, and memory
//! holds a piece of one file.

use std::io::{self, Read};

use bytes::Bytes;
use futures::{Stream, stream};
use intake::{Archive, Kind, Refusal};
use storage::Ranges;
use tokio::{sync::mpsc, task::spawn_blocking};

use crate::{
    App, Error, Result,
    files::{Received, refused},
};

/// How much of a file goes by at a time, in bytes.
const PIECE: usize = 64 * 1024;

/// How many pieces wait between unpacking and storing.
const AHEAD: usize = 4;

/// A file on its way out of an archive: its name, and its bytes as they are unpacked.
type Unpacked = (String, mpsc::Receiver<io::Result<Bytes>>);

impl Received {
    /// Whether it is an archive, whose files are attached one by one.
    #[must_use]
    pub fn is_archive(&self) -> bool {
        self.kind == Kind::Zip
    }
}

impl App {
    /// Receives the files of a received archive, in its order; the archive itself is let go. As
    /// [`App::receive`] each.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the file of it that is not taken: nothing of it is then.
    pub async fn unpack(
        &self,
        field: &'static str,
        tenant: i32,
        mut archive: Received,
    ) -> Result<Vec<Received>> {
        let upload = archive.upload.take();
        let mut files = Vec::new();
        let unpacked = self.unpack_into(field, tenant, &archive, &mut files).await;
        self.discard(&[archive]).await;
        if let Err(error) = unpacked {
            self.discard(&files).await;
            if let (Some(taken), Error::Unavailable(_)) = (upload, &error) {
                self.give_back(&taken).await;
            }
            return Err(error);
        }
        // Discarded with its files, all or none.
        if let Some(first) = files.first_mut() {
            first.upload = upload;
        }
        Ok(files)
    }

    async fn unpack_into(
        &self,
        field: &'static str,
        tenant: i32,
        archive: &Received,
        files: &mut Vec<Received>,
    ) -> Result<()> {
        let ranges = self.store.ranges(&archive.key, archive.size);
        let size = archive.size;
        let (give, mut entries) = mpsc::channel(1);
        let unpacking = spawn_blocking(move || unpack(ranges, size, &give));
        while let Some((path, pieces)) = entries.recv().await {
            let name = intake::shown_name(&path);
            let received = match intake::extension(&name).as_str() {
                "zip" | "rar" | "7z" | "gz" | "tar" => Err(refused(field, &Refusal::Nested)),
                _ => {
                    let pieces = Box::pin(as_stream(pieces));
                    self.receive(field, tenant, &path, pieces).await
                }
            };
            files.push(received.map_err(|error| inside(error, &name))?);
        }
        let unpacked = unpacking.await;
        unpacked
            .map_err(|error| Error::Internal(error.into()))?
            .map_err(|why| refused(field, &why))
    }
}

/// A fault of a file in an archive, with its name.
fn inside(error: Error, name: &str) -> Error {
    match error {
        Error::Invalid(mut faults) => {
            for fault in &mut faults {
                fault.words = format!("в архиве «{name}»: {}", fault.words);
            }
            Error::Invalid(faults)
        }
        other => other,
    }
}

fn as_stream(
    pieces: mpsc::Receiver<io::Result<Bytes>>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.recv().await?;
        Some((piece, pieces))
    })
}

/// Gives out the files one after the other, until there are no more or nobody takes them.
fn unpack(ranges: Ranges, size: u64, give: &mpsc::Sender<Unpacked>) -> Result<(), Refusal> {
    let mut archive = Archive::open(ranges, size)?;
    let documents = archive.documents();
    if documents.is_empty() {
        return Err(Refusal::EmptyArchive);
    }
    for entry in documents {
        let (piece, pieces) = mpsc::channel(AHEAD);
        if give.blocking_send((entry.path.clone(), pieces)).is_err() {
            return Ok(());
        }
        let mut file = archive.read(&entry)?;
        loop {
            let mut bytes = vec![0; PIECE];
            let read = file.read(&mut bytes);
            let ended = matches!(read, Ok(0) | Err(_));
            let sent = match read {
                Ok(0) => Ok(()),
                Ok(read) => {
                    bytes.truncate(read);
                    piece.blocking_send(Ok(Bytes::from(bytes)))
                }
                Err(error) => piece.blocking_send(Err(error)),
            };
            if sent.is_err() {
                return Ok(());
            }
            if ended {
                break;
            }
        }
    }
    Ok(())
}
