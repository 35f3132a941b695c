//! bytes → a file, a pipe or a device: the only way in which commands write to the name given by `-o`.
//!
//! A regular file is written whole or not at all: into a temporary file in its folder, which then takes its name. Links
//! are followed, also those whose target does not exist yet. A device or a named pipe cannot be replaced: it is written
//! to. An input is never written to ([`Originals`]). A broken pipe is no error and does not change the exit code.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::args::STANDARD_OUTPUT;
use crate::cli::interrupt::Hold;
use crate::cli::originals::Originals;
use crate::cli::reason;

/// The number of links that are followed one after another; Linux itself gives up after 40.
const MOST_LINKS: usize = 40;

/// The destination of an output with a name.
pub(crate) struct Target {
    path: PathBuf,
    originals: Originals,
    overwrite: bool,
}

/// Kind of output that a name stands for.
enum Place {
    /// An existing target that cannot be replaced.
    Device,
    /// A regular file at the end of all links, which may not exist.
    File(PathBuf),
}

impl Target {
    /// Refuses targets that cannot or must not be written to, before a long analysis.
    pub(crate) fn new(path: &Path, overwrite: bool, originals: Originals) -> Result<Self, String> {
        let name = format!("-o {}", path.display());
        if is_standard_output(path) {
            originals.refuse_stdout()?;
        } else {
            originals.refuse("-o", path)?;
        }
        let because = |error: &io::Error| format!("{name}: {}", reason(error));
        if !is_standard_output(path) && path.is_dir() {
            return Err(format!("{name}: is a directory; name a file in it"));
        }
        if let Place::File(file) = Place::of(path).map_err(|error| because(&error))? {
            let folder = directory(&file);
            if !folder.is_dir() {
                return Err(format!("{name}: there is no directory {}", folder.display()));
            }
            let existing = fs::metadata(&file).ok();
            if existing.is_some() && !overwrite {
                return Err(format!("{name}: is there already; --force overwrites it"));
            }
            if existing.is_some_and(|it| it.permissions().readonly()) {
                return Err(format!("{name}: is write-protected"));
            }
            tempfile::tempfile_in(folder)
                .map_err(|error| format!("{name}: cannot write in {}: {}", folder.display(), reason(&error)))?;
        }
        Ok(Self {
            path: path.to_owned(),
            originals,
            overwrite,
        })
    }

    /// For messages.
    pub(crate) fn name(&self) -> String {
        format!("-o {}", self.path.display())
    }

    /// A file without a name, for the output: it is removed when the program ends, whatever ends it. It is beside the
    /// final file if there is room, otherwise where temporary files are.
    pub(crate) fn spool(&self) -> io::Result<File> {
        match Place::of(&self.path)? {
            Place::File(file) => tempfile::tempfile_in(directory(&file)).or_else(|_| tempfile::tempfile()),
            Place::Device => tempfile::tempfile(),
        }
    }

    /// Writes everything that `input` returns.
    pub(crate) fn write(&self, input: &mut dyn Read) -> io::Result<()> {
        if is_standard_output(&self.path) {
            // Opened again, a file would be written from its beginning.
            let mut out = io::stdout().lock();
            io::copy(input, &mut out)?;
            return out.flush();
        }
        // Links may have been created in the meantime.
        if let Some(original) = self.originals.find(&self.path) {
            return Err(io::Error::other(format!("is the same file as {original} by now")));
        }
        match Place::of(&self.path)? {
            Place::Device => {
                io::copy(input, &mut OpenOptions::new().write(true).open(&self.path)?)?;
                Ok(())
            }
            Place::File(file) => {
                let hold = Hold::begin();
                self.replace(&file, &mut Until { input, hold: &hold })
                // Here the temporary file is gone, and a signal that was held back takes effect.
            }
        }
    }

    /// Writes everything that `input` returns under a name in one step.
    fn replace(&self, file: &Path, input: &mut dyn Read) -> io::Result<()> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tlswalk-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As any program would create it: the umask removes its bits.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut temporary = builder.tempfile_in(directory(file))?;
        io::copy(input, &mut temporary)?;
        if let Ok(metadata) = fs::metadata(file) {
            if metadata.permissions().readonly() {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            temporary.as_file().set_permissions(metadata.permissions())?;
        }
        temporary.as_file().sync_all()?;
        match self.overwrite {
            true => temporary.persist(file),
            // Another file may have got that name since the check.
            false => temporary.persist_noclobber(file),
        }
        .map_err(|error| error.error)?;
        Ok(())
    }
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        if is_standard_output(path) {
            return Ok(Self::Device);
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => Ok(Self::File(fs::canonicalize(path)?)),
            Ok(_) => Ok(Self::Device),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::File(behind_links(path)?)),
            Err(error) => Err(error),
        }
    }
}

/// The target of a dangling link; a path that is no link stays as it is.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = directory(&path).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("a link that leads to too many links"))
}

/// True for the names of the standard output that is already open.
fn is_standard_output(path: &Path) -> bool {
    [STANDARD_OUTPUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]
        .iter()
        .any(|name| path == Path::new(name))
}

/// The folder that a file is in.
fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Read → Read, until a signal is held back.
struct Until<'a> {
    input: &'a mut dyn Read,
    hold: &'a Hold,
}

impl Read for Until<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.hold.asked() {
            true => Err(io::Error::other("ended by a signal")),
            false => self.input.read(buffer),
        }
    }
}
