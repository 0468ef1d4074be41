//! Joining parts into one PDF on disk, by `qpdf`: it copies pages from file to file and holds
//! none, where a library of ours would hold them all.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::process::Command;

use super::Error;

/// What one run may take: a stranger's PDF may unfold to anything. Joining thousands of pages
/// stays far below.
const MEMORY: &str = "--as=1073741824";
const SECONDS: &str = "--cpu=240";
const PATIENCE: Duration = Duration::from_secs(300);

/// The fewest parts a run adds.
const AT_ONCE: usize = 60;

/// The parts as one file, in their order; the first gives the whole its title and language.
///
/// `qpdf` holds the objects of the file it begins with once, and those it copies from another file
/// twice: parts are added to what is joined already, a quarter of it in one run, so that memory is
/// little more than half of what all of them at once take.
///
/// # Errors
/// [`Error::Join`] when `qpdf` is missing or refuses a part.
pub async fn join(parts: &[PathBuf], folder: &Path) -> Result<PathBuf, Error> {
    let Some((first, mut rest)) = parts.split_first() else {
        return Err(Error::Join("нет ни одной части".to_owned()));
    };
    let mut whole = first.clone();
    while !rest.is_empty() {
        let joined = parts.len() - rest.len();
        let (some, others) = rest.split_at(AT_ONCE.max(joined / 4).min(rest.len()));
        let longer = folder.join(format!("joined-{joined:05}.pdf"));
        let mut command = qpdf();
        command
            .args(["--warning-exit-0", "--deterministic-id"])
            .arg(&whole)
            .args(["--pages", "."])
            .args(some)
            .arg("--")
            .arg(&longer);
        run(&mut command).await?;
        // Each run writes all of it again: the disk holds two at most.
        tokio::fs::remove_file(&whole).await?;
        whole = longer;
        rest = others;
    }
    Ok(whole)
}

/// `qpdf` with a bound on its memory and time, to be told what to do.
pub fn qpdf() -> Command {
    let mut command = Command::new("prlimit");
    command.args([MEMORY, SECONDS, "qpdf"]);
    command
}

/// Runs `qpdf`; what it writes to its standard output.
///
/// # Errors
/// [`Error::Join`] with its words when it does not succeed.
pub async fn run(command: &mut Command) -> Result<String, Error> {
    let running = command.kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, running)
        .await
        .map_err(|_| Error::Join("qpdf: слишком долго".to_owned()))?
        .map_err(|error| Error::Join(format!("qpdf: {error}")))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Error::Join(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a command run under the bounds of [`qpdf`] is told of its own limits.
    async fn limits(bound: &str) -> String {
        let bounded = qpdf();
        let mut arguments: Vec<_> = bounded.as_std().get_args().collect();
        // In the place of `qpdf`, behind the bounds.
        arguments.pop();
        let mut command = Command::new(bounded.as_std().get_program());
        command.args(arguments).args(["sh", "-c", bound]);
        run(&mut command).await.unwrap().trim().to_owned()
    }

    #[tokio::test]
    async fn qpdf_has_bounds_on_its_memory_and_time() {
        assert_eq!(limits("ulimit -v").await, "1048576", "KiB");
        assert_eq!(limits("ulimit -t").await, "240", "seconds");
        // What asks for more is refused it, and the attempt says why.
        let refused = {
            let bounded = qpdf();
            let mut command = Command::new(bounded.as_std().get_program());
            let mut arguments: Vec<_> = bounded.as_std().get_args().collect();
            arguments.pop();
            command.args(arguments).args([
                "dd",
                "if=/dev/zero",
                "of=/dev/null",
                "bs=2G",
                "count=1",
            ]);
            run(&mut command).await
        };
        assert!(matches!(refused, Err(Error::Join(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn what_qpdf_does_not_take_is_an_error_with_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let parts = ["one.pdf", "two.pdf"].map(|name| folder.path().join(name));
        for part in &parts {
            std::fs::write(part, "no paper").unwrap();
        }
        let refused = join(&parts, folder.path()).await;
        assert!(
            matches!(&refused, Err(Error::Join(words)) if words.contains("one.pdf")),
            "{refused:?}"
        );
    }
}
