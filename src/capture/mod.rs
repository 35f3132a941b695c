//! bytes → Frame: pcap, pcapng, packets printed as text, and what is compressed of these, from anything that can be read.

use crate::base::phrase::Phrase;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::Duration;

use crate::base::frame::{Anomaly, Frame, FrameNumber, LinkType, Timestamp};
use crate::base::wire_text::WireText;
use crate::capture::note::Note;
use source::Source;
use tally::Record;
pub(crate) use tally::Tally;

mod annotated;
mod chunk;
mod clock;
mod compressed;
#[cfg(test)]
mod damage_tests;
mod hashed;
mod looks_like;
mod merge;
pub mod note;
mod pcap;
mod pcapng;
mod read_error;
mod search;
mod silence;
mod source;
mod tally;
#[cfg(test)]
mod testing;
mod text;
mod zip;

pub use annotated::{Block, Described, Extras, Item, read_annotated};
pub use hashed::Hashed;
pub use merge::{MOST_FILES, MergeError, read_merged};
pub use read_error::ReadError;
pub use silence::Silence;

/// The bytes of an input that may be compressed as captures may be, and by what: for the texts of devices.
///
/// # Errors
/// When its compression cannot be begun.
pub(crate) fn decompressed<'a>(input: impl Read + 'a) -> Result<(impl Read + 'a, Option<&'static str>), CaptureError> {
    compressed::open(chunk::Chunk::new(input))
}

/// The longest TLS key log that is read, in bytes: that of some hundred thousand sessions.
pub(crate) const LONGEST_KEY_LOG: usize = 64 * 1024 * 1024;

/// The TLS key log in the Decryption Secrets Blocks of a capture; empty where it has none.
///
/// # Errors
/// When the input is no capture, or reading it fails.
pub(crate) fn key_log(input: impl Read) -> Result<Vec<u8>, CaptureError> {
    let mut tally = Tally::default();
    let mut source = Source::open(input, &mut tally)?;
    if let Some(place) = source.key_log() {
        *place = Some(Vec::new());
    }
    while let Some(record) = source.next(&mut tally) {
        source.consume(&record);
    }
    let key_log = source.key_log().and_then(Option::take).unwrap_or_default();
    source.finish(&mut tally)?;
    Ok(key_log)
}

/// Facts of a capture file beside its packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureFacts {
    /// `pcap`, `pcapng`, or `text` for packets that a command printed.
    pub format: &'static str,
    /// `gzip`, `zstd`, `lz4`, `xz`, `bzip2` or `zip` when the file was compressed.
    pub compression: Option<&'static str>,
    /// Link types of its interfaces that carried frames, in order of appearance.
    pub link_types: Vec<LinkType>,
    /// Number of frames read.
    pub frames: u64,
    /// Bytes of the (decompressed) capture file read.
    pub bytes: u64,
    /// Time of the earliest frame.
    pub first: Option<Timestamp>,
    /// Time of the latest frame.
    pub last: Option<Timestamp>,
    /// The largest step back of its clock, in nanoseconds; 0: none.
    pub step_back: i64,
    /// The times of the last frames before pauses of a day or more, in the order of the file: what was silent then may have
    /// gone on unseen.
    pub pauses: Vec<Timestamp>,
    /// The largest snap length declared, when it is small enough to cut packets; frames cut are counted by the analyzer.
    pub snap_length: Option<u32>,
    /// Packets that the capturing system says it dropped (interface statistics, per-packet drop counts); `None`: not given.
    pub drops: Option<u64>,
    /// Operating system, hardware and application named in the section header, for recognising what captured.
    pub origin: Option<WireText>,
    /// The end of the file.
    pub end: End,
    /// Places where records were lost and others found behind them: the first of them, in order. Frame numbers behind the
    /// first place are uncertain; the anomaly `numbering-uncertain` says so, and adds up all places.
    pub damage: Vec<Damage>,
    /// The file's note on the capture that it is a slice of; `None`: it is no slice made by tlswalk.
    pub slice: Option<Box<Note>>,
    /// Oddities of the file: a clock that runs backwards, blocks skipped, an undeclared interface …
    pub anomalies: Vec<Anomaly>,
}

