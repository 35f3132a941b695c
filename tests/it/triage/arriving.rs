//! Captures that arrive, as exports do: slowly, renamed into place, moved, deleted, while the watch is stopped and started.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tlswalk::report::row::Row;

use crate::support::{samples, skip};

/// How long a file must not have changed where nobody tells of it.
const SETTLE: Duration = Duration::from_millis(700);
const LIMIT: Duration = Duration::from_secs(120);

/// A small sample with its clock put on by so many seconds: no two are equal.
pub(crate) fn capture(number: usize) -> Vec<u8> {
    let wanted = ["tcp-refused-cslu.pcap", "dns-error-nxdomain.pcap", "healthy-cslu.pcap"];
    let path = samples()
        .into_iter()
        .find(|path| path.ends_with(wanted[number % wanted.len()]))
        .unwrap();
    let mut bytes = fs::read(path).unwrap();
    let mut at = 24;
    while let Some(header) = bytes.get(at..at + 16) {
        let seconds = u32::from_le_bytes(header[0..4].try_into().unwrap()) + number as u32;
        let len = u32::from_le_bytes(header[8..12].try_into().unwrap()) as usize;
        bytes[at..at + 4].copy_from_slice(&seconds.to_le_bytes());
        at += 16 + len;
    }
    bytes
}

fn sha256(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A program that watches, its rows appended to a file.
struct Watching(Child);

impl Watching {
    fn begin(folder: &Path, state: &Path, rows: &Path) -> Self {
        Self::expecting(&[], Stdio::inherit(), folder, state, rows)
    }

    fn expecting(more: &[&str], told: Stdio, folder: &Path, state: &Path, rows: &Path) -> Self {
        let rows = File::options().create(true).append(true).open(rows).unwrap();
        let settle = SETTLE.as_secs_f64().to_string();
        let mut command = crate::support::program();
        command.args(["triage", "-f", "ndjson", "--settle", &settle]);
        command.args(more).arg("--state");
        command.arg(state).arg("--watch").arg(folder).stdout(rows).stderr(told);
        Self(command.spawn().unwrap())
    }

    /// Asks it to stop; its exit code.
    fn stop(mut self) -> i32 {
        let id = self.0.id().to_string();
        // Before it has said that it heeds the signal, that would just kill it.
        wait_until("it heeds signals", || heeds_sigterm(self.0.id()));
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let began = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code().unwrap_or_else(|| panic!("{status}"));
            }
            assert!(began.elapsed() < LIMIT, "it does not stop");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// True if a program has a handler for SIGTERM by now, where the system says so.
fn heeds_sigterm(id: u32) -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_some_and(|mask| mask & (1 << (15 - 1)) != 0)
}

impl Drop for Watching {
    fn drop(&mut self) {
        // Where a test fails.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn rows(path: &Path) -> Vec<Row> {
    let text = fs::read_to_string(path).unwrap_or_default();
    // The last line may be about to be written.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The longest time for which a file that was being written may have looked still.
#[derive(Default)]
struct Stillness {
    /// Before the step that changed it last.
    before: Option<Instant>,
    longest: Duration,
}

impl Stillness {
    /// Takes a step of a writer.
    fn step<T>(&mut self, write: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let written = write();
        let before = self.before.replace(began).unwrap_or(began);
        self.longest = self.longest.max(before.elapsed());
        written
    }
}

/// What arrives in one way or another; gives the hash of what is to be reported.
fn arrive(number: usize, folder: &Path, aside: &Path, pause: Duration, still: &mut Stillness) -> Option<String> {
    let bytes = capture(number);
    let name = format!("{number:04}.pcap");
    let path = folder.join(&name);
    let wait = |part: u32| thread::sleep(pause * part / 4);
    let written = Some(sha256(&bytes));
    match number % 8 {
        0 => still.step(|| fs::write(path, bytes)).unwrap(),
        // A slow writer, with pauses.
        1 => {
            let mut file = still.step(|| File::create(path)).unwrap();
            wait(4);
            for part in bytes.chunks(bytes.len() / 3 + 1) {
                still.step(|| file.write_all(part)).unwrap();
                wait(4);
            }
            still.step(|| drop(file));
        }
        // As rsync does it.
        2 => {
            let hidden = folder.join(format!(".{name}.Ab1"));
            fs::write(&hidden, bytes).unwrap();
            wait(1);
            fs::rename(hidden, path).unwrap();
        }
        // Moved in from elsewhere.
        3 => {
            fs::write(aside.join(&name), bytes).unwrap();
            fs::rename(aside.join(&name), path).unwrap();
        }
        // Renamed twice, when it may have been reported, or be read just now.
        4 => {
            still.step(|| fs::write(&path, bytes)).unwrap();
            wait(number as u32 % 4);
            fs::rename(path, folder.join(format!("done-{name}"))).unwrap();
            wait(2);
            fs::create_dir_all(folder.join("archive")).unwrap();
            fs::rename(folder.join(format!("done-{name}")), folder.join("archive").join(&name)).unwrap();
        }
        // In a folder of its own.
        5 => {
            let own = folder.join(format!("site-{number}/a/b"));
            fs::create_dir_all(&own).unwrap();
            still.step(|| fs::write(own.join(name), bytes)).unwrap();
        }
        // As a browser does it: renamed while it is open.
        6 => {
            let part = folder.join(format!("{name}.part"));
            let mut file = still.step(|| File::create(&part)).unwrap();
            still.step(|| file.write_all(&bytes[..20])).unwrap();
            wait(2);
            fs::rename(part, path).unwrap();
            wait(2);
            still.step(|| file.write_all(&bytes[20..])).unwrap();
            still.step(|| drop(file));
        }
        // Given up.
        _ => {
            let mut file = still.step(|| File::create(&path)).unwrap();
            still.step(|| file.write_all(&bytes[..bytes.len() / 2])).unwrap();
            wait(2);
            still.step(|| fs::remove_file(path)).unwrap();
            return None;
        }
    }
    written
}

/// Lets captures arrive from eight sides at once; gives those whose writers the machine held up for so long that their files
/// looked complete to who had not seen them begin.
fn arrivals(
    numbers: std::ops::Range<usize>,
    folder: &Path,
    aside: &Path,
    pause: Duration,
    wanted: &Mutex<BTreeSet<String>>,
) -> Vec<usize> {
    let held_up = Mutex::new(Vec::new());
    let next = AtomicUsize::new(numbers.start);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= numbers.end {
                        return;
                    }
                    let mut still = Stillness::default();
                    let written = arrive(number, folder, aside, pause, &mut still);
                    wanted.lock().unwrap().extend(written);
                    if still.longest >= SETTLE {
                        held_up.lock().unwrap().push(number);
                    }
                }
            });
        }
    });
    held_up.into_inner().unwrap()
}

