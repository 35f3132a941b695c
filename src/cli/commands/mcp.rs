//! arguments → tlswalk-mcp: the server for assistants is a separate program, so that this one needs no runtime for it.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::process::Command;

use crate::cli::reason;

/// The program, beside this one or on the path.
const PROGRAM: &str = "tlswalk-mcp";

/// Runs the server until its client is gone; returns its exit code.
pub(crate) fn run(arguments: &[OsString]) -> Result<u8, String> {
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name(PROGRAM));
    let beside = beside.map(|it| it.with_extension(std::env::consts::EXE_EXTENSION));
    let program = beside.filter(|it| it.is_file()).unwrap_or_else(|| PROGRAM.into());
    match Command::new(program).args(arguments).status() {
        Ok(status) => Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2)),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(format!(
            "mcp: {PROGRAM} is not there; install it beside tlswalk: cargo install --path mcp"
        )),
        Err(error) => Err(format!("mcp: {PROGRAM}: {}", reason(&error))),
    }
}
