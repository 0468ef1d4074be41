//! Putting objects in, in bounded memory: whatever the size of the file, at most one part of
//! it is held (SEC-61).
//!
//! Nothing half-stored stays behind. [`Unfinished`] stands for what the store may hold of an
//! upload; dropped before it is finished (an error, a limit, or the caller's future dropped
//! because the browser went away), it takes that back in a task of its own. A process killed
//! in between cannot do so: what is left of it is for a lifecycle rule of the bucket.

use std::{
    mem,
    pin::{Pin, pin},
};

use aws_sdk_s3::{
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt as _};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinHandle;

use crate::{Error, Store};

/// The least S3 takes for a part that is not the last one.
const PART: usize = 5 * 1024 * 1024;

/// What was stored, counted and hashed on the way in (SEC-68).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the whole object.
    pub sha256: [u8; 32],
}

/// Why nothing was stored. After any of these the store holds neither an object nor parts.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The source brought more than the caller allows (SEC-61).
    #[error("файл больше допустимого размера ({limit} байт)")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The source ended without a byte.
    #[error("файл пустой")]
    Empty,
    /// The source broke off: the person's connection, a malformed form.
    #[error("файл передан не полностью")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store failed, not the person.
    #[error(transparent)]
    Unavailable(#[from] Error),
}

impl Store {
    /// Stores what `stream` brings under a fresh key. Up to `limit` bytes; the stream is read
    /// no further than the chunk that goes over it.
    ///
    /// The key must never have been used: on failure whatever lies under it is deleted.
    ///
    /// # Errors
    /// [`PutError`]; nothing is left in the store then.
    pub async fn put<S, E>(
        &self,
        key: &str,
        content_type: &str,
        stream: S,
        limit: u64,
    ) -> Result<Stored, PutError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stream = pin!(stream);
        let mut source = Source::new(stream, limit);
        let first = source.part().await?;
        if first.is_empty() {
            return Err(PutError::Empty);
        }
        if first.len() < PART {
            let unfinished = Unfinished::object(self.clone(), key);
            return match self.put_object(key, content_type, first).await {
                Ok(()) => Ok(unfinished.finished(source)),
                Err(error) => Err(unfinished.take_back(error.into()).await),
            };
        }
        let mut parts = Unfinished::parts(self.clone(), key, content_type).await?;
        match parts.send_all(first, &mut source).await {
            Ok(()) => Ok(parts.finished(source)),
            Err(error) => Err(parts.take_back(error).await),
        }
    }

    /// Stores bytes that are in memory anyway, such as a printed rendition. Writing the same
    /// key again replaces the object, so a job may be repeated.
    ///
    /// # Errors
    /// [`Error`] when the store does not answer or does not let us.
    pub async fn put_bytes(
        &self,
        key: &str,
        content_type: &str,
        bytes: Bytes,
    ) -> Result<Stored, Error> {
        let stored = Stored {
            size: bytes.len() as u64,
            sha256: Sha256::digest(&bytes).into(),
        };
        self.put_object(key, content_type, bytes).await?;
        Ok(stored)
    }

    /// Clears what a process that was killed left under a key it was putting: the parts nobody
    /// will finish, and the object, should it have come that far.
    ///
    /// # Errors
    /// [`Error`] when the store does not answer or does not let us.
    pub async fn abandon(&self, key: &str) -> Result<(), Error> {
        let request = self
            .client
            .list_multipart_uploads()
            .bucket(&self.bucket)
            .prefix(key);
        let found = request.send().await.map_err(|e| Error::new("list", e))?;
        for upload in found.uploads.unwrap_or_default() {
            if upload.key.as_deref() == Some(key) {
                self.client
                    .abort_multipart_upload()
                    .bucket(&self.bucket)
                    .key(key)
                    .set_upload_id(upload.upload_id)
                    .send()
                    .await
                    .map_err(|e| Error::new("abort", e))?;
            }
        }
        self.delete(key).await
    }

    async fn put_object(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), Error> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(|e| Error::new("put", e))?;
        Ok(())
    }
}

/// Cuts a stream into parts, counting and hashing what goes by.
struct Source<'a, S> {
    stream: Pin<&'a mut S>,
    limit: u64,
    size: u64,
    sha256: Sha256,
    /// What the last chunk brought beyond the part it filled.
    rest: Bytes,
}

