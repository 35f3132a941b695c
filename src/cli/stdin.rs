//! Standard input, pipe or device → Read: one that a signal ends, and that says when nothing came for a while, so that who
//! reads it needs no clock.
//!
//! Ctrl-C reaches all programs of a pipeline. So what the others still write then is read: until the input ends, or nothing
//! comes any more. A report on a capture that was ended so is worth as much as on any other.
//!
//! The core reads no clock. A thread reads here, and where nothing comes it is said once a second, as an error of the kind that
//! means "read again" (`capture/silence.rs`). Only the stream heeds it, and only between two records: then the last record no
//! longer waits for its successor, and the next look is at so much later a time, for that look only. In the middle of a
//! record more is sure to come: a writer that buffers (`tcpdump` without `-U`) nearly always stops there, and the clock stands.
//! Limits: segments of a connection that was reported are those of no connection for ten minutes
//! (`Gone`); a SYN-ACK of one that was reported as unanswered begins another attempt. A compressed input is never silent,
//! since what its decompressor holds back is not known.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tlswalk::capture::Silence;

use crate::cli::interrupt::Heed;

/// How often it is said that nothing came.
const PATIENCE: Duration = Duration::from_secs(1);

/// How soon a signal is seen where nothing comes.
const TICK: Duration = Duration::from_millis(50);

/// When a signal has come, the input ends if nothing came for this long: tcpdump writes what it holds when it is
/// interrupted, and ssh may take a round trip.
const LAST: Duration = Duration::from_secs(1);

/// And in any case after this long: whoever writes for ever does not know of the signal.
const LONGEST: Duration = Duration::from_secs(5);

/// Size of one read: as much as a pipe holds.
const BLOCK_LEN: usize = 64 * 1024;

/// Blocks that wait to be taken. Then the thread waits, and with it whoever writes.
const MOST_WAITING: usize = 4;

/// Bytes, of which the first so many count.
type Block = (Vec<u8>, usize);

/// An input that is read in a thread of its own, which lasts as long as the program, or until the input ends.
pub(crate) struct Waiting {
    name: String,
    blocks: Receiver<io::Result<Block>>,
    /// Blocks go back, to be filled again.
    spare: Sender<Vec<u8>>,
    block: Block,
    taken: usize,
    /// When the last block came.
    since: Instant,
    /// Whether a [`Silence`] is given once a second where nothing comes.
    tells_silence: bool,
    /// None when the input has ended: the next signal finds nobody who heeds it.
    heed: Option<Heed>,
    /// When a signal was seen.
    asked: Option<Instant>,
}

impl Waiting {
    /// For standard input.
    pub(crate) fn for_stdin() -> io::Result<Self> {
        Self::begin("-".to_owned(), || Ok(io::stdin().lock()))
    }

    /// For a pipe or a device: opening a pipe waits for whoever is to write to it.
    pub(crate) fn for_pipe(path: &Path) -> io::Result<Self> {
        let to_open = path.to_owned();
        Self::begin(path.display().to_string(), move || File::open(to_open))
    }

    /// From now on, it says when nothing comes.
    pub(crate) const fn telling_silence(mut self) -> Self {
        self.tells_silence = true;
        self
    }

    fn begin<R: Read>(name: String, open: impl FnOnce() -> io::Result<R> + Send + 'static) -> io::Result<Self> {
        let heed = Heed::begin();
        let (filled, blocks) = sync_channel(MOST_WAITING);
        let (spare, empty) = channel();
        thread::Builder::new().spawn(move || match open() {
            Ok(input) => pass(input, &filled, &empty),
            // Nobody waits for it where the input has been given up.
            Err(error) => drop(filled.send(Err(error))),
        })?;
        Ok(Self {
            name,
            blocks,
            spare,
            block: Block::default(),
            taken: 0,
            since: Instant::now(),
            tells_silence: false,
            heed: Some(heed),
            asked: None,
        })
    }

    /// The next block, or none where the input ends.
    fn next(&mut self) -> io::Result<Option<Block>> {
        let began = Instant::now();
        while let Some(heed) = &self.heed {
            if self.asked.is_none() && heed.asked() {
                self.asked = Some(Instant::now());
            }
            let asked_for = self.asked.map(|it| it.elapsed());
            let is_over = match self.blocks.recv_timeout(TICK) {
                Ok(block) if asked_for.is_none_or(|it| it < LONGEST) => return block.map(Some),
                Ok(_) => true,
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => asked_for.is_some_and(|it| it.min(began.elapsed()) >= LAST),
            };
            if is_over {
                let name = &self.name;
                crate::cli::complain(&format!(
                    "{name}: reading was ended by a signal; the rest is not judged"
                ));
                return Ok(None);
            }
            if self.tells_silence && asked_for.is_none() && began.elapsed() >= PATIENCE {
                return Err(Silence::for_so_long(self.since.elapsed()));
            }
        }
        Ok(None)
    }
}

fn pass(mut input: impl Read, filled: &SyncSender<io::Result<Block>>, empty: &Receiver<Vec<u8>>) {
    loop {
        let mut bytes = empty.try_recv().unwrap_or_else(|_| vec![0; BLOCK_LEN]);
        let read = match input.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other,
        };
        let is_over = !matches!(read, Ok(1..));
        if filled.send(read.map(|len| (bytes, len))).is_err() || is_over {
            return;
        }
    }
}

impl Read for Waiting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken >= self.block.1 {
            let Some(block) = self.next()?.filter(|(_, len)| *len > 0) else {
                self.heed = None;
                return Ok(0);
            };
            let (used, _) = std::mem::replace(&mut self.block, block);
            if !used.is_empty() {
                // The thread is gone when the input has ended.
                let _ = self.spare.send(used);
            }
            self.taken = 0;
            self.since = Instant::now();
        }
        let (bytes, len) = &self.block;
        let mut rest = bytes.get(self.taken..*len).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.taken = self.taken.saturating_add(read);
        Ok(read)
    }
}