impl CaptureFacts {
    /// Until when the capture shows what followed a time: its end, or the last frame before a long pause.
    #[must_use]
    pub fn watched_until(&self, time: Timestamp) -> Option<Timestamp> {
        let before = self.pauses.iter().filter(|pause| **pause >= time).min();
        before.copied().or(self.last)
    }
}

/// A place in the middle of a capture file where no record can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Its offset in the (decompressed) file; of several files that are read as one, in its file.
    pub offset: u64,
    /// Bytes from there to the next record.
    pub lost: u64,
    /// The last frame before it.
    pub after: FrameNumber,
}

/// The end of a capture file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// At the border of a record.
    #[default]
    Complete,
    /// Inside a record, or at bytes that are none: everything before was read.
    Truncated {
        /// The last frame read.
        after: FrameNumber,
        /// Offset in the (decompressed) file at which reading stopped.
        offset: u64,
        /// Bytes from there to the end of the file that were not read as frames, as far as they could be counted.
        lost: u64,
        /// A description of what was found there, as a clause.
        detail: Phrase,
        /// The file simply ends inside a record, as when a buffer or disk was full or a copy was stopped: nothing in it is
        /// damaged.
        is_cut: bool,
    },
}

/// Why a capture could not be read. A file that is damaged, or whose compression is, is read as far as it can be and is no error; an
/// input that fails is one wherever that happens, since the same file may say something else when it is read again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// Nothing in it.
    #[error("the file is empty; export the capture again")]
    Empty,
    /// Not a capture.
    #[error("not a capture file: {looks_like}")]
    NotACapture {
        /// The format it looks like, and the format to export instead.
        looks_like: String,
    },
    /// A capture format that is not read.
    #[error("{0}")]
    Unsupported(String),
    /// The file ends inside the header, before any frame.
    #[error("the file ends after {0} bytes, inside its header; export the capture again")]
    HeaderCut(u64),
    /// The operating system, or a decompressor at the very beginning, refused to read.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// Reading failed behind some frames. Nothing is concluded from those: the rest of the file could contradict it.
    #[error(
        "reading failed after {frames} frame{s}: {why}; nothing is concluded from a part of the capture, copy it again",
        s = if *frames == 1 { "" } else { "s" },
        why = reason(error)
    )]
    ReadBehind {
        /// Frames that had been read.
        frames: u64,
        /// Why.
        #[source]
        error: io::Error,
    },
}

/// Why the operating system refused, in the words people search for.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "no space left on the device".to_owned(),
        io::ErrorKind::QuotaExceeded => "no space left within the quota".to_owned(),
        io::ErrorKind::FileTooLarge => "a file may not be as large as that here".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_owned()
        }
    }
}

