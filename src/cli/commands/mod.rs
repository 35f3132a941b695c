//! arguments → exit code: a file per subcommand, for those that open several files or read one more than once.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::args::Inspect;
use crate::cli::reason;
use crate::cli::stdin::Waiting;
use tlswalk::Options;
pub(crate) use tlswalk::capture::Hashed;
use tlswalk::report::{Report, escaped};

pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod diff;
pub(crate) mod mcp;
pub(crate) mod reading;
pub(crate) mod redact;
pub(crate) mod serve;
pub(crate) mod signing;
pub(crate) mod slice;
pub(crate) mod triage;
pub(crate) mod verify;

/// A value as JSON, with its line end.
fn json_text<T: serde::Serialize>(value: &T, indented: bool) -> Result<String, String> {
    let mut out = Vec::new();
    let written = if indented {
        escaped::write_indented(value, &mut out)
    } else {
        escaped::write_compact(value, &mut out)
    };
    written.map_err(|error| error.to_string())?;
    out.push(b'\n');
    String::from_utf8(out).map_err(|error| error.to_string())
}

/// A capture that can be read several times.
pub(crate) struct Capture {
    /// As given.
    pub(crate) name: String,
    file: Kept,
}

enum Kept {
    Path(PathBuf),
    /// Standard input, kept on disk in a file without a name: gone when the program is, whatever ends it.
    Spool(Arc<File>),
}

/// A capture being read. Several may read one file without a name, each from where it is itself.
pub(crate) enum Reading {
    File(File),
    Spool { file: Arc<File>, at: u64 },
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        use std::os::unix::fs::FileExt as _;
        #[cfg(windows)]
        use std::os::windows::fs::FileExt as _;

        match self {
            Self::File(file) => file.read(buffer),
            Self::Spool { file, at } => {
                #[cfg(unix)]
                let read = file.read_at(buffer, *at)?;
                #[cfg(windows)]
                let read = file.seek_read(buffer, *at)?;
                *at = at.saturating_add(read as u64);
                Ok(read)
            }
        }
    }
}

impl Capture {
    /// Finds a capture; standard input is read to its end.
    pub(crate) fn find(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        if path.as_os_str() != "-" {
            let metadata = std::fs::metadata(path).map_err(|error| format!("{name}: {}", reason(&error)))?;
            if metadata.is_dir() {
                return Err(format!("{name}: is a directory; name one capture in it"));
            }
            // A pipe can be read once only.
            if metadata.is_file() {
                let file = Kept::Path(path.to_owned());
                return Ok(Self { name, file });
            }
            let input = Waiting::for_pipe(path).map_err(|error| format!("{name}: {}", reason(&error)))?;
            return Self::spool(name, input);
        }
        crate::cli::refuse_terminal()?;
        let input = Waiting::for_stdin().map_err(|error| format!("{name}: {}", reason(&error)))?;
        Self::spool(name, input)
    }

    /// The bytes that are kept in a file without a name already.
    pub(crate) fn spooled(name: String, spool: File) -> Self {
        Self {
            name,
            file: Kept::Spool(Arc::new(spool)),
        }
    }

    fn spool(name: String, mut input: impl Read) -> Result<Self, String> {
        let because = |error: io::Error| format!("{name}: cannot be kept on disk to be read again: {}", reason(&error));
        let mut spool = tempfile::tempfile().map_err(because)?;
        io::copy(&mut input, &mut spool).map_err(because)?;
        Ok(Self::spooled(name, spool))
    }

    /// Its bytes, from the beginning.
    pub(crate) fn open(&self) -> Result<Reading, String> {
        match &self.file {
            Kept::Path(path) => File::open(path)
                .map(Reading::File)
                .map_err(|error| format!("{}: {}", self.name, reason(&error))),
            Kept::Spool(spool) => Ok(Reading::Spool {
                file: Arc::clone(spool),
                at: 0,
            }),
        }
    }

    /// The report on it.
    pub(crate) fn analyze(&self, options: &Options) -> Result<Report, String> {
        tlswalk::analyze(self.open()?, &self.name, options).map_err(|error| format!("{}: {error}", self.name))
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
