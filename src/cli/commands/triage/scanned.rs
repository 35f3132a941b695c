//! folders → Originals: the captures in them that an output would replace.
//!
//! Rows may well be written into the folder that is scanned, and over those of yesterday. Over a capture they may not, whatever
//! name leads to it.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tlswalk::capture::{CaptureError, read_frames};

use super::walk::Found;
use crate::cli::args::Inspect;
use crate::cli::originals::{Identity, Originals};

/// Adds what was found in folders, or lies in them without having been looked at, as far as an output would replace it.
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
    // What is hidden is not listed, but as worth keeping as anything beside it.
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

/// In doubt it does.
fn holds_capture(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return true };
    let read = read_frames(file, |_| ControlFlow::Break(()));
    !matches!(read, Err(CaptureError::NotACapture { .. } | CaptureError::Empty))
}