/// Reads a whole capture and hands each frame to `on_frame`, until it breaks; the facts then cover what was read.
///
/// Memory does not grow with the input, whatever it claims; it may be a pipe.
///
/// # Errors
/// When the input is no capture, or reading it fails.
pub fn read_frames(
    input: impl Read,
    mut on_frame: impl FnMut(&Frame<'_>) -> ControlFlow<()>,
) -> Result<CaptureFacts, CaptureError> {
    read_counted(input, |frame, _| on_frame(frame), None)
}

/// A callback that gets the time for which no bytes came.
pub(crate) type OnSilence<'a> = &'a mut dyn FnMut(Duration, &Tally) -> ControlFlow<()>;

/// The same for whoever asks for the facts while reading, and hears when nothing comes ([`Silence`]).
#[inline(always)]
pub(crate) fn read_counted(
    input: impl Read,
    mut on_frame: impl FnMut(&Frame<'_>, &Tally) -> ControlFlow<()>,
    mut on_silence: Option<OnSilence<'_>>,
) -> Result<CaptureFacts, CaptureError> {
    let mut tally = Tally::default();
    let mut source = Source::open(input, &mut tally)?;
    if on_silence.is_some() {
        source.heed_silence();
    }
    // Records as nearly all are go in runs, each as long as the buffer; between two runs, one record is looked at closely.
    while source.run(&mut tally, &mut on_frame).is_continue() {
        let flow = match (source.next(&mut tally), &mut on_silence) {
            (Some(record), _) => hand_on(&mut source, &mut tally, &record, &mut on_frame),
            (None, Some(on_silence)) if let Some(silence) = source.silence() => on_silence(silence, &tally),
            (None, _) => break,
        };
        if flow.is_break() {
            break;
        }
    }
    let end = source.finish(&mut tally)?;
    let mut facts = tally.finish();
    facts.end = end;
    Ok(facts)
}

#[inline]
fn hand_on(
    source: &mut Source<'_>,
    tally: &mut Tally,
    record: &Record,
    on_frame: &mut impl FnMut(&Frame<'_>, &Tally) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let number = tally.number(record);
    let flow = if record.is_packet {
        on_frame(&source.frame(record, number), tally)
    } else {
        ControlFlow::Continue(())
    };
    source.consume(record);
    flow
}

/// Ordinary records that a format's reader handed on from one buffer.
struct Run {
    /// Their bytes in the file, and the longest of them.
    len: usize,
    largest: usize,
    /// Time of the last one.
    last: Option<Timestamp>,
    flow: ControlFlow<()>,
}

impl Run {
    const NOTHING: Self = Self {
        len: 0,
        largest: 0,
        last: None,
        flow: ControlFlow::Continue(()),
    };

    /// Takes note of a record that was handed on.
    #[inline(always)]
    fn saw(&mut self, len: usize, time: Timestamp, flow: ControlFlow<()>) {
        self.len = self.len.wrapping_add(len);
        self.largest = self.largest.max(len);
        self.last = Some(time);
        self.flow = flow;
    }
}

/// The next item that a format's reader found.
enum Next {
    /// A record.
    Record(Record),
    /// A record whose length leads to something that is none.
    Doubtful(Box<Doubt>),
    /// None.
    Stop(Stop),
}

/// Doubt about a record whose length leads to bytes that are no record.
struct Doubt {
    record: Record,
    /// True if its captured length is the one to be expected.
    is_whole: bool,
    /// A description of the bytes there, as a clause.
    detail: Phrase,
}

impl Next {
    const fn damaged(detail: Phrase) -> Self {
        Self::Stop(Stop::Damaged(detail))
    }
}

/// Why a format's reader stopped. The chunk stands behind the last whole record.
enum Stop {
    /// The file ended between two records.
    End,
    /// The file ended inside a record.
    Cut(Phrase),
    /// The bytes that follow are no record.
    Damaged(Phrase),
}

/// The byte order that a file declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

impl Order {
    const fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    const fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    /// An option's value, when it has eight bytes.
    fn u64(self, value: &[u8]) -> Option<u64> {
        let bytes = value.try_into().ok()?;
        Some(match self {
            Self::Little => u64::from_le_bytes(bytes),
            Self::Big => u64::from_be_bytes(bytes),
        })
    }
}

/// The link type in a file's header field: its lower half, with the numbers that some systems write for raw IP unified.
const fn link_type(field: u32) -> LinkType {
    match (field & 0xffff) as u16 {
        12 | 14 => LinkType::RAW,
        other => LinkType(other),
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{Drip, Pcap, PcapNg, Seen, read, read_err, read_from};
    use super::*;

    fn samples() -> Vec<Vec<u8>> {
        let pcap = |order, magic| {
            let mut pcap = Pcap::new(order, magic);
            pcap.extra = if magic == 0xa1b2_cd34 { 8 } else { 0 };
            pcap.record(1, 2, b"abcde", 60).record(3, 4, b"fgh", 3)
        };
        let pcapng = |order| {
            PcapNg::new(order)
                .interface(1, 96, &[(9, &[6])])
                .packet(
                    0,
                    1_000_000,
                    b"abcde",
                    &[(1, b"comment"), (4, &[0, 0, 0, 0, 0, 0, 0, 0])],
                )
                .block(0xbad, b"custom")
                .block(3, &[9, 0, 0, 9])
                .section(Order::Big, &[(2, b"switch")])
                .interface(101, 0, &[])
                .packet(0, 2_000_000, b"ijk", &[])
        };
        vec![
            pcap(Order::Little, 0xa1b2_c3d4).bytes,
            pcap(Order::Big, 0xa1b2_3c4d).bytes,
            pcap(Order::Big, 0xa1b2_cd34).bytes,
            pcapng(Order::Little).bytes,
            pcapng(Order::Big).bytes,
        ]
    }

    #[test]
    fn a_file_cut_anywhere_gives_the_frames_before_the_cut() {
        for whole in samples() {
            let (_, all) = read(&whole);
            for len in 0..whole.len() {
                let Ok((facts, frames)) = read_from(&whole[..len]) else {
                    continue;
                };
                assert_eq!(frames[..], all[..frames.len()]);
                assert_eq!(facts.bytes, len as u64);
                if let End::Truncated { offset, lost, .. } = facts.end {
                    assert_eq!(offset + lost, len as u64);
                    assert!(lost > 0);
                }
            }
        }
    }

    #[test]
    fn any_byte_may_be_wrong() {
        for whole in samples() {
            for at in 0..whole.len() {
                for value in [0, 1, 0x7f, 0x80, 0xff] {
                    let mut bytes = whole.clone();
                    bytes[at] = value;
                    let _ = read_from(&bytes[..]);
                }
            }
        }
    }

    #[test]
    fn short_reads_give_the_same_frames() {
        for whole in samples() {
            let expected = read(&whole);
            for step in 1..8 {
                assert_eq!(read_from(Drip::new(&whole, step)).unwrap(), expected);
            }
        }
    }

    #[test]
    fn the_caller_can_break_off() {
        let mut frames = 0;
        let facts = read_frames(&samples()[0][..], |_| {
            frames += 1;
            ControlFlow::Break(())
        });
        assert_eq!((frames, facts.unwrap().frames), (1, 1));
    }

    #[test]
    fn a_record_across_the_end_of_the_buffer_is_whole() {
        let mut pcap = Pcap::new(Order::Little, 0xa1b2_c3d4);
        for n in 0..400_u32 {
            pcap = pcap.record(n, 0, &vec![n as u8; 1400 + n as usize], 1);
        }
        let (facts, frames) = read(&pcap.bytes);
        assert_eq!(facts.end, End::Complete);
        for (n, frame) in (0..400_u32).zip(&frames) {
            let data = vec![n as u8; 1400 + n as usize];
            assert_eq!(
                *frame,
                Seen::new(u64::from(n) + 1, i64::from(n) * 1_000_000_000, 1, 0, 1, &data)
            );
        }
    }

    struct Fails;

    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(5))
        }
    }

    #[test]
    fn a_read_that_fails_anywhere_is_an_error_and_no_end_of_the_capture() {
        assert!(matches!(read_from(Fails), Err(CaptureError::Read(_))));
        for whole in samples() {
            let (facts, _) = read(&whole);
            for len in 0..=whole.len() {
                let frames = match read_from((&whole[..len]).chain(Fails)).unwrap_err() {
                    CaptureError::Read(error) => {
                        assert_eq!(error.raw_os_error(), Some(5), "{len}");
                        0
                    }
                    CaptureError::ReadBehind { frames, error } => {
                        assert_eq!(error.raw_os_error(), Some(5), "{len}");
                        frames
                    }
                    other => panic!("{len}: {other}"),
                };
                assert!(frames <= facts.frames, "{len}: {frames}");
            }
        }
        let error = read_from((&samples()[0][..]).chain(Fails)).unwrap_err();
        let said = error.to_string();
        assert!(
            said.starts_with("reading failed after 2 frames: ") && !said.contains("os error"),
            "{said}"
        );
    }

    #[test]
    fn whoever_broke_off_before_a_read_failed_gets_what_was_read() {
        let mut frames = 0;
        let facts = read_frames((&samples()[0][..]).chain(Fails), |_| {
            frames += 1;
            ControlFlow::Break(())
        });
        assert_eq!((frames, facts.unwrap().frames), (1, 1));
    }

    #[test]
    fn nothing_is_called_nothing() {
        assert!(matches!(read_err(b""), CaptureError::Empty));
    }
}
