//! inputs → files that no output may replace: the files that a call reads, by device and inode, whatever their spelling.
//!
//! A capture is evidence, and a key the only way back from pseudonyms: neither may be lost for a report. No option
//! lifts that, not even `--force`.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use tlswalk::profile::Profile;

use crate::cli::args::Inspect;

/// Identity of a file that may be renamed, linked or spelt differently.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Identity {
    /// Device and inode.
    #[cfg_attr(not(unix), allow(dead_code, reason = "only there"))]
    Inode(u64, u64),
    /// For systems without inodes: a renamed file counts as another one until its content is compared.
    #[cfg_attr(unix, allow(dead_code, reason = "only elsewhere"))]
    Path(PathBuf),
}

impl Identity {
    /// For a file whose metadata is known.
    pub(crate) fn new(path: &Path, metadata: &Metadata) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let _ = path;
            Self::Inode(metadata.dev(), metadata.ino())
        }
        #[cfg(not(unix))]
        {
            let _ = metadata;
            Self::Path(path.to_owned())
        }
    }

    /// For the regular file that a path leads to: other targets are never replaced by an output.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let path = fs::canonicalize(path).ok()?;
        let metadata = fs::metadata(&path).ok()?;
        metadata.is_file().then(|| Self::new(&path, &metadata))
    }

    /// For the regular file that standard output goes to.
    pub(crate) fn of_stdout() -> Option<Self> {
        Self::behind(std::io::stdout())
    }

    /// For the regular file behind standard input or output.
    #[cfg(unix)]
    fn behind(stream: impl std::os::fd::AsFd) -> Option<Self> {
        let file = fs::File::from(stream.as_fd().try_clone_to_owned().ok()?);
        let metadata = file.metadata().ok()?;
        metadata.is_file().then(|| Self::new(Path::new(""), &metadata))
    }

    #[cfg(not(unix))]
    fn behind<T>(_: T) -> Option<Self> {
        None
    }
}

/// The files that a call reads, each with its name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Originals(Vec<(Identity, String)>);

impl Originals {
    /// All files that are named on a command line.
    pub(crate) fn of(inspect: &Inspect) -> Self {
        let mut all = Self::default();
        for path in &inspect.captures {
            match path.as_os_str() == "-" {
                true => all.add(Identity::behind(std::io::stdin()), "standard input".to_owned()),
                false => all.add(Identity::of(path), format!("the capture {}", path.display())),
            }
        }
        let profile = PathBuf::from(&inspect.profile);
        let is_file = !Profile::BUILT_IN.contains(&inspect.profile.as_str());
        let profile = is_file.then_some(&profile).into_iter();
        let config = inspect.settings.file.iter().map(|(path, _)| path);
        let options = [
            ("--config", config.collect::<Vec<_>>()),
            ("--profile", profile.collect::<Vec<_>>()),
            ("--ca", inspect.ca.iter().collect()),
            ("--log", inspect.log.iter().collect()),
            ("--expect-file", inspect.expect_file.iter().collect()),
            ("--accepted", inspect.accepted.iter().collect()),
            ("--redact-key", inspect.redact_key.iter().collect()),
            ("--keylog", inspect.keylog.iter().collect()),
            ("--sign", inspect.sign.iter().collect()),
        ];
        for (option, paths) in options {
            for path in paths {
                all = all.with(option, path);
            }
        }
        all
    }

    /// Adds one more.
    pub(crate) fn with(mut self, called: &str, path: &Path) -> Self {
        self.add(Identity::of(path), format!("{called} {}", path.display()));
        self
    }

    /// Adds a capture in a scanned folder.
    pub(crate) fn with_scanned(mut self, path: &Path) -> Self {
        let called = format!("the capture {} in a folder that is scanned", path.display());
        self.add(Identity::of(path), called);
        self
    }

    fn add(&mut self, identity: Option<Identity>, called: String) {
        self.0.extend(identity.map(|it| (it, called)));
    }

    /// The name of the file that a path leads to, if it is one of them.
    pub(crate) fn find(&self, target: &Path) -> Option<&str> {
        self.called(&Identity::of(target)?)
    }

    /// Refuses to write to one of them.
    pub(crate) fn refuse(&self, option: &str, target: &Path) -> Result<(), String> {
        match self.find(target) {
            Some(original) => Err(refusal(&format!("{option} {}", target.display()), original)),
            None => Ok(()),
        }
    }

    /// Refuses to append to one of them, as `>>` does.
    pub(crate) fn refuse_stdout(&self) -> Result<(), String> {
        match Identity::of_stdout().and_then(|it| self.called(&it)) {
            Some(original) => Err(refusal("standard output", original)),
            None => Ok(()),
        }
    }

    fn called(&self, identity: &Identity) -> Option<&str> {
        let found = self.0.iter().find(|(it, _)| it == identity);
        found.map(|(_, called)| called.as_str())
    }
}

fn refusal(target: &str, original: &str) -> String {
    format!("{target}: is the same file as {original}, which would be lost; name another file")
}
