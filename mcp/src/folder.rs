//! path → file: what lies in the folders that were given, and nothing beside them.
//!
//! A path is followed to where it leads before it is compared, so a link out of the folder is refused like any other path
//! out of it. The file that was opened must be the one that was compared: whoever swaps a link in between gains nothing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tlswalk::capture::reason;

/// The longest path that is looked at.
const LONGEST: usize = 4_096;

/// Folders, each by the path that no link is in.
#[derive(Debug)]
pub(crate) struct Folders(Vec<PathBuf>);

impl Folders {
    /// Finds the folders.
    pub(crate) fn new(folders: &[PathBuf]) -> Result<Self, String> {
        let find = |folder: &PathBuf| {
            let found = folder
                .canonicalize()
                .map_err(|error| format!("{}: {}", folder.display(), reason(&error)))?;
            match found.is_dir() {
                true => Ok(found),
                false => Err(format!("{}: is no folder", folder.display())),
            }
        };
        folders.iter().map(find).collect::<Result<_, _>>().map(Self)
    }

    /// Opens a file of the folders, with its path. What is refused is not told apart from what is not there: the answer would
    /// tell what lies elsewhere.
    pub(crate) fn open(&self, path: &str) -> Result<(File, PathBuf), String> {
        const REFUSED: &str = "no such file in the folders given to tlswalk-mcp";
        let refused = || REFUSED.to_owned();
        if path.is_empty() || path.len() > LONGEST || path.contains('\0') {
            return Err(refused());
        }
        let path = Path::new(path);
        // A path of its own is taken from each folder in turn.
        let candidates = self.0.iter().map(|folder| folder.join(path));
        let found = candidates
            .filter_map(|it| it.canonicalize().ok())
            .find(|it| self.holds(it))
            .ok_or_else(refused)?;
        if !fs::metadata(&found).is_ok_and(|it| it.is_file()) {
            return Err(refused());
        }
        let file = File::open(&found).map_err(|_| refused())?;
        let is_same = found.canonicalize().is_ok_and(|again| again == found) && same(&file, &found);
        if is_same { Ok((file, found)) } else { Err(refused()) }
    }

    fn holds(&self, path: &Path) -> bool {
        self.0.iter().any(|folder| path.starts_with(folder))
    }

    /// A file's name as answers have it: from its folder on.
    pub(crate) fn name(&self, path: &Path) -> String {
        let inner = self.0.iter().find_map(|folder| path.strip_prefix(folder).ok());
        inner.unwrap_or(path).display().to_string()
    }
}

/// True if an open file is the one of that path.
#[cfg(unix)]
fn same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(one), Ok(other)) => one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Elsewhere a link needs a privilege to be made.
#[cfg(not(unix))]
fn same(file: &File, _path: &Path) -> bool {
    file.metadata().is_ok_and(|it| it.is_file())
}
