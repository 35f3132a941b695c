//! events, scans → complete files: the file to judge now, and what was judged before.
//!
//! A file is identified by its inode, so renaming it changes nothing. It is complete when its writer has closed it or
//! it was moved in or, without such an event, when size and time have not changed for a while. A file that is known to
//! be open for writing is not complete, however long its writer pauses.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::walk::{Found, Identity, is_hidden};

/// The number of scans in which a file may be missing before it counts as gone: a file that is renamed while folders
/// are listed is missed once.
const MISSED: u8 = 2;

/// Change of a file.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux reports events"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Created,
    Opened,
    Written,
    /// By a process that could write.
    Closed,
    /// From another folder.
    MovedIn,
}

/// The state of a name without a file, or of a hidden file: its events came late, and the file may have been renamed
/// since, and still be open.
#[derive(Clone, Copy, Debug, Default)]
struct Ghost {
    is_new: bool,
    writing: bool,
}

impl Ghost {
    fn notice(&mut self, sign: Sign) {
        match sign {
            Sign::Created => self.is_new = true,
            Sign::Opened => self.writing |= std::mem::take(&mut self.is_new),
            Sign::Written => self.writing = true,
            Sign::Closed | Sign::MovedIn => *self = Self::default(),
        }
    }
}

/// The turn of a waiting file: those that have waited longest come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    changed: Instant,
    path: PathBuf,
    identity: Identity,
}

/// Files that wait to be judged. They are requested many times a second, while hardly anything has changed, so their
/// order is kept.
#[derive(Default)]
struct Turns {
    /// Complete files.
    complete: BTreeSet<Turn>,
    /// Files that are complete once they have not changed for a while.
    settling: BTreeSet<Turn>,
}

impl Turns {
    fn of(&mut self, is_complete: bool) -> &mut BTreeSet<Turn> {
        match is_complete {
            true => &mut self.complete,
            false => &mut self.settling,
        }
    }

    /// Puts a file into the queue where it belongs now.
    fn update(&mut self, arrival: &mut Arrival) {
        let turn = arrival.waits();
        if turn == arrival.turn {
            return;
        }
        self.remove(arrival);
        if let Some((is_complete, turn)) = &turn {
            self.of(*is_complete).insert(turn.clone());
        }
        arrival.turn = turn;
    }

    fn remove(&mut self, arrival: &mut Arrival) {
        if let Some((is_complete, turn)) = arrival.turn.take() {
            self.of(is_complete).remove(&turn);
        }
    }

    /// The first of the files that are due.
    fn first(&self, now: Instant, settle: Duration, most: usize) -> Vec<Turn> {
        let is_settled = |it: &&Turn| now.duration_since(it.changed) >= settle;
        let settled = self.settling.iter().take_while(is_settled).take(most);
        let mut first: Vec<Turn> = settled.chain(self.complete.iter().take(most)).cloned().collect();
        first.sort();
        first.truncate(most);
        first
    }
}

/// All existing files.
pub(super) struct Arrivals {
    settle: Duration,
    all: HashMap<Identity, Arrival>,
    turns: Turns,
    ghosts: HashMap<PathBuf, Ghost>,
    round: u64,
}

/// A file.
struct Arrival {
    /// Its last observed state.
    found: Found,
    /// The time at which it was last seen to change.
    changed: Instant,
    /// It was created, and its creator may have it open.
    is_new: bool,
    /// A process has it open and has written.
    writing: bool,
    /// It was closed or moved in since it changed last.
    closed: bool,
    queued: bool,
    /// Its queue (true: complete) and its turn.
    turn: Option<(bool, Turn)>,
    /// Its state when it was last judged.
    judged: Option<Found>,
    reported: Option<Reported>,
    round: u64,
    missed: u8,
}

/// Earlier report of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reported {
    pub(super) size: u64,
    pub(super) sha256: Option<String>,
}

