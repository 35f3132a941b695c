//! Read → Record: one file, opened, recognised, and read on behind what is damaged in it.
//!
//! Behind damage a capture is read on: a chain of at least three records, longer than anything a packet could contain,
//! must begin there. Numbers after it are uncertain, and said to be (`numbering-uncertain`). A file that merely ends
//! inside a record is incomplete, not damaged.

use crate::base::phrase::{Phrase, phrase};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::Duration;

use super::annotated::Block;
use super::chunk::Chunk;
use super::compressed::{self, Trailing};
use super::read_error::ReadError;
use super::search::{FARTHEST, Limits, MARGIN, Search, WINDOW};
use super::tally::{Record, Tally};
use super::zip::OtherFiles;
use super::{CaptureError, Damage, End, Next, Order, Stop, looks_like, pcap, pcapng, text};
use crate::base::frame::{AnomalyKind, Frame, FrameNumber, Timestamp};

/// The longest rest behind the last record that is called garbage, unless it is all zeros: a sector. What is longer may as
/// well be the capture's own end, destroyed.
const SMALL_REST: usize = 512;

/// One capture file.
pub(super) struct Source<'a> {
    chunk: Chunk<'a>,
    compression: Option<&'static str>,
    format: Format,
    state: State,
    /// Frames it gave.
    frames: u64,
    last: Option<Timestamp>,
    largest_record: usize,
    /// Steps taken by all searches.
    steps: u64,
    failure: Option<io::Error>,
    /// Why the input itself failed, if it did.
    read_error: ReadError,
    /// The interface of a pcap file, until it is taken.
    described: Vec<Block>,
}

enum Format {
    Pcap(pcap::Reader),
    PcapNg(pcapng::Reader),
    Text(text::Reader),
}

enum State {
    Reading,
    /// The chunk does not begin with a record, for this reason.
    Damaged(Phrase),
    Ended(End),
}

impl<'a> Source<'a> {
    /// Recognises compression and format, and reads the file's header.
    pub(super) fn open(input: impl Read + 'a, tally: &mut Tally) -> Result<Self, CaptureError> {
        let read_error = ReadError::default();
        let opened = compressed::open(Chunk::new(read_error.keep_of(input)));
        let failed = |other: CaptureError| read_error.take().map_or(other, CaptureError::Read);
        let (mut chunk, compression) = opened.map_err(failed)?;
        let mut format = Format::open(&mut chunk, tally).map_err(|error| {
            failed(match chunk.take_failure() {
                Some(failure) => CaptureError::Read(explained(failure, compression)),
                None => error,
            })
        })?;
        if let Format::Text(_) = format {
            chunk = match text::open(chunk).map_err(|error| failed(explained_by(error, compression)))? {
                text::Content::Packets(chunk) => chunk,
                text::Content::File(file) => {
                    let (mut file, _) = compressed::open(file).map_err(failed)?;
                    format = Format::open(&mut file, tally).map_err(failed)?;
                    if let Format::Text(_) = format {
                        return Err(looks_like::refusal(file.fill(looks_like::ENOUGH)));
                    }
                    file
                }
            };
        }
        tally.facts.compression = compression;
        Ok(Self {
            chunk,
            compression,
            format,
            state: State::Reading,
            frames: 0,
            last: None,
            largest_record: 0,
            steps: 0,
            failure: None,
            read_error,
            described: Vec::new(),
        })
    }

    /// Hands on the packets in the buffer, as long as each is as nearly all are, and goes past them. Whatever follows, the
    /// end of the buffer too, is for [`Self::next`].
    #[inline(always)]
    pub(super) fn run(
        &mut self,
        tally: &mut Tally,
        on_frame: &mut impl FnMut(&Frame<'_>, &Tally) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let State::Reading = self.state else {
            return ControlFlow::Continue(());
        };
        let before = tally.facts.frames;
        let bytes = self.chunk.fill(0);
        let run = match &mut self.format {
            Format::Pcap(reader) => reader.run(bytes, tally, on_frame),
            Format::PcapNg(reader) => reader.run(bytes, tally, on_frame),
            Format::Text(_) => return ControlFlow::Continue(()),
        };
        let frames = tally.facts.frames.saturating_sub(before);
        self.frames = self.frames.saturating_add(frames);
        self.last = run.last.or(self.last);
        self.largest_record = self.largest_record.max(run.largest);
        self.chunk.consume(run.len);
        run.flow
    }

