//! A line to the store that can be cut and mended.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};

use crate::stack::STACK;

/// The line; it is gone when this is dropped.
pub struct Wire {
    /// Where the store is reached by it.
    pub endpoint: String,
    whole: Arc<AtomicBool>,
    torn: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Wire {
    /// A whole line to the store of the tests.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn to_the_store() -> Self {
        let there = STACK.s3.endpoint.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (whole, torn) = (Arc::new(AtomicBool::new(true)), Arc::new(Notify::new()));
        let (is_whole, is_torn) = (Arc::clone(&whole), Arc::clone(&torn));
        let task = tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                if !is_whole.load(Ordering::SeqCst) {
                    continue;
                }
                let (there, is_torn) = (there.clone(), Arc::clone(&is_torn));
                tokio::spawn(async move {
                    let mut there = TcpStream::connect(there).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut here, &mut there) => {}
                        () = is_torn.notified() => {}
                    }
                });
            }
        });
        Self {
            endpoint,
            whole,
            torn,
            task,
        }
    }

    /// Nothing goes through any more.
    pub fn cut(&self) {
        self.whole.store(false, Ordering::SeqCst);
        self.torn.notify_waiters();
    }

    /// Everything does again.
    pub fn mend(&self) {
        self.whole.store(true, Ordering::SeqCst);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}
