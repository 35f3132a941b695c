//! paths → Entry: the files below the named paths, sorted by path, and the paths that could not be examined.
//!
//! Links are followed; a link that leads back, or nowhere, is a problem with its path. Names that begin with a dot are
//! left out unless they were named, as in `rg`: partial uploads and folders of tools. Pipes and devices in folders are
//! never opened: reading them may never end.
//!
//! The analysis itself decides whether a file is a capture; it reads 16 KiB of any other file. A check before that
//! would open every file twice. Names only ever add a row, never take one away.

use std::collections::HashSet;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use walkdir::{DirEntry, WalkDir};

pub(super) use crate::cli::originals::Identity;
use crate::cli::reason;

/// A file and the facts about it that need no opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
    /// It was named itself, not found in a folder.
    pub(super) named: bool,
    pub(super) identity: Identity,
}

impl Found {
    pub(super) fn new(path: PathBuf, metadata: &Metadata, named: bool) -> Self {
        Self {
            identity: Identity::new(&path, metadata),
            size: metadata.len(),
            modified: metadata.modified().ok(),
            named,
            path,
        }
    }

    /// True if it has not changed.
    pub(super) fn is_unchanged(&self, now: &Metadata) -> bool {
        self.size == now.len() && self.modified == now.modified().ok()
    }
}

/// A file, folder or error that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    File(Found),
    Problem { path: PathBuf, why: String },
}

/// Walks everything below `paths`; `on_folder` is called for each folder before it is listed. A file found below one
/// path is not listed again below another.
pub(super) fn walk(paths: &[PathBuf], mut on_folder: impl FnMut(&Path)) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    for root in paths {
        let is_wanted = |entry: &DirEntry| entry.depth() == 0 || !is_hidden(entry.path());
        let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
        for found in walk.into_iter().filter_entry(is_wanted) {
            let entry = match found {
                Ok(entry) if entry.file_type().is_dir() => {
                    on_folder(entry.path());
                    continue;
                }
                Ok(entry) => file(&entry),
                Err(error) => Some(problem(root, &error)),
            };
            let Some(entry) = entry else { continue };
            let (Entry::File(Found { path, .. }) | Entry::Problem { path, .. }) = &entry;
            if paths.len() == 1 || seen.insert(path.clone()) {
                entries.push(entry);
            }
        }
    }
    entries
}

/// True for a hidden name.
pub(super) fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn file(entry: &DirEntry) -> Option<Entry> {
    let path = entry.path().to_owned();
    let named = entry.depth() == 0;
    if !entry.file_type().is_file() {
        return named.then(|| Entry::Problem {
            why: "is a pipe or a device, not a file; tlswalk without triage reads it".to_owned(),
            path,
        });
    }
    Some(match entry.metadata() {
        Ok(metadata) => Entry::File(Found::new(path, &metadata, named)),
        Err(error) => Entry::Problem {
            why: error.io_error().map_or_else(|| error.to_string(), vanished),
            path,
        },
    })
}

fn problem(root: &Path, error: &walkdir::Error) -> Entry {
    let path = error.path().unwrap_or(root).to_owned();
    let is_link = path.is_symlink();
    let why = match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => format!("a link that leads back to {}", ancestor.display()),
        (None, Some(error)) if is_link && error.kind() == io::ErrorKind::NotFound => {
            "a link to something that is not there".to_owned()
        }
        (None, Some(_)) if root.as_os_str() == "-" => "standard input is one capture: tlswalk - reads it".to_owned(),
        (None, Some(error)) if error.kind() == io::ErrorKind::NotFound && error_depth_is_deep(root, &path) => {
            vanished(error)
        }
        (None, Some(error)) => reason(error),
        (None, None) => error.to_string(),
    };
    Entry::Problem { path, why }
}

fn error_depth_is_deep(root: &Path, path: &Path) -> bool {
    path != root
}

/// Why an existing file cannot be read.
pub(super) fn vanished(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "vanished before it could be read".to_owned(),
        _ => reason(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(entries: &[Entry], base: &Path) -> Vec<String> {
        let name = |path: &Path| path.strip_prefix(base).unwrap().display().to_string();
        entries
            .iter()
            .map(|entry| match entry {
                Entry::File(found) => name(&found.path),
                Entry::Problem { path, why } => format!("{}: {why}", name(path)),
            })
            .collect()
    }

    #[test]
    fn files_come_sorted_by_path_once_and_without_what_is_hidden() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        fs::create_dir_all(base.join("b/.git")).unwrap();
        for name in ["b/2", "b/10", "a", "c", ".hidden", "b/.git/x"] {
            fs::write(base.join(name), name).unwrap();
        }
        let mut folders = 0;
        let found = walk(&[base.to_owned()], |_| folders += 1);
        assert_eq!(
            (names(&found, base), folders),
            (["a", "b/10", "b/2", "c"].map(String::from).to_vec(), 2)
        );
        let found = walk(&[base.join("b"), base.to_owned(), base.join(".hidden")], |_| ());
        assert_eq!(names(&found, base), ["b/10", "b/2", "a", "c", ".hidden"]);
        assert!(matches!(&found[4], Entry::File(found) if found.named && found.size == 7));
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_nowhere_or_back_are_problems_and_pipes_are_not_opened() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        fs::create_dir(base.join("d")).unwrap();
        fs::write(base.join("d/file"), "x").unwrap();
        symlink("d", base.join("good")).unwrap();
        symlink("nowhere", base.join("dangling")).unwrap();
        symlink("..", base.join("d/up")).unwrap();
        symlink("self", base.join("self")).unwrap();
        let pipe = std::process::Command::new("mkfifo").arg(base.join("pipe")).status();
        let found = names(&walk(&[base.to_owned()], |_| ()), base);
        let has = |text: &str| assert!(found.iter().any(|it| it.starts_with(text)), "{text}: {found:?}");
        has("d/file");
        has("good/file");
        has("dangling: a link to something that is not there");
        has("d/up: a link that leads back to ");
        has("self: ");
        assert!(!found.iter().any(|it| it.starts_with("pipe")), "{found:?}");
        if pipe.is_ok_and(|it| it.success()) {
            let named = names(&walk(&[base.join("pipe")], |_| ()), base);
            assert!(named[0].contains("is a pipe or a device"), "{named:?}");
        }
    }
}