    /// The next record, in the buffer until it is consumed; `None` at the end, or when an input is silent.
    #[inline(never)]
    pub(super) fn next(&mut self, tally: &mut Tally) -> Option<Record> {
        loop {
            let next = match &mut self.state {
                State::Reading => match &mut self.format {
                    Format::Pcap(reader) => reader.next(&mut self.chunk),
                    Format::PcapNg(reader) => reader.next(&mut self.chunk, tally),
                    Format::Text(reader) => reader.next(&mut self.chunk, tally),
                },
                State::Damaged(detail) => Next::Stop(Stop::Damaged(detail.clone())),
                State::Ended(_) => return None,
            };
            let record = match next {
                Next::Record(record) => record,
                Next::Stop(Stop::End) if self.silence().is_some() => return None,
                other => match self.recover(other, tally) {
                    Some(record) => record,
                    None => continue,
                },
            };
            self.frames = self.frames.saturating_add(1);
            self.last = record.time.or(self.last);
            self.largest_record = self.largest_record.max(record.len);
            return Some(record);
        }
    }

    /// From now on, an input that is silent between two records is not taken for one that has ended.
    pub(super) const fn heed_silence(&mut self) {
        self.chunk.heed_silence();
    }

    /// For how long nothing came, if that is why there is no record.
    pub(super) const fn silence(&self) -> Option<Duration> {
        self.chunk.silence()
    }

