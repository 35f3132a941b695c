//! Judged → state file → Judged: what was judged before, so that nothing is judged twice.
//!
//! One JSON object a line, appended when a capture is done and never changed; a line that a crash tore is passed over. In
//! memory is only where each line begins: rows are read again when they are wanted.
//!
//! The state is a log of lines, each with content hash, places, fingerprint of version and options, and rows. Memory
//! has only where they begin. The row is written before its line: a kill between the two shows a capture twice, and the
//! other order would lose it. A size that no known capture has is not hashed before it is read, but while.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use ring::digest;
use serde::{Deserialize, Serialize};
use tlswalk::Options;
use tlswalk::base::hexadecimal::hexadecimal;
use tlswalk::report::MadeWith;
use tlswalk::report::junit::Expectation;
use tlswalk::report::row::{ROW_SCHEMA, Row};

use super::judge::Judged;
use super::walk::Found;
use crate::cli::expect::Expectations;
use crate::cli::reason;

/// The schema name of a line.
const SCHEMA: &str = "tlswalk.state/1";

/// A capture that was judged.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line {
    schema: String,
    /// Under which version and options.
    options: String,
    /// SHA-256 of the content; of several files, of their hashes. None where it is no capture that can be read.
    pub(super) sha256: Option<String>,
    /// Where it was.
    files: Vec<Place>,
    /// Outcome as an exit code; none where it could not be read.
    pub(super) exit: Option<u8>,
    pub(super) rows: Vec<Row>,
    /// Its expectation, and whether it was met: facts are in the report, which is not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) checked: Vec<Expectation>,
}

/// Where a file was, and what tells without reading it whether it has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    path: String,
    size: u64,
    /// Nanoseconds since 1970; none where it changed while it was read.
    modified: Option<i128>,
}

/// A line without its rows.
#[derive(Deserialize)]
struct Head {
    schema: String,
    options: String,
    sha256: Option<String>,
    files: Vec<Place>,
}

/// Where lines begin.
#[derive(Default)]
struct Index {
    places: HashMap<String, Known>,
    hashes: HashMap<String, Content>,
    /// Sizes of captures: only one of a size that is known needs to be hashed before it is read.
    sizes: HashSet<u64>,
    end: u64,
    file: Option<BufReader<File>>,
}

/// Known file by path, size and time.
struct Known {
    size: u64,
    modified: Option<i128>,
    /// Its line.
    at: u64,
    /// Number of its content, if it is a capture's.
    content: Option<usize>,
}

/// Known file by its content.
struct Content {
    number: usize,
    /// Its last line.
    at: u64,
    /// Where it was: the places that were told last.
    places: VecDeque<PathBuf>,
}

/// Places of one content that are looked at for one that is gone, since a file may have been renamed: a folder may hold the same
/// file many thousands of times, and each copy would ask for all the others.
const PLACES: usize = 64;

/// The state file.
pub(super) struct State {
    path: PathBuf,
    options: String,
    writer: Mutex<File>,
    index: Mutex<Index>,
}

