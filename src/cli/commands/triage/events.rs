//! inotify → Event: the system's events about files in watched folders.
//!
//! Only Linux reports that a writer has closed its file, which is the event that matters; elsewhere, and on network
//! file systems, there are no events, and scans have to do.
//!
//! inotify is used directly rather than through a library for all systems: only Linux reports that a writer has closed
//! its file, and that is the only event needed. Elsewhere, and without events, folders are listed; a watch that only
//! listed would read a file too early if its writer pauses. Everything is also listed, at most once a second and for a
//! tenth of the time, so lost events only cost time. A file is identified by its inode: renames need no pairing, except
//! for files whose events came late.

use std::path::Path;

use super::arrivals::Sign;

/// Event about a file.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux reports events"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event<'a> {
    Sign(Sign, &'a Path),
    /// From one name to another in the folders.
    Renamed(&'a Path, &'a Path),
}

/// The result of reading events, in addition to the events themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Events were lost.
    pub(super) lost: bool,
    /// A folder was added, or has another name.
    pub(super) folders: bool,
}

#[cfg(target_os = "linux")]
pub(super) use linux::Events;

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashMap;
    use std::ffi::OsStr;
    use std::mem::MaybeUninit;
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::PathBuf;

    use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

    use super::{Event, Path, Sign, Told};

    /// Room for some hundred events a call.
    const BUFFER: usize = 64 * 1024;

    pub(crate) struct Events {
        /// `None` if the system reports no more events.
        source: Option<OwnedFd>,
        folders: HashMap<i32, PathBuf>,
        buffer: Vec<MaybeUninit<u8>>,
        /// The old name of a file, by the number that joins it to the next event, which has the new name.
        left: Option<(u32, PathBuf)>,
    }

    impl Events {
        pub(crate) fn new() -> Self {
            Self {
                source: inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok(),
                folders: HashMap::new(),
                buffer: vec![MaybeUninit::uninit(); BUFFER],
                left: None,
            }
        }

        /// Requests events about files in a folder; if that is impossible, scans have to do.
        pub(crate) fn watch(&mut self, folder: &Path) {
            let wanted = WatchFlags::CREATE
                | WatchFlags::OPEN
                | WatchFlags::MODIFY
                | WatchFlags::CLOSE_WRITE
                | WatchFlags::MOVED_FROM
                | WatchFlags::MOVED_TO
                | WatchFlags::ONLYDIR;
            if let Some(source) = &self.source
                && let Ok(number) = inotify::add_watch(source, folder, wanted)
            {
                self.folders.insert(number, folder.to_owned());
            }
        }

        /// Reads the events since the last call.
        pub(crate) fn read(&mut self, mut on_event: impl FnMut(Event<'_>)) -> Told {
            let mut told = Told::default();
            let Some(source) = &self.source else { return told };
            let mut reader = Reader::new(source, &mut self.buffer);
            // It also ends with an error if no event is left.
            while let Ok(event) = reader.next() {
                let flags = event.events();
                told.lost |= flags.contains(ReadFlags::QUEUE_OVERFLOW);
                if flags.contains(ReadFlags::IGNORED) {
                    self.folders.remove(&event.wd());
                }
                let (Some(folder), Some(name)) = (self.folders.get(&event.wd()), event.file_name()) else {
                    continue;
                };
                if flags.contains(ReadFlags::ISDIR) {
                    told.folders |= flags.intersects(ReadFlags::CREATE | ReadFlags::MOVED_TO);
                    continue;
                }
                let path = folder.join(OsStr::from_bytes(name.to_bytes()));
                if flags.contains(ReadFlags::MOVED_FROM) {
                    self.left = Some((event.cookie(), path));
                    continue;
                }
                if flags.contains(ReadFlags::MOVED_TO) {
                    match self.left.take().filter(|(cookie, _)| *cookie == event.cookie()) {
                        Some((_, from)) => on_event(Event::Renamed(&from, &path)),
                        None => on_event(Event::Sign(Sign::MovedIn, &path)),
                    }
                    continue;
                }
                for (flag, sign) in [
                    (ReadFlags::CREATE, Sign::Created),
                    (ReadFlags::OPEN, Sign::Opened),
                    (ReadFlags::MODIFY, Sign::Written),
                    (ReadFlags::CLOSE_WRITE, Sign::Closed),
                ] {
                    if flags.contains(flag) {
                        on_event(Event::Sign(sign, &path));
                    }
                }
            }
            told
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) struct Events;

#[cfg(not(target_os = "linux"))]
impl Events {
    pub(super) const fn new() -> Self {
        Self
    }

    pub(super) fn watch(&mut self, _: &Path) {}

    pub(super) fn read(&mut self, _: impl FnMut(Event<'_>)) -> Told {
        Told::default()
    }
}