    /// The frame that a record given by [`Self::next`] holds.
    #[inline]
    pub(super) fn frame(&mut self, record: &Record, number: FrameNumber) -> Frame<'_> {
        let data = self.chunk.fill(0).get(record.at..).unwrap_or_default();
        Frame {
            number,
            time: record.time.unwrap_or_default(),
            link: record.link,
            interface: record.interface,
            wire_len: record.wire_len,
            data: data.get(..record.captured_len).unwrap_or_default(),
        }
    }

    /// From now on, blocks that describe packets are kept.
    pub(super) fn keep_blocks(&mut self) {
        match &mut self.format {
            Format::Pcap(reader) => self.described = vec![Block::Interface(reader.described())],
            Format::PcapNg(reader) => reader.kept = Some(Vec::new()),
            Format::Text(reader) => reader.kept = Some(Vec::new()),
        }
    }

    /// The place for the TLS key log of a file whose format may have one.
    pub(super) const fn key_log(&mut self) -> Option<&mut Option<Vec<u8>>> {
        match &mut self.format {
            Format::PcapNg(reader) => Some(&mut reader.key_log),
            Format::Pcap(_) | Format::Text(_) => None,
        }
    }

    /// Those read since they were taken last.
    pub(super) fn take_blocks(&mut self) -> Vec<Block> {
        match &mut self.format {
            Format::Pcap(_) => std::mem::take(&mut self.described),
            Format::PcapNg(reader) => reader.kept.as_mut().map(std::mem::take).unwrap_or_default(),
            Format::Text(reader) => reader.kept.as_mut().map(std::mem::take).unwrap_or_default(),
        }
    }

    /// All bytes of a record given by [`Self::next`], and their order where it is a pcapng block.
    pub(super) fn raw(&mut self, record: &Record) -> (&[u8], Option<Order>) {
        let order = match &self.format {
            Format::Pcap(_) | Format::Text(_) => None,
            Format::PcapNg(reader) => Some(reader.order()),
        };
        (self.chunk.fill(0).get(..record.len).unwrap_or_default(), order)
    }

    /// Goes past a record.
    #[inline]
    pub(super) fn consume(&mut self, record: &Record) {
        self.chunk.consume(record.len);
    }

    /// The end of the file; where that was not reached, complete. An input that failed has no end.
    pub(super) fn finish(mut self, tally: &mut Tally) -> Result<End, CaptureError> {
        if let Format::PcapNg(reader) = &mut self.format {
            reader.finish(tally);
        }
        let bytes = match &self.format {
            Format::Text(reader) => reader.offset,
            _ => self.chunk.offset(),
        };
        tally.facts.bytes = tally.facts.bytes.saturating_add(bytes);
        // A caller that broke off does not need the rest.
        let has_ended = matches!(self.state, State::Ended(_));
        if let Some(error) = self.read_error.take().filter(|_| has_ended) {
            return Err(match self.frames {
                0 => CaptureError::Read(error),
                frames => CaptureError::ReadBehind { frames, error },
            });
        }
        // A place taken for the end, or for garbage, is where a decompressor gave up.
        if let State::Ended(End::Complete) = self.state
            && let Some(failure) = self.take_failure(tally)
        {
            let detail = Phrase::verbatim(failure.to_string());
            self.failure = Some(failure);
            self.truncated(self.chunk.offset(), detail, true, tally);
        }
        match (self.state, self.failure) {
            // Nothing is concluded from one of several files.
            (_, Some(error)) if is_of_other_files(&error) => Err(CaptureError::NotACapture {
                looks_like: error.to_string(),
            }),
            (_, Some(error)) if self.frames == 0 => Err(CaptureError::Read(error)),
            (State::Ended(end), _) => Ok(end),
            _ => Ok(End::Complete),
        }
    }

    /// Deals with what is no record: finds the next one, or the end. Gives the record before the damage if it was in doubt
    /// and is good.
    #[cold]
    fn recover(&mut self, next: Next, tally: &mut Tally) -> Option<Record> {
        let (detail, doubtful, is_cut) = match next {
            Next::Record(record) => return Some(record),
            Next::Doubtful(doubt) => (Some(doubt.detail), Some((doubt.record, doubt.is_whole)), false),
            Next::Stop(Stop::End) => (None, None, true),
            Next::Stop(Stop::Cut(detail)) => (Some(detail), None, true),
            Next::Stop(Stop::Damaged(detail)) => (Some(detail), None, false),
        };
        if is_cut && let Some(failure) = self.take_failure(tally) {
            let why = Phrase::verbatim(failure.to_string());
            let detail = match detail {
                Some(detail) => phrase("damage-because").with("detail", detail).with("why", why),
                None => why,
            };
            self.failure = Some(failure);
            self.truncated(self.chunk.offset(), detail, true, tally);
            return None;
        }
        let Some(detail) = detail else {
            self.state = State::Ended(match &self.format {
                Format::Text(reader) => reader.end(tally),
                _ => End::Complete,
            });
            return None;
        };
        // A record leads to zeros: they are what was damaged, not its length.
        if let Some((record, true)) = doubtful
            && record.captured_len > 0
            && let Some(behind) = self.chunk.fill(record.len.saturating_add(16)).get(record.len..)
            && is_zero(behind.get(..16).unwrap_or(behind))
        {
            self.state = State::Damaged(detail);
            return Some(record);
        }
        self.search(detail, doubtful, is_cut, tally)
    }

    /// Finds the next record behind the first byte, and goes there.
    fn search(
        &mut self,
        detail: Phrase,
        doubtful: Option<(Record, bool)>,
        is_cut: bool,
        tally: &mut Tally,
    ) -> Option<Record> {
        let offset = self.chunk.offset();
        let mut search = Search {
            limits: Limits::new(self.last, self.largest_record),
            ended: false,
            allow_cut: !is_cut,
            steps: 0,
        };
        let mut from = 1;
        let mut zeros = true;
        loop {
            let searched = self.chunk.offset().saturating_sub(offset);
            let bytes = self.chunk.fill(WINDOW);
            search.ended = bytes.len() < WINDOW;
            let to = if search.ended { bytes.len() } else { WINDOW - MARGIN };
            // 16 steps are longer than most chains; the first million are free.
            let allowed = offset.saturating_add(1 << 20).saturating_mul(16);
            search.steps = allowed.saturating_sub(self.steps);
            let before = search.steps;
            let found = match &self.format {
                Format::Pcap(reader) => reader.search(bytes, from..to, &mut search),
                Format::PcapNg(reader) => reader.search(bytes, from..to, &mut search),
                Format::Text(_) => None,
            };
            self.steps = self.steps.saturating_add(before.saturating_sub(search.steps));
            if let Some(found) = found {
                return self.go_on(found, offset, doubtful.filter(|_| searched == 0), tally);
            }
            if search.ended {
                if searched == 0
                    && let Some((record, true)) = doubtful
                {
                    self.state = State::Damaged(detail);
                    return Some(record);
                }
                self.rest(offset, zeros, detail, is_cut, tally);
                return None;
            }
            zeros = zeros && is_zero(bytes.get(..to).unwrap_or_default());
            self.chunk.consume(to);
            from = 0;
            if searched > FARTHEST {
                let detail = phrase("damage-and-nothing-behind")
                    .with("detail", detail)
                    .with("mebibytes", FARTHEST >> 20);
                self.truncated(offset, detail, false, tally);
                return None;
            }
        }
    }

    /// Goes to the record found `found` bytes on. `doubtful` is the record that the bytes before it begin with.
    fn go_on(
        &mut self,
        found: usize,
        offset: u64,
        doubtful: Option<(Record, bool)>,
        tally: &mut Tally,
    ) -> Option<Record> {
        let lost = self.chunk.offset().saturating_add(found as u64).saturating_sub(offset);
        let bytes = self.chunk.fill(found);
        let mut damage = Damage {
            offset,
            lost,
            after: tally.last_number(),
        };
        let good = doubtful.map(|(record, _)| record).filter(|record| {
            let behind = bytes.get(record.len..found).unwrap_or_default();
            matches!(&self.format, Format::Pcap(reader) if !behind.is_empty() && reader.is_one_record(behind))
        });
        match &mut self.format {
            Format::Pcap(reader) => reader.resume(bytes.get(found..).unwrap_or_default()),
            Format::PcapNg(reader) => reader.resume(),
            Format::Text(_) => {}
        }
        self.state = State::Reading;
        if let Some(record) = good {
            damage.offset = damage.offset.saturating_add(record.len as u64);
            damage.lost = damage.lost.saturating_sub(record.len as u64);
            damage.after.0 = damage.after.0.saturating_add(1);
            tally.damage(damage);
            return Some(Record { len: found, ..record });
        }
        tally.damage(damage);
        self.chunk.consume(found);
        None
    }

    /// No record follows: what is left is garbage, or the damaged end of the capture.
    fn rest(&mut self, offset: u64, zeros: bool, detail: Phrase, is_cut: bool, tally: &mut Tally) {
        let is_first = self.chunk.offset() == offset;
        let bytes = self.chunk.fill(WINDOW);
        if let Format::Pcap(reader) = &mut self.format
            && is_first
            && self.frames == 0
            && reader.believe(bytes)
        {
            self.state = State::Reading;
            return;
        }
        let resembles = match &self.format {
            Format::Pcap(reader) => reader.resembles(bytes),
            Format::PcapNg(reader) => reader.resembles(bytes),
            Format::Text(_) => false,
        };
        let zeros = zeros && is_zero(bytes) && bytes.len() >= 4;
        // Zeros and then something else: the capture's own end, of which a part was lost.
        let begins_with_zeros = is_zero(bytes.get(..16).unwrap_or(bytes));
        let is_garbage = zeros || (is_first && bytes.len() <= SMALL_REST && !resembles && !begins_with_zeros);
        if !is_garbage || self.frames == 0 {
            self.truncated(offset, detail, is_cut, tally);
            return;
        }
        let what = if zeros {
            "anomaly-zeros-after-end"
        } else {
            "anomaly-garbage-after-end"
        };
        self.chunk.skip(u64::MAX);
        let len = self.chunk.offset().saturating_sub(offset);
        tally.odd(AnomalyKind::GarbageAfterEnd, || phrase(what).with("count", len));
        self.state = State::Ended(End::Complete);
    }

    /// Counts what is left of the file from `offset` on.
    fn truncated(&mut self, offset: u64, detail: Phrase, is_cut: bool, tally: &Tally) {
        self.chunk.skip(u64::MAX);
        self.state = State::Ended(End::Truncated {
            after: tally.last_number(),
            offset,
            lost: self.chunk.offset().saturating_sub(offset),
            detail,
            is_cut,
        });
    }

    /// The error that ended the input, unless it says that the input ended well and something else follows.
    fn take_failure(&mut self, tally: &mut Tally) -> Option<io::Error> {
        let failure = self.chunk.take_failure()?;
        match failure.get_ref().and_then(|inner| inner.downcast_ref::<Trailing>()) {
            Some(trailing) if trailing.len <= SMALL_REST as u64 => {
                tally.odd(AnomalyKind::GarbageAfterEnd, || Phrase::verbatim(trailing.to_string()));
                None
            }
            _ => Some(explained(failure, self.compression)),
        }
    }
}