impl State {
    /// Opens it, or begins it.
    pub(super) fn open(path: &Path, options: String) -> Result<Self, String> {
        let because = |error: &io::Error| format!("--state {}: {}", path.display(), reason(error));
        // A pipe would be waited for, and a device keeps nothing.
        if std::fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir()) {
            return Err(format!("--state {}: is no regular file; name one", path.display()));
        }
        let writer = open_alone(path).map_err(|error| because(&error))?;
        let file = File::open(path).map_err(|error| because(&error))?;
        let mut index = Index {
            file: Some(BufReader::new(file)),
            ..Index::default()
        };
        let is_torn = index.load(&options).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => format!("--state {}: {error}", path.display()),
            _ => because(&error),
        })?;
        if is_torn {
            // So that the next line does not join it.
            (&writer).write_all(b"\n").map_err(|error| because(&error))?;
            index.end = index.end.saturating_add(1);
        }
        Ok(Self {
            path: path.to_owned(),
            options,
            writer: Mutex::new(writer),
            index: Mutex::new(index),
        })
    }

    /// True if a file is this one.
    pub(super) fn is(&self, path: &Path) -> bool {
        path.file_name() == self.path.file_name()
            && matches!((path.canonicalize(), self.path.canonicalize()), (Ok(a), Ok(b)) if a == b)
    }

    /// Entries of files that have changed neither place nor content.
    pub(super) fn by_place(&self, files: &[Found]) -> Option<Line> {
        let places: Vec<Place> = files.iter().map(|it| Place::of(it, true)).collect::<Option<_>>()?;
        let first = places.first()?;
        let mut index = lock(&self.index);
        let known = index.places.get(&first.path)?;
        if known.modified.is_none() || (known.size, known.modified) != (first.size, first.modified) {
            return None;
        }
        let at = known.at;
        index.line(at).filter(|line| line.files == places)
    }

    /// How long the capture was that was last judged under that path.
    pub(super) fn size_at(&self, path: &Path) -> Option<u64> {
        let path = std::path::absolute(path).ok()?;
        lock(&self.index).places.get(path.to_str()?).map(|known| known.size)
    }

    /// True if a capture of that many bytes is known: else its content need not be compared.
    pub(super) fn knows_size(&self, size: u64) -> bool {
        lock(&self.index).sizes.contains(&size)
    }

    /// Known file by its content.
    pub(super) fn by_content(&self, sha256: &str) -> Option<Line> {
        let mut index = lock(&self.index);
        let at = index.hashes.get(sha256)?.at;
        index.line(at)
    }

    /// True if a content was at this place, or at one that is gone.
    pub(super) fn was_here_or_moved(&self, sha256: &str, here: &Path) -> bool {
        let index = lock(&self.index);
        let Some(content) = index.hashes.get(sha256) else {
            return false;
        };
        let known = here.to_str().and_then(|here| index.places.get(here));
        if known.is_some_and(|known| known.content == Some(content.number)) {
            return true;
        }
        // Nobody waits for the disk.
        let places = content.places.clone();
        drop(index);
        places.iter().any(|place| !place.exists())
    }

    /// Adds a capture, with what it came to as an exit code.
    pub(super) fn add(&self, judged: &Judged, exit: Option<u8>) -> Result<(), String> {
        let places = judged.files.iter().map(|it| Place::of(it, !judged.changed));
        let Some(places) = places.collect::<Option<Vec<_>>>() else {
            // A name that is no text cannot be written down; it is judged again next time.
            return Ok(());
        };
        // What is noted of a file is of now.
        let mut rows = judged.rows.clone();
        rows.iter_mut().for_each(|row| row.note.clone_from(&judged.note));
        let line = Line {
            schema: SCHEMA.to_owned(),
            options: self.options.clone(),
            sha256: judged.sha256.clone(),
            files: places,
            exit,
            rows,
            checked: judged.checked.clone(),
        };
        let because = |error: io::Error| format!("--state {}: {}", self.path.display(), reason(&error));
        let mut text = serde_json::to_vec(&line).map_err(|error| because(error.into()))?;
        text.push(b'\n');
        lock(&self.writer).write_all(&text).map_err(because)?;
        let mut index = lock(&self.index);
        let at = index.end;
        index.end = at.saturating_add(text.len() as u64);
        index.add(line.sha256, line.files, at);
        Ok(())
    }
}