impl Arrival {
    fn new(found: Found, now: Instant) -> Self {
        Self {
            found,
            changed: now,
            is_new: false,
            writing: false,
            closed: false,
            queued: false,
            turn: None,
            judged: None,
            reported: None,
            round: 0,
            missed: 0,
        }
    }

    /// Takes a new observation; returns whether something has changed.
    fn look(&mut self, found: Found, now: Instant) {
        if (found.size, found.modified) != (self.found.size, self.found.modified) {
            self.changed = now;
            self.closed = false;
        }
        self.found = found;
    }

    /// Whether it is complete, and its turn, unless it is not to be judged.
    fn waits(&self) -> Option<(bool, Turn)> {
        let is_as_judged = |judged: &Found| (judged.size, judged.modified) == (self.found.size, self.found.modified);
        if self.queued || self.writing || self.judged.as_ref().is_some_and(is_as_judged) {
            return None;
        }
        let turn = Turn {
            changed: self.changed,
            path: self.found.path.clone(),
            identity: self.found.identity.clone(),
        };
        // A file that is closed and empty may be opened again by its creator.
        Some((self.closed && self.found.size > 0, turn))
    }
}

impl Arrivals {
    pub(super) fn new(settle: Duration) -> Self {
        Self {
            settle,
            all: HashMap::new(),
            turns: Turns::default(),
            ghosts: HashMap::new(),
            round: 0,
        }
    }

    /// An event about a path.
    pub(super) fn notice(&mut self, sign: Sign, path: &Path, now: Instant) {
        let metadata = match fs::metadata(path) {
            Ok(metadata) if !is_hidden(path) => metadata,
            _ => {
                self.ghosts.entry(path.to_owned()).or_default().notice(sign);
                // Its folder was renamed: no process has it open under this name any more.
                if sign == Sign::Closed
                    && let Some(arrival) = self.all.values_mut().find(|it| it.found.path == path)
                {
                    arrival.writing = false;
                    self.turns.update(arrival);
                }
                return;
            }
        };
        if !metadata.is_file() {
            return;
        }
        let found = Found::new(path.to_owned(), &metadata, false);
        let known = self.all.get(&found.identity);
        if sign == Sign::Created
            && known.is_some_and(|it| it.found.path == path || !is_at(&it.found.path, &found.identity))
        {
            // The inode of a removed file was used again.
            if let Some(mut gone) = self.all.remove(&found.identity) {
                self.turns.remove(&mut gone);
            }
        }
        let is_first = !self.all.contains_key(&found.identity);
        let arrival = self
            .all
            .entry(found.identity.clone())
            .or_insert_with(|| Arrival::new(found.clone(), now));
        arrival.look(found, now);
        arrival.missed = 0;
        match sign {
            Sign::Created => arrival.is_new = true,
            // A process that creates a file opens it at once; others open a file that has content.
            Sign::Opened => {
                let by_its_creator = std::mem::take(&mut arrival.is_new) && arrival.found.size == 0;
                if by_its_creator && !arrival.queued && arrival.judged.is_none() {
                    arrival.writing = true;
                }
            }
            Sign::Written => {
                arrival.writing = true;
                arrival.closed = false;
                arrival.changed = now;
            }
            Sign::Closed => {
                arrival.writing = false;
                arrival.is_new = false;
                arrival.closed = true;
                arrival.changed = now;
            }
            Sign::MovedIn if is_first => arrival.closed = true,
            Sign::MovedIn => {}
        }
        self.turns.update(arrival);
    }

    /// A file was renamed.
    pub(super) fn renamed(&mut self, from: &Path, to: &Path, now: Instant) {
        let ghost = self.ghosts.remove(from);
        if is_hidden(to) || !to.exists() {
            // Renamed once more.
            if let Some(ghost) = ghost {
                self.ghosts.insert(to.to_owned(), ghost);
            }
            return;
        }
        match ghost {
            // Not seen before: it existed before the watch, and may be open.
            None if !is_hidden(from) => {}
            Some(Ghost { writing: true, .. }) => self.notice(Sign::Written, to, now),
            _ => self.notice(Sign::MovedIn, to, now),
        }
    }

