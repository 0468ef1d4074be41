//! What lies in the store already: reading, asking about and deleting single objects.

use std::fmt;

use aws_sdk_s3::{error::SdkError, primitives::ByteStream};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _};

use crate::{Error, Store};

/// What the store says of an object without giving it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Bytes.
    pub size: u64,
    /// The content type it was stored with.
    pub content_type: String,
}

/// An object on its way out.
pub struct Object {
    /// Bytes that the body will bring.
    pub size: u64,
    /// The content type it was stored with.
    pub content_type: String,
    /// The bytes as they arrive, never the whole object at once. A body that stops arriving
    /// ends in an error after some seconds: whoever passes it on must break off the answer.
    pub body: BoxStream<'static, Result<Bytes, Error>>,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("size", &self.size)
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// The object under this key, or `None` if there is none.
    ///
    /// # Errors
    /// [`Error`] when the store does not answer or does not let us.
    pub async fn get(&self, key: &str) -> Result<Option<Object>, Error> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let found = match request.send().await.map_err(SdkError::into_service_error) {
            Ok(found) => found,
            Err(e) if e.is_no_such_key() => return Ok(None),
            Err(e) => return Err(Error::new("get", e)),
        };
        let head = head("get", found.content_length, found.content_type)?;
        Ok(Some(Object {
            size: head.size,
            content_type: head.content_type,
            body: body(found.body),
        }))
    }

    /// Size and content type of the object under this key, or `None` if there is none.
    ///
    /// # Errors
    /// [`Error`] when the store does not answer or does not let us.
    pub async fn head(&self, key: &str) -> Result<Option<Head>, Error> {
        let request = self.client.head_object().bucket(&self.bucket).key(key);
        match request.send().await.map_err(SdkError::into_service_error) {
            Ok(found) => head("head", found.content_length, found.content_type).map(Some),
            Err(e) if e.is_not_found() => Ok(None),
            Err(e) => Err(Error::new("head", e)),
        }
    }

    /// Deletes the object under this key; a key without an object is no error.
    ///
    /// # Errors
    /// [`Error`] when the store does not answer or does not let us.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        let request = self.client.delete_object().bucket(&self.bucket).key(key);
        request.send().await.map_err(|e| Error::new("delete", e))?;
        Ok(())
    }

    /// The keys that begin with `prefix` and come after `after`, in order, a thousand at most;
    /// none at the end.
    ///
    /// # Errors
    /// [`Error`] when the store does not answer or does not let us.
    pub async fn keys(&self, prefix: &str, after: &str) -> Result<Vec<String>, Error> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_start_after(Some(after.to_owned()).filter(|after| !after.is_empty()));
        let found = request.send().await.map_err(|e| Error::new("list", e))?;
        let keys = found.contents.unwrap_or_default().into_iter();
        Ok(keys.filter_map(|object| object.key).collect())
    }
}

fn head(
    operation: &'static str,
    size: Option<i64>,
    content_type: Option<String>,
) -> Result<Head, Error> {
    let size = size
        .and_then(|size| u64::try_from(size).ok())
        .ok_or_else(|| Error::new(operation, "the store named no size"))?;
    // The same word S3 itself uses for objects stored without a type.
    let content_type = content_type.unwrap_or_else(|| "binary/octet-stream".to_owned());
    Ok(Head { size, content_type })
}

fn body(bytes: ByteStream) -> BoxStream<'static, Result<Bytes, Error>> {
    stream::try_unfold(bytes, |mut bytes| async move {
        let chunk = bytes.try_next().await.map_err(|e| Error::new("get", e))?;
        Ok(chunk.map(|chunk| (chunk, bytes)))
    })
    .boxed()
}