impl Index {
    /// Reads the lines that are there; whether the last one has no end.
    fn load(&mut self, options: &str) -> io::Result<bool> {
        let Some(mut file) = self.file.take() else {
            return Ok(false);
        };
        let mut line = Vec::new();
        let mut is_torn = false;
        // Before a line is read: a file of somebody else may be of any length and have none.
        let begin = file.fill_buf()?;
        if !begin.is_empty() && !is_ours(begin) {
            let why = "is no state of tlswalk's; name a new file";
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        loop {
            line.clear();
            let len = file.read_until(b'\n', &mut line)? as u64;
            if len == 0 {
                break;
            }
            let at = self.end;
            self.end = self.end.saturating_add(len);
            is_torn = !line.ends_with(b"\n");
            match serde_json::from_slice::<Head>(&line) {
                Ok(head) if head.schema == SCHEMA && head.options == options && !is_torn => {
                    self.add(head.sha256, head.files, at);
                }
                _ => {}
            }
        }
        self.file = Some(file);
        Ok(is_torn)
    }

    fn add(&mut self, sha256: Option<String>, files: Vec<Place>, at: u64) {
        let size = files.iter().map(|it| it.size).sum();
        let mut content = None;
        if let (Some(sha256), Some(first)) = (sha256, files.first()) {
            self.sizes.insert(size);
            let number = self.hashes.len();
            let known = self.hashes.entry(sha256).or_insert_with(|| Content {
                number,
                at,
                places: VecDeque::new(),
            });
            known.at = at;
            content = Some(known.number);
            let path = PathBuf::from(&first.path);
            known.places.retain(|other| *other != path);
            if known.places.len() >= PLACES {
                known.places.pop_front();
            }
            known.places.push_back(path);
        }
        for place in files {
            let known = Known {
                size: place.size,
                modified: place.modified,
                at,
                content: content.take(),
            };
            self.places.insert(place.path, known);
        }
    }

    fn line(&mut self, at: u64) -> Option<Line> {
        let file = self.file.as_mut()?;
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut line = Vec::new();
        file.read_until(b'\n', &mut line).ok()?;
        serde_json::from_slice(&line).ok()
    }
}

/// Opens it for nobody else: of two runs, each would think of the other's lines that they begin where its own do.
#[cfg(unix)]
fn open_alone(path: &Path) -> io::Result<File> {
    use rustix::fs::{FlockOperation, flock};
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Err(rustix::io::Errno::WOULDBLOCK) => Err(io::Error::other(IN_USE)),
        // Where a file system has no locks, nobody is kept out.
        _ => Ok(file),
    }
}

/// Opens it for nobody else to write.
#[cfg(not(unix))]
fn open_alone(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt as _;
        // Others may read: this program does.
        const FILE_SHARE_READ: u32 = 1;
        const SHARING_VIOLATION: i32 = 32;
        options.share_mode(FILE_SHARE_READ);
        return options.open(path).map_err(|error| match error.raw_os_error() {
            Some(SHARING_VIOLATION) => io::Error::other(IN_USE),
            _ => error,
        });
    }
    #[cfg(not(windows))]
    options.open(path)
}

/// Why a second run does not begin.
const IN_USE: &str = "another run is writing to it; wait until that ends, or name another file";

/// True if a file that begins so is one of ours, or torn off one.
fn is_ours(file: &[u8]) -> bool {
    let begin = format!("{{\"schema\":\"{SCHEMA}\"");
    let len = file.len().min(begin.len());
    file.get(..len) == begin.as_bytes().get(..len) || file.starts_with(b"\n")
}

impl Place {
    fn of(found: &Found, is_settled: bool) -> Option<Self> {
        Some(Self {
            path: std::path::absolute(&found.path).ok()?.to_str()?.to_owned(),
            size: found.size,
            modified: found.modified.filter(|_| is_settled).map(nanoseconds),
        })
    }
}

fn nanoseconds(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => i128::try_from(before.duration().as_nanos()).map_or(i128::MIN, |it| -it),
    }
}

