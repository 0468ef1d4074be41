//! The file of an export while it is written: a tar whose last member, `manifest.json`, names
//! every other with its size and SHA-256. It goes through a pipe of fixed size; what is held
//! is a page of rows or a piece of a document, and a hundred bytes a member for the manifest.

use bytes::Bytes;
use futures::{Stream, TryStreamExt as _};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::io;
use tokio::io::{AsyncRead, DuplexStream};
use tokio_tar::{Builder, EntryType, Header};
use tokio_util::io::StreamReader;

/// A member as the manifest names it.
#[derive(Serialize)]
struct Member {
    name: String,
    size: u64,
    sha256: String,
}

/// An archive being written.
pub(super) struct Archive {
    tar: Builder<DuplexStream>,
    /// Seconds since the epoch: every member says when the export was made.
    made_at: u64,
    members: Vec<Member>,
    bytes: u64,
}

impl Archive {
    /// An archive into `pipe`.
    pub(super) fn new(pipe: DuplexStream, made_at: i64) -> Self {
        Self {
            // One that is broken off must not end like one that is whole.
            tar: Builder::new_non_terminated(pipe),
            made_at: u64::try_from(made_at).unwrap_or_default(),
            members: Vec::new(),
            bytes: 0,
        }
    }

    /// The bytes of the members so far.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds a member of lines.
    pub(super) async fn add_lines(&mut self, name: String, lines: &[String]) -> io::Result<()> {
        let mut text = lines.join("\n");
        text.push('\n');
        self.append(&name, text.len() as u64, text.as_bytes())
            .await?;
        self.note(name, text.len() as u64, Sha256::digest(&text).into());
        Ok(())
    }

    /// Adds a document as it arrives; it must bring the bytes it promised.
    pub(super) async fn add_document<S, E>(
        &mut self,
        name: String,
        size: u64,
        body: S,
    ) -> io::Result<()>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut sha256 = Sha256::new();
        let mut brought = 0;
        let body = body.map_err(io::Error::other).inspect_ok(|chunk| {
            sha256.update(chunk);
            brought += chunk.len() as u64;
        });
        self.append(&name, size, StreamReader::new(body)).await?;
        if brought != size {
            return Err(io::Error::other("a document changed its size"));
        }
        self.note(name, size, sha256.finalize().into());
        Ok(())
    }

    /// Adds the manifest and ends the archive.
    pub(super) async fn close(mut self, mut about: Value) -> io::Result<()> {
        about["members"] = serde_json::to_value(&self.members)?;
        let text = serde_json::to_vec_pretty(&about)?;
        self.append("manifest.json", text.len() as u64, text.as_slice())
            .await?;
        self.tar.finish().await
    }

    async fn append(
        &mut self,
        name: &str,
        size: u64,
        data: impl AsyncRead + Unpin + Send,
    ) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_mtime(self.made_at);
        header.set_size(size);
        self.tar.append_data(&mut header, name, data).await
    }

    fn note(&mut self, name: String, size: u64, sha256: [u8; 32]) {
        let sha256 = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        self.members.push(Member { name, size, sha256 });
        self.bytes += size;
    }
}
