//! Standard input, pipe or device → Read: a reader that a signal ends, and that reports silence, so that its user needs
//! no clock.
//!
//! Ctrl-C reaches all programs of a pipeline. So bytes that the others still write then are read: until the input ends,
//! or no more bytes come. A report on a capture that ended in this way is as good as any other.
//!
//! The core reads no clock. A thread reads here, and reports silence once a second, as an error of the kind that means
//! "read again" (`capture/silence.rs`). Only the stream uses it, and only between two records: then the last record no
//! longer waits for its successor, and the next look uses a time that is later by the silence, for that look only. In
//! the middle of a record more bytes are sure to come: a writer that buffers (`tcpdump` without `-U`) nearly always
//! stops there, and the clock stops. Limits: late segments of a reported connection are assigned to no connection for
//! ten minutes (`Gone`); a SYN-ACK of a connection that was reported as unanswered begins another attempt. A compressed
//! input is never silent, because the bytes that its decompressor holds back are unknown.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tlswalk::capture::Silence;

use crate::cli::interrupt::Heed;

/// The interval between two reports of silence.
const PATIENCE: Duration = Duration::from_secs(1);

/// How soon a signal is noticed during silence.
const TICK: Duration = Duration::from_millis(50);

/// After a signal, the input ends when no bytes have come for this long: tcpdump writes its buffer when it is
/// interrupted, and ssh may take a round trip.
const LAST: Duration = Duration::from_secs(1);

/// After a signal, the input ends after this long in any case: an endless writer does not know of the signal.
const LONGEST: Duration = Duration::from_secs(5);

/// Size of one read: as much as a pipe holds.
const BLOCK_LEN: usize = 64 * 1024;

/// Blocks that wait to be taken. When there are this many, the thread waits, and so does the writer.
const MOST_WAITING: usize = 4;

/// A buffer, and the number of its bytes that count.
type Block = (Vec<u8>, usize);

/// An input that is read in a separate thread, which lasts as long as the program, or until the input ends.
pub(crate) struct Waiting {
    name: String,
    blocks: Receiver<io::Result<Block>>,
    /// Blocks that are returned to be filled again.
    spare: Sender<Vec<u8>>,
    block: Block,
    taken: usize,
    /// The time at which the last block came.
    since: Instant,
    /// True if silence is reported as a [`Silence`] once a second.
    tells_silence: bool,
    /// `None` after the input has ended: the next signal is not handled here.
    heed: Option<Heed>,
    /// The time at which a signal was noticed.
    asked: Option<Instant>,
}

impl Waiting {
    /// For standard input.
    pub(crate) fn for_stdin() -> io::Result<Self> {
        Self::begin("-".to_owned(), || Ok(io::stdin().lock()))
    }

    /// For a pipe or a device: opening a pipe waits for its writer.
    pub(crate) fn for_pipe(path: &Path) -> io::Result<Self> {
        let to_open = path.to_owned();
        Self::begin(path.display().to_string(), move || File::open(to_open))
    }

    /// Reports silence from now on.
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
            // No one waits for the error if the input was dropped.
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

    /// The next block; `None` at the end of the input.
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
                // The thread is gone if the input has ended.
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
