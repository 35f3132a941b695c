//! Sources → Frame: several files that continue each other, or overlap, read as one capture.
//!
//! A device that captures into a ring writes file after file; two devices, or two interfaces of one, write at the same
//! time. Both become one sequence of frames in the order of time, numbered as `mergecap` would.

use crate::base::phrase::phrase;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Read;
use std::ops::ControlFlow;

use super::source::Source;
use super::tally::{Record, Tally, nanoseconds};
use super::{CaptureError, CaptureFacts, End};
use crate::base::frame::{Anomaly, AnomalyKind, Frame, FrameNumber, Timestamp};
use crate::base::wire_text::WireText;

/// The most files that are read as one. A process may usually have 1,024 files open; each that waits for its turn takes
/// 4 KiB, each that overlaps the current one 256 KiB.
pub const MOST_FILES: usize = 512;

/// Pauses between files up to this are not reported: a busy ring turns within a second, a quiet one waits for a keep-alive.
const SHORT_PAUSE: i64 = 5_000_000_000;

/// Why several captures could not be read as one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// One of them could not be read.
    #[error("{name}: {error}")]
    Capture {
        /// Its name, as given.
        name: String,
        /// Why.
        #[source]
        error: CaptureError,
    },
    /// There are too many.
    #[error("{0} captures are too many to be read as one: at most {MOST_FILES}; join some with mergecap first")]
    TooMany(usize),
}

/// A file of several.
struct File<'a> {
    name: String,
    source: Source<'a>,
    /// Its next record, and its time for the order: what has none comes at once, as in `mergecap`.
    next: Option<Record>,
    has_given: bool,
}

