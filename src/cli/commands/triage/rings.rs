//! files → Unit: the files that are parts of one capture.
//!
//! A capture that is written into a ring, or cut by size or time, consists of many files. Read one by one, each
//! handshake across a border becomes two halves. Files are joined only if their names are numbered as `dumpcap` (and
//! Wireshark) or `tcpdump -C` number them, the numbers follow one another, and so do the times of their frames, with
//! one format, link type and origin. In doubt they stay separate: two reports of one capture are a nuisance, one report
//! of two is wrong.
//!
//! A ring has to prove itself by name, numbers, times, format, link types, snap length and origin, which takes a pass
//! over its frames before the run. `wlc1.pcap, wlc2.pcap` are more often two devices than one ring, so a number in
//! another form than dumpcap's or `tcpdump -C`'s proves nothing. A pause between two files may be as long as the
//! longest file, or a minute.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::PathBuf;

use tlswalk::capture::{CaptureFacts, MOST_FILES, read_frames};

use super::walk::Found;
use crate::cli::workers::{self, Held};

/// In nanoseconds: how far frames of two files may be out of order, because several interfaces are written in turn.
const OVERLAP: i64 = 1_000_000_000;
/// In nanoseconds. A pause between two files up to this is always accepted; a longer one must not be longer than the
/// longest file.
const PAUSE: i64 = 60_000_000_000;

/// Unit of work: a capture, or the files of a ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// Its name in the rows.
    pub(super) name: String,
    /// One file, or those of a ring in the order of time.
    pub(super) files: Vec<Found>,
}

impl Unit {
    pub(super) fn one(found: Found) -> Self {
        Self {
            name: found.path.display().to_string(),
            files: vec![found],
        }
    }

    /// Bytes of its files.
    pub(super) fn size(&self) -> u64 {
        self.files.iter().map(|it| it.size).sum()
    }
}

/// A file's place in a possible ring.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Numbered {
    /// The common parts of all files of the ring: folder, and the text before and after the number.
    family: (PathBuf, String, String),
    number: u64,
    /// The number as written.
    digits: String,
    style: Style,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `name_00001_20210824113113.pcapng`; numbers only grow.
    Dumpcap,
    /// `name.pcap`, `name.pcap1` …, or `name.pcap00` …, which are overwritten from the first on.
    Tcpdump,
}

/// Joins the files of rings; all other files stay separate. A ring stands where its first file stood.
pub(super) fn units(files: Vec<Found>) -> Vec<Unit> {
    let mut families: BTreeMap<(PathBuf, String, String), Vec<(usize, Numbered)>> = BTreeMap::new();
    for (at, found) in files.iter().enumerate() {
        if let Some(numbered) = numbered(found) {
            families
                .entry(numbered.family.clone())
                .or_default()
                .push((at, numbered));
        }
    }
    families.retain(|_, members| members.len() > 1);
    // All their frames must be read once for their times: on all cores.
    let members: Vec<usize> = families.values().flatten().map(|(at, _)| *at).collect();
    let mut spans = HashMap::new();
    let held = Held {
        weigh: |_: &Option<Span>| 0,
        most: 1,
    };
    let mut place = members.iter();
    workers::in_order(
        &members,
        &held,
        |at| files.get(*at).and_then(Span::of),
        |span| {
            if let (Some(at), Some(span)) = (place.next(), span) {
                spans.insert(*at, span);
            }
            ControlFlow::Continue(())
        },
    );
    let mut rings: HashMap<usize, Vec<(usize, Numbered)>> = HashMap::new();
    for members in families.into_values() {
        for ring in runs(members, &spans) {
            if let Some(first) = ring.iter().map(|(at, _)| *at).min() {
                rings.insert(first, ring);
            }
        }
    }
    let mut taken: Vec<usize> = rings.values().flatten().map(|(at, _)| *at).collect();
    taken.sort_unstable();
    let unit = |(at, found): (usize, &Found)| match rings.get(&at) {
        Some(ring) => Some(Unit {
            name: name(ring, &files),
            files: ring.iter().filter_map(|(at, _)| files.get(*at).cloned()).collect(),
        }),
        None if taken.binary_search(&at).is_ok() => None,
        None => Some(Unit::one(found.clone())),
    };
    files.iter().enumerate().filter_map(unit).collect()
}

/// `name_00001_20210824113113…00007.pcapng (7 files)`
fn name(ring: &[(usize, Numbered)], files: &[Found]) -> String {
    let (Some((first, numbered)), Some((_, last))) = (ring.first(), ring.last()) else {
        return String::new();
    };
    let path = files
        .get(*first)
        .map(|it| it.path.display().to_string())
        .unwrap_or_default();
    let (stem, end) = match numbered.style {
        Style::Dumpcap => path.split_at(path.len().saturating_sub(numbered.family.2.len())),
        Style::Tcpdump => (path.as_str(), ""),
    };
    format!("{stem}…{}{end} ({} files)", last.digits, ring.len())
}

