//! Faults: signals and kills at any point, disks that are full, files that vanish, and clocks that leap. Nothing is half-written, what
//! is read stays as it is, and a state goes on where it was.
//!
//! What is asserted holds at whatever point the fault comes, so that no test depends on how fast the machine is; a seed chooses the
//! points. `TLSWALK_FAULTS=1000 cargo test --test it faults::` makes a thousand of each kind; a failure names its round.
#![cfg(target_os = "linux")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tlswalk::report::row::Row;

use crate::mutate::Random;
use crate::support::{bare, program, root, skip};
use crate::triage::arriving::capture;

/// For what must come: nothing is hurried.
const LIMIT: Duration = Duration::from_secs(120);

const PROGRAM: &str = env!("CARGO_BIN_EXE_tlswalk");

/// Faults of each kind, unless `TLSWALK_FAULTS` says another number.
const FAULTS: usize = 24;

fn faults() -> usize {
    let given = std::env::var("TLSWALK_FAULTS").ok();
    given.map_or(FAULTS, |it| it.parse().unwrap())
}

/// Every command that writes a file: its arguments, and the file.
const WRITERS: &[(&[&str], &str)] = &[
    (&["-f", "json", "-o", "out", "ev.pcap", "in/0.pcap"], "out"),
    (&["-f", "html", "-o", "out", "ev.pcap", "in/0.pcap"], "out"),
    (&["-f", "csv", "-o", "out", "ev.pcap"], "out"),
    (
        &["-f", "sarif", "--redact", "--redact-key", "key", "-o", "out", "ev.pcap"],
        "out",
    ),
    (&["slice", "--force", "-o", "out", "ev.pcap"], "out"),
    (
        &[
            "slice",
            "--force",
            "--whole",
            "--redact",
            "--redact-key",
            "key",
            "-o",
            "out",
            "ev.pcap",
        ],
        "out",
    ),
    (&["triage", "-f", "csv", "-o", "out", "in"], "out"),
    (&["triage", "-f", "junit", "-o", "out", "in"], "out"),
    (&["triage", "-f", "json", "-o", "out", "--state", "state", "in"], "out"),
    (&["diff", "-f", "json", "-o", "out", "ev.pcap", "in/0.pcap"], "out"),
    (&["check", "-f", "json", "-o", "out", "mail", "ev.pcap"], "out"),
    (&["why", "23", "-f", "json", "-o", "out", "ev.pcap"], "out"),
    (&["whynot", "tcp-refused", "-f", "json", "-o", "out", "ev.pcap"], "out"),
    (&["verify", "-f", "json", "-o", "out", "report.json", "ev.pcap"], "out"),
];

/// A folder with what they read.
fn inputs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path();
    fs::create_dir(base.join("in")).unwrap();
    let rejected = root().join("samples/client-certificate-self-signed-expired.pcap");
    fs::copy(rejected, base.join("ev.pcap")).unwrap();
    for number in 0..6 {
        fs::write(base.join(format!("in/{number}.pcap")), capture(number)).unwrap();
    }
    fs::write(base.join("key"), [7; 32]).unwrap();
    fs::write(
        base.join("mail"),
        "The server sent unknown_ca in frame 23. The client sent it.\n",
    )
    .unwrap();
    let made = run(base, &["-f", "json", "-o", "report.json", "ev.pcap"]);
    assert_eq!(made.status.code(), Some(1), "{made:?}");
    folder
}

fn tlswalk(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = program();
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    tlswalk(folder, arguments).output().unwrap()
}

/// Everything in a folder, by name.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        match path.is_dir() {
            true => all.extend(
                contents(&path)
                    .into_iter()
                    .map(|(it, bytes)| (format!("{name}/{it}"), bytes)),
            ),
            false => _ = all.insert(name, fs::read(&path).unwrap()),
        }
    }
    all
}

/// What stands under an output's name, apart from everything else; temporary files are left out, and counted.
fn parted(folder: &Path, output: &str) -> (Option<Vec<u8>>, BTreeMap<String, Vec<u8>>, usize) {
    let mut rest = contents(folder);
    let written = rest.remove(output);
    rest.remove("state");
    let before = rest.len();
    rest.retain(|name, _| !name.starts_with(".tlswalk-"));
    let temporary = before - rest.len();
    (written, rest, temporary)
}