/// Reads several captures, in any order, as one: frames come by their times, and where times are equal in the order of
/// the files given. Frames that several of the files hold are handed on each time.
///
/// Each input is read once, from beginning to end; it may be a pipe. Of the facts, offsets are those of single files.
///
/// # Errors
/// When one of the inputs is no capture, or reading it fails, or there are more than
/// [`MOST_FILES`].
pub fn read_merged<R: Read>(
    inputs: impl IntoIterator<Item = (String, R)>,
    mut on_frame: impl FnMut(&Frame<'_>) -> ControlFlow<()>,
) -> Result<CaptureFacts, MergeError> {
    let mut tally = Tally::default();
    let (mut files, formats) = open(inputs, &mut tally)?;
    let pauses = read_in_turn(&mut files, &mut tally, &mut on_frame);
    let end = finish(files, &mut tally)?;
    let mut facts = tally.finish();
    facts.end = end;
    if let Some(&(format, compression)) = formats.first() {
        let are_alike = formats.iter().all(|&(it, _)| it == format);
        facts.format = if are_alike { format } else { "pcapng" };
        facts.compression = compression.filter(|_| formats.iter().all(|&(_, it)| it == compression));
    }
    facts.anomalies.extend(pauses.anomalies());
    facts.anomalies.sort_by_key(|anomaly| anomaly.frame);
    Ok(facts)
}

/// Format and compression of a file.
type Format = (&'static str, Option<&'static str>);

/// Opens the files and reads the first record of each.
fn open<'a, R: Read + 'a>(
    inputs: impl IntoIterator<Item = (String, R)>,
    tally: &mut Tally,
) -> Result<(Vec<File<'a>>, Vec<Format>), MergeError> {
    let (mut files, mut formats) = (Vec::new(), Vec::new());
    for (name, input) in inputs {
        if files.len() == MOST_FILES {
            return Err(MergeError::TooMany(MOST_FILES.saturating_add(1)));
        }
        match Source::open(input, tally) {
            Ok(mut source) => {
                let next = source.next(tally);
                formats.push((tally.facts.format, tally.facts.compression));
                files.push(File {
                    name,
                    source,
                    next,
                    has_given: false,
                });
            }
            Err(error) => return Err(MergeError::Capture { name, error }),
        }
    }
    Ok((files, formats))
}

/// Hands on the frames of all files by their times, until there are no more or nobody wants more.
fn read_in_turn(
    files: &mut [File<'_>],
    tally: &mut Tally,
    on_frame: &mut impl FnMut(&Frame<'_>) -> ControlFlow<()>,
) -> Pauses {
    let mut turns: BinaryHeap<Reverse<(Timestamp, usize)>> = files
        .iter()
        .enumerate()
        .filter_map(|(at, file)| Some(Reverse((turn(file.next.as_ref()?), at))))
        .collect();
    let mut pauses = Pauses::default();
    while let Some(Reverse((_, at))) = turns.pop() {
        let others = turns.peek().copied();
        let Some(file) = files.get_mut(at) else { break };
        // This file goes on until another file's turn comes.
        while let Some(record) = file.next.take() {
            let turn_of_this = Reverse((turn(&record), at));
            if others.is_some_and(|other| other > turn_of_this) {
                file.next = Some(record);
                turns.push(turn_of_this);
                break;
            }
            // Numbers of several texts would contradict each other.
            let number = tally.number(&Record { number: None, ..record });
            pauses.saw(record.time, number, !std::mem::replace(&mut file.has_given, true));
            let flow = if record.is_packet {
                on_frame(&file.source.frame(&record, number))
            } else {
                ControlFlow::Continue(())
            };
            file.source.consume(&record);
            if flow.is_break() {
                return pauses;
            }
            file.next = file.source.next(tally);
        }
    }
    pauses
}

/// The end of the files together: that of the first one that ends early.
fn finish(files: Vec<File<'_>>, tally: &mut Tally) -> Result<End, MergeError> {
    let mut end = End::Complete;
    for file in files {
        let name = file.name;
        match file.source.finish(tally) {
            Err(error) => return Err(MergeError::Capture { name, error }),
            Ok(End::Truncated {
                after,
                offset,
                lost,
                detail,
                is_cut,
            }) if end == End::Complete => {
                let name = WireText::from(name.as_str());
                end = End::Truncated {
                    after,
                    offset,
                    lost,
                    detail: phrase("damage-in-file").with("name", &name).with("detail", detail),
                    is_cut,
                };
            }
            Ok(_) => {}
        }
    }
    Ok(end)
}

/// When a record's turn comes.
fn turn(record: &Record) -> Timestamp {
    record.time.unwrap_or(Timestamp(i64::MIN))
}

/// The pauses between frames: those at which one file follows another may be holes.
#[derive(Default)]
struct Pauses {
    last: Option<Timestamp>,
    longest_inside: i64,
    /// Before the first frames of files.
    between: Vec<(FrameNumber, i64)>,
}

impl Pauses {
    #[inline]
    fn saw(&mut self, time: Option<Timestamp>, frame: FrameNumber, is_first: bool) {
        let Some(time) = time else { return };
        let pause = self.last.map_or(0, |last| time.since(last));
        self.last = self.last.max(Some(time));
        if !is_first {
            self.longest_inside = self.longest_inside.max(pause);
        } else if pause > SHORT_PAUSE {
            self.between.push((frame, pause));
        }
    }

    /// Pauses between files that are longer than any inside one.
    fn anomalies(self) -> impl Iterator<Item = Anomaly> {
        let longest = self.longest_inside;
        let holes = self.between.into_iter().filter(move |&(_, pause)| pause > longest);
        holes.map(move |(frame, pause)| Anomaly {
            kind: AnomalyKind::GapBetweenFiles,
            frame,
            detail: phrase("anomaly-gap-between-files")
                .with("pause", nanoseconds(pause))
                .with("longest", nanoseconds(longest)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::testing::{Pcap, PcapNg};
    use crate::capture::{Order, read_frames};

    /// Number, time and bytes of each frame.
    type Rows = Vec<(u64, i64, Vec<u8>)>;

    fn row(frame: &Frame<'_>) -> (u64, i64, Vec<u8>) {
        (frame.number.0, frame.time.0, frame.data.to_vec())
    }

    fn merged(files: &[&[u8]]) -> (CaptureFacts, Rows) {
        let mut rows = Vec::new();
        let inputs = files.iter().enumerate().map(|(n, &bytes)| (format!("file-{n}"), bytes));
        let facts = read_merged(inputs, |frame| {
            rows.push(row(frame));
            ControlFlow::Continue(())
        });
        (facts.unwrap(), rows)
    }

    /// A capture with a frame in each of these seconds; its bytes name the file.
    fn capture(name: u8, seconds: impl IntoIterator<Item = u32>) -> Vec<u8> {
        let start = Pcap::new(Order::Little, 0xa1b2_c3d4);
        seconds
            .into_iter()
            .fold(start, |pcap, second| {
                pcap.record(1_700_000_000 + second, 0, &[name; 9], 9)
            })
            .bytes
    }

    #[test]
    fn a_capture_split_in_three_is_the_whole_one_in_whatever_order_the_parts_are_given() {
        let whole = capture(7, 0..30);
        let mut rows = Vec::new();
        let facts = read_frames(&whole[..], |frame| {
            rows.push(row(frame));
            ControlFlow::Continue(())
        })
        .unwrap();
        let parts = [capture(7, 0..10), capture(7, 10..11), capture(7, 11..30)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let (mut of_parts, same) = merged(&order.map(|n| &parts[n][..]));
            assert_eq!(same, rows);
            assert_eq!(of_parts.bytes, facts.bytes + 48);
            of_parts.bytes = facts.bytes;
            assert_eq!(of_parts, facts);
        }
    }

    #[test]
    fn overlapping_files_are_merged_by_time_and_equal_times_keep_the_order_of_the_files() {
        let (one, two) = (capture(1, [0, 2, 2, 5, 4]), capture(2, [1, 2, 3, 6]));
        let (facts, rows) = merged(&[&one, &two]);
        let order: Vec<(u64, u8)> = rows.iter().map(|(number, _, data)| (*number, data[0])).collect();
        assert_eq!(
            order,
            [(1, 1), (2, 2), (3, 1), (4, 1), (5, 2), (6, 2), (7, 1), (8, 1), (9, 2)]
        );
        assert_eq!(facts.frames, 9);
    }

    #[test]
    fn formats_and_link_types_may_differ() {
        let ng = PcapNg::new(Order::Big)
            .interface(113, 0, &[])
            .packet(0, 1_700_000_000_500_000, b"cooked", &[]);
        let (facts, rows) = merged(&[&capture(1, [0, 1]), &ng.bytes]);
        assert_eq!(rows[1].2, b"cooked");
        assert_eq!(facts.format, "pcapng");
        assert_eq!(facts.link_types.len(), 2);
    }

    #[test]
    fn a_long_pause_between_files_is_told_and_one_that_files_have_inside_is_not() {
        let (facts, _) = merged(&[&capture(1, [0, 1, 3]), &capture(1, [33, 34])]);
        let [gap] = facts.anomalies.as_slice() else {
            panic!("{:?}", facts.anomalies)
        };
        assert_eq!((gap.kind.name(), gap.frame), ("gap-between-files", FrameNumber(4)));
        let detail = gap.detail.english();
        assert!(detail.contains("30.000 s"), "{detail}");
        let (facts, _) = merged(&[&capture(1, [0, 40, 41]), &capture(1, [71, 72])]);
        assert!(facts.anomalies.is_empty());
    }

    #[test]
    fn a_file_that_is_cut_is_named_and_one_that_is_none_refused_by_name() {
        let cut = capture(1, [0, 1]);
        let (facts, rows) = merged(&[&cut[..cut.len() - 2], &capture(2, [5])]);
        assert_eq!(rows.len(), 2);
        let End::Truncated { after, detail, .. } = facts.end else {
            panic!()
        };
        assert!(
            after == FrameNumber(1) && detail.english().starts_with("in file-0, "),
            "{detail:?}"
        );
        let inputs = [("good", &cut[..]), ("bad", b"text"), ("worse", b"")].map(|(name, it)| (name.to_owned(), it));
        let error = read_merged(inputs, |_| ControlFlow::Continue(())).unwrap_err();
        assert!(error.to_string().starts_with("bad: not a capture"), "{error}");
    }

    #[test]
    fn more_files_than_the_limit_are_refused() {
        let file = capture(1, [0]);
        let inputs = std::iter::repeat_with(|| (String::new(), &file[..]));
        let error = read_merged(inputs, |_| ControlFlow::Continue(())).unwrap_err();
        assert!(matches!(error, MergeError::TooMany(513)));
    }

    #[test]
    fn the_caller_can_break_off() {
        let mut frames = 0;
        let file = capture(1, [0, 1]);
        let facts = read_merged([("a".to_owned(), &file[..]), ("b".to_owned(), &file[..])], |_| {
            frames += 1;
            ControlFlow::Break(())
        });
        assert_eq!((frames, facts.unwrap().frames), (1, 1));
    }
}
