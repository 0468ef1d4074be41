//! Files: received as a stream straight into the store, given out as a stream, every opening
//! logged (R-AUD-1). Which file belongs to what is written by the verb that received it.

use bytes::Bytes;
use db::{
    Permit, Tx,
    applications::{self, Application},
    events,
    files::{self, File},
};
use domain::{act::acts, actor::Actor};
use futures::{Stream, StreamExt as _};
use storage::PutError;
use uuid::Uuid;

use crate::{App, Error, Result};

/// A file in the store that no row names yet. The verb that takes it writes the row; if it
/// does not, [`App::discard`] takes the object away again.
#[derive(Clone, Debug)]
pub struct Received {
    /// The key in the store: ours, never the person's words (SEC-64).
    pub key: String,
    /// The name it came with, cleaned for showing.
    pub name: String,
    /// What it is, by its first bytes (SEC-60).
    pub content_type: &'static str,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: [u8; 32],
}

/// The kinds of files accepted, by their first bytes.
const ACCEPTED: [(&str, &str); 6] = [
    ("pdf", "application/pdf"),
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("zip", "application/zip"),
];

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
        E: Into<Box<dyn std::error::Error + Send + Sync>> + Send,
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
        E: Into<Box<dyn std::error::Error + Send + Sync>> + Send,
    {
        let mut stream = stream;
        let mut head: Vec<Result<Bytes, E>> = Vec::new();
        let mut start = Vec::new();
        while start.len() < 4096 {
            match stream.next().await {
                Some(Ok(chunk)) => {
                    start.extend_from_slice(&chunk[..chunk.len().min(8192)]);
                    head.push(Ok(chunk));
                }
                Some(Err(error)) => {
                    head.push(Err(error));
                    break;
                }
                None => break,
            }
        }
        let content_type = accepted(&start).ok_or_else(|| {
            Error::field(
                field,
                if start.is_empty() {
                    "Выберите файл: он пуст или не выбран"
                } else {
                    "Принимаются файлы PDF, JPG, PNG, DOCX, XLSX и ZIP"
                },
            )
        })?;
        let key = format!("{whose}/{}/{}", self.today().format("%Y"), Uuid::now_v7());
        let whole = futures::stream::iter(head).chain(stream);
        let stored = self
            .store
            .put(&key, content_type, whole, self.upload_limit)
            .await
            .map_err(|error| match error {
                PutError::TooLarge { limit } => Error::field(
                    field,
                    format!(
                        "Файл больше {} МБ: уменьшите его или разделите",
                        limit / 1_048_576
                    ),
                ),
                PutError::Empty => Error::field(field, "Файл пуст"),
                PutError::Source(_) => Error::field(field, "Файл передан не полностью: повторите"),
                PutError::Unavailable(error) => error.into(),
            })?;
        Ok(Received {
            key,
            name: shown_name(name),
            content_type,
            size: stored.size,
            sha256: stored.sha256,
        })
    }

    /// Opens a file of an application for whoever may read its documents: the opening is
    /// logged before a byte leaves (R-AUD-1). Own uploads, printed papers, scans alike.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a file of an application the actor does not see, or detached;
    /// [`Error::Illegal`] for an infected one; [`Error::Unavailable`] if the store does not have
    /// its bytes: then nobody has seen it.
    pub async fn open_file(&self, actor: &Actor, file: Uuid) -> Result<(String, Opened)> {
        // The store is asked between two transactions: a slow one holds no connection.
        let (_, _, found) = self.readable(actor, file).await?;
        let object = self.store.get(&found.s3_key).await?;
        let object = object
            .ok_or_else(|| Error::Unavailable(format!("no object for file {}", found.id).into()))?;
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
    async fn readable(
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
        if file.infected {
            return Err(Error::Illegal(
                "В файле найден вирус: он не выдаётся. Попросите прикрепить другой.".to_owned(),
            ));
        }
        Ok((tx, permit, file))
    }

    /// Takes received files away again: the verb that was to name them did not.
    pub async fn discard(&self, files: &[Received]) {
        for file in files {
            if let Err(error) = self.store.delete(&file.key).await {
                tracing::warn!(%error, "an unnamed object stays in the store");
            }
        }
    }
}

fn accepted(start: &[u8]) -> Option<&'static str> {
    let found = infer::get(start)?;
    ACCEPTED
        .iter()
        .find(|(extension, _)| *extension == found.extension())
        .map(|(_, content_type)| *content_type)
}

/// The name as it is shown: the last part of a path, without control and direction marks,
/// 150 characters at most (SEC-64).
fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| {
            !c.is_control()
                && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .take(150)
        .collect();
    let clean = clean.trim();
    if clean.is_empty() {
        "документ".to_owned()
    } else {
        clean.to_owned()
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