/// Reads a name's number.
fn numbered(found: &Found) -> Option<Numbered> {
    let name = found.path.file_name()?.to_str()?;
    let folder = found.path.parent()?.to_owned();
    let (bare, packed) = [".gz", ".zst", ".lz4"]
        .into_iter()
        .find_map(|packed| Some((name.strip_suffix(packed)?, packed)))
        .unwrap_or((name, ""));
    let digits_of = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let (stem, ending) = match bare.rsplit_once('.') {
        Some((stem, ending)) => (stem, format!(".{ending}{packed}")),
        None => (bare, packed.to_owned()),
    };
    let mut parts = stem.rsplitn(3, '_');
    if let (Some(last), Some(middle), Some(prefix)) = (parts.next(), parts.next(), parts.next())
        && digits_of(last)
        && digits_of(middle)
    {
        // The number comes before the time, or after it with dumpcap's option -b nametimenum.
        let (number, place) = match (middle.len(), last.len()) {
            (5.., 14) if middle.len() != 14 => (middle, "#@"),
            (14, 5..) if last.len() != 14 => (last, "@#"),
            _ => return None,
        };
        return Some(Numbered {
            family: (folder, format!("{prefix}_{place}"), ending),
            number: number.parse().ok()?,
            digits: number.to_owned(),
            style: Style::Dumpcap,
        });
    }
    let base = bare.trim_end_matches(|it: char| it.is_ascii_digit());
    let digits = bare.strip_prefix(base)?;
    [".pcap", ".pcapng", ".cap", ".dmp"]
        .iter()
        .find(|it| base.ends_with(**it))?;
    Some(Numbered {
        family: (folder, base.to_owned(), packed.to_owned()),
        number: if digits.is_empty() { 0 } else { digits.parse().ok()? },
        digits: digits.to_owned(),
        style: Style::Tcpdump,
    })
}

/// First and last frames of a file, to see whether another continues it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    facts: CaptureFacts,
    first: i64,
    last: i64,
}

impl Span {
    fn of(found: &Found) -> Option<Self> {
        let input = File::open(&found.path).ok()?.take(found.size);
        let facts = read_frames(input, |_| ControlFlow::Continue(())).ok()?;
        let (first, last) = (facts.first?.0, facts.last?.0);
        Some(Self { facts, first, last })
    }

    /// True if `next` continues where this file ends.
    fn is_continued_by(&self, next: &Self, pause: i64) -> bool {
        let (a, b) = (&self.facts, &next.facts);
        let alike = a.format == b.format
            && a.link_types == b.link_types
            && a.snap_length == b.snap_length
            && a.origin == b.origin
            && a.slice.is_none()
            && b.slice.is_none();
        let gap = next.first.saturating_sub(self.last);
        alike && (-OVERLAP..=pause).contains(&gap)
    }
}

