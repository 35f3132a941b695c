//! Unit → rows: one capture read, judged, hashed where that is wanted, and looked at again for changes.

use std::fs::{self, File};
use std::io::{self, Read, Seek as _};

use tlswalk::Options;
use tlswalk::base::hexadecimal::hexadecimal;
use tlswalk::base::phrase::{Phrase, phrase};
use tlswalk::capture::{CaptureError, MergeError};
use tlswalk::report::junit::Expectation;
use tlswalk::report::row::Row;
use tlswalk::report::text::visible;
use tlswalk::report::{Outcome, Report, outcome};

use super::rings::Unit;
use super::state::{Line, State};
use super::walk::{Found, vanished};
use crate::cli::commands::Hashed;
use crate::cli::expect::{Expectations, Tally};
use crate::cli::reason;

/// Names of files that somebody takes for captures: one that is none is told of, and not only counted.
const ENDINGS: [&str; 5] = [".pcap", ".pcapng", ".cap", ".pcap.gz", ".pcapng.gz"];

/// How captures are judged.
pub(super) struct Judge<'a> {
    /// The expectations of the captures.
    pub(super) expected: Option<&'a Expectations>,
    pub(super) options: &'a Options,
    /// For captures without licensing, where nothing was said about what to look for.
    pub(super) others: Option<&'a Options>,
    /// SHA-256 in the rows, and for the state.
    pub(super) hash: bool,
    pub(super) state: Option<&'a State>,
}

/// Result of a unit.
pub(super) struct Judged {
    pub(super) rows: Vec<Row>,
    /// Its expectation, and whether it was met.
    pub(super) checked: Vec<Expectation>,
    pub(super) kind: Kind,
    pub(super) known: Known,
    /// As it was when it was opened.
    pub(super) files: Vec<Found>,
    pub(super) sha256: Option<String>,
    /// It changed while it was read, other than by losing its name.
    pub(super) changed: bool,
    /// Notes on the content, beside the verdict.
    pub(super) note: Option<String>,
    /// It would be judged so again: a failure of the disk or of permissions need not be.
    pub(super) lasting: bool,
    /// Bytes read.
    pub(super) bytes: u64,
}

impl Judged {
    /// Adds it to what came of all that was expected.
    pub(super) fn counts_in(&self, tally: &mut Tally<'_>) {
        let name = self.rows.first().map(|row| row.capture.as_str()).unwrap_or_default();
        match self.kind {
            Kind::Capture(_) => tally.count(name, &self.checked),
            Kind::Unread | Kind::Vanished => tally.unread(name),
            Kind::Other(_) => {}
        }
    }

    /// File that cannot be examined.
    pub(super) fn problem(row: Row) -> Self {
        Self {
            rows: vec![row],
            checked: Vec::new(),
            kind: Kind::Unread,
            known: Known::No,
            files: Vec::new(),
            sha256: None,
            changed: false,
            note: None,
            lasting: false,
            bytes: 0,
        }
    }
}

/// Kind of file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A capture.
    Capture(Outcome),
    /// Something that should be one.
    Unread,
    /// Not there any more.
    Vanished,
    /// A file in a folder that looks like something else.
    Other(String),
}

/// Whether it was judged before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    No,
    /// There, and unchanged since.
    Here,
    /// The same content, maybe elsewhere.
    Elsewhere,
}

/// The row of a file that was opened and could not be judged.
fn refused_as(refused: Refused, unit: &Unit, files: Vec<Found>) -> Judged {
    let (why, lasting) = match refused {
        Refused::Other(what) if !unit.files.iter().all(should_be_a_capture) => {
            return failed(unit, Kind::Other(what.clone()), &what);
        }
        Refused::Other(what) => (format!("not a capture file: {what}"), true),
        Refused::Unread { why, lasting } => (why, lasting),
    };
    Judged {
        files,
        lasting,
        ..failed(unit, Kind::Unread, &why)
    }
}