    /// Events were lost: whether any process still writes is unknown.
    pub(super) fn forget_writers(&mut self, now: Instant) {
        for arrival in self.all.values_mut().filter(|it| it.writing) {
            arrival.writing = false;
            arrival.changed = now;
            self.turns.update(arrival);
        }
    }

    /// Takes the results of a scan; returns the paths of files that were complete and are gone, unread.
    pub(super) fn scanned(&mut self, found: impl IntoIterator<Item = Found>, now: Instant) -> Vec<PathBuf> {
        self.round = self.round.wrapping_add(1);
        // Hidden files are not listed: their state is kept while they are open.
        self.ghosts.retain(|path, ghost| ghost.writing && is_hidden(path));
        for found in found {
            let arrival = self
                .all
                .entry(found.identity.clone())
                .or_insert_with(|| Arrival::new(found.clone(), now));
            // If a file has several names, the name under which it was seen stays.
            let path = (arrival.round == self.round).then(|| arrival.found.path.clone());
            arrival.look(found, now);
            if let Some(path) = path {
                arrival.found.path = path;
            }
            arrival.round = self.round;
            arrival.missed = 0;
            self.turns.update(arrival);
        }
        let mut gone = Vec::new();
        let round = self.round;
        let turns = &mut self.turns;
        self.all.retain(|_, arrival| {
            if arrival.round == round {
                return true;
            }
            arrival.missed = arrival.missed.saturating_add(1);
            if arrival.missed < MISSED || arrival.queued {
                return true;
            }
            if arrival.closed && arrival.judged.is_none() {
                gone.push(arrival.found.path.clone());
            }
            turns.remove(arrival);
            false
        });
        gone.sort();
        gone
    }

    /// Up to `most` complete files that were not judged in their present state, those that have waited longest first;
    /// they are queued from now on.
    pub(super) fn due(&mut self, now: Instant, most: usize) -> Vec<Found> {
        let first = self.turns.first(now, self.settle, most);
        let due = first.iter().filter_map(|turn| {
            let arrival = self.all.get_mut(&turn.identity)?;
            arrival.queued = true;
            self.turns.update(arrival);
            Some(arrival.found.clone())
        });
        due.collect()
    }

    /// A queued file was not found under its name: it is searched for.
    pub(super) fn lost(&mut self, identity: &Identity) {
        if let Some(arrival) = self.all.get_mut(identity) {
            arrival.queued = false;
            self.turns.update(arrival);
        }
    }

    /// A queued file changed while it was read: it was not complete.
    pub(super) fn disturbed(&mut self, identity: &Identity, now: Instant) {
        if let Some(arrival) = self.all.get_mut(identity) {
            arrival.queued = false;
            arrival.closed = false;
            arrival.changed = now;
            self.turns.update(arrival);
        }
    }

    /// A queued file was judged in that state; returns its earlier report.
    pub(super) fn judged(&mut self, as_it_was: &Found, sha256: Option<&str>) -> Option<Reported> {
        let arrival = self.all.get_mut(&as_it_was.identity)?;
        arrival.queued = false;
        arrival.judged = Some(as_it_was.clone());
        self.turns.update(arrival);
        arrival.reported.replace(Reported {
            size: as_it_was.size,
            sha256: sha256.map(str::to_owned),
        })
    }
}

/// True if that file still has that name.
fn is_at(path: &Path, identity: &Identity) -> bool {
    fs::metadata(path).is_ok_and(|metadata| Found::new(path.to_owned(), &metadata, false).identity == *identity)
}

