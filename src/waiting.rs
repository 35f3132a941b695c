//! Standard input → Read: says when nothing came for a while, so that who reads it needs no clock.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tlswalk::capture::Silence;

/// How often it is said that nothing came.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is read at once: as much as a pipe holds.
const BLOCK_LEN: usize = 64 * 1024;

/// Blocks that wait to be taken. Then the thread waits, and with it whoever writes.
const MOST_WAITING: usize = 4;

/// Bytes, of which the first so many count.
type Block = (Vec<u8>, usize);

/// An input that is read in a thread of its own. Where it has nothing, reading gives a [`Silence`] once a second.
pub(crate) struct Waiting {
    blocks: Receiver<io::Result<Block>>,
    /// Blocks go back, to be filled again.
    spare: Sender<Vec<u8>>,
    block: Block,
    taken: usize,
    /// When the last block came.
    since: Instant,
}

impl Waiting {
    /// For standard input. The thread lasts as long as the program, or until the input ends.
    pub(crate) fn for_stdin() -> io::Result<Self> {
        let (filled, blocks) = sync_channel(MOST_WAITING);
        let (spare, empty) = channel();
        thread::Builder::new().spawn(move || pass(io::stdin().lock(), &filled, &empty))?;
        Ok(Self {
            blocks,
            spare,
            block: Block::default(),
            taken: 0,
            since: Instant::now(),
        })
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
            let block = match self.blocks.recv_timeout(PATIENCE) {
                Ok(block) => block?,
                Err(RecvTimeoutError::Timeout) => return Err(Silence::for_so_long(self.since.elapsed())),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
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