fn signal(number: &str, child: &Child) {
    // It may have ended meanwhile.
    let _ = Command::new("kill")
        .args([number, &child.id().to_string()])
        .stderr(Stdio::null())
        .status();
}

/// Ends a call at a point that the seed chooses between its beginning and a little behind its end.
fn disturbed(mut command: Command, number: &str, takes: Duration, random: &mut Random) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(takes.mul_f64(random.below(1200) as f64 / 1000.0));
    signal(number, &child);
    child.wait_with_output().unwrap()
}

#[test]
fn whenever_a_signal_comes_an_output_is_the_old_one_or_the_new_one() {
    let folder = inputs();
    let base = folder.path();
    // How long each takes, and what it writes.
    let whole: Vec<(Duration, Option<i32>, Vec<u8>)> = WRITERS
        .iter()
        .map(|(arguments, output)| {
            let began = Instant::now();
            let done = run(base, arguments);
            let takes = began.elapsed();
            assert!(done.status.code().is_some_and(|it| it < 2), "{arguments:?}: {done:?}");
            let written = fs::read(base.join(output)).unwrap();
            fs::remove_file(base.join(output)).unwrap();
            (takes, done.status.code(), written)
        })
        .collect();
    let (_, before, _) = parted(base, "out");
    let mut random = Random(26);
    let mut ended_early = 0;
    for round in 0..faults() {
        let at = round % WRITERS.len();
        let ((arguments, output), (takes, code, new)) = (WRITERS[at], &whole[at]);
        let number = ["-KILL", "-INT", "-TERM"][(round / WRITERS.len() + at) % 3];
        let old = (random.below(2) == 0).then(|| b"as it was\n".to_vec());
        match &old {
            Some(old) => fs::write(base.join(output), old).unwrap(),
            None => _ = fs::remove_file(base.join(output)),
        }
        let ended = disturbed(tlswalk(base, arguments), number, *takes, &mut random);
        let told = format!("round {round}: {number} {arguments:?}: {ended:?}");
        let (written, rest, temporary) = parted(base, output);
        assert!(written == old || written.as_ref() == Some(new), "{told}");
        assert!(rest == before, "{told}");
        // Only a kill can leave a temporary file behind.
        assert!(temporary == 0 || number == "-KILL", "{told}");
        if ended.status.code().is_some() {
            assert_eq!((ended.status.code(), written.as_ref()), (*code, Some(new)), "{told}");
        } else {
            ended_early += 1;
        }
        // Whatever was left: the next run does all of it.
        let again = run(base, arguments);
        assert_eq!(again.status.code(), *code, "{told}");
        assert!(fs::read(base.join(output)).unwrap() == *new, "{told}");
        for name in contents(base).into_keys().filter(|it| it.starts_with(".tlswalk-")) {
            fs::remove_file(base.join(name)).unwrap();
        }
    }
    eprintln!("{ended_early} of {} were ended early", faults());
}

