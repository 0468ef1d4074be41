//! A pooler as `PgBouncer` is from 1.21 on in transaction mode, as far as a test needs one: a
//! connection to the database for each login, lent to one client after another for as long as a
//! transaction lasts, with the names of statements kept apart. No registry has one that can.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{Mutex, OwnedMutexGuard},
    task::JoinHandle,
};

use crate::stack::STACK;

/// What a client asks before anything else: whether the line may be ciphered.
const CIPHERED: [u8; 4] = 80_877_103_u32.to_be_bytes();

/// The pooler; it is gone when this is dropped.
pub struct Pooler {
    port: u16,
    lent: Arc<AtomicUsize>,
    statements: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Pooler {
    /// Starts one before the database of the tests.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let pool = Pool::default();
        let (lent, statements) = (Arc::clone(&pool.lent), Arc::clone(&pool.statements));
        let task = tokio::spawn(async move {
            for number in 0_usize.. {
                let (stream, _) = listener.accept().await.unwrap();
                let pool = pool.clone();
                tokio::spawn(async move { serve(Line::of(stream), number, pool).await });
            }
        });
        Self {
            port,
            lent,
            statements,
            task,
        }
    }

    /// What leads a database's address here (`World::rough_app`).
    #[must_use]
    pub fn option(&self) -> String {
        format!("host=127.0.0.1&port={}", self.port)
    }

    /// How often a connection was lent to another client than before.
    #[must_use]
    pub fn lent(&self) -> usize {
        self.lent.load(Ordering::Relaxed)
    }

    /// How many statements were prepared by name.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.statements.load(Ordering::Relaxed)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The connections there are, by what a client said at its start: login, database, settings.
type Servers = HashMap<Vec<u8>, Arc<Mutex<Server>>>;

/// What all clients share.
#[derive(Clone, Default)]
struct Pool {
    servers: Arc<Mutex<Servers>>,
    lent: Arc<AtomicUsize>,
    statements: Arc<AtomicUsize>,
}

/// One connection to the database, and what it said when it was made.
struct Server {
    line: Line,
    greeting: Vec<u8>,
    last: usize,
}

async fn serve(mut client: Line, number: usize, pool: Pool) -> io::Result<()> {
    let start = start(&mut client).await?;
    let server = {
        let mut servers = pool.servers.lock().await;
        if let Some(server) = servers.get(&start) {
            Arc::clone(server)
        } else {
            let server = Server::connect(&start, number).await?;
            let server = Arc::new(Mutex::new(server));
            servers.insert(start.clone(), Arc::clone(&server));
            server
        }
    };
    let greeting = server.lock().await.greeting.clone();
    client.stream.write_all(&greeting).await?;
    loop {
        let first = client.message().await?;
        if first[0] == b'X' {
            return Ok(());
        }
        let mut lent = Arc::clone(&server).lock_owned().await;
        if lent.last != number {
            lent.last = number;
            pool.lent.fetch_add(1, Ordering::Relaxed);
        }
        let ended = transaction(&mut client, first, number, &mut lent, &pool).await;
        if ended.is_err() {
            // Who went away in a transaction leaves a connection nobody may have.
            pool.servers.lock().await.remove(&start);
            lent.line.stream.shutdown().await?;
        }
        ended?;
    }
}

/// Carries messages both ways until the database says that it stands in no transaction.
async fn transaction(
    client: &mut Line,
    first: Vec<u8>,
    number: usize,
    lent: &mut OwnedMutexGuard<Server>,
    pool: &Pool,
) -> io::Result<()> {
    let mut asked = 0_usize;
    let mut said = Some(first);
    loop {
        if let Some(message) = said.take() {
            asked += usize::from(matches!(message[0], b'S' | b'Q'));
            pool.statements.fetch_add(
                usize::from(message[0] == b'P' && message[5] != 0),
                Ordering::Relaxed,
            );
            lent.line.stream.write_all(&own(&message, number)).await?;
        }
        tokio::select! {
            message = client.message() => said = Some(message?),
            answer = lent.line.message() => {
                let answer = answer?;
                client.stream.write_all(&answer).await?;
                if answer[0] == b'Z' {
                    asked -= 1;
                    if asked == 0 && answer[5] == b'I' {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// A client's first words, after it was told that the line is plain.
async fn start(client: &mut Line) -> io::Result<Vec<u8>> {
    let start = client.first().await?;
    if start[4..8] != CIPHERED {
        return Ok(start);
    }
    client.stream.write_all(b"N").await?;
    client.first().await
}

/// A message with the names of its statements made this client's own.
fn own(message: &[u8], client: usize) -> Vec<u8> {
    let body = &message[5..];
    // Where the name stands: first, after the portal's, or after the kind of what is named.
    let at = match message[0] {
        b'P' => 0,
        b'B' => body.iter().position(|byte| *byte == 0).unwrap() + 1,
        b'D' | b'C' if body[0] == b'S' => 1,
        _ => return message.to_vec(),
    };
    if body[at] == 0 {
        return message.to_vec();
    }
    let body = [&body[..at], format!("{client}_").as_bytes(), &body[at..]].concat();
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&message[..1], &length, &body].concat()
}

impl Server {
    async fn connect(start: &[u8], last: usize) -> io::Result<Self> {
        let mut line = Line::of(TcpStream::connect(STACK.address()).await?);
        line.stream.write_all(start).await?;
        let mut greeting = Vec::new();
        while !greeting.ends_with(b"Z\0\0\0\x05I") {
            greeting.extend(line.message().await?);
        }
        Ok(Self {
            line,
            greeting,
            last,
        })
    }
}

/// A connection as messages.
struct Line {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Line {
    const fn of(stream: TcpStream) -> Self {
        Self {
            stream,
            read: Vec::new(),
        }
    }

    /// The next message: its kind, its length, its body.
    async fn message(&mut self) -> io::Result<Vec<u8>> {
        self.take(1).await
    }

    /// A message of the start, which has no kind.
    async fn first(&mut self) -> io::Result<Vec<u8>> {
        self.take(0).await
    }

    /// What is read stays here until a message is whole, so that asking may be given up.
    async fn take(&mut self, kind: usize) -> io::Result<Vec<u8>> {
        loop {
            if let Some(length) = self.read.get(kind..kind + 4) {
                let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]);
                let whole = kind + usize::try_from(length).unwrap();
                if self.read.len() >= whole {
                    return Ok(self.read.drain(..whole).collect());
                }
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}
