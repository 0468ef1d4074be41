//! Programs run on a stranger's file: how much each may take, and what its refusal means.

use std::{
    io,
    process::{Command, Output, Stdio},
};

use crate::Fault;

/// Of memory, in bytes: 1 GiB.
const MEMORY: &str = "--as=1073741824";

/// Of a processor, in seconds: a page that takes longer is made to.
const SECONDS: &str = "--cpu=10";

/// The largest file it may write, in bytes: 256 MiB, a TIFF of ten coloured pages.
const LARGEST_FILE: &str = "--fsize=268435456";

/// `program` as it may run here.
pub(crate) fn bounded(program: &str) -> Command {
    let mut command = Command::new("prlimit");
    command.args([MEMORY, SECONDS, LARGEST_FILE, program]);
    command.stdin(Stdio::null());
    command
}

/// What a run that made nothing says of the file.
///
/// # Errors
/// If the program is not installed, which `prlimit` tells by its status.
pub(crate) fn fault(output: &Output) -> io::Result<Fault> {
    if output.status.code() == Some(NOT_FOUND) {
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(io::Error::new(io::ErrorKind::NotFound, words));
    }
    Ok(
        if String::from_utf8_lossy(&output.stderr).contains("Incorrect password") {
            Fault::Locked
        } else {
            Fault::Broken
        },
    )
}

/// The status `prlimit` ends with where there is no such program.
const NOT_FOUND: i32 = 127;