impl Judge<'_> {
    /// Judges a capture; never fails: what cannot be read is a row that says why.
    pub(super) fn judge(&self, unit: &Unit) -> Judged {
        let by_place = self.state.and_then(|state| state.by_place(&unit.files));
        if let Some(line) = by_place.filter(|line| self.holds(line, unit)) {
            return self.known(unit, line, Known::Here, unit.files.clone());
        }
        let (files, inputs) = match open(unit) {
            Ok(opened) => opened,
            Err((kind, why)) => return failed(unit, kind, &why),
        };
        let size: u64 = files.iter().map(|it| it.size).sum();
        if let Some(state) = self.state
            && state.knows_size(size)
        {
            match hash(&files, &inputs) {
                Ok(sha256) => {
                    if let Some(line) = state.by_content(&sha256).filter(|line| self.holds(line, unit)) {
                        return self.known(unit, line, Known::Elsewhere, files);
                    }
                }
                Err(error) => return failed(unit, Kind::Unread, &reason(&error)),
            }
        }
        let read = match (files.as_slice(), inputs.as_slice()) {
            ([found], [input]) => self.read_one(found, input),
            _ => self.read_ring(unit, &files, &inputs),
        };
        let (report, sha256) = match read {
            Ok(read) => read,
            Err(refused) => return refused_as(refused, unit, files),
        };
        let note = files.iter().find_map(changes);
        // What has no name any more, or another one, was whole when it was read.
        let changed = note.as_ref().is_some_and(|it| it.id() != "triage-note-vanished");
        let of_file = self.note(&files, note);
        let mut rows = Row::of(&report);
        let note = rows.first().and_then(|row| row.note.clone());
        for row in &mut rows {
            row.capture = visible(&unit.name);
            row.sha256 = sha256.clone().filter(|_| self.hash && files.len() == 1);
            row.note = both(&note, &of_file);
        }
        let expected = self.expected.map(|it| it.check(&unit.name, &report));
        Judged {
            rows,
            checked: expected.unwrap_or_default(),
            kind: Kind::Capture(outcome([&report])),
            known: Known::No,
            files,
            sha256,
            changed,
            note,
            lasting: true,
            bytes: size,
        }
    }

    /// Notes on the file in its rows.
    fn note(&self, files: &[Found], change: Option<Phrase>) -> Option<String> {
        let ring = (files.len() > 1).then(|| phrase("triage-note-ring").with("count", files.len()));
        let notes = ring
            .into_iter()
            .chain(change)
            .map(|it| it.in_language(self.options.language));
        notes.reduce(|text, next| format!("{text}; {next}"))
    }

    /// True if an earlier run expected of it what this one does: that goes by its name, which may be another now.
    fn holds(&self, line: &Line, unit: &Unit) -> bool {
        let before = line.rows.first().map(|row| row.capture.as_str()).unwrap_or_default();
        let name = visible(&unit.name);
        self.expected.is_none_or(|it| it.are_the_same_of(before, &name))
    }

    /// Results of an earlier run.
    fn known(&self, unit: &Unit, line: Line, known: Known, files: Vec<Found>) -> Judged {
        let mut rows = line.rows;
        let note = rows.first().and_then(|row| row.note.clone());
        for row in &mut rows {
            // It may have been renamed since, and what was noted then is of then.
            row.capture = visible(&unit.name);
            row.is_partial = note.is_some();
            row.note = both(&note, &self.note(&files, None));
        }
        Judged {
            rows,
            checked: line.checked,
            kind: line.exit.and_then(outcome_of).map_or(Kind::Unread, Kind::Capture),
            known,
            files,
            sha256: line.sha256,
            changed: false,
            note,
            lasting: true,
            bytes: 0,
        }
    }

    fn read_one(&self, found: &Found, input: &File) -> Result<(Report, Option<String>), Refused> {
        // Not further than it was long: a file that grows as fast as it is read would never end.
        let mut file = input;
        let mut input = Hashed::new(input.take(found.size), self.hash);
        let name = found.path.display().to_string();
        let report = tlswalk::analyze(&mut input, &name, self.options)?;
        let sha256 = input.finish()?;
        let again = |others: &Options| -> Result<Report, Refused> {
            file.rewind()?;
            Ok(tlswalk::analyze(file.take(found.size), &name, others)?)
        };
        Ok((report.or_others(|| self.others, again)?, sha256))
    }

    fn read_ring(&self, unit: &Unit, files: &[Found], inputs: &[File]) -> Result<(Report, Option<String>), Refused> {
        // Files of a ring are read by turns; hashing them is a pass of its own.
        let sha256 = match self.hash {
            true => Some(hash(files, inputs)?),
            false => None,
        };
        let read = |options: &Options| {
            let inputs = files.iter().zip(inputs);
            let inputs = inputs.map(|(found, input)| (found.path.display().to_string(), input.take(found.size)));
            tlswalk::analyze_merged(inputs, options)
        };
        let again = |others: &Options| -> Result<Report, Refused> {
            for mut input in inputs {
                input.rewind()?;
            }
            Ok(read(others)?)
        };
        let mut report = read(self.options)?.or_others(|| self.others, again)?;
        report.capture.file.clone_from(&unit.name);
        Ok((report, sha256))
    }
}

/// Why nothing was judged.
enum Refused {
    /// It looks like something else.
    Other(String),
    Unread {
        why: String,
        lasting: bool,
    },
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Unread {
            why: reason(&error),
            lasting: false,
        }
    }
}