impl Format {
    fn open(chunk: &mut Chunk<'_>, tally: &mut Tally) -> Result<Self, CaptureError> {
        let bytes = chunk.fill(4);
        match bytes.first_chunk::<4>() {
            None if bytes.is_empty() => Err(CaptureError::Empty),
            Some(&magic) if u32::from_be_bytes(magic) == pcap_parser::SHB_MAGIC => {
                Ok(Self::PcapNg(pcapng::Reader::open(chunk, tally)?))
            }
            Some(&magic) if let Some(magic) = pcap::magic(magic) => {
                Ok(Self::Pcap(pcap::Reader::open(chunk, tally, magic)?))
            }
            _ => {
                let head = chunk.fill(looks_like::ENOUGH);
                if !looks_like::may_hold_dump(head) {
                    return Err(looks_like::refusal(head));
                }
                tally.facts.format = "text";
                Ok(Self::Text(text::Reader::default()))
            }
        }
    }
}

/// The same of an error that a text was refused with.
fn explained_by(error: CaptureError, compression: Option<&'static str>) -> CaptureError {
    match error {
        CaptureError::Read(error) => CaptureError::Read(explained(error, compression)),
        other => other,
    }
}

fn is_of_other_files(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<OtherFiles>())
}

/// The error of a decompressor says whose it is.
fn explained(error: io::Error, compression: Option<&'static str>) -> io::Error {
    match compression {
        // This says it itself.
        _ if is_of_other_files(&error) => error,
        Some(name) => io::Error::new(error.kind(), format!("its {name} compression is damaged: {error}")),
        None => error,
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}
