//! A Redis of one test, which may be stopped, started anew and told who may do what in it. Killed when
//! dropped.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{collector::free_port, world::unique};

/// A running Redis.
pub struct RedisServer {
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl RedisServer {
    /// One that lets everybody do everything.
    pub async fn start() -> Self {
        Self::with_rules("user default on nopass ~* &* +@all\n").await
    }

    /// One with these rules, as its file of users has them.
    ///
    /// # Panics
    /// If the folder cannot be made or it does not start.
    pub async fn with_rules(rules: &str) -> Self {
        let folder = std::env::temp_dir().join(unique("redis-"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("users.acl"), rules).unwrap();
        let mut redis = Self {
            folder,
            port: free_port(),
            child: None,
        };
        redis.up().await;
        redis
    }

    /// The address, with this user's name and password before the host; may be empty.
    #[must_use]
    pub fn url(&self, user: &str) -> String {
        let at = if user.is_empty() { "" } else { "@" };
        format!("redis://{user}{at}127.0.0.1:{}/", self.port)
    }

    /// Ends it at once: what it held is gone.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn down(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            child.wait().unwrap();
        }
    }

    /// Starts it, empty, on the same port.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn up(&mut self) {
        let child = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--aclfile"])
            .arg(self.folder.join("users.acl"))
            .arg("--dir")
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(fs::File::create(self.folder.join("log")).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("redis-server: {error}"));
        self.child = Some(child);
        let address = ("127.0.0.1", self.port);
        while tokio::net::TcpStream::connect(address).await.is_err() {
            let ended = self
                .child
                .as_mut()
                .and_then(|child| child.try_wait().unwrap());
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(ended.is_none(), "{log}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.down();
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
