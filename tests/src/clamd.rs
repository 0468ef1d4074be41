//! ClamAV's daemon as Debian has it, with a signature of its own instead of the downloaded ones: it
//! knows the test file of the makers of scanners and nothing else.

use std::{
    fs,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::world::unique;

/// What every scanner is tried with; in two pieces, so that no scanner takes the sources for it.
#[must_use]
pub fn eicar() -> String {
    [
        "X5O!P%@AP[4\\PZX54(P^)7CC)7}$",
        "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    ]
    .concat()
}

/// A folder with a socket on which a daemon may answer.
pub struct Clamd {
    folder: PathBuf,
    child: Option<Child>,
}

impl Default for Clamd {
    fn default() -> Self {
        Self::down()
    }
}

impl Clamd {
    /// An address nobody answers at yet.
    ///
    /// # Panics
    /// If the folder cannot be made.
    #[must_use]
    pub fn down() -> Self {
        let folder = std::env::temp_dir().join(unique("clamd-"));
        fs::create_dir(&folder).unwrap();
        Self {
            folder,
            child: None,
        }
    }

    /// A daemon that answers.
    ///
    /// # Panics
    /// If `clamd` is not installed, or does not start.
    #[must_use]
    pub fn up() -> Self {
        let mut clamd = Self::down();
        clamd.start();
        clamd
    }

    /// The address, for the worker's settings.
    #[must_use]
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Starts the daemon and waits until it answers.
    ///
    /// # Panics
    /// As [`Clamd::up`].
    pub fn start(&mut self) {
        let database = self.folder.join("db");
        fs::create_dir(&database).unwrap();
        let signature: String = "EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
            .bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        fs::write(
            database.join("local.ndb"),
            format!("Test.Eicar:0:*:{signature}\n"),
        )
        .unwrap();
        let settings = self.folder.join("clamd.conf");
        // A file over the limits would be taken for clean without AlertExceedsMax.
        fs::write(
            &settings,
            format!(
                "Foreground yes\nUser {}\nDatabaseDirectory {}\nLocalSocket {}\nTemporaryDirectory {}\n\
                 AlertExceedsMax yes\nAlertEncrypted yes\nStreamMaxLength 600M\nMaxScanSize 600M\nMaxFileSize 600M\n",
                whoami(),
                database.display(),
                self.socket().display(),
                self.folder.display(),
            ),
        )
        .unwrap();
        let log = fs::File::create(self.folder.join("log")).unwrap();
        let child = Command::new("/usr/sbin/clamd")
            .arg("-c")
            .arg(&settings)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("clamd: {error}; deploy/dev/test installs it"));
        self.child = Some(child);
        let started = Instant::now();
        while UnixStream::connect(self.socket()).is_err() {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(started.elapsed() < Duration::from_secs(60), "clamd: {log}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn socket(&self) -> PathBuf {
        Path::new(&self.folder).join("socket")
    }
}

fn whoami() -> String {
    let told = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8_lossy(&told.stdout).trim().to_owned()
}

impl Drop for Clamd {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
