//! Typesetting. The release's own templates are set here, on a blocking thread. One that somebody
//! typed is a stranger's program: it is set in a process of its own, without our environment, with
//! bounds on its memory and time, so that an endless template ends with a message and takes nothing
//! along.

use std::{
    env,
    ffi::OsStr,
    io::{self, Read as _, Write as _},
    process::{ExitCode, Stdio},
    time::Duration,
};

use app::printouts::gathering::Template;
use documents::{Faults, Paper, Printed};
use domain::template::BUILT_IN;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

/// What the process is called with: no command of people's, and in no help.
const WORD: &str = "typeset";

/// What one typesetting may take.
const MEMORY: &str = "--as=1073741824";
const SECONDS: &str = "--cpu=20";
const PATIENCE: Duration = Duration::from_secs(60);

/// The most bytes it may answer with.
const MOST: u64 = 64 * 1024 * 1024;

/// The most sheets of a paper by another template than the release's own.
const SHEETS: usize = 2000;

/// Why nothing was set.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A paper or a template of the release is at fault.
    #[error(transparent)]
    Document(#[from] documents::Error),
    /// The process could not be started or spoken to.
    #[error("вёрстка не запустилась: {0}")]
    Process(#[from] io::Error),
    /// What was to be sent does not serialise.
    #[error("вёрстке не удалось передать документ: {0}")]
    Sending(#[from] serde_json::Error),
    /// A thread of work ended badly.
    #[error("вёрстка прервалась: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

/// Sets a paper by a template; with the version it was set by. Where another template fails on these
/// data, the release's own is taken: nobody is refused a paper for what an administrator typed.
///
/// # Errors
/// When the release's own template is at fault, or the machine.
pub async fn typeset(paper: Paper, template: &Template) -> Result<(Printed, i32), Error> {
    if let Some(source) = &template.source {
        match bounded(&paper, source, SHEETS).await? {
            Ok(printed) => return Ok((printed, template.version)),
            Err(faults) => {
                let (kind, version) = (paper.kind().code(), template.version);
                tracing::error!(kind, version, %faults, "a template in force prints nothing: the built-in one does");
            }
        }
    }
    let printed = tokio::task::spawn_blocking(move || paper.print()).await??;
    Ok((printed, BUILT_IN))
}

/// What the process is sent.
#[derive(Serialize, Deserialize)]
struct Asked {
    paper: Paper,
    source: String,
    sheets: usize,
}

/// What it answers first; the PDF follows on the next line.
#[derive(Serialize, Deserialize)]
enum Answer {
    Printed { sheets: usize },
    Refused(Faults),
}

/// Sets a paper by somebody's source, as at most so many sheets; or what is wrong with it.
///
/// # Errors
/// When the process cannot be started or spoken to.
pub async fn bounded(
    paper: &Paper,
    source: &str,
    sheets: usize,
) -> Result<Result<Printed, Faults>, Error> {
    let asked = serde_json::to_vec(&Asked {
        paper: paper.clone(),
        source: source.to_owned(),
        sheets,
    })?;
    let mut child = Command::new("prlimit")
        .args([MEMORY, SECONDS, "--core=0"])
        .arg(env::current_exe()?)
        .arg(WORD)
        .env_clear()
        // A thread's heap is reserved whole: one thread, or the bound would be used up by them.
        .envs([("RAYON_NUM_THREADS", "1"), ("MALLOC_ARENA_MAX", "1")])
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let speaking = async {
        if let Some(mut input) = input {
            // One that has died does not read: its end says so.
            let _ = input.write_all(&asked).await;
        }
        let mut answer = Vec::new();
        if let Some(output) = output {
            output.take(MOST).read_to_end(&mut answer).await?;
        }
        io::Result::Ok((answer, child.wait().await?))
    };
    let Ok(spoken) = tokio::time::timeout(PATIENCE, speaking).await else {
        return Ok(Err(endless()));
    };
    let (answer, status) = spoken?;
    let end = answer.iter().position(|byte| *byte == b'\n');
    let told = status
        .success()
        .then(|| end.map(|end| answer.split_at(end + 1)))
        .flatten();
    Ok(match told {
        Some((head, pdf)) => match serde_json::from_slice(head)? {
            Answer::Printed { sheets } => Ok(Printed {
                pdf: pdf.to_vec(),
                sheets,
            }),
            Answer::Refused(faults) => Err(faults),
        },
        None => Err(endless()),
    })
}

fn endless() -> Faults {
    Faults::of("Документ верстается слишком долго или занимает слишком много памяти")
}

/// Whether this process was started to set one paper.
pub fn is_asked() -> bool {
    let mut arguments = env::args_os().skip(1);
    arguments.next().as_deref() == Some(OsStr::new(WORD)) && arguments.next().is_none()
}

/// Sets the one paper it is sent, and answers.
pub fn child() -> ExitCode {
    match set() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn set() -> Result<(), Error> {
    let mut asked = Vec::new();
    io::stdin().lock().read_to_end(&mut asked)?;
    let asked: Asked = serde_json::from_slice(&asked)?;
    let (answer, pdf) = match asked.paper.print_by(&asked.source, asked.sheets) {
        Ok(Printed { pdf, sheets }) => (Answer::Printed { sheets }, pdf),
        Err(documents::Error::Layout(faults)) => (Answer::Refused(faults), Vec::new()),
        Err(error) => (Answer::Refused(Faults::of(error.to_string())), Vec::new()),
    };
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &answer)?;
    out.write_all(b"\n")?;
    out.write_all(&pdf)?;
    Ok(out.flush()?)
}