/// The rings in a family: series of two files or more, in order of time, in which each file continues the one before.
fn runs(mut members: Vec<(usize, Numbered)>, spans: &HashMap<usize, Span>) -> Vec<Vec<(usize, Numbered)>> {
    let span = |at: &usize| spans.get(at);
    members.retain(|(at, _)| span(at).is_some());
    members.sort_by_key(|(at, numbered)| (span(at).map(|it| (it.first, it.last)), numbered.number));
    let numbers = || members.iter().map(|(_, it)| it.number);
    let (lowest, highest) = (numbers().min(), numbers().max());
    let longest = members
        .iter()
        .filter_map(|(at, _)| span(at))
        .map(|it| it.last.saturating_sub(it.first))
        .max();
    let pause = longest.unwrap_or_default().max(PAUSE);
    let mut runs: Vec<Vec<(usize, Numbered)>> = Vec::new();
    for (at, numbered) in members {
        let continues = runs.last().and_then(|run| run.last()).is_some_and(|(before, last)| {
            let next = last.number.checked_add(1) == Some(numbered.number);
            let again =
                numbered.style == Style::Tcpdump && Some(last.number) == highest && Some(numbered.number) == lowest;
            let follows = span(before)
                .zip(span(&at))
                .is_some_and(|(a, b)| a.is_continued_by(b, pause));
            (next || again) && follows
        });
        match runs.last_mut() {
            Some(run) if continues && run.len() < MOST_FILES => run.push((at, numbered)),
            _ => runs.push(vec![(at, numbered)]),
        }
    }
    runs.retain(|run| run.len() > 1);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    /// A capture with frames at these seconds.
    fn capture(link: u8, seconds: &[u32]) -> Vec<u8> {
        let mut bytes = vec![
            0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, link, 0, 0, 0,
        ];
        for second in seconds {
            bytes.extend(second.to_le_bytes());
            bytes.extend([0, 0, 0, 0, 60, 0, 0, 0, 60, 0, 0, 0]);
            bytes.extend([0; 60]);
        }
        bytes
    }

    fn grouped(files: &[(&str, &[u32])]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, seconds) in files {
            fs::write(folder.path().join(name), capture(1, seconds)).unwrap();
        }
        named(folder.path())
    }

    fn named(folder: &Path) -> Vec<String> {
        let entries = super::super::walk::walk(&[folder.to_owned()], |_| ());
        let files = entries.into_iter().filter_map(|entry| match entry {
            super::super::walk::Entry::File(found) => Some(found),
            super::super::walk::Entry::Problem { .. } => None,
        });
        let prefix = format!("{}/", folder.display());
        units(files.collect())
            .into_iter()
            .map(|unit| unit.name.replace(&prefix, ""))
            .collect()
    }

    #[test]
    fn rings_of_dumpcap_and_tcpdump_are_one_capture_each() {
        assert_eq!(
            grouped(&[
                ("up_00001_20210824113113.pcapng", &[100, 200]),
                ("up_00002_20210824113313.pcapng", &[201, 300]),
                ("up_00003_20210824113513.pcapng", &[300, 301]),
                ("other.pcap", &[1]),
            ]),
            ["other.pcap", "up_00001_20210824113113…00003.pcapng (3 files)"]
        );
        assert_eq!(
            grouped(&[
                ("x.pcap", &[1, 9]),
                ("x.pcap1", &[10, 19]),
                ("x.pcap2", &[20]),
                ("x.txt", &[1])
            ]),
            ["x.pcap…2 (3 files)", "x.txt"]
        );
        // The ring has started over: the newest file is 1.
        assert_eq!(
            grouped(&[
                ("x.pcap0", &[40]),
                ("x.pcap1", &[50]),
                ("x.pcap2", &[20]),
                ("x.pcap3", &[30])
            ]),
            ["x.pcap2…1 (4 files)"]
        );
        // Ten of them, in the order of numbers and not of names.
        let names: Vec<String> = (1..=11).map(|n| format!("y.pcap{n}")).collect();
        let seconds: Vec<[u32; 1]> = (1..=11).map(|n| [n * 10]).collect();
        let files: Vec<(&str, &[u32])> = names
            .iter()
            .zip(&seconds)
            .map(|(name, it)| (name.as_str(), &it[..]))
            .collect();
        assert_eq!(grouped(&files), ["y.pcap1…11 (11 files)"]);
    }

    #[test]
    fn in_doubt_files_stay_apart() {
        let apart = |files: &[(&str, &[u32])]| assert_eq!(grouped(files).len(), files.len(), "{:?}", grouped(files));
        // Another day; at the same time; a number missing; numbers against time; a common name.
        apart(&[("x.pcap1", &[1, 9]), ("x.pcap2", &[90_000])]);
        apart(&[("x.pcap1", &[1, 9]), ("x.pcap2", &[2, 8])]);
        apart(&[("x.pcap1", &[1, 9]), ("x.pcap3", &[10])]);
        apart(&[
            ("a_00002_20210824113113.pcap", &[1, 9]),
            ("a_00001_20210824113313.pcap", &[10]),
        ]);
        apart(&[("wlc_1.pcap", &[1, 9]), ("wlc_2.pcap", &[10])]);
        apart(&[("wlc1.pcap", &[1, 9]), ("wlc2.pcap", &[10])]);
        apart(&[("x.pcap1", &[]), ("x.pcap2", &[10])]);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x.pcap1"), capture(1, &[1])).unwrap();
        fs::write(folder.path().join("x.pcap2"), capture(101, &[2])).unwrap();
        fs::create_dir(folder.path().join("y")).unwrap();
        fs::write(folder.path().join("y/x.pcap3"), capture(101, &[3])).unwrap();
        assert_eq!(named(folder.path()).len(), 3);
    }

    #[test]
    fn two_runs_with_the_same_numbers_are_two_rings() {
        assert_eq!(
            grouped(&[
                ("a_00001_20210824113113.pcap", &[100, 110]),
                ("a_00001_20210825113113.pcap", &[90_100, 90_110]),
                ("a_00002_20210824113313.pcap", &[111, 120]),
                ("a_00002_20210825113313.pcap", &[90_111, 90_120]),
            ]),
            [
                "a_00001_20210824113113…00002.pcap (2 files)",
                "a_00001_20210825113113…00002.pcap (2 files)"
            ]
        );
    }
}