#[test]
fn a_thousand_arrivals_are_reported_once_each_whatever_happens_to_them() {
    if !cfg!(target_os = "linux") {
        return skip("arrivals", "only Linux tells when a writer closes its file");
    }
    let base = tempfile::tempdir().unwrap();
    let [folder, aside] = ["in", "aside"].map(|name| base.path().join(name));
    fs::create_dir(&folder).unwrap();
    fs::create_dir(&aside).unwrap();
    let [state, output] = ["state", "rows"].map(|name| base.path().join(name));
    let wanted = Mutex::new(BTreeSet::new());
    // Some are there before.
    arrivals(0..100, &folder, &aside, Duration::ZERO, &wanted);
    // A few writers pause for longer than a file has to be still. It watches by then: else it would not know of them.
    let watching = Watching::begin(&folder, &state, &output);
    wait_until("the first row", || !rows(&output).is_empty());
    arrivals(100..164, &folder, &aside, SETTLE + SETTLE / 2, &wanted);
    arrivals(164..700, &folder, &aside, Duration::from_millis(40), &wanted);
    watching.stop();
    // The others arrive while the watch is stopped and started.
    let held_up = Mutex::new(None);
    thread::scope(|scope| {
        scope.spawn(|| {
            let numbers = arrivals(700..1000, &folder, &aside, Duration::from_millis(60), &wanted);
            *held_up.lock().unwrap() = Some(numbers);
        });
        while held_up.lock().unwrap().is_none() {
            let watching = Watching::begin(&folder, &state, &output);
            thread::sleep(Duration::from_millis(900));
            watching.stop();
        }
    });
    // A rename while nobody watches is no arrival either.
    fs::rename(folder.join("0000.pcap"), folder.join("renamed.pcap")).unwrap();
    let before = rows(&output).len();
    let watching = Watching::begin(&folder, &state, &output);
    // The last watch is certain to see one that failed.
    let last = arrive(1011, &folder, &aside, Duration::ZERO, &mut Stillness::default());
    let mut wanted = wanted.into_inner().unwrap();
    wanted.extend(last);
    let held_up: Vec<String> = held_up
        .into_inner()
        .unwrap()
        .unwrap_or_default()
        .iter()
        .map(|it| format!("{it:04}.pcap"))
        .collect();
    let is_held_up = |row: &Row| held_up.iter().any(|name| row.capture.contains(name));
    let count = |rows: &[Row]| {
        let mut count: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows {
            let why = format!("{} {:?} {:?}", row.capture, row.error, row.note);
            count
                .entry(row.sha256.clone().unwrap_or_default())
                .or_default()
                .push(why);
        }
        count
    };
    let missed = || {
        let there = count(&rows(&output));
        wanted
            .iter()
            .filter(|it| !there.contains_key(*it))
            .cloned()
            .collect::<Vec<_>>()
    };
    let began = Instant::now();
    while !missed().is_empty() && began.elapsed() < LIMIT {
        thread::sleep(Duration::from_millis(100));
    }
    // Time for what comes twice.
    thread::sleep(SETTLE * 3);
    let code = watching.stop();
    let mut rows = rows(&output);
    let has_error = rows[before..].iter().any(|row| row.error.is_some());
    assert_eq!(code, if has_error { 2 } else { 1 }, "{:#?}", &rows[before..]);
    // Who was held up may have been reported too early, and then again.
    rows.retain(|row| !is_held_up(row));
    let count = count(&rows);
    let doubled: Vec<_> = count.iter().filter(|(_, rows)| rows.len() > 1).collect();
    let foreign: Vec<_> = count.iter().filter(|(sha256, _)| !wanted.contains(*sha256)).collect();
    assert_eq!(wanted.len(), 876);
    let missed = missed();
    assert!(
        missed.is_empty() && doubled.is_empty() && foreign.is_empty(),
        "missed {missed:?}\ndoubled {doubled:#?}\nforeign {foreign:#?}"
    );
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < LIMIT, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until so many rows are there.
fn wait_for(count: usize, output: &Path) -> Vec<Row> {
    let began = Instant::now();
    loop {
        let rows = rows(output);
        if rows.len() >= count || began.elapsed() > LIMIT {
            assert_eq!(rows.len(), count, "{rows:#?}");
            return rows;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_grows_is_reported_again_and_says_so_and_what_is_touched_is_not() {
    let base = tempfile::tempdir().unwrap();
    let [state, output] = ["state", "rows"].map(|name| base.path().join(name));
    let folder = base.path().join("in");
    fs::create_dir(&folder).unwrap();
    let watching = Watching::begin(&folder, &state, &output);
    let path: PathBuf = folder.join("a.pcap");
    let (first, second) = (capture(0), capture(3));
    // Whether it watches yet or not, it sees it whole.
    let arrive = |bytes: &[u8], path: &Path| {
        let aside = base.path().join("aside");
        fs::write(&aside, bytes).unwrap();
        fs::rename(aside, path).unwrap();
    };
    arrive(&first, &path);
    assert_eq!(wait_for(1, &output)[0].note, None);
    // Touched, and written again with the same bytes.
    fs::write(&path, &first).unwrap();
    thread::sleep(SETTLE * 2);
    // Grown.
    File::options()
        .append(true)
        .open(&path)
        .unwrap()
        .write_all(&second[24..])
        .unwrap();
    let rows = wait_for(2, &output);
    let expected = format!("reported before, and changed since: {} bytes then", first.len());
    assert!(rows[1].note.as_deref().unwrap().starts_with(&expected), "{rows:?}");
    // What is no capture is not told of; what should be one is, once, also behind a restart.
    fs::write(folder.join("notes.txt"), "x").unwrap();
    fs::write(folder.join("b.pcap"), "<!DOCTYPE html>").unwrap();
    fs::write(folder.join("c.pcap"), "").unwrap();
    let rows = wait_for(4, &output);
    assert!(rows[2..].iter().all(|row| row.error.is_some()));
    watching.stop();
    let watching = Watching::begin(&folder, &state, &output);
    thread::sleep(SETTLE * 3);
    wait_for(4, &output);
    // A copy is one more capture.
    arrive(&fs::read(&path).unwrap(), &folder.join("copy.pcap"));
    let rows = wait_for(5, &output);
    assert_eq!((&rows[4].sha256, rows[4].note.as_deref()), (&rows[1].sha256, None));
    assert_eq!(watching.stop(), 1);
}

#[test]
fn a_watch_tells_what_is_not_as_expected_as_it_comes_and_ends_so() {
    let base = tempfile::tempdir().unwrap();
    let [state, output, told, expected, folder] =
        ["state", "rows", "told", "expected", "in"].map(|name| base.path().join(name));
    fs::create_dir(&folder).unwrap();
    fs::write(&expected, "tcp-refused *\n    tls >= 1.2\n").unwrap();
    let options = ["--expect-file", expected.to_str().unwrap()];
    let begin = || {
        let told = File::options().create(true).append(true).open(&told).unwrap();
        Watching::expecting(&options, told.into(), &folder, &state, &output)
    };
    let arrive = |number: usize, name: &str| {
        let aside = base.path().join("aside");
        fs::write(&aside, capture(number)).unwrap();
        fs::rename(aside, folder.join(name)).unwrap();
    };
    let said = || fs::read_to_string(&told).unwrap();
    let watching = begin();
    arrive(0, "a.pcap");
    wait_for(1, &output);
    // While it still watches.
    wait_until("it is told", || {
        said().contains("expected tls >= 1.2, seen nothing that tells")
    });
    assert!(!said().contains("expected tcp-refused"), "{}", said());
    assert_eq!(watching.stop(), 1);
    assert!(said().ends_with("tlswalk: 0 of 1 as expected\n"), "{}", said());
    // What was told is not told again, and its line of the file still has its capture.
    let watching = begin();
    wait_until("it has looked", || heeds_sigterm(watching.0.id()));
    thread::sleep(SETTLE * 3);
    assert_eq!(watching.stop(), 3);
    assert_eq!(said().matches("seen nothing that tells").count(), 1, "{}", said());
    assert!(
        said().ends_with("tlswalk: no capture was compared with what is expected\n"),
        "{}",
        said()
    );
}