impl From<CaptureError> for Refused {
    fn from(error: CaptureError) -> Self {
        match error {
            CaptureError::NotACapture { looks_like } => Self::Other(looks_like),
            error => Self::Unread {
                why: error.to_string(),
                // What a decompressor cannot read stays so; the system's errors have a number.
                lasting: !matches!(
                    &error,
                    CaptureError::Read(error) | CaptureError::ReadBehind { error, .. } if error.raw_os_error().is_some()
                ),
            },
        }
    }
}

impl From<MergeError> for Refused {
    fn from(error: MergeError) -> Self {
        Self::Unread {
            why: error.to_string(),
            lasting: false,
        }
    }
}

/// Opens a unit's files and looks at them as they are now.
fn open(unit: &Unit) -> Result<(Vec<Found>, Vec<File>), (Kind, String)> {
    let (mut files, mut inputs) = (Vec::new(), Vec::new());
    for found in &unit.files {
        let opened = File::open(&found.path).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, file) = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => (Kind::Vanished, vanished(&error)),
            _ => (Kind::Unread, reason(&error)),
        })?;
        if !metadata.is_file() {
            return Err((Kind::Unread, "is no file any more".to_owned()));
        }
        files.push(Found::new(found.path.clone(), &metadata, found.named));
        inputs.push(file);
    }
    Ok((files, inputs))
}

/// How a file has changed since it was opened.
fn changes(found: &Found) -> Option<Phrase> {
    let now = match fs::metadata(&found.path) {
        Ok(now) => now,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Some(phrase("triage-note-vanished")),
        Err(_) => return None,
    };
    if found.is_unchanged(&now) {
        return None;
    }
    let id = match now.len() {
        len if len > found.size => "triage-note-grew",
        len if len < found.size => "triage-note-shrank",
        _ => return Some(phrase("triage-note-changed")),
    };
    Some(phrase(id).with("before", found.size).with("after", now.len()))
}

/// SHA-256 of a file's content; of several files, of their hashes one behind the other.
fn hash(files: &[Found], inputs: &[File]) -> io::Result<String> {
    let mut hashes = Vec::new();
    for (found, mut input) in files.iter().zip(inputs) {
        let mut hashed = Hashed::new(input.take(found.size), true);
        io::copy(&mut hashed, &mut io::sink())?;
        hashes.push(hashed.finish()?.unwrap_or_default());
        input.rewind()?;
    }
    match hashes.as_slice() {
        [one] => Ok(one.clone()),
        all => {
            let digest = ring::digest::digest(&ring::digest::SHA256, all.concat().as_bytes());
            Ok(hexadecimal(digest.as_ref()))
        }
    }
}

/// True if somebody takes it for a capture: it was named, or is called like one.
fn should_be_a_capture(found: &Found) -> bool {
    let name = found.path.to_string_lossy().to_lowercase();
    found.named || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn failed(unit: &Unit, kind: Kind, why: &str) -> Judged {
    Judged {
        kind,
        files: unit.files.clone(),
        ..Judged::problem(Row::failed(&unit.name, None, why))
    }
}

/// Two notes as one.
fn both(one: &Option<String>, other: &Option<String>) -> Option<String> {
    let notes = one.iter().chain(other).cloned();
    notes.reduce(|text, next| format!("{text}; {next}"))
}

/// How an outcome is written down: by its exit code, and by a number of its own where two have the same.
pub(super) const fn code_of(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::PartlyJudged => 4,
        other => other.exit_code(),
    }
}

fn outcome_of(code: u8) -> Option<Outcome> {
    use Outcome::{Failed, Inconclusive, PartlyJudged, Succeeded, Unusable};
    [Succeeded, Failed, Unusable, Inconclusive, PartlyJudged]
        .into_iter()
        .find(|&it| code_of(it) == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_told_by_its_code() {
        for code in 0..5 {
            assert_eq!(outcome_of(code).map(code_of), Some(code));
        }
        assert_eq!(outcome_of(5), None);
    }

    #[test]
    fn a_failing_disk_is_nothing_to_be_remembered_and_a_broken_compression_is() {
        let lasts = |error: CaptureError| match error.into() {
            Refused::Unread { why, lasting } => (why, lasting),
            Refused::Other(what) => panic!("{what}"),
        };
        let failed = || io::Error::from_raw_os_error(5);
        let behind = CaptureError::ReadBehind {
            frames: 7,
            error: failed(),
        };
        let (why, lasting) = lasts(behind);
        assert!(why.starts_with("reading failed after 7 frames: ") && !lasting, "{why}");
        assert!(!lasts(CaptureError::Read(failed())).1);
        assert!(lasts(CaptureError::Read(io::Error::other("corrupt deflate stream"))).1);
    }
}