/// Everything that may change a line, in one word: the version, the options, what stands in the files that they name, and what is
/// expected.
pub(super) fn fingerprint(options: &Options, expected: Option<&Expectations>) -> String {
    let made = serde_json::to_string(&MadeWith::of(options)).unwrap_or_default();
    let expected = expected.map(Expectations::text);
    let parts: Vec<&str> = [SCHEMA, ROW_SCHEMA, &made].into_iter().chain(expected).collect();
    let parts = parts.join("\0");
    let digest = digest::digest(&digest::SHA256, parts.as_bytes());
    hexadecimal(digest.as_ref().get(..8).unwrap_or_default())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn found(path: &Path) -> Found {
        Found::new(path.to_owned(), &fs::metadata(path).unwrap(), false)
    }

    fn judged(path: &Path, sha256: &str) -> Judged {
        let row = Row {
            capture: "a".into(),
            ..Row::default()
        };
        Judged {
            files: vec![found(path)],
            sha256: Some(sha256.to_owned()),
            ..Judged::problem(row)
        }
    }

    #[test]
    fn what_was_judged_is_known_by_place_and_by_content_also_behind_a_torn_line() {
        let folder = tempfile::tempdir().unwrap();
        let (state, capture) = (folder.path().join("state"), folder.path().join("a.pcap"));
        fs::write(&capture, "12345").unwrap();
        let open = |options: &str| State::open(&state, options.to_owned()).unwrap();
        open("1").add(&judged(&capture, "aa"), Some(1)).unwrap();
        OpenOptions::new()
            .append(true)
            .open(&state)
            .unwrap()
            .write_all(b"{\"schema\":\"tlswalk.sta")
            .unwrap();
        let again = open("1");
        assert_eq!(again.by_place(&[found(&capture)]).unwrap().rows[0].capture, "a");
        let other = folder.path().join("b.pcap");
        fs::write(&other, "123456").unwrap();
        again.add(&judged(&other, "bb"), None).unwrap();
        drop(again);
        assert!(open("2").by_content("aa").is_none());
        let third = open("1");
        assert!(third.by_content("aa").is_some() && third.by_content("bb").unwrap().exit.is_none());
        assert!(third.knows_size(6) && !third.knows_size(7));
        // Another size, another time: not as it was.
        fs::write(&capture, "1234567").unwrap();
        assert!(third.by_place(&[found(&capture)]).is_none());
    }

    #[test]
    fn of_a_content_that_is_there_many_times_little_is_remembered_and_where_it_was_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("state"), String::new()).unwrap();
        let path = |number: usize| folder.path().join(format!("{number}.pcap"));
        for number in 0..10 * PLACES {
            fs::write(path(number), "same").unwrap();
            state.add(&judged(&path(number), "aa"), None).unwrap();
        }
        assert_eq!(lock(&state.index).hashes["aa"].places.len(), PLACES);
        let other = folder.path().join("other.pcap");
        assert!(state.was_here_or_moved("aa", &path(0)) && !state.was_here_or_moved("aa", &other));
        assert!(!state.was_here_or_moved("bb", &path(0)));
        fs::remove_file(path(10 * PLACES - 1)).unwrap();
        assert!(state.was_here_or_moved("aa", &other));
        // Another content stands there now.
        state.add(&judged(&path(0), "bb"), None).unwrap();
        fs::write(path(10 * PLACES - 1), "same").unwrap();
        assert!(!state.was_here_or_moved("aa", &path(0)));
    }

    #[test]
    fn a_state_that_another_run_writes_to_is_refused_until_that_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (path, capture) = (folder.path().join("state"), folder.path().join("a.pcap"));
        fs::write(&capture, "1").unwrap();
        let first = State::open(&path, String::new()).unwrap();
        let refused = State::open(&path, String::new()).map(drop).unwrap_err();
        assert!(refused.ends_with(IN_USE), "{refused}");
        first.add(&judged(&capture, "aa"), Some(1)).unwrap();
        drop(first);
        assert!(State::open(&path, String::new()).unwrap().by_content("aa").is_some());
    }

    #[test]
    fn a_file_of_somebody_else_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        fs::write(&path, "one\ntwo\n").unwrap();
        assert!(State::open(&path, String::new()).is_err_and(|why| why.contains("no state")));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }
}