fn rows(text: &[u8]) -> Vec<Row> {
    // The last line may be torn.
    let whole = text.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
    let lines = text[..whole].split(|it| *it == b'\n').filter(|it| !it.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

#[test]
fn a_state_that_was_killed_at_any_point_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path();
    fs::create_dir(base.join("in")).unwrap();
    for number in 0..40 {
        fs::write(base.join(format!("in/{number:02}.pcap")), capture(number)).unwrap();
    }
    let plain = ["triage", "-f", "ndjson", "--hash", "in"];
    let began = Instant::now();
    let expected = rows(&run(base, &plain).stdout);
    let takes = began.elapsed();
    assert_eq!(expected.len(), 40);
    let arguments = ["triage", "-f", "ndjson", "--state", "state", "in"];
    let mut random = Random(5);
    for round in 0..faults() {
        if random.below(8) == 0 {
            // From the beginning.
            _ = fs::remove_file(base.join("state"));
        }
        let number = ["-KILL", "-KILL", "-INT", "-TERM"][random.below(4)];
        let ended = disturbed(tlswalk(base, &arguments), number, takes, &mut random);
        // What it told is true, as far as it came; and what it remembers was told of each capture, or will be.
        let told = rows(&ended.stdout);
        assert!(
            told.len() <= expected.len() && told == expected[..told.len()],
            "round {round}: {ended:?}"
        );
        if random.below(3) == 0 {
            // As a crash of the system leaves it.
            let bytes = fs::read(base.join("state")).unwrap_or_default();
            let kept = bytes.len().saturating_sub(random.below(200));
            fs::write(base.join("state"), &bytes[..kept]).unwrap();
        }
        if random.below(4) == 0 {
            let done = run(base, &arguments);
            assert_eq!(
                (rows(&done.stdout), done.status.code()),
                (expected.clone(), Some(1)),
                "round {round}"
            );
        }
    }
    let done = run(base, &arguments);
    assert_eq!((rows(&done.stdout), done.status.code()), (expected, Some(1)));
    let known = fs::read_to_string(base.join("state")).unwrap();
    let whole = known
        .lines()
        .filter(|it| serde_json::from_str::<serde_json::Value>(it).is_ok());
    let places: BTreeSet<String> = whole
        .map(|it| serde_json::from_str::<serde_json::Value>(it).unwrap()["files"][0]["path"].to_string())
        .collect();
    assert_eq!(places.len(), 40);
}

/// Runs with files that may not grow over so many bytes; a write beyond that fails, or ends the program as a kill would.
fn bounded(folder: &Path, bytes: usize, is_fatal: bool, arguments: &[&str]) -> Output {
    let trap = if is_fatal { "" } else { "trap '' XFSZ; " };
    let script = format!("{trap}exec prlimit --core=0 --fsize={bytes} \"$0\" \"$@\"");
    let mut command = bare(Command::new("sh"));
    command.args(["-c", &script, PROGRAM]).args(arguments);
    command.current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn at_whatever_byte_a_file_cannot_grow_an_output_is_whole_or_not_there() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        return skip("files that cannot grow", "prlimit is not there");
    }
    let folder = inputs();
    let base = folder.path();
    let mut random = Random(11);
    for round in 0..faults() {
        let (arguments, output) = WRITERS[round % WRITERS.len()];
        _ = fs::remove_file(base.join("state"));
        let whole = run(base, arguments);
        let new = fs::read(base.join(output)).unwrap();
        fs::write(base.join(output), "as it was\n").unwrap();
        _ = fs::remove_file(base.join("state"));
        let (_, before, _) = parted(base, output);
        let bytes = random.below(new.len() + new.len() / 8);
        let is_fatal = random.below(3) == 0;
        let ended = bounded(base, bytes, is_fatal, arguments);
        let told = format!("round {round}: {bytes} bytes, {arguments:?}: {ended:?}");
        let (written, rest, temporary) = parted(base, output);
        assert!(
            written.as_deref() == Some(b"as it was\n") || written.as_ref() == Some(&new),
            "{told}"
        );
        assert!(rest == before, "{told}");
        match ended.status.code() {
            Some(2) => {
                let error = String::from_utf8_lossy(&ended.stderr);
                assert!(
                    error.lines().count() == 1 && error.contains("a file may not be as large as that here"),
                    "{told}"
                );
                assert!(bytes < new.len() || arguments.contains(&"--state"), "{told}");
                assert_eq!(temporary, 0, "{told}");
            }
            Some(_) => assert_eq!((ended.status, written), (whole.status, Some(new)), "{told}"),
            None => assert!(is_fatal && ended.status.signal() == Some(25), "{told}"),
        }
        for name in contents(base).into_keys().filter(|it| it.starts_with(".tlswalk-")) {
            fs::remove_file(base.join(name)).unwrap();
        }
    }
}

