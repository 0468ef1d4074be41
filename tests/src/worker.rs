//! The worker as it is built, on a world's database: for what only its process does (printing
//! with `qpdf`). Killed when dropped, as by a power cut.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use mailparse::MailHeaderMap as _;
use runtime::Clock;

use crate::{Login, World, stack::STACK, world::unique};

/// A running worker.
pub struct Worker {
    child: Child,
    folder: PathBuf,
}

impl World {
    /// Starts a worker on this world's database, its clock at the world's hour.
    ///
    /// # Panics
    /// If the workspace's binaries are not built.
    #[must_use]
    pub fn worker(&self) -> Worker {
        self.worker_with(&[])
    }

    /// As [`World::worker`], with an antivirus at this address.
    ///
    /// # Panics
    /// As [`World::worker`].
    #[must_use]
    pub fn worker_checking(&self, antivirus: &str) -> Worker {
        self.worker_with(&[("ATTEST_CLAMAV", antivirus)])
    }

    /// As [`World::worker`], with these settings besides.
    ///
    /// # Panics
    /// As [`World::worker`].
    #[must_use]
    pub fn worker_with(&self, settings: &[(&str, &str)]) -> Worker {
        let (program, folder) = (built("worker"), self.folder_of("worker"));
        fs::create_dir_all(folder.join("mail")).unwrap();
        let child = Command::new(&program)
            .env(
                "ATTEST_DB_WORKER_URL",
                STACK.url(Login::Worker.role(), self.database()),
            )
            .env("ATTEST_HEALTH_LISTEN", "127.0.0.1:0")
            .env("ATTEST_CLOCK_FILE", folder.join("clock"))
            .env(
                "ATTEST_SMTP_URL",
                format!("file://{}", folder.join("mail").display()),
            )
            .env("ATTEST_SEAL_KEY", "9".repeat(64))
            // Seals are another test's: this bucket is not there.
            .env("ATTEST_S3_SEAL_BUCKET", "attest-no-seals")
            .env("TMPDIR", &folder)
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        Worker { child, folder }
    }

    /// A folder for a process of this program, with the world's hour in its `clock`.
    pub(crate) fn folder_of(&self, program: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(unique(&format!("attest-{program}-")));
        fs::create_dir_all(&folder).unwrap();
        let hours = (self.now() - Clock::real().now()).num_hours();
        fs::write(folder.join("clock"), hours.to_string()).unwrap();
        folder
    }
}

/// A program of the workspace as it is built.
pub(crate) fn built(program: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join(program)
}

impl Worker {
    /// The process, to be looked at or killed by its number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The letters it sent, the oldest first: subject and body.
    #[must_use]
    pub fn letters(&self) -> Vec<(String, String)> {
        let mail = fs::read_dir(self.folder.join("mail")).unwrap();
        let whole = mail.map(|letter| letter.unwrap().path());
        let mut letters: Vec<_> = whole
            .filter(|path| path.extension().is_some_and(|it| it == "eml"))
            .collect();
        letters.sort();
        let read = |path| {
            let letter = fs::read(path).unwrap();
            let letter = mailparse::parse_mail(&letter).unwrap();
            let subject = letter.headers.get_first_value("Subject").unwrap();
            (subject, letter.get_body().unwrap())
        };
        letters.into_iter().map(read).collect()
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Its log stays for whoever looks why a test failed.
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
