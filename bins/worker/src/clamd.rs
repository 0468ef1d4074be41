//! Talking to `clamd`: a file is sent in pieces, each behind its length, and the answer is a line
//! (INSTREAM). One connection a file.

use std::{fmt, io, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use runtime::config::Antivirus;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpStream, UnixStream},
    time::timeout,
};

/// How long the antivirus may take to answer to be there at all.
const CONNECT: Duration = Duration::from_secs(5);

/// How long it may take over one file, its sending included.
const PATIENCE: Duration = Duration::from_secs(300);

/// The longest answer that is read.
const ANSWER: u64 = 4096;

/// What the antivirus says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// Something was, by the name the antivirus has for it.
    Found(String),
}

/// Why there is no verdict: the file waits on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or broke off.
    #[error("проверка на вирусы недоступна: {0}")]
    Unavailable(#[from] io::Error),
    /// It took too long.
    #[error("проверка на вирусы не успела")]
    Late(#[from] tokio::time::error::Elapsed),
    /// The file did not arrive whole.
    #[error("файл не прочитан: {0}")]
    Source(String),
    /// It answered, but with no verdict: too large for its settings, not ready.
    #[error("ответ проверки на вирусы: {0}")]
    Answer(String),
}

/// Has a file looked through.
///
/// # Errors
/// [`Error`] if there is no verdict, whatever the reason.
pub async fn scan<E: fmt::Display>(
    antivirus: &Antivirus,
    file: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Verdict, Error> {
    timeout(PATIENCE, async {
        match antivirus {
            Antivirus::Tcp(address) => {
                ask(timeout(CONNECT, TcpStream::connect(address)).await??, file).await
            }
            Antivirus::Unix(path) => {
                ask(timeout(CONNECT, UnixStream::connect(path)).await??, file).await
            }
        }
    })
    .await?
}

async fn ask<E: fmt::Display>(
    mut wire: impl AsyncRead + AsyncWrite + Unpin,
    mut file: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Verdict, Error> {
    let sent = send(&mut wire, &mut file).await;
    if let Err(error @ Error::Source(_)) = sent {
        return Err(error);
    }
    // What it refuses to read on it tells before it closes: its words say more than a broken pipe.
    let mut answer = Vec::new();
    wire.take(ANSWER).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let answer = answer.trim_end_matches(['\0', '\n']);
    match answer.strip_prefix("stream: ") {
        Some("OK") => sent.map(|()| Verdict::Clean),
        Some(found) if found.ends_with(" FOUND") => {
            Ok(Verdict::Found(found.trim_end_matches(" FOUND").to_owned()))
        }
        _ => Err(Error::Answer(answer.to_owned())),
    }
}

async fn send<E: fmt::Display>(
    wire: &mut (impl AsyncWrite + Unpin),
    file: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
) -> Result<(), Error> {
    wire.write_all(b"zINSTREAM\0").await?;
    while let Some(piece) = file.next().await {
        let piece = piece.map_err(|error| Error::Source(error.to_string()))?;
        // A piece without bytes would be the end.
        if piece.is_empty() {
            continue;
        }
        let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
        wire.write_all(&length.to_be_bytes()).await?;
        wire.write_all(&piece).await?;
    }
    wire.write_all(&0_u32.to_be_bytes()).await?;
    Ok(wire.flush().await?)
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    async fn verdict(answer: &'static [u8]) -> (Vec<u8>, Result<Verdict, Error>) {
        let (ours, mut theirs) = duplex(1024);
        let antivirus = async {
            let mut heard = vec![0; 10 + 4 + 3 + 4 + 2 + 4];
            theirs.read_exact(&mut heard).await.unwrap();
            theirs.write_all(answer).await.unwrap();
            drop(theirs);
            heard
        };
        let pieces = ["abc", "", "de"].map(|piece| Ok::<_, io::Error>(Bytes::from(piece)));
        tokio::join!(antivirus, ask(ours, futures::stream::iter(pieces)))
    }

    #[tokio::test]
    async fn a_file_is_sent_in_pieces_and_its_verdict_read() {
        let (heard, clean) = verdict(b"stream: OK\0").await;
        assert_eq!(heard, b"zINSTREAM\0\0\0\0\x03abc\0\0\0\x02de\0\0\0\0");
        assert_eq!(clean.unwrap(), Verdict::Clean);
        let (_, found) = verdict(b"stream: Test.Eicar.UNOFFICIAL FOUND\0").await;
        assert_eq!(
            found.unwrap(),
            Verdict::Found("Test.Eicar.UNOFFICIAL".to_owned())
        );
    }

    #[tokio::test]
    async fn sec_63_what_is_no_verdict_lets_nothing_out() {
        for answer in [
            b"INSTREAM size limit exceeded. ERROR\0".as_slice(),
            b"stream: \0",
            b"",
            b"OK\0",
        ] {
            let (_, verdict) = verdict(answer).await;
            assert!(matches!(verdict, Err(Error::Answer(_))), "{verdict:?}");
        }
    }
}