#[test]
fn a_full_disk_is_one_sentence_and_a_state_goes_on_when_there_is_room() {
    // A small disk of our own, in a namespace that ends with the shell.
    let folder = inputs();
    let base = folder.path();
    fs::create_dir(base.join("disk")).unwrap();
    let on_disk = |pages: usize, script: &str| {
        let mount = format!("mount -t tmpfs -o size={} none disk && {script}", pages * 4096);
        let mut command = bare(Command::new("unshare"));
        command.args(["-rm", "sh", "-c", &mount, PROGRAM]);
        command.current_dir(base).stdin(Stdio::null()).output().unwrap()
    };
    if !on_disk(1, "true").status.success() {
        return skip("a full disk", "no file system can be mounted in a namespace");
    }
    let mut full = 0;
    for pages in 1..=8 {
        // The state is what fills it; then there is room, and all is told.
        let script = "\"$0\" triage -f ndjson --state disk/state in >disk-rows 2>disk-told; echo $? >disk-code; \
            mount -o remount,size=1m disk; \"$0\" triage -f ndjson --state disk/state in";
        let done = on_disk(pages, script);
        let read = |name: &str| fs::read(base.join(name)).unwrap();
        let (code, told) = (read("disk-code"), String::from_utf8(read("disk-told")).unwrap());
        match code.as_slice() {
            b"2\n" => {
                full += 1;
                assert!(
                    told.lines().count() == 1 && told.contains("--state disk/state: no space left on the device"),
                    "{pages}: {told}"
                );
            }
            code => assert_eq!((code, told.as_str()), (&b"1\n"[..], ""), "{pages}"),
        }
        let (first, all) = (rows(&read("disk-rows")), rows(&done.stdout));
        assert_eq!(all.len(), 6, "{pages}: {done:?}");
        assert!(first == all[..first.len()], "{pages}");
        // An output that does not fit.
        let script =
            "echo old >disk/out; \"$0\" -f html -o disk/out ev.pcap; code=$?; cat disk/out; ls -A disk; exit $code";
        let done = on_disk(pages, script);
        let (out, told) = (
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr),
        );
        assert_eq!((done.status.code(), &*out), (Some(2), "old\nout\n"), "{pages}: {told}");
        assert!(
            told.contains("no space left on the device") && told.lines().count() == 1,
            "{told}"
        );
    }
    assert!(full > 0, "the state fitted into a page");
}

#[test]
fn two_runs_do_not_write_to_one_state() {
    let folder = inputs();
    let base = folder.path();
    let mut first = tlswalk(
        base,
        &[
            "triage", "--watch", "in", "--state", "state", "--settle", "0.05", "-f", "ndjson",
        ],
    )
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    // One of its rows is there: it has the state.
    let mut byte = [0];
    first.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
    let begin = fs::read(base.join("state")).unwrap().len();
    for arguments in [
        &["triage", "--state", "state", "in"][..],
        &["triage", "--watch", "in", "--state", "./state"],
    ] {
        let refused = run(base, arguments);
        let told = String::from_utf8_lossy(&refused.stderr);
        assert_eq!((refused.status.code(), told.lines().count()), (Some(2), 1), "{told}");
        assert!(
            told.contains("state: another run is writing to it") && refused.stdout.is_empty(),
            "{told}"
        );
    }
    // However the first ends, the next may begin.
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(fs::read(base.join("state")).unwrap().len() >= begin);
    let done = run(base, &["triage", "-f", "ndjson", "--state", "state", "in"]);
    assert_eq!((done.status.code(), rows(&done.stdout).len()), (Some(1), 6), "{done:?}");
}