// Renamed files are known by their inodes.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt as _;

    const SETTLE: Duration = Duration::from_secs(2);

    fn found(path: &Path) -> Found {
        Found::new(path.to_owned(), &fs::metadata(path).unwrap(), false)
    }

    fn names(due: &[Found]) -> Vec<String> {
        due.iter()
            .map(|it| it.path.file_name().unwrap().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn a_file_that_nobody_tells_of_is_complete_when_it_has_not_changed_for_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (mut arrivals, begin) = (Arrivals::new(SETTLE), Instant::now());
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        for second in 0..4 {
            fs::write(&path, vec![0; second as usize + 1]).unwrap();
            arrivals.scanned([found(&path)], at(second));
            assert!(arrivals.due(at(second), 9).is_empty());
        }
        arrivals.scanned([found(&path)], at(4));
        assert!(arrivals.due(at(4), 9).is_empty());
        assert_eq!(names(&arrivals.due(at(5), 9)), ["a"]);
        assert!(arrivals.due(at(9), 9).is_empty(), "it is queued");
        assert_eq!(arrivals.judged(&found(&path), Some("x")), None);
        assert!(arrivals.due(at(9), 9).is_empty(), "it was judged");
        fs::write(&path, "longer").unwrap();
        arrivals.scanned([found(&path)], at(10));
        assert_eq!(names(&arrivals.due(at(12), 9)), ["a"]);
        let before = arrivals.judged(&found(&path), Some("y"));
        assert_eq!(before.unwrap().sha256.as_deref(), Some("x"));
    }

    #[test]
    fn a_writer_who_pauses_is_waited_for_and_one_who_closes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (mut arrivals, now) = (Arrivals::new(SETTLE), Instant::now());
        let late = now + Duration::from_secs(100);
        fs::write(&path, "").unwrap();
        arrivals.notice(Sign::Created, &path, now);
        arrivals.notice(Sign::Opened, &path, now);
        assert!(arrivals.due(late, 9).is_empty(), "created, open and empty");
        fs::write(&path, "x").unwrap();
        arrivals.notice(Sign::Written, &path, now);
        assert!(arrivals.due(late, 9).is_empty(), "open");
        let moved = folder.path().join("b");
        fs::rename(&path, &moved).unwrap();
        arrivals.renamed(&path, &moved, now);
        assert!(arrivals.due(late, 9).is_empty(), "open under another name");
        arrivals.notice(Sign::Closed, &moved, now);
        assert_eq!(names(&arrivals.due(now, 9)), ["b"]);
        // After lost events no writer is known.
        arrivals.judged(&found(&moved), None);
        fs::write(&moved, "xyz").unwrap();
        arrivals.notice(Sign::Written, &moved, now);
        arrivals.forget_writers(now);
        assert_eq!(names(&arrivals.due(late, 9)), ["b"]);
    }

    #[test]
    fn what_was_told_too_late_or_of_a_hidden_name_counts_under_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let [part, hidden, a, b] = ["a.part", ".a.x", "a", "b"].map(|name| folder.path().join(name));
        let now = Instant::now();
        let late = now + Duration::from_secs(100);
        for from in [&part, &hidden] {
            let mut arrivals = Arrivals::new(SETTLE);
            fs::write(&a, "x").unwrap();
            // By now it has been renamed.
            arrivals.notice(Sign::Created, from, now);
            arrivals.notice(Sign::Opened, from, now);
            arrivals.renamed(from, &b, now);
            arrivals.renamed(&b, &a, now);
            arrivals.scanned([found(&a)], now);
            assert!(arrivals.due(late, 9).is_empty(), "open");
            arrivals.notice(Sign::Closed, &a, now);
            assert_eq!(names(&arrivals.due(now, 9)), ["a"]);
        }
        // Closed before it was renamed, as rsync does it: complete.
        let mut arrivals = Arrivals::new(SETTLE);
        for sign in [Sign::Created, Sign::Opened, Sign::Written, Sign::Closed] {
            arrivals.notice(sign, &hidden, now);
        }
        arrivals.scanned([], now);
        arrivals.renamed(&hidden, &a, now);
        assert_eq!(names(&arrivals.due(now, 9)), ["a"]);
        // Renamed, but its writer is unknown: complete once it is still.
        let mut arrivals = Arrivals::new(SETTLE);
        arrivals.renamed(&part, &a, now);
        arrivals.scanned([found(&a)], now);
        assert!(arrivals.due(now, 9).is_empty());
        assert_eq!(names(&arrivals.due(late, 9)), ["a"]);
    }

    #[test]
    fn a_rename_is_no_arrival_and_a_new_file_with_an_old_inode_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|name| folder.path().join(name));
        let (mut arrivals, now) = (Arrivals::new(SETTLE), Instant::now());
        let late = now + Duration::from_secs(100);
        fs::write(&a, "x").unwrap();
        arrivals.notice(Sign::Closed, &a, now);
        assert_eq!(arrivals.due(now, 9).len(), 1);
        arrivals.judged(&found(&a), None);
        fs::rename(&a, &b).unwrap();
        arrivals.renamed(&a, &b, now);
        arrivals.scanned([found(&b)], now);
        assert!(arrivals.due(late, 9).is_empty());
        // Two names of one file are one file.
        fs::hard_link(&b, &c).unwrap();
        arrivals.notice(Sign::Created, &c, now);
        arrivals.scanned([found(&b), found(&c)], now);
        assert!(arrivals.due(late, 9).is_empty());
        fs::remove_file(&b).unwrap();
        let inode = fs::metadata(&c).unwrap().ino();
        fs::remove_file(&c).unwrap();
        fs::write(&c, "x").unwrap();
        arrivals.notice(Sign::Created, &c, now);
        arrivals.notice(Sign::Closed, &c, now);
        assert_eq!(
            names(&arrivals.due(now, 9)),
            ["c"],
            "inode {inode} and {}",
            found(&c).path.display()
        );
    }

    #[test]
    fn those_that_have_waited_longest_come_first_and_no_more_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..50).map(|at| folder.path().join(format!("{at:02}"))).collect();
        let (mut arrivals, begin) = (Arrivals::new(SETTLE), Instant::now());
        let at = |second: u64| begin + Duration::from_secs(second);
        // Every other one is closed; the rest settles.
        for (second, path) in (0..).zip(&paths) {
            fs::write(path, "x").unwrap();
            arrivals.scanned(paths[..=second as usize].iter().map(|it| found(it)), at(second));
            if second % 2 == 0 {
                arrivals.notice(Sign::Closed, path, at(second));
            }
        }
        let waiting = |arrivals: &Arrivals| arrivals.turns.complete.len() + arrivals.turns.settling.len();
        assert_eq!(waiting(&arrivals), 50);
        assert_eq!(names(&arrivals.due(at(0), 2)), ["00", "02"], "01 has not settled");
        assert_eq!(names(&arrivals.due(at(99), 3)), ["01", "03", "04"]);
        assert_eq!(waiting(&arrivals), 45, "what is queued does not wait");
        assert_eq!(arrivals.turns.first(at(99), SETTLE, 0), []);
        // Gone, judged or written to: in each case a file waits once or not at all.
        arrivals.judged(&found(&paths[0]), None);
        arrivals.lost(&found(&paths[2]).identity);
        arrivals.disturbed(&found(&paths[4]).identity, at(99));
        arrivals.notice(Sign::Written, &paths[6], at(99));
        for _ in 0..MISSED {
            arrivals.scanned(paths[..10].iter().map(|it| found(it)), at(99));
        }
        assert_eq!(names(&arrivals.due(at(99), 9)), ["02", "05", "07", "08", "09"]);
        assert_eq!(names(&arrivals.due(at(200), 9)), ["04"]);
        assert_eq!(waiting(&arrivals), 0);
    }

    #[test]
    fn what_was_complete_and_is_gone_is_told_once_and_what_never_was_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        let (mut arrivals, now) = (Arrivals::new(SETTLE), Instant::now());
        fs::write(&a, "x").unwrap();
        fs::write(&b, "x").unwrap();
        arrivals.notice(Sign::Closed, &a, now);
        arrivals.notice(Sign::Written, &b, now);
        assert!(arrivals.scanned([], now).is_empty(), "missed once");
        assert_eq!(arrivals.scanned([], now), [a]);
        assert!(arrivals.scanned([], now).is_empty());
    }
}
