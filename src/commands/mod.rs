//! arguments → exit code: a file per subcommand, for those that open several files or read one more than once.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::args::Inspect;
use crate::reason;
pub(crate) use tlswalk::capture::Hashed;

pub(crate) mod diff;
pub(crate) mod redact;
pub(crate) mod slice;
pub(crate) mod triage;
pub(crate) mod verify;

/// A capture that can be read several times.
pub(crate) struct Capture {
    /// As given.
    pub(crate) name: String,
    file: Kept,
}

enum Kept {
    Path(PathBuf),
    /// Standard input, kept on disk until the program ends.
    Spool(tempfile::NamedTempFile),
}

impl Capture {
    /// Finds a capture; standard input is read to its end.
    pub(crate) fn find(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        if path.as_os_str() != "-" {
            let metadata = std::fs::metadata(path).map_err(|error| format!("{name}: {}", reason(&error)))?;
            if metadata.is_dir() {
                return Err(format!("{name}: is a directory; name the capture in it"));
            }
            // A pipe can be read once only.
            if metadata.is_file() {
                let file = Kept::Path(path.to_owned());
                return Ok(Self { name, file });
            }
            let input = File::open(path).map_err(|error| format!("{name}: {}", reason(&error)))?;
            return Self::spool(name, input);
        }
        crate::refuse_terminal()?;
        Self::spool(name, io::stdin().lock())
    }

    fn spool(name: String, mut input: impl Read) -> Result<Self, String> {
        let because = |error: io::Error| format!("{name}: cannot be kept on disk to be read again: {}", reason(&error));
        let mut spool = tempfile::NamedTempFile::new().map_err(because)?;
        io::copy(&mut input, &mut spool)
            .and_then(|_| spool.flush())
            .map_err(because)?;
        Ok(Self {
            name,
            file: Kept::Spool(spool),
        })
    }

    /// Its bytes, from the beginning.
    pub(crate) fn open(&self) -> Result<File, String> {
        let path = match &self.file {
            Kept::Path(path) => path.as_path(),
            Kept::Spool(spool) => spool.path(),
        };
        File::open(path).map_err(|error| format!("{}: {}", self.name, reason(&error)))
    }

    /// SHA-256 of its bytes, behind `prefix`.
    pub(crate) fn digest(&self, prefix: &[u8]) -> Result<[u8; 32], String> {
        let mut input = self.open()?;
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        context.update(prefix);
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match input.read(&mut buffer) {
                Ok(0) => break,
                Ok(len) => context.update(buffer.get(..len).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(format!("{}: {}", self.name, reason(&error))),
            }
        }
        Ok(context.finish().as_ref().try_into().unwrap_or_default())
    }
}

/// The only capture that a subcommand takes.
pub(crate) fn only<'a>(inspect: &'a Inspect, command: &str) -> Result<&'a Path, String> {
    match inspect.captures.as_slice() {
        [one] => Ok(one),
        _ => Err(format!(
            "{command} takes one capture; join the files of a ring first: mergecap -w all.pcapng ring_*.pcap"
        )),
    }
}

/// Refuses to overwrite a file that is there.
pub(crate) fn refuse_existing(path: &Path, force: bool) -> Result<(), String> {
    let is_file = std::fs::metadata(path).is_ok_and(|it| it.is_file());
    if is_file && !force {
        return Err(format!(
            "-o {}: is there already; --force overwrites it",
            path.display()
        ));
    }
    Ok(())
}