#[test]
fn files_that_vanish_change_or_cannot_be_read_are_rows_and_stop_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path();
    let mut random = Random(3);
    for round in 0..faults() / 4 + 1 {
        let place = base.join(format!("{round}"));
        fs::create_dir_all(place.join("in/deep")).unwrap();
        let count = 30;
        let name = |number: usize| {
            format!(
                "in/{}{number:02}.pcap",
                if number.is_multiple_of(2) { "" } else { "deep/" }
            )
        };
        for number in 0..count {
            fs::write(place.join(name(number)), capture(number)).unwrap();
        }
        let child = tlswalk(&place, &["triage", "-f", "ndjson", "in"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Meanwhile, without an order.
        for _ in 0..60 {
            let path = place.join(name(random.below(count)));
            match random.below(6) {
                0 => _ = fs::remove_file(&path),
                1 => _ = fs::write(&path, &capture(7)[..random.below(60)]),
                2 => _ = fs::rename(&path, path.with_extension("gone")),
                3 => _ = fs::set_permissions(&path, fs::Permissions::from_mode(0o000)),
                4 => _ = fs::remove_file(&path).and_then(|()| fs::create_dir(&path)),
                _ => _ = fs::remove_file(&path).and_then(|()| std::os::unix::fs::symlink("nowhere", &path)),
            }
        }
        let ended = child.wait_with_output().unwrap();
        let told = rows(&ended.stdout);
        assert!(ended.status.code().is_some_and(|it| it < 4), "round {round}: {ended:?}");
        assert!(
            ended.stderr.is_empty(),
            "round {round}: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
        for row in &told {
            assert!(row.verdict.is_some() != row.error.is_some(), "round {round}: {row:?}");
        }
        // A file that ends inside its first record is one that cannot be used either.
        let is_unable = |row: &Row| row.error.is_some() || row.verdict.is_some_and(|id| id == "malformed-capture");
        assert_eq!(
            ended.status.code() == Some(2),
            told.iter().any(is_unable),
            "round {round}"
        );
    }
}

#[test]
fn whatever_time_a_file_bears_it_is_read_once_and_again_when_that_changes() {
    let folder = inputs();
    let base = folder.path();
    let times: Vec<SystemTime> = [0_u64, 1, 1 << 31, (1 << 32) + 5, 9_000_000_000]
        .iter()
        .map(|seconds| UNIX_EPOCH + Duration::from_secs(*seconds))
        .chain([
            UNIX_EPOCH - Duration::from_nanos(1),
            UNIX_EPOCH - Duration::from_secs(86_400 * 365),
        ])
        .collect();
    let arguments = ["triage", "--state", "state", "in"];
    for time in &times {
        let is_kept = (0..6).all(|number| {
            let file = OpenOptions::new()
                .write(true)
                .open(base.join(format!("in/{number}.pcap")))
                .unwrap();
            file.set_times(FileTimes::new().set_modified(*time)).unwrap();
            file.metadata().unwrap().modified().unwrap() == *time
        });
        // File systems keep what they can.
        let nanoseconds = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos() as i128,
            Err(before) => -(before.duration().as_nanos() as i128),
        };
        // Another time, by which the same content is known; then the same time, by which nothing is read.
        for known in ["first", "second"] {
            let done = run(base, &arguments);
            let out = String::from_utf8_lossy(&done.stdout);
            assert_eq!(done.status.code(), Some(1), "{time:?}: {out}");
            assert!(
                out.contains("6 known from before") || (known, *time) == ("first", times[0]),
                "{time:?}: {out}"
            );
        }
        let lines = fs::read_to_string(base.join("state")).unwrap();
        assert!(
            !is_kept || lines.contains(&format!("\"modified\":{nanoseconds}}}")),
            "{time:?}: {lines:.2000}"
        );
    }
    // Another content of the same size under an older time.
    let mut bytes = capture(0);
    bytes[24] ^= 1;
    fs::write(base.join("in/0.pcap"), bytes).unwrap();
    let file = File::options().write(true).open(base.join("in/0.pcap")).unwrap();
    file.set_times(FileTimes::new().set_modified(UNIX_EPOCH + Duration::from_secs(5)))
        .unwrap();
    let out = run(base, &arguments).stdout;
    assert!(String::from_utf8_lossy(&out).contains("5 known from before"));
}

#[test]
fn a_reader_who_leaves_at_any_byte_changes_no_exit_code_and_gets_no_complaint() {
    let folder = inputs();
    let base = folder.path();
    let mut random = Random(8);
    let calls: Vec<Vec<&str>> = ["text", "json", "ndjson", "html", "markdown", "csv", "junit", "sarif"]
        .iter()
        .map(|format| vec!["-f", format, "ev.pcap", "in/0.pcap"])
        .chain(["text", "json", "ndjson", "html", "csv", "junit"].map(|format| vec!["triage", "-f", format, "in"]))
        .chain([
            vec!["explain"],
            vec!["man"],
            vec!["diff", "ev.pcap", "in/0.pcap"],
            vec!["--help"],
        ])
        .collect();
    let whole: Vec<Output> = calls.iter().map(|arguments| run(base, arguments)).collect();
    for round in 0..faults().max(calls.len()) {
        let (arguments, whole) = (&calls[round % calls.len()], &whole[round % calls.len()]);
        let mut child = tlswalk(base, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut read = vec![0; random.below(whole.stdout.len())];
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut read).unwrap();
        drop(out);
        let ended = child.wait_with_output().unwrap();
        let told = format!("round {round}: {} bytes of {arguments:?}: {ended:?}", read.len());
        assert_eq!(ended.status, whole.status, "{told}");
        assert!(ended.stderr.is_empty(), "{told}");
        // Elapsed time is told in text and pages of triage alone.
        let tells_time = arguments[0] == "triage" && ["text", "html"].contains(&arguments[2]);
        assert!(tells_time || read == whole.stdout[..read.len()], "{told}");
    }
}

#[test]
fn a_watch_that_is_killed_in_a_storm_of_renames_tells_each_capture_and_twice_at_most_once_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path();
    for name in ["in/a", "in/b", "in/c"] {
        fs::create_dir_all(base.join(name)).unwrap();
    }
    let mut random = Random(17);
    let (mut kills, mut arrived) = (0, 0);
    let begin = || {
        let out = File::options()
            .create(true)
            .append(true)
            .open(base.join("rows"))
            .unwrap();
        tlswalk(
            base,
            &[
                "triage", "--watch", "in", "--state", "state", "--settle", "0.05", "-f", "ndjson",
            ],
        )
        .stdout(out)
        .spawn()
        .unwrap()
    };
    let mut watch = begin();
    for _ in 0..faults() * 4 {
        match random.below(12) {
            0..4 => {
                let bytes = capture(arrived);
                fs::write(base.join("aside"), bytes).unwrap();
                fs::rename(base.join("aside"), base.join(format!("in/a/{arrived}.pcap"))).unwrap();
                arrived += 1;
            }
            4..9 => storm(base, &mut random),
            9 => {
                // A whole folder, and back.
                fs::rename(base.join("in/b"), base.join("in/d")).unwrap();
                fs::rename(base.join("in/d"), base.join("in/b")).unwrap();
            }
            10 => std::thread::sleep(Duration::from_millis(random.below(60) as u64)),
            _ => {
                watch.kill().unwrap();
                watch.wait().unwrap();
                kills += 1;
                watch = begin();
            }
        }
    }
    // Each content is told in the end.
    let expected: BTreeSet<String> = (0..arrived).map(|number| sha256(&capture(number))).collect();
    let told = || rows(&fs::read(base.join("rows")).unwrap());
    let began = Instant::now();
    while told()
        .iter()
        .filter_map(|row| row.sha256.clone())
        .collect::<BTreeSet<_>>()
        != expected
    {
        assert!(
            began.elapsed() < LIMIT,
            "{} of {} are told",
            told().len(),
            expected.len()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    watch.kill().unwrap();
    watch.wait().unwrap();
    // A kill between a row and its line shows what was at hand once more, and nothing else is shown twice.
    let rows = told();
    assert!(
        rows.len() <= expected.len() + kills,
        "{} rows, {kills} kills",
        rows.len()
    );
    assert!(rows.iter().all(|row| row.error.is_none()), "{rows:?}");
    eprintln!("{arrived} captures, {kills} kills, {} rows", rows.len());
}

/// Renames a capture to another place in the watched folders.
fn storm(base: &Path, random: &mut Random) {
    let folders = ["a", "b", "c"];
    let from = base.join("in").join(folders[random.below(3)]);
    let names: Vec<_> = fs::read_dir(&from).unwrap().map(|it| it.unwrap().file_name()).collect();
    if let Some(name) = names.get(random.below(names.len().max(1))) {
        fs::rename(
            from.join(name),
            base.join("in").join(folders[random.below(3)]).join(name),
        )
        .unwrap();
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
