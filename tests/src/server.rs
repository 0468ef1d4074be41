//! The server as it is built, on a world's database: for what only its process does (logs, traces,
//! stopping). Killed when dropped, as by a power cut.

use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{Login, Site, World, collector::free_port, stack::STACK, worker::built};

/// A running server.
pub struct Server {
    child: Child,
    folder: PathBuf,
    site: Site,
}

impl World {
    /// Starts a server on this world's database, its clock at the world's hour, with these settings
    /// besides, and waits until it is ready.
    ///
    /// # Panics
    /// If the workspace's binaries are not built, or it does not start.
    pub async fn server_with(&self, settings: &[(&str, &str)]) -> Server {
        let started = self.start_server(settings).await;
        started.unwrap_or_else(|log| panic!("{log}"))
    }

    /// As [`World::server_with`], or what it logged before it ended.
    ///
    /// # Errors
    /// If it does not start.
    ///
    /// # Panics
    /// If the workspace's binaries are not built.
    pub async fn start_server(&self, settings: &[(&str, &str)]) -> Result<Server, String> {
        let (program, folder) = (built("server"), self.folder_of("server"));
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let logins = [
            ("ATTEST_DB_TENANT_URL", Login::Tenant),
            ("ATTEST_DB_EXPERT_URL", Login::Expert),
            ("ATTEST_DB_OPERATOR_URL", Login::Operator),
            ("ATTEST_DB_ADMIN_URL", Login::Admin),
            ("ATTEST_DB_AUTH_URL", Login::Auth),
            ("ATTEST_DB_PUBLIC_URL", Login::Public),
        ];
        let child = Command::new(&program)
            .envs(logins.map(|(name, login)| (name, STACK.url(login.role(), self.database()))))
            .env("ATTEST_LISTEN", address.to_string())
            .env("ATTEST_HEALTH_LISTEN", "127.0.0.1:0")
            .env(
                "ATTEST_BASE_URL",
                format!("http://localhost:{}", address.port()),
            )
            .env("ATTEST_CLOCK_FILE", folder.join("clock"))
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let mut server = Server {
            child,
            folder,
            site: Site::at(address),
        };
        while tokio::net::TcpStream::connect(address).await.is_err() {
            if server.child.try_wait().unwrap().is_some() {
                return Err(server.log());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(server)
    }
}

impl Server {
    /// Its pages.
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Its log stays for whoever looks why a test failed.
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
