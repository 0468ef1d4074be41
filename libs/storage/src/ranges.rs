//! Reading parts of an object as if it were a file: for whoever seeks in it, such as a reader of
//! archives. Memory holds one piece, whatever the object's size.

use std::io::{self, Read, Seek, SeekFrom};

use bytes::Bytes;
use tokio::runtime::Handle;

use crate::{Error, Store};

/// How much is asked for at a time, in bytes.
const PIECE: u64 = 256 * 1024;

/// An object to seek in. It blocks: read it on a thread of its own (`spawn_blocking`).
pub struct Ranges {
    store: Store,
    key: String,
    size: u64,
    at: u64,
    /// The piece in hand and where it begins.
    piece: Bytes,
    begins: u64,
    runtime: Handle,
}

impl Store {
    /// The object under this key, of `size` bytes, to seek in. To be called inside the runtime.
    #[must_use]
    pub fn ranges(&self, key: &str, size: u64) -> Ranges {
        Ranges {
            store: self.clone(),
            key: key.to_owned(),
            size,
            at: 0,
            piece: Bytes::new(),
            begins: 0,
            runtime: Handle::current(),
        }
    }

    async fn range(&self, key: &str, from: u64, until: u64) -> Result<Bytes, Error> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let found = request
            .range(format!("bytes={from}-{}", until - 1))
            .send()
            .await
            .map_err(|e| Error::new("range", e))?;
        let bytes = found.body.collect().await;
        Ok(bytes.map_err(|e| Error::new("range", e))?.into_bytes())
    }
}

impl Read for Ranges {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size || into.is_empty() {
            return Ok(0);
        }
        let held = self.begins..self.begins + self.piece.len() as u64;
        if !held.contains(&self.at) {
            let until = (self.at + PIECE).min(self.size);
            let asked = self.store.range(&self.key, self.at, until);
            let piece = self.runtime.block_on(asked).map_err(io::Error::other)?;
            if piece.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            (self.piece, self.begins) = (piece, self.at);
        }
        let from = usize::try_from(self.at - self.begins).map_err(io::Error::other)?;
        let took = into.len().min(self.piece.len() - from);
        into[..took].copy_from_slice(&self.piece[from..from + took]);
        self.at += took as u64;
        Ok(took)
    }
}

impl Seek for Ranges {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