impl<'a, S, E> Source<'a, S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn new(stream: Pin<&'a mut S>, limit: u64) -> Self {
        Self {
            stream,
            limit,
            size: 0,
            sha256: Sha256::new(),
            rest: Bytes::new(),
        }
    }

    /// The next part: shorter than [`PART`], or empty, only at the end.
    async fn part(&mut self) -> Result<Bytes, PutError> {
        let mut part = BytesMut::new();
        loop {
            let take = self.rest.len().min(PART - part.len());
            part.extend_from_slice(&self.rest.split_to(take));
            if part.len() == PART {
                break;
            }
            match self.stream.next().await {
                Some(chunk) => self.rest = self.counted(chunk)?,
                None => break,
            }
        }
        Ok(part.freeze())
    }

    fn counted(&mut self, chunk: Result<Bytes, E>) -> Result<Bytes, PutError> {
        let chunk = chunk.map_err(|e| PutError::Source(e.into()))?;
        self.size += chunk.len() as u64;
        if self.size > self.limit {
            return Err(PutError::TooLarge { limit: self.limit });
        }
        self.sha256.update(&chunk);
        Ok(chunk)
    }
}

/// What the store may hold of an upload that is not finished yet.
struct Unfinished {
    store: Store,
    key: String,
    /// The multipart upload, if it is one.
    upload_id: Option<String>,
    finished: bool,
}

impl Unfinished {
    fn object(store: Store, key: &str) -> Self {
        Self {
            store,
            key: key.to_owned(),
            upload_id: None,
            finished: false,
        }
    }

    /// Opens a multipart upload in a task of its own: were the caller dropped while the store
    /// answers, nobody would know the id to abort.
    async fn parts(store: Store, key: &str, content_type: &str) -> Result<Self, Error> {
        let key = key.to_owned();
        let request = store
            .client
            .create_multipart_upload()
            .bucket(&store.bucket)
            .key(&key)
            .content_type(content_type);
        tokio::spawn(async move {
            let opened = request.send().await.map_err(|e| Error::new("open", e))?;
            let upload_id = opened
                .upload_id
                .ok_or_else(|| Error::new("open", "the store named no upload"))?;
            Ok(Self {
                store,
                key,
                upload_id: Some(upload_id),
                finished: false,
            })
        })
        .await
        .map_err(|e| Error::new("open", e))?
    }

    async fn send_all<S, E>(
        &mut self,
        first: Bytes,
        source: &mut Source<'_, S>,
    ) -> Result<(), PutError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut sent = Vec::new();
        let mut part = first;
        let mut number = 0;
        while !part.is_empty() {
            number += 1;
            sent.push(self.send_part(number, part).await?);
            part = source.part().await?;
        }
        let sent = CompletedMultipartUpload::builder()
            .set_parts(Some(sent))
            .build();
        self.store
            .client
            .complete_multipart_upload()
            .bucket(&self.store.bucket)
            .key(&self.key)
            .set_upload_id(self.upload_id.clone())
            .multipart_upload(sent)
            .send()
            .await
            .map_err(|e| Error::new("complete", e))?;
        Ok(())
    }

    async fn send_part(&self, number: i32, part: Bytes) -> Result<CompletedPart, Error> {
        let answer = self
            .store
            .client
            .upload_part()
            .bucket(&self.store.bucket)
            .key(&self.key)
            .set_upload_id(self.upload_id.clone())
            .part_number(number)
            .body(ByteStream::from(part))
            .send()
            .await
            .map_err(|e| Error::new("part", e))?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(answer.e_tag)
            .build())
    }

    fn finished<S>(mut self, source: Source<'_, S>) -> Stored {
        self.finished = true;
        Stored {
            size: source.size,
            sha256: source.sha256.finalize().into(),
        }
    }

    /// Takes everything back and waits for it, so that the caller's error finds the store clean.
    async fn take_back(mut self, error: PutError) -> PutError {
        if let Some(task) = self.spawn_take_back()
            && let Err(failed) = task.await
        {
            tracing::warn!(%failed, "an unfinished upload was not taken back");
        }
        error
    }

    /// A task, because it must outlive both the caller and this value. The object goes too: the
    /// store may have finished it although its answer never came.
    fn spawn_take_back(&mut self) -> Option<JoinHandle<()>> {
        if mem::replace(&mut self.finished, true) {
            return None;
        }
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        let store = self.store.clone();
        let key = mem::take(&mut self.key);
        let upload_id = self.upload_id.take();
        Some(runtime.spawn(async move {
            if let Some(upload_id) = upload_id {
                let aborted = store
                    .client
                    .abort_multipart_upload()
                    .bucket(&store.bucket)
                    .key(&key)
                    .upload_id(upload_id)
                    .send()
                    .await;
                if let Err(error) = aborted.map_err(aws_sdk_s3::Error::from) {
                    tracing::warn!(key, %error, "an unfinished upload was not aborted");
                }
            }
            if let Err(error) = store.delete(&key).await {
                tracing::warn!(key, %error, "an unfinished object was not deleted");
            }
        }))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        drop(self.spawn_take_back());
    }
}
