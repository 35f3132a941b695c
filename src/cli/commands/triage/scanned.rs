//! folders → Originals: the captures in these folders that an output would replace.
//!
//! Rows may be written into the scanned folder, and over yesterday's rows. They must not be written over a capture,
//! whatever name leads to it.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tlswalk::capture::{CaptureError, read_frames};

use super::walk::Found;
use crate::cli::args::Inspect;
use crate::cli::originals::{Identity, Originals};

/// Adds files that were found in folders, or lie in them unexamined, if an output would replace them.
pub(super) fn add<'f>(
    originals: Originals,
    inspect: &Inspect,
    folders: &[PathBuf],
    found: impl IntoIterator<Item = &'f Found>,
) -> Originals {
    let output = inspect.output.as_deref();
    let targets = [output.and_then(Identity::of), Identity::of_stdout()];
    let mut held: Vec<&Path> = Vec::new();
    for found in found {
        if targets.iter().flatten().any(|it| *it == found.identity) {
            held.push(&found.path);
        }
    }
    // Hidden files are not listed, but deserve the same protection as others.
    let lies_in = |file: &Path| {
        let file = fs::canonicalize(file).ok();
        let mut folders = folders.iter().filter_map(|it| fs::canonicalize(it).ok());
        file.is_some_and(|file| folders.any(|it| it != file && file.starts_with(it)))
    };
    held.extend(output.filter(|it| lies_in(it)));
    held.into_iter()
        .filter(|it| holds_capture(it))
        .fold(originals, |all, it| all.with_scanned(it))
}

/// In doubt, true.
fn holds_capture(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return true };
    let read = read_frames(file, |_| ControlFlow::Break(()));
    !matches!(read, Err(CaptureError::NotACapture { .. } | CaptureError::Empty))
}
